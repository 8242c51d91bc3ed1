//! Who has a database open: everybody shares a lock on a file beside it, and who replaces the database
//! wants it alone.
//!
//! SQLite's own locks are on the database file, which is another after it was replaced.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::copies::beside;
use crate::store::{StoreError, Stored};

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    _file: Option<File>,
}

impl Lock {
    /// Takes the lock together with others that have the database open.
    pub(super) fn shared(database: &Path) -> Stored<Self> {
        Self::taken(database, File::try_lock_shared)
    }

    /// Takes the lock alone.
    pub(super) fn alone(database: &Path) -> Stored<Self> {
        Self::taken(database, File::try_lock)
    }

    fn taken(
        database: &Path,
        take: impl FnOnce(&File) -> Result<(), TryLockError>,
    ) -> Stored<Self> {
        let failed = |error: std::io::Error| StoreError::Failed(error.to_string());
        let path = beside(database, ".lock");
        let mut options = OpenOptions::new();
        let file = options.create(true).truncate(false).write(true).open(path).map_err(failed)?;
        match take(&file) {
            Ok(()) => Ok(Self { _file: Some(file) }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Busy),
            // Some network file systems have no locks: SQLite's own must do there.
            Err(TryLockError::Error(error)) if error.kind() == std::io::ErrorKind::Unsupported => {
                Ok(Self { _file: None })
            }
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}
