//! Copies of a database: taken while it is used, and put in its place.
//!
//! A copy is made under another name, checked, and renamed when it is whole and on the disk, so that
//! what stands under its name is good at any time. Everything here blocks.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};

use super::connection::{self, MIGRATIONS, migrate};
use super::lock::Lock;
use crate::store::StoreError;

/// How long to wait before a page that is written at the moment is tried again.
const PAUSE: Duration = Duration::from_millis(20);

/// What a copy holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The store's name; `None` in a database without a store.
    pub store: Option<String>,
    /// The products, of test and live data together.
    pub products: u64,
    /// The size of the file in bytes.
    pub bytes: u64,
}

/// Why a database was not copied or not replaced.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// Somebody has the database open that is to be replaced.
    #[error("it is in use")]
    InUse,
    /// The file is no database, or not one of ours.
    #[error("it is no database of Stockroom")]
    Foreign,
    /// The file is the beginning of a copy that was not finished.
    #[error("a copy into it is not finished")]
    Unfinished,
    /// The file was made by a newer version of this program.
    #[error("it was made by a newer version of this program")]
    Newer,
    /// The file is damaged; this is what the check said first.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// Reading or writing failed.
    #[error("{0}")]
    Failed(String),
}

/// Copies the database `from` to `to` as it is at one moment, while others read and write it; what is
/// at `to` is replaced.
///
/// # Errors
/// [`CopyError`]; then nothing is left at `to` that was not there before.
pub fn back_up(from: &Path, to: &Path) -> Result<Copied, CopyError> {
    let _lock = Lock::shared(from)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Connection::open_with_flags(from, flags)?;
    source.busy_timeout(connection::PATIENCE)?;
    check_ours(&source)?;
    let unfinished = Unfinished::new(to)?;
    let copied = copy(&source, &unfinished.path, |_| Ok(()))?;
    unfinished.finish(to)?;
    Ok(copied)
}

/// Puts a copy of the database `from` in the place of `database`, whose content is kept at `aside`.
/// Sessions end, and versions of the stock go on after those that were told before.
///
/// # Errors
/// [`CopyError`]; then `database` is as it was.
pub fn restore(
    from: &Path,
    database: &Path,
    aside: &Path,
    now: Timestamp,
) -> Result<Copied, CopyError> {
    let _lock = Lock::alone(database).map_err(|error| match error {
        StoreError::Busy => CopyError::InUse,
        error => error.into(),
    })?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Connection::open_with_flags(from, flags)?;
    check_ours(&source)?;
    let told = fold(database)?;
    let unfinished = Unfinished::new(database)?;
    let copied = copy(&source, &unfinished.path, |copy| {
        migrate(copy).map_err(CopyError::from)?;
        copy.execute_batch("delete from sessions; delete from user_sessions;")?;
        // Readers compare versions only for being the same: no state may have the number of another.
        copy.execute(
            "update tallies set version = max(version + 1, ?1, ?2)",
            params![now.as_millisecond(), told + 1],
        )?;
        Ok(())
    })?;
    if database.exists() {
        for end in ["", "-wal", "-shm"] {
            let (file, kept) = (beside(database, end), beside(aside, end));
            if file.exists() {
                fs::rename(&file, &kept)?;
            }
        }
    }
    unfinished.finish(database)?;
    Ok(copied)
}

/// Returns the path with `end` after the file's name.
pub(super) fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(end);
    name.into()
}

/// Copies a database into a file that is a whole database by itself, changes the copy, and checks it.
fn copy(
    source: &Connection,
    to: &Path,
    change: impl FnOnce(&mut Connection) -> Result<(), CopyError>,
) -> Result<Copied, CopyError> {
    let mut copy = Connection::open(to)?;
    {
        let backup = Backup::new(source, &mut copy)?;
        // In one step the copy is of one moment, and writers go on beside it.
        while let StepResult::Busy | StepResult::Locked = backup.step(-1)? {
            std::thread::sleep(PAUSE);
        }
    }
    copy.query_row("pragma journal_mode = delete", [], |_| Ok(()))?;
    change(&mut copy)?;
    check_whole(&copy)?;
    let store = copy.query_row("select name from stores", [], |row| row.get(0)).optional()?;
    let products =
        copy.query_row("select coalesce(sum(products), 0) from tallies", [], |row| row.get(0))?;
    drop(copy);
    Ok(Copied { store, products, bytes: fs::metadata(to)?.len() })
}

fn check_ours(database: &Connection) -> Result<(), CopyError> {
    let tables = "select count(*) from sqlite_schema
        where type = 'table' and name in ('stores', 'products', 'api_keys', 'tallies')";
    let tables: Result<u64, _> = database.query_row(tables, [], |row| row.get(0));
    match tables {
        Ok(4) => {}
        Ok(_) => return Err(CopyError::Foreign),
        Err(error) => return Err(error.into()),
    }
    if connection::is_unfinished(database)? {
        return Err(CopyError::Unfinished);
    }
    let version: usize = database.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version > MIGRATIONS.len() { Err(CopyError::Newer) } else { Ok(()) }
}

fn check_whole(database: &Connection) -> Result<(), CopyError> {
    let said: String = database.query_row("pragma integrity_check(1)", [], |row| row.get(0))?;
    if said == "ok" { Ok(()) } else { Err(CopyError::Damaged(said)) }
}

/// Folds the journal of a database that is to be put aside into its file, and returns the highest
/// version of its stock; 0 where it cannot be read.
fn fold(database: &Path) -> Result<i64, CopyError> {
    if !database.exists() {
        return Ok(0);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let folded = Connection::open_with_flags(database, flags).and_then(|old| {
        // Works only where nobody else has the file open.
        let mode: String = old.query_row("pragma journal_mode = delete", [], |row| row.get(0))?;
        if mode == "wal" {
            return Ok(Err(CopyError::InUse));
        }
        let version =
            old.query_row("select coalesce(max(version), 0) from tallies", [], |row| row.get(0))?;
        Ok(Ok(version))
    });
    match folded {
        Ok(folded) => folded,
        Err(error) => match CopyError::from(error) {
            CopyError::InUse => Err(CopyError::InUse),
            // A database that is damaged is a reason to restore one: it goes aside as it is.
            _ => Ok(0),
        },
    }
}

/// A file that is not yet what it is to be; dropped, it is removed.
struct Unfinished {
    path: PathBuf,
    is_finished: bool,
}

impl Unfinished {
    /// Makes an empty file beside `place` that nobody else may read.
    fn new(place: &Path) -> Result<Self, CopyError> {
        let path = beside(place, &format!(".{}.unfinished", std::process::id()));
        let mut options = OpenOptions::new();
        options.create(true).truncate(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path)?;
        Ok(Self { path, is_finished: false })
    }

    /// Renames the file once it is on the disk.
    fn finish(mut self, place: &Path) -> Result<(), CopyError> {
        OpenOptions::new().write(true).open(&self.path)?.sync_all()?;
        fs::rename(&self.path, place)?;
        self.is_finished = true;
        // The name is in the folder, which is on the disk by itself; only Unix has a way to ask.
        #[cfg(unix)]
        if let Some(folder) = place.parent() {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.is_finished {
            for end in ["", "-journal", "-wal", "-shm"] {
                // It may never have been there.
                let _ = fs::remove_file(beside(&self.path, end));
            }
        }
    }
}

impl From<StoreError> for CopyError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::InUse,
            error => Self::Failed(error.to_string()),
        }
    }
}

impl From<std::io::Error> for CopyError {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<rusqlite::Error> for CopyError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseCorrupt, DatabaseLocked, NotADatabase};
        match error.sqlite_error_code() {
            Some(DatabaseBusy | DatabaseLocked) => Self::InUse,
            Some(NotADatabase) => Self::Foreign,
            Some(DatabaseCorrupt) => Self::Damaged(error.to_string()),
            _ => Self::Failed(error.to_string()),
        }
    }
}
