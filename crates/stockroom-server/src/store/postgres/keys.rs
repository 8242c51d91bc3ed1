//! Stores and keys.

use jiff::Timestamp;
use stockroom_api::key::Access;
use tokio_postgres::Row;

use super::connections::Connection;
use super::rows::{environment, is_live, time, time_or_none};
use crate::secret::Hash;
use crate::store::columns::{self, grant_words, network_words};
use crate::store::data::{Authority, Credential, Scope, StoreInfo, StoreKind, Who};
use crate::store::keys::{
    Changed, KeyChange, KeyRow, NewKey, NewSecret, Revoked, StoreAccess, Switch,
};
use crate::store::{StoreError, Stored};

/// The columns of [`authority`] but the last, which tells by when what was shown ends for good.
macro_rules! authority_columns {
    () => {
        "select k.store_id, k.live, k.id, k.writes, k.last_used_at, s.name, s.demo, k.scopes,
             k.networks, s.api_access, s.live_access, "
    };
}
pub(super) use authority_columns;

pub(super) async fn store_info(connection: &Connection) -> Stored<Option<StoreInfo>> {
    let found = connection
        .row_or_none(
            "select store_id, name, demo, api_access, live_access
             from stores order by store_id limit 1",
            &[],
        )
        .await?;
    let read = |row: Row| {
        Ok(StoreInfo {
            store_id: row.try_get(0)?,
            name: row.try_get(1)?,
            kind: kind(row.try_get(2)?),
            access: access(&row, 3)?,
        })
    };
    found.map(read).transpose()
}

pub(super) async fn create_store(
    connection: &Connection,
    name: &str,
    kind: StoreKind,
    now: Timestamp,
) -> Stored<StoreInfo> {
    let made = connection
        .execute(
            "insert into stores (store_id, name, demo, created_at) values (1, $1, $2, $3)
             on conflict do nothing",
            &[&name, &(kind == StoreKind::Demo), &now.as_millisecond()],
        )
        .await?;
    if made == 0 {
        return Err(StoreError::Conflict("the store is there already".to_owned()));
    }
    Ok(StoreInfo { store_id: 1, name: name.to_owned(), kind, access: StoreAccess::FULL })
}

pub(super) async fn set_access(
    connection: &Connection,
    store_id: i64,
    access: StoreAccess,
) -> Stored<()> {
    connection
        .execute(
            "update stores set api_access = $2, live_access = $3 where store_id = $1",
            &[&store_id, &(access.api == Switch::On), &(access.live == Switch::On)],
        )
        .await?;
    Ok(())
}

/// Returns what the key with this hash may do, or with this hash of a secret that still works.
pub(super) async fn find(
    connection: &Connection,
    hash: &Hash,
    now: Timestamp,
) -> Stored<Option<Authority>> {
    let found = connection
        .row_or_none(
            concat!(
                authority_columns!(),
                "null::bigint
                 from api_keys k join stores s on s.store_id = k.store_id
                 where k.hash = $1 and k.revoked_at is null"
            ),
            &[&hash.as_slice()],
        )
        .await?;
    if let Some(row) = found {
        return authority(&row, Credential::Key).map(Some);
    }
    let found = connection
        .row_or_none(
            concat!(
                authority_columns!(),
                "r.ends_at
                 from retired_secrets r
                 join api_keys k on k.store_id = r.store_id and k.live = r.live and k.id = r.key_id
                 join stores s on s.store_id = k.store_id
                 where r.hash = $1 and r.ends_at > $2 and k.revoked_at is null"
            ),
            &[&hash.as_slice(), &now.as_millisecond()],
        )
        .await?;
    found.map(|row| authority(&row, Credential::Key)).transpose()
}

/// Returns what a row says whose first columns are `authority_columns!`.
pub(super) fn authority(row: &Row, credential: Credential) -> Stored<Authority> {
    let may = if row.try_get(3)? { Access::Write } else { Access::Read };
    let grant = columns::grant(row.try_get(7)?);
    Ok(Authority {
        scope: Scope { store_id: row.try_get(0)?, environment: environment(row, 1)? },
        who: Who::Key(row.try_get(2)?),
        access: may,
        scopes: grant.scopes(may),
        networks: networks(row, 8)?,
        credential,
        last_used_at: time_or_none(row, 4)?,
        ends_by: time_or_none(row, 11)?,
        store_name: row.try_get(5)?,
        kind: kind(row.try_get(6)?),
        store_access: access(row, 9)?,
    })
}

pub(super) async fn create(connection: &Connection, key: &NewKey) -> Stored<()> {
    connection
        .execute(
            "insert into api_keys
                 (store_id, live, id, hash, prefix, last_four, name, writes, scopes, networks,
                  created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            &[
                &key.scope.store_id,
                &is_live(key.scope),
                &key.id,
                &key.secret.hash.as_slice(),
                &key.prefix,
                &key.secret.last_four,
                &key.name,
                &(key.access == Access::Write),
                &grant_words(key.grant),
                &network_words(&key.networks),
                &key.created_at.as_millisecond(),
            ],
        )
        .await?;
    Ok(())
}

pub(super) async fn list(connection: &Connection, store_id: i64) -> Stored<Vec<KeyRow>> {
    let rows = connection
        .rows(
            "select live, id, prefix, last_four, name, writes, scopes, networks, created_at,
                 last_used_at, revoked_at,
                 (select max(r.ends_at) from retired_secrets r
                  where r.store_id = k.store_id and r.live = k.live and r.key_id = k.id)
             from api_keys k where store_id = $1 order by created_at, id",
            &[&store_id],
        )
        .await?;
    let read = |row: &Row| {
        Ok(KeyRow {
            scope: Scope { store_id, environment: environment(row, 0)? },
            id: row.try_get(1)?,
            prefix: row.try_get(2)?,
            last_four: row.try_get(3)?,
            name: row.try_get(4)?,
            access: if row.try_get(5)? { Access::Write } else { Access::Read },
            grant: columns::grant(row.try_get(6)?),
            networks: networks(row, 7)?,
            created_at: time(row, 8)?,
            last_used_at: time_or_none(row, 9)?,
            revoked_at: time_or_none(row, 10)?,
            old_secret_until: time_or_none(row, 11)?,
        })
    };
    rows.iter().map(read).collect()
}

pub(super) async fn update(
    connection: &Connection,
    store_id: i64,
    id: &str,
    change: &KeyChange,
) -> Stored<Changed> {
    let changed = connection
        .execute(
            "update api_keys set
                 name = coalesce($3, name),
                 scopes = case when $4 then $5 else scopes end,
                 networks = case when $6 then $7 else networks end
             where store_id = $1 and id = $2 and revoked_at is null",
            &[
                &store_id,
                &id,
                &change.name,
                &change.grant.is_some(),
                &change.grant.and_then(grant_words),
                &change.networks.is_some(),
                &change.networks.as_deref().and_then(network_words),
            ],
        )
        .await?;
    Ok(if changed == 0 { Changed::Unknown } else { Changed::Done })
}

/// Gives a key a new secret; the old one works until `old_until`, or no more, and its sessions with it.
/// Belongs into a transaction.
pub(super) async fn rotate(
    connection: &Connection,
    store_id: i64,
    id: &str,
    secret: &NewSecret,
    old_until: Option<Timestamp>,
) -> Stored<Changed> {
    let until = old_until.map(Timestamp::as_millisecond);
    let kept = connection
        .execute(
            "insert into retired_secrets (hash, store_id, live, key_id, ends_at)
             select hash, store_id, live, id, coalesce($3::bigint, 0) from api_keys
             where store_id = $1 and id = $2 and revoked_at is null for update",
            &[&store_id, &id, &until],
        )
        .await?;
    if kept == 0 {
        return Ok(Changed::Unknown);
    }
    connection
        .execute(
            "update api_keys set hash = $3, last_four = $4 where store_id = $1 and id = $2",
            &[&store_id, &id, &secret.hash.as_slice(), &secret.last_four],
        )
        .await?;
    if until.is_none() {
        retire(connection, store_id, id).await?;
    } else {
        connection
            .execute(
                "update sessions set ends_by = least(ends_by, $3)
                 where store_id = $1 and key_id = $2",
                &[&store_id, &id, &until],
            )
            .await?;
    }
    Ok(Changed::Done)
}

/// Revokes a key. Belongs into a transaction.
pub(super) async fn revoke(
    connection: &Connection,
    store_id: i64,
    id: &str,
    now: Timestamp,
) -> Stored<Revoked> {
    let revoked = connection
        .execute(
            "update api_keys set revoked_at = $3
             where store_id = $1 and id = $2 and revoked_at is null",
            &[&store_id, &id, &now.as_millisecond()],
        )
        .await?;
    retire(connection, store_id, id).await?;
    let known: bool = connection
        .row(
            "select exists (select from api_keys where store_id = $1 and id = $2)",
            &[&store_id, &id],
        )
        .await?
        .try_get(0)?;
    Ok(match (revoked, known) {
        (_, false) => Revoked::Unknown,
        (0, true) => Revoked::Before,
        (_, true) => Revoked::Now,
    })
}

pub(super) async fn touch(
    connection: &Connection,
    scope: Scope,
    id: &str,
    now: Timestamp,
) -> Stored<()> {
    connection
        .execute(
            "update api_keys set last_used_at = $4
             where store_id = $1 and live = $2 and id = $3",
            &[&scope.store_id, &is_live(scope), &id, &now.as_millisecond()],
        )
        .await?;
    Ok(())
}

/// Forgets secrets that no longer work.
pub(super) async fn forget_secrets(connection: &Connection, now: Timestamp) -> Stored<()> {
    let ended = "delete from retired_secrets where ends_at <= $1";
    connection.execute(ended, &[&now.as_millisecond()]).await?;
    Ok(())
}

/// Ends what was begun with any secret of a key so far.
async fn retire(connection: &Connection, store_id: i64, id: &str) -> Stored<()> {
    for sql in [
        "delete from retired_secrets where store_id = $1 and key_id = $2",
        "delete from sessions where store_id = $1 and key_id = $2",
    ] {
        connection.execute(sql, &[&store_id, &id]).await?;
    }
    Ok(())
}

fn networks(row: &Row, column: usize) -> Stored<Vec<ipnet::IpNet>> {
    let read = columns::networks(row.try_get(column)?);
    read.map_err(|error| StoreError::Failed(format!("the networks of a key: {error}")))
}

pub(super) fn access(row: &Row, first: usize) -> Stored<StoreAccess> {
    let switch = |column| {
        let is_on = row.try_get(column)?;
        Ok::<_, StoreError>(if is_on { Switch::On } else { Switch::Off })
    };
    Ok(StoreAccess { api: switch(first)?, live: switch(first + 1)? })
}

pub(super) fn kind(demo: bool) -> StoreKind {
    if demo { StoreKind::Demo } else { StoreKind::Real }
}
