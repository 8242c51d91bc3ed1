//! Deliveries on their way: claimed by one process at a time, and let go with what came of them.
//!
//! Locks are taken in one order: endpoint, product's sequence, delivery.

use jiff::Timestamp;
use stockroom_api::key::Environment;
use tokio_postgres::Row;

use super::connections::Connection;
use super::endpoints::secret;
use super::rows::{count, number, time_or_none};
use crate::store::Stored;
use crate::store::data::Scope;
use crate::store::webhooks::{
    AttemptRow, ClaimBounds, Claimed, DeliveryNumber, EndpointNumber, Fate, Health,
};

/// The endpoints to which something may be sent now.
macro_rules! due_endpoints {
    () => {
        "from webhook_endpoints e where e.active and exists (
             select from webhook_deliveries d
             where d.store_id = e.store_id and d.endpoint = e.number and d.state = 'pending'
                 and d.due_at <= $1)"
    };
}

/// Tells whether anything may be claimed.
pub(super) async fn is_any_due(connection: &Connection, now: Timestamp) -> Stored<bool> {
    let sql = concat!("select exists (select ", due_endpoints!(), ")");
    Ok(connection.row(sql, &[&now.as_millisecond()]).await?.try_get(0)?)
}

/// Claims deliveries that are due until `until`.
pub(super) async fn claim(
    connection: &Connection,
    now: Timestamp,
    until: Timestamp,
    bounds: ClaimBounds,
) -> Stored<Vec<Claimed>> {
    let millis = now.as_millisecond();
    // Of all processes one at a time looks what is on its way to an endpoint.
    let due = connection
        .rows(
            concat!(
                "select e.store_id, e.number ",
                due_endpoints!(),
                " order by e.store_id, e.number for no key update of e"
            ),
            &[&millis],
        )
        .await?;
    let mut claimed = Vec::new();
    for endpoint in due {
        let room = bounds.in_all.saturating_sub(claimed.len());
        if room == 0 {
            break;
        }
        let (store_id, endpoint): (i64, i64) = (endpoint.try_get(0)?, endpoint.try_get(1)?);
        let rows = connection
            .rows(
                "with taken as (
                     select number from webhook_deliveries
                     where store_id = $1 and endpoint = $2 and state = 'pending' and due_at <= $3
                     order by due_at, number
                     limit least($5, greatest(0, $6 - (
                         select count(*) from webhook_deliveries
                         where store_id = $1 and endpoint = $2 and claimed_until > $3)))
                     for update skip locked
                 ), claimed as (
                     update webhook_deliveries d
                     set due_at = $4, claimed_until = $4, claims = claims + 1
                     from taken where d.store_id = $1 and d.number = taken.number
                     returning d.*
                 )
                 select d.number, d.claims, d.tries, e.live, e.id, e.url, e.secret,
                     case when e.old_secret_until > $3 then e.old_secret end, v.id, v.body
                 from claimed d
                 join webhook_endpoints e on e.store_id = $1 and e.number = d.endpoint
                 join webhook_events v on v.store_id = $1 and v.number = d.event
                 order by d.number",
                &[
                    &store_id,
                    &endpoint,
                    &millis,
                    &until.as_millisecond(),
                    &number(room),
                    &number(bounds.for_endpoint),
                ],
            )
            .await?;
        for row in &rows {
            claimed.push(read_claimed(row, store_id, endpoint)?);
        }
    }
    Ok(claimed)
}

fn read_claimed(row: &Row, store_id: i64, endpoint: i64) -> Stored<Claimed> {
    let environment = if row.try_get(3)? { Environment::Live } else { Environment::Test };
    let old = row.try_get::<_, Option<&[u8]>>(7)?.map(secret).transpose()?;
    let tries: i32 = row.try_get(2)?;
    Ok(Claimed {
        scope: Scope { store_id, environment },
        delivery: DeliveryNumber(row.try_get(0)?),
        claim: row.try_get(1)?,
        tries: tries.try_into().unwrap_or(0),
        endpoint: EndpointNumber(endpoint),
        endpoint_id: row.try_get(4)?,
        url: row.try_get(5)?,
        secrets: std::iter::once(secret(row.try_get(6)?)?).chain(old).collect(),
        event_id: row.try_get(8)?,
        body: row.try_get(9)?,
    })
}

/// Writes what came of a claimed delivery, unless it is somebody else's by now.
pub(super) async fn finish(
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
    let store_id = claimed.scope.store_id;
    let delivery = claimed.delivery.0;
    let endpoint = connection
        .row_or_none(
            "select failing_since, given_up from webhook_endpoints
             where store_id = $1 and number = $2 for no key update",
            &[&store_id, &claimed.endpoint.0],
        )
        .await?;
    let product = connection
        .row_or_none(
            "select product from webhook_deliveries where store_id = $1 and number = $2",
            &[&store_id, &delivery],
        )
        .await?;
    let product: Option<i64> = product.map(|row| row.try_get(0)).transpose()?.flatten();
    if let Some(product) = product {
        lock_product(connection, store_id, product).await?;
    }
    let kept = connection
        .execute(
            "update webhook_deliveries
             set state = $4, due_at = $5, tries = tries + 1, claimed_until = null
             where store_id = $1 and number = $2 and claims = $3 and claimed_until is not null",
            &[&store_id, &delivery, &claimed.claim, &state, &due_at],
        )
        .await?;
    if kept == 0 {
        return Ok(None);
    }
    insert_attempt(connection, store_id, delivery, attempt).await?;
    if let Some(product) = product.filter(|_| state != "pending") {
        let ended = (claimed.endpoint.0, product, delivery);
        release_next(connection, store_id, ended, attempt.at).await?;
    }
    let before = endpoint.map(|row| health(&row)).transpose()?;
    note_health(connection, claimed, before, attempt.at, fate).await
}

/// Keeps others from adding or ending deliveries about a product until the transaction ends.
pub(super) async fn lock_product(
    connection: &Connection,
    store_id: i64,
    product: i64,
) -> Stored<()> {
    connection
        .row_or_none(
            "select last from webhook_sequences where store_id = $1 and product = $2 for update",
            &[&store_id, &product],
        )
        .await?;
    Ok(())
}

/// Keeps others from adding or ending deliveries about these products until the transaction ends.
pub(super) async fn lock_products(
    connection: &Connection,
    store_id: i64,
    products: &[i64],
) -> Stored<()> {
    connection
        .rows(
            "select last from webhook_sequences where store_id = $1 and product = any($2)
             order by product for update",
            &[&store_id, &products],
        )
        .await?;
    Ok(())
}

async fn insert_attempt(
    connection: &Connection,
    store_id: i64,
    delivery: i64,
    attempt: &AttemptRow,
) -> Stored<()> {
    // What somebody answers may hold anything.
    let kept = |text: &Option<String>| text.as_ref().map(|text| text.replace('\0', "\u{fffd}"));
    connection
        .execute(
            "insert into webhook_attempts
                 (store_id, delivery, attempt, at, duration, status, error, response)
             values ($1, $2,
                 (select coalesce(max(attempt), 0) + 1 from webhook_attempts
                  where store_id = $1 and delivery = $2),
                 $3, $4, $5, $6, $7)",
            &[
                &store_id,
                &delivery,
                &attempt.at.as_millisecond(),
                &number(attempt.duration_ms),
                &attempt.status.map(i32::from),
                &kept(&attempt.error),
                &kept(&attempt.response),
            ],
        )
        .await?;
    Ok(())
}

/// Makes the oldest delivery due that waits behind the one that ended: of an endpoint, about a product, with
/// a number.
pub(super) async fn release_next(
    connection: &Connection,
    store_id: i64,
    (endpoint, product, ended): (i64, i64, i64),
    now: Timestamp,
) -> Stored<()> {
    connection
        .execute(
            "update webhook_deliveries set due_at = $5 where store_id = $1 and number = (
                 select min(number) from webhook_deliveries
                 where store_id = $1 and endpoint = $2 and product = $3 and number <> $4
                     and state = 'pending' and due_at is null)",
            &[&store_id, &endpoint, &product, &ended, &now.as_millisecond()],
        )
        .await?;
    Ok(())
}

/// Makes due now what waits to be sent to an endpoint again.
pub(super) async fn hasten(
    connection: &Connection,
    scope: Scope,
    endpoint: EndpointNumber,
    now: Timestamp,
) -> Stored<()> {
    connection
        .execute(
            "update webhook_deliveries set due_at = $3
             where store_id = $1 and endpoint = $2 and state = 'pending' and due_at > $3
                 and claimed_until is null",
            &[&scope.store_id, &endpoint.0, &now.as_millisecond()],
        )
        .await?;
    Ok(())
}

async fn note_health(
    connection: &Connection,
    claimed: &Claimed,
    before: Option<Health>,
    at: Timestamp,
    fate: Fate,
) -> Stored<Option<Health>> {
    // An endpoint that was deleted meanwhile is nobody's to care for.
    let Some(before) = before else { return Ok(None) };
    let key = (claimed.scope.store_id, claimed.endpoint.0);
    if fate == Fate::Delivered {
        if before.failing_since.is_some() {
            connection
                .execute(
                    "update webhook_endpoints set failing_since = null, given_up = 0
                     where store_id = $1 and number = $2",
                    &[&key.0, &key.1],
                )
                .await?;
        }
        return Ok(Some(before));
    }
    let row = connection
        .row(
            "update webhook_endpoints
             set failing_since = coalesce(failing_since, $3), given_up = given_up + $4
             where store_id = $1 and number = $2 returning failing_since, given_up",
            &[&key.0, &key.1, &at.as_millisecond(), &i64::from(fate == Fate::GivenUp)],
        )
        .await?;
    health(&row).map(Some)
}

fn health(row: &Row) -> Stored<Health> {
    Ok(Health { failing_since: time_or_none(row, 0)?, given_up: count(row, 1)? })
}
