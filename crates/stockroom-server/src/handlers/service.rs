//! `GET /api/v1/capabilities` and `GET /healthz`.

use axum::Json;
use axum::extract::State;
use stockroom_api::capabilities::{Capabilities, Limits};
use stockroom_api::envelope::Envelope;

use super::success;
use crate::app::{App, Demo, Idempotency};
use crate::error::ApiError;
use crate::store::Store;

/// Tells what this server can do beyond the plain contract.
pub async fn get_capabilities<S: Store>(State(app): State<App<S>>) -> Json<Envelope<Capabilities>> {
    let mut limits = Limits::default();
    if let Some(requests) = app.settings.limits {
        requests.tell(&mut limits);
    }
    success(Capabilities {
        server: concat!("stockroom ", env!("CARGO_PKG_VERSION")).to_owned(),
        demo: app.settings.demo == Demo::On,
        sessions: true,
        expected_quantity: true,
        representation: true,
        snapshot: true,
        history: true,
        fingerprints: true,
        idempotency_key_required: app.settings.idempotency == Idempotency::Required,
        limits,
    })
}

/// Tells that the server answers and its database too.
pub async fn get_health<S: Store>(State(app): State<App<S>>) -> Result<&'static str, ApiError> {
    app.store.info().await?;
    Ok("ok\n")
}
