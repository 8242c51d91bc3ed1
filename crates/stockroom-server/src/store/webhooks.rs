//! Webhooks as they are kept: endpoints, and the deliveries of events to them.
//!
//! An event is written by [`super::Transaction::write_levels`] together with the levels that it is
//! about. What is due is taken with [`WebhookTransaction::claim_deliveries`], by one process alone;
//! when and how often it is sent is decided in [`crate::webhooks`].

use std::future::Future;

use jiff::{SignedDuration, Timestamp};
use stockroom_api::webhook::{
    Delivery, DeliveryPage, DeliveryState, DisabledReason, EventKind, RetriedDeliveries,
};

use super::Stored;
use super::data::{Number, Page, Scope};

/// The key that requests to an endpoint are signed with: 256 random bits, shown by no log.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Secret(pub [u8; 32]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// How long deliveries are kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A level that crossed a border which endpoints are told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// The product.
    pub product: Number,
    /// What happened.
    pub kind: EventKind,
    /// The level before.
    pub before: i64,
    /// The level after.
    pub after: i64,
}

/// How the store itself names an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EndpointNumber(pub i64);

/// How the store itself names a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeliveryNumber(pub i64);

/// An endpoint as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointRow {
    /// How the store names it; `None` for one that is new.
    pub number: Option<EndpointNumber>,
    /// The endpoint's id.
    pub id: String,
    /// Where events are sent.
    pub url: String,
    /// The kinds that are sent.
    pub events: Vec<EventKind>,
    /// What requests are signed with.
    pub secret: Secret,
    /// The secret before, and until when it signs too.
    pub old_secret: Option<(Secret, Timestamp)>,
    /// Whether anything is sent.
    pub active: bool,
    /// Why and when the server stopped sending.
    pub disabled: Option<(DisabledReason, Timestamp)>,
    /// Since when nothing has arrived.
    pub failing_since: Option<Timestamp>,
    /// How many deliveries were given up since then.
    pub given_up: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// An event that is no product's.
#[derive(Clone, Debug)]
pub struct PlainEvent {
    /// The event's id.
    pub id: String,
    /// The kind of event.
    pub kind: EventKind,
    /// When it happened.
    pub at: Timestamp,
    /// The whole body as it is sent.
    pub body: String,
}

/// A delivery that is to be sent now, by nobody else until the lease is over.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Whose it is.
    pub scope: Scope,
    /// The delivery.
    pub delivery: DeliveryNumber,
    /// Which of its claims this is.
    pub claim: i64,
    /// The endpoint.
    pub endpoint: EndpointNumber,
    /// The endpoint's id.
    pub endpoint_id: String,
    /// Where to send it.
    pub url: String,
    /// What to sign with, the endpoint's own secret first.
    pub secrets: Vec<Secret>,
    /// The event's id.
    pub event_id: String,
    /// The body.
    pub body: String,
    /// The tries so far.
    pub tries: u32,
}

/// How many deliveries may be claimed.
#[derive(Clone, Copy, Debug)]
pub struct ClaimBounds {
    /// At once for one endpoint, those that others hold with them.
    pub for_endpoint: usize,
    /// With this claim.
    pub in_all: usize,
}

/// One request to an endpoint, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptRow {
    /// When it was sent.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The HTTP status, where an answer came.
    pub status: Option<u16>,
    /// What went wrong, in words.
    pub error: Option<String>,
    /// The beginning of the answer's body.
    pub response: Option<String>,
}

/// What becomes of a delivery after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It arrived.
    Delivered,
    /// It is sent again then.
    Again(Timestamp),
    /// It is not sent again.
    GivenUp,
}

/// How it stands with an endpoint: after an attempt that failed, or before one that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// Since when nothing has arrived.
    pub failing_since: Option<Timestamp>,
    /// How many deliveries were given up since then.
    pub given_up: u32,
}

/// What asking for a delivery anew found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retried {
    /// It is due now.
    Due,
    /// It is being sent.
    InProgress,
    /// Its endpoint is turned off.
    Inactive,
    /// There is no such delivery.
    Unknown,
}

/// What asking for all failed deliveries to an endpoint anew found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetriedAll {
    /// So many are sent again.
    Due(RetriedDeliveries),
    /// The endpoint is turned off.
    Inactive,
    /// There is no such endpoint.
    Unknown,
}

/// What is read of webhooks.
pub trait WebhookReads {
    /// Returns the endpoints of a scope, the oldest first.
    fn endpoints(&self, scope: Scope) -> impl Future<Output = Stored<Vec<EndpointRow>>> + Send;

    /// Returns a page of the deliveries to an endpoint, the newest first, all or those in `state`;
    /// `None` where the scope has no such endpoint.
    fn deliveries(
        &self,
        scope: Scope,
        endpoint: &str,
        state: Option<DeliveryState>,
        page: Page,
    ) -> impl Future<Output = Stored<Option<DeliveryPage>>> + Send;

    /// Returns a delivery with its body and all attempts.
    fn delivery(
        &self,
        scope: Scope,
        id: &str,
    ) -> impl Future<Output = Stored<Option<Delivery>>> + Send;

    /// Tells whether a delivery may be claimed now; never wrong for longer than a moment.
    fn has_due_deliveries(&self, now: Timestamp) -> impl Future<Output = Stored<bool>> + Send;
}

/// What is written of webhooks, inside a transaction.
pub trait WebhookTransaction {
    /// Returns the endpoints of a scope, the oldest first.
    fn endpoints(&mut self, scope: Scope) -> impl Future<Output = Stored<Vec<EndpointRow>>> + Send;

    /// Writes an endpoint, a new one or one that is there.
    fn save_endpoint(
        &mut self,
        scope: Scope,
        endpoint: &EndpointRow,
    ) -> impl Future<Output = Stored<()>> + Send;

    /// Deletes an endpoint, and tells whether there was one; what is on its way there is not sent.
    fn delete_endpoint(
        &mut self,
        scope: Scope,
        id: &str,
    ) -> impl Future<Output = Stored<bool>> + Send;

    /// Writes an event for one endpoint of the scope alone, and returns the delivery's id; `None`
    /// without such an endpoint.
    fn send_to(
        &mut self,
        scope: Scope,
        endpoint: &str,
        event: &PlainEvent,
    ) -> impl Future<Output = Stored<Option<String>>> + Send;

    /// Returns a delivery with its body and all attempts.
    fn delivery(
        &mut self,
        scope: Scope,
        id: &str,
    ) -> impl Future<Output = Stored<Option<Delivery>>> + Send;

    /// Makes a delivery due now with all its tries before it, whatever became of it.
    fn retry_delivery(
        &mut self,
        scope: Scope,
        id: &str,
        now: Timestamp,
    ) -> impl Future<Output = Stored<Retried>> + Send;

    /// Makes the failed deliveries to an endpoint due anew, the oldest first, with all their tries
    /// before them; of one product they go one after the other.
    fn retry_failed(
        &mut self,
        scope: Scope,
        endpoint: &str,
        now: Timestamp,
    ) -> impl Future<Output = Stored<RetriedAll>> + Send;

    /// Takes deliveries that are due, for this process alone until `until`: then they are due anew,
    /// since whoever took them may be gone. Of one product and endpoint there is never more than the
    /// oldest, unless somebody asked for one anew.
    fn claim_deliveries(
        &mut self,
        now: Timestamp,
        until: Timestamp,
        bounds: ClaimBounds,
    ) -> impl Future<Output = Stored<Vec<Claimed>>> + Send;

    /// Writes what came of a claimed delivery, and returns how it stands with the endpoint; `None`
    /// where the lease was over and somebody else has it, and nothing is written.
    fn finish_attempt(
        &mut self,
        claimed: &Claimed,
        attempt: &AttemptRow,
        fate: Fate,
    ) -> impl Future<Output = Stored<Option<Health>>> + Send;

    /// Makes due now what waits to be sent to an endpoint again.
    fn hasten_deliveries(
        &mut self,
        scope: Scope,
        endpoint: EndpointNumber,
        now: Timestamp,
    ) -> impl Future<Output = Stored<()>> + Send;

    /// Stops sending to an endpoint.
    fn disable_endpoint(
        &mut self,
        scope: Scope,
        endpoint: EndpointNumber,
        reason: DisabledReason,
        now: Timestamp,
    ) -> impl Future<Output = Stored<()>> + Send;
}
