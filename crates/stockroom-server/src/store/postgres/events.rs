//! Events, written with the change that they are about.
//!
//! Of one product and endpoint only the oldest delivery is due; the next becomes due when it ends. Whoever
//! adds one or ends one has locked the product's sequence first, so that none is left behind.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};
use stockroom_api::key::Environment;
use stockroom_api::webhook::{EventKind, StockData, WebhookEvent};
use tokio_postgres::Row;

use super::connections::Connection;
use super::endpoints;
use super::rows::is_live;
use crate::secret::hex;
use crate::store::columns::kinds;
use crate::store::data::{Scope, WriteRecord};
use crate::store::webhooks::{Crossing, DeliveryNumber, PlainEvent};
use crate::store::{StoreError, Stored};

/// An endpoint that listens, and to what.
type Listening = (i64, Vec<EventKind>);

/// What an event tells of a product, and the first number that events of this write have.
struct Subject {
    id: String,
    external_id: Option<String>,
    name: String,
    low_stock_threshold: Option<i64>,
    next_sequence: i64,
}

/// Writes an event for every crossing that an endpoint listens to.
pub(super) async fn note_crossings(
    connection: &Connection,
    scope: Scope,
    record: &WriteRecord,
    crossings: &[Crossing],
) -> Stored<()> {
    if crossings.is_empty() {
        return Ok(());
    }
    let listening = listening(connection, scope).await?;
    let is_listened_to =
        |crossing: &&Crossing| listening.iter().any(|(_, kinds)| kinds.contains(&crossing.kind));
    let heard: Vec<&Crossing> = crossings.iter().filter(is_listened_to).collect();
    if heard.is_empty() {
        return Ok(());
    }
    let mut subjects = take_sequences(connection, scope, record, &heard).await?;
    let mut events = Vec::with_capacity(heard.len());
    for crossing in &heard {
        let Some(subject) = subjects.get_mut(&crossing.product.0) else { continue };
        events.push(event(scope, record, crossing, subject)?);
    }
    insert(connection, scope, record, &events, &heard, &listening).await
}

async fn listening(connection: &Connection, scope: Scope) -> Stored<Vec<Listening>> {
    let rows = connection
        .rows(
            "select number, events from webhook_endpoints
             where store_id = $1 and live = $2 and active order by number",
            &[&scope.store_id, &is_live(scope)],
        )
        .await?;
    let read = |row: &Row| Ok((row.try_get(0)?, kinds(row.try_get(1)?)));
    rows.iter().map(read).collect()
}

/// Takes numbers higher than all that events of the products had, and reads what is told of them. They
/// follow the clock, so that they are higher too where the database was brought back from a copy.
async fn take_sequences(
    connection: &Connection,
    scope: Scope,
    record: &WriteRecord,
    heard: &[&Crossing],
) -> Stored<HashMap<i64, Subject>> {
    let mut counts: HashMap<i64, i64> = HashMap::new();
    for crossing in heard {
        *counts.entry(crossing.product.0).or_default() += 1;
    }
    let mut products: Vec<(i64, i64)> = counts.into_iter().collect();
    products.sort_unstable();
    let (products, counts): (Vec<i64>, Vec<i64>) = products.into_iter().unzip();
    let rows = connection
        .rows(
            "with wanted as (
                 select * from unnest($2::bigint[], $3::bigint[]) as w (product, events)
             ), taken as (
                 insert into webhook_sequences (store_id, product, last)
                 select $1, product, $4 + events - 1 from wanted order by product
                 on conflict (store_id, product) do update set last = greatest(
                     webhook_sequences.last + 1 + excluded.last - $4, excluded.last)
                 returning product, last
             )
             select t.product, t.last - w.events + 1, p.id, p.external_id, p.name,
                 l.low_stock_threshold
             from taken t join wanted w using (product)
             join products p on p.store_id = $1 and p.number = t.product
             join levels l on l.store_id = $1 and l.product = t.product",
            &[&scope.store_id, &products, &counts, &record.at.as_millisecond()],
        )
        .await?;
    let read = |row: &Row| {
        let subject = Subject {
            next_sequence: row.try_get(1)?,
            id: row.try_get(2)?,
            external_id: row.try_get(3)?,
            name: row.try_get(4)?,
            low_stock_threshold: row.try_get(5)?,
        };
        Ok((row.try_get(0)?, subject))
    };
    rows.iter().map(read).collect()
}

fn event(
    scope: Scope,
    record: &WriteRecord,
    crossing: &Crossing,
    subject: &mut Subject,
) -> Stored<PlainEvent> {
    let sequence = subject.next_sequence;
    subject.next_sequence += 1;
    // Of a request, product and number there is one event, so ids need no randomness of their own.
    let name = format!("{}/{}/{sequence}", record.request_id, crossing.product.0);
    let id = format!("evt_{}", hex(&Sha256::digest(name)[..16]));
    let timestamp = format!("{:.3}", record.at);
    let event = WebhookEvent {
        id: id.clone(),
        event: crossing.kind,
        created_at: timestamp.clone(),
        timestamp,
        sandbox: scope.environment == Environment::Test,
        data: StockData {
            product_id: subject.id.clone(),
            external_id: subject.external_id.clone(),
            name: subject.name.clone(),
            quantity: crossing.after,
            previous_quantity: crossing.before,
            low_stock_threshold: subject.low_stock_threshold,
            sequence,
        },
    };
    let body = serde_json::to_string(&event)?;
    Ok(PlainEvent { id, kind: crossing.kind, at: record.at, body })
}

/// Writes events, and a delivery of each to every endpoint that listens: due now unless one of the same
/// product is still on its way there, or comes before it here.
async fn insert(
    connection: &Connection,
    scope: Scope,
    record: &WriteRecord,
    events: &[PlainEvent],
    heard: &[&Crossing],
    listening: &[Listening],
) -> Stored<()> {
    let ids: Vec<&str> = events.iter().map(|event| event.id.as_str()).collect();
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    let bodies: Vec<&str> = events.iter().map(|event| event.body.as_str()).collect();
    let (mut endpoints, mut products, mut event_ids) = (Vec::new(), Vec::new(), Vec::new());
    for (event, crossing) in events.iter().zip(heard) {
        for (endpoint, kinds) in listening {
            if kinds.contains(&crossing.kind) {
                endpoints.push(*endpoint);
                products.push(crossing.product.0);
                event_ids.push(event.id.as_str());
            }
        }
    }
    connection
        .execute(
            "with event as (
                 insert into webhook_events (store_id, id, kind, at, body)
                 select $1, e.id, e.kind, $2, e.body
                 from unnest($3::text[], $4::text[], $5::text[]) with ordinality
                     as e (id, kind, body, place)
                 order by e.place
                 returning number, id
             ), wanted as (
                 select d.*, row_number() over (
                     partition by d.endpoint, d.product order by d.place) as place_of_product
                 from unnest($6::bigint[], $7::bigint[], $8::text[]) with ordinality
                     as d (endpoint, product, event, place)
             )
             insert into webhook_deliveries
                 (store_id, endpoint, event, product, state, due_at, created_at)
             select $1, w.endpoint, event.number, w.product, 'pending',
                 case when w.place_of_product = 1 and not exists (
                     select from webhook_deliveries d where d.store_id = $1
                         and d.endpoint = w.endpoint and d.product = w.product
                         and d.state = 'pending')
                 then $2::bigint end, $2
             from wanted w join event on event.id = w.event
             order by w.place",
            &[
                &scope.store_id,
                &record.at.as_millisecond(),
                &ids,
                &kinds,
                &bodies,
                &endpoints,
                &products,
                &event_ids,
            ],
        )
        .await?;
    Ok(())
}

/// Writes an event for one endpoint alone, and returns the delivery's id.
pub(super) async fn send_to(
    connection: &Connection,
    scope: Scope,
    endpoint: &str,
    event: &PlainEvent,
) -> Stored<Option<String>> {
    let Some(endpoint) = endpoints::number(connection, scope, endpoint).await? else {
        return Ok(None);
    };
    let row = connection
        .row(
            "with event as (
                 insert into webhook_events (store_id, id, kind, at, body)
                 values ($1, $3, $4, $5, $6) returning number
             )
             insert into webhook_deliveries (store_id, endpoint, event, state, due_at, created_at)
             select $1, $2, number, 'pending', $5, $5 from event returning number",
            &[
                &scope.store_id,
                &endpoint,
                &event.id,
                &event.kind.as_str(),
                &event.at.as_millisecond(),
                &event.body,
            ],
        )
        .await?;
    let number = row.try_get(0).map_err(StoreError::from)?;
    Ok(Some(DeliveryNumber(number).id()))
}
