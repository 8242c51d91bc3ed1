//! A filter with its count.

use leptos::prelude::*;

/// A button that filters; `aria-pressed` says whether it is on.
#[component]
pub fn Chip(
    /// Its word.
    #[prop(into)]
    label: Signal<String>,
    /// How many it shows, formatted.
    #[prop(into)]
    count: Signal<String>,
    /// Whether it filters now.
    #[prop(into)]
    is_on: Signal<bool>,
    /// Called on a click.
    #[prop(into)]
    on_press: Callback<()>,
    /// A class beside `chip`: `bad`, `warn`.
    #[prop(default = "")]
    tone: &'static str,
) -> impl IntoView {
    // Nothing found is nothing to worry about.
    let is_none = Memo::new(move |_| count.with(|count| matches!(count.as_str(), "0" | "٠")));
    view! {
        <button
            type="button"
            class=move || if is_none.get() { "chip".to_owned() } else { format!("chip {tone}") }
            aria-pressed=move || is_on.get().to_string()
            on:click=move |_| on_press.run(())
        >
            {move || label.get()}
            " "
            <span class="chip-count">{move || count.get()}</span>
        </button>
    }
}
