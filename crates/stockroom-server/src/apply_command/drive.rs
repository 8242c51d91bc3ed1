//! The driver of a run: carries out its commands and tells it what happened.
//!
//! The run itself decides (`stockroom_client::run`). What is to be saved is on the disk before what
//! is to be sent leaves. Answers that arrive together are taken in together, so that one write to
//! the disk serves all of them.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use stockroom_client::answer::Answer;
use stockroom_client::run::{Command, Event, Request, Run};

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
    Interrupted,
}

/// A run on its way.
pub(super) struct Driver<'a> {
    run: &'a mut Run,
    journal: &'a mut Journal,
    client: Arc<StoreClient>,
    meter: Meter,
    sender: Sender<Happened>,
    happened: Receiver<Happened>,
    wake_at: Option<u64>,
    is_stopping: bool,
}

impl<'a> Driver<'a> {
    pub(super) fn new(
        run: &'a mut Run,
        journal: &'a mut Journal,
        client: StoreClient,
        is_terminal: bool,
    ) -> Self {
        let (sender, happened) = channel();
        let meter = Meter::new(is_terminal, now_ms());
        let client = Arc::new(client);
        let (wake_at, is_stopping) = (None, false);
        Self { run, journal, client, meter, sender, happened, wake_at, is_stopping }
    }

    /// Drives the run until it has ended, beginning with `first`.
    ///
    /// # Errors
    /// [`CommandError`] where the journal cannot be written, or a person wants no waiting; the
    /// journal then tells what is known, and the run can go on from it.
    pub(super) fn drive(mut self, first: Event) -> Ended {
        watch_for_interrupts(self.sender.clone());
        let mut commands = self.handle(first);
        loop {
            while let Ok(happened) = self.happened.try_recv() {
                commands.extend(self.take_in(happened)?);
            }
            if self.carry_out(commands)? {
                self.meter.clear();
                return Ok(());
            }
            let now = now_ms();
            self.meter.tell(self.run, now);
            let until = self.wake_at.unwrap_or(u64::MAX).min(self.meter.due_at());
            let wait = Duration::from_millis(until.saturating_sub(now));
            commands = match self.happened.recv_timeout(wait) {
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

    /// Carries the commands out; tells whether the run has ended.
    fn carry_out(&mut self, commands: Vec<Command>) -> Ended<bool> {
        let (mut entries, mut requests, mut has_ended) = (Vec::new(), Vec::new(), false);
        for command in commands {
            match command {
                Command::Save(entry) => entries.push(entry),
                Command::Send(request) => requests.push(request),
                Command::WaitUntil(at) => self.wake_at = Some(at),
                Command::Finished(_) => has_ended = true,
            }
        }
        if !entries.is_empty() {
            self.journal.append(&entries).map_err(|error| {
                self.meter.clear();
                let why = format!("cannot write {}: {error}", self.journal.path().display());
                self.left(&why, UNKNOWN)
            })?;
        }
        for request in requests {
            self.send(request);
        }
        Ok(has_ended)
    }

    fn send(&self, request: Request) {
        let (client, sender) = (Arc::clone(&self.client), self.sender.clone());
        thread::spawn(move || {
            let answer = client.send(&request);
            // Where nobody listens any more, the journal says that it left.
            let _ = sender.send(Happened::Answered(request.batch, answer));
        });
    }

    fn left(&self, why: &str, status: u8) -> CommandError {
        let message = format!(
            "{why}. What was under way is unknown until the same command goes on with {}.",
            self.journal.path().display()
        );
        CommandError::with_status(message, status)
    }
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
