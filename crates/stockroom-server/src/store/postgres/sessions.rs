//! Sessions, kept answers, and the forgetting of what has expired.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use tokio_postgres::Row;

use super::connections::Connection;
use super::keys::{authority, authority_columns};
use super::rows::{is_live, time};
use crate::secret::Hash;
use crate::store::data::{Authority, Credential, KeptAnswer, NewSession, Scope};
use crate::store::{StoreError, Stored};

/// How many answers are forgotten at once, so that writes never wait long for it.
pub(super) const FORGOTTEN_AT_ONCE: u64 = 2_000;

pub(super) async fn create(connection: &Connection, session: &NewSession) -> Stored<()> {
    connection
        .execute(
            "insert into sessions (store_id, live, hash, key_id, created_at, expires_at, ends_by)
             values ($1, $2, $3, $4, $5, $6, $7)",
            &[
                &session.scope.store_id,
                &is_live(session.scope),
                &session.hash.as_slice(),
                &session.key_id,
                &session.created_at.as_millisecond(),
                &session.expires_at.as_millisecond(),
                &session.ends_by.map(Timestamp::as_millisecond),
            ],
        )
        .await?;
    Ok(())
}

pub(super) async fn find(
    connection: &Connection,
    hash: &Hash,
    now: Timestamp,
) -> Stored<Option<(Authority, Timestamp)>> {
    let found = connection
        .row_or_none(
            concat!(
                authority_columns!(),
                "e.ends_by, e.expires_at
                 from sessions e
                 join api_keys k on k.store_id = e.store_id and k.live = e.live and k.id = e.key_id
                 join stores s on s.store_id = e.store_id
                 where e.hash = $1 and e.expires_at > $2 and (e.ends_by is null or e.ends_by > $2)
                     and k.revoked_at is null"
            ),
            &[&hash.as_slice(), &now.as_millisecond()],
        )
        .await?;
    let read = |row: Row| Ok((authority(&row, Credential::Session)?, time(&row, 12)?));
    found.map(read).transpose()
}

pub(super) async fn extend(
    connection: &Connection,
    hash: &Hash,
    expires_at: Timestamp,
) -> Stored<()> {
    let extend = "update sessions set expires_at = $2 where hash = $1";
    connection.execute(extend, &[&hash.as_slice(), &expires_at.as_millisecond()]).await?;
    Ok(())
}

pub(super) async fn end(connection: &Connection, hash: &Hash) -> Stored<()> {
    connection.execute("delete from sessions where hash = $1", &[&hash.as_slice()]).await?;
    Ok(())
}

/// Returns the answer kept under a key, which is this transaction's from now on.
///
/// Whoever had the key before has kept its answer before it let the key go, and what is looked for after
/// the key was got sees that.
pub(super) async fn find_answer(
    connection: &Connection,
    scope: Scope,
    key: &str,
    kept_since: Timestamp,
) -> Stored<Option<KeptAnswer>> {
    let is_ours: bool = connection
        .row("select pg_try_advisory_xact_lock($1)", &[&lock_of(scope, key)])
        .await?
        .try_get(0)?;
    if !is_ours {
        return Err(StoreError::InProgress);
    }
    let found = connection
        .row_or_none(
            "select fingerprint, status, body, preference_applied from idempotency
             where store_id = $1 and live = $2 and key = $3 and at >= $4",
            &[&scope.store_id, &is_live(scope), &key, &kept_since.as_millisecond()],
        )
        .await?;
    let read = |row: Row| {
        let fingerprint: &[u8] = row.try_get(0)?;
        let status: i32 = row.try_get(1)?;
        let damaged = |_| StoreError::Failed("a kept answer is damaged".to_owned());
        Ok(KeptAnswer {
            fingerprint: fingerprint
                .try_into()
                .map_err(|_| StoreError::Failed("a kept answer is damaged".to_owned()))?,
            status: u16::try_from(status).map_err(damaged)?,
            body: row.try_get(2)?,
            preference_applied: row.try_get(3)?,
        })
    };
    found.map(read).transpose()
}

pub(super) async fn keep_answer(
    connection: &Connection,
    scope: Scope,
    key: &str,
    answer: &KeptAnswer,
    now: Timestamp,
) -> Stored<()> {
    connection
        .execute(
            "insert into idempotency
                 (store_id, live, key, fingerprint, status, body, preference_applied, at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)
             on conflict (store_id, live, key) do update set
                 fingerprint = excluded.fingerprint, status = excluded.status,
                 body = excluded.body, preference_applied = excluded.preference_applied,
                 at = excluded.at",
            &[
                &scope.store_id,
                &is_live(scope),
                &key,
                &answer.fingerprint.as_slice(),
                &i32::from(answer.status),
                &answer.body,
                &answer.preference_applied,
                &now.as_millisecond(),
            ],
        )
        .await?;
    Ok(())
}

/// Returns the advisory lock of an idempotency key: a part of a hash, so that no two share one by chance.
fn lock_of(scope: Scope, key: &str) -> i64 {
    let name = format!("idempotency/{}/{}/{key}", scope.store_id, scope.environment.as_str());
    Sha256::digest(name).iter().take(8).fold(0, |lock, byte| lock << 8 | i64::from(*byte))
}

/// Forgets answers kept since before `kept_since`, at most [`FORGOTTEN_AT_ONCE`]; returns how many.
pub(super) async fn forget_answers(connection: &Connection, kept_since: Timestamp) -> Stored<u64> {
    connection
        .execute(
            "delete from idempotency where ctid = any (array(
                 select ctid from idempotency where at < $1 limit 2000 for update skip locked))
                 and at < $1",
            &[&kept_since.as_millisecond()],
        )
        .await
}

/// Forgets sessions that are over.
pub(super) async fn forget_sessions(connection: &Connection, now: Timestamp) -> Stored<()> {
    let over = "delete from sessions where least(expires_at, ends_by) <= $1";
    connection.execute(over, &[&now.as_millisecond()]).await?;
    Ok(())
}
