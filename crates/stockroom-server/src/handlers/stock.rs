//! `PATCH /dev/store/products/{id}/stock`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use stockroom_api::read::stock::read_stock;

use crate::app::App;
use crate::applying::{apply_single, nfc};
use crate::error::ApiError;
use crate::idempotency::{self, Answer, Preference};
use crate::request::{Reference, WriteRequest};
use crate::store::data::Source;
use crate::store::{Store, Transaction as _};

/// Sets the levels of one product and its variants, all or none.
pub async fn update_stock<S: Store>(
    State(app): State<App<S>>,
    Reference(reference): Reference,
    request: WriteRequest,
) -> Result<Response, ApiError> {
    let ask = read_stock(&request.body, nfc)?;
    let scope = request.authority.scope;
    let record = request.record(Source::Single);
    let work = idempotency::once(&app, &request, move |tx| {
        Box::pin(async move {
            let unknown = || ApiError::product_not_found(&reference);
            let before = tx.stock(scope, &reference).await?.ok_or_else(unknown)?;
            apply_single(tx, scope, &record, before, &ask).await??;
            let after = tx.product(scope, &reference).await?.ok_or_else(unknown)?;
            Answer::json(StatusCode::OK, after, Preference::None)
        })
    });
    work.await
}
