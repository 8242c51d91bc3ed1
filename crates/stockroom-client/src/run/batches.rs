//! The requests of a run that are not settled: those that have been sent at hand, however many wait.

use std::collections::{BTreeMap, BTreeSet};

use super::Batch;

/// Requests by number. A run of a million items has thousands that were never sent, and each event is
/// about the few that were.
#[derive(Clone, Debug, Default)]
pub(super) struct Batches {
    all: BTreeMap<u32, Batch>,
    /// The numbers of those that have been sent, or are not to be ([`Batch::is_begun`]).
    begun: BTreeSet<u32>,
}

impl Batches {
    /// Puts a request in, in the place of the one with its number.
    pub(super) fn insert(&mut self, batch: Batch) {
        if batch.is_begun() {
            self.begun.insert(batch.number);
        } else {
            self.begun.remove(&batch.number);
        }
        self.all.insert(batch.number, batch);
    }

    /// Takes a request out.
    pub(super) fn remove(&mut self, number: u32) -> Option<Batch> {
        self.begun.remove(&number);
        self.all.remove(&number)
    }

    pub(super) fn get(&self, number: u32) -> Option<&Batch> {
        self.all.get(&number)
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Returns all requests by their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Batch> + Clone {
        self.all.values()
    }

    /// Returns those that have been sent, or are not to be, by their numbers.
    pub(super) fn begun(&self) -> impl Iterator<Item = &Batch> + Clone {
        self.begun.iter().filter_map(|number| self.all.get(number))
    }

    /// Returns the numbers of those that have been sent, or are not to be, where `is_meant`.
    pub(super) fn begun_where(&self, is_meant: impl Fn(&Batch) -> bool) -> Vec<u32> {
        self.begun().filter(|batch| is_meant(batch)).map(|batch| batch.number).collect()
    }

    /// Tells whether one of them has never been sent.
    pub(super) fn has_fresh(&self) -> bool {
        self.begun.len() < self.all.len()
    }
}
