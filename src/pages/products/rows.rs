//! A page of products as rows, on a phone as cards; up and down move between them.

use leptos::prelude::*;
use stockroom_api::product::{Product, Status};

use super::reading::{Reading, SOME};
use crate::browser::page;
use crate::route::{ProductsView, Route, Under};
use crate::ui::Tag;
use crate::words::{Key, Plural, Words, use_words};

/// The columns with their classes.
const COLUMNS: [(&str, Key); 7] = [
    ("p-name", Key::InventoryProduct),
    ("p-sku", Key::InventorySku),
    ("p-price end", Key::ProductsPriceLabel),
    ("p-status", Key::ProductsStatus),
    ("p-stock end", Key::ProductsQuantity),
    ("p-threshold end", Key::InventoryThreshold),
    ("p-updated end", Key::ProductsUpdated),
];

/// The table.
#[component]
pub fn Rows(reading: Reading, view: Memo<ProductsView>) -> impl IntoView {
    let words = use_words();
    let first = move || (reading.page.get() - 1) * SOME as u64;
    let heading = move |(class, key): (&'static str, Key)| {
        view! { <div role="columnheader" class=class>{words.t(key)}</div> }
    };
    let rows = move || {
        let first = first();
        let under = Under::Products(view.get());
        let row = |(at, product): (usize, &Product)| {
            let number = first + at as u64 + 2;
            row(words, product, at, number, under.clone())
        };
        reading.items.with(|items| items.iter().enumerate().map(row).collect_view())
    };
    view! {
        <div
            class="products"
            role="table"
            aria-label=words.t(Key::AppProducts)
            aria-rowcount=move || (reading.total().unwrap_or_default() + 1).to_string()
            aria-busy=move || reading.is_busy.get().to_string()
            on:keydown=move |event| steer(&event, reading.items.with_untracked(Vec::len))
        >
            <div class="products-head" role="rowgroup">
                <div class="products-row" role="row" aria-rowindex="1">
                    {COLUMNS.map(heading).collect_view()}
                </div>
            </div>
            <div class="products-rows" role="rowgroup">{rows}</div>
        </div>
    }
}

/// Returns the id of the link of the row at this place.
fn link_id(at: usize) -> String {
    format!("product-{at}")
}

/// Up, down, first and last go from product to product.
fn steer(event: &leptos::ev::KeyboardEvent, count: usize) {
    let has_modifier = event.ctrl_key() || event.meta_key() || event.alt_key();
    let Some(at) = (0..count).find(|at| page::has_focus(&link_id(*at))) else { return };
    let to = match event.key().as_str() {
        "ArrowDown" => at + 1,
        "ArrowUp" if at > 0 => at - 1,
        "Home" => 0,
        "End" => count - 1,
        _ => return,
    };
    if !has_modifier && to < count && page::focus(&link_id(to)) {
        event.prevent_default();
    }
}

fn row(
    words: Words,
    product: &Product,
    at: usize,
    number: u64,
    under: Under,
) -> impl IntoView + use<> {
    let id = product.external_id.clone().unwrap_or_else(|| product.id.clone());
    let href = Route::Product { id, under }.href();
    let variants = i64::try_from(product.variants.len()).ok().filter(|count| *count > 0);
    let variants = variants.map(|count| {
        let count = words.count(Plural::InventoryVariants, count, &[]);
        view! { <span class="muted variants">"· "{count}</span> }
    });
    let sku = match product.external_id.clone() {
        Some(sku) => view! { <bdi class="sku" dir="ltr">{sku}</bdi> }.into_any(),
        None => view! { <span class="muted">{words.text(Key::InventoryNoSku)}</span> }.into_any(),
    };
    let status = match product.status {
        Status::Active => view! { <Tag label=words.text(Key::ProductsOnSale) tone="good" /> },
        _ => view! { <Tag label=words.text(Key::ProductDisabled) /> },
    };
    let quantity = match product.quantity {
        Some(units) => view! { <b>{words.number(units)}</b> }.into_any(),
        None => {
            view! { <span class="muted">{words.text(Key::InventoryNotTracked)}</span> }.into_any()
        }
    };
    let threshold = product.low_stock_threshold.map(|units| words.number(units));
    let low_below =
        threshold.as_ref().map(|units| words.fill(Key::ProductThreshold, &[("threshold", units)]));
    let price = words.money(product.price);
    let updated = product.updated_at.clone().map(|at| {
        let when = words.moment(&at);
        view! { <time datetime=at>{when}</time> }
    });
    view! {
        <div class="products-row" role="row" aria-rowindex=number.to_string()>
            <div role="cell" class="p-name">
                <a id=link_id(at) class="name" href=href><bdi dir="auto">{product.name.clone()}</bdi></a>
                {variants}
            </div>
            <div role="cell" class="p-sku">{sku}</div>
            <div role="cell" class="p-price end">
                <span class="desk-only">{price.clone()}</span>
                <span class="phone-only">
                    {words.fill(Key::ProductsAmount, &[("amount", &price)])}
                </span>
            </div>
            <div role="cell" class="p-status">{status}</div>
            <div role="cell" class="p-stock end">{quantity}</div>
            <div role="cell" class="p-threshold end muted">
                <span class="desk-only">{threshold}</span>
                <span class="phone-only">{low_below}</span>
            </div>
            <div role="cell" class="p-updated end muted">{updated}</div>
        </div>
    }
}
