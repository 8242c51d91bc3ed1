//! The inventory.
use leptos::prelude::*;
use crate::app::frame::PageHead;
use crate::words::{Key, use_words};

/// The inventory screen.
#[component]
pub fn InventoryPage() -> impl IntoView {
    let words = use_words();
    view! { <PageHead title=Signal::derive(move || words.text(Key::InventoryTitle).to_owned()) /> }
}
