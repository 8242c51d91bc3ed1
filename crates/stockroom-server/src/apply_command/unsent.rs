//! Levels that moved while a run waited to go on, where the server does not check them itself: what
//! it has yet to set is read again before it leaves.
//!
//! Read [`read`] first, then [`Moved::table`] and [`Moved::settle`].

use stockroom_api::bulk::Mode as ApiMode;
use stockroom_client::item::Item;
use stockroom_client::run::Outcome;
use stockroom_domain::stock::Stock;

use super::asked_levels::AskedLevel;
use super::drift::{Keep, read_levels};
use super::opening::Opening;
use super::outcomes::{Asked, asked};
use super::stale::{head, row};
use crate::commands::Ended;
use crate::file_plan::store_client::StoreClient;

/// Levels that are to be set and are not what they were in the preview.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Moved(Vec<One>);

#[derive(Debug, PartialEq, Eq)]
struct One {
    /// The item's position, and the level's among its levels.
    item: usize,
    level: usize,
    /// What the item asks of it.
    asked: Asked,
    /// The first line that asks it, and the level in the preview.
    line: u32,
    preview: i64,
    now: i64,
}

/// Reads the levels again that the run has yet to set without naming the one it expects; returns
/// those that moved.
///
/// # Errors
/// [`CommandError`](crate::commands::CommandError) with status 2 where they cannot be read.
pub(super) fn read(opening: &Opening, client: &StoreClient) -> Ended<Moved> {
    let mut skus: Vec<String> =
        unsent(opening).map(|(_, item, _)| item.external_id().to_owned()).collect();
    if skus.is_empty() {
        return Ok(Moved::default());
    }
    skus.sort_unstable();
    let now = read_levels(skus, None, None, client)?;
    // What cannot be read within the day's requests is said, and counts as it is.
    Ok(now.map_or_else(Moved::default, |now| Moved::of(opening, &now)))
}

/// Returns the items that would set levels blindly and have never left, by position.
fn unsent(opening: &Opening) -> impl Iterator<Item = (usize, &Item, &[AskedLevel])> {
    let items = opening.items().enumerate();
    items.filter_map(|(at, (item, levels, outcome))| {
        let is_unsent = *outcome == Outcome::NotSent && item.overwrites();
        is_unsent.then_some((at, item, levels))
    })
}

impl Moved {
    fn of(opening: &Opening, now: &Stock) -> Self {
        let mut moved = Vec::new();
        for (item, asked_item, levels) in unsent(opening) {
            let all = asked(asked_item.asked()).into_iter().zip(levels).enumerate();
            for (level, (asked, AskedLevel(line, before))) in all {
                let sku = asked_item.external_id();
                let known = before.zip(level_of(now, sku, asked.variant.as_deref()));
                let is_set = asked.mode == Some(ApiMode::Set);
                if let Some((preview, now)) = known.filter(|(before, now)| is_set && before != now)
                {
                    moved.push(One { item, level, asked, line: *line, preview, now });
                }
            }
        }
        Self(moved)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns them as a table, with what is sent for them.
    pub(super) fn table(&self, opening: &Opening, keep: Keep) -> String {
        let mut text = format!(
            "{} levels that are yet to be set are not what they were in the preview:\n{}",
            self.0.len(),
            head("sent")
        );
        for one in &self.0 {
            let sku = opening.run.items()[one.item].external_id();
            let (preview, now) = (Some(one.preview), Some(one.now));
            text.push_str(&row(sku, one.line, &one.asked, preview, now, keep));
        }
        text
    }

    /// Has the run send what counts for them, on the levels that are there now.
    pub(super) fn settle(self, opening: &mut Opening, keep: Keep) {
        let mut others = Vec::new();
        for of_item in self.0.chunk_by(|a, b| a.item == b.item) {
            let Some(at) = of_item.first().map(|one| one.item) else { continue };
            let mut item = opening.run.items()[at].asked().clone();
            for one in of_item {
                if let Some(known) = opening.levels.level_mut(at, one.level) {
                    known.1 = Some(one.now);
                }
                let delta = Some(one.asked.value - one.preview);
                let mode = Some(ApiMode::Adjust);
                match &one.asked.variant {
                    None => {
                        (item.mode, item.quantity, item.quantity_delta) = (mode, None, delta);
                    }
                    Some(label) => {
                        for variant in item.variants.iter_mut().filter(|v| v.label == *label) {
                            (variant.mode, variant.quantity, variant.quantity_delta) =
                                (mode, None, delta);
                        }
                    }
                }
            }
            others.push((at, Item::new(item)));
        }
        if keep == Keep::Difference {
            opening.run.replace_unsent(others);
        }
    }
}

fn level_of(stock: &Stock, sku: &str, variant: Option<&str>) -> Option<i64> {
    let place = stock.find(sku)?;
    let product = stock.product(place);
    let level = match variant {
        None => product.level,
        Some(label) => product.variants[stock.find_variant(place, label).ok()?].level,
    };
    level.map(stockroom_domain::quantity::Level::get)
}
