//! Makes new rows of a run: the rest once more, or what was applied taken back.

use std::cell::LazyCell;
use std::collections::HashMap;

use leptos::prelude::*;
use stockroom_worksheet::SendItem;

use super::{Desk, FRESH_MS};
use crate::browser::clock;
use crate::pages::update::draft::source_name;
use crate::pages::update::state::again::{Again, Follows, Made};
use crate::pages::update::state::drift::{Drift, can_move};
use crate::pages::update::state::{Msg, RunMsg};
use crate::stock::list::StockList;
use crate::words::Key;

/// The products of a page of the list.
const PAGE: usize = 100;
/// How many pages the hosted service reads in a minute.
const PAGES_A_MINUTE: usize = 60;

impl Desk {
    /// Makes rows of the run at hand, on the stock as it is now; `None` where it cannot be read.
    pub async fn rows_again(self, again: Again) -> Option<Made> {
        let needs_levels = matches!(again, Again::Undo | Again::UndoDifference | Again::Unsettled);
        if needs_levels && !self.stock.read_anew().await {
            return None;
        }
        self.with_levels(|now| {
            self.model.try_with_untracked(|model| {
                let apply = model.apply.as_ref()?;
                Some(apply.rows_again(again, now))
            })
        })?
    }

    /// Looks whether levels of confirmed items moved since the preview, where reading them again
    /// costs little.
    pub(super) async fn check_drift(self, items: Vec<SendItem>) {
        let age = untrack(|| self.stock.read_at()).map(|at| clock::now_ms() - at);
        // Where the server does not check what a set expects, this is the last that is known.
        let is_checked = self.connection.capabilities_untracked().expected_quantity;
        let is_old = !is_checked || age.is_none_or(|age| age > FRESH_MS);
        let may_move = items.iter().any(can_move);
        if may_move && is_old && self.reads_again() && !self.stock.read_anew().await {
            // What cannot be read now is not asked about; where the server can, it still refuses.
            return self.tell(Msg::Run(RunMsg::DriftChecked(Drift { items, moved: Vec::new() })));
        }
        let drift = self.with_levels(|now| Drift::of(items, now));
        self.tell(Msg::Run(RunMsg::DriftChecked(drift)));
    }

    /// Returns a level as the list has it, by SKU and label, and follows it.
    pub fn level_now(self, sku: &str, label: &str) -> Option<i64> {
        self.stock.with(|list| {
            let item = &list.by_key(sku)?.item;
            if label.is_empty() {
                return item.quantity;
            }
            item.variants.iter().find(|variant| variant.label == label)?.quantity
        })
    }

    /// Tells whether the stock can be read again within a minute's requests.
    fn reads_again(self) -> bool {
        let capabilities = self.connection.capabilities_untracked();
        let pages = self.stock.with_untracked(|list| list.rows().len()).div_ceil(PAGE);
        capabilities.snapshot || pages <= PAGES_A_MINUTE
    }

    /// Calls `with` with a reader of levels as the list has them, by SKU and label.
    fn with_levels<T>(self, with: impl FnOnce(&dyn Fn(&str, &str) -> Option<i64>) -> T) -> T {
        self.stock.with_untracked(|list| {
            // Adjusts ask for none.
            let levels = LazyCell::new(|| levels_of(list));
            with(&|sku, label| levels.get(&(sku, label)).copied())
        })
    }

    /// Opens rows that were made as a worksheet of their own.
    pub fn open_again(self, again: Again, made: Made) {
        let name = untrack(|| {
            let of = match again {
                Again::Rest => Key::UpdateAgainRestOf,
                Again::KeepCount | Again::KeepDifference => Key::UpdateKeepOf,
                Again::Unsettled => Key::UpdateAgainUnsettledOf,
                Again::Undo | Again::UndoDifference => Key::UpdateUndoOf,
            };
            let source = self.with_untracked(|model| {
                let apply = model.apply.as_ref()?;
                Some(source_name(self.words, &apply.name, apply.origin))
            });
            self.words.fill(of, &[("name", &source.unwrap_or_default())])
        });
        let Some(run) = self.run_id() else { return };
        let follows = Follows { run, again };
        self.tell(Msg::RowsMade { name, text: made.text, follows });
    }
}

/// Returns the levels that are known, by SKU and label; the product's own has a blank one.
fn levels_of(list: &StockList) -> HashMap<(&str, &str), i64> {
    let mut levels = HashMap::with_capacity(list.rows().len());
    for row in list.rows() {
        let Some(sku) = row.item.external_id.as_deref() else { continue };
        levels.extend(row.item.quantity.map(|level| ((sku, ""), level)));
        for variant in &row.item.variants {
            levels.extend(variant.quantity.map(|level| ((sku, &*variant.label), level)));
        }
    }
    levels
}
