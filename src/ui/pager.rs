//! The way through a list that is shown by pages.

use leptos::prelude::*;

use super::{Icon, Sign};

/// Which rows are shown, one page back, one on, and a field for any other.
#[component]
pub fn Pager(
    /// What it leads through, for those who do not see it.
    #[prop(into)]
    label: Signal<String>,
    /// Which rows are shown: `51–100 of 1,234`.
    #[prop(into)]
    rows: Signal<String>,
    /// The page that is shown, from 1.
    #[prop(into)]
    page: Signal<u64>,
    /// How many pages there are.
    #[prop(into)]
    pages: Signal<u64>,
    /// What stands behind the field: `of 25`.
    #[prop(into)]
    last: Signal<String>,
    /// The names of the way back, of the field, and of the way on.
    names: [Signal<String>; 3],
    /// Called with the page that somebody wants, which is one of them.
    #[prop(into)]
    on_go: Callback<u64>,
) -> impl IntoView {
    let [back, field, on] = names;
    let go = move |to: u64| {
        let to = to.clamp(1, pages.get_untracked().max(1));
        if to != page.get_untracked() {
            on_go.run(to);
        }
    };
    let typed = move |event: leptos::ev::Targeted<leptos::ev::Event, web_sys::HtmlInputElement>| {
        let text = event.target().value();
        if let Ok(to) = text.trim().parse() {
            go(to);
        }
        // What is no page, and one beyond the last, gives way to the one that is shown.
        event.target().set_value(&page.get_untracked().to_string());
    };
    let step = move |name: Signal<String>, class: &'static str, is_end: Signal<bool>, by: i64| {
        view! {
            <button
                type="button"
                class=class
                aria-label=move || name.get()
                aria-disabled=move || is_end.get().then_some("true")
                on:click=move |_| go(page.get_untracked().saturating_add_signed(by))
            >
                <Icon sign=Sign::Chevron />
            </button>
        }
    };
    let is_first = Signal::derive(move || page.get() <= 1);
    let is_last = Signal::derive(move || page.get() >= pages.get());
    view! {
        <nav class="pager" aria-label=move || label.get()>
            <p class="pager-rows" role="status">{move || rows.get()}</p>
            <Show when=move || { pages.get() > 1 }>
                <div class="pager-ways">
                    {step(back, "button icon-only pager-back", is_first, -1)}
                    <input
                        class="input pager-page"
                        type="text"
                        inputmode="numeric"
                        autocomplete="off"
                        dir="ltr"
                        aria-label=move || field.get()
                        prop:value=move || page.get().to_string()
                        on:change:target=typed
                    />
                    <span class="muted">{move || last.get()}</span>
                    {step(on, "button icon-only", is_last, 1)}
                </div>
            </Show>
        </nav>
    }
}
