//! The one thread that writes: it takes the requests that wait, commits them together, and only then
//! lets their answers go.
//!
//! One commit costs a wait for the disk whatever it holds, so a group of requests costs hardly more
//! than one. A request that fails or panics is undone alone; its neighbours do not notice. The first
//! of a group is undone with the whole transaction, the others each have a savepoint of their own,
//! which costs a copy of every page that they change.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::checkpoints::Checkpoints;
use super::transaction::SqliteTx;
use crate::metrics::histogram::Histogram;
use crate::metrics::{TIMES, micros};
use crate::store::{StoreError, Stored};

/// How many requests may wait; at the writer's pace a fraction of a second.
const LONGEST_QUEUE: usize = 256;

/// How many requests are committed together at most, so that the first does not wait for ever.
const LARGEST_GROUP: usize = 64;

/// The bounds of the sizes of groups, up to [`LARGEST_GROUP`].
const SIZES: &[u64] = &[1, 2, 4, 8, 16, 32, 64];

/// The thread that writes, and the queue of what it has to do.
#[derive(Debug)]
pub(super) struct Writer {
    queue: SyncSender<Message>,
    thread: Mutex<Option<JoinHandle<()>>>,
    figures: Arc<Figures>,
}

/// How the thread that writes is doing.
#[derive(Debug)]
pub(super) struct Figures {
    waiting: AtomicUsize,
    /// How many requests were committed together.
    pub(super) group_sizes: Histogram,
    /// How long commits took, in microseconds.
    pub(super) commit_times: Histogram,
}

enum Message {
    Work(Job),
    Stop,
}

/// What is done inside a savepoint, or the reason why it cannot be.
type Job = Box<dyn FnOnce(Stored<&mut SqliteTx>) -> Done + Send>;

/// A job that was done but is not committed.
struct Done {
    fate: Fate,
    /// Lets the answer go, once it is known what became of the commit.
    answer: Box<dyn FnOnce(Stored<()>) + Send>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Keep,
    Undo,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    GoOn,
    Stop,
}

impl Writer {
    /// Starts the thread; it ends with [`Self::stop`], or when this is dropped.
    pub(super) fn start(connection: Connection, file: PathBuf) -> Stored<Self> {
        let checkpoints = Checkpoints::start(file)?;
        let (queue, waiting) = sync_channel(LONGEST_QUEUE);
        let figures = Arc::new(Figures {
            waiting: AtomicUsize::new(0),
            group_sizes: Histogram::new(SIZES),
            commit_times: Histogram::new(TIMES),
        });
        let counted = Arc::clone(&figures);
        let thread = thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || serve(SqliteTx::new(connection), &checkpoints, &waiting, &counted))
            .map_err(|error| StoreError::Failed(error.to_string()))?;
        Ok(Self { queue, thread: Mutex::new(Some(thread)), figures })
    }

    /// Returns how the thread is doing.
    pub(super) fn figures(&self) -> &Figures {
        &self.figures
    }

    /// Does `work` on the writer's thread and returns once it is committed; an `Err` undoes it.
    pub(super) async fn run<T, E>(
        &self,
        work: impl FnOnce(&mut SqliteTx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |tx| {
            let result = tx.map_err(E::from).and_then(work);
            let fate = if result.is_ok() { Fate::Keep } else { Fate::Undo };
            let answer = move |committed: Stored<()>| {
                let result = match committed {
                    Ok(()) => result,
                    Err(error) => result.and(Err(error.into())),
                };
                // Whoever asked may be gone; what was done stays done.
                let _ = answer.send(result);
            };
            Done { fate, answer: Box::new(answer) }
        });
        // Counted before it is there, so that the thread never takes more than were counted.
        self.figures.waiting.fetch_add(1, Ordering::Relaxed);
        if self.queue.try_send(Message::Work(job)).is_err() {
            self.figures.took_one();
            return Err(StoreError::Busy.into());
        }
        let panicked = |_| StoreError::Failed("the work panicked".to_owned());
        answered.await.map_err(panicked)?
    }

    /// Does what is queued, closes the connection and ends the thread; blocks meanwhile.
    pub(super) fn stop(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // Where the thread has ended already there is nobody to tell.
            let _ = self.queue.send(Message::Stop);
            let _ = thread.join();
        }
    }
}

impl Figures {
    /// Returns how many requests wait for the thread.
    pub(super) fn queued(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed) as u64
    }

    fn took_one(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

fn serve(
    mut tx: SqliteTx,
    checkpoints: &Checkpoints,
    waiting: &Receiver<Message>,
    figures: &Figures,
) {
    while let Ok(Message::Work(first)) = waiting.recv() {
        figures.took_one();
        let next = do_group(&mut tx, first, waiting, figures);
        checkpoints.after_commit(tx.connection());
        if next == Next::Stop {
            return;
        }
    }
}

/// Does `first` and what waits behind it in one transaction.
fn do_group(tx: &mut SqliteTx, first: Job, waiting: &Receiver<Message>, figures: &Figures) -> Next {
    if let Err(error) = tx.begin() {
        (first(Err(error.clone())).answer)(Err(error));
        return Next::GoOn;
    }
    let Some(first) = do_first(tx, first) else {
        return Next::GoOn;
    };
    let mut group = vec![first];
    let mut then = Next::GoOn;
    // A failure of the disk may have ended the whole transaction.
    while group.len() < LARGEST_GROUP && tx.is_open() && then == Next::GoOn {
        match waiting.try_recv() {
            Ok(Message::Work(job)) => {
                figures.took_one();
                group.extend(do_another(tx, job));
            }
            Ok(Message::Stop) => then = Next::Stop,
            Err(_) => break,
        }
    }
    let began = Instant::now();
    let committed = tx.commit();
    figures.commit_times.record(micros(began.elapsed()));
    figures.group_sizes.record(group.len() as u64);
    if let Err(error) = &committed {
        tracing::error!(%error, requests = group.len(), "a group of writes was not committed");
    }
    for done in group {
        (done.answer)(committed.clone());
    }
    then
}

/// Does a job that has the transaction for itself so far; where it leaves nothing, the transaction ends.
fn do_first(tx: &mut SqliteTx, job: Job) -> Option<Done> {
    let done = attempt(tx, job);
    if done.as_ref().is_some_and(|done| done.fate == Fate::Keep) {
        return done;
    }
    tx.abandon();
    if let Some(undone) = done {
        (undone.answer)(Ok(()));
    }
    None
}

/// Does a job inside a savepoint.
fn do_another(tx: &mut SqliteTx, job: Job) -> Option<Done> {
    if let Err(error) = tx.save() {
        return Some(job(Err(error)));
    }
    let done = attempt(tx, job);
    let keeps = done.as_ref().is_some_and(|done| done.fate == Fate::Keep);
    let ended = if keeps { tx.keep() } else { tx.undo() };
    if let Err(error) = ended {
        // Whether the job is in the transaction is not known: none of the group may be committed.
        tracing::error!(%error, "a savepoint failed");
        tx.abandon();
    }
    done
}

/// Does a job; a panic leaves nobody to answer.
fn attempt(tx: &mut SqliteTx, job: Job) -> Option<Done> {
    let done = catch_unwind(AssertUnwindSafe(|| job(Ok(tx)))).ok();
    if done.is_none() {
        tracing::error!("a write panicked");
    }
    done
}
