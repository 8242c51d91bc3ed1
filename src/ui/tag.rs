//! A word in a coloured box.

use leptos::prelude::*;

/// A word with a tone: `bad`, `warn`, `info`, `good` or none.
#[component]
pub fn Tag(
    /// The word.
    #[prop(into)]
    label: String,
    /// Its tone.
    #[prop(default = "")]
    tone: &'static str,
) -> impl IntoView {
    view! { <span class=format!("tag {tone}")>{label}</span> }
}
