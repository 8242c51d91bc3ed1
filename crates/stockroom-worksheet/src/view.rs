//! Which rows a view shows, and in which order.

use std::cmp::Ordering;

use stockroom_domain::code::Code;
use stockroom_domain::columns::key;
use stockroom_domain::order::sort_places;
use stockroom_domain::plan::{Line, Plan, Verdict};
use stockroom_domain::sheet::Sheet;
use stockroom_domain::stock::Stock;

use super::message::{Filter, Sort, View};

/// Returns the rows of a view in its order.
pub(super) fn rows(view: &View, sheet: &Sheet, plan: &Plan, stock: &Stock) -> Vec<u32> {
    let shown = Shown { sheet, plan, stock };
    let wanted = key(&view.search);
    let count = u32::try_from(plan.lines().len()).unwrap_or(u32::MAX);
    let mut rows: Vec<u32> = (0..count)
        .filter(|row| passes(view.filter, &plan.lines()[*row as usize]))
        .filter(|row| wanted.is_empty() || shown.holds(*row as usize, &wanted))
        .collect();
    match view.sort {
        Sort::Line => {}
        Sort::Sku => {
            let sku = |row: u32| sheet.external_id(row as usize);
            sort_places(&mut rows, &|a, b| sku(a).cmp(&sku(b)));
        }
        Sort::Product => {
            // A key is made once for each row, not for each comparison.
            let keys: Vec<_> = rows.iter().map(|row| shown.name(*row as usize).map(key)).collect();
            let mut places: Vec<u32> = (0..count).take(rows.len()).collect();
            sort_places(&mut places, &|a, b| keys[a as usize].cmp(&keys[b as usize]));
            rows = places.into_iter().map(|place| rows[place as usize]).collect();
        }
        Sort::Delta => {
            sort_places(&mut rows, &|a, b| shown.by_delta(a as usize, b as usize));
        }
    }
    if view.descending {
        rows.reverse();
    }
    rows
}

fn passes(filter: Filter, line: &Line) -> bool {
    match filter {
        Filter::All => true,
        Filter::Errors => line.verdict == Verdict::Error,
        Filter::Warnings => line.verdict == Verdict::Warning,
        Filter::Changes => line.verdict == Verdict::Change,
        Filter::ToZero => line.verdict.is_sent() && line.codes.has(Code::ToZero),
        Filter::Unchanged => line.verdict == Verdict::Unchanged,
    }
}

struct Shown<'a> {
    sheet: &'a Sheet,
    plan: &'a Plan,
    stock: &'a Stock,
}

impl<'a> Shown<'a> {
    fn name(&self, row: usize) -> Option<&'a str> {
        let target = self.plan.target(&self.plan.lines()[row])?;
        Some(self.stock.product(target.product as usize).name.as_str())
    }

    fn holds(&self, row: usize, wanted: &str) -> bool {
        key(&self.sheet.external_id(row)).contains(wanted)
            || key(&self.sheet.variant(row)).contains(wanted)
            || self.name(row).is_some_and(|name| key(name).contains(wanted))
    }

    fn by_delta(&self, a: usize, b: usize) -> Ordering {
        let delta = |row: usize| self.plan.applied(&self.plan.lines()[row]).map(|a| a.delta);
        delta(a).cmp(&delta(b))
    }
}
