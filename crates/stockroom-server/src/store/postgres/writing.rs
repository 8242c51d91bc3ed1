//! Work that writes: done again where others were in its way, and asked after where the commit's answer was
//! lost.
//!
//! A connection that breaks while the server is told to keep what was done leaves open whether it did. The
//! server remembers what became of each transaction by its id, so it is asked on another connection; only
//! where that cannot be done either is the caller told that nobody knows.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;
use std::time::{Duration, Instant};

use super::connections::Connections;
use super::transaction::{Committed, PostgresTx};
use crate::metrics::histogram::Histogram;
use crate::metrics::{TIMES, micros};
use crate::random::{Random as _, SystemRandom};
use crate::store::{StoreError, Stored, Working};

/// How often work is tried where others are in its way.
const TRIES: u32 = 6;

/// The longest wait before the second try; it doubles with each, and is cut short at random.
const WAIT: Duration = Duration::from_millis(8);

/// How long it is asked what became of a transaction.
const ASKING: Duration = Duration::from_secs(5);

/// How often.
const ASK_EVERY: Duration = Duration::from_millis(100);

/// The connections that write, and how they are doing.
#[derive(Debug)]
pub(super) struct Writing {
    pub(super) connections: Connections,
    /// How long commits took, in microseconds.
    pub(super) commit_times: Histogram,
    /// How many writes were committed together: each alone, as this store does it.
    pub(super) group_sizes: Histogram,
}

impl Writing {
    pub(super) fn new(connections: Connections) -> Self {
        Self {
            connections,
            commit_times: Histogram::new(TIMES),
            group_sizes: Histogram::new(&[1, 2, 4, 8, 16, 32, 64]),
        }
    }

    /// Does `work` in a transaction, again where others were in its way.
    pub(super) async fn run<T, E, W>(&self, work: W) -> Result<T, E>
    where
        E: From<StoreError>,
        W: for<'a> FnOnce(&'a mut PostgresTx) -> Working<'a, Result<T, E>> + Clone,
    {
        let mut tries = 0;
        loop {
            tries += 1;
            let mut tx = self.begin().await?;
            let Some(done) = unless_it_panics(work.clone()(&mut tx)).await else {
                // Undone before anybody is told, so that what it had locked can be had again.
                tracing::error!("a write panicked");
                tx.roll_back().await;
                return Err(StoreError::Failed("the work panicked".to_owned()).into());
            };
            let failed = match (done, tx.failure().cloned()) {
                (Ok(done), None) => match self.commit(tx).await {
                    Ok(()) => return Ok(done),
                    Err(error) => error,
                },
                (Ok(_), Some(error)) => {
                    tx.roll_back().await;
                    error
                }
                (Err(error), failure) => {
                    tx.roll_back().await;
                    match failure {
                        Some(conflict @ StoreError::Conflict(_)) if tries < TRIES => conflict,
                        _ => return Err(error),
                    }
                }
            };
            if !matches!(failed, StoreError::Conflict(_)) || tries == TRIES {
                return Err(failed.into());
            }
            tracing::debug!(error = %failed, tries, "a write is tried again");
            tokio::time::sleep(jitter(WAIT * 2_u32.pow(tries - 1))).await;
        }
    }

    /// Begins a transaction. A connection that broke while it was idle is found out here, and left.
    async fn begin(&self) -> Stored<PostgresTx> {
        match PostgresTx::begin(self.connections.lend().await?).await {
            Err(StoreError::Unavailable(_)) => {
                PostgresTx::begin(self.connections.lend().await?).await
            }
            begun => begun,
        }
    }

    async fn commit(&self, tx: PostgresTx) -> Stored<()> {
        let began = Instant::now();
        let committed = tx.commit().await;
        self.commit_times.record(micros(began.elapsed()));
        self.group_sizes.record(1);
        match committed {
            Committed::Yes => Ok(()),
            Committed::No(error) => Err(error),
            Committed::Unsure(None) => Err(StoreError::Unsure),
            Committed::Unsure(Some(id)) => self.ask(&id).await,
        }
    }

    /// Asks the server what became of a transaction.
    async fn ask(&self, id: &str) -> Stored<()> {
        let began = Instant::now();
        while began.elapsed() < ASKING {
            match self.fate(id).await.as_deref() {
                Ok("committed") => return Ok(()),
                Ok("aborted") => {
                    let why = "the connection broke before the commit".to_owned();
                    return Err(StoreError::Unavailable(why));
                }
                Ok("elsewhere" | "forgotten") => return Err(StoreError::Unsure),
                // It is still going on there, or the server is not back.
                Ok(_) | Err(StoreError::Unavailable(_) | StoreError::Busy) => {}
                Err(_) => return Err(StoreError::Unsure),
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
        Err(StoreError::Unsure)
    }

    async fn fate(&self, id: &str) -> Stored<String> {
        let connection = self.connections.lend().await?;
        // A standby that took over may have given the same number to another transaction.
        let ask = "select case
             when split_part($1, ' ', 2) <> left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)
                 then 'elsewhere'
             else coalesce(pg_xact_status(split_part($1, ' ', 1)::xid8), 'forgotten')
             end";
        Ok(connection.row(ask, &[&id]).await?.try_get(0)?)
    }
}

/// Returns what work comes to, or `None` where it panics.
async fn unless_it_panics<T>(mut work: Working<'_, T>) -> Option<T> {
    let step =
        poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
            Ok(step) => step.map(Some),
            Err(_) => Poll::Ready(None),
        });
    step.await
}

/// Returns a wait of at most `longest`, so that those who met once do not meet again.
fn jitter(longest: Duration) -> Duration {
    let mut byte = [0];
    SystemRandom.fill(&mut byte);
    longest.mul_f64((f64::from(byte[0]) + 1.0) / 256.0)
}
