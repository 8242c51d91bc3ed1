//! One page of products as the server has it: read when the address says another, when somebody
//! signs in, and when a product that was open over it is closed.

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::product::{Product, ProductQuery};

use crate::browser::page;
use crate::connection::{Connection, Failure, use_connection};
use crate::route::{Navigator, ProductsView, Route, use_navigator};

/// How many products a page has.
pub const SOME: usize = 50;

/// What was read; copy it into closures.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    connection: Connection,
    navigator: Navigator,
    view: Memo<ProductsView>,
    /// The products of the page.
    pub items: RwSignal<Vec<Product>>,
    /// Which page they are, from 1.
    pub page: RwSignal<u64>,
    total: RwSignal<Option<u64>>,
    /// Whether an answer is awaited.
    pub is_busy: RwSignal<bool>,
    /// Why the last reading gave nothing.
    pub failure: RwSignal<Option<Failure>>,
    /// Counts the requests: an answer to one of before is dropped.
    round: StoredValue<u32>,
}

impl Reading {
    /// Reads what `view` says, and again when the product of `open` is closed.
    pub fn start(view: Memo<ProductsView>, open: Memo<Option<String>>) -> Self {
        let reading = Self {
            connection: use_connection(),
            navigator: use_navigator(),
            view,
            items: RwSignal::new(Vec::new()),
            page: RwSignal::new(1),
            total: RwSignal::new(None),
            is_busy: RwSignal::new(true),
            failure: RwSignal::new(None),
            round: StoredValue::new(0),
        };
        let sign_ins = move || reading.connection.sign_ins();
        Effect::new(move |before: Option<(ProductsView, u32, bool)>| {
            let now = (view.get(), sign_ins(), open.with(Option::is_some));
            let (is_same, was_open) = match &before {
                Some(before) => ((&before.0, before.1) == (&now.0, now.1), before.2),
                None => (false, false),
            };
            if !is_same || (was_open && !now.2) {
                reading.read();
            }
            now
        });
        reading
    }

    /// Returns how many products match, once that is known, and follows it.
    pub fn total(self) -> Option<u64> {
        self.total.get()
    }

    /// Reads the page anew; what is shown stays until it is replaced.
    pub fn read(self) {
        let round = self.round.get_value().wrapping_add(1);
        self.round.set_value(round);
        self.is_busy.set(true);
        self.failure.set(None);
        let view = self.view.get_untracked();
        let query = ProductQuery {
            search: Some(view.search.trim().to_owned()).filter(|search| !search.is_empty()),
            status: view.status,
            page: Some(view.page),
            limit: Some(SOME as u64),
        };
        spawn_local(async move {
            let found = self.connection.products(&query).await;
            if self.round.try_get_value() != Some(round) {
                return;
            }
            match found {
                // The list became shorter: its last page is the nearest that there is.
                Ok(found) if found.items.is_empty() && found.total > 0 && view.page > 1 => {
                    let page = found.total.div_ceil(SOME as u64);
                    self.navigator.replace(&Route::Products(ProductsView { page, ..view }));
                    return;
                }
                Ok(found) => {
                    page::keep_focus(|| {
                        self.page.try_set(view.page);
                        self.items.try_set(found.items);
                    });
                    self.total.try_set(Some(found.total));
                }
                Err(failure) => {
                    self.failure.try_set(Some(failure));
                }
            }
            self.is_busy.try_set(false);
        });
    }

    /// Has the next page begin at its first row.
    pub fn goes_to_top(self) {
        page::scroll_to_top();
    }
}
