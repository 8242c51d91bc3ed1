//! The plan in figures, and what is wrong with it as a whole.

use super::planner::NONE;
use super::{ITEMS_PER_REQUEST, Merged, Plan, Totals, Verdict, guard};
use crate::code::Code;
use crate::quantity::Level;

impl Plan {
    /// Counts everything anew.
    pub(super) fn count(&mut self) {
        let mut totals = Totals { rows: self.rows(), ..Totals::default() };
        // A byte for each target stays near while a million rows are passed.
        let to_zero = |merged: &Merged| merged.codes.has(Code::ToZero);
        let stands: Vec<(Verdict, bool)> =
            self.targets.iter().map(|merged| (merged.verdict, to_zero(merged))).collect();
        let mut rows_of = [0_usize; 5];
        for row in 0..self.rows() {
            let target = stands.get(self.facts.targets[row] as usize);
            let (verdict, to_zero) = match target {
                _ if self.facts.has_fault(row) => (Verdict::Error, false),
                Some(stand) => *stand,
                None => (Verdict::Blank, false),
            };
            rows_of[verdict as usize] += 1;
            totals.to_zero += usize::from(to_zero && verdict.is_sent());
        }
        [totals.errors, totals.warnings, totals.changes, totals.unchanged, totals.blank] = rows_of;
        for first in &self.first_of {
            self.add_product(&mut totals, *first);
        }
        totals.requests = totals.items.div_ceil(ITEMS_PER_REQUEST);
        self.guards = guard::check(&self.targets, &totals, self.limits);
        self.totals = totals;
    }

    /// Tells whether the target of a row goes to 0.
    pub(super) fn goes_to_zero(&self, row: usize) -> bool {
        let target = self.targets.get(self.facts.targets[row] as usize);
        target.is_some_and(|merged| merged.codes.has(Code::ToZero))
    }

    fn add_product(&self, totals: &mut Totals, first: u32) {
        let (mut own, mut variants) = (None, (0, 0));
        let mut targets = 0;
        let mut at = first;
        while at != NONE {
            let merged = &self.targets[at as usize];
            at = merged.next;
            let Some(applied) = merged.applied().filter(|_| merged.verdict.is_sent()) else {
                continue;
            };
            targets += 1;
            let units = (applied.before.map_or(0, Level::get), applied.after.get());
            if merged.variant == NONE {
                own = Some(units);
            } else {
                variants = (variants.0 + units.0, variants.1 + units.1);
            }
        }
        let (before, after) = own.unwrap_or(variants);
        totals.units_before += before;
        totals.units_after += after;
        totals.targets += targets;
        totals.items += usize::from(targets > 0);
    }
}
