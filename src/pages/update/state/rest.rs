//! What a run did not apply, as a file of our own layout, made of the run alone.
//!
//! It is there after a reload and long after, when the file that the rows came from is gone.

use stockroom_api::bulk::ItemError;
use stockroom_client::run::Outcome;
use stockroom_domain::own_layout::{OwnFile, OwnRow};
use stockroom_domain::quantity::Level;
use stockroom_worksheet::SendItem;

use super::Apply;
use super::again::{is_stale, levels};

impl Apply {
    /// Tells whether anything was not applied.
    pub fn has_rest(&self) -> bool {
        self.run.outcomes().iter().any(|outcome| !matches!(outcome, Outcome::Applied(_)))
    }

    /// Returns the levels that were not applied, as a file that asks for them once more.
    ///
    /// `why` says in words why a level of an item, by its place, was not applied.
    pub fn rest_file(&self, why: impl Fn(&Outcome, &SendItem, usize) -> String) -> String {
        let mut file = OwnFile::with_errors();
        for (outcome, item) in self.run.outcomes().iter().zip(&self.items) {
            if matches!(outcome, Outcome::Applied(_)) {
                continue;
            }
            for (place, (label, asked)) in levels(item).enumerate() {
                let row = OwnRow {
                    external_id: &item.external_id,
                    name: &item.name,
                    variant: label,
                    level: asked.before.map(Level::get),
                    ..OwnRow::default()
                };
                file.push_failed(&row, asked.change, &why(outcome, item, place));
            }
        }
        file.into_text()
    }
}

/// Returns which level of an item had moved, by its place: its product's own comes first, then its
/// variants'; `None` where that is not why it was refused, or where nobody can tell.
pub fn stale_place(outcome: &Outcome, item: &SendItem) -> Option<usize> {
    let Outcome::Refused(error) = outcome else { return None };
    if !is_stale(outcome) {
        return None;
    }
    let count = levels(item).count();
    let told = error.path.as_deref().and_then(|path| place_of(path, item));
    let place = told.or_else(|| only_other(error, item))?;
    (place < count).then_some(place)
}

/// Returns the level that a path such as `items[3].variants[0].expectedQuantity` leads to.
fn place_of(path: &str, item: &SendItem) -> Option<usize> {
    let own = usize::from(item.product.is_some());
    match path.split_once(".variants[") {
        Some((_, rest)) => Some(own + rest.split_once(']')?.0.parse::<usize>().ok()?),
        None => item.product.map(|_| 0),
    }
}

/// Returns the only level that is not what the server found.
fn only_other(error: &ItemError, item: &SendItem) -> Option<usize> {
    let found = |before: Option<Level>| before.map(Level::get) == error.current_quantity;
    let mut others = levels(item).enumerate().filter(|(_, (_, asked))| !found(asked.before));
    let (place, _) = others.next()?;
    others.next().is_none().then_some(place)
}

#[cfg(test)]
mod tests;
