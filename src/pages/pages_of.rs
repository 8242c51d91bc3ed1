//! The pages of a list in the merchant's words: which rows these are, of how many.

use leptos::prelude::*;

use crate::ui::Pager;
use crate::words::{Key, use_words};

/// The way through `count` rows by pages of `size`.
#[component]
pub fn PagesOf(
    /// How many rows there are.
    #[prop(into)]
    count: Signal<usize>,
    /// The page that is shown, from 1.
    #[prop(into)]
    page: Signal<u64>,
    /// The rows of a page.
    size: usize,
    /// Called with the page that somebody wants.
    #[prop(into)]
    on_go: Callback<u64>,
) -> impl IntoView {
    let words = use_words();
    let number = move |n: usize| words.number(i64::try_from(n).unwrap_or(i64::MAX));
    let pages = Signal::derive(move || count.get().div_ceil(size).max(1));
    let rows = Signal::derive(move || {
        let before = usize::try_from(page.get() - 1).unwrap_or(usize::MAX).saturating_mul(size);
        let (first, last) = (before + 1, before.saturating_add(size).min(count.get()));
        let values = [number(first), number(last), number(count.get())];
        let [first, last, total] = &values;
        words.fill(Key::PagerRows, &[("first", first), ("last", last), ("total", total)])
    });
    let last = Signal::derive(move || words.fill(Key::PagerOf, &[("pages", &number(pages.get()))]));
    view! {
        <Pager
            label=words.label(Key::PagerLabel)
            rows=rows
            page=page
            pages=Signal::derive(move || pages.get() as u64)
            last=last
            names=[Key::PagerBack, Key::PagerPage, Key::PagerOn].map(|key| words.label(key))
            on_go=on_go
        />
    }
}
