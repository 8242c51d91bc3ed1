//! What was delivered to endpoints of webhooks: the log, asking anew, and forgetting.

use jiff::Timestamp;
use stockroom_api::webhook::{
    Attempt, DeliveredProduct, Delivery, DeliveryPage, DeliveryState, EventKind, MAX_RETRIED,
    RetriedDeliveries,
};
use tokio_postgres::Row;

use super::connections::Connection;
use super::endpoints;
use super::outbox::{lock_products, release_next};
use super::rows::{count, is_live, number};
use crate::store::columns::iso;
use crate::store::data::{Page, Scope};
use crate::store::webhooks::{DeliveryNumber, KEPT, Retried, RetriedAll};
use crate::store::{StoreError, Stored};

/// How many deliveries are forgotten at once, so that nobody waits long for it.
const FORGOTTEN_AT_ONCE: usize = 1_000;

/// The columns of a delivery with its last attempt.
macro_rules! delivery {
    ($which:literal, $body:literal) => {
        concat!(
            "select d.number, e.id, v.id, v.kind, d.state, d.due_at, d.claimed_until, d.created_at,
                 l.attempt, l.at, l.duration, l.status, l.error, l.response,
                 v.body::jsonb #>> '{data,productId}', v.body::jsonb #>> '{data,externalId}',
                 v.body::jsonb #>> '{data,name}'",
            $body,
            " from ",
            $which,
            " join webhook_endpoints e on e.store_id = d.store_id and e.number = d.endpoint
             join webhook_events v on v.store_id = d.store_id and v.number = d.event
             left join lateral (
                 select * from webhook_attempts a
                 where a.store_id = d.store_id and a.delivery = d.number
                 order by attempt desc limit 1) l on true "
        )
    };
}

/// Returns a page of the deliveries to an endpoint, the newest first.
pub(super) async fn page(
    connection: &Connection,
    scope: Scope,
    endpoint: &str,
    state: Option<DeliveryState>,
    page: Page,
) -> Stored<Option<DeliveryPage>> {
    let Some(endpoint) = endpoints::number(connection, scope, endpoint).await? else {
        return Ok(None);
    };
    let state = state.map(DeliveryState::as_str);
    let counted = connection
        .row(
            "select count(*) from webhook_deliveries
             where store_id = $1 and endpoint = $2 and ($3::text is null or state = $3)",
            &[&scope.store_id, &endpoint, &state],
        )
        .await?;
    let total: u64 = count(&counted, 0)?;
    let skipped = page.offset().min(total);
    let rows = connection
        .rows(
            concat!(
                delivery!(
                    "(select * from webhook_deliveries
                      where store_id = $1 and endpoint = $2 and ($3::text is null or state = $3)
                      order by number desc limit $4 offset $5) d",
                    ""
                ),
                "order by d.number desc"
            ),
            &[&scope.store_id, &endpoint, &state, &number(page.limit), &number(skipped)],
        )
        .await?;
    let items = rows.iter().map(read).collect::<Stored<Vec<_>>>()?;
    let has_more = skipped + (items.len() as u64) < total;
    Ok(Some(DeliveryPage { items, page: page.number, limit: page.limit, total, has_more }))
}

/// Returns a delivery with its body and all attempts.
pub(super) async fn one(
    connection: &Connection,
    scope: Scope,
    id: &str,
) -> Stored<Option<Delivery>> {
    let Some(DeliveryNumber(number)) = DeliveryNumber::parse(id) else {
        return Ok(None);
    };
    let found = connection
        .row_or_none(
            concat!(
                delivery!("webhook_deliveries d", ", v.body"),
                "where d.store_id = $1 and d.number = $2 and e.live = $3"
            ),
            &[&scope.store_id, &number, &is_live(scope)],
        )
        .await?;
    let Some(row) = found else { return Ok(None) };
    let attempts = connection
        .rows(
            "select at, duration, status, error, response from webhook_attempts
             where store_id = $1 and delivery = $2 order by attempt desc",
            &[&scope.store_id, &number],
        )
        .await?;
    Ok(Some(Delivery {
        payload: Some(row.try_get(17)?),
        attempt_log: Some(attempts.iter().map(|row| attempt(row, 0)).collect::<Stored<Vec<_>>>()?),
        ..read(&row)?
    }))
}

fn read(row: &Row) -> Stored<Delivery> {
    let attempts: Option<i32> = row.try_get(8)?;
    let claimed: Option<i64> = row.try_get(6)?;
    let due_at: Option<i64> = row.try_get(5)?;
    Ok(Delivery {
        id: DeliveryNumber(row.try_get(0)?).id(),
        endpoint_id: row.try_get(1)?,
        event_id: row.try_get(2)?,
        event: EventKind::from_api(row.try_get(3)?),
        product: product(row, 14)?,
        state: DeliveryState::from_api(row.try_get(4)?),
        attempts: attempts.and_then(|attempts| attempts.try_into().ok()).unwrap_or(0),
        created_at: iso(row.try_get(7)?).unwrap_or_default(),
        // While it is being sent, it is due again only where that breaks off.
        next_attempt_at: due_at.filter(|_| claimed.is_none()).and_then(iso),
        last_attempt: attempts.map(|_| attempt(row, 9)).transpose()?,
        payload: None,
        attempt_log: None,
    })
}

/// Returns the product that a row holds from this column on, where its event is about one.
fn product(row: &Row, first: usize) -> Stored<Option<DeliveredProduct>> {
    let Some(id) = row.try_get(first)? else { return Ok(None) };
    let name: Option<String> = row.try_get(first + 2)?;
    let external_id = row.try_get(first + 1)?;
    Ok(Some(DeliveredProduct { id, external_id, name: name.unwrap_or_default() }))
}

/// Returns the attempt that a row holds from this column on.
fn attempt(row: &Row, first: usize) -> Stored<Attempt> {
    let status: Option<i32> = row.try_get(first + 2)?;
    Ok(Attempt {
        at: iso(row.try_get(first)?).unwrap_or_default(),
        duration_ms: count(row, first + 1)?,
        status: status.and_then(|status| status.try_into().ok()),
        error: row.try_get(first + 3)?,
        response: row.try_get(first + 4)?,
    })
}

/// Makes a delivery due now with all its tries before it.
pub(super) async fn retry(
    connection: &Connection,
    scope: Scope,
    id: &str,
    now: Timestamp,
) -> Stored<Retried> {
    let Some(DeliveryNumber(number)) = DeliveryNumber::parse(id) else {
        return Ok(Retried::Unknown);
    };
    let now = now.as_millisecond();
    let found = connection
        .row_or_none(
            "select e.active, d.claimed_until is not null and d.claimed_until > $4
             from webhook_deliveries d
             join webhook_endpoints e on e.store_id = d.store_id and e.number = d.endpoint
             where d.store_id = $1 and d.number = $2 and e.live = $3 for update of d",
            &[&scope.store_id, &number, &is_live(scope), &now],
        )
        .await?;
    let Some(row) = found else { return Ok(Retried::Unknown) };
    match (row.try_get(0)?, row.try_get(1)?) {
        (false, _) => return Ok(Retried::Inactive),
        (true, true) => return Ok(Retried::InProgress),
        (true, false) => {}
    }
    connection
        .execute(
            "update webhook_deliveries
             set state = 'pending', due_at = $3, tries = 0, claimed_until = null
             where store_id = $1 and number = $2",
            &[&scope.store_id, &number, &now],
        )
        .await?;
    Ok(Retried::Due)
}

/// Makes the failed deliveries to an endpoint due anew, the oldest first, at most [`MAX_RETRIED`] of
/// them; one behind which another of its product is on its way waits for that.
pub(super) async fn retry_failed(
    connection: &Connection,
    scope: Scope,
    endpoint: &str,
    now: Timestamp,
) -> Stored<RetriedAll> {
    let found = connection
        .row_or_none(
            "select number, active from webhook_endpoints
             where store_id = $1 and live = $2 and id = $3",
            &[&scope.store_id, &is_live(scope), &endpoint],
        )
        .await?;
    let Some(found) = found else { return Ok(RetriedAll::Unknown) };
    let endpoint: i64 = found.try_get(0)?;
    if !found.try_get::<_, bool>(1)? {
        return Ok(RetriedAll::Inactive);
    }
    let failed = connection
        .rows(
            "select number, product from webhook_deliveries
             where store_id = $1 and endpoint = $2 and state = 'failed' order by number limit $3",
            &[&scope.store_id, &endpoint, &number(MAX_RETRIED)],
        )
        .await?;
    let numbers = failed.iter().map(|row| row.try_get(0));
    let numbers = numbers.collect::<Result<Vec<i64>, _>>().map_err(StoreError::from)?;
    let products = failed.iter().filter_map(|row| row.try_get(1).transpose());
    let products = products.collect::<Result<Vec<i64>, _>>().map_err(StoreError::from)?;
    lock_products(connection, scope.store_id, &products).await?;
    let retried = connection
        .execute(
            "with failed as (
                 select number, product, row_number() over (
                     partition by product order by number) as place_of_product
                 from webhook_deliveries
                 where store_id = $1 and number = any($3) and state = 'failed'
             )
             update webhook_deliveries d
             set state = 'pending', tries = 0, claimed_until = null,
                 due_at = case when d.product is null or f.place_of_product = 1 and not exists (
                     select from webhook_deliveries p where p.store_id = $1
                         and p.endpoint = $2 and p.product = d.product and p.state = 'pending')
                 then $4::bigint end
             from failed f where d.store_id = $1 and d.number = f.number",
            &[&scope.store_id, &endpoint, &numbers, &now.as_millisecond()],
        )
        .await?;
    let left = connection
        .row(
            "select count(*) from webhook_deliveries
             where store_id = $1 and endpoint = $2 and state = 'failed'",
            &[&scope.store_id, &endpoint],
        )
        .await?;
    Ok(RetriedAll::Due(RetriedDeliveries { retried, left: count(&left, 0)? }))
}

/// What is left to forget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// There may be more.
    More,
    /// All that is old is forgotten.
    Nothing,
}

/// Forgets some of the deliveries and events older than [`KEPT`]. Belongs into a transaction.
pub(super) async fn forget(connection: &Connection, now: Timestamp) -> Stored<Left> {
    let until = now.checked_sub(KEPT).unwrap_or(Timestamp::UNIX_EPOCH).as_millisecond();
    let most = number(FORGOTTEN_AT_ONCE);
    let oldest = connection
        .rows(
            "select store_id, number, endpoint, product, state = 'pending' from webhook_deliveries
             where created_at < $1 order by store_id, product, number limit $2",
            &[&until, &most],
        )
        .await?;
    for row in &oldest {
        let (store_id, number): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        let (endpoint, product): (i64, Option<i64>) = (row.try_get(2)?, row.try_get(3)?);
        if let (true, Some(product)) = (row.try_get(4)?, product) {
            super::outbox::lock_product(connection, store_id, product).await?;
            release_next(connection, store_id, (endpoint, product, number), now).await?;
        }
    }
    let store_ids = oldest.iter().map(|row| row.try_get(0));
    let store_ids = store_ids.collect::<Result<Vec<i64>, _>>().map_err(StoreError::from)?;
    let numbers = oldest.iter().map(|row| row.try_get(1));
    let numbers = numbers.collect::<Result<Vec<i64>, _>>().map_err(StoreError::from)?;
    for sql in [
        "delete from webhook_attempts a using unnest($1::bigint[], $2::bigint[]) as d (store_id, number)
         where a.store_id = d.store_id and a.delivery = d.number",
        "delete from webhook_deliveries w using unnest($1::bigint[], $2::bigint[]) as d (store_id, number)
         where w.store_id = d.store_id and w.number = d.number",
    ] {
        connection.execute(sql, &[&store_ids, &numbers]).await?;
    }
    if oldest.len() == FORGOTTEN_AT_ONCE {
        return Ok(Left::More);
    }
    // An event has its deliveries from its first moment on, so none is left of one as old.
    let events = connection
        .execute(
            "delete from webhook_events e using (
                 select store_id, number from webhook_events where at < $1 limit $2) old
             where e.store_id = old.store_id and e.number = old.number",
            &[&until, &most],
        )
        .await?;
    Ok(if number(events) == most { Left::More } else { Left::Nothing })
}
