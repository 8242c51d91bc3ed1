//! `GET /dev/store/products/import/template` and `POST /dev/store/products/import-csv`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use stockroom_api::import::ImportTemplate;
use stockroom_api::read::import::{is_confirm, read_import};
use stockroom_domain::product_import::template;

use super::{Answered, success};
use crate::app::App;
use crate::auth::Allowed;
use crate::error::ApiError;
use crate::idempotency::{self, Answer, Preference};
use crate::imports::{Confirmed, Import};
use crate::limiting;
use crate::limits::Class;
use crate::random::new_id;
use crate::request::{WriteRequest, read_body};
use crate::store::Store;
use crate::store::data::Source;

/// The body of an import. A preview is counted as an import; what confirms it, which takes the file
/// through once more, as a change of products.
#[derive(Debug)]
pub struct ImportWrite(WriteRequest);

impl<S: Store> FromRequest<App<S>> for ImportWrite {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App<S>) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let body = read_body(body).await?;
        if is_confirm(&body) {
            limiting::count_as(&mut parts, Class::ProductWrite);
        }
        let request = Request::from_parts(parts, Body::from(body));
        WriteRequest::from_request(request, app).await.map(Self)
    }
}

/// Returns the file that a merchant fills.
pub async fn get_import_template(Allowed(_): Allowed) -> Answered<ImportTemplate> {
    Ok(success(ImportTemplate { csv: template(), filename: "products-template.csv".to_owned() }))
}

/// Tells what a file of products would do, or does it.
pub async fn import_products<S: Store>(
    State(app): State<App<S>>,
    ImportWrite(request): ImportWrite,
) -> Result<Response, ApiError> {
    let mut ask = read_import(&request.body)?;
    let (confirmed, if_errors) = (ask.confirmed.take(), ask.if_errors);
    let scope = request.authority.scope;
    let reading = tokio::task::spawn_blocking(move || Import::read(ask));
    let import = reading.await.map_err(|_| ApiError::internal())?;
    let Some(token) = confirmed else {
        // Nothing is written, so that nothing need be remembered of it.
        let known = app.store.products_by_external_id(scope, import.skus()).await?;
        return Ok(success(import.preview(scope, &known)).into_response());
    };
    let confirmed = Confirmed { token, if_errors };
    let record = request.record(Source::Import);
    let random = Arc::clone(&app.random);
    let work = idempotency::once(&app, &request, move |tx| {
        Box::pin(async move {
            let ids = || new_id(&*random, record.at);
            let done = import.confirm(tx, scope, &record, &confirmed, ids).await?;
            Answer::json(StatusCode::OK, done, Preference::None)
        })
    });
    work.await
}
