//! Update stock: one worksheet from source to result.

use leptos::prelude::*;

use crate::app::frame::PageHead;
use crate::words::{Key, use_words};

/// The Update stock screen.
#[component]
pub fn UpdatePage() -> impl IntoView {
    let words = use_words();
    view! { <PageHead title=Signal::derive(move || words.text(Key::AppUpdate).to_owned()) /> }
}
