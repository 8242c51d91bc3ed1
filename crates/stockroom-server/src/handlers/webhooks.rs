//! `/dev/webhooks/endpoints`: who is told of events.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use stockroom_api::code::ErrorCode;
use stockroom_api::key::Environment;
use stockroom_api::limits::MAX_PAGE_SIZE;
use stockroom_api::read::Refusal;
use stockroom_api::read::webhook::{read_endpoint_changes, read_new_endpoint, read_rotation};
use stockroom_api::webhook::{
    DeletedEndpoint, Endpoint, EndpointPage, EventKind, MAX_ENDPOINTS, TestData, WebhookEvent,
};

use super::{Answered, success};
use crate::app::App;
use crate::auth::Allowed;
use crate::error::ApiError;
use crate::idempotency::{self, Answer, Preference};
use crate::random::{Random, new_id};
use crate::request::{Reference, WriteRequest};
use crate::secret::hex;
use crate::store::data::Scope;
use crate::store::webhooks::{EndpointRow, PlainEvent, WebhookTransaction};
use crate::store::{Store, Stored};
use crate::webhooks::signing::{new_secret, standard_form};
use crate::webhooks::target::{self, Targets};

/// Lists the endpoints, without their secrets.
pub async fn list_endpoints<S: Store>(
    State(app): State<App<S>>,
    Allowed(authority): Allowed,
) -> Answered<EndpointPage> {
    let rows = app.store.endpoints(authority.scope).await?;
    let items: Vec<Endpoint> = rows.iter().map(|row| shown(row, app.now())).collect();
    let total = items.len() as u64;
    Ok(success(EndpointPage { items, page: 1, limit: MAX_PAGE_SIZE, total, has_more: false }))
}

/// Returns one endpoint, without its secret.
pub async fn get_endpoint<S: Store>(
    State(app): State<App<S>>,
    Allowed(authority): Allowed,
    Reference(id): Reference,
) -> Answered<Endpoint> {
    let rows = app.store.endpoints(authority.scope).await?;
    let row = rows.into_iter().find(|row| row.id == id).ok_or_else(not_found)?;
    Ok(success(shown(&row, app.now())))
}

/// Makes an endpoint; this answer alone tells its secret.
pub async fn create_endpoint<S: Store>(
    State(app): State<App<S>>,
    request: WriteRequest,
) -> Result<Response, ApiError> {
    let new = read_new_endpoint(&request.body)?;
    check_url(&new.url, app.settings.webhook_targets)?;
    let scope = request.authority.scope;
    let (random, now) = (Arc::clone(&app.random), app.now());
    let work = idempotency::once(&app, &request, move |tx| {
        Box::pin(async move {
            if tx.endpoints(scope).await?.len() >= MAX_ENDPOINTS {
                return Err(too_many());
            }
            let row = EndpointRow {
                number: None,
                id: format!("we_{}", new_id(&*random, now)),
                url: new.url,
                events: new.events,
                secret: new_secret(&*random),
                old_secret: None,
                active: true,
                disabled: None,
                failing_since: None,
                given_up: 0,
                created_at: now,
                updated_at: now,
            };
            tx.save_endpoint(scope, &row).await?;
            Answer::json(StatusCode::CREATED, with_secret(&row, now), Preference::None)
        })
    });
    work.await
}

/// Changes an endpoint; what is left out stays.
pub async fn update_endpoint<S: Store>(
    State(app): State<App<S>>,
    Reference(id): Reference,
    request: WriteRequest,
) -> Result<Response, ApiError> {
    let changes = read_endpoint_changes(&request.body)?;
    if let Some(url) = &changes.url {
        check_url(url, app.settings.webhook_targets)?;
    }
    let (scope, now) = (request.authority.scope, app.now());
    let work = idempotency::once(&app, &request, move |tx| {
        Box::pin(async move {
            let mut row = needed(tx, scope, &id).await??;
            row.url = changes.url.unwrap_or(row.url);
            row.events = changes.events.unwrap_or(row.events);
            row.active = changes.active.unwrap_or(row.active);
            row.updated_at = now;
            if changes.active.is_some() {
                // Whoever decides about it knows what the server had found; it starts anew.
                row.disabled = None;
                row.failing_since = None;
                row.given_up = 0;
            }
            tx.save_endpoint(scope, &row).await?;
            if let (Some(true), Some(number)) = (changes.active, row.number) {
                tx.hasten_deliveries(scope, number, now).await?;
            }
            Answer::json(StatusCode::OK, shown(&row, now), Preference::None)
        })
    });
    work.await
}

/// Deletes an endpoint, with what is on its way there.
pub async fn delete_endpoint<S: Store>(
    State(app): State<App<S>>,
    Reference(id): Reference,
    request: WriteRequest,
) -> Result<Response, ApiError> {
    let scope = request.authority.scope;
    let work = idempotency::once(&app, &request, move |tx| {
        Box::pin(async move {
            if !tx.delete_endpoint(scope, &id).await? {
                return Err(not_found());
            }
            let gone = DeletedEndpoint { id, deleted: true };
            Answer::json(StatusCode::OK, gone, Preference::None)
        })
    });
    work.await
}

/// Gives an endpoint a new secret, which this answer alone tells; the old one goes on signing too for
/// some hours.
pub async fn rotate_secret<S: Store>(
    State(app): State<App<S>>,
    Reference(id): Reference,
    request: WriteRequest,
) -> Result<Response, ApiError> {
    let grace = SignedDuration::from_hours(read_rotation(&request.body)?);
    let scope = request.authority.scope;
    let (random, now) = (Arc::clone(&app.random), app.now());
    let work = idempotency::once(&app, &request, move |tx| {
        Box::pin(async move {
            let mut row = needed(tx, scope, &id).await??;
            let until = now.checked_add(grace).unwrap_or(now);
            row.old_secret = (until > now).then_some((row.secret, until));
            row.secret = new_secret(&*random);
            row.updated_at = now;
            tx.save_endpoint(scope, &row).await?;
            Answer::json(StatusCode::OK, with_secret(&row, now), Preference::None)
        })
    });
    work.await
}

/// Sends a test event, as any other event is sent; the answer is its delivery.
pub async fn test_endpoint<S: Store>(
    State(app): State<App<S>>,
    Reference(id): Reference,
    request: WriteRequest,
) -> Result<Response, ApiError> {
    let scope = request.authority.scope;
    let (random, now) = (Arc::clone(&app.random), app.now());
    let work = idempotency::once(&app, &request, move |tx| {
        Box::pin(async move {
            if !needed(tx, scope, &id).await??.active {
                return Err(inactive());
            }
            let event = test_event(scope, &id, &*random, now)?;
            let delivery = tx.send_to(scope, &id, &event).await?.ok_or_else(not_found)?;
            let delivery = tx.delivery(scope, &delivery).await?.ok_or_else(ApiError::internal)?;
            Answer::json(StatusCode::ACCEPTED, delivery, Preference::None)
        })
    });
    work.await
}

fn test_event(
    scope: Scope,
    endpoint: &str,
    random: &dyn Random,
    now: Timestamp,
) -> Result<PlainEvent, ApiError> {
    let id = format!("evt_{}", new_id(random, now).replace('-', ""));
    let timestamp = format!("{now:.3}");
    let event = WebhookEvent {
        id: id.clone(),
        event: EventKind::Test,
        created_at: timestamp.clone(),
        timestamp,
        sandbox: scope.environment == Environment::Test,
        data: TestData {
            endpoint_id: endpoint.to_owned(),
            message: "This is a test: the endpoint can be reached.".to_owned(),
        },
    };
    let body = serde_json::to_string(&event).map_err(|_| ApiError::internal())?;
    Ok(PlainEvent { id, kind: EventKind::Test, at: now, body })
}

async fn needed<T: WebhookTransaction>(
    tx: &mut T,
    scope: Scope,
    id: &str,
) -> Stored<Result<EndpointRow, ApiError>> {
    let rows = tx.endpoints(scope).await?;
    Ok(rows.into_iter().find(|row| row.id == id).ok_or_else(not_found))
}

fn check_url(url: &str, targets: Targets) -> Result<(), Refusal> {
    target::check(url, targets).map_err(|message| Refusal::at("url", message))
}

fn shown(row: &EndpointRow, now: Timestamp) -> Endpoint {
    let text = |at: Timestamp| format!("{at:.3}");
    let old_secret_until = row.old_secret.map(|(_, until)| until).filter(|until| *until > now);
    Endpoint {
        id: row.id.clone(),
        url: row.url.clone(),
        events: row.events.clone(),
        active: row.active,
        secret: None,
        signing_secret: None,
        disabled_reason: row.disabled.map(|(reason, _)| reason),
        disabled_at: row.disabled.map(|(_, at)| text(at)),
        failing_since: row.failing_since.map(text),
        old_secret_until: old_secret_until.map(text),
        created_at: text(row.created_at),
        updated_at: text(row.updated_at),
    }
}

fn with_secret(row: &EndpointRow, now: Timestamp) -> Endpoint {
    Endpoint {
        secret: Some(hex(&row.secret.0)),
        signing_secret: Some(standard_form(&row.secret)),
        ..shown(row, now)
    }
}

fn too_many() -> ApiError {
    let message = format!(
        "This store has {MAX_ENDPOINTS} webhook endpoints, the most there may be. Delete one."
    );
    ApiError::new(StatusCode::CONFLICT, ErrorCode::WebhookEndpointLimit, message)
}

pub(super) fn not_found() -> ApiError {
    let message = "No webhook endpoint has this id.";
    ApiError::new(StatusCode::NOT_FOUND, ErrorCode::WebhookEndpointNotFound, message)
}

pub(super) fn inactive() -> ApiError {
    let message = "This webhook endpoint is turned off. Send `\"active\": true` to it first.";
    ApiError::new(StatusCode::CONFLICT, ErrorCode::WebhookEndpointInactive, message)
}
