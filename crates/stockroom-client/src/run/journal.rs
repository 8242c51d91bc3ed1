//! The journal of a run: a [`Run`] as it was made, then one [`Entry`] per change.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{Batch, Outcome, Phase, Run, Stage};
use crate::item::Item;
use crate::pace::Pace;

/// What changed in a run between two commands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Requests made or changed, as they are now.
    pub batches: Vec<Batch>,
    /// Requests that are settled or were split, by number.
    pub closed: Vec<u32>,
    /// Items that are settled, by position.
    pub outcomes: Vec<(usize, Outcome)>,
    /// Where the run stands now, if that changed.
    pub phase: Option<Phase>,
    /// Items in the place of others that never left, by position.
    #[serde(default)]
    pub items: Vec<(usize, Item)>,
    /// What is known of the limits.
    #[serde(default)]
    pub pace: Option<Box<Pace>>,
    /// The latest time that the server told, in milliseconds since 1970.
    #[serde(default)]
    pub server_ms: Option<u64>,
}

impl Entry {
    /// Tells whether nothing changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
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
        let mut unknown = Vec::new();
        for batch in base.batches.values_mut() {
            if batch.stage == Stage::Flying {
                batch.stage = Stage::Waiting;
                batch.unclear = true;
            }
            if batch.unclear {
                unknown.extend_from_slice(&batch.positions);
            }
        }
        for position in unknown {
            if let Some(outcome) = base.outcomes.get_mut(position) {
                *outcome = Outcome::Unknown;
            }
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
            let is_unsent = self.outcomes.get(position) == Some(&Outcome::NotSent);
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
        let others: Vec<u32> = self.batches.values().filter(is_other).map(|b| b.number).collect();
        for number in others {
            // It is known not to have been done. A key is of one body, so it gets another.
            if let Some(batch) = self.batches.remove(&number) {
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
        for batch in entry.batches {
            self.made = self.made.max(batch.number + 1);
            self.batches.insert(batch.number, batch);
        }
        for number in entry.closed {
            if self.batches.remove(&number).is_some() {
                self.closed += 1;
            }
        }
        for (position, outcome) in entry.outcomes {
            if let Some(known) = self.outcomes.get_mut(position) {
                *known = outcome;
            }
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
