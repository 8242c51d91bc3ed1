//! The plan in figures.

use super::planner::{NONE, Planner};
use super::{ITEMS_PER_REQUEST, Totals, Verdict};
use crate::code::Code;
use crate::quantity::Level;

impl Planner<'_> {
    pub(super) fn totals(&self) -> Totals {
        let mut totals = Totals { rows: self.lines.len(), ..Totals::default() };
        for line in &self.lines {
            match line.verdict {
                Verdict::Error => totals.errors += 1,
                Verdict::Warning => totals.warnings += 1,
                Verdict::Change => totals.changes += 1,
                Verdict::Unchanged => totals.unchanged += 1,
                Verdict::Blank => totals.blank += 1,
            }
            let sent = line.verdict.is_sent();
            totals.to_zero += usize::from(sent && line.codes.has(Code::ToZero));
        }
        for first in &self.first_of {
            self.add_product(&mut totals, *first);
        }
        totals.requests = totals.items.div_ceil(ITEMS_PER_REQUEST);
        totals
    }

    fn add_product(&self, totals: &mut Totals, first: u32) {
        let (mut own, mut variants) = (None, (0, 0));
        let mut targets = 0;
        let mut at = first;
        while at != NONE {
            let merged = &self.targets[at as usize];
            at = merged.next;
            let Some(applied) = merged.target.applied else {
                continue;
            };
            if !merged.target.verdict.is_sent() {
                continue;
            }
            targets += 1;
            let units = (applied.before.map_or(0, Level::get), applied.after.get());
            match merged.target.variant {
                Some(_) => variants = (variants.0 + units.0, variants.1 + units.1),
                None => own = Some(units),
            }
        }
        let (before, after) = own.unwrap_or(variants);
        totals.units_before += before;
        totals.units_after += after;
        totals.targets += targets;
        totals.items += usize::from(targets > 0);
    }
}
