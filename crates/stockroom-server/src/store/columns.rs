//! How values are written in columns, whichever the database.

use ipnet::{AddrParseError, IpNet};
use jiff::Timestamp;
use stockroom_api::account::Role;
use stockroom_api::audit::Outcome;
use stockroom_api::history::Ended;
use stockroom_api::product::Status;
use stockroom_api::scope::KeyScopes;
use stockroom_api::webhook::{DisabledReason, EventKind};

use super::accounts::Taken;
use super::data::Source;
use super::keys::Grant;
use super::webhooks::DeliveryNumber;
use super::{StoreError, Stored};

/// Returns a time in Unix milliseconds as RFC 3339.
pub(super) fn iso(millis: i64) -> Option<String> {
    let time = Timestamp::from_millisecond(millis).ok()?;
    Some(format!("{time:.3}"))
}

/// Returns the status as the table takes it.
pub(super) fn kept_status(status: Status) -> &'static str {
    match status {
        Status::Active => "ACTIVE",
        Status::Disabled | Status::Unknown => "DISABLED",
    }
}

/// Returns the word for the endpoint that changed levels.
pub(super) fn source_word(source: Source) -> &'static str {
    match source {
        Source::Bulk => "bulk",
        Source::Single => "single",
        Source::Variant => "variant",
        Source::Product => "product",
        Source::Import => "import",
    }
}

/// Returns the endpoint that a word stands for.
pub(super) fn source(word: &str) -> stockroom_api::history::Source {
    use stockroom_api::history::Source;
    // The table's check allows no other word.
    match word {
        "single" => Source::Single,
        "variant" => Source::Variant,
        "product" => Source::Product,
        "import" => Source::Import,
        _ => Source::Bulk,
    }
}

/// Returns the outcome that a word stands for.
pub(super) fn outcome(word: &str) -> Outcome {
    // The table's check allows no other word.
    Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == word).unwrap_or(Outcome::Unknown)
}

/// Returns the word for why a level ended.
pub(super) fn ended_word(ended: Ended) -> &'static str {
    match ended {
        Ended::Untracked => "untracked",
        Ended::Deleted => "deleted",
    }
}

/// Returns why a level ended.
pub(super) fn ended(word: &str) -> Ended {
    if word == "deleted" { Ended::Deleted } else { Ended::Untracked }
}

/// Returns the role that a word stands for.
pub(super) fn role(word: &str) -> Role {
    // The table's check allows no other word; whoever could not be told may do least.
    Role::parse(word).unwrap_or(Role::Viewer)
}

/// Returns whether an attempt to sign in is taken that has to wait until a time in Unix milliseconds.
pub(super) fn taken(not_before: Option<i64>) -> Stored<Taken> {
    let Some(millis) = not_before else { return Ok(Taken::Yes) };
    let time = Timestamp::from_millisecond(millis);
    time.map(Taken::NotBefore).map_err(|error| StoreError::Failed(error.to_string()))
}

/// Returns the kinds of events that words stand for.
pub(super) fn kinds(words: &str) -> Vec<EventKind> {
    words.split(' ').map(EventKind::from_api).collect()
}

/// Returns the words for kinds of events.
pub(super) fn kind_words(kinds: &[EventKind]) -> String {
    let words: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    words.join(" ")
}

/// Returns the word for why an endpoint was turned off.
pub(super) fn reason_word(reason: DisabledReason) -> &'static str {
    match reason {
        DisabledReason::Gone => "gone",
        DisabledReason::Failing | DisabledReason::Unknown => "failing",
    }
}

/// Returns why an endpoint was turned off.
pub(super) fn reason(word: &str) -> DisabledReason {
    // The table's check allows no third word.
    if word == "gone" { DisabledReason::Gone } else { DisabledReason::Failing }
}

/// Returns the scopes that words stand for; no words are all.
pub(super) fn grant(words: Option<&str>) -> Grant {
    words.map_or(Grant::All, |words| Grant::Only(KeyScopes::from_words(words)))
}

/// Returns the words for the scopes of a key.
pub(super) fn grant_words(grant: Grant) -> Option<String> {
    match grant {
        Grant::All => None,
        Grant::Only(scopes) => Some(scopes.to_string()),
    }
}

/// Returns the networks that words stand for; no words are any. A list that cannot be read must not become
/// one without bounds.
pub(super) fn networks(words: Option<&str>) -> Result<Vec<IpNet>, AddrParseError> {
    words.unwrap_or_default().split_whitespace().map(str::parse).collect()
}

/// Returns the words for networks.
pub(super) fn network_words(networks: &[IpNet]) -> Option<String> {
    let words: Vec<String> = networks.iter().map(ToString::to_string).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

impl DeliveryNumber {
    /// Returns the id by which people name the delivery.
    pub(super) fn id(self) -> String {
        format!("dlv_{}", self.0)
    }

    /// Returns the delivery that an id names.
    pub(super) fn parse(id: &str) -> Option<Self> {
        id.strip_prefix("dlv_")?.parse().ok().map(Self)
    }
}
