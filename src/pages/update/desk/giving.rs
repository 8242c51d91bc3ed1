//! The stock as the worksheet gets it: before a file is chosen, once, and again where it changed.

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_domain::stock::Product;
use stockroom_worksheet::Ask;

use super::{Desk, FRESH_MS};
use crate::browser::clock;
use crate::pages::update::state::Msg;
use crate::stock::list::StockList;

/// How many products go to the worker at a time: the page stays quick in between.
const PRODUCTS_AT_A_TIME: usize = 500;
/// How much of which stock the worker has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Given {
    /// The [`crate::stock::list::StockList::version`].
    version: u64,
    /// The products, in the list's order.
    products: usize,
}

impl Desk {
    /// Starts the worker before it is needed, and gives it the stock once that is read; follows
    /// whether it is.
    pub fn warm_up(self) {
        // Whether it starts is told when a file is opened.
        let has_worker = self.link().is_ok();
        let is_read = !self.stock.progress().is_reading;
        if has_worker && is_read && self.stock.with_untracked(StockList::is_whole) {
            spawn_local(async move {
                self.give_stock().await;
            });
        }
    }

    /// Gives the worksheet the stock: at once what is read, and all of it when it is fresh.
    pub(super) fn take_stock(self) {
        let age = untrack(|| self.stock.read_at()).map(|at| clock::now_ms() - at);
        let is_reading = untrack(|| self.stock.progress()).is_reading;
        if is_reading || age.is_none_or(|age| age > FRESH_MS) {
            self.tools.update_value(|tools| tools.wants_stock = true);
            if !is_reading {
                self.stock.refresh();
            }
            spawn_local(self.feed_stock(false));
        } else {
            spawn_local(self.feed_stock(true));
        }
    }

    pub(super) async fn feed_stock(self, is_whole: bool) {
        if is_whole {
            self.tools.update_value(|tools| {
                tools.wants_stock = false;
                tools.looked_up.clear();
            });
        }
        if self.give_stock().await.is_some() {
            self.tell(Msg::StockTaken { is_whole });
        }
    }

    /// Gives the worksheet all products that are read, as far as it does not have them.
    pub(super) async fn give_stock(self) -> Option<()> {
        let link = self.link().ok()?;
        self.tools.update_value(|tools| tools.feedings += 1);
        let feedings = || self.tools.try_with_value(|tools| tools.feedings);
        let this_one = feedings();
        let mut waits_for = None;
        while feedings() == this_one {
            // Some are made ready while the worker takes those before.
            let asked = match self.next_products() {
                Some(ask) => Some(link.begin(&ask).ok()?),
                None => None,
            };
            let is_last = asked.is_none();
            if let Some(before) = std::mem::replace(&mut waits_for, asked) {
                before.await.ok()?;
            }
            if is_last {
                return Some(());
            }
        }
        // A later one goes on, with what is newer.
        None
    }

    /// Returns what the worksheet is to be given next, and notes that it has it; `None` where it has all.
    fn next_products(self) -> Option<Ask> {
        let given = self.tools.try_with_value(|tools| tools.given).flatten();
        self.stock.with_untracked(|list| {
            let version = list.version();
            let note = |products| {
                let given = Given { version, products };
                self.tools.try_update_value(|tools| tools.given = Some(given));
            };
            let Some(Given { products, .. }) = given.filter(|given| given.version == version)
            else {
                note(0);
                return Some(Ask::NewStock);
            };
            let some: Vec<Product> = list
                .rows()
                .iter()
                .skip(products)
                .take(PRODUCTS_AT_A_TIME)
                .map(|row| Product::from(row.item.clone()))
                .collect();
            note(products + some.len());
            (!some.is_empty()).then_some(Ask::AddStock(some))
        })
    }

    /// Looks up SKUs that the list does not have: they may be untracked, or not exist.
    pub(super) async fn look_up(self, skus: Vec<String>) {
        let mut found = Vec::new();
        for sku in skus {
            let is_new = self.tools.try_update_value(|tools| tools.looked_up.insert(sku.clone()));
            if is_new == Some(true)
                && let Ok(product) = self.connection.product(&sku).await
            {
                found.push(Product::from(product));
            }
        }
        if found.is_empty() {
            return;
        }
        // With more than the list it has none that is known here: another file begins anew.
        self.tools.try_update_value(|tools| tools.given = None);
        if self.ask(Ask::AddStock(found)).await.is_some() {
            self.tell(Msg::ProductsFound);
        }
    }
}
