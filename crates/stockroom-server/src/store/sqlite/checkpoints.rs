//! Moving what was committed from the journal into the database file, beside the thread that writes.
//!
//! SQLite by itself does it inside a commit, which then takes as long as some hundred others. Here a
//! thread of its own does it while others are written. The journal begins anew once all of it was
//! moved: where writing never pauses the thread draws close, and the writer waits for the last few.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;

use super::connection::open_for_checkpoints;
use crate::store::{StoreError, Stored};

/// How many pages wait in the journal before they are moved: those that are written again until then
/// are moved once. In larger steps, requests that come meanwhile wait longer for the disk.
const WORTH_MOVING: i64 = 4_000;

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

fn serve(file: &std::path::Path, woken: &Receiver<()>) {
    let mut connection = None;
    while woken.recv().is_ok() {
        let moved = match &connection {
            Some(connection) => checkpoint(connection, "passive"),
            None => open_for_checkpoints(file)
                .and_then(|opened| checkpoint(connection.insert(opened), "passive")),
        };
        if let Err(error) = moved {
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
