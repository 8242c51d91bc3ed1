//! Makes new rows of a run: the rest once more, or what was applied taken back.

use std::collections::HashMap;

use leptos::prelude::*;

use super::Desk;
use crate::pages::update::draft::source_name;
use crate::pages::update::state::Msg;
use crate::pages::update::state::again::{Again, Made};
use crate::words::Key;

impl Desk {
    /// Makes rows of the run at hand, on the stock as it is now; `None` where it cannot be read.
    pub async fn rows_again(self, again: Again) -> Option<Made> {
        if matches!(again, Again::Undo | Again::UndoDifference) && !self.stock.read_anew().await {
            return None;
        }
        self.model.try_with_untracked(|model| {
            let apply = model.apply.as_ref()?;
            self.stock.with_untracked(|list| {
                let rows = list.rows().iter();
                let by_sku = rows.filter_map(|row| Some((row.item.external_id.as_deref()?, row)));
                let by_sku: HashMap<&str, _> = by_sku.collect();
                Some(apply.rows_again(again, |sku, label| {
                    let item = &by_sku.get(sku)?.item;
                    if label.is_empty() {
                        return item.quantity;
                    }
                    item.variants.iter().find(|variant| variant.label == label)?.quantity
                }))
            })
        })?
    }

    /// Opens rows that were made as a worksheet of their own.
    pub fn open_again(self, again: Again, made: Made) {
        let name = untrack(|| {
            let of = match again {
                Again::Rest => Key::UpdateAgainRestOf,
                Again::KeepCount | Again::KeepDifference => Key::UpdateKeepOf,
                Again::Undo | Again::UndoDifference => Key::UpdateUndoOf,
            };
            let source = self.with_untracked(|model| {
                let apply = model.apply.as_ref()?;
                Some(source_name(self.words, &apply.name, apply.origin))
            });
            self.words.fill(of, &[("name", &source.unwrap_or_default())])
        });
        self.tell(Msg::RowsMade { name, text: made.text });
    }
}
