//! Endpoints of webhooks.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use stockroom_api::webhook::DisabledReason;
use tokio_postgres::Row;

use super::connections::Connection;
use super::rows::{can_be_kept, count, is_live, time, time_or_none};
use crate::store::columns::{kind_words, kinds, reason, reason_word};
use crate::store::data::Scope;
use crate::store::webhooks::{EndpointNumber, EndpointRow, Secret};
use crate::store::{StoreError, Stored};

/// Keeps others of a scope from adding endpoints until the transaction ends, so that they can be counted.
pub(super) async fn lock(connection: &Connection, scope: Scope) -> Stored<()> {
    let name = format!("endpoints/{}/{}", scope.store_id, scope.environment.as_str());
    let lock =
        Sha256::digest(name).iter().take(8).fold(0, |lock, byte| lock << 8 | i64::from(*byte));
    connection.row("select pg_advisory_xact_lock($1)", &[&lock]).await?;
    Ok(())
}

/// Returns the endpoints of a scope, the oldest first.
pub(super) async fn list(connection: &Connection, scope: Scope) -> Stored<Vec<EndpointRow>> {
    let rows = connection
        .rows(
            "select id, url, events, secret, old_secret, old_secret_until, active, disabled_reason,
                 disabled_at, failing_since, given_up, created_at, updated_at, number
             from webhook_endpoints where store_id = $1 and live = $2 order by number",
            &[&scope.store_id, &is_live(scope)],
        )
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Stored<EndpointRow> {
    let disabled = time_or_none(row, 8)?.zip(row.try_get::<_, Option<&str>>(7)?);
    let old_secret = row.try_get::<_, Option<&[u8]>>(4)?.map(secret).transpose()?;
    Ok(EndpointRow {
        number: Some(EndpointNumber(row.try_get(13)?)),
        id: row.try_get(0)?,
        url: row.try_get(1)?,
        events: kinds(row.try_get(2)?),
        secret: secret(row.try_get(3)?)?,
        old_secret: old_secret.zip(time_or_none(row, 5)?),
        active: row.try_get(6)?,
        disabled: disabled.map(|(at, word)| (reason(word), at)),
        failing_since: time_or_none(row, 9)?,
        given_up: count(row, 10)?,
        created_at: time(row, 11)?,
        updated_at: time(row, 12)?,
    })
}

/// Returns the secret that a column holds.
pub(super) fn secret(bytes: &[u8]) -> Stored<Secret> {
    let bytes = bytes.try_into();
    bytes.map(Secret).map_err(|_| StoreError::Failed("a secret is damaged".to_owned()))
}

/// Writes an endpoint, a new one or one that is there.
pub(super) async fn save(
    connection: &Connection,
    scope: Scope,
    endpoint: &EndpointRow,
) -> Stored<()> {
    let millis = |at: Option<Timestamp>| at.map(Timestamp::as_millisecond);
    let (old_secret, old_secret_until) = endpoint.old_secret.unzip();
    let (reason, disabled_at) = endpoint.disabled.unzip();
    connection
        .execute(
            "insert into webhook_endpoints
                 (store_id, live, id, url, events, secret, old_secret, old_secret_until,
                  active, disabled_reason, disabled_at, failing_since, given_up, created_at,
                  updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
             on conflict (store_id, live, id) do update set
                 url = excluded.url, events = excluded.events, secret = excluded.secret,
                 old_secret = excluded.old_secret, old_secret_until = excluded.old_secret_until,
                 active = excluded.active, disabled_reason = excluded.disabled_reason,
                 disabled_at = excluded.disabled_at, failing_since = excluded.failing_since,
                 given_up = excluded.given_up, updated_at = excluded.updated_at",
            &[
                &scope.store_id,
                &is_live(scope),
                &endpoint.id,
                &endpoint.url,
                &kind_words(&endpoint.events),
                &endpoint.secret.0.as_slice(),
                &old_secret.as_ref().map(|secret| secret.0.as_slice()),
                &millis(old_secret_until),
                &endpoint.active,
                &reason.map(reason_word),
                &millis(disabled_at),
                &millis(endpoint.failing_since),
                &i64::from(endpoint.given_up),
                &endpoint.created_at.as_millisecond(),
                &endpoint.updated_at.as_millisecond(),
            ],
        )
        .await?;
    Ok(())
}

/// Deletes an endpoint, and tells whether there was one.
pub(super) async fn delete(connection: &Connection, scope: Scope, id: &str) -> Stored<bool> {
    if !can_be_kept(id) {
        return Ok(false);
    }
    let deleted = connection
        .execute(
            "delete from webhook_endpoints where store_id = $1 and live = $2 and id = $3",
            &[&scope.store_id, &is_live(scope), &id],
        )
        .await?;
    Ok(deleted > 0)
}

/// Returns the endpoint with this id.
pub(super) async fn number(connection: &Connection, scope: Scope, id: &str) -> Stored<Option<i64>> {
    if !can_be_kept(id) {
        return Ok(None);
    }
    let found = connection
        .row_or_none(
            "select number from webhook_endpoints
             where store_id = $1 and live = $2 and id = $3",
            &[&scope.store_id, &is_live(scope), &id],
        )
        .await?;
    Ok(found.map(|row| row.try_get(0)).transpose()?)
}

/// Stops sending to an endpoint.
pub(super) async fn disable(
    connection: &Connection,
    scope: Scope,
    endpoint: EndpointNumber,
    reason: DisabledReason,
    now: Timestamp,
) -> Stored<()> {
    connection
        .execute(
            "update webhook_endpoints
             set active = false, disabled_reason = $3, disabled_at = $4, updated_at = $4
             where store_id = $1 and number = $2 and active",
            &[&scope.store_id, &endpoint.0, &reason_word(reason), &now.as_millisecond()],
        )
        .await?;
    Ok(())
}
