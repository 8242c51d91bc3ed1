//! People: who may sign in, with what, as what.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use stockroom_api::account::Role;

use super::rows::{time, time_or_none};
use super::user_sessions;
use crate::store::Stored;
use crate::store::accounts::{
    KeptUser, Needs, NewUser, PLACES_KEPT, Standing, UserAdded, UserChange, UserChanged, UserRow,
    WhichSessions,
};
use crate::store::columns::role;

pub(super) fn add(connection: &Connection, user: &NewUser, most: u64) -> Stored<UserAdded> {
    if is_taken(connection, user.store_id, &user.name.key, "")? {
        return Ok(UserAdded::NameTaken);
    }
    let count: u64 = connection.query_row(
        "select count(*) from users where store_id = ?1 and removed_at is null",
        params![user.store_id],
        |row| row.get(0),
    )?;
    if count >= most {
        return Ok(UserAdded::TooMany);
    }
    connection.execute(
        "insert into users (store_id, id, name, name_key, role, password, created_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            user.store_id,
            user.id,
            user.name.shown,
            user.name.key,
            user.role.as_str(),
            user.password,
            user.created_at.as_millisecond(),
        ],
    )?;
    Ok(UserAdded::Done)
}

pub(super) fn list(connection: &Connection, store_id: i64, now: Timestamp) -> Stored<Vec<UserRow>> {
    let mut statement = connection.prepare(
        "select id, name, role, disabled_at, created_at, signed_in_at,
             (select count(*) from user_sessions s
              where s.store_id = u.store_id and s.user_id = u.id
                  and s.expires_at > ?2 and s.ends_by > ?2)
         from users u where store_id = ?1 and removed_at is null order by name_key",
    )?;
    let rows = statement.query_map(params![store_id, now.as_millisecond()], |row| {
        Ok(UserRow {
            id: row.get(0)?,
            name: row.get(1)?,
            role: role(row.get_ref(2)?.as_str()?),
            standing: standing(row, 3)?,
            created_at: time(row, 4)?,
            signed_in_at: time_or_none(row, 5)?,
            sessions: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn find(
    connection: &Connection,
    store_id: i64,
    name_key: &str,
    address: &str,
    now: Timestamp,
) -> Stored<Option<KeptUser>> {
    let mut statement = connection.prepare_cached(
        "select id, name, role, disabled_at, password,
             exists (select 1 from user_places p
                 where p.store_id = u.store_id and p.user_id = u.id and p.address = ?3
                     and p.last_at > ?4)
         from users u where store_id = ?1 and name_key = ?2 and removed_at is null",
    )?;
    let since = now - PLACES_KEPT;
    let key = params![store_id, name_key, address, since.as_millisecond()];
    let found = statement.query_row(key, |row| {
        Ok(KeptUser {
            id: row.get(0)?,
            name: row.get(1)?,
            role: role(row.get_ref(2)?.as_str()?),
            standing: standing(row, 3)?,
            password: row.get(4)?,
            is_known_there: row.get(5)?,
        })
    });
    Ok(found.optional()?)
}

pub(super) fn change(
    connection: &Connection,
    store_id: i64,
    id: &str,
    change: &UserChange,
    needs: Needs,
    now: Timestamp,
) -> Stored<UserChanged> {
    let Some((role, standing)) = rank(connection, store_id, id)? else {
        return Ok(UserChanged::Unknown);
    };
    if let Some(name) = &change.name
        && is_taken(connection, store_id, &name.key, id)?
    {
        return Ok(UserChanged::NameTaken);
    }
    let is_owner = |role, standing| role == Role::Owner && standing == Standing::Enabled;
    let stays = is_owner(change.role.unwrap_or(role), change.standing.unwrap_or(standing));
    let loses_owner = needs == Needs::AnOwner && is_owner(role, standing) && !stays;
    if loses_owner && !has_other_owner(connection, store_id, id)? {
        return Ok(UserChanged::LastOwner);
    }
    connection.execute(
        "update users set
             name = coalesce(?3, name),
             name_key = coalesce(?4, name_key),
             role = coalesce(?5, role),
             password = coalesce(?6, password),
             disabled_at = case ?7 when 1 then coalesce(disabled_at, ?8) when 0 then null
                 else disabled_at end
         where store_id = ?1 and id = ?2",
        params![
            store_id,
            id,
            change.name.as_ref().map(|name| &name.shown),
            change.name.as_ref().map(|name| &name.key),
            change.role.map(Role::as_str),
            change.password,
            change.standing.map(|standing| standing == Standing::Disabled),
            now.as_millisecond(),
        ],
    )?;
    if change.password.is_some() || change.standing == Some(Standing::Disabled) {
        user_sessions::end_some(connection, store_id, id, &WhichSessions::All)?;
    }
    Ok(UserChanged::Done)
}

pub(super) fn remove(
    connection: &Connection,
    store_id: i64,
    id: &str,
    needs: Needs,
    now: Timestamp,
) -> Stored<UserChanged> {
    let Some((role, standing)) = rank(connection, store_id, id)? else {
        return Ok(UserChanged::Unknown);
    };
    let is_owner = role == Role::Owner && standing == Standing::Enabled;
    if needs == Needs::AnOwner && is_owner && !has_other_owner(connection, store_id, id)? {
        return Ok(UserChanged::LastOwner);
    }
    connection.execute(
        "update users set removed_at = ?3, password = null where store_id = ?1 and id = ?2",
        params![store_id, id, now.as_millisecond()],
    )?;
    user_sessions::end_some(connection, store_id, id, &WhichSessions::All)?;
    let places = "delete from user_places where store_id = ?1 and user_id = ?2";
    connection.execute(places, params![store_id, id])?;
    Ok(UserChanged::Done)
}

/// Forgets from where people signed in long ago.
pub(super) fn forget_places(connection: &Connection, now: Timestamp) -> Stored<()> {
    let since = now - PLACES_KEPT;
    connection
        .execute("delete from user_places where last_at <= ?1", params![since.as_millisecond()])?;
    Ok(())
}

/// Tells whether somebody else has this name.
fn is_taken(connection: &Connection, store_id: i64, name_key: &str, id: &str) -> Stored<bool> {
    Ok(connection.query_row(
        "select exists (select 1 from users
             where store_id = ?1 and name_key = ?2 and removed_at is null and id <> ?3)",
        params![store_id, name_key, id],
        |row| row.get(0),
    )?)
}

fn rank(connection: &Connection, store_id: i64, id: &str) -> Stored<Option<(Role, Standing)>> {
    let found = connection.query_row(
        "select role, disabled_at from users
         where store_id = ?1 and id = ?2 and removed_at is null",
        params![store_id, id],
        |row| Ok((role(row.get_ref(0)?.as_str()?), standing(row, 1)?)),
    );
    Ok(found.optional()?)
}

fn has_other_owner(connection: &Connection, store_id: i64, id: &str) -> Stored<bool> {
    Ok(connection.query_row(
        "select exists (select 1 from users
             where store_id = ?1 and id <> ?2 and role = 'owner' and disabled_at is null
                 and removed_at is null)",
        params![store_id, id],
        |row| row.get(0),
    )?)
}

fn standing(row: &Row<'_>, column: usize) -> rusqlite::Result<Standing> {
    let disabled_at: Option<i64> = row.get(column)?;
    Ok(if disabled_at.is_some() { Standing::Disabled } else { Standing::Enabled })
}
