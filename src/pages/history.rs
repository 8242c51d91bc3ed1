//! What became of the stock: the runs of this browser, and on our server every change of a level.

pub mod levels;
pub mod run;
pub mod runs;

use leptos::prelude::*;

use crate::app::frame::PageHead;
use crate::connection::use_connection;
use crate::pages::part::{UpdatePart, use_update};
use crate::route::{HistoryView, Route, use_navigator};
use crate::words::{Key, use_words};
use levels::{Levels, LevelsProps, Of};

/// The screen.
#[component]
pub fn HistoryPage() -> impl IntoView {
    let words = use_words();
    let navigator = use_navigator();
    let connection = use_connection();
    let update = use_update();
    let view = Memo::new(move |_| match navigator.route() {
        Route::History(view) => view,
        _ => HistoryView::default(),
    });
    // Who looks at one run's or one product's levels is not after the list of runs.
    let is_whole = Memo::new(move |_| view.get() == HistoryView::default());
    view! {
        <PageHead title=words.label(Key::AppHistory) />
        <Show when=move || is_whole.get()>
            {update.show(UpdatePart::runs, 3, None)}
        </Show>
        <Show when=move || connection.capabilities().history>
            <Levels view=view of=Of::Store />
        </Show>
    }
}

/// What became of a product's levels lately.
#[component]
pub fn ProductHistory(
    /// Its id.
    id: String,
) -> impl IntoView {
    let view = Memo::new(move |_| HistoryView { product: id.clone(), ..HistoryView::default() });
    Levels(LevelsProps { view, of: Of::Product })
}
