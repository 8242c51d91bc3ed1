//! Writes that were passed on to a hosted service: noted before they leave, settled when it is known what
//! became of them.

use std::fmt;
use std::future::Future;

use jiff::Timestamp;
use stockroom_api::audit::{AuditPage, Outcome};

use super::Stored;
use super::data::Scope;
use super::history::{Part, Place};

/// A write that is about to be passed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// The data that it is about.
    pub scope: Scope,
    /// When it is sent.
    pub at: Timestamp,
    /// The id of the key or person who asks for it.
    pub author_id: String,
    /// The method.
    pub method: String,
    /// The address, with its parameters.
    pub path: String,
    /// The ids or SKUs of products that it names.
    pub products: Vec<String>,
    /// Its idempotency key.
    pub idempotency_key: Option<String>,
    /// The run that it belongs to.
    pub run_id: Option<String>,
    /// Its id.
    pub request_id: String,
}

/// What became of a write that was passed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// When that was known.
    pub at: Timestamp,
    /// What became of it.
    pub outcome: Outcome,
    /// The HTTP status of the hosted service, where it answered.
    pub status: Option<u16>,
    /// Its id there.
    pub upstream_id: Option<String>,
}

/// An entry of the log, for who wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryNumber {
    /// The store.
    pub store_id: i64,
    /// The entry, of that store.
    pub number: i64,
}

/// The place of an entry in the list: entries are listed by their number, which grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditPlace(pub i64);

impl fmt::Display for AuditPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.0)
    }
}

impl Place for AuditPlace {
    fn parse(cursor: &str) -> Option<Self> {
        i64::from_str_radix(cursor, 16).ok().filter(|number| *number >= 0).map(Self)
    }
}

/// The log of writes that were passed on. Each call is a transaction of its own.
pub trait Audit {
    /// Notes a write that is about to leave. Once this returns, the note lasts.
    fn note_passed(&self, passed: Passed) -> impl Future<Output = Stored<EntryNumber>> + Send;

    /// Notes what became of a write.
    fn settle_passed(
        &self,
        entry: EntryNumber,
        settled: Settled,
    ) -> impl Future<Output = Stored<()>> + Send;

    /// Returns a part of the log, of all or of one key or person.
    fn audit(
        &self,
        scope: Scope,
        author_id: Option<String>,
        part: Part<AuditPlace>,
    ) -> impl Future<Output = Stored<AuditPage>> + Send;
}

/// Returns a page of entries that were read with one more than wanted, each with its number.
pub(super) fn page_of<T>(mut found: Vec<(i64, T)>, limit: u64) -> (Vec<T>, Option<String>) {
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = found.len() > most;
    found.truncate(most);
    let last = found.last().map(|(number, _)| AuditPlace(*number).to_string());
    (found.into_iter().map(|(_, entry)| entry).collect(), last.filter(|_| has_more))
}
