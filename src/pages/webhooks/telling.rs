//! Endpoints, events, deliveries and refusals in words.

use leptos::prelude::*;
use stockroom_api::ErrorCode;
use stockroom_api::webhook::{Delivery, DeliveryState, Endpoint, EventKind, MAX_ENDPOINTS};

use crate::connection::failure::{Told, tell_write};
use crate::connection::{Connection, Failure, Way};
use crate::words::{Key, Plural, Words};

/// Returns an event's name.
pub(super) fn event(kind: EventKind) -> Key {
    match kind {
        EventKind::StockLow => Key::WebhooksStockLow,
        EventKind::StockOut => Key::WebhooksStockOut,
        EventKind::Test => Key::WebhooksTestEvent,
        EventKind::Unknown => Key::WebhooksOtherEvent,
    }
}

/// Returns the names of an endpoint's events as a phrase.
pub(super) fn events(words: Words, endpoint: &Endpoint) -> String {
    let names: Vec<&str> = endpoint.events.iter().map(|kind| words.text(event(*kind))).collect();
    words.list(&names)
}

/// Returns how an endpoint stands: the class of its tag, and the word.
pub(super) fn standing(endpoint: &Endpoint) -> (&'static str, Key) {
    match endpoint {
        Endpoint { active: false, disabled_at: Some(_), .. } => ("tag bad", Key::WebhooksStopped),
        Endpoint { active: false, .. } => ("tag", Key::WebhooksOff),
        Endpoint { failing_since: Some(_), .. } => ("tag warn", Key::WebhooksFailing),
        _ => ("tag good", Key::WebhooksActive),
    }
}

/// Returns how a delivery stands: the class of its tag, and the word.
pub(super) fn outcome(delivery: &Delivery) -> (&'static str, Key) {
    match delivery.state {
        DeliveryState::Delivered => ("tag good", Key::WebhooksDelivered),
        DeliveryState::Failed => ("tag bad", Key::WebhooksFailed),
        DeliveryState::Pending if delivery.last_attempt.is_some() => {
            ("tag warn", Key::WebhooksRetrying)
        }
        DeliveryState::Pending | DeliveryState::Unknown => ("tag info", Key::WebhooksPending),
    }
}

/// Returns what came back last: `Answer 503`, or that nothing did; empty before the first try.
pub(super) fn answered(words: Words, delivery: &Delivery) -> String {
    match &delivery.last_attempt {
        None => String::new(),
        Some(attempt) => status(words, attempt.status),
    }
}

/// Returns a status in words.
pub(super) fn status(words: Words, status: Option<u16>) -> String {
    match status {
        // A status is a name, not a quantity.
        Some(status) => words.fill(Key::WebhooksAnswered, &[("status", &status.to_string())]),
        None => words.text(Key::WebhooksNoAnswer).to_owned(),
    }
}

/// Returns a length of time: `84 ms`, `2 sec`.
pub(super) fn took(words: Words, milliseconds: u64) -> String {
    let ms = i64::try_from(milliseconds).unwrap_or(i64::MAX);
    if ms < 1_000 {
        return words.fill(Key::WebhooksMilliseconds, &[("count", &words.number(ms))]);
    }
    #[expect(clippy::cast_precision_loss, reason = "a time")]
    let seconds = ms as f64 / 1_000.0;
    words.duration(seconds)
}

/// Returns how often it was sent.
pub(super) fn tries(words: Words, delivery: &Delivery) -> String {
    words.count(Plural::WebhooksAttempts, i64::from(delivery.attempts), &[])
}

/// Returns where the documentation is: the server's own.
pub(super) fn documentation(connection: Connection) -> String {
    match connection.who() {
        Some(who) if who.way == Way::Direct => format!("{}/docs/webhooks", who.server),
        _ => "/docs/webhooks".to_owned(),
    }
}

/// Tells whether a failure says that there is no such endpoint or delivery.
pub(super) fn is_missing(failure: &Failure) -> bool {
    matches!(
        code(failure),
        Some(ErrorCode::WebhookEndpointNotFound | ErrorCode::WebhookDeliveryNotFound)
    )
}

fn code(failure: &Failure) -> Option<&ErrorCode> {
    match failure {
        Failure::Refused(fault) => fault.code.as_ref(),
        _ => None,
    }
}

/// Returns the failure of a write in the merchant's words.
pub(super) fn tell(words: Words, connection: Connection, failure: &Failure) -> Told {
    let most = words.number(i64::try_from(MAX_ENDPOINTS).unwrap_or(i64::MAX));
    let text = |title: Key, about: Key| Told {
        title: words.text(title).to_owned(),
        about: words.text(about).to_owned(),
    };
    match (code(failure), failure) {
        (Some(ErrorCode::WebhookEndpointLimit), _) => Told {
            title: words.text(Key::WebhooksRefused).to_owned(),
            about: words.fill(Key::WebhooksLimit, &[("most", &most)]),
        },
        (Some(ErrorCode::WebhookEndpointInactive), _) => {
            text(Key::WebhooksInactive, Key::WebhooksInactiveAbout)
        }
        (Some(ErrorCode::WebhookEndpointNotFound), _) => {
            text(Key::WebhooksMissing, Key::WebhooksMissingAbout)
        }
        (Some(ErrorCode::WebhookDeliveryNotFound), _) => {
            text(Key::WebhooksMissingDelivery, Key::WebhooksMissingDeliveryAbout)
        }
        (Some(ErrorCode::WebhookDeliveryInProgress), _) => {
            text(Key::WebhooksInProgress, Key::WebhooksInProgressAbout)
        }
        (_, Failure::NoAnswer | Failure::TimedOut | Failure::Broken) => Told {
            about: words.fill(Key::WebhooksWriteUnknown, &[("host", &connection.host())]),
            ..tell_write(words, connection, failure)
        },
        (_, Failure::Refused(_)) => Told {
            title: words.text(Key::WebhooksRefused).to_owned(),
            ..tell_write(words, connection, failure)
        },
        _ => tell_write(words, connection, failure),
    }
}

/// Returns the failure of a write as one line, for a toast.
pub(super) fn tell_briefly(words: Words, connection: Connection, failure: &Failure) -> String {
    let told = untrack(|| tell(words, connection, failure));
    format!("{}. {}", told.title, told.about)
}
