//! One file per group of endpoints; each handler asks by parameter for what it needs.

pub mod account;
pub mod assets;
pub mod audit;
pub mod bulk;
pub mod deliveries;
pub mod documentation;
pub mod fallback;
pub mod history;
pub mod imports;
pub mod inventory;
mod negotiation;
pub mod paging;
pub mod products;
pub mod service;
pub mod session;
pub mod snapshot;
pub mod stock;
pub mod users;
pub mod webhooks;

use axum::Json;
use serde::Serialize;
use stockroom_api::envelope::Envelope;

use crate::error::ApiError;

/// What a reading handler answers.
pub type Answered<T> = Result<Json<Envelope<T>>, ApiError>;

fn success<T: Serialize>(data: T) -> Json<Envelope<T>> {
    Json(Envelope::of(data))
}
