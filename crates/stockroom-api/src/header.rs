//! Header names, in lower case as HTTP/2 and the `http` crate want them.

/// Names a write, so that a repeat does no work twice.
pub const IDEMPOTENCY_KEY: &str = "x-idempotency-key";
/// On an answer: it is the kept answer of the first request.
pub const IDEMPOTENT_REPLAYED: &str = "idempotent-replayed";
/// Asks for what was really applied ([`RETURN_REPRESENTATION`]).
pub const PREFER: &str = "prefer";
/// On an answer: which preference was honoured.
pub const PREFERENCE_APPLIED: &str = "preference-applied";
/// The value of [`PREFER`] that asks for levels before and after.
pub const RETURN_REPRESENTATION: &str = "return=representation";
/// The run that a write belongs to, kept in the history.
pub const RUN_ID: &str = "x-run-id";
/// The reason of a run in words, percent-encoded UTF-8, kept in the history.
pub const RUN_REASON: &str = "x-run-reason";
/// The fingerprint of the changes that a run asks for: a text of up to
/// [`crate::history::MAX_FINGERPRINT_CHARACTERS`], kept in the history.
pub const RUN_FINGERPRINT: &str = "x-run-fingerprint";
/// Names a request in the log and in the history; on every answer (our server only).
pub const REQUEST_ID: &str = "x-request-id";
/// The requests of the tighter window.
pub const RATE_LIMIT: &str = "x-ratelimit-limit";
/// What is left of the tighter window.
pub const RATE_REMAINING: &str = "x-ratelimit-remaining";
/// When the tighter window starts anew, in Unix seconds.
pub const RATE_RESET: &str = "x-ratelimit-reset";
/// The requests of the store's day.
pub const RATE_DAY_LIMIT: &str = "x-ratelimit-day-limit";
/// What is left of the store's day.
pub const RATE_DAY_REMAINING: &str = "x-ratelimit-day-remaining";
/// Seconds to wait before trying again.
pub const RETRY_AFTER: &str = "retry-after";
/// On a webhook: the event's id, the same in every try.
pub const WEBHOOK_ID: &str = "webhook-id";
/// On a webhook: when it is sent, in Unix seconds.
pub const WEBHOOK_TIMESTAMP: &str = "webhook-timestamp";
/// On a webhook: one signature for each valid secret, by spaces: `v1,` and base64.
pub const WEBHOOK_SIGNATURE: &str = "webhook-signature";
/// The header, with the value `1`, that a write by cookie must carry: no form can send it.
pub const APP: &str = "x-stockroom";
