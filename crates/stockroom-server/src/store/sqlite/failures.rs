//! Sign-ins that failed, counted so that the next has to wait.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::store::Stored;
use crate::store::accounts::{Attempt, FAILURES_KEPT, Failures, Taken};
use crate::store::columns::taken;

/// Counts an attempt on all subjects, or on none where one has to wait.
pub(super) fn count(
    connection: &Connection,
    store_id: i64,
    attempts: &[Attempt],
    now: Timestamp,
) -> Stored<Taken> {
    let mut counted = Vec::with_capacity(attempts.len());
    let mut not_before = None;
    for attempt in attempts {
        let before = look(connection, store_id, &attempt.subject)?;
        match attempt.patience.count(before, now) {
            Ok(failures) => counted.push((&attempt.subject, failures)),
            Err(free_at) => not_before = not_before.max(Some(free_at)),
        }
    }
    if not_before.is_some() {
        return taken(not_before);
    }
    for (subject, failures) in counted {
        connection.execute(
            "insert into failed_sign_ins (store_id, subject, failures, last_at, free_at)
             values (?1, ?2, ?3, ?4, ?5)
             on conflict do update set failures = excluded.failures, last_at = excluded.last_at,
                 free_at = excluded.free_at",
            params![store_id, subject, failures.count, failures.last_at, failures.free_at],
        )?;
    }
    Ok(Taken::Yes)
}

/// Tells whether an attempt would have to wait, and counts nothing.
pub(super) fn would_count(
    connection: &Connection,
    store_id: i64,
    attempts: &[Attempt],
    now: Timestamp,
) -> Stored<Taken> {
    let mut not_before = None;
    for attempt in attempts {
        let before = look(connection, store_id, &attempt.subject)?;
        not_before = not_before.max(attempt.patience.count(before, now).err());
    }
    taken(not_before)
}

/// Takes an attempt back.
pub(super) fn forgive(
    connection: &Connection,
    store_id: i64,
    forgotten: &[String],
    forgiven: &[String],
) -> Stored<()> {
    for subject in forgotten {
        connection.execute(
            "delete from failed_sign_ins where store_id = ?1 and subject = ?2",
            params![store_id, subject],
        )?;
    }
    for subject in forgiven {
        connection.execute(
            "update failed_sign_ins set failures = max(failures - 1, 0), free_at = last_at
             where store_id = ?1 and subject = ?2",
            params![store_id, subject],
        )?;
    }
    Ok(())
}

/// Forgets failures that no longer count.
pub(super) fn forget(connection: &Connection, now: Timestamp) -> Stored<()> {
    let since = now - FAILURES_KEPT;
    connection.execute(
        "delete from failed_sign_ins where last_at <= ?1",
        params![since.as_millisecond()],
    )?;
    Ok(())
}

fn look(connection: &Connection, store_id: i64, subject: &str) -> Stored<Option<Failures>> {
    let mut statement = connection.prepare_cached(
        "select failures, last_at, free_at from failed_sign_ins
         where store_id = ?1 and subject = ?2",
    )?;
    let found = statement.query_row(params![store_id, subject], |row| {
        Ok(Failures { count: row.get(0)?, last_at: row.get(1)?, free_at: row.get(2)? })
    });
    Ok(found.optional()?)
}
