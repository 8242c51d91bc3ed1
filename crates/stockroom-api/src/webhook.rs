//! Webhooks: endpoints that are told of events, the events themselves, and what was delivered.
//!
//! Read [`WebhookEvent`] for what a receiver gets, [`Endpoint`] and [`Delivery`] for what the API
//! tells about it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The most failed deliveries that one request sends again.
pub const MAX_RETRIED: usize = 1_000;
/// The most endpoints of a store, in test and in live each.
pub const MAX_ENDPOINTS: usize = 5;
/// The longest address of an endpoint, in characters.
pub const MAX_URL_CHARACTERS: usize = 2_000;
/// The hours for which the old secret goes on signing after a rotation, where none are given.
pub const GRACE_HOURS: i64 = 24;
/// The most hours for which it can go on.
pub const MAX_GRACE_HOURS: i64 = 168;

/// Something that endpoints are told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum EventKind {
    /// A product's level went from its threshold or above to below it.
    #[serde(rename = "product.stock_low")]
    StockLow,
    /// A product's level reached 0.
    #[serde(rename = "product.stock_out")]
    StockOut,
    /// Somebody asked for it, to see whether the endpoint answers.
    #[serde(rename = "webhook.test")]
    Test,
    /// A kind that this version does not know.
    #[serde(other, rename = "unknown")]
    Unknown,
}

impl EventKind {
    /// The kinds that an endpoint can listen to, in the order in which they happen.
    pub const STOCK: [Self; 2] = [Self::StockLow, Self::StockOut];

    /// Returns the API's word for this kind.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StockLow => "product.stock_low",
            Self::StockOut => "product.stock_out",
            Self::Test => "webhook.test",
            Self::Unknown => "unknown",
        }
    }

    /// Returns the kind that the API's word names.
    pub fn from_api(word: &str) -> Self {
        let known = [Self::StockLow, Self::StockOut, Self::Test];
        known.into_iter().find(|kind| kind.as_str() == word).unwrap_or(Self::Unknown)
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a receiver gets as the body of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookEvent<T> {
    /// The event's id, the same in every try and for every endpoint; also the header `webhook-id`.
    pub id: String,
    /// The kind of event.
    pub event: EventKind,
    /// When it happened, ISO 8601 in UTC.
    pub timestamp: String,
    /// The same again, as some receivers expect it.
    pub created_at: String,
    /// Whether it is about test data.
    pub sandbox: bool,
    /// What happened.
    pub data: T,
}

/// A product whose level crossed, as it was then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct StockData {
    /// The product's id.
    pub product_id: String,
    /// Its SKU; null where it has none.
    pub external_id: Option<String>,
    /// Its name.
    pub name: String,
    /// The level after the change.
    pub quantity: i64,
    /// The level before the change.
    pub previous_quantity: i64,
    /// Its threshold; null where it has none.
    pub low_stock_threshold: Option<i64>,
    /// Grows with every event of this product, by any step: of two, the one with the higher number is
    /// later.
    pub sequence: i64,
}

/// What a test event says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TestData {
    /// The endpoint that is tried.
    pub endpoint_id: String,
    /// A sentence for people.
    pub message: String,
}

/// An address that is told of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// The endpoint's id, opaque.
    pub id: String,
    /// Where events are sent.
    pub url: String,
    /// The kinds of events that are sent there.
    pub events: Vec<EventKind>,
    /// Whether events are sent at all.
    pub active: bool,
    /// The secret as 64 hexadecimal digits; only in the answer that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// The same secret as libraries of Standard Webhooks take it: `whsec_` and base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_secret: Option<String>,
    /// Why the server stopped sending; null where it did not.
    #[serde(default)]
    pub disabled_reason: Option<DisabledReason>,
    /// When it did, ISO 8601 in UTC.
    #[serde(default)]
    pub disabled_at: Option<String>,
    /// Since when nothing sent there has arrived; null where the last did.
    #[serde(default)]
    pub failing_since: Option<String>,
    /// Until when requests are signed with the secret before this one too.
    #[serde(default)]
    pub old_secret_until: Option<String>,
    /// When it was made, ISO 8601 in UTC.
    pub created_at: String,
    /// When it was last changed, ISO 8601 in UTC.
    pub updated_at: String,
}

/// Why the server stopped sending to an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum DisabledReason {
    /// It answered 410: nobody listens there any more.
    Gone,
    /// Nothing arrived for days.
    Failing,
    /// A reason that this version does not know.
    #[serde(other)]
    Unknown,
}

/// The endpoints of a store's environment: there are so few that one page holds them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EndpointPage {
    /// The endpoints, the oldest first.
    pub items: Vec<Endpoint>,
    /// This page's number, always 1.
    pub page: u64,
    /// The endpoints per page.
    pub limit: u64,
    /// The number of endpoints.
    pub total: u64,
    /// Whether a page follows: never.
    pub has_more: bool,
}

/// The body that makes an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewEndpoint {
    /// Where events are sent: an https address.
    pub url: String,
    /// The kinds of events, at least one.
    pub events: Vec<EventKind>,
}

/// The body that changes an endpoint; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EndpointChanges {
    /// Where events are sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The kinds of events, at least one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<EventKind>>,
    /// Whether events are sent; true also turns on what the server had stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

/// The body that makes a new secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Rotation {
    /// For how many hours the old secret goes on signing too: 0 to 168, 24 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace_hours: Option<i64>,
}

/// An endpoint that is no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeletedEndpoint {
    /// The endpoint's id.
    pub id: String,
    /// Always true.
    pub deleted: bool,
}

/// An event on its way to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// The delivery's id, opaque.
    pub id: String,
    /// The endpoint.
    pub endpoint_id: String,
    /// The event's id, also the header `webhook-id`.
    pub event_id: String,
    /// The kind of event.
    pub event: EventKind,
    /// The product that it is about, as it was then; absent where it is about none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<DeliveredProduct>,
    /// How it stands.
    pub state: DeliveryState,
    /// How often it was sent.
    pub attempts: u32,
    /// When the event happened, ISO 8601 in UTC.
    pub created_at: String,
    /// When it is sent next; null where it is not, or waits for an earlier one of its product.
    #[serde(default)]
    pub next_attempt_at: Option<String>,
    /// How it was sent last; null before the first time.
    #[serde(default)]
    pub last_attempt: Option<Attempt>,
    /// The body as it is sent, letter for letter; only where one delivery is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    /// Every attempt, the newest first; only where one delivery is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt_log: Option<Vec<Attempt>>,
}

/// The product that a delivered event is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DeliveredProduct {
    /// The product's id.
    pub id: String,
    /// Its SKU; null where it had none.
    #[serde(default)]
    pub external_id: Option<String>,
    /// Its name.
    pub name: String,
}

/// What became of asking for all failed deliveries of an endpoint anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RetriedDeliveries {
    /// How many are sent again, the oldest first.
    pub retried: u64,
    /// How many failed ones are left; ask once more for them.
    pub left: u64,
}

/// How a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    /// It is sent now or later.
    Pending,
    /// The endpoint took it.
    Delivered,
    /// Every try failed.
    Failed,
    /// A state that this version does not know.
    #[serde(other)]
    Unknown,
}

impl DeliveryState {
    /// The states that a list can be asked for.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Delivered, Self::Failed];

    /// Returns the API's word for this state.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    /// Returns the state that the API's word names.
    pub fn from_api(word: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.as_str() == word).unwrap_or(Self::Unknown)
    }
}

/// One request to an endpoint, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// When it was sent, ISO 8601 in UTC.
    pub at: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The HTTP status; null where no answer came.
    #[serde(default)]
    pub status: Option<u16>,
    /// What went wrong, in words; null where it was taken.
    #[serde(default)]
    pub error: Option<String>,
    /// The beginning of the answer's body; null where there was none.
    #[serde(default)]
    pub response: Option<String>,
}

/// A page of the deliveries to an endpoint, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DeliveryPage {
    /// The deliveries of this page.
    pub items: Vec<Delivery>,
    /// This page's number, from 1.
    pub page: u64,
    /// The deliveries per page.
    pub limit: u64,
    /// The number of deliveries on all pages.
    pub total: u64,
    /// Whether a page follows.
    pub has_more: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for kind in [EventKind::StockLow, EventKind::StockOut, EventKind::Test] {
            assert_eq!(EventKind::from_api(kind.as_str()), kind);
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        for state in DeliveryState::ALL {
            assert_eq!(DeliveryState::from_api(state.as_str()), state);
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
        let later: EventKind = serde_json::from_str("\"product.returned\"").unwrap();
        assert_eq!(later, EventKind::Unknown);
    }
}
