//! The driver of a run: carries out its commands and tells it what happened.
//!
//! The run itself decides (`stockroom_client::run`). One thread takes in what happens, another keeps
//! what is to be saved and only then lets leave what is to be sent; what comes while the disk is
//! busy is kept by one write. As many threads send as requests may be under way.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use stockroom_client::answer::Answer;
use stockroom_client::run::{Command, Entry, Event, Request, Run};

use super::journal::Journal;
use super::progress::Meter;
use super::{INTERRUPTED, UNKNOWN};
use crate::clock::{Clock as _, SystemClock};
use crate::commands::{CommandError, Ended, tell};
use crate::file_plan::store_client::StoreClient;
use crate::random::{Random as _, SystemRandom};

/// What a thread tells the driver.
enum Happened {
    Answered(u32, Option<Answer>),
    /// The server's time, where it tells it.
    Date(Option<u64>),
    Interrupted,
    /// The journal cannot be written: nothing more leaves.
    NotKept(io::Error),
}

/// What is to be on the disk before what is to be sent leaves.
#[derive(Default)]
struct Step {
    entries: Vec<Entry>,
    requests: Vec<Request>,
    /// Whether the server is asked for its time.
    asks_date: bool,
}

/// A run on its way.
pub(super) struct Driver<'a> {
    run: &'a mut Run,
    /// Where the run is kept, for people.
    journal: String,
    meter: Meter,
    wake_at: Option<u64>,
    is_stopping: bool,
}

/// Drives the run until it has ended, beginning with `first`.
///
/// # Errors
/// [`CommandError`] where the journal cannot be written, or a person wants no waiting; the journal
/// then tells what is known, and the run can go on from it.
pub(super) fn drive(
    run: &mut Run,
    first: Event,
    journal: &mut Journal,
    client: StoreClient,
    meter: Meter,
) -> Ended {
    let (sender, happened) = channel();
    let (steps, to_keep) = channel();
    watch_for_interrupts(sender.clone());
    let shown = journal.path().display().to_string();
    let (client, under_way) = (Arc::new(client), run.settings().in_flight);
    let mut driver = Driver { run, journal: shown, meter, wake_at: None, is_stopping: false };
    let ended = thread::scope(|scope| {
        scope.spawn(move || {
            let requests = senders(under_way, &client, &sender);
            keep(journal, &to_keep, &client, &requests, &sender);
        });
        let ended = driver.drive(first, &happened, &steps);
        // Without more steps to come the other thread ends once all are kept.
        drop(steps);
        ended
    });
    driver.meter.clear();
    ended?;
    for last in happened.try_iter() {
        if let Happened::NotKept(error) = last {
            return Err(driver.not_kept(&error));
        }
    }
    Ok(())
}

impl Driver<'_> {
    fn drive(
        &mut self,
        first: Event,
        happened: &Receiver<Happened>,
        steps: &Sender<Step>,
    ) -> Ended {
        let mut commands = self.handle(first);
        loop {
            let (step, has_ended) = self.sort(commands);
            // Where nobody keeps steps any more, why is on its way.
            let _ = steps.send(step);
            if has_ended {
                return Ok(());
            }
            let now = now_ms();
            self.meter.tell(self.run, now);
            let until = self.wake_at.unwrap_or(u64::MAX).min(self.meter.due_at());
            let wait = Duration::from_millis(until.saturating_sub(now));
            commands = match happened.recv_timeout(wait) {
                Ok(happened) => self.take_in(happened)?,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    self.wake(now_ms())
                }
            };
        }
    }

    fn handle(&mut self, event: Event) -> Vec<Command> {
        self.run.handle(event, now_ms(), &mut jitter)
    }

    fn wake(&mut self, now_ms: u64) -> Vec<Command> {
        if self.wake_at.is_none_or(|at| at > now_ms) {
            return Vec::new();
        }
        self.wake_at = None;
        self.handle(Event::TimePassed)
    }

    fn take_in(&mut self, happened: Happened) -> Ended<Vec<Command>> {
        let event = match happened {
            Happened::Answered(batch, Some(answer)) => Event::Answered { batch, answer },
            Happened::Answered(batch, None) => Event::Failed { batch },
            Happened::Date(server_ms) => Event::DateTold { server_ms },
            Happened::NotKept(error) => return Err(self.not_kept(&error)),
            Happened::Interrupted => {
                self.meter.clear();
                if self.is_stopping {
                    return Err(self.left("ended at once", INTERRUPTED));
                }
                self.is_stopping = true;
                tell(
                    "Stopping after what is under way; once more ends at once. The same command \
                     goes on later.\n",
                );
                Event::StopAsked
            }
        };
        Ok(self.handle(event))
    }

    /// Sorts out what the other thread does, and whether the run has ended.
    fn sort(&mut self, commands: Vec<Command>) -> (Step, bool) {
        let (mut step, mut has_ended) = (Step::default(), false);
        for command in commands {
            match command {
                Command::Save(entry) => step.entries.push(entry),
                Command::Send(request) => step.requests.push(request),
                Command::AskDate => step.asks_date = true,
                Command::WaitUntil(at) => self.wake_at = Some(at),
                Command::Finished(_) => has_ended = true,
            }
        }
        (step, has_ended)
    }

    fn not_kept(&self, error: &io::Error) -> CommandError {
        self.left(&format!("cannot write {}: {error}", self.journal), UNKNOWN)
    }

    fn left(&self, why: &str, status: u8) -> CommandError {
        let message = format!(
            "{why}. What was under way is unknown until the same command goes on with {}.",
            self.journal
        );
        CommandError::with_status(message, status)
    }
}

/// Keeps what each step saves, then sends what it sends, until no more come.
fn keep(
    journal: &mut Journal,
    steps: &Receiver<Step>,
    client: &Arc<StoreClient>,
    requests: &Sender<Request>,
    sender: &Sender<Happened>,
) {
    while let Ok(mut step) = steps.recv() {
        for next in steps.try_iter() {
            step.entries.extend(next.entries);
            step.requests.extend(next.requests);
            step.asks_date |= next.asks_date;
        }
        if !step.entries.is_empty()
            && let Err(error) = journal.append(&step.entries)
        {
            // Nothing of this step leaves, nor of a later one.
            let _ = sender.send(Happened::NotKept(error));
            return;
        }
        for request in step.requests {
            // Those who send wait as long as this side is there.
            let _ = requests.send(request);
        }
        if step.asks_date {
            let (client, sender) = (Arc::clone(client), sender.clone());
            thread::spawn(move || {
                let _ = sender.send(Happened::Date(client.ask_date()));
            });
        }
    }
}

/// Begins as many threads as requests may be under way, each of which sends one after the other;
/// returns where they take them from.
fn senders(under_way: u8, client: &Arc<StoreClient>, sender: &Sender<Happened>) -> Sender<Request> {
    let (requests, waiting) = channel();
    let waiting = Arc::new(Mutex::new(waiting));
    for _ in 0..under_way {
        let (client, sender, waiting) = (Arc::clone(client), sender.clone(), Arc::clone(&waiting));
        thread::spawn(move || {
            while let Some(request) = next(&waiting) {
                send(&client, &request, &sender);
            }
        });
    }
    requests
}

/// Returns the next request that waits; `None` where none will come.
fn next(waiting: &Mutex<Receiver<Request>>) -> Option<Request> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

fn send(client: &StoreClient, request: &Request, sender: &Sender<Happened>) {
    // The machine may have slept since the disk was asked for.
    let answer = if request.is_too_late(now_ms()) { None } else { client.send(request) };
    // Where nobody listens any more, the journal says that it left.
    let _ = sender.send(Happened::Answered(request.batch, answer));
}

/// Returns the time in milliseconds since 1970.
pub(super) fn now_ms() -> u64 {
    u64::try_from(SystemClock.now().as_millisecond()).unwrap_or(0)
}

/// Returns a random number from 0 to 1.
fn jitter() -> f64 {
    let mut bytes = [0; 4];
    SystemRandom.fill(&mut bytes);
    f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
}

/// Tells of every Ctrl-C, and of every request to end, from a thread of its own.
fn watch_for_interrupts(sender: Sender<Happened>) {
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
        // Without it Ctrl-C ends the process at once, and the journal holds.
        let Ok(runtime) = runtime else { return };
        // Nor without a handler.
        let _ = runtime.block_on(tell_interrupts(&sender));
    });
}

#[cfg(unix)]
async fn tell_interrupts(sender: &Sender<Happened>) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut pressed = signal(SignalKind::interrupt())?;
    let mut told = signal(SignalKind::terminate())?;
    loop {
        tokio::select! {
            _ = pressed.recv() => {}
            _ = told.recv() => {}
        }
        if sender.send(Happened::Interrupted).is_err() {
            return Ok(());
        }
    }
}

#[cfg(not(unix))]
async fn tell_interrupts(sender: &Sender<Happened>) -> std::io::Result<()> {
    loop {
        tokio::signal::ctrl_c().await?;
        if sender.send(Happened::Interrupted).is_err() {
            return Ok(());
        }
    }
}
