//! How the database is doing: sizes, sessions, and whether it can be written to.

use jiff::Timestamp;

use super::connections::Connection;
use super::rows::count;
use crate::store::Stored;

/// Writes a row that says nothing, to the disk.
pub(super) async fn write_again(connection: &Connection) -> Stored<()> {
    connection
        .execute(
            "insert into writability (single, at)
             values (true, extract(epoch from clock_timestamp()) * 1000)
             on conflict (single) do update set at = excluded.at",
            &[],
        )
        .await?;
    Ok(())
}

/// Counts the sessions that are not over.
pub(super) async fn sessions(connection: &Connection, now: Timestamp) -> Stored<u64> {
    let counted = "select (select count(*) from sessions where expires_at > $1)
             + (select count(*) from user_sessions where expires_at > $1 and ends_by > $1)";
    count(&connection.row(counted, &[&now.as_millisecond()]).await?, 0)
}

/// Returns the bytes of the database.
pub(super) async fn size(connection: &Connection) -> Stored<u64> {
    count(&connection.row("select pg_database_size(current_database())", &[]).await?, 0)
}

/// Returns the bytes of the journal since the last checkpoint.
pub(super) async fn journal(connection: &Connection) -> Stored<u64> {
    let since = "select pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn)::bigint
         from pg_control_checkpoint()";
    count(&connection.row(since, &[]).await?, 0)
}
