//! Settings.
use crate::app::frame::PageHead;
use crate::words::{Key, use_words};
use leptos::prelude::*;

/// The settings screen.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let words = use_words();
    view! { <PageHead title=Signal::derive(move || words.text(Key::SettingsTitle).to_owned()) /> }
}
