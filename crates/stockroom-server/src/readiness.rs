//! Whether this process should be sent requests: its database can be written to, and it is not about
//! to stop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::store::{Store, StoreError};

/// How long a finding counts, so that asking often costs no more than asking once.
const COUNTS_FOR: Duration = Duration::from_secs(1);

/// What is known of the readiness of this process.
#[derive(Debug, Default)]
pub struct Readiness {
    is_stopping: AtomicBool,
    /// When the database was last written to for this, and what came of it.
    found: Mutex<Option<(Instant, bool)>>,
}

/// Whether requests should come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// They should.
    Ready,
    /// The process has been told to stop; what is under way is finished.
    Stopping,
    /// The database cannot be written to, or too many writes wait.
    NotWritable,
}

impl Readiness {
    /// Notes that the process was told to stop.
    pub fn stop(&self) {
        self.is_stopping.store(true, Ordering::SeqCst);
    }

    /// Returns whether requests should come, writing to the database where that was not done just now.
    pub async fn state<S: Store>(&self, store: &S) -> State {
        if self.is_stopping.load(Ordering::SeqCst) {
            return State::Stopping;
        }
        let mut found = self.found.lock().await;
        let is_writable = match *found {
            Some((at, is_writable)) if at.elapsed() < COUNTS_FOR => is_writable,
            _ => {
                let tried = store.check_writable().await;
                if let Err(error @ StoreError::Failed(_)) = &tried {
                    tracing::error!(%error, "the database cannot be written to");
                }
                *found = Some((Instant::now(), tried.is_ok()));
                tried.is_ok()
            }
        };
        if is_writable { State::Ready } else { State::NotWritable }
    }
}
