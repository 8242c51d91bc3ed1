//! `GET` and `POST /dev/store/products`, `GET /dev/store/products/{id}`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use stockroom_api::product::{Product, ProductPage};
use stockroom_api::read::product::read_new_product;

use super::paging::Listing;
use super::{Answered, success};
use crate::app::App;
use crate::auth::Allowed;
use crate::error::ApiError;
use crate::idempotency::{self, Answer, Preference};
use crate::random::new_id;
use crate::request::{Reference, WriteRequest};
use crate::store::data::ProductRow;
use crate::store::{Store, Transaction as _};

/// Lists all products in full.
pub async fn list_products<S: Store>(
    State(app): State<App<S>>,
    Allowed(authority): Allowed,
    listing: Listing,
) -> Answered<ProductPage> {
    let page = app.store.products(authority.scope, listing.page).await?;
    Ok(success(page))
}

/// Returns one product, by id or SKU.
pub async fn get_product<S: Store>(
    State(app): State<App<S>>,
    Allowed(authority): Allowed,
    Reference(reference): Reference,
) -> Answered<Product> {
    let found = app.store.product(authority.scope, &reference).await?;
    found.map(success).ok_or_else(|| ApiError::product_not_found(&reference))
}

/// Creates a product.
pub async fn create_product<S: Store>(
    State(app): State<App<S>>,
    request: WriteRequest,
) -> Result<Response, ApiError> {
    let new = read_new_product(&request.body)?;
    let scope = request.authority.scope;
    let (random, now) = (Arc::clone(&app.random), app.now());
    let work = idempotency::once(&app, &request, move |tx| {
        Box::pin(async move {
            // Only what is really made takes ids.
            let row = ProductRow {
                id: new_id(&*random, now),
                variant_ids: new.variants.iter().map(|_| new_id(&*random, now)).collect(),
                new,
            };
            tx.insert_product(scope, &row, now).await?;
            let created = tx.product(scope, &row.id).await?.ok_or_else(ApiError::internal)?;
            Answer::json(StatusCode::CREATED, created, Preference::None)
        })
    });
    work.await
}
