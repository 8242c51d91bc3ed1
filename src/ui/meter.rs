//! A bar with a mark, such as a level against its threshold.

use leptos::prelude::*;

/// The bar, with its mark at a quarter; figures stand beside it, so it says nothing aloud.
#[component]
pub fn Meter(
    /// How much is full, in per cent.
    share: u32,
    /// The colour: `fine`, `low`, `out`, `plenty`, `unset`.
    tone: &'static str,
) -> impl IntoView {
    view! {
        <span class="meter" aria-hidden="true">
            <span class=format!("meter-fill {tone}") style:width=format!("{share}%")></span>
            <span class="meter-mark"></span>
        </span>
    }
}
