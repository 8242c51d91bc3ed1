//! `PATCH /dev/store/inventory/bulk`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use stockroom_api::read::bulk::read_bulk;

use crate::app::App;
use crate::applying::{apply_bulk, nfc};
use crate::error::ApiError;
use crate::idempotency::{self, Answer, Preference, Start};
use crate::request::WriteRequest;
use crate::store::Store;
use crate::store::data::Source;

/// Updates up to 200 products; what can be applied is, item by item.
pub async fn update_bulk<S: Store>(
    State(app): State<App<S>>,
    request: WriteRequest,
) -> Result<Response, ApiError> {
    let items = read_bulk(&request.body, nfc)?;
    let mut claim = match idempotency::start(&app, &request).await? {
        Start::Replayed(response) => return Ok(response),
        Start::First(claim) => claim,
    };
    let record = request.record(Source::Bulk);
    let scope = request.authority.scope;
    let mut outcome = apply_bulk(&mut claim.tx, scope, &record, items).await?;
    if request.preference == Preference::None {
        outcome.results = None;
    }
    let answer = Answer::json(StatusCode::OK, outcome, request.preference)?;
    claim.finish(&app, answer).await
}
