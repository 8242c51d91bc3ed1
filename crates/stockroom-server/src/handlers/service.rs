//! `GET /api/v1/capabilities`, `/healthz` and `/readyz`, and `/metrics` at an address of its own.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use stockroom_api::capabilities::{Capabilities, Limits};
use stockroom_api::envelope::Envelope;
use stockroom_api::key::Environment;

use super::success;
use crate::app::{App, Demo, Idempotency};
use crate::error::ApiError;
use crate::readiness;
use crate::store::Store;
use crate::store::accounts::Standing;

/// Tells what this server can do beyond the plain contract.
pub async fn get_capabilities<S: Store>(State(app): State<App<S>>) -> Json<Envelope<Capabilities>> {
    if let Some(gateway) = &app.gateway {
        // Stock is the hosted service's, people are of this server.
        return success(Capabilities {
            server: concat!("stockroom ", env!("CARGO_PKG_VERSION"), ", gateway").to_owned(),
            demo: false,
            sessions: true,
            people: has_people(&app).await,
            ..gateway.capabilities().await
        });
    }
    let mut limits = Limits::default();
    if let Some(requests) = app.settings.limits {
        requests.tell(&mut limits);
    }
    success(Capabilities {
        server: concat!("stockroom ", env!("CARGO_PKG_VERSION")).to_owned(),
        demo: app.settings.demo == Demo::On,
        sessions: true,
        people: has_people(&app).await,
        expected_quantity: true,
        representation: true,
        snapshot: true,
        history: true,
        fingerprints: true,
        product_import: true,
        webhooks: true,
        idempotency_key_required: app.settings.idempotency == Idempotency::Required,
        limits,
    })
}

/// Tells whether there is anybody who may sign in by name, so that the app knows what to ask for first.
async fn has_people<S: Store>(app: &App<S>) -> bool {
    let look = async {
        let Some(info) = app.store.info().await? else { return Ok(false) };
        let rows = app.store.users(info.store_id, app.now()).await?;
        Ok::<_, ApiError>(rows.iter().any(|row| row.standing == Standing::Enabled))
    };
    // All else that is told here is so without the database too.
    look.await.unwrap_or(false)
}

/// Tells that the server answers and its database too.
pub async fn get_health<S: Store>(State(app): State<App<S>>) -> Result<&'static str, ApiError> {
    app.store.info().await?;
    Ok("ok\n")
}

/// Tells whether requests should be sent here; 503 with one word of why where they should not.
pub async fn get_readiness<S: Store>(State(app): State<App<S>>) -> Response {
    match app.readiness.state(&app.store).await {
        readiness::State::Ready => "ready\n".into_response(),
        readiness::State::Stopping => unready("stopping\n"),
        readiness::State::NotWritable => unready("database\n"),
    }
}

/// Tells what this process counts about itself, in the text format of Prometheus.
pub async fn get_metrics<S: Store>(State(app): State<App<S>>) -> impl IntoResponse {
    let figures = app.store.figures(app.now()).await;
    if let Err(error) = &figures {
        tracing::warn!(%error, "the database did not tell its figures");
    }
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    let queues = app.gateway.as_ref().map(|gateway| {
        [Environment::Live, Environment::Test]
            .map(|environment| (environment.as_str(), gateway.standing(environment)))
    });
    (kind, app.metrics.text(figures.as_ref().ok(), queues.as_ref().map_or(&[], |queues| queues)))
}

fn unready(why: &'static str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")], why).into_response()
}
