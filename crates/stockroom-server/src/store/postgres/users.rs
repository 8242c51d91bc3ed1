//! People: who may sign in, with what, as what.

use jiff::Timestamp;
use stockroom_api::account::Role;
use tokio_postgres::Row;

use super::connections::Connection;
use super::rows::{can_be_kept, count, number, time, time_or_none};
use super::user_sessions;
use crate::store::Stored;
use crate::store::accounts::{
    KeptUser, Needs, NewUser, PLACES_KEPT, Standing, UserAdded, UserChange, UserChanged, UserRow,
    WhichSessions,
};
use crate::store::columns::role;

/// Adds a person. Belongs into a transaction.
pub(super) async fn add(connection: &Connection, user: &NewUser, most: u64) -> Stored<UserAdded> {
    lock(connection, user.store_id).await?;
    if is_taken(connection, user.store_id, &user.name.key, "").await? {
        return Ok(UserAdded::NameTaken);
    }
    let there = "select count(*) from users where store_id = $1 and removed_at is null";
    if count::<u64>(&connection.row(there, &[&user.store_id]).await?, 0)? >= most {
        return Ok(UserAdded::TooMany);
    }
    connection
        .execute(
            "insert into users (store_id, id, name, name_key, role, password, created_at)
             values ($1, $2, $3, $4, $5, $6, $7)",
            &[
                &user.store_id,
                &user.id,
                &user.name.shown,
                &user.name.key,
                &user.role.as_str(),
                &user.password,
                &user.created_at.as_millisecond(),
            ],
        )
        .await?;
    Ok(UserAdded::Done)
}

pub(super) async fn list(
    connection: &Connection,
    store_id: i64,
    now: Timestamp,
) -> Stored<Vec<UserRow>> {
    let rows = connection
        .rows(
            "select id, name, role, disabled_at, created_at, signed_in_at,
                 (select count(*) from user_sessions s
                  where s.store_id = u.store_id and s.user_id = u.id
                      and s.expires_at > $2 and s.ends_by > $2)
             from users u where store_id = $1 and removed_at is null order by name_key",
            &[&store_id, &now.as_millisecond()],
        )
        .await?;
    let read = |row: &Row| {
        Ok(UserRow {
            id: row.try_get(0)?,
            name: row.try_get(1)?,
            role: role(row.try_get(2)?),
            standing: standing(row, 3)?,
            created_at: time(row, 4)?,
            signed_in_at: time_or_none(row, 5)?,
            sessions: count(row, 6)?,
        })
    };
    rows.iter().map(read).collect()
}

pub(super) async fn find(
    connection: &Connection,
    store_id: i64,
    name_key: &str,
    address: &str,
    now: Timestamp,
) -> Stored<Option<KeptUser>> {
    if !can_be_kept(name_key) {
        return Ok(None);
    }
    let since = (now - PLACES_KEPT).as_millisecond();
    let found = connection
        .row_or_none(
            "select id, name, role, disabled_at, password,
                 exists (select from user_places p
                     where p.store_id = u.store_id and p.user_id = u.id and p.address = $3
                         and p.last_at > $4)
             from users u where store_id = $1 and name_key = $2 and removed_at is null",
            &[&store_id, &name_key, &address, &since],
        )
        .await?;
    let read = |row: Row| {
        Ok(KeptUser {
            id: row.try_get(0)?,
            name: row.try_get(1)?,
            role: role(row.try_get(2)?),
            standing: standing(&row, 3)?,
            password: row.try_get(4)?,
            is_known_there: row.try_get(5)?,
        })
    };
    found.map(read).transpose()
}

/// Changes a person. Belongs into a transaction.
pub(super) async fn change(
    connection: &Connection,
    store_id: i64,
    id: &str,
    change: &UserChange,
    needs: Needs,
    now: Timestamp,
) -> Stored<UserChanged> {
    lock(connection, store_id).await?;
    let Some((role, standing)) = rank(connection, store_id, id).await? else {
        return Ok(UserChanged::Unknown);
    };
    if let Some(name) = &change.name
        && is_taken(connection, store_id, &name.key, id).await?
    {
        return Ok(UserChanged::NameTaken);
    }
    let is_owner = |role, standing| role == Role::Owner && standing == Standing::Enabled;
    let stays = is_owner(change.role.unwrap_or(role), change.standing.unwrap_or(standing));
    let loses_owner = needs == Needs::AnOwner && is_owner(role, standing) && !stays;
    if loses_owner && !has_other_owner(connection, store_id, id).await? {
        return Ok(UserChanged::LastOwner);
    }
    let is_disabled = change.standing.map(|standing| standing == Standing::Disabled);
    connection
        .execute(
            "update users set
                 name = coalesce($3, name),
                 name_key = coalesce($4, name_key),
                 role = coalesce($5, role),
                 password = coalesce($6, password),
                 disabled_at = case when $7::boolean is null then disabled_at
                     when $7 then coalesce(disabled_at, $8) end
             where store_id = $1 and id = $2",
            &[
                &store_id,
                &id,
                &change.name.as_ref().map(|name| &name.shown),
                &change.name.as_ref().map(|name| &name.key),
                &change.role.map(Role::as_str),
                &change.password,
                &is_disabled,
                &now.as_millisecond(),
            ],
        )
        .await?;
    if change.password.is_some() || change.standing == Some(Standing::Disabled) {
        user_sessions::end_some(connection, store_id, id, &WhichSessions::All).await?;
    }
    Ok(UserChanged::Done)
}

/// Removes a person. Belongs into a transaction.
pub(super) async fn remove(
    connection: &Connection,
    store_id: i64,
    id: &str,
    needs: Needs,
    now: Timestamp,
) -> Stored<UserChanged> {
    lock(connection, store_id).await?;
    let Some((role, standing)) = rank(connection, store_id, id).await? else {
        return Ok(UserChanged::Unknown);
    };
    let is_owner = role == Role::Owner && standing == Standing::Enabled;
    if needs == Needs::AnOwner && is_owner && !has_other_owner(connection, store_id, id).await? {
        return Ok(UserChanged::LastOwner);
    }
    let remove =
        "update users set removed_at = $3, password = null where store_id = $1 and id = $2";
    connection.execute(remove, &[&store_id, &id, &now.as_millisecond()]).await?;
    user_sessions::end_some(connection, store_id, id, &WhichSessions::All).await?;
    let places = "delete from user_places where store_id = $1 and user_id = $2";
    connection.execute(places, &[&store_id, &id]).await?;
    Ok(UserChanged::Done)
}

/// Forgets from where people signed in long ago.
pub(super) async fn forget_places(connection: &Connection, now: Timestamp) -> Stored<()> {
    let since = (now - PLACES_KEPT).as_millisecond();
    connection.execute("delete from user_places where last_at <= $1", &[&since]).await?;
    Ok(())
}

/// Makes those who change people of a store do so one after the other: whether an owner is left, or a name
/// taken, is about more than the row that is changed.
async fn lock(connection: &Connection, store_id: i64) -> Stored<()> {
    let lock = "select pg_advisory_xact_lock(hashtext('users'), $1::bigint::integer)";
    connection.row(lock, &[&number(store_id)]).await?;
    Ok(())
}

/// Tells whether somebody else has this name.
async fn is_taken(
    connection: &Connection,
    store_id: i64,
    name_key: &str,
    id: &str,
) -> Stored<bool> {
    let row = connection
        .row(
            "select exists (select from users
                 where store_id = $1 and name_key = $2 and removed_at is null and id <> $3)",
            &[&store_id, &name_key, &id],
        )
        .await?;
    Ok(row.try_get(0)?)
}

async fn rank(
    connection: &Connection,
    store_id: i64,
    id: &str,
) -> Stored<Option<(Role, Standing)>> {
    if !can_be_kept(id) {
        return Ok(None);
    }
    let found = connection
        .row_or_none(
            "select role, disabled_at from users
             where store_id = $1 and id = $2 and removed_at is null for update",
            &[&store_id, &id],
        )
        .await?;
    found.map(|row| Ok((role(row.try_get(0)?), standing(&row, 1)?))).transpose()
}

async fn has_other_owner(connection: &Connection, store_id: i64, id: &str) -> Stored<bool> {
    let row = connection
        .row(
            "select exists (select from users
                 where store_id = $1 and id <> $2 and role = 'owner' and disabled_at is null
                     and removed_at is null)",
            &[&store_id, &id],
        )
        .await?;
    Ok(row.try_get(0)?)
}

fn standing(row: &Row, column: usize) -> Stored<Standing> {
    let disabled_at: Option<i64> = row.try_get(column)?;
    Ok(if disabled_at.is_some() { Standing::Disabled } else { Standing::Enabled })
}
