//! Whether changes were applied before, line by line: also where a file was corrected meanwhile.
//!
//! The [`fingerprint`](crate::fingerprint) knows the same changes as a whole. A file that was mended
//! and is read again shares most of its lines with the run of before and not all, so here each
//! [`Line`] counts. Read [`repeated`] for the rule.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use stockroom_api::bulk::{BulkItem, Mode};
use stockroom_api::history::{HistoryEntry, RunShown};
use stockroom_api::limits::MAX_PAGE_SIZE;

/// How far back runs are compared line by line, in milliseconds: a week.
pub const COMPARED_MS: u64 = 7 * 24 * 60 * 60 * 1000;

/// How many pages of a server's history are read for that, of a hundred entries each.
pub const MOST_PAGES: u64 = 20;

/// The fewest lines that are no chance, unless they are all.
const LEAST: usize = 3;
/// The fewest lines of one unit that tell a part of a larger run from a day's sales.
const LEAST_OF_ONE: usize = 10;

/// A level that is adjusted, and by how much.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Line {
    /// The product's SKU.
    pub external_id: String,
    /// The variant's label without case; blank for the product's own level.
    pub label: String,
    /// The units that are added.
    pub delta: i64,
}

impl Line {
    /// Returns the line of a level by SKU and label, blank for the product's own.
    ///
    /// ```
    /// use stockroom_client::repeated::Line;
    /// assert_eq!(Line::new("A", " GRAND ", -1), Line::new(" A", "Grand", -1));
    /// ```
    pub fn new(external_id: &str, label: &str, delta: i64) -> Self {
        Adjust::new(external_id, label, delta).into()
    }
}

/// What a [`Line`] says, read where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjust<'a> {
    /// The product's SKU.
    pub external_id: &'a str,
    /// The variant's label without case; blank for the product's own level.
    pub label: Cow<'a, str>,
    /// The units that are added.
    pub delta: i64,
}

impl<'a> Adjust<'a> {
    /// Returns what is added to a level by SKU and label, blank for the product's own.
    pub fn new(external_id: &'a str, label: &'a str, delta: i64) -> Self {
        let label = label.trim();
        let is_folded = label.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
        let label = if is_folded { label.into() } else { label.to_lowercase().into() };
        Self { external_id: external_id.trim(), label, delta }
    }
}

impl From<Adjust<'_>> for Line {
    fn from(adjust: Adjust<'_>) -> Self {
        let Adjust { external_id, label, delta } = adjust;
        Self { external_id: external_id.to_owned(), label: label.into_owned(), delta }
    }
}

/// Returns each level that an item adjusts as a line of its own; what it sets is none.
pub fn lines(item: &BulkItem) -> impl Iterator<Item = Line> + '_ {
    adjusts(item).map(Line::from)
}

/// Returns what an item adds to each level.
pub fn adjusts(item: &BulkItem) -> impl Iterator<Item = Adjust<'_>> {
    let adjust = |label, mode: Option<Mode>, delta: Option<i64>| {
        let delta = delta.filter(|_| mode.unwrap_or(Mode::Adjust) == Mode::Adjust)?;
        Some(Adjust::new(&item.external_id, label, delta))
    };
    let own = adjust("", item.mode, item.quantity_delta);
    let variants = item.variants.iter().filter_map(move |variant| {
        adjust(&variant.label, variant.mode.or(item.mode), variant.quantity_delta)
    });
    own.into_iter().chain(variants)
}

/// Returns the line of an entry of the history, where a level of a product with a SKU was adjusted.
pub fn line_of(entry: &HistoryEntry) -> Option<Line> {
    let delta = entry.quantity_delta.filter(|_| entry.mode == Mode::Adjust)?;
    let label = entry.label.as_deref().unwrap_or_default();
    Some(Line::new(entry.external_id.as_deref()?, label, delta))
}

/// Returns which of these runs are read line by line, the newest first: those that adjusted
/// anything, as many as fit into [`MOST_PAGES`] of the history.
pub fn readable(runs: Vec<RunShown>) -> Vec<RunShown> {
    let mut left = MOST_PAGES;
    let fits = |run: &RunShown| {
        let pages = run.levels.div_ceil(MAX_PAGE_SIZE);
        let fits = run.fingerprint.is_some() && pages <= left;
        left -= if fits { pages } else { 0 };
        fits
    };
    runs.into_iter().filter(fits).collect()
}

/// Returns the lines of `asked` that `former` applied, where they are too many to be chance.
///
/// They are where both are the same; else where there are at least three, and half of the lines of
/// the smaller of both. To add or take one unit of a product is every day's: where all that is
/// shared is of that kind, it has to be three quarters of the larger of both, or ten lines and four
/// fifths of the smaller.
///
/// ```
/// use stockroom_client::repeated::{Line, repeated};
/// let delivery = |amounts: &[i64]| {
///     let named = amounts.iter().enumerate();
///     named.map(|(n, delta)| Line::new(&format!("SKU-{n}"), "", *delta)).collect()
/// };
/// // One of four amounts was mended, the others would count twice.
/// assert_eq!(repeated(&delivery(&[12, 24, 6, 40]), &delivery(&[12, 24, 6, 4])).len(), 3);
/// assert_eq!(repeated(&delivery(&[12, 24, 6, 40]), &delivery(&[10, 20, 6, 4])).len(), 0);
/// ```
pub fn repeated(asked: &BTreeSet<Line>, former: &BTreeSet<Line>) -> BTreeSet<Line> {
    let shared: BTreeSet<Line> = asked.intersection(former).cloned().collect();
    let (count, smaller) = (shared.len(), asked.len().min(former.len()));
    let larger = asked.len().max(former.len());
    let is_same = count > 0 && count == larger;
    let is_large = count >= LEAST && count * 2 >= smaller;
    let is_every_day = shared.iter().all(|line| line.delta.abs() == 1)
        && count * 4 < larger * 3
        && (count < LEAST_OF_ONE || count * 5 < smaller * 4);
    if is_same || is_large && !is_every_day { shared } else { BTreeSet::new() }
}

#[cfg(test)]
mod tests {
    use stockroom_api::bulk::BulkVariant;

    use super::*;

    fn of(deltas: impl IntoIterator<Item = (usize, i64)>) -> BTreeSet<Line> {
        let line = |(n, delta): (usize, i64)| Line::new(&format!("SKU-{n}"), "", delta);
        deltas.into_iter().map(line).collect()
    }

    #[track_caller]
    fn check(asked: &BTreeSet<Line>, former: &BTreeSet<Line>, count: usize) {
        assert_eq!(repeated(asked, former).len(), count);
    }

    #[test]
    fn a_corrected_file_is_known_by_the_lines_it_repeats() {
        let before = of((0..10).map(|n| (n, 12)));
        let mended = of((0..10).map(|n| (n, if n == 4 { 21 } else { 12 })));
        check(&mended, &before, 9);
        let longer = of((0..25).map(|n| (n, 12)));
        check(&longer, &before, 10);
        check(&of((0..3).map(|n| (n, 12))), &before, 3);
        // Two deliveries that have a few amounts in common are two deliveries.
        let other = of((0..10).map(|n| (n, if n < 4 { 12 } else { 6 })));
        check(&other, &before, 0);
        check(&of((8..30).map(|n| (n, 12))), &before, 0);
    }

    #[test]
    fn the_same_is_known_however_short_it_is() {
        let one = of([(1, 5)]);
        check(&one, &one, 1);
        check(&of([(1, -1)]), &of([(1, -1)]), 1);
        check(&one, &of([(1, 5), (2, 5)]), 0);
        check(&of([]), &of([]), 0);
    }

    #[test]
    fn one_sold_of_this_and_that_is_every_days() {
        let yesterday = of((0..40).map(|n| (n, -1)));
        // Half of what was sold today was sold yesterday, too.
        check(&of((20..60).map(|n| (n, -1))), &yesterday, 0);
        check(&of((0..5).map(|n| (n, -1))), &yesterday, 0);
        // Nearly the same list twice is no chance, nor is a long part of one.
        let mended = of((0..40).map(|n| (n, if n == 7 { -2 } else { -1 })));
        check(&mended, &yesterday, 39);
        check(&of((0..4).map(|n| (n, -1))), &of([(0, -1), (1, -1), (2, -1), (3, -2)]), 3);
        check(&of((0..12).map(|n| (n, -1))), &yesterday, 12);
        // An amount that is not every day's among them says more.
        let few = of((0..5).map(|n| (n, if n == 0 { -24 } else { -1 })));
        let yesterday = of((0..40).map(|n| (n, if n == 0 { -24 } else { -1 })));
        check(&few, &yesterday, 5);
    }

    #[test]
    fn of_a_servers_runs_the_newest_that_fit_are_read() {
        let run = |id: &str, levels, fingerprint: Option<&str>| RunShown {
            run_id: id.to_owned(),
            fingerprint: fingerprint.map(str::to_owned),
            levels,
            ..RunShown::default()
        };
        let runs = vec![
            run("sets", 5, None),
            run("long", 1950, Some("a")),
            run("longer", 900, Some("b")),
            run("short", 0, Some("c")),
        ];
        let read: Vec<String> = readable(runs).into_iter().map(|run| run.run_id).collect();
        assert_eq!(read, ["long", "short"]);
    }

    #[test]
    fn only_what_is_adjusted_is_a_line() {
        let variant = |label: &str, mode, delta| BulkVariant {
            label: label.to_owned(),
            mode,
            quantity: Some(4),
            quantity_delta: delta,
            ..BulkVariant::default()
        };
        let item = BulkItem {
            external_id: " A ".to_owned(),
            mode: Some(Mode::Set),
            quantity: Some(5),
            variants: vec![
                variant("Grand", Some(Mode::Adjust), Some(-2)),
                variant("S", None, None),
            ],
            ..BulkItem::default()
        };
        assert_eq!(lines(&item).collect::<Vec<_>>(), [Line::new("A", "GRAND", -2)]);
        let plain = BulkItem { mode: None, quantity_delta: Some(3), ..item };
        assert_eq!(lines(&plain).count(), 2, "without a mode it is an adjust");
    }
}
