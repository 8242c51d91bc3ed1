//! `PATCH /dev/store/inventory/bulk`.

use std::sync::{Arc, OnceLock};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use stockroom_api::read::bulk::read_bulk;

use crate::app::App;
use crate::applying::{Results, apply_bulk, nfc};
use crate::error::ApiError;
use crate::idempotency::{self, Answer, Preference};
use crate::request::WriteRequest;
use crate::store::Store;
use crate::store::data::Source;

/// Updates up to 200 products; what can be applied is, item by item.
pub async fn update_bulk<S: Store>(
    State(app): State<App<S>>,
    request: WriteRequest,
) -> Result<Response, ApiError> {
    let items = read_bulk(&request.body, nfc)?;
    let (scope, preference) = (request.authority.scope, request.preference);
    let results = match preference {
        Preference::Applied => Results::Wanted,
        Preference::None => Results::LeftOut,
    };
    let record = request.record(Source::Bulk);
    let done = Arc::new(OnceLock::new());
    let counted = Arc::clone(&done);
    let work = idempotency::once(&app, &request, move |tx| {
        Box::pin(async move {
            let outcome = apply_bulk(tx, scope, &record, items, results).await?;
            // The work is done once; whether it lasts is known after the commit.
            let _ = counted.set((outcome.updated, outcome.failed));
            Answer::json(StatusCode::OK, outcome, preference)
        })
    });
    let answer = work.await?;
    if let Some((updated, failed)) = done.get() {
        app.metrics.count_items(*updated, *failed);
    }
    Ok(answer)
}
