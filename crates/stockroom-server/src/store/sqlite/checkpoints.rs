//! Moving what was committed from the journal into the database file, beside the thread that writes.
//!
//! SQLite by itself does it inside a commit, which then takes as long as some hundred others. Here a
//! thread of its own does it while others are written, in small steps that are each on the disk before
//! the next, so that a commit that wants the disk waits for little. The journal begins anew once all of it
//! was moved: where writing never pauses the thread draws close, and the writer waits for the last few.

use std::fs::{File, OpenOptions};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;

use super::connection::open_for_checkpoints;
use crate::store::{StoreError, Stored};

#[cfg(test)]
mod tests;

/// How many pages wait in the journal before they are moved: fewer than 200 products in no order change.
const WORTH_MOVING: i64 = 150;

/// How long the journal may grow, in pages of 4 KiB, before it is to begin anew.
const LONG_JOURNAL: i64 = 32_000;

/// For how many pages the writer waits, so that a long journal begins anew: some milliseconds.
const FEW: i64 = 500;

/// From how many pages on the writer waits for all that are left, however many.
const LONGEST_JOURNAL: i64 = 2 * LONG_JOURNAL;

/// The thread that moves pages.
#[derive(Debug)]
pub(super) struct Checkpoints {
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// How far the journal is, in pages.
#[derive(Clone, Copy, Debug)]
struct Journal {
    written: i64,
    moved: i64,
}

impl Checkpoints {
    /// Starts the thread; it ends when this is dropped.
    pub(super) fn start(file: PathBuf) -> Stored<Self> {
        let (wake, woken) = sync_channel(1);
        let thread = thread::Builder::new()
            .name("checkpoints".to_owned())
            .spawn(move || serve(&file, &woken))
            .map_err(|error| StoreError::Failed(error.to_string()))?;
        Ok(Self { wake: Some(wake), thread: Some(thread) })
    }

    /// Looks at the journal after a commit on `connection`, the one that writes.
    pub(super) fn after_commit(&self, connection: &Connection) {
        if let Err(error) = self.look(connection) {
            tracing::error!(%error, "the journal was not looked at");
        }
    }

    fn look(&self, connection: &Connection) -> Stored<()> {
        let journal = checkpoint(connection, "noop")?;
        let left = journal.written - journal.moved;
        let is_long = journal.written > LONG_JOURNAL;
        if is_long && (left <= FEW || journal.written > LONGEST_JOURNAL) {
            checkpoint(connection, "passive")?;
        } else if (is_long || left > WORTH_MOVING)
            && let Some(wake) = &self.wake
        {
            // Where it was woken before and has not begun, once is enough.
            let _ = wake.try_send(());
        }
        Ok(())
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            // What it did is in the log already.
            let _ = thread.join();
        }
    }
}

/// What moves pages.
struct Mover {
    connection: Connection,
    /// The database file, to have it on the disk without SQLite, which does that only where nothing was
    /// committed meanwhile. It stays open as long as the process: to close it would let go of all locks
    /// that SQLite has on the file, in this process.
    file: ManuallyDrop<File>,
}

impl Mover {
    fn open(path: &Path) -> Stored<Self> {
        let connection = open_for_checkpoints(path)?;
        let file = OpenOptions::new().read(true).write(true).open(path);
        let file = file.map_err(|error| StoreError::Failed(error.to_string()))?;
        Ok(Self { connection, file: ManuallyDrop::new(file) })
    }

    fn step(&self) -> Stored<()> {
        checkpoint(&self.connection, "passive")?;
        self.file.sync_data().map_err(|error| StoreError::Failed(error.to_string()))
    }
}

fn serve(path: &Path, woken: &Receiver<()>) {
    let mut mover: Option<Mover> = None;
    while woken.recv().is_ok() {
        let done = match &mover {
            Some(mover) => mover.step(),
            None => Mover::open(path).and_then(|opened| mover.insert(opened).step()),
        };
        if let Err(error) = done {
            tracing::error!(%error, "pages were not moved from the journal");
        }
    }
}

/// Moves what `mode` allows, nothing with `noop`, and tells how far the journal is.
fn checkpoint(connection: &Connection, mode: &str) -> Stored<Journal> {
    let mut statement = connection.prepare_cached(&format!("pragma wal_checkpoint({mode})"))?;
    let read = |row: &rusqlite::Row<'_>| Ok(Journal { written: row.get(1)?, moved: row.get(2)? });
    Ok(statement.query_row([], read)?)
}
