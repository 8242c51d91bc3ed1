//! What stands where nothing is: an empty list, a list that loads.

use leptos::prelude::*;

/// One sentence and the next action.
#[component]
pub fn EmptyState(
    /// The sentence.
    #[prop(into)]
    title: Signal<String>,
    /// What it means.
    #[prop(into, optional)]
    about: Signal<String>,
    /// Buttons or links.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <p class="empty-title" dir="auto">{move || title.get()}</p>
            <p class="empty-about">{move || about.get()}</p>
            {children.map(|children| view! { <div class="empty-actions">{children()}</div> })}
        </div>
    }
}

/// Grey bars in the shape of what is coming; nothing for the first 300 ms.
#[component]
pub fn Skeleton(
    /// The number of rows.
    rows: usize,
    /// What is said aloud.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    view! {
        <div class="skeleton-rows" role="status">
            <span class="visually-hidden">{move || label.get()}</span>
            {(0..rows)
                .map(|_| view! { <div class="skeleton-row"><span class="skeleton"></span><span class="skeleton"></span><span class="skeleton"></span></div> })
                .collect_view()}
        </div>
    }
}
