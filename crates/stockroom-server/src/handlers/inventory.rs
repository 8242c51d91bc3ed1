//! `GET /dev/store/inventory`.

use axum::extract::State;
use stockroom_api::inventory::InventoryPage;

use super::paging::Listing;
use super::{Answered, success};
use crate::app::App;
use crate::auth::Allowed;
use crate::store::Store;

/// Lists the tracked products, all or only the low ones.
pub async fn list_inventory<S: Store>(
    State(app): State<App<S>>,
    Allowed(authority): Allowed,
    listing: Listing,
) -> Answered<InventoryPage> {
    let scope = authority.scope;
    let page = app.store.inventory(scope, listing.which, listing.page).await?;
    Ok(success(page))
}
