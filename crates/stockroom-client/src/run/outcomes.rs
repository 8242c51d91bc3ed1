//! What is known of each item, and how many there are of each kind.

use super::Outcome;

/// What is known of each item of a run, by position.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcomes {
    each: Vec<Outcome>,
    counts: Counts,
}

/// How many items there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) applied: usize,
    pub(super) refused: usize,
    pub(super) unknown: usize,
    pub(super) not_sent: usize,
}

impl Outcomes {
    /// Returns the outcomes of items that have not been sent.
    pub(super) fn unsent(items: usize) -> Self {
        let each = vec![Outcome::NotSent; items];
        Self { each, counts: Counts { not_sent: items, ..Counts::default() } }
    }

    /// Takes note of an item; one that is not there is left alone.
    pub(super) fn set(&mut self, position: usize, outcome: Outcome) {
        if let Some(known) = self.each.get_mut(position) {
            *self.counts.of(known) -= 1;
            *self.counts.of(&outcome) += 1;
            *known = outcome;
        }
    }

    /// Returns what is known of each item.
    pub(super) fn each(&self) -> &[Outcome] {
        &self.each
    }

    pub(super) fn counts(&self) -> Counts {
        self.counts
    }
}

impl Counts {
    fn of(&mut self, outcome: &Outcome) -> &mut usize {
        match outcome {
            Outcome::Applied(_) => &mut self.applied,
            Outcome::Refused(_) => &mut self.refused,
            Outcome::Unknown => &mut self.unknown,
            Outcome::NotSent => &mut self.not_sent,
        }
    }
}
