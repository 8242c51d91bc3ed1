//! The sessions of people who signed in by name.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use stockroom_api::account::Role;
use stockroom_api::key::Access;

use super::keys::{access, environment, kind};
use super::rows::{time, time_or_none};
use crate::secret::Hash;
use crate::store::Stored;
use crate::store::accounts::{NewUserSession, UserSessionRow, WhichSessions};
use crate::store::columns::role;
use crate::store::data::{Authority, Credential, Person, Scope, Who};

pub(super) fn begin(
    connection: &Connection,
    session: &NewUserSession,
    password: &str,
) -> Stored<bool> {
    let (store_id, began_at) = (session.scope.store_id, session.began_at.as_millisecond());
    let signed_in = connection.execute(
        "update users set signed_in_at = ?4
         where store_id = ?1 and id = ?2 and password = ?3 and disabled_at is null
             and removed_at is null",
        params![store_id, session.user_id, password, began_at],
    )?;
    if signed_in == 0 {
        return Ok(false);
    }
    connection.execute(
        "insert into user_places (store_id, user_id, address, last_at) values (?1, ?2, ?3, ?4)
         on conflict do update set last_at = excluded.last_at",
        params![store_id, session.user_id, session.address, began_at],
    )?;
    connection.execute(
        "insert into user_sessions
             (store_id, environment, id, hash, user_id, device, began_at, last_used_at, expires_at,
              ends_by)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?9)",
        params![
            store_id,
            session.scope.environment.as_str(),
            session.id,
            session.hash.as_slice(),
            session.user_id,
            session.device,
            began_at,
            session.expires_at.as_millisecond(),
            session.ends_by.as_millisecond(),
        ],
    )?;
    Ok(true)
}

pub(super) fn find(
    connection: &Connection,
    hash: &Hash,
    now: Timestamp,
) -> Stored<Option<(Authority, Timestamp)>> {
    let mut statement = connection.prepare_cached(
        "select e.store_id, e.environment, e.id, u.id, u.name, u.role, e.last_used_at, e.ends_by,
             s.name, s.demo, s.api_access, s.live_access, e.expires_at
         from user_sessions e
         join users u on u.store_id = e.store_id and u.id = e.user_id
         join stores s on s.store_id = e.store_id
         where e.hash = ?1 and e.expires_at > ?2 and e.ends_by > ?2 and u.disabled_at is null
             and u.removed_at is null",
    )?;
    let key = params![hash.as_slice(), now.as_millisecond()];
    let found = statement.query_row(key, |row| Ok((authority(row)?, time(row, 12)?)));
    Ok(found.optional()?)
}

fn authority(row: &Row<'_>) -> rusqlite::Result<Authority> {
    let role = role(row.get_ref(5)?.as_str()?);
    Ok(Authority {
        scope: Scope { store_id: row.get(0)?, environment: environment(row.get_ref(1)?.as_str()?) },
        who: Who::Person(Person {
            id: row.get(3)?,
            name: row.get(4)?,
            role,
            session_id: row.get(2)?,
        }),
        access: if role == Role::Viewer { Access::Read } else { Access::Write },
        scopes: role.scopes(),
        networks: Vec::new(),
        credential: Credential::Session,
        last_used_at: time_or_none(row, 6)?,
        ends_by: time_or_none(row, 7)?,
        store_name: row.get(8)?,
        kind: kind(row.get(9)?),
        store_access: access(row, 10)?,
    })
}

pub(super) fn note_use(
    connection: &Connection,
    hash: &Hash,
    now: Timestamp,
    expires_at: Timestamp,
) -> Stored<()> {
    connection.execute(
        "update user_sessions set last_used_at = max(last_used_at, ?2),
             expires_at = max(expires_at, ?3)
         where hash = ?1",
        params![hash.as_slice(), now.as_millisecond(), expires_at.as_millisecond()],
    )?;
    Ok(())
}

pub(super) fn list(
    connection: &Connection,
    store_id: i64,
    user_id: &str,
    now: Timestamp,
) -> Stored<Vec<UserSessionRow>> {
    let mut statement = connection.prepare(
        "select id, device, environment, began_at, last_used_at from user_sessions
         where store_id = ?1 and user_id = ?2 and expires_at > ?3 and ends_by > ?3
         order by last_used_at desc, id desc",
    )?;
    let rows = statement.query_map(params![store_id, user_id, now.as_millisecond()], |row| {
        Ok(UserSessionRow {
            id: row.get(0)?,
            device: row.get(1)?,
            environment: environment(row.get_ref(2)?.as_str()?),
            began_at: time(row, 3)?,
            last_used_at: time(row, 4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Ends the session with this hash, where it is a person's.
pub(super) fn end(connection: &Connection, hash: &Hash) -> Stored<()> {
    connection.execute("delete from user_sessions where hash = ?1", params![hash.as_slice()])?;
    Ok(())
}

pub(super) fn end_some(
    connection: &Connection,
    store_id: i64,
    user_id: &str,
    which: &WhichSessions,
) -> Stored<u64> {
    let (only, but) = match which {
        WhichSessions::All => (None, None),
        WhichSessions::One(id) => (Some(id), None),
        WhichSessions::AllBut(id) => (None, Some(id)),
    };
    let ended = connection.execute(
        "delete from user_sessions
         where store_id = ?1 and user_id = ?2 and (?3 is null or id = ?3)
             and (?4 is null or id <> ?4)",
        params![store_id, user_id, only, but],
    )?;
    Ok(ended as u64)
}

/// Forgets sessions that are over.
pub(super) fn forget(connection: &Connection, now: Timestamp) -> Stored<()> {
    connection.execute(
        "delete from user_sessions where min(expires_at, ends_by) <= ?1",
        params![now.as_millisecond()],
    )?;
    Ok(())
}
