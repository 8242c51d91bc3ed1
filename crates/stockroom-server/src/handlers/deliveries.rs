//! `/dev/webhooks/…/deliveries`: what endpoints were told, and telling them anew.

use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use stockroom_api::code::ErrorCode;
use stockroom_api::limits::MAX_PAGE_SIZE;
use stockroom_api::read::Refusal;
use stockroom_api::webhook::{Delivery, DeliveryPage, DeliveryState};

use super::paging::{from_one, parameters};
use super::webhooks::{inactive, not_found as endpoint_not_found};
use super::{Answered, success};
use crate::app::App;
use crate::auth::Allowed;
use crate::error::ApiError;
use crate::idempotency::{self, Answer, Preference};
use crate::request::{Reference, WriteRequest};
use crate::store::Store;
use crate::store::data::Page;
use crate::store::webhooks::{Retried, RetriedAll, WebhookTransaction as _};

/// The parameters of the list.
#[derive(Clone, Copy, Debug)]
pub struct DeliveryListing {
    state: Option<DeliveryState>,
    page: Page,
}

/// Lists what was sent to an endpoint, the newest first.
pub async fn list_deliveries<S: Store>(
    State(app): State<App<S>>,
    Allowed(authority): Allowed,
    Reference(endpoint): Reference,
    DeliveryListing { state, page }: DeliveryListing,
) -> Answered<DeliveryPage> {
    let found = app.store.deliveries(authority.scope, &endpoint, state, page).await?;
    found.map(success).ok_or_else(endpoint_not_found)
}

/// Returns one delivery with its body and all attempts.
pub async fn get_delivery<S: Store>(
    State(app): State<App<S>>,
    Allowed(authority): Allowed,
    Reference(id): Reference,
) -> Answered<Delivery> {
    let found = app.store.delivery(authority.scope, &id).await?;
    found.map(success).ok_or_else(not_found)
}

/// Sends an event again at once, whatever became of it, with all its tries before it.
pub async fn retry_delivery<S: Store>(
    State(app): State<App<S>>,
    Reference(id): Reference,
    request: WriteRequest,
) -> Result<Response, ApiError> {
    let (scope, now) = (request.authority.scope, app.now());
    let work = idempotency::once(&app, &request, move |tx| {
        Box::pin(async move {
            match tx.retry_delivery(scope, &id, now).await? {
                Retried::Due => {}
                Retried::InProgress => return Err(in_progress()),
                Retried::Inactive => return Err(inactive()),
                Retried::Unknown => return Err(not_found()),
            }
            let delivery = tx.delivery(scope, &id).await?.ok_or_else(not_found)?;
            Answer::json(StatusCode::ACCEPTED, delivery, Preference::None)
        })
    });
    work.await
}

/// Sends all events again of which every try to an endpoint failed.
pub async fn retry_failed<S: Store>(
    State(app): State<App<S>>,
    Reference(endpoint): Reference,
    request: WriteRequest,
) -> Result<Response, ApiError> {
    let (scope, now) = (request.authority.scope, app.now());
    let work = idempotency::once(&app, &request, move |tx| {
        Box::pin(async move {
            let retried = match tx.retry_failed(scope, &endpoint, now).await? {
                RetriedAll::Due(retried) => retried,
                RetriedAll::Inactive => return Err(inactive()),
                RetriedAll::Unknown => return Err(endpoint_not_found()),
            };
            Answer::json(StatusCode::ACCEPTED, retried, Preference::None)
        })
    });
    work.await
}

impl<S: Store> FromRequestParts<App<S>> for DeliveryListing {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App<S>) -> Result<Self, ApiError> {
        Ok(read(&parameters(&parts.uri)?)?)
    }
}

fn read(pairs: &[(String, String)]) -> Result<DeliveryListing, Refusal> {
    let mut listing =
        DeliveryListing { state: None, page: Page { number: 1, limit: MAX_PAGE_SIZE } };
    for (name, value) in pairs {
        match name.as_str() {
            "page" => listing.page.number = from_one(name, value)?,
            "limit" => listing.page.limit = from_one(name, value)?.min(MAX_PAGE_SIZE),
            "state" => listing.state = Some(read_state(value)?),
            _ => {}
        }
    }
    Ok(listing)
}

fn read_state(value: &str) -> Result<DeliveryState, Refusal> {
    let state = DeliveryState::from_api(value);
    if DeliveryState::ALL.contains(&state) {
        return Ok(state);
    }
    let message = format!("`state` is \"{value}\": it must be pending, delivered or failed.");
    Err(Refusal::at("state", message))
}

fn not_found() -> ApiError {
    let message = "No delivery has this id; they are forgotten after 30 days.";
    ApiError::new(StatusCode::NOT_FOUND, ErrorCode::WebhookDeliveryNotFound, message)
}

fn in_progress() -> ApiError {
    let message = "This delivery is being sent at this moment. Look at it again in some seconds.";
    ApiError::new(StatusCode::CONFLICT, ErrorCode::WebhookDeliveryInProgress, message)
        .with_retry_after(10)
}
