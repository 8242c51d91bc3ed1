//! What was delivered to endpoints of webhooks: the log, asking anew, and forgetting.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use stockroom_api::webhook::{
    Attempt, DeliveredProduct, Delivery, DeliveryPage, DeliveryState, EventKind, MAX_RETRIED,
    RetriedDeliveries,
};

use super::outbox::release_next;
use crate::store::Stored;
use crate::store::columns::iso;
use crate::store::data::{Page, Scope};
use crate::store::webhooks::{DeliveryNumber, KEPT, Retried, RetriedAll};

/// How many deliveries are forgotten at once, so that writes never wait long for it.
pub(super) const FORGOTTEN_AT_ONCE: usize = 1_000;

/// Returns a page of the deliveries to an endpoint, the newest first.
pub(super) fn page(
    connection: &Connection,
    scope: Scope,
    endpoint: &str,
    state: Option<DeliveryState>,
    page: Page,
) -> Stored<Option<DeliveryPage>> {
    let number: Option<i64> = connection
        .prepare_cached(
            "select number from webhook_endpoints
             where store_id = ?1 and environment = ?2 and id = ?3",
        )?
        .query_row(params![scope.store_id, scope.environment.as_str(), endpoint], |row| row.get(0))
        .optional()?;
    let Some(number) = number else {
        return Ok(None);
    };
    let state = state.map(DeliveryState::as_str);
    let total: u64 = connection
        .prepare_cached(
            "select count(*) from webhook_deliveries
             where endpoint = ?1 and (?2 is null or state = ?2)",
        )?
        .query_row(params![number, state], |row| row.get(0))?;
    let skipped = (page.number - 1).saturating_mul(page.limit).min(total);
    let mut statement = connection.prepare_cached(
        "select d.number, e.id, v.id, v.kind, d.state, d.due_at, d.claimed_until, d.created_at,
             l.attempt, l.at, l.duration, l.status, l.error, l.response,
             v.body ->> '$.data.productId', v.body ->> '$.data.externalId', v.body ->> '$.data.name'
         from (
             select number from webhook_deliveries
             where endpoint = ?1 and (?2 is null or state = ?2)
             order by number desc limit ?3 offset ?4
         ) p
         join webhook_deliveries d on d.number = p.number
         join webhook_endpoints e on e.number = d.endpoint
         join webhook_events v on v.number = d.event
         left join webhook_attempts l on l.delivery = d.number and l.attempt = (
             select max(attempt) from webhook_attempts where delivery = d.number)
         order by d.number desc",
    )?;
    let items = statement
        .query_map(params![number, state, page.limit, skipped], read)?
        .collect::<Result<Vec<_>, _>>()?;
    let has_more = skipped + u64::try_from(items.len()).unwrap_or(0) < total;
    Ok(Some(DeliveryPage { items, page: page.number, limit: page.limit, total, has_more }))
}

/// Returns a delivery with its body and all attempts.
pub(super) fn one(connection: &Connection, scope: Scope, id: &str) -> Stored<Option<Delivery>> {
    let Some(DeliveryNumber(number)) = DeliveryNumber::parse(id) else {
        return Ok(None);
    };
    let mut statement = connection.prepare_cached(
        "select d.number, e.id, v.id, v.kind, d.state, d.due_at, d.claimed_until, d.created_at,
             l.attempt, l.at, l.duration, l.status, l.error, l.response,
             v.body ->> '$.data.productId', v.body ->> '$.data.externalId', v.body ->> '$.data.name',
             v.body
         from webhook_deliveries d
         join webhook_endpoints e on e.number = d.endpoint
         join webhook_events v on v.number = d.event
         left join webhook_attempts l on l.delivery = d.number and l.attempt = (
             select max(attempt) from webhook_attempts where delivery = d.number)
         where d.number = ?1 and e.store_id = ?2 and e.environment = ?3",
    )?;
    let key = params![number, scope.store_id, scope.environment.as_str()];
    let found =
        statement.query_row(key, |row| Ok(Delivery { payload: Some(row.get(17)?), ..read(row)? }));
    let Some(mut delivery) = found.optional()? else {
        return Ok(None);
    };
    let mut statement = connection.prepare_cached(
        "select at, duration, status, error, response from webhook_attempts
         where delivery = ?1 order by attempt desc",
    )?;
    let log = statement.query_map(params![number], |row| attempt(row, 0))?;
    delivery.attempt_log = Some(log.collect::<Result<_, _>>()?);
    Ok(Some(delivery))
}

fn read(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    let attempts: Option<u32> = row.get(8)?;
    let claimed: Option<i64> = row.get(6)?;
    let due_at: Option<i64> = row.get(5)?;
    Ok(Delivery {
        id: DeliveryNumber(row.get(0)?).id(),
        endpoint_id: row.get(1)?,
        event_id: row.get(2)?,
        event: EventKind::from_api(row.get_ref(3)?.as_str()?),
        product: product(row, 14)?,
        state: DeliveryState::from_api(row.get_ref(4)?.as_str()?),
        attempts: attempts.unwrap_or(0),
        created_at: iso(row.get(7)?).unwrap_or_default(),
        // While it is being sent, it is due again only where that breaks off.
        next_attempt_at: due_at.filter(|_| claimed.is_none()).and_then(iso),
        last_attempt: attempts.map(|_| attempt(row, 9)).transpose()?,
        payload: None,
        attempt_log: None,
    })
}

/// Returns the product that a row holds from this column on, where its event is about one.
fn product(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<DeliveredProduct>> {
    let Some(id) = row.get(first)? else { return Ok(None) };
    let name: Option<String> = row.get(first + 2)?;
    let external_id = row.get(first + 1)?;
    Ok(Some(DeliveredProduct { id, external_id, name: name.unwrap_or_default() }))
}

/// Returns the attempt that a row holds from this column on.
fn attempt(row: &Row<'_>, first: usize) -> rusqlite::Result<Attempt> {
    Ok(Attempt {
        at: iso(row.get(first)?).unwrap_or_default(),
        duration_ms: row.get(first + 1)?,
        status: row.get(first + 2)?,
        error: row.get(first + 3)?,
        response: row.get(first + 4)?,
    })
}

/// Makes a delivery due now with all its tries before it.
pub(super) fn retry(
    connection: &Connection,
    scope: Scope,
    id: &str,
    now: Timestamp,
) -> Stored<Retried> {
    let Some(DeliveryNumber(number)) = DeliveryNumber::parse(id) else {
        return Ok(Retried::Unknown);
    };
    let mut statement = connection.prepare_cached(
        "select e.active, d.claimed_until is not null and d.claimed_until > ?4
         from webhook_deliveries d join webhook_endpoints e on e.number = d.endpoint
         where d.number = ?1 and e.store_id = ?2 and e.environment = ?3",
    )?;
    let now = now.as_millisecond();
    let key = params![number, scope.store_id, scope.environment.as_str(), now];
    let found: Option<(bool, bool)> =
        statement.query_row(key, |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    match found {
        None => return Ok(Retried::Unknown),
        Some((false, _)) => return Ok(Retried::Inactive),
        Some((true, true)) => return Ok(Retried::InProgress),
        Some((true, false)) => {}
    }
    connection.execute(
        "update webhook_deliveries
         set state = 'pending', due_at = ?2, tries = 0, claimed_until = null where number = ?1",
        params![number, now],
    )?;
    Ok(Retried::Due)
}

/// Makes the failed deliveries to an endpoint due anew, the oldest first, at most [`MAX_RETRIED`] of
/// them; one behind which another of its product is on its way waits for that.
pub(super) fn retry_failed(
    connection: &Connection,
    scope: Scope,
    endpoint: &str,
    now: Timestamp,
) -> Stored<RetriedAll> {
    let mut statement = connection.prepare_cached(
        "select number, active from webhook_endpoints
         where store_id = ?1 and environment = ?2 and id = ?3",
    )?;
    let key = params![scope.store_id, scope.environment.as_str(), endpoint];
    let found: Option<(i64, bool)> =
        statement.query_row(key, |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let number = match found {
        None => return Ok(RetriedAll::Unknown),
        Some((_, false)) => return Ok(RetriedAll::Inactive),
        Some((number, true)) => number,
    };
    let mut statement = connection.prepare_cached(
        "select number from webhook_deliveries where endpoint = ?1 and state = 'failed'
         order by number limit ?2",
    )?;
    let failed: Vec<i64> = statement
        .query_map(params![number, MAX_RETRIED], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut statement = connection.prepare_cached(
        "update webhook_deliveries as d
         set state = 'pending', tries = 0, claimed_until = null,
             due_at = case when exists (
                 select 1 from webhook_deliveries
                 where endpoint = d.endpoint and product = d.product and state = 'pending'
             ) then null else ?2 end
         where number = ?1",
    )?;
    for delivery in &failed {
        statement.execute(params![delivery, now.as_millisecond()])?;
    }
    let left: u64 = connection
        .prepare_cached(
            "select count(*) from webhook_deliveries where endpoint = ?1 and state = 'failed'",
        )?
        .query_row(params![number], |row| row.get(0))?;
    let retried = failed.len() as u64;
    Ok(RetriedAll::Due(RetriedDeliveries { retried, left }))
}

/// Forgets deliveries and events older than [`KEPT`], at most [`FORGOTTEN_AT_ONCE`] of each; returns
/// how many deliveries, or as many where only events are left.
pub(super) fn forget(connection: &Connection, now: Timestamp) -> Stored<usize> {
    let until = now.checked_sub(KEPT).unwrap_or(Timestamp::UNIX_EPOCH).as_millisecond();
    let mut statement = connection.prepare_cached(
        "select number, state = 'pending', created_at from webhook_deliveries
         order by number limit ?1",
    )?;
    let oldest: Vec<(i64, bool, i64)> = statement
        .query_map(params![FORGOTTEN_AT_ONCE], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let mut forgotten = 0;
    for (number, is_pending, _) in oldest.into_iter().filter(|(_, _, at)| *at < until) {
        if is_pending {
            release_next(connection, number, now)?;
        }
        for sql in [
            "delete from webhook_attempts where delivery = ?1",
            "delete from webhook_deliveries where number = ?1",
        ] {
            connection.prepare_cached(sql)?.execute(params![number])?;
        }
        forgotten += 1;
    }
    if forgotten == FORGOTTEN_AT_ONCE {
        return Ok(forgotten);
    }
    // An event has its deliveries from its first moment on, so none is left of one as old.
    Ok(connection
        .prepare_cached(
            "delete from webhook_events where number in (
                 select number from (select number, at from webhook_events order by number limit ?2)
                 where at < ?1)",
        )?
        .execute(params![until, FORGOTTEN_AT_ONCE])?)
}
