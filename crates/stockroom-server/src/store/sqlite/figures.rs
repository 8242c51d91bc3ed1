//! How the database is doing: sizes, sessions, and whether it can be written to.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::store::Stored;

/// Writes a number of the file's head again: a real write, to the disk, that changes nothing.
pub(super) fn write_again(connection: &Connection) -> Stored<()> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    connection.pragma_update(None, "user_version", version)?;
    Ok(())
}

/// Counts the sessions that are not over.
pub(super) fn sessions(connection: &Connection, now: Timestamp) -> Stored<u64> {
    let mut statement = connection.prepare_cached(
        "select (select count(*) from sessions where expires_at > ?1)
                 + (select count(*) from user_sessions where expires_at > ?1 and ends_by > ?1)",
    )?;
    Ok(statement.query_row(params![now.as_millisecond()], |row| row.get(0))?)
}

/// Returns the bytes of the database and of its journal.
pub(super) fn sizes(file: &Path) -> (u64, u64) {
    let size = |file: &Path| fs::metadata(file).map_or(0, |metadata| metadata.len());
    (size(file), size(&super::copies::beside(file, "-wal")))
}
