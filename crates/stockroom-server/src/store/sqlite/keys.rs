//! Stores and keys.

use ipnet::IpNet;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use stockroom_api::key::{Access, Environment};

use super::rows::{time, time_or_none};
use crate::secret::Hash;
use crate::store::Stored;
use crate::store::columns::{self, grant_words, network_words};
use crate::store::data::{Authority, Credential, Scope, StoreInfo, StoreKind, Who};
use crate::store::keys::{
    Changed, Grant, KeyChange, KeyRow, NewKey, NewSecret, Revoked, StoreAccess, Switch,
};

pub(super) fn store_info(connection: &Connection) -> Stored<Option<StoreInfo>> {
    let mut statement = connection.prepare_cached(
        "select store_id, name, demo, api_access, live_access
         from stores order by store_id limit 1",
    )?;
    let found = statement.query_row([], |row| {
        Ok(StoreInfo {
            store_id: row.get(0)?,
            name: row.get(1)?,
            kind: kind(row.get(2)?),
            access: access(row, 3)?,
        })
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
    Ok(StoreInfo { store_id: 1, name, kind, access: StoreAccess::FULL })
}

pub(super) fn set_access(
    connection: &Connection,
    store_id: i64,
    access: StoreAccess,
) -> Stored<()> {
    connection.execute(
        "update stores set api_access = ?2, live_access = ?3 where store_id = ?1",
        params![store_id, access.api == Switch::On, access.live == Switch::On],
    )?;
    Ok(())
}

/// Returns what the key with this hash may do, or with this hash of a secret that still works.
pub(super) fn find(
    connection: &Connection,
    hash: &Hash,
    now: Timestamp,
) -> Stored<Option<Authority>> {
    let mut statement = connection.prepare_cached(
        "select k.store_id, k.environment, k.id, k.writes, k.last_used_at, s.name, s.demo,
             k.scopes, k.networks, s.api_access, s.live_access, null
         from api_keys k join stores s on s.store_id = k.store_id
         where k.hash = ?1 and k.revoked_at is null",
    )?;
    let key = params![hash.as_slice()];
    let found = statement.query_row(key, |row| authority(row, Credential::Key)).optional()?;
    if found.is_some() {
        return Ok(found);
    }
    let mut statement = connection.prepare_cached(
        "select k.store_id, k.environment, k.id, k.writes, k.last_used_at, s.name, s.demo,
             k.scopes, k.networks, s.api_access, s.live_access, r.ends_at
         from retired_secrets r
         join api_keys k on k.store_id = r.store_id and k.environment = r.environment
             and k.id = r.key_id
         join stores s on s.store_id = k.store_id
         where r.hash = ?1 and r.ends_at > ?2 and k.revoked_at is null",
    )?;
    let key = params![hash.as_slice(), now.as_millisecond()];
    Ok(statement.query_row(key, |row| authority(row, Credential::Key)).optional()?)
}

/// Returns what a row says whose first columns are those of [`find`].
pub(super) fn authority(row: &Row<'_>, credential: Credential) -> rusqlite::Result<Authority> {
    let may = if row.get(3)? { Access::Write } else { Access::Read };
    Ok(Authority {
        scope: Scope { store_id: row.get(0)?, environment: environment(row.get_ref(1)?.as_str()?) },
        who: Who::Key(row.get(2)?),
        access: may,
        scopes: grant(row, 7)?.scopes(may),
        networks: networks(row, 8)?,
        credential,
        last_used_at: time_or_none(row, 4)?,
        ends_by: time_or_none(row, 11)?,
        store_name: row.get(5)?,
        kind: kind(row.get(6)?),
        store_access: access(row, 9)?,
    })
}

pub(super) fn create(connection: &Connection, key: &NewKey) -> Stored<()> {
    connection.execute(
        "insert into api_keys
             (store_id, environment, id, hash, prefix, last_four, name, writes, scopes, networks,
              created_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            key.scope.store_id,
            key.scope.environment.as_str(),
            key.id,
            key.secret.hash.as_slice(),
            key.prefix,
            key.secret.last_four,
            key.name,
            key.access == Access::Write,
            grant_words(key.grant),
            network_words(&key.networks),
            key.created_at.as_millisecond(),
        ],
    )?;
    Ok(())
}

pub(super) fn list(connection: &Connection, store_id: i64) -> Stored<Vec<KeyRow>> {
    let mut statement = connection.prepare(
        "select environment, id, prefix, last_four, name, writes, scopes, networks, created_at,
             last_used_at, revoked_at,
             (select max(r.ends_at) from retired_secrets r
              where r.store_id = k.store_id and r.environment = k.environment
                  and r.key_id = k.id)
         from api_keys k where store_id = ?1 order by created_at, id",
    )?;
    let rows = statement.query_map(params![store_id], |row| {
        Ok(KeyRow {
            scope: Scope { store_id, environment: environment(row.get_ref(0)?.as_str()?) },
            id: row.get(1)?,
            prefix: row.get(2)?,
            last_four: row.get(3)?,
            name: row.get(4)?,
            access: if row.get(5)? { Access::Write } else { Access::Read },
            grant: grant(row, 6)?,
            networks: networks(row, 7)?,
            created_at: time(row, 8)?,
            last_used_at: time_or_none(row, 9)?,
            revoked_at: time_or_none(row, 10)?,
            old_secret_until: time_or_none(row, 11)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn update(
    connection: &Connection,
    store_id: i64,
    id: &str,
    change: &KeyChange,
) -> Stored<Changed> {
    let changed = connection.execute(
        "update api_keys set
             name = coalesce(?3, name),
             scopes = case when ?4 then ?5 else scopes end,
             networks = case when ?6 then ?7 else networks end
         where store_id = ?1 and id = ?2 and revoked_at is null",
        params![
            store_id,
            id,
            change.name,
            change.grant.is_some(),
            change.grant.and_then(grant_words),
            change.networks.is_some(),
            change.networks.as_deref().and_then(network_words),
        ],
    )?;
    Ok(if changed == 0 { Changed::Unknown } else { Changed::Done })
}

/// Gives a key a new secret; the old one works until `old_until`, or no more, and its sessions with it.
pub(super) fn rotate(
    connection: &Connection,
    store_id: i64,
    id: &str,
    secret: &NewSecret,
    old_until: Option<Timestamp>,
) -> Stored<Changed> {
    let until = old_until.map(Timestamp::as_millisecond);
    let kept = connection.execute(
        "insert into retired_secrets (hash, store_id, environment, key_id, ends_at)
         select hash, store_id, environment, id, coalesce(?3, 0) from api_keys
         where store_id = ?1 and id = ?2 and revoked_at is null",
        params![store_id, id, until],
    )?;
    if kept == 0 {
        return Ok(Changed::Unknown);
    }
    connection.execute(
        "update api_keys set hash = ?3, last_four = ?4 where store_id = ?1 and id = ?2",
        params![store_id, id, secret.hash.as_slice(), secret.last_four],
    )?;
    if until.is_none() {
        retire(connection, store_id, id)?;
    } else {
        connection.execute(
            "update sessions set ends_by = min(coalesce(ends_by, ?3), ?3)
             where store_id = ?1 and key_id = ?2",
            params![store_id, id, until],
        )?;
    }
    Ok(Changed::Done)
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
    retire(connection, store_id, id)?;
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

/// Forgets secrets that no longer work.
pub(super) fn forget_secrets(connection: &Connection, now: Timestamp) -> Stored<()> {
    connection.execute(
        "delete from retired_secrets where ends_at <= ?1",
        params![now.as_millisecond()],
    )?;
    Ok(())
}

/// Ends what was begun with any secret of a key so far.
fn retire(connection: &Connection, store_id: i64, id: &str) -> Stored<()> {
    let key = params![store_id, id];
    connection.execute("delete from retired_secrets where store_id = ?1 and key_id = ?2", key)?;
    connection.execute("delete from sessions where store_id = ?1 and key_id = ?2", key)?;
    Ok(())
}

fn grant(row: &Row<'_>, column: usize) -> rusqlite::Result<Grant> {
    Ok(columns::grant(row.get_ref(column)?.as_str_or_null()?))
}

fn networks(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<IpNet>> {
    columns::networks(row.get_ref(column)?.as_str_or_null()?).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(
            column,
            rusqlite::types::Type::Text,
            Box::new(error),
        )
    })
}

pub(super) fn access(row: &Row<'_>, first: usize) -> rusqlite::Result<StoreAccess> {
    let switch = |column| row.get(column).map(|on| if on { Switch::On } else { Switch::Off });
    Ok(StoreAccess { api: switch(first)?, live: switch(first + 1)? })
}

pub(super) fn kind(demo: bool) -> StoreKind {
    if demo { StoreKind::Demo } else { StoreKind::Real }
}

pub(super) fn environment(word: &str) -> Environment {
    // The table's check allows no third word.
    if word == "live" { Environment::Live } else { Environment::Test }
}
