//! The server's clock, as its answers tell it: what the age of a key is measured by.
//!
//! A key lives as long as the *server* keeps it. The clock on this side may be wrong by days, and may
//! be set while the page is closed, so it tells nothing of that. Each answer carries the server's
//! `Date`; the newest is in the journal. How long ago that was is again not known to a clock that may
//! have been set, so a replay leaves only within a minute after the server was heard, and else asks
//! first ([`super::Command::AskDate`]). What remains is a machine that sleeps in that minute while its
//! clock is set back by just as much as it sleeps.

use serde::{Deserialize, Serialize};

/// How long what the server said of its time is good for, in milliseconds of this side's clock.
pub(super) const FRESH_MS: u64 = 60_000;

/// What is known of the server's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ServerClock {
    /// The latest time that it told, in milliseconds since 1970.
    latest_ms: Option<u64>,
    /// What this side's clock showed when that was asked for; not known any more of what a journal
    /// kept.
    #[serde(skip)]
    heard_at: Option<u64>,
    /// Since when it is being asked.
    #[serde(skip)]
    asked_at: Option<u64>,
}

impl ServerClock {
    /// Takes note of what the server told when it was asked at `asked_ms`, so that it is no longer ago
    /// than that. An earlier time than before is that of an answer which something has kept.
    pub(super) fn heard(&mut self, server_ms: u64, asked_ms: u64) {
        if self.latest_ms.is_none_or(|latest| server_ms >= latest) {
            (self.latest_ms, self.heard_at) = (Some(server_ms), Some(asked_ms));
        }
    }

    /// Tells whether it has to be asked at `now_ms`, and takes note that it is.
    pub(super) fn asks(&mut self, now_ms: u64) -> bool {
        let is_asked = self.asked_at.is_some();
        self.asked_at = self.asked_at.or(Some(now_ms));
        !is_asked
    }

    /// Takes note that the asking has ended; returns when it began.
    pub(super) fn asked(&mut self) -> Option<u64> {
        self.asked_at.take()
    }

    /// Takes note of a time of which nobody knows how long ago it was, such as a journal's.
    pub(super) fn kept(&mut self, server_ms: u64) {
        if self.latest_ms.is_none_or(|latest| server_ms > latest) {
            (self.latest_ms, self.heard_at) = (Some(server_ms), None);
        }
    }

    /// Returns a time that is not after the server's now; `None` where it never told one.
    pub(super) fn at_least(&self) -> Option<u64> {
        self.latest_ms
    }

    /// Returns the server's time at `now_ms`, where it was heard just now.
    pub(super) fn now(&self, now_ms: u64) -> Option<u64> {
        let since = now_ms.checked_sub(self.heard_at?)?;
        // A second is what a `Date` leaves out.
        (since < FRESH_MS).then(|| Some(self.latest_ms? + since + 1000))?
    }

    /// Returns until when on this side's clock it counts as heard just now.
    pub(super) fn good_until(&self) -> Option<u64> {
        Some(self.heard_at?.saturating_add(FRESH_MS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_heard_is_good_for_a_minute_of_a_clock_that_goes_on() {
        let mut clock = ServerClock::default();
        assert_eq!((clock.now(5), clock.at_least()), (None, None));
        clock.heard(9_000_000, 500_000);
        assert_eq!(clock.now(501_000), Some(9_002_000));
        assert_eq!(clock.now(500_000 + FRESH_MS), None, "too long ago");
        assert_eq!(clock.now(499_999), None, "the clock was set back");
        assert_eq!(clock.at_least(), Some(9_000_000));
        clock.heard(8_000_000, 700_000);
        assert_eq!((clock.now(700_000), clock.at_least()), (None, Some(9_000_000)));
    }

    #[test]
    fn a_journal_keeps_the_time_and_not_when_it_was_heard() {
        let mut clock = ServerClock::default();
        clock.heard(9_000_000, 500_000);
        let text = serde_json::to_string(&clock).unwrap();
        let kept: ServerClock = serde_json::from_str(&text).unwrap();
        assert_eq!((kept.at_least(), kept.now(500_000)), (Some(9_000_000), None));
    }
}
