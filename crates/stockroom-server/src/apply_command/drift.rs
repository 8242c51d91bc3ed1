//! Levels that moved between the preview and the first request, where the server does not check
//! them itself.
//!
//! Read [`Preview::moved`] first, then [`Preview::renewed`].

use std::collections::HashMap;
use std::fmt::Write as _;

use clap::ValueEnum;
use stockroom_client::budget::Budget;
use stockroom_domain::plan::{ItemChange, Target};
use stockroom_domain::quantity::{Change, Delta, Level, Mode, apply};
use stockroom_domain::stock::Stock;

use super::opening::first_lines;
use super::progress::spoken;
use crate::commands::{Ended, tell};
use crate::file_plan::store_client::{MAX_LOOK_UPS, StoreClient};
use crate::file_plan::{Planned, plan_on_stock, stock_of};

/// An answer that took longer than this is of a stock that may have moved, in milliseconds.
const LONG_MS: u64 = 30_000;

/// What counts for rows that set a level which moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Keep {
    /// The level that the file names
    Count,
    /// The difference that the preview showed
    Difference,
}

/// A plan, and the levels that were read after it was made.
#[derive(Debug)]
pub(super) struct Preview {
    pub(super) planned: Planned,
    /// The levels now of the sets that are sent as their difference, by their place in the stock;
    /// the stock has the level that their difference is to.
    differing: HashMap<Spot, Level>,
}

/// A product's place in the stock, and a variant's in the product.
type Spot = (u32, Option<u32>);

/// A level that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moved {
    line: u32,
    external_id: String,
    variant: Option<String>,
    change: Change,
    preview: Option<Level>,
    now: Option<Level>,
}

/// Tells whether the stock is read again: on request, or where the answer took long.
pub(super) fn is_due(is_asked_for: bool, asked_at_ms: u64, answered_at_ms: u64) -> bool {
    is_asked_for || answered_at_ms.saturating_sub(asked_at_ms) > LONG_MS
}

impl Preview {
    pub(super) fn new(planned: Planned) -> Self {
        Self { planned, differing: HashMap::new() }
    }

    /// Returns what is sent for a level that the plan changes.
    pub(super) fn asked(&self, target: u32, asked: ItemChange) -> ItemChange {
        let spot = spot(self.planned.plan.target_at(target));
        let now = self.differing.get(&spot).copied();
        now.and_then(|now| Some(ItemChange { change: difference(asked)?, before: Some(now) }))
            .unwrap_or(asked)
    }

    /// Returns the levels of the plan that are others in the stock of `now`.
    pub(super) fn moved(&self, now: &Stock) -> Vec<Moved> {
        let Planned { stock, .. } = &self.planned;
        let first_lines = first_lines(&self.planned);
        let moved = |(target, line): (Target, &u32)| {
            let preview = level(stock, spot(target));
            let seen = self.differing.get(&spot(target)).copied().or(preview);
            let moved = find(stock, spot(target), now).and_then(|spot| level(now, spot));
            let product = stock.product(target.product as usize);
            (seen != moved).then_some(())?;
            Some(Moved {
                line: *line,
                external_id: product.external_id.clone()?,
                variant: target.variant.map(|at| product.variants[at as usize].label.clone()),
                change: target.change?,
                preview,
                now: moved,
            })
        };
        self.targets().zip(&first_lines).filter_map(moved).collect()
    }

    /// Returns the plan made anew on the stock of `now`, where a set that moved counts as its
    /// difference or as it is.
    pub(super) fn renewed(self, mut now: Stock, keep: Keep) -> Self {
        let mut differing = HashMap::new();
        if keep == Keep::Difference {
            for target in self.targets() {
                let Some(Change::Set(_)) = target.change else { continue };
                let Some(place) = find(&self.planned.stock, spot(target), &now) else { continue };
                let levels = level(&self.planned.stock, spot(target)).zip(level(&now, place));
                // Between no level and one there is no difference.
                if let Some((preview, moved)) = levels.filter(|(preview, now)| preview != now) {
                    differing.insert(place, moved);
                    put(&mut now, place, preview);
                }
            }
        }
        let style = self.planned.plan.style();
        Self { planned: plan_on_stock(self.planned.sheet, style, now), differing }
    }

    fn targets(&self) -> impl Iterator<Item = Target> {
        let plan = &self.planned.plan;
        let all = (0..plan.targets()).filter_map(|at| u32::try_from(at).ok());
        all.map(|at| plan.target_at(at))
    }
}

/// Returns the levels that moved as a table, with what is sent for them.
pub(super) fn table(moved: &[Moved], keep: Keep) -> String {
    let mut text = format!(
        "{} levels are not what they were in the preview:\n{:>6}  {:<20}  {:<12}  {:>10}  {:>10}  \
         {:>10}  sent\n",
        moved.len(),
        "line",
        "sku",
        "variant",
        "preview",
        "now",
        "wanted"
    );
    let shown =
        |level: Option<Level>| level.map_or_else(|| "-".to_owned(), |l| l.get().to_string());
    for Moved { line, external_id, variant, change, preview, now } in moved {
        let asked = ItemChange { change: *change, before: *preview };
        let sent = match keep {
            Keep::Difference if now.is_some() => difference(asked).unwrap_or(*change),
            _ => *change,
        };
        let wanted = apply(*change, *now).ok().map(|applied| applied.after);
        let sent = match sent.mode() {
            Mode::Set => format!("set {}", sent.value()),
            Mode::Adjust => format!("adjust {:+}", sent.value()),
        };
        let _ = writeln!(
            text,
            "{line:>6}  {external_id:<20}  {:<12}  {:>10}  {:>10}  {:>10}  {sent}",
            variant.as_deref().unwrap_or("-"),
            shown(*preview),
            shown(*now),
            shown(wanted),
        );
    }
    text.push_str("The plan is made anew on what is there now.\n");
    text
}

/// Returns a set as the difference to the level that it was previewed on.
fn difference(asked: ItemChange) -> Option<Change> {
    match (asked.change, asked.before) {
        (Change::Set(wanted), Some(before)) => {
            Delta::new(wanted.get() - before.get()).ok().map(Change::Adjust)
        }
        _ => None,
    }
}

/// Reads the levels of the plan again, with its cost shown; `None` where that is more than is left
/// of the day.
///
/// # Errors
/// [`CommandError`](crate::commands::CommandError) with status 2 where they cannot be read.
pub(super) fn read_again(
    preview: &Preview,
    pages: Option<u64>,
    client: &StoreClient,
) -> Ended<Option<Stock>> {
    let stock = &preview.planned.stock;
    let mut skus: Vec<String> = preview
        .targets()
        .filter_map(|target| stock.product(target.product as usize).external_id.clone())
        .collect();
    skus.sort_unstable();
    skus.dedup();
    read_levels(skus, Some(stock), pages, client)
}

/// Reads the levels of these products, each once, with its cost shown, as [`read_again`]; where they
/// are read one by one they are put into what is `known`.
///
/// # Errors
/// [`CommandError`](crate::commands::CommandError) with status 2 where they cannot be read.
pub(super) fn read_levels(
    mut skus: Vec<String>,
    known: Option<&Stock>,
    pages: Option<u64>,
    client: &StoreClient,
) -> Ended<Option<Stock>> {
    let (requests, is_one_by_one) = way(skus.len(), pages);
    let budget = Budget::of_reads(client.capabilities()?);
    let forecast = budget.forecast(requests, client.reads());
    if let Some(left) = forecast.left.filter(|left| requests > *left) {
        tell(&format!(
            "The stock is not read again: that takes {requests} requests, and at most {left} are \
             left of the day.\n"
        ));
        return Ok(None);
    }
    let time = spoken(forecast.takes_ms);
    tell(&format!("Reading the stock again: {requests} requests, about {time}.\n"));
    let mut now = match known {
        Some(stock) if is_one_by_one => stock.clone(),
        None if is_one_by_one => stock_of(Vec::new()),
        _ => client.stock()?,
    };
    // The list has only what is tracked.
    skus.retain(|sku| is_one_by_one || now.find(sku).is_none());
    for product in client.look_up(&skus)? {
        now.put(product.into());
    }
    Ok(Some(now))
}

/// Returns the requests that reading again takes, and whether products are read one by one, which
/// is done where it is cheaper. `pages` are the requests that the whole stock took, where known.
fn way(skus: usize, pages: Option<u64>) -> (u64, bool) {
    let one_by_one = Some(skus as u64).filter(|_| skus <= MAX_LOOK_UPS);
    match (one_by_one, pages) {
        (Some(count), Some(pages)) if pages <= count => (pages, false),
        (Some(count), _) => (count, true),
        (None, pages) => (pages.unwrap_or(1), false),
    }
}

fn spot(target: Target) -> Spot {
    (target.product, target.variant)
}

fn level(stock: &Stock, (product, variant): Spot) -> Option<Level> {
    let product = stock.product(product as usize);
    variant.map_or(product.level, |at| product.variants[at as usize].level)
}

/// Returns the place in `now` of what has this place in `stock`.
fn find(stock: &Stock, (product, variant): Spot, now: &Stock) -> Option<Spot> {
    let known = stock.product(product as usize);
    let place = now.find(known.external_id.as_deref()?)?;
    let variant = match variant {
        None => None,
        Some(at) => {
            let label = &known.variants[at as usize].label;
            Some(u32::try_from(now.find_variant(place, label).ok()?).ok()?)
        }
    };
    Some((u32::try_from(place).ok()?, variant))
}

fn put(stock: &mut Stock, (product, variant): Spot, level: Level) {
    let mut product = stock.product(product as usize).clone();
    match variant {
        None => product.level = Some(level),
        Some(at) => product.variants[at as usize].level = Some(level),
    }
    stock.put(product);
}

#[cfg(test)]
mod tests;
