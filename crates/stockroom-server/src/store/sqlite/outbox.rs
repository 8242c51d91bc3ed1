//! Events on their way: written with the change that they are about, claimed by one process at a
//! time, and let go with what came of them.
//!
//! Of one product and endpoint only the oldest delivery is due; the next becomes due when it ends
//! ([`release_next`]). So claiming never looks at what has to wait.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};
use stockroom_api::key::Environment;
use stockroom_api::webhook::{EventKind, StockData, WebhookEvent};

use super::keys::environment;
use crate::secret::hex;
use crate::store::columns::kinds;
use crate::store::data::{Scope, WriteRecord};
use crate::store::webhooks::{
    AttemptRow, ClaimBounds, Claimed, Crossing, DeliveryNumber, EndpointNumber, Fate, Health,
    PlainEvent, Secret,
};
use crate::store::{StoreError, Stored};

/// An endpoint that listens, and to what.
type Listening = (i64, Vec<EventKind>);

/// Writes an event for every crossing that an endpoint listens to.
pub(super) fn note_crossings(
    connection: &Connection,
    scope: Scope,
    record: &WriteRecord,
    crossings: &[Crossing],
) -> Stored<()> {
    if crossings.is_empty() {
        return Ok(());
    }
    let listening = listening(connection, scope)?;
    for crossing in crossings {
        let endpoints: Vec<i64> = listening
            .iter()
            .filter(|(_, kinds)| kinds.contains(&crossing.kind))
            .map(|(number, _)| *number)
            .collect();
        if !endpoints.is_empty() {
            note_crossing(connection, scope, record, crossing, &endpoints)?;
        }
    }
    Ok(())
}

fn listening(connection: &Connection, scope: Scope) -> Stored<Vec<Listening>> {
    let mut statement = connection.prepare_cached(
        "select number, events from webhook_endpoints
         where store_id = ?1 and environment = ?2 and active = 1",
    )?;
    let key = params![scope.store_id, scope.environment.as_str()];
    let rows = statement
        .query_map(key, |row| Ok((row.get(0)?, kinds(row.get_ref(1)?.as_str()?))))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

fn note_crossing(
    connection: &Connection,
    scope: Scope,
    record: &WriteRecord,
    crossing: &Crossing,
    endpoints: &[i64],
) -> Stored<()> {
    let product = crossing.product.0;
    let sequence = next_sequence(connection, product, record.at)?;
    let data = stock_data(connection, crossing, sequence)?;
    // Of a request, product and number there is one event, so ids need no randomness of their own.
    let name = format!("{}/{product}/{sequence}", record.request_id);
    let id = format!("evt_{}", hex(&Sha256::digest(name)[..16]));
    let timestamp = format!("{:.3}", record.at);
    let event = WebhookEvent {
        id: id.clone(),
        event: crossing.kind,
        created_at: timestamp.clone(),
        timestamp,
        sandbox: scope.environment == Environment::Test,
        data,
    };
    let body = serde_json::to_string(&event)?;
    let event = PlainEvent { id, kind: crossing.kind, at: record.at, body };
    let number = insert_event(connection, &event)?;
    for endpoint in endpoints {
        insert_delivery(connection, *endpoint, number, Some(product), record.at)?;
    }
    Ok(())
}

/// Returns a number higher than all that events of the product had. It follows the clock, so that it
/// is higher too where the database was brought back from a copy.
fn next_sequence(connection: &Connection, product: i64, now: Timestamp) -> Stored<i64> {
    let mut statement = connection.prepare_cached(
        "insert into webhook_sequences (product, last) values (?1, ?2)
         on conflict do update set last = max(last + 1, excluded.last) returning last",
    )?;
    Ok(statement.query_row(params![product, now.as_millisecond()], |row| row.get(0))?)
}

fn stock_data(connection: &Connection, crossing: &Crossing, sequence: i64) -> Stored<StockData> {
    let mut statement = connection.prepare_cached(
        "select id, external_id, name, low_stock_threshold
         from products join levels on product = number where number = ?1",
    )?;
    Ok(statement.query_row(params![crossing.product.0], |row| {
        Ok(StockData {
            product_id: row.get(0)?,
            external_id: row.get(1)?,
            name: row.get(2)?,
            quantity: crossing.after,
            previous_quantity: crossing.before,
            low_stock_threshold: row.get(3)?,
            sequence,
        })
    })?)
}

fn insert_event(connection: &Connection, event: &PlainEvent) -> Stored<i64> {
    let mut statement = connection.prepare_cached(
        "insert into webhook_events (id, kind, at, body) values (?1, ?2, ?3, ?4)",
    )?;
    let at = event.at.as_millisecond();
    Ok(statement.insert(params![event.id, event.kind.as_str(), at, event.body])?)
}

/// Adds a delivery, due now unless one of the same product is still on its way.
fn insert_delivery(
    connection: &Connection,
    endpoint: i64,
    event: i64,
    product: Option<i64>,
    now: Timestamp,
) -> Stored<i64> {
    let mut statement = connection.prepare_cached(
        "insert into webhook_deliveries (endpoint, event, product, state, due_at, created_at)
         values (?1, ?2, ?3, 'pending',
             case when exists (
                 select 1 from webhook_deliveries
                 where endpoint = ?1 and product = ?3 and state = 'pending'
             ) then null else ?4 end,
             ?4)",
    )?;
    Ok(statement.insert(params![endpoint, event, product, now.as_millisecond()])?)
}

/// Writes an event for one endpoint alone, and returns the delivery's id.
pub(super) fn send_to(
    connection: &Connection,
    scope: Scope,
    endpoint: &str,
    event: &PlainEvent,
) -> Stored<Option<String>> {
    let number = connection
        .prepare_cached(
            "select number from webhook_endpoints
             where store_id = ?1 and environment = ?2 and id = ?3",
        )?
        .query_row(params![scope.store_id, scope.environment.as_str(), endpoint], |row| row.get(0))
        .optional()?;
    let Some(number) = number else {
        return Ok(None);
    };
    let event_number = insert_event(connection, event)?;
    let delivery = insert_delivery(connection, number, event_number, None, event.at)?;
    Ok(Some(DeliveryNumber(delivery).id()))
}

/// Tells whether anything may be claimed.
pub(super) fn is_any_due(connection: &Connection, now: Timestamp) -> Stored<bool> {
    let mut statement = connection.prepare_cached(
        "select 1 from webhook_endpoints e where e.active = 1 and exists (
             select 1 from webhook_deliveries d
             where d.endpoint = e.number and d.state = 'pending' and d.due_at <= ?1)",
    )?;
    Ok(statement.exists(params![now.as_millisecond()])?)
}

/// Claims deliveries that are due until `until`.
pub(super) fn claim(
    connection: &Connection,
    now: Timestamp,
    until: Timestamp,
    bounds: ClaimBounds,
) -> Stored<Vec<Claimed>> {
    let mut statement = connection.prepare_cached(
        "select e.number, (
             select count(*) from webhook_deliveries
             where endpoint = e.number and claimed_until is not null and claimed_until > ?1)
         from webhook_endpoints e where e.active = 1 and exists (
             select 1 from webhook_deliveries d
             where d.endpoint = e.number and d.state = 'pending' and d.due_at <= ?1)",
    )?;
    let millis = params![now.as_millisecond()];
    let due: Vec<(i64, usize)> = statement
        .query_map(millis, |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut claimed = Vec::new();
    for (endpoint, in_flight) in due {
        let free = bounds.for_endpoint.saturating_sub(in_flight);
        let room = free.min(bounds.in_all.saturating_sub(claimed.len()));
        for delivery in due_deliveries(connection, endpoint, now, room)? {
            connection
                .prepare_cached(
                    "update webhook_deliveries
                     set due_at = ?2, claimed_until = ?2, claims = claims + 1 where number = ?1",
                )?
                .execute(params![delivery, until.as_millisecond()])?;
            claimed.push(read_claimed(connection, delivery, now)?);
        }
    }
    Ok(claimed)
}

fn due_deliveries(
    connection: &Connection,
    endpoint: i64,
    now: Timestamp,
    most: usize,
) -> Stored<Vec<i64>> {
    let mut statement = connection.prepare_cached(
        "select number from webhook_deliveries
         where endpoint = ?1 and state = 'pending' and due_at <= ?2
         order by due_at limit ?3",
    )?;
    let rows = statement
        .query_map(params![endpoint, now.as_millisecond(), most], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

fn read_claimed(connection: &Connection, delivery: i64, now: Timestamp) -> Stored<Claimed> {
    let mut statement = connection.prepare_cached(
        "select d.claims, d.tries, e.number, e.id, e.url, e.secret,
             case when e.old_secret_until > ?2 then e.old_secret end, v.id, v.body, e.store_id,
             e.environment
         from webhook_deliveries d
         join webhook_endpoints e on e.number = d.endpoint
         join webhook_events v on v.number = d.event
         where d.number = ?1",
    )?;
    Ok(statement.query_row(params![delivery, now.as_millisecond()], |row| {
        let old: Option<_> = row.get(6)?;
        Ok(Claimed {
            scope: Scope {
                store_id: row.get(9)?,
                environment: environment(row.get_ref(10)?.as_str()?),
            },
            delivery: DeliveryNumber(delivery),
            claim: row.get(0)?,
            tries: row.get(1)?,
            endpoint: EndpointNumber(row.get(2)?),
            endpoint_id: row.get(3)?,
            url: row.get(4)?,
            secrets: std::iter::once(row.get(5)?).chain(old).map(Secret).collect(),
            event_id: row.get(7)?,
            body: row.get(8)?,
        })
    })?)
}

/// Writes what came of a claimed delivery, unless it is somebody else's by now.
pub(super) fn finish(
    connection: &Connection,
    claimed: &Claimed,
    attempt: &AttemptRow,
    fate: Fate,
) -> Stored<Option<Health>> {
    let (state, due_at) = match fate {
        Fate::Delivered => ("delivered", None),
        Fate::Again(at) => ("pending", Some(at.as_millisecond())),
        Fate::GivenUp => ("failed", None),
    };
    let delivery = claimed.delivery.0;
    let kept = connection
        .prepare_cached(
            "update webhook_deliveries
             set state = ?3, due_at = ?4, tries = tries + 1, claimed_until = null
             where number = ?1 and claims = ?2 and claimed_until is not null",
        )?
        .execute(params![delivery, claimed.claim, state, due_at])?;
    if kept == 0 {
        return Ok(None);
    }
    insert_attempt(connection, delivery, attempt)?;
    if state != "pending" {
        release_next(connection, delivery, attempt.at)?;
    }
    note_health(connection, claimed.endpoint, attempt.at, fate)
}

fn insert_attempt(connection: &Connection, delivery: i64, attempt: &AttemptRow) -> Stored<()> {
    connection
        .prepare_cached(
            "insert into webhook_attempts
                 (delivery, attempt, at, duration, status, error, response)
             values (?1,
                 (select coalesce(max(attempt), 0) + 1 from webhook_attempts where delivery = ?1),
                 ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            delivery,
            attempt.at.as_millisecond(),
            attempt.duration_ms,
            attempt.status,
            attempt.error,
            attempt.response,
        ])?;
    Ok(())
}

/// Makes the oldest delivery due that waits behind this one, which ended.
pub(super) fn release_next(connection: &Connection, ended: i64, now: Timestamp) -> Stored<()> {
    connection
        .prepare_cached(
            "update webhook_deliveries set due_at = ?2 where number = (
                 select min(w.number) from webhook_deliveries d join webhook_deliveries w
                     on w.endpoint = d.endpoint and w.product = d.product
                     and w.state = 'pending' and w.due_at is null
                 where d.number = ?1)",
        )?
        .execute(params![ended, now.as_millisecond()])?;
    Ok(())
}

/// Makes due now what waits to be sent to an endpoint again.
pub(super) fn hasten(
    connection: &Connection,
    endpoint: EndpointNumber,
    now: Timestamp,
) -> Stored<()> {
    connection
        .prepare_cached(
            "update webhook_deliveries set due_at = ?2
             where endpoint = ?1 and state = 'pending' and due_at > ?2 and claimed_until is null",
        )?
        .execute(params![endpoint.0, now.as_millisecond()])?;
    Ok(())
}

fn note_health(
    connection: &Connection,
    endpoint: EndpointNumber,
    at: Timestamp,
    fate: Fate,
) -> Stored<Option<Health>> {
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Health { failing_since: super::rows::time_or_none(row, 0)?, given_up: row.get(1)? })
    };
    if fate == Fate::Delivered {
        let before = connection
            .prepare_cached(
                "select failing_since, given_up from webhook_endpoints where number = ?1",
            )?
            .query_row(params![endpoint.0], read)
            .optional()?;
        if before.is_some_and(|before| before.failing_since.is_some()) {
            connection
                .prepare_cached(
                    "update webhook_endpoints set failing_since = null, given_up = 0
                     where number = ?1",
                )?
                .execute(params![endpoint.0])?;
        }
        return Ok(before);
    }
    let mut statement = connection.prepare_cached(
        "update webhook_endpoints
         set failing_since = coalesce(failing_since, ?2), given_up = given_up + ?3
         where number = ?1 returning failing_since, given_up",
    )?;
    let given_up = fate == Fate::GivenUp;
    let key = params![endpoint.0, at.as_millisecond(), given_up];
    let found = statement.query_row(key, read);
    // An endpoint that was deleted meanwhile is nobody's to care for.
    found.optional().map_err(StoreError::from)
}
