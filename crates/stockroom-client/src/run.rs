//! The run: a plan's items on their way to the server, as a state machine without I/O.
//!
//! Events in, commands out. The driver carries the commands out in their order: a
//! [`Command::Save`] is complete before the [`Command::Send`] after it leaves, so a crash at any
//! point leaves a journal from which [`Run::restore`] goes on. Read [`Run::handle`] first, then
//! `send` (what leaves, and when), `settle` (what an answer changes), and `packed` (what is kept).
//!
//! Two rules make it safe. From the moment a request leaves, its items are *unknown* until an
//! answer settles them. And as long as a batch is unknown, nothing of it is ever sent but the same
//! body under the same key.

use std::collections::HashSet;

use stockroom_api::limits::MAX_BULK_ITEMS;

use crate::item::Item;
use crate::pace::Pace;
use batches::Batches;
use outcomes::Outcomes;
use server_clock::ServerClock;

mod batch;
mod batches;
mod event;
mod journal;
mod kinds;
pub mod old;
mod outcomes;
mod packed;
mod send;
mod server_clock;
mod settle;
mod told;

pub use batch::{Batch, Parked, Stage};
pub use event::{Command, Event, Request};
pub use journal::Entry;
pub use kinds::{
    End, Halt, Labels, Levels, Outcome, Phase, Progress, SentTwice, Settings, Summary,
};

/// A run: its items, what is known of each, and the requests still open.
#[derive(Clone, Debug)]
pub struct Run {
    id: String,
    settings: Settings,
    items: Vec<Item>,
    outcomes: Outcomes,
    batches: Batches,
    made: u32,
    closed: u32,
    phase: Phase,
    labels: Labels,
    dead_ends: u8,
    /// Whether it was sending with nothing under way when it was kept.
    waited: bool,
    pace: Pace,
    server_clock: ServerClock,
    unsaved: Entry,
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
    /// let mut run = Run::new("run-7f3a", vec![Item::new(item)], Settings::default()).unwrap();
    /// let commands = run.handle(Event::Started, 0, &mut || 0.5);
    /// assert!(matches!(commands[..], [Command::Save(_), Command::Send(_)]));
    /// ```
    pub fn new(
        id: impl Into<String>,
        items: Vec<Item>,
        settings: Settings,
    ) -> Result<Self, SentTwice> {
        if let Some(twice) = twice(&items) {
            return Err(SentTwice { external_id: twice.to_owned() });
        }
        Ok(Self {
            id: id.into(),
            settings: Settings {
                in_flight: settings.in_flight.clamp(1, Settings::MOST_IN_FLIGHT),
                tries: settings.tries.max(1),
                ..settings
            },
            outcomes: Outcomes::unsent(items.len()),
            items,
            batches: Batches::default(),
            made: 0,
            closed: 0,
            phase: Phase::Ready,
            labels: Labels::default(),
            dead_ends: 0,
            waited: false,
            pace: Pace::default(),
            server_clock: ServerClock::default(),
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
        let back = self.pace.tick(now_ms);
        if back > 0 {
            // The journal has to know, too: it keeps what the clock shows now.
            for number in self.batches.begun_where(|batch| batch.not_before > 0) {
                self.change(number, |batch| {
                    batch.not_before = batch.not_before.saturating_sub(back);
                });
            }
        }
        match event {
            Event::Started => self.start(),
            Event::Answered { batch, answer } => self.answered(batch, &answer, now_ms, jitter),
            Event::Failed { batch } => self.failed(batch, now_ms, jitter),
            Event::DateTold { server_ms } => self.date_told(server_ms, now_ms, jitter),
            Event::TimePassed => {}
            Event::PauseAsked => self.pause(),
            Event::ResumeAsked => self.resume(now_ms),
            Event::StopAsked => self.stop(),
            Event::RetryUnknownAsked => self.retry_unknown(now_ms),
        }
        let mut commands = self.next(now_ms);
        let mut entry = std::mem::take(&mut self.unsaved);
        if !entry.is_empty() {
            entry.pace = Some(Box::new(self.pace.clone()));
            entry.server_ms = self.server_clock.at_least();
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
            self.open(positions.into());
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
                End::Stopped | End::Halted(_) if self.outcomes.counts().not_sent > 0 => {
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
        let there_ms = self.server_clock.now(now_ms);
        let retried = self.batches.begun_where(|batch| batch.may_be_retried(now_ms, there_ms));
        for number in &retried {
            self.change(*number, |batch| {
                batch.stage = Stage::Waiting;
                batch.tries = 0;
                batch.waits = 0;
                batch.not_before = 0;
            });
        }
        !retried.is_empty()
    }

    /// Changes a request where it is, and takes note of that.
    fn change(&mut self, number: u32, change: impl FnOnce(&mut Batch)) {
        if let Some(mut batch) = self.batches.remove(number) {
            change(&mut batch);
            self.unsaved.note(&batch);
            self.batches.insert(batch);
        }
    }

    fn enter(&mut self, phase: Phase) {
        self.waited = false;
        self.unsaved.phase = Some(phase.clone());
        self.phase = phase;
    }
}

/// Returns a SKU that two items have. Items by their SKUs, as most files have them, are told at a glance.
fn twice(items: &[Item]) -> Option<&str> {
    if items.is_sorted_by(|a, b| a.external_id() < b.external_id()) {
        return None;
    }
    let mut seen = HashSet::with_capacity(items.len());
    items.iter().map(Item::external_id).find(|sku| !seen.insert(*sku))
}

#[cfg(test)]
mod tests;
