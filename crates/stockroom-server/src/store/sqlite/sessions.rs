//! Sessions, and the forgetting of what has expired.

use jiff::Timestamp;
use sqlx::Row as _;
use sqlx::sqlite::SqlitePool;

use super::keys::authority;
use super::rows::time;
use crate::secret::Hash;
use crate::store::Stored;
use crate::store::data::{Authority, NewSession};

pub(super) async fn create(writer: &SqlitePool, session: NewSession) -> Stored<()> {
    sqlx::query(
        "insert into sessions (store_id, environment, hash, key_id, created_at, expires_at)
         values (?1, ?2, ?3, ?4, ?5, ?6)",
    )
    .bind(session.scope.store_id)
    .bind(session.scope.environment.as_str())
    .bind(session.hash.to_vec())
    .bind(session.key_id)
    .bind(session.created_at.as_millisecond())
    .bind(session.expires_at.as_millisecond())
    .execute(writer)
    .await?;
    Ok(())
}

pub(super) async fn find(
    readers: &SqlitePool,
    hash: Hash,
    now: Timestamp,
) -> Stored<Option<(Authority, Timestamp)>> {
    let row = sqlx::query(
        "select k.store_id, k.environment, k.id, k.writes, k.last_used_at, s.name, s.demo,
             e.expires_at
         from sessions e
         join api_keys k on k.store_id = e.store_id and k.environment = e.environment
             and k.id = e.key_id
         join stores s on s.store_id = e.store_id
         where e.hash = ?1 and e.expires_at > ?2 and k.revoked_at is null",
    )
    .bind(hash.as_slice())
    .bind(now.as_millisecond())
    .fetch_optional(readers)
    .await?;
    row.map(|row| Ok((authority(&row)?, time(row.try_get("expires_at")?)?))).transpose()
}

pub(super) async fn extend(writer: &SqlitePool, hash: Hash, expires_at: Timestamp) -> Stored<()> {
    sqlx::query("update sessions set expires_at = ?2 where hash = ?1")
        .bind(hash.as_slice())
        .bind(expires_at.as_millisecond())
        .execute(writer)
        .await?;
    Ok(())
}

pub(super) async fn end(writer: &SqlitePool, hash: Hash) -> Stored<()> {
    sqlx::query("delete from sessions where hash = ?1")
        .bind(hash.as_slice())
        .execute(writer)
        .await?;
    Ok(())
}

pub(super) async fn forget_expired(
    writer: &SqlitePool,
    kept_since: Timestamp,
    now: Timestamp,
) -> Stored<()> {
    sqlx::query("delete from idempotency where at < ?1")
        .bind(kept_since.as_millisecond())
        .execute(writer)
        .await?;
    sqlx::query("delete from sessions where expires_at <= ?1")
        .bind(now.as_millisecond())
        .execute(writer)
        .await?;
    Ok(())
}
