//! A target while rows are merged into it, and what becomes of it.

use super::planner::NONE;
use super::{Target, Verdict};
use crate::code::{Code, Codes};
use crate::quantity::{Applied, Change, Level, Mode, Refusal, apply};
use crate::stock::Product;

/// A change is large from more than so many times the level, either way …
const LARGE_RATIO: i64 = 10;
/// … or from more than so many units.
const LARGE_UNITS: i64 = 10_000;

/// A target, small: there may be as many as rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Merged {
    pub(super) product: u32,
    /// The variant's place in the product, or [`NONE`].
    pub(super) variant: u32,
    /// The next target of the same product, or [`NONE`].
    pub(super) next: u32,
    /// The first row that asks, or [`NONE`].
    pub(super) first_row: u32,
    /// What is asked once rows are merged: the level or the sum of deltas.
    sum: i64,
    mode: Option<Mode>,
    pub(super) verdict: Verdict,
    expects_other: bool,
    /// The sum of what several locations expect.
    expected_sum: Option<i64>,
    /// Why it cannot be sent …
    pub(super) fault: Option<Code>,
    /// … and the row that shows it, or [`NONE`].
    pub(super) fault_row: u32,
    pub(super) before: Option<Level>,
    pub(super) codes: Codes,
}

impl Merged {
    pub(super) fn new(product: u32, variant: u32, next: u32) -> Self {
        Self {
            product,
            variant,
            next,
            first_row: NONE,
            sum: 0,
            mode: None,
            verdict: Verdict::Error,
            expects_other: false,
            expected_sum: None,
            fault: None,
            fault_row: NONE,
            before: None,
            codes: Codes::none(),
        }
    }

    /// Forgets what rows asked.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.product, self.variant, self.next);
    }

    /// Tells whether any row names it.
    pub(super) fn is_named(&self) -> bool {
        self.first_row != NONE || self.fault.is_some()
    }

    /// A row that names it cannot be read: what the others ask is not sent either.
    pub(super) fn poison(&mut self, row: u32) {
        self.fail(Code::SameTargetError, row);
    }

    /// Takes in what a row asks.
    pub(super) fn merge(&mut self, row: u32, change: Change, expects_other: bool) {
        self.expects_other |= expects_other;
        match (self.mode, change) {
            (None, _) => self.begin(row, change),
            (Some(Mode::Set), Change::Set(level)) if level.get() == self.sum => self.note_equal(),
            (Some(Mode::Set), Change::Set(_)) => self.conflict(row),
            (Some(Mode::Adjust), Change::Adjust(_)) => self.add_to_sum(change),
            _ => self.fail(Code::SetAndAdjust, row),
        }
    }

    /// Adds what the row of another location asks, and what it expects there.
    pub(super) fn add(&mut self, row: u32, change: Change, expected: Option<Level>) {
        if let Some(level) = expected {
            *self.expected_sum.get_or_insert(0) += level.get();
        }
        match self.mode {
            None => self.begin(row, change),
            Some(mode) if mode == change.mode() => self.add_to_sum(change),
            Some(_) => self.fail(Code::SetAndAdjust, row),
        }
    }

    /// Notes that a row asks what another asked.
    pub(super) fn note_equal(&mut self) {
        self.codes.add(Code::MergedEqual);
    }

    /// A row sets what another sets otherwise.
    pub(super) fn conflict(&mut self, row: u32) {
        self.fail(Code::ConflictingSets, row);
    }

    /// Tells whether rows set it, so far.
    pub(super) fn is_set(&self) -> bool {
        self.mode == Some(Mode::Set)
    }

    /// The level of a location that is to be added is not known.
    pub(super) fn miss_location(&mut self, row: u32) {
        self.fail(Code::LocationBlank, row);
    }

    fn begin(&mut self, row: u32, change: Change) {
        self.mode = Some(change.mode());
        self.first_row = row;
        self.sum = change.value();
    }

    fn add_to_sum(&mut self, change: Change) {
        self.codes.add(Code::MergedSum);
        self.sum = self.sum.saturating_add(change.value());
    }

    fn fail(&mut self, code: Code, row: u32) {
        if self.fault.is_none() {
            (self.fault, self.fault_row) = (Some(code), row);
        }
    }

    /// Returns the level asked, or the sum of deltas.
    pub(super) fn sum(&self) -> i64 {
        self.sum
    }

    /// Returns what is asked once rows are merged.
    pub(super) fn change(&self) -> Option<Change> {
        self.mode?.change(self.sum).ok()
    }

    /// Returns what is done to the level; `None` where it is an error.
    pub(super) fn applied(&self) -> Option<Applied> {
        if self.fault.is_some() {
            return None;
        }
        apply(self.change()?, self.before).ok()
    }

    /// Says what the merged change does to `level`.
    pub(super) fn judge(&mut self, level: Option<Level>, product: &Product) {
        self.before = level;
        let Some(mode) = self.mode.filter(|_| self.fault.is_none()) else {
            self.verdict = Verdict::Error;
            return;
        };
        let Ok(change) = mode.change(self.sum) else {
            return self.fail(Code::NumberTooLarge, NONE);
        };
        match apply(change, level) {
            Ok(applied) => self.accept(change, applied, product),
            Err(Refusal::Untracked) => self.fail(Code::Untracked, NONE),
            Err(Refusal::OverTheTop { .. }) => self.fail(Code::OverTheTop, NONE),
        }
    }

    fn accept(&mut self, change: Change, applied: Applied, product: &Product) {
        if applied.before == Some(applied.after) && applied.floored == 0 {
            self.verdict = Verdict::Unchanged;
            return;
        }
        let threshold = product.threshold.filter(|_| self.variant == NONE);
        let mut found = warnings(applied, threshold);
        let is_sum_other =
            self.expected_sum.is_some() && self.expected_sum != applied.before.map(Level::get);
        if self.expects_other || is_sum_other {
            found.add(Code::Drift);
        }
        self.verdict = if found.is_empty() { Verdict::Change } else { Verdict::Warning };
        self.codes = self.codes.union(found);
        if applied.before.is_none() && matches!(change, Change::Set(_)) {
            self.codes.add(Code::StartsTracking);
        }
    }

    /// Warns that the product's level no longer equals the sum of its variants.
    pub(super) fn warn_of_total(&mut self) {
        if self.verdict.is_sent() {
            self.verdict = Verdict::Warning;
            self.codes.add(Code::TotalDiffers);
        }
    }

    /// Returns the target as others see it.
    pub(super) fn target(&self) -> Target {
        Target {
            product: self.product,
            variant: Some(self.variant).filter(|variant| *variant != NONE),
            change: self.change(),
            applied: self.applied(),
            verdict: self.verdict,
            codes: self.codes,
        }
    }
}

fn warnings(applied: Applied, threshold: Option<i64>) -> Codes {
    let before = applied.before.map_or(0, Level::get);
    let after = applied.after.get();
    let tenfold =
        before >= 1 && after >= 1 && (after > before * LARGE_RATIO || before > after * LARGE_RATIO);
    let was_low = applied.before.is_some_and(|level| level.is_low(threshold));
    let found = [
        (Code::Floored, applied.floored > 0),
        (Code::ToZero, after == 0 && before > 0),
        (Code::BecomesLow, applied.after.is_low(threshold) && !was_low),
        (Code::LargeChange, tenfold || applied.delta.abs() > LARGE_UNITS),
    ];
    let holds = found.into_iter().filter(|(_, holds)| *holds);
    holds.fold(Codes::none(), |codes, (code, _)| codes.with(code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::Delta;

    fn adjust(units: i64) -> Change {
        Change::Adjust(Delta::new(units).unwrap())
    }

    fn set(units: i64) -> Change {
        Change::Set(Level::new(units).unwrap())
    }

    #[test]
    fn a_sum_beyond_the_bounds_is_a_fault() {
        let mut merged = Merged::new(0, NONE, NONE);
        merged.merge(0, adjust(1_000_000_000), false);
        merged.merge(1, adjust(1), false);
        merged.judge(Level::new(5).ok(), &Product::default());
        assert_eq!((merged.fault, merged.applied()), (Some(Code::NumberTooLarge), None));
    }

    #[test]
    fn sets_of_several_locations_add_up_where_that_was_chosen() {
        let mut merged = Merged::new(0, NONE, NONE);
        merged.add(0, set(5), Level::new(4).ok());
        merged.add(1, set(7), Level::new(6).ok());
        merged.judge(Level::new(10).ok(), &Product::default());
        assert_eq!(merged.applied().map(|applied| applied.after.get()), Some(12));
        assert!(!merged.codes.has(Code::Drift));
        merged.clear();
        merged.merge(0, set(5), false);
        merged.merge(1, set(7), false);
        assert_eq!((merged.fault, merged.fault_row), (Some(Code::ConflictingSets), 1));
    }
}
