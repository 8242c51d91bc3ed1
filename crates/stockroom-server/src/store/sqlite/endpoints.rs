//! Endpoints of webhooks.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};
use stockroom_api::webhook::DisabledReason;

use super::rows::{time, time_or_none};
use crate::store::Stored;
use crate::store::columns::{kind_words, kinds, reason, reason_word};
use crate::store::data::Scope;
use crate::store::webhooks::{EndpointNumber, EndpointRow, Secret};

/// Returns the endpoints of a scope, the oldest first.
pub(super) fn list(connection: &Connection, scope: Scope) -> Stored<Vec<EndpointRow>> {
    let mut statement = connection.prepare_cached(
        "select id, url, events, secret, old_secret, old_secret_until, active, disabled_reason,
             disabled_at, failing_since, given_up, created_at, updated_at, number
         from webhook_endpoints where store_id = ?1 and environment = ?2 order by number",
    )?;
    let rows = statement.query_map(params![scope.store_id, scope.environment.as_str()], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<EndpointRow> {
    let disabled = time_or_none(row, 8)?.zip(row.get::<_, Option<String>>(7)?);
    Ok(EndpointRow {
        number: Some(EndpointNumber(row.get(13)?)),
        id: row.get(0)?,
        url: row.get(1)?,
        events: kinds(row.get_ref(2)?.as_str()?),
        secret: Secret(row.get(3)?),
        old_secret: row.get(4).and_then(|secret: Option<_>| {
            let until = time_or_none(row, 5)?;
            Ok(secret.map(Secret).zip(until))
        })?,
        active: row.get(6)?,
        disabled: disabled.map(|(at, word)| (reason(&word), at)),
        failing_since: time_or_none(row, 9)?,
        given_up: row.get(10)?,
        created_at: time(row, 11)?,
        updated_at: time(row, 12)?,
    })
}

/// Writes an endpoint, a new one or one that is there.
pub(super) fn save(connection: &Connection, scope: Scope, endpoint: &EndpointRow) -> Stored<()> {
    let millis = |at: Option<Timestamp>| at.map(Timestamp::as_millisecond);
    let (old_secret, old_secret_until) = endpoint.old_secret.unzip();
    let (reason, disabled_at) = endpoint.disabled.unzip();
    connection
        .prepare_cached(
            "insert into webhook_endpoints
                 (store_id, environment, id, url, events, secret, old_secret, old_secret_until,
                  active, disabled_reason, disabled_at, failing_since, given_up, created_at,
                  updated_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
             on conflict (store_id, environment, id) do update set
                 url = excluded.url, events = excluded.events, secret = excluded.secret,
                 old_secret = excluded.old_secret, old_secret_until = excluded.old_secret_until,
                 active = excluded.active, disabled_reason = excluded.disabled_reason,
                 disabled_at = excluded.disabled_at, failing_since = excluded.failing_since,
                 given_up = excluded.given_up, updated_at = excluded.updated_at",
        )?
        .execute(params![
            scope.store_id,
            scope.environment.as_str(),
            endpoint.id,
            endpoint.url,
            kind_words(&endpoint.events),
            endpoint.secret.0,
            old_secret.map(|secret| secret.0),
            millis(old_secret_until),
            endpoint.active,
            reason.map(reason_word),
            millis(disabled_at),
            millis(endpoint.failing_since),
            endpoint.given_up,
            endpoint.created_at.as_millisecond(),
            endpoint.updated_at.as_millisecond(),
        ])?;
    Ok(())
}

/// Deletes an endpoint, and tells whether there was one.
pub(super) fn delete(connection: &Connection, scope: Scope, id: &str) -> Stored<bool> {
    let deleted = connection.execute(
        "delete from webhook_endpoints where store_id = ?1 and environment = ?2 and id = ?3",
        params![scope.store_id, scope.environment.as_str(), id],
    )?;
    Ok(deleted > 0)
}

/// Stops sending to an endpoint.
pub(super) fn disable(
    connection: &Connection,
    endpoint: EndpointNumber,
    reason: DisabledReason,
    now: Timestamp,
) -> Stored<()> {
    connection.execute(
        "update webhook_endpoints
         set active = 0, disabled_reason = ?2, disabled_at = ?3, updated_at = ?3
         where number = ?1 and active = 1",
        params![endpoint.0, reason_word(reason), now.as_millisecond()],
    )?;
    Ok(())
}
