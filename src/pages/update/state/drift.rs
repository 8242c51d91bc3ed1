//! Levels that moved between the preview and the sending, and what is to become of them.

use std::collections::HashMap;

use stockroom_domain::plan::ItemChange;
use stockroom_domain::quantity::{Change, Delta, Level};
use stockroom_worksheet::SendItem;

use super::again::levels;

/// A level that is to be set and is no longer what the preview had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The product's place among the items.
    pub item: usize,
    /// The product's SKU.
    pub external_id: String,
    /// The variant's label; blank for the product's own level.
    pub variant: String,
    /// The level in the preview.
    pub preview: i64,
    /// The level now.
    pub now: i64,
    /// The level that is wanted.
    pub wanted: i64,
    /// What is to become of it.
    pub keep: Keep,
}

/// What is to become of a level that moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// It is set to what was counted, whatever was sold since.
    #[default]
    Count,
    /// What the preview would have changed is changed on the level of now.
    Difference,
}

/// Confirmed items of which some levels moved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// What was confirmed.
    pub items: Vec<SendItem>,
    /// What moved since.
    pub moved: Vec<Moved>,
}

impl Drift {
    /// Returns which levels of confirmed items moved; `now` returns a level by SKU and label, where
    /// it is known.
    ///
    /// An adjust is right on any level, and a level that the preview did not know cannot have moved.
    pub fn of(items: Vec<SendItem>, now: impl Fn(&str, &str) -> Option<i64>) -> Self {
        let mut moved = Vec::new();
        for (place, item) in items.iter().enumerate() {
            for (label, asked) in levels(item) {
                let Some((wanted, preview)) = set_from(asked) else { continue };
                let Some(now) = now(&item.external_id, label) else { continue };
                if now != preview.get() {
                    moved.push(Moved {
                        item: place,
                        external_id: item.external_id.clone(),
                        variant: label.to_owned(),
                        preview: preview.get(),
                        now,
                        wanted: wanted.get(),
                        keep: Keep::Count,
                    });
                }
            }
        }
        Self { items, moved }
    }

    /// Returns the items as they are to be sent, on the levels of now.
    pub fn settled(self) -> Vec<SendItem> {
        let Self { mut items, moved } = self;
        let mut by_item: HashMap<usize, Vec<Moved>> = HashMap::new();
        for one in moved {
            by_item.entry(one.item).or_default().push(one);
        }
        for (place, moved) in by_item {
            let Some(item) = items.get_mut(place) else { continue };
            for one in moved {
                let own = item.product.as_mut().filter(|_| one.variant.is_empty());
                let variant = item.variants.iter_mut().find(|(label, _)| *label == one.variant);
                let Some(asked) = own.or(variant.map(|(_, asked)| asked)) else { continue };
                asked.before = Level::new(one.now).ok();
                if one.keep == Keep::Difference
                    && let Ok(delta) = Delta::new(one.wanted - one.preview)
                {
                    asked.change = Change::Adjust(delta);
                }
            }
        }
        items
    }
}

/// Tells whether an item sets a level that the preview knew.
pub fn can_move(item: &SendItem) -> bool {
    levels(item).any(|(_, asked)| set_from(asked).is_some())
}

/// Returns the level that is set and the one it was in the preview, where both are there.
fn set_from(asked: ItemChange) -> Option<(Level, Level)> {
    match (asked.change, asked.before) {
        (Change::Set(wanted), Some(preview)) => Some((wanted, preview)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(units: i64, before: i64) -> ItemChange {
        let level = |units| Level::new(units).unwrap();
        ItemChange { change: Change::Set(level(units)), before: Some(level(before)) }
    }

    fn take(units: i64, before: i64) -> ItemChange {
        let change = Change::Adjust(Delta::new(-units).unwrap());
        ItemChange { change, before: Level::new(before).ok() }
    }

    fn item(sku: &str, product: Option<ItemChange>, variants: &[(&str, ItemChange)]) -> SendItem {
        SendItem {
            external_id: sku.to_owned(),
            name: String::new(),
            product,
            variants: variants.iter().map(|(label, asked)| ((*label).to_owned(), *asked)).collect(),
            rows: vec![0],
        }
    }

    fn drift() -> Drift {
        let items = vec![
            item("A", Some(set(12, 10)), &[]),
            item("B", Some(take(3, 10)), &[("Grand", set(4, 6)), ("Normal", set(5, 5))]),
            item("C", Some(set(1, 2)), &[]),
        ];
        // A and B's Grand were sold meanwhile; of C nobody knows.
        Drift::of(items, |sku, label| match (sku, label) {
            ("A", "") => Some(7),
            ("B", "") => Some(9),
            ("B", _) => Some(5),
            _ => None,
        })
    }

    #[test]
    fn only_set_levels_that_moved_are_asked_about_with_three_figures() {
        let moved = drift().moved;
        let figures: Vec<_> = moved
            .iter()
            .map(|one| {
                (one.external_id.as_str(), one.variant.as_str(), one.preview, one.now, one.wanted)
            })
            .collect();
        assert_eq!(figures, [("A", "", 10, 7, 12), ("B", "Grand", 6, 5, 4)]);
    }

    #[test]
    fn a_count_is_set_on_the_level_of_now_and_a_difference_is_added_to_it() {
        let mut drift = drift();
        drift.moved[1].keep = Keep::Difference;
        let items = drift.settled();
        assert_eq!(items[0].product, Some(set(12, 7)));
        assert_eq!(items[1].variants[0].1, take(2, 5));
        assert_eq!(items[1].product, Some(take(3, 10)), "an adjust goes as it is");
        assert_eq!(items[2].product, Some(set(1, 2)));
    }
}
