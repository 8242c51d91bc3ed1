//! Sessions, and the forgetting of what has expired.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::keys::authority;
use super::rows::time;
use crate::secret::Hash;
use crate::store::Stored;
use crate::store::data::{Authority, Credential, NewSession};

/// How many answers are forgotten at once, so that writes never wait long for it.
pub(super) const FORGOTTEN_AT_ONCE: usize = 2_000;

pub(super) fn create(connection: &Connection, session: &NewSession) -> Stored<()> {
    connection.execute(
        "insert into sessions
             (store_id, environment, hash, key_id, created_at, expires_at, ends_by)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            session.scope.store_id,
            session.scope.environment.as_str(),
            session.hash.as_slice(),
            session.key_id,
            session.created_at.as_millisecond(),
            session.expires_at.as_millisecond(),
            session.ends_by.map(Timestamp::as_millisecond),
        ],
    )?;
    Ok(())
}

pub(super) fn find(
    connection: &Connection,
    hash: &Hash,
    now: Timestamp,
) -> Stored<Option<(Authority, Timestamp)>> {
    let mut statement = connection.prepare_cached(
        "select k.store_id, k.environment, k.id, k.writes, k.last_used_at, s.name, s.demo,
             k.scopes, k.networks, s.api_access, s.live_access, e.ends_by, e.expires_at
         from sessions e
         join api_keys k on k.store_id = e.store_id and k.environment = e.environment
             and k.id = e.key_id
         join stores s on s.store_id = e.store_id
         where e.hash = ?1 and e.expires_at > ?2 and (e.ends_by is null or e.ends_by > ?2)
             and k.revoked_at is null",
    )?;
    let key = params![hash.as_slice(), now.as_millisecond()];
    let found =
        statement.query_row(key, |row| Ok((authority(row, Credential::Session)?, time(row, 12)?)));
    Ok(found.optional()?)
}

pub(super) fn extend(connection: &Connection, hash: &Hash, expires_at: Timestamp) -> Stored<()> {
    connection.execute(
        "update sessions set expires_at = ?2 where hash = ?1",
        params![hash.as_slice(), expires_at.as_millisecond()],
    )?;
    Ok(())
}

pub(super) fn end(connection: &Connection, hash: &Hash) -> Stored<()> {
    connection.execute("delete from sessions where hash = ?1", params![hash.as_slice()])?;
    Ok(())
}

/// Forgets answers kept since before `kept_since`, at most [`FORGOTTEN_AT_ONCE`]; returns how many.
pub(super) fn forget_answers(connection: &Connection, kept_since: Timestamp) -> Stored<usize> {
    Ok(connection.execute(
        "delete from idempotency where (store_id, environment, key) in (
             select store_id, environment, key from idempotency indexed by idempotency_by_age
             where at < ?1 limit ?2)",
        params![kept_since.as_millisecond(), FORGOTTEN_AT_ONCE],
    )?)
}

/// Forgets sessions that are over.
pub(super) fn forget_sessions(connection: &Connection, now: Timestamp) -> Stored<()> {
    connection.execute(
        "delete from sessions where min(expires_at, coalesce(ends_by, expires_at)) <= ?1",
        params![now.as_millisecond()],
    )?;
    Ok(())
}
