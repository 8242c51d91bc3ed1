//! What a server can do beyond the plain contract.

use serde::{Deserialize, Serialize};

/// The answer of `GET /api/v1/capabilities`; a server without it (404) has none of these.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each flag is one independent ability, named as in the wire format"
)]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Capabilities {
    /// The server's name and version, such as `stockroom 0.1.0`.
    pub server: String,
    /// Whether this is a demo store, whose demo keys work.
    pub demo: bool,
    /// Whether the app can sign in with a session (`/api/session`).
    pub sessions: bool,
    /// Whether somebody can sign in there by name and password ([`crate::account`]).
    pub people: bool,
    /// Whether `expectedQuantity` is honoured.
    pub expected_quantity: bool,
    /// Whether `Prefer: return=representation` is honoured on bulk requests.
    pub representation: bool,
    /// Whether all tracked products can be had as one stream ([`crate::snapshot`]).
    pub snapshot: bool,
    /// Whether the stock history can be read ([`crate::history`]).
    pub history: bool,
    /// Whether a run's fingerprint is kept and runs can be found by it.
    pub fingerprints: bool,
    /// Whether products can be imported from a CSV ([`crate::import`]).
    pub product_import: bool,
    /// Whether webhooks can be set up ([`crate::webhook`]).
    pub webhooks: bool,
    /// Whether writes must carry an idempotency key.
    pub idempotency_key_required: bool,
    /// The limits of a request.
    pub limits: Limits,
}

/// The limits of a request, and of how many there may be: null where that is not limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Limits {
    /// The most items of a bulk request.
    pub bulk_items: u64,
    /// The most products of a page.
    pub page_size: u64,
    /// The largest body in bytes.
    pub body_bytes: u64,
    /// The requests that read, from one address in a minute.
    pub read_per_minute: Option<u64>,
    /// The requests that read, for one store in a day.
    pub read_per_day: Option<u64>,
    /// The updates of one product's stock, from one address in a minute.
    pub single_per_minute: Option<u64>,
    /// The updates of one product's stock, for one store in a day.
    pub single_per_day: Option<u64>,
    /// The bulk requests, from one address in a minute.
    pub bulk_per_minute: Option<u64>,
    /// The bulk requests, for one store in a day.
    pub bulk_per_day: Option<u64>,
    /// The requests that create or change products, from one address in a minute.
    pub product_write_per_minute: Option<u64>,
    /// The requests that create or change products, for one store in a day.
    pub product_write_per_day: Option<u64>,
    /// The imports of products, from one address in an hour.
    pub import_per_hour: Option<u64>,
    /// The imports of products, for one store in a day.
    pub import_per_day: Option<u64>,
    /// The requests that read webhook endpoints and deliveries, from one address in a minute.
    pub webhook_read_per_minute: Option<u64>,
    /// The requests that read webhook endpoints and deliveries, for one store in a day.
    pub webhook_read_per_day: Option<u64>,
    /// The requests that change webhook endpoints or deliver again, from one address in a minute.
    pub webhook_write_per_minute: Option<u64>,
    /// The requests that change webhook endpoints or deliver again, for one store in a day.
    pub webhook_write_per_day: Option<u64>,
    /// The test events, from one address in a minute.
    pub webhook_test_per_minute: Option<u64>,
    /// The test events, for one store in a day.
    pub webhook_test_per_day: Option<u64>,
    /// The length of what is called a minute here, in seconds; 60 but for tests.
    pub minute_seconds: Option<u64>,
    /// The length of what is called an hour here, in seconds; 3,600 but for tests.
    pub hour_seconds: Option<u64>,
    /// The length of what is called a day here, in seconds; 86,400 but for tests.
    pub day_seconds: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bulk_items: crate::limits::MAX_BULK_ITEMS as u64,
            page_size: crate::limits::MAX_PAGE_SIZE,
            body_bytes: crate::limits::MAX_BODY_BYTES as u64,
            read_per_minute: None,
            read_per_day: None,
            single_per_minute: None,
            single_per_day: None,
            bulk_per_minute: None,
            bulk_per_day: None,
            product_write_per_minute: None,
            product_write_per_day: None,
            import_per_hour: None,
            import_per_day: None,
            webhook_read_per_minute: None,
            webhook_read_per_day: None,
            webhook_write_per_minute: None,
            webhook_write_per_day: None,
            webhook_test_per_minute: None,
            webhook_test_per_day: None,
            minute_seconds: None,
            hour_seconds: None,
            day_seconds: None,
        }
    }
}
