//! Opening the database file, and bringing its tables up to date.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, TransactionBehavior};

use crate::store::{StoreError, Stored};

/// The oldest SQLite without the fault of WAL mode that may lose commits.
const OLDEST_VERSION: i32 = 3_051_003;

/// How long to wait for another process that writes.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// More than the statements of this crate, so that each is prepared once.
const STATEMENTS: usize = 96;

/// What brings the tables up to date, in order; `user_version` counts those that were done.
pub(super) const MIGRATIONS: [&str; 14] = [
    include_str!("../../../migrations/sqlite/0001_store.sql"),
    include_str!("../../../migrations/sqlite/0002_tallies.sql"),
    include_str!("../../../migrations/sqlite/0003_numbers.sql"),
    include_str!("../../../migrations/sqlite/0004_versions.sql"),
    include_str!("../../../migrations/sqlite/0005_history.sql"),
    include_str!("../../../migrations/sqlite/0006_limits.sql"),
    include_str!("../../../migrations/sqlite/0007_keys.sql"),
    include_str!("../../../migrations/sqlite/0008_products.sql"),
    include_str!("../../../migrations/sqlite/0009_webhooks.sql"),
    include_str!("../../../migrations/sqlite/0010_orders.sql"),
    include_str!("../../../migrations/sqlite/0011_levels.sql"),
    include_str!("../../../migrations/sqlite/0012_lines.sql"),
    include_str!("../../../migrations/sqlite/0013_users.sql"),
    include_str!("../../../migrations/sqlite/0014_audit.sql"),
];

/// Opens the connection that writes, making the file and its tables where needed.
pub(super) fn open_writer(file: &Path) -> Stored<Connection> {
    check_version()?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut connection = open(file, flags)?;
    if is_unfinished(&connection)? {
        return Err(StoreError::Unfinished);
    }
    connection.execute_batch(
        // `checkpoints` moves pages from the journal to the file.
        "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;
         pragma wal_autocheckpoint = 0;",
    )?;
    migrate(&mut connection)?;
    Ok(connection)
}

/// Opens a file that is there, for whoever has it alone.
pub(super) fn open_alone(file: &Path) -> Stored<Connection> {
    check_version()?;
    open(file, OpenFlags::SQLITE_OPEN_READ_WRITE)
}

/// Opens the connection that fills a file, making it and its tables where needed. What it commits reaches the
/// disk in order, but later.
pub(super) fn open_new(file: &Path) -> Stored<Connection> {
    check_version()?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut connection = open(file, flags)?;
    connection.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on;
         pragma wal_autocheckpoint = 4000;",
    )?;
    migrate(&mut connection)?;
    Ok(connection)
}

/// Tells whether a copy into the database is not finished.
pub(super) fn is_unfinished(connection: &Connection) -> Stored<bool> {
    let found = "select exists (select 1 from sqlite_schema where name = 'unfinished_copy')";
    Ok(connection.query_row(found, [], |row| row.get(0))?)
}

/// Opens the connection that moves pages from the journal to the file.
pub(super) fn open_for_checkpoints(file: &Path) -> Stored<Connection> {
    let connection = open(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.execute_batch("pragma synchronous = full; pragma wal_autocheckpoint = 0;")?;
    Ok(connection)
}

/// Opens a connection that reads; the one that writes must be there already.
pub(super) fn open_reader(file: &Path) -> Stored<Connection> {
    open(file, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

fn open(file: &Path, flags: OpenFlags) -> Stored<Connection> {
    let connection = Connection::open_with_flags(file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Plans do not look at bound values: else a statement with `limit ?` is prepared again each time
    // that it is bound, which costs more than most that are run.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // After each commit SQLite walks through its cache, and what is not in it stands in the system's.
    connection.execute_batch(
        "pragma cache_size = -16384; pragma mmap_size = 268435456; pragma temp_store = memory;",
    )?;
    Ok(connection)
}

fn check_version() -> Stored<()> {
    if rusqlite::version_number() < OLDEST_VERSION {
        let version = rusqlite::version();
        return Err(StoreError::Failed(format!("SQLite {version} is too old: 3.51.3 is needed")));
    }
    Ok(())
}

pub(super) fn migrate(connection: &mut Connection) -> Stored<()> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = migrations_done(&tx)?;
    let Some(missing) = MIGRATIONS.get(done..) else {
        let known = MIGRATIONS.len();
        return Err(StoreError::Failed(format!(
            "it was made by a newer version of this program: it has {done} migrations, {known} \
             are known"
        )));
    };
    for migration in missing {
        tx.execute_batch(migration)?;
    }
    tx.pragma_update(None, "user_version", MIGRATIONS.len())?;
    tx.commit()?;
    Ok(())
}

fn migrations_done(connection: &Connection) -> Stored<usize> {
    let done: usize = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if done > 0 {
        return Ok(done);
    }
    // Databases of the first versions counted in a table of their driver's.
    let counted = connection
        .query_row("select 1 from sqlite_schema where name = '_sqlx_migrations'", [], |_| Ok(()))
        .optional()?;
    match counted {
        None => Ok(0),
        Some(()) => Ok(connection.query_row(
            "select coalesce(max(version), 0) from _sqlx_migrations where success",
            [],
            |row| row.get(0),
        )?),
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy) => Self::Busy,
            _ => Self::Failed(error.to_string()),
        }
    }
}
