//! The journal of a run: a [`Run`] as it was made, then one [`Entry`] per change.

use serde::{Deserialize, Serialize};

use super::{Batch, Outcome, Phase, Run, Stage};
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
    /// What is known of the limits.
    #[serde(default)]
    pub pace: Option<Pace>,
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

    fn replay(&mut self, entry: Entry) {
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
            self.pace = pace;
        }
    }
}
