//! `PATCH /dev/store/products/{id}/stock`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use stockroom_api::read::stock::read_stock;

use crate::app::App;
use crate::applying::{apply_single, nfc};
use crate::error::ApiError;
use crate::idempotency::{self, Answer, Preference, Start};
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
    let mut claim = match idempotency::start(&app, &request).await? {
        Start::Replayed(response) => return Ok(response),
        Start::First(claim) => claim,
    };
    let scope = request.authority.scope;
    let unknown = || ApiError::product_not_found(&reference);
    let found = claim.tx.product(scope, &reference).await?;
    let before = found.ok_or_else(unknown)?;
    let id = before.id.clone();
    let record = request.record(Source::Single);
    apply_single(&mut claim.tx, scope, &record, before, &ask).await??;
    let after = claim.tx.product(scope, &id).await?.ok_or_else(unknown)?;
    let answer = Answer::json(StatusCode::OK, after, Preference::None)?;
    claim.finish(&app, answer).await
}
