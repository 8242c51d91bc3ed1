//! Writes what a run did not apply: in the form of its source while that is here, else in our own.

use leptos::prelude::*;
use stockroom_client::run::Outcome;
use stockroom_worksheet::SendItem;

use super::Desk;
use crate::browser::files;
use crate::pages::update::tell;

impl Desk {
    /// Writes what was not applied of a run whose rows are not here.
    pub(super) fn write_rest(self) {
        let why = |outcome: &Outcome, item: &SendItem, place: usize| {
            let why = tell::not_applied(self.words, outcome, item, Some(place));
            why.unwrap_or_default()
        };
        let file = self.model.with_untracked(|model| {
            let text = untrack(|| model.apply.as_ref().map(|apply| apply.rest_file(why)));
            Some((model.rest_file_name(), text?))
        });
        if let Some((name, text)) = file {
            files::save_bytes(&name, "text/csv", text.as_bytes());
        }
    }

    /// Returns the rows of items that were not applied, each with why.
    pub(super) fn not_applied(self) -> Vec<(u32, String)> {
        self.model.with_untracked(|model| {
            let Some(apply) = &model.apply else { return Vec::new() };
            let items = apply.items.iter().zip(apply.run.outcomes());
            let rows = |(item, outcome): (&SendItem, &Outcome)| {
                let why = untrack(|| tell::not_applied(self.words, outcome, item, None));
                let row = move |row: &u32| Some((*row, why.clone()?));
                item.rows.iter().filter_map(row).collect::<Vec<_>>()
            };
            items.flat_map(rows).collect()
        })
    }
}
