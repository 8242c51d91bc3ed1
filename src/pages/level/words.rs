//! Entries, their faults and refusals in the merchant's words.

use stockroom_domain::number::NumberFault;
use stockroom_domain::quantity::{Applied, MAX_UNITS, Refusal};

use super::entry::{Place, Typed};
use super::saving::Stop;
use crate::connection::Connection;
use crate::connection::failure::tell_write;
use crate::ui::Delta;
use crate::words::{Key, Words};

/// The figures of a change, formatted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Before; empty where the level was not tracked.
    pub before: String,
    /// After.
    pub after: String,
    /// The change, with its sign.
    pub pill: String,
    /// How it reads.
    pub delta: Delta,
    /// For screen readers.
    pub spoken: String,
    /// What was not applied, else empty.
    pub note: String,
}

/// Returns the figures of a change.
pub fn figures(words: Words, applied: Applied) -> Figures {
    let before = applied.before.map(|level| words.number(level.get())).unwrap_or_default();
    let after = words.number(applied.after.get());
    let not_applied = (applied.floored > 0)
        .then(|| words.fill(Key::ChangeNotApplied, &[("units", &words.number(applied.floored))]));
    Figures {
        spoken: words.fill(Key::ChangeGoes, &[("before", &before), ("after", &after)]),
        pill: words.signed(applied.delta),
        delta: Delta::of(applied.delta, applied.floored),
        note: not_applied.unwrap_or_default(),
        before,
        after,
    }
}

/// Returns what is wrong with an entry; empty where nothing is.
pub fn fault(words: Words, text: &str, typed: Typed) -> String {
    let quoted = |key| words.fill(key, &[("text", text.trim())]);
    let most = || words.number(MAX_UNITS);
    match typed {
        Typed::Blank | Typed::Goes(..) => String::new(),
        Typed::Unreadable(NumberFault::Ambiguous { .. }) => quoted(Key::EntryAmbiguous),
        Typed::Unreadable(NumberFault::Fraction) => quoted(Key::EntryFraction),
        Typed::Unreadable(NumberFault::Signed { units } | NumberFault::Parentheses { units }) => {
            words.fill(Key::EntryNegative, &[("units", &words.number(units.abs()))])
        }
        Typed::Unreadable(NumberFault::TooLarge) => {
            words.fill(Key::EntryOutOfRange, &[("text", text.trim()), ("max", &most())])
        }
        Typed::Unreadable(NumberFault::Invalid) => quoted(Key::EntryNotANumber),
        Typed::Refused(Refusal::Untracked) => words.text(Key::EntryUntracked).to_owned(),
        Typed::Refused(Refusal::OverTheTop { reached }) => {
            let reached = words.number(reached);
            words.fill(Key::EntryOverTheTop, &[("reached", &reached), ("max", &most())])
        }
    }
}

/// Returns why a save stopped.
pub fn stop(words: Words, connection: Connection, stop: &Stop) -> String {
    match stop {
        Stop::Stale { now, before, .. } => {
            let figure = |level: Option<i64>| match level {
                Some(level) => words.number(level),
                None => words.text(Key::InventoryNotTracked).to_owned(),
            };
            words.fill(Key::EntryStale, &[("now", &figure(*now)), ("before", &figure(*before))])
        }
        Stop::Ambiguous(place) => {
            words.fill(Key::EntryAmbiguousLabel, &[("variant", label(place))])
        }
        Stop::Unknown(place) => words.fill(Key::EntryUnknownLabel, &[("variant", label(place))]),
        Stop::NoSku => words.text(Key::EntryRelativeNoSku).to_owned(),
        Stop::Failed(failure) => {
            let told = tell_write(words, connection, failure);
            format!("{}. {}", told.title, told.about)
        }
    }
}

fn label(place: &Place) -> &str {
    match place {
        Place::Product => "",
        Place::Variant { label, .. } => label,
    }
}
