//! What a server can do beyond the plain contract.

use serde::{Deserialize, Serialize};

/// The answer of `GET /api/v1/capabilities`; a server without it (404) has none of these.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each flag is one independent ability, named as in the wire format"
)]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Capabilities {
    /// The server's name and version, such as `stockroom 0.1.0`.
    pub server: String,
    /// Whether this is a demo store, whose demo keys work.
    pub demo: bool,
    /// Whether the app can sign in with a session (`/api/session`).
    pub sessions: bool,
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
    /// Whether writes must carry an idempotency key.
    pub idempotency_key_required: bool,
    /// The limits of a request.
    pub limits: Limits,
}

/// The limits of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Limits {
    /// The most items of a bulk request.
    pub bulk_items: u64,
    /// The most products of a page.
    pub page_size: u64,
    /// The largest body in bytes.
    pub body_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bulk_items: crate::limits::MAX_BULK_ITEMS as u64,
            page_size: crate::limits::MAX_PAGE_SIZE,
            body_bytes: crate::limits::MAX_BODY_BYTES as u64,
        }
    }
}
