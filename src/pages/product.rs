//! One product, as a panel over the list.

use leptos::prelude::*;

use crate::route::ListQuery;

/// The panel.
#[component]
pub fn ProductPanel(id: String, list: ListQuery) -> impl IntoView {
    let _ = (id, list);
}
