//! The journal of a run: a [`Run`] as it was made, then one [`Entry`] per change.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::{Batch, Outcome, Phase, Run, Stage};
use crate::item::Item;
use crate::pace::Pace;

/// What changed in a run between two commands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Requests made or changed, as they are now, by number. Of one that an earlier entry has made the
    /// positions are left out: they never change.
    pub batches: BTreeMap<u32, Batch>,
    /// Requests that are settled or were split, by number.
    pub closed: Vec<u32>,
    /// Items that are settled, by position.
    pub outcomes: Vec<(usize, Outcome)>,
    /// Where the run stands now, if that changed.
    pub phase: Option<Phase>,
    /// Items in the place of others that never left, by position.
    pub items: Vec<(usize, Item)>,
    /// What is known of the limits.
    pub pace: Option<Box<Pace>>,
    /// The latest time that the server told, in milliseconds since 1970.
    pub server_ms: Option<u64>,
}

impl Entry {
    /// Tells whether nothing changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Notes a request that was made just now.
    pub(super) fn make(&mut self, batch: &Batch) {
        self.batches.insert(batch.number, batch.clone());
    }

    /// Notes a request as it is now, in the place of an earlier note.
    pub(super) fn note(&mut self, batch: &Batch) {
        let noted = self.batches.get(&batch.number);
        let positions = noted.map_or_else(Arc::default, |noted| Arc::clone(&noted.positions));
        self.batches.insert(batch.number, Batch { positions, ..batch.clone() });
    }
}

impl Run {
    /// Returns the run that a journal tells of: the run as it was saved before its start, and the
    /// entries since, in order.
    ///
    /// What was under way is unknown now. A run that had not ended is paused: whoever restored it
    /// decides when it goes on, with [`super::Event::ResumeAsked`].
    pub fn restore(mut base: Self, entries: impl IntoIterator<Item = Entry>) -> Self {
        for entry in entries {
            base.replay(entry);
        }
        base.waited = base.is_waiting();
        for number in
            base.batches.begun_where(|batch| batch.unclear || batch.stage == Stage::Flying)
        {
            let Some(mut batch) = base.batches.remove(number) else { continue };
            if batch.stage == Stage::Flying {
                batch.stage = Stage::Waiting;
                batch.unclear = true;
            }
            for position in batch.positions.iter() {
                base.outcomes.set(*position, Outcome::Unknown);
            }
            base.batches.insert(batch);
        }
        if matches!(base.phase, Phase::Running | Phase::Ending(_)) {
            base.phase = Phase::Paused;
        }
        base
    }

    /// Puts other items of the same products in the place of some that are not sent, by position.
    /// Whatever is told next saves them.
    pub fn replace_unsent(&mut self, items: Vec<(usize, Item)>) {
        let mut replaced = HashSet::new();
        for (position, item) in items {
            let is_unsent = self.outcomes().get(position) == Some(&Outcome::NotSent);
            if let Some(asked) = self.items.get_mut(position)
                && is_unsent
                && asked.external_id() == item.external_id()
            {
                *asked = item.clone();
                self.unsaved.items.push((position, item));
                replaced.insert(position);
            }
        }
        let is_other = |batch: &&Batch| batch.positions.iter().any(|p| replaced.contains(p));
        let others: Vec<u32> = self.batches.iter().filter(is_other).map(|b| b.number).collect();
        for number in others {
            // It is known not to have been done. A key is of one body, so it gets another.
            if let Some(batch) = self.batches.remove(number) {
                self.closed(&batch);
                self.open(batch.positions);
            }
        }
    }

    fn replay(&mut self, entry: Entry) {
        for (position, item) in entry.items {
            if let Some(asked) = self.items.get_mut(position) {
                *asked = item;
            }
        }
        for (number, mut batch) in entry.batches {
            self.made = self.made.max(number + 1);
            if let Some(known) = self.batches.get(number).filter(|_| batch.positions.is_empty()) {
                batch.positions = Arc::clone(&known.positions);
            }
            self.batches.insert(batch);
        }
        for number in entry.closed {
            if self.batches.remove(number).is_some() {
                self.closed += 1;
            }
        }
        for (position, outcome) in entry.outcomes {
            self.outcomes.set(position, outcome);
        }
        if let Some(phase) = entry.phase {
            self.phase = phase;
        }
        if let Some(server_ms) = entry.server_ms {
            self.server_clock.kept(server_ms);
        }
        if let Some(pace) = entry.pace {
            self.pace = *pace;
        }
    }
}
