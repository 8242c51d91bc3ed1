//! `/dev/store/products`: listing, creating, reading, changing and deleting products, and the stock of
//! one variant.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use stockroom_api::product::{Product, ProductPage};
use stockroom_api::read::product::{read_new_product, read_product_update, read_variant_stock};

use super::paging::ProductListing;
use super::{Answered, success};
use crate::app::App;
use crate::auth::Allowed;
use crate::error::ApiError;
use crate::idempotency::{self, Answer, Preference};
use crate::products::{change, create, delete, set_variant};
use crate::random::new_id;
use crate::request::{Reference, VariantReference, WriteRequest};
use crate::store::Store;
use crate::store::data::{ProductRow, Source};

/// Lists the products in full, all or those that are looked for.
pub async fn list_products<S: Store>(
    State(app): State<App<S>>,
    Allowed(authority): Allowed,
    ProductListing { filter, page }: ProductListing,
) -> Answered<ProductPage> {
    Ok(success(app.store.products(authority.scope, filter, page).await?))
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
    let record = request.record(Source::Product);
    let random = Arc::clone(&app.random);
    let work = idempotency::once(&app, &request, move |tx| {
        Box::pin(async move {
            // Only what is really made takes ids.
            let row = ProductRow {
                id: new_id(&*random, record.at),
                variant_ids: new.variants.iter().map(|_| new_id(&*random, record.at)).collect(),
                new,
            };
            let created = create(tx, scope, &record, &row).await?;
            Answer::json(StatusCode::CREATED, created, Preference::None)
        })
    });
    work.await
}

/// Changes a product, by id or SKU: what is absent stays.
pub async fn update_product<S: Store>(
    State(app): State<App<S>>,
    Reference(reference): Reference,
    request: WriteRequest,
) -> Result<Response, ApiError> {
    let update = read_product_update(&request.body)?;
    let scope = request.authority.scope;
    let record = request.record(Source::Product);
    let random = Arc::clone(&app.random);
    let work = idempotency::once(&app, &request, move |tx| {
        Box::pin(async move {
            let ids = || new_id(&*random, record.at);
            let changed = change(tx, scope, &record, &reference, update, ids).await?;
            Answer::json(StatusCode::OK, changed, Preference::None)
        })
    });
    work.await
}

/// Deletes a product, by id or SKU.
pub async fn delete_product<S: Store>(
    State(app): State<App<S>>,
    Reference(reference): Reference,
    request: WriteRequest,
) -> Result<Response, ApiError> {
    let scope = request.authority.scope;
    let record = request.record(Source::Product);
    let work = idempotency::once(&app, &request, move |tx| {
        Box::pin(async move {
            let deleted = delete(tx, scope, &record, &reference).await?;
            Answer::json(StatusCode::OK, deleted, Preference::None)
        })
    });
    work.await
}

/// Sets the level of one variant, by its id.
pub async fn update_variant_stock<S: Store>(
    State(app): State<App<S>>,
    VariantReference { product, variant }: VariantReference,
    request: WriteRequest,
) -> Result<Response, ApiError> {
    let wanted = read_variant_stock(&request.body)?;
    let scope = request.authority.scope;
    let record = request.record(Source::Variant);
    let work = idempotency::once(&app, &request, move |tx| {
        Box::pin(async move {
            let after = set_variant(tx, scope, &record, &product, &variant, wanted).await?;
            Answer::json(StatusCode::OK, after, Preference::None)
        })
    });
    work.await
}
