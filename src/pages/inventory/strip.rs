//! The figures over the list: products, units, low, out, and how stock stands as a whole.

use leptos::prelude::*;

use super::state::{Shares, shares};
use crate::stock::use_stock;
use crate::words::{Key, Plural, use_words};

/// The strip; figures that are not known yet keep their place.
#[component]
pub fn Strip() -> impl IntoView {
    let words = use_words();
    let stock = use_stock();
    let number = move |n: u64| words.number(i64::try_from(n).unwrap_or(i64::MAX));
    let is_known = move || stock.read_at().is_some();
    let is_whole = Memo::new(move |_| stock.with(crate::stock::list::StockList::is_whole));
    let shares = Memo::new(move |_| stock.with(shares));
    let figure = move |label: Key, value: Signal<String>, is_so_far: Signal<bool>| {
        view! {
            <div class="stat">
                <dt>{words.t(label)}</dt>
                <dd>
                    <b>{move || if is_known() { value.get() } else { "\u{a0}".to_owned() }}</b>
                    {move || (is_known() && is_so_far.get()).then(|| view! {
                        <span class="so-far">{words.text(Key::InventorySoFar)}</span>
                    })}
                </dd>
            </div>
        }
    };
    let all = Signal::derive(move || number(stock.with(|list| list.all().products)));
    let units =
        Signal::derive(move || words.number(stock.with(crate::stock::list::StockList::units)));
    let low = Signal::derive(move || number(stock.with(|list| list.low().products)));
    let out = Signal::derive(move || number(stock.with(|list| list.out().products)));
    let never = Signal::derive(|| false);
    let partly = Signal::derive(move || !is_whole.get());
    view! {
        <dl class="strip">
            {figure(Key::InventoryProducts, all, never)}
            {figure(Key::InventoryUnits, units, partly)}
            {figure(Key::InventoryLow, low, never)}
            {figure(Key::InventoryOut, out, partly)}
            <div class="stat health">
                <dt>{words.t(Key::InventoryHealth)}</dt>
                <dd>{move || is_known().then(|| view! { <Distribution shares=shares.get() /> })}</dd>
            </div>
        </dl>
    }
}

/// One bar of five parts, with the figures under it.
#[component]
fn Distribution(shares: Shares) -> impl IntoView {
    let words = use_words();
    let parts = [
        ("out", shares.out, Plural::InventoryHealthOut),
        ("low", shares.low, Plural::InventoryHealthLow),
        ("fine", shares.fine, Plural::InventoryHealthFine),
        ("plenty", shares.plenty, Plural::InventoryHealthPlenty),
        ("unset", shares.unset, Plural::InventoryHealthUnset),
    ];
    let shown = parts.into_iter().filter(|(_, products, _)| *products > 0);
    let bar = shown.clone().map(|(tone, products, _)| {
        view! { <span class=format!("part {tone}") style:flex-grow=products.to_string()></span> }
    });
    let legend = shown.map(move |(tone, products, label)| {
        let products = i64::try_from(products).unwrap_or(i64::MAX);
        view! {
            <li>
                <span class=format!("dot {tone}") aria-hidden="true"></span>
                {move || words.count(label, products, &[])}
            </li>
        }
    });
    view! {
        <div class="distribution" aria-hidden="true">{bar.collect_view()}</div>
        <ul class="legend">{legend.collect_view()}</ul>
    }
}
