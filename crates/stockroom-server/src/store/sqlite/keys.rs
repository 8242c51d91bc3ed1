//! Stores and keys.

use jiff::Timestamp;
use sqlx::Row as _;
use sqlx::sqlite::{SqlitePool, SqliteRow};
use stockroom_api::key::{Access, Environment};

use super::rows::time;
use crate::secret::Hash;
use crate::store::Stored;
use crate::store::data::{Authority, KeyRow, NewKey, Revoked, Scope, StoreInfo, StoreKind};

pub(super) async fn store_info(readers: &SqlitePool) -> Stored<Option<StoreInfo>> {
    let row: Option<(i64, String, bool)> =
        sqlx::query_as("select store_id, name, demo from stores order by store_id limit 1")
            .fetch_optional(readers)
            .await?;
    Ok(row.map(|(store_id, name, demo)| StoreInfo { store_id, name, kind: kind(demo) }))
}

pub(super) async fn create_store(
    writer: &SqlitePool,
    name: &str,
    kind: StoreKind,
    now: Timestamp,
) -> Stored<StoreInfo> {
    sqlx::query("insert into stores (store_id, name, demo, created_at) values (1, ?1, ?2, ?3)")
        .bind(name)
        .bind(kind == StoreKind::Demo)
        .bind(now.as_millisecond())
        .execute(writer)
        .await?;
    Ok(StoreInfo { store_id: 1, name: name.to_owned(), kind })
}

pub(super) async fn find(readers: &SqlitePool, hash: Hash) -> Stored<Option<Authority>> {
    let row = sqlx::query(
        "select k.store_id, k.environment, k.id, k.writes, k.last_used_at, s.name, s.demo
         from api_keys k join stores s on s.store_id = k.store_id
         where k.hash = ?1 and k.revoked_at is null",
    )
    .bind(hash.as_slice())
    .fetch_optional(readers)
    .await?;
    row.map(|row| authority(&row)).transpose()
}

/// Returns what a row says whose columns are those of [`find`].
pub(super) fn authority(row: &SqliteRow) -> Stored<Authority> {
    let last_used_at: Option<i64> = row.try_get("last_used_at")?;
    Ok(Authority {
        scope: Scope {
            store_id: row.try_get("store_id")?,
            environment: environment(row.try_get("environment")?),
        },
        key_id: row.try_get("id")?,
        access: if row.try_get("writes")? { Access::Write } else { Access::Read },
        store_name: row.try_get("name")?,
        kind: kind(row.try_get("demo")?),
        last_used_at: last_used_at.map(time).transpose()?,
    })
}

pub(super) async fn create(writer: &SqlitePool, key: NewKey) -> Stored<()> {
    sqlx::query(
        "insert into api_keys
             (store_id, environment, id, hash, prefix, last_four, name, writes, created_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )
    .bind(key.scope.store_id)
    .bind(key.scope.environment.as_str())
    .bind(key.id)
    .bind(key.hash.to_vec())
    .bind(key.prefix)
    .bind(key.last_four)
    .bind(key.name)
    .bind(key.access == Access::Write)
    .bind(key.created_at.as_millisecond())
    .execute(writer)
    .await?;
    Ok(())
}

pub(super) async fn list(readers: &SqlitePool, store_id: i64) -> Stored<Vec<KeyRow>> {
    let rows = sqlx::query(
        "select id, prefix, last_four, name, created_at, last_used_at, revoked_at
         from api_keys where store_id = ?1 order by created_at, id",
    )
    .bind(store_id)
    .fetch_all(readers)
    .await?;
    rows.iter().map(key_row).collect()
}

fn key_row(row: &SqliteRow) -> Stored<KeyRow> {
    let last_used_at: Option<i64> = row.try_get("last_used_at")?;
    let revoked_at: Option<i64> = row.try_get("revoked_at")?;
    Ok(KeyRow {
        id: row.try_get("id")?,
        prefix: row.try_get("prefix")?,
        last_four: row.try_get("last_four")?,
        name: row.try_get("name")?,
        created_at: time(row.try_get("created_at")?)?,
        last_used_at: last_used_at.map(time).transpose()?,
        revoked_at: revoked_at.map(time).transpose()?,
    })
}

pub(super) async fn revoke(
    writer: &SqlitePool,
    store_id: i64,
    id: &str,
    now: Timestamp,
) -> Stored<Revoked> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
    let revoked = sqlx::query(
        "update api_keys set revoked_at = ?3
         where store_id = ?1 and id = ?2 and revoked_at is null",
    )
    .bind(store_id)
    .bind(id)
    .bind(now.as_millisecond())
    .execute(&mut *tx)
    .await?
    .rows_affected();
    sqlx::query("delete from sessions where store_id = ?1 and key_id = ?2")
        .bind(store_id)
        .bind(id)
        .execute(&mut *tx)
        .await?;
    let known: i64 =
        sqlx::query_scalar("select count(*) from api_keys where store_id = ?1 and id = ?2")
            .bind(store_id)
            .bind(id)
            .fetch_one(&mut *tx)
            .await?;
    tx.commit().await?;
    Ok(match (revoked, known) {
        (_, 0) => Revoked::Unknown,
        (0, _) => Revoked::Before,
        _ => Revoked::Now,
    })
}

pub(super) async fn touch(
    writer: &SqlitePool,
    scope: Scope,
    id: &str,
    now: Timestamp,
) -> Stored<()> {
    sqlx::query(
        "update api_keys set last_used_at = ?4
         where store_id = ?1 and environment = ?2 and id = ?3",
    )
    .bind(scope.store_id)
    .bind(scope.environment.as_str())
    .bind(id)
    .bind(now.as_millisecond())
    .execute(writer)
    .await?;
    Ok(())
}

fn kind(demo: bool) -> StoreKind {
    if demo { StoreKind::Demo } else { StoreKind::Real }
}

fn environment(word: &str) -> Environment {
    // The table's check allows no third word.
    if word == "live" { Environment::Live } else { Environment::Test }
}
