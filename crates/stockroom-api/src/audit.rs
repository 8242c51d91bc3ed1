//! What was passed on to a hosted service: who changed what there (our server only, for owners).
//!
//! An entry is written before its request leaves, and gets its outcome when there is one. So an entry that
//! is [`Outcome::Sent`] for long is one of which nobody knows: the server ended meanwhile.

use serde::{Deserialize, Serialize};

use crate::history::{KeyShown, UserShown};

/// A part of the log, the newest entry first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditPage {
    /// The entries of this page.
    pub items: Vec<AuditEntry>,
    /// The most entries of a page.
    pub limit: u64,
    /// Whether older entries follow.
    pub has_more: bool,
    /// The cursor for the entries that follow; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// One write that was passed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// When it was sent, as RFC 3339 in UTC.
    pub at: String,
    /// The person who asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserShown>,
    /// The key of this server with which it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyShown>,
    /// The method, such as `PATCH`.
    pub method: String,
    /// The address, with its parameters.
    pub path: String,
    /// The ids or SKUs of products that it names, in its order; at most those of one bulk request.
    pub products: Vec<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// The HTTP status of the hosted service, where it answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// When that was known, as RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<String>,
    /// Its idempotency key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// The run that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// Its id here.
    pub request_id: String,
    /// Its id at the hosted service, where that told one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_request_id: Option<String>,
}

/// What became of a write that was passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// It was about to be sent; nothing is known since.
    Sent,
    /// It was done; of a bulk request, what could be done.
    Done,
    /// It had been done before, and the same answer came again.
    Replayed,
    /// It was refused, and changed nothing.
    Refused,
    /// Nobody knows: no answer came, or none that says.
    Unknown,
    /// There was no connection, so it did not leave.
    NotSent,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 6] =
        [Self::Sent, Self::Done, Self::Replayed, Self::Refused, Self::Unknown, Self::NotSent];

    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Done => "done",
            Self::Replayed => "replayed",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::NotSent => "notSent",
        }
    }
}
