//! Numbers counted by size, without a lock.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts whole numbers by the bounds that they do not exceed.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [u64],
    /// One for each bound, and one for what is larger than all.
    counts: Box<[AtomicU64]>,
    sum: AtomicU64,
}

/// What a histogram had counted at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The bounds, ascending.
    pub bounds: &'static [u64],
    /// How many numbers lie above the bound before and not above this one; the last has no bound.
    pub counts: Vec<u64>,
    /// The sum of all numbers.
    pub sum: u64,
}

impl Histogram {
    /// Returns a histogram with these bounds, which ascend.
    pub fn new(bounds: &'static [u64]) -> Self {
        let counts = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Self { bounds, counts, sum: AtomicU64::new(0) }
    }

    /// Counts a number.
    pub fn record(&self, number: u64) {
        let at = self.bounds.partition_point(|bound| *bound < number);
        if let Some(count) = self.counts.get(at) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.sum.fetch_add(number, Ordering::Relaxed);
    }

    /// Returns what was counted so far.
    pub fn counted(&self) -> Counted {
        Counted {
            bounds: self.bounds,
            counts: self.counts.iter().map(|count| count.load(Ordering::Relaxed)).collect(),
            sum: self.sum.load(Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_counts_at_the_first_bound_that_it_does_not_exceed() {
        let histogram = Histogram::new(&[1, 4]);
        for number in [0, 1, 2, 4, 5, 100] {
            histogram.record(number);
        }
        let counted = histogram.counted();
        assert_eq!((counted.counts, counted.sum), (vec![2, 2, 2], 112));
    }
}
