//! The run: a plan's items on their way to the server, as a state machine without I/O.
//!
//! Events in, commands out. The driver carries the commands out in their order: a
//! [`Command::Save`] is complete before the [`Command::Send`] after it leaves, so a crash at any
//! point leaves a journal from which [`Run::restore`] goes on. Read [`Run::handle`] first, then
//! `send` (what leaves, and when) and `settle` (what an answer changes).
//!
//! Two rules make it safe. From the moment a request leaves, its items are *unknown* until an
//! answer settles them. And as long as a batch is unknown, nothing of it is ever sent but the same
//! body under the same key.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use stockroom_api::bulk::{ItemError, ItemResult};
use stockroom_api::limits::MAX_BULK_ITEMS;

use crate::answer::Fault;
use crate::bulk::Unclear;
use crate::item::Item;
use crate::pace::Pace;

mod batch;
mod event;
mod journal;
mod send;
mod settle;

pub use batch::{Batch, Parked, Stage};
pub use event::{Command, Event, Request};
pub use journal::Entry;

/// A run: its items, what is known of each, and the requests still open.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Run {
    id: String,
    settings: Settings,
    items: Vec<Item>,
    outcomes: Vec<Outcome>,
    batches: BTreeMap<u32, Batch>,
    made: u32,
    closed: u32,
    phase: Phase,
    #[serde(default)]
    labels: Labels,
    #[serde(skip)]
    dead_ends: u8,
    #[serde(skip)]
    pace: Pace,
    #[serde(skip)]
    unsaved: Entry,
}

/// What a run says of itself to a server that keeps it in the stock's history.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labels {
    /// Why levels are changed: a word of visible ASCII.
    pub reason: Option<String>,
    /// The [`crate::fingerprint`] of all that is asked.
    pub fingerprint: Option<String>,
}

/// How a run sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The most requests under way at once, 1 to 4; more than one only where the server allows it.
    pub in_flight: u8,
    /// How often a request is sent before its items are left unknown.
    pub tries: u8,
    /// Whether to ask for the levels before and after, which only some servers tell.
    pub representation: bool,
}

/// What is known of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It has not left, or is known not to have been done.
    NotSent,
    /// It was applied; with the levels, where the server told them.
    Applied(Option<ItemResult>),
    /// It was refused, and nothing of it was applied.
    Refused(ItemError),
    /// It left, and no answer says whether it was done.
    Unknown,
}

/// Where a run stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Made, not started.
    Ready,
    /// Sending.
    Running,
    /// What is under way may end; nothing new leaves.
    Paused,
    /// What is under way is being settled, then the run ends so.
    Ending(End),
    /// Nothing is under way and nothing will leave by itself.
    Ended(End),
}

/// How a run ended; only a complete one cannot be resumed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// Every item was sent.
    Complete,
    /// It was stopped on request.
    Stopped,
    /// It stopped itself.
    Halted(Halt),
}

/// Why a run stopped itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Halt {
    /// Key, session or rights: nothing of this request was done.
    Denied(Fault),
    /// The server does not know this request, or something else answered.
    Rejected(Fault),
    /// An idempotency key was used before with another body.
    KeyReused,
    /// All tries ended without an answer that says anything.
    NoAnswer(Unclear),
}

/// The totals of a run, in items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// How it ended, or `None` while it has not.
    pub end: Option<End>,
    /// Items applied.
    pub applied: usize,
    /// Items refused.
    pub refused: usize,
    /// Items of which nobody knows.
    pub unknown: usize,
    /// Items that were not sent.
    pub not_sent: usize,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Items applied or refused.
    pub items_done: usize,
    /// All items.
    pub items: usize,
    /// Requests that are settled.
    pub requests_done: usize,
    /// All requests, as far as known: a split request counts as two.
    pub requests: usize,
    /// The time in milliseconds before which nothing leaves, where a limit or a failure holds it.
    pub held_until: Option<u64>,
    /// The milliseconds left, by the limits and times seen so far.
    pub left_ms: u64,
}

/// A product that stands in a run twice; it has to be merged first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentTwice {
    /// The product's SKU.
    pub external_id: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self { in_flight: 1, tries: 5, representation: false }
    }
}

impl Run {
    /// Returns a run that has yet to start. `id` must be new; idempotency keys are made from it.
    ///
    /// # Errors
    /// [`SentTwice`] where two items are of one product.
    ///
    /// ```
    /// use stockroom_api::bulk::BulkItem;
    /// use stockroom_client::{item::Item, run::{Command, Event, Run, Settings}};
    /// let item = BulkItem {
    ///     external_id: "LAIT-400".into(),
    ///     quantity_delta: Some(-2),
    ///     ..BulkItem::default()
    /// };
    /// let mut run = Run::new("run-7f3a", vec![Item::new(&item)], Settings::default()).unwrap();
    /// let commands = run.handle(Event::Started, 0, &mut || 0.5);
    /// assert!(matches!(commands[..], [Command::Save(_), Command::Send(_)]));
    /// ```
    pub fn new(
        id: impl Into<String>,
        items: Vec<Item>,
        settings: Settings,
    ) -> Result<Self, SentTwice> {
        let mut seen = HashSet::new();
        if let Some(twice) = items.iter().find(|item| !seen.insert(item.external_id())) {
            let external_id = twice.external_id().to_owned();
            return Err(SentTwice { external_id });
        }
        Ok(Self {
            id: id.into(),
            settings: Settings {
                in_flight: settings.in_flight.clamp(1, 4),
                tries: settings.tries.max(1),
                ..settings
            },
            outcomes: vec![Outcome::NotSent; items.len()],
            items,
            batches: BTreeMap::new(),
            made: 0,
            closed: 0,
            phase: Phase::Ready,
            labels: Labels::default(),
            dead_ends: 0,
            pace: Pace::default(),
            unsaved: Entry::default(),
        })
    }

    /// Returns the run with what its requests say of it, where the server asks for extras at all
    /// ([`Settings::representation`]).
    #[must_use]
    pub fn labelled(self, labels: Labels) -> Self {
        Self { labels, ..self }
    }

    /// Takes in what happened at `now_ms` and returns what to do.
    ///
    /// `jitter` returns a random number from 0 to 1.
    pub fn handle(
        &mut self,
        event: Event,
        now_ms: u64,
        jitter: &mut dyn FnMut() -> f64,
    ) -> Vec<Command> {
        self.pace.tick(now_ms);
        match event {
            Event::Started => self.start(),
            Event::Answered { batch, answer } => self.answered(batch, &answer, now_ms, jitter),
            Event::Failed { batch } => self.failed(batch, now_ms, jitter),
            Event::TimePassed => {}
            Event::PauseAsked => self.pause(),
            Event::ResumeAsked => self.resume(now_ms),
            Event::StopAsked => self.stop(),
            Event::RetryUnknownAsked => self.retry_unknown(now_ms),
        }
        let mut commands = self.next(now_ms);
        let entry = std::mem::take(&mut self.unsaved);
        if !entry.is_empty() {
            commands.insert(0, Command::Save(entry));
        }
        commands
    }

    fn start(&mut self) {
        if self.phase != Phase::Ready {
            return;
        }
        let mut order: Vec<usize> = (0..self.items.len()).collect();
        order.sort_by(|a, b| self.items[*a].external_id().cmp(self.items[*b].external_id()));
        for positions in order.chunks(MAX_BULK_ITEMS) {
            self.open(positions.to_vec());
        }
        self.enter(Phase::Running);
    }

    fn pause(&mut self) {
        if self.phase == Phase::Running {
            self.enter(Phase::Paused);
        }
    }

    fn resume(&mut self, now_ms: u64) {
        match self.phase {
            Phase::Ready | Phase::Running | Phase::Ended(End::Complete) => {}
            Phase::Paused | Phase::Ending(_) | Phase::Ended(_) => {
                self.unpark(now_ms);
                self.enter(Phase::Running);
            }
        }
    }

    fn stop(&mut self) {
        if matches!(self.phase, Phase::Running | Phase::Paused) {
            self.enter(Phase::Ending(End::Stopped));
        }
    }

    fn retry_unknown(&mut self, now_ms: u64) {
        if let Phase::Ended(end) = &self.phase {
            let end = match end {
                End::Stopped | End::Halted(_) if self.outcomes.contains(&Outcome::NotSent) => {
                    End::Stopped
                }
                // Nobody stopped what has nothing more to send.
                _ => End::Complete,
            };
            if self.unpark(now_ms) {
                self.enter(Phase::Ending(end));
            }
        }
    }

    /// Lets parked batches be sent again, where that is safe; tells whether any can be.
    fn unpark(&mut self, now_ms: u64) -> bool {
        self.dead_ends = 0;
        let mut any = false;
        for batch in self.batches.values_mut() {
            if batch.may_be_retried(now_ms) {
                batch.stage = Stage::Waiting;
                batch.tries = 0;
                batch.waits = 0;
                batch.not_before = 0;
                self.unsaved.note(batch);
                any = true;
            }
        }
        any
    }

    fn enter(&mut self, phase: Phase) {
        self.unsaved.phase = Some(phase.clone());
        self.phase = phase;
    }

    /// Returns the run's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns what its requests say of it.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Returns the items in the order they were given.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Returns what is known of each item, in the same order.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// Returns where the run stands.
    pub fn phase(&self) -> &Phase {
        &self.phase
    }

    /// Returns the requests that are not settled.
    pub fn open_batches(&self) -> impl Iterator<Item = &Batch> {
        self.batches.values()
    }

    /// Tells whether items that were not sent would set levels blindly, too late after `since_ms`,
    /// the time of their preview: what was sold meanwhile would be wiped out.
    pub fn would_overwrite(&self, since_ms: u64, now_ms: u64) -> bool {
        let blind =
            |(item, outcome): (&Item, &Outcome)| item.overwrites() && *outcome == Outcome::NotSent;
        now_ms.saturating_sub(since_ms) >= batch::OVERWRITE_MS
            && self.items.iter().zip(&self.outcomes).any(blind)
    }

    /// Returns how many unknown items [`Event::RetryUnknownAsked`] would send again now.
    pub fn retryable(&self, now_ms: u64) -> usize {
        let batches = self.batches.values();
        let retried = batches.filter(|batch| batch.may_be_retried(now_ms));
        retried.map(|batch| batch.positions.len()).sum()
    }

    /// Returns the totals.
    pub fn summary(&self) -> Summary {
        let count = |is: fn(&Outcome) -> bool| self.outcomes.iter().filter(|o| is(o)).count();
        Summary {
            end: match &self.phase {
                Phase::Ended(end) => Some(end.clone()),
                _ => None,
            },
            applied: count(|o| matches!(o, Outcome::Applied(_))),
            refused: count(|o| matches!(o, Outcome::Refused(_))),
            unknown: count(|o| matches!(o, Outcome::Unknown)),
            not_sent: count(|o| matches!(o, Outcome::NotSent)),
        }
    }

    /// Returns how far the run is at `now_ms`.
    pub fn progress(&self, now_ms: u64) -> Progress {
        let done = |o: &&Outcome| matches!(o, Outcome::Applied(_) | Outcome::Refused(_));
        let planned = self.items.len().div_ceil(MAX_BULK_ITEMS);
        let open = match self.phase {
            Phase::Ready => planned,
            _ => self.batches.len(),
        };
        let waiting = self.batches.values().filter(|b| b.stage == Stage::Waiting);
        let held = waiting.map(|b| b.not_before.max(self.pace.opens_at()));
        let flying = self.batches.values().any(|b| b.stage == Stage::Flying);
        Progress {
            items_done: self.outcomes.iter().filter(done).count(),
            items: self.items.len(),
            requests_done: self.closed as usize,
            requests: self.closed as usize + open,
            held_until: held.min().filter(|at| *at > now_ms && !flying),
            left_ms: self.pace.left_ms(open as u64, now_ms) / u64::from(self.settings.in_flight),
        }
    }
}

#[cfg(test)]
mod tests;
