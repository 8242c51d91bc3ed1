//! The connections that read, lent one at a time.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::connection::open_reader;
use crate::store::{StoreError, Stored};

/// How many read at once; each connection has a cache of its own.
const READERS: usize = 4;

/// How long a request waits for a connection before it is told that the server is busy.
const PATIENCE: Duration = Duration::from_secs(5);

/// The connections that read.
#[derive(Debug)]
pub(super) struct Readers {
    file: PathBuf,
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

/// A connection that goes back when dropped; it is there until then.
struct Lent {
    connection: Option<Connection>,
    home: Arc<Mutex<Vec<Connection>>>,
    permit: OwnedSemaphorePermit,
}

impl Readers {
    pub(super) fn new(file: PathBuf) -> Self {
        Self { file, permits: Arc::new(Semaphore::new(READERS)), idle: Arc::default() }
    }

    /// Returns the database's file.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// Reads where a few rows are found by their keys: on the spot, since handing such work to
    /// another thread costs more than the work.
    pub(super) async fn look_up<T>(
        &self,
        read: impl FnOnce(&Connection) -> Stored<T>,
    ) -> Stored<T> {
        let lent = self.lend().await?;
        read(lent.connection()?)
    }

    /// Reads on a thread that may block.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Stored<T> + Send + 'static,
    ) -> Stored<T> {
        let lent = self.lend().await?;
        let reading = tokio::task::spawn_blocking(move || read(lent.connection()?));
        reading.await.map_err(|error| StoreError::Failed(error.to_string()))?
    }

    /// Closes the connections that nobody uses, and lends no more.
    pub(super) fn close(&self) {
        self.permits.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    async fn lend(&self) -> Stored<Lent> {
        let permit = tokio::time::timeout(PATIENCE, Arc::clone(&self.permits).acquire_owned());
        let permit = permit.await.map_err(|_| StoreError::Busy)?.map_err(|_| StoreError::Busy)?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => open_reader(&self.file)?,
        };
        Ok(Lent { connection: Some(connection), home: Arc::clone(&self.idle), permit })
    }
}

impl Lent {
    fn connection(&self) -> Stored<&Connection> {
        self.connection.as_ref().ok_or_else(|| StoreError::Failed("no connection".to_owned()))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // A server that stops lends no more, and its connections are to be closed.
        if !self.permit.semaphore().is_closed() {
            let mut home = self.home.lock().unwrap_or_else(PoisonError::into_inner);
            home.extend(self.connection.take());
        }
    }
}
