//! The sessions of people who signed in by name.

use jiff::Timestamp;
use stockroom_api::account::Role;
use stockroom_api::key::Access;
use tokio_postgres::Row;

use super::connections::Connection;
use super::keys::{access, kind};
use super::rows::{can_be_kept, environment, is_live, time, time_or_none};
use crate::secret::Hash;
use crate::store::Stored;
use crate::store::accounts::{NewUserSession, UserSessionRow, WhichSessions};
use crate::store::columns::role;
use crate::store::data::{Authority, Credential, Person, Scope, Who};

/// Begins a session. Belongs into a transaction: the person stays as they are until it lasts.
pub(super) async fn begin(
    connection: &Connection,
    session: &NewUserSession,
    password: &str,
) -> Stored<bool> {
    let (store_id, began_at) = (session.scope.store_id, session.began_at.as_millisecond());
    let signed_in = connection
        .execute(
            "update users set signed_in_at = $4
             where store_id = $1 and id = $2 and password = $3 and disabled_at is null
                 and removed_at is null",
            &[&store_id, &session.user_id, &password, &began_at],
        )
        .await?;
    if signed_in == 0 {
        return Ok(false);
    }
    connection
        .execute(
            "insert into user_places (store_id, user_id, address, last_at) values ($1, $2, $3, $4)
             on conflict (store_id, user_id, address) do update set last_at = excluded.last_at",
            &[&store_id, &session.user_id, &session.address, &began_at],
        )
        .await?;
    connection
        .execute(
            "insert into user_sessions
                 (store_id, live, id, hash, user_id, device, began_at, last_used_at, expires_at,
                  ends_by)
             values ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9)",
            &[
                &store_id,
                &is_live(session.scope),
                &session.id,
                &session.hash.as_slice(),
                &session.user_id,
                &session.device,
                &began_at,
                &session.expires_at.as_millisecond(),
                &session.ends_by.as_millisecond(),
            ],
        )
        .await?;
    Ok(true)
}

pub(super) async fn find(
    connection: &Connection,
    hash: &Hash,
    now: Timestamp,
) -> Stored<Option<(Authority, Timestamp)>> {
    let found = connection
        .row_or_none(
            "select e.store_id, e.live, e.id, u.id, u.name, u.role, e.last_used_at, e.ends_by,
                 s.name, s.demo, s.api_access, s.live_access, e.expires_at
             from user_sessions e
             join users u on u.store_id = e.store_id and u.id = e.user_id
             join stores s on s.store_id = e.store_id
             where e.hash = $1 and e.expires_at > $2 and e.ends_by > $2 and u.disabled_at is null
                 and u.removed_at is null",
            &[&hash.as_slice(), &now.as_millisecond()],
        )
        .await?;
    found.map(|row| Ok((authority(&row)?, time(&row, 12)?))).transpose()
}

fn authority(row: &Row) -> Stored<Authority> {
    let role = role(row.try_get(5)?);
    Ok(Authority {
        scope: Scope { store_id: row.try_get(0)?, environment: environment(row, 1)? },
        who: Who::Person(Person {
            id: row.try_get(3)?,
            name: row.try_get(4)?,
            role,
            session_id: row.try_get(2)?,
        }),
        access: if role == Role::Viewer { Access::Read } else { Access::Write },
        scopes: role.scopes(),
        networks: Vec::new(),
        credential: Credential::Session,
        last_used_at: time_or_none(row, 6)?,
        ends_by: time_or_none(row, 7)?,
        store_name: row.try_get(8)?,
        kind: kind(row.try_get(9)?),
        store_access: access(row, 10)?,
    })
}

pub(super) async fn note_use(
    connection: &Connection,
    hash: &Hash,
    now: Timestamp,
    expires_at: Timestamp,
) -> Stored<()> {
    connection
        .execute(
            "update user_sessions set last_used_at = greatest(last_used_at, $2),
                 expires_at = greatest(expires_at, $3)
             where hash = $1",
            &[&hash.as_slice(), &now.as_millisecond(), &expires_at.as_millisecond()],
        )
        .await?;
    Ok(())
}

pub(super) async fn list(
    connection: &Connection,
    store_id: i64,
    user_id: &str,
    now: Timestamp,
) -> Stored<Vec<UserSessionRow>> {
    if !can_be_kept(user_id) {
        return Ok(Vec::new());
    }
    let rows = connection
        .rows(
            "select id, device, live, began_at, last_used_at from user_sessions
             where store_id = $1 and user_id = $2 and expires_at > $3 and ends_by > $3
             order by last_used_at desc, id desc",
            &[&store_id, &user_id, &now.as_millisecond()],
        )
        .await?;
    let read = |row: &Row| {
        Ok(UserSessionRow {
            id: row.try_get(0)?,
            device: row.try_get(1)?,
            environment: environment(row, 2)?,
            began_at: time(row, 3)?,
            last_used_at: time(row, 4)?,
        })
    };
    rows.iter().map(read).collect()
}

/// Ends the session with this hash, where it is a person's.
pub(super) async fn end(connection: &Connection, hash: &Hash) -> Stored<()> {
    connection.execute("delete from user_sessions where hash = $1", &[&hash.as_slice()]).await?;
    Ok(())
}

pub(super) async fn end_some(
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
    if [Some(user_id), only.map(String::as_str)].into_iter().flatten().any(|id| !can_be_kept(id)) {
        return Ok(0);
    }
    connection
        .execute(
            "delete from user_sessions
             where store_id = $1 and user_id = $2 and ($3::text is null or id = $3)
                 and ($4::text is null or id <> $4)",
            &[&store_id, &user_id, &only, &but],
        )
        .await
}

/// Forgets sessions that are over.
pub(super) async fn forget(connection: &Connection, now: Timestamp) -> Stored<()> {
    let over = "delete from user_sessions where least(expires_at, ends_by) <= $1";
    connection.execute(over, &[&now.as_millisecond()]).await?;
    Ok(())
}
