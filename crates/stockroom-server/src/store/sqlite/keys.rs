//! Stores and keys.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use stockroom_api::key::{Access, Environment};

use super::rows::{time, time_or_none};
use crate::secret::Hash;
use crate::store::Stored;
use crate::store::data::{
    Authority, Credential, KeyRow, NewKey, Revoked, Scope, StoreInfo, StoreKind,
};

pub(super) fn store_info(connection: &Connection) -> Stored<Option<StoreInfo>> {
    let mut statement = connection
        .prepare_cached("select store_id, name, demo from stores order by store_id limit 1")?;
    let found = statement.query_row([], |row| {
        Ok(StoreInfo { store_id: row.get(0)?, name: row.get(1)?, kind: kind(row.get(2)?) })
    });
    Ok(found.optional()?)
}

pub(super) fn create_store(
    connection: &Connection,
    name: String,
    kind: StoreKind,
    now: Timestamp,
) -> Stored<StoreInfo> {
    connection.execute(
        "insert into stores (store_id, name, demo, created_at) values (1, ?1, ?2, ?3)",
        params![name, kind == StoreKind::Demo, now.as_millisecond()],
    )?;
    Ok(StoreInfo { store_id: 1, name, kind })
}

pub(super) fn find(connection: &Connection, hash: &Hash) -> Stored<Option<Authority>> {
    let mut statement = connection.prepare_cached(
        "select k.store_id, k.environment, k.id, k.writes, k.last_used_at, s.name, s.demo
         from api_keys k join stores s on s.store_id = k.store_id
         where k.hash = ?1 and k.revoked_at is null",
    )?;
    let key = params![hash.as_slice()];
    Ok(statement.query_row(key, |row| authority(row, Credential::Key)).optional()?)
}

/// Returns what a row says whose first columns are those of [`find`].
pub(super) fn authority(row: &Row<'_>, credential: Credential) -> rusqlite::Result<Authority> {
    Ok(Authority {
        scope: Scope { store_id: row.get(0)?, environment: environment(row.get_ref(1)?.as_str()?) },
        key_id: row.get(2)?,
        access: if row.get(3)? { Access::Write } else { Access::Read },
        credential,
        last_used_at: time_or_none(row, 4)?,
        store_name: row.get(5)?,
        kind: kind(row.get(6)?),
    })
}

pub(super) fn create(connection: &Connection, key: &NewKey) -> Stored<()> {
    connection.execute(
        "insert into api_keys
             (store_id, environment, id, hash, prefix, last_four, name, writes, created_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            key.scope.store_id,
            key.scope.environment.as_str(),
            key.id,
            key.hash.as_slice(),
            key.prefix,
            key.last_four,
            key.name,
            key.access == Access::Write,
            key.created_at.as_millisecond(),
        ],
    )?;
    Ok(())
}

pub(super) fn list(connection: &Connection, store_id: i64) -> Stored<Vec<KeyRow>> {
    let mut statement = connection.prepare(
        "select id, prefix, last_four, name, created_at, last_used_at, revoked_at
         from api_keys where store_id = ?1 order by created_at, id",
    )?;
    let rows = statement.query_map(params![store_id], |row| {
        Ok(KeyRow {
            id: row.get(0)?,
            prefix: row.get(1)?,
            last_four: row.get(2)?,
            name: row.get(3)?,
            created_at: time(row, 4)?,
            last_used_at: time_or_none(row, 5)?,
            revoked_at: time_or_none(row, 6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn revoke(
    connection: &Connection,
    store_id: i64,
    id: &str,
    now: Timestamp,
) -> Stored<Revoked> {
    let revoked = connection.execute(
        "update api_keys set revoked_at = ?3
         where store_id = ?1 and id = ?2 and revoked_at is null",
        params![store_id, id, now.as_millisecond()],
    )?;
    connection.execute(
        "delete from sessions where store_id = ?1 and key_id = ?2",
        params![store_id, id],
    )?;
    let known: i64 = connection.query_row(
        "select count(*) from api_keys where store_id = ?1 and id = ?2",
        params![store_id, id],
        |row| row.get(0),
    )?;
    Ok(match (revoked, known) {
        (_, 0) => Revoked::Unknown,
        (0, _) => Revoked::Before,
        _ => Revoked::Now,
    })
}

pub(super) fn touch(connection: &Connection, scope: Scope, id: &str, now: Timestamp) -> Stored<()> {
    connection.execute(
        "update api_keys set last_used_at = ?4
         where store_id = ?1 and environment = ?2 and id = ?3",
        params![scope.store_id, scope.environment.as_str(), id, now.as_millisecond()],
    )?;
    Ok(())
}

fn kind(demo: bool) -> StoreKind {
    if demo { StoreKind::Demo } else { StoreKind::Real }
}

fn environment(word: &str) -> Environment {
    // The table's check allows no third word.
    if word == "live" { Environment::Live } else { Environment::Test }
}
