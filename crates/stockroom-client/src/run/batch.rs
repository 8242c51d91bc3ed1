//! One request of a run: its items, its tries, and when it may be sent again.

use std::sync::Arc;

use serde::Deserialize;

use super::server_clock::ServerClock;

/// How long a key is taken to live: a server keeps it for 24 hours, and clocks differ.
const KEY_LIFE_MS: u64 = 20 * 60 * 60 * 1000;
/// How late a blind `set` may be replayed: later it would wipe out what was sold meanwhile.
pub(super) const OVERWRITE_MS: u64 = 10 * 60 * 1000;

/// A request that is not settled. Its key is [`super::Run::key`]; its body is that of its items, which
/// never change as long as it is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its number within the run.
    pub number: u32,
    /// Its items, as positions in [`super::Run::items`], sorted by SKU; never none in a run.
    pub positions: Arc<[usize]>,
    /// Where it is.
    pub stage: Stage,
    /// How often it has been sent since it last had an answer that means to wait.
    pub tries: u8,
    /// How often it was asked to wait for a first try that is still running.
    pub waits: u8,
    /// The time in milliseconds before which it is not sent again.
    pub not_before: u64,
    /// When it was first sent with a fate that nobody knows.
    pub first_sent: Option<u64>,
    /// A time of the server's clock before that sending; `None` where the server had told none.
    pub first_sent_there: Option<u64>,
    /// When it was last sent.
    pub last_sent: u64,
    /// Whether an earlier try may have been done.
    pub unclear: bool,
    /// Whether one of its items sets a level blindly.
    pub overwrites: bool,
}

/// Where a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Stage {
    /// To be sent.
    Waiting,
    /// Sent, and not yet answered.
    Flying,
    /// Not sent again by itself; its items are unknown.
    Parked(Parked),
}

/// Why a request is not sent again by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Parked {
    /// All tries are used up.
    TriesUsedUp,
    /// Its key may have expired: a replay could be a second time.
    KeyExpired,
    /// It sets levels, and too much time has passed.
    WouldOverwrite,
    /// Its key was used before with another body.
    KeyReused,
    /// After a try that may have been done, the request itself was refused.
    Contradicted,
}

impl Batch {
    /// Returns a request of these items that has not been sent.
    pub(super) fn new(number: u32, positions: Arc<[usize]>, overwrites: bool) -> Self {
        Self {
            number,
            positions,
            stage: Stage::Waiting,
            tries: 0,
            waits: 0,
            not_before: 0,
            first_sent: None,
            first_sent_there: None,
            last_sent: 0,
            unclear: false,
            overwrites,
        }
    }

    /// Tells whether it has been sent, or is not to be.
    pub(super) fn is_begun(&self) -> bool {
        self.first_sent.is_some() || self.unclear || self.stage != Stage::Waiting
    }

    /// Returns why it must not be replayed at `now_ms`, if so; `there_ms` is the server's time where it
    /// was heard just now.
    ///
    /// Where the server told its time before the first sending, only its clock counts: as long as it
    /// is not heard again nothing is forbidden, and nothing leaves.
    pub fn forbids_replay(&self, now_ms: u64, there_ms: Option<u64>) -> Option<Parked> {
        let first_sent = self.first_sent.filter(|_| self.unclear)?;
        if let Some(first_sent_there) = self.first_sent_there {
            let there_ms = there_ms?;
            return self.too_old(there_ms.saturating_sub(first_sent_there));
        }
        // A clock that went backwards tells nothing about the key's age.
        if now_ms < first_sent.max(self.last_sent) {
            return Some(Parked::KeyExpired);
        }
        self.too_old(now_ms - first_sent)
    }

    fn too_old(&self, age: u64) -> Option<Parked> {
        if age >= KEY_LIFE_MS {
            Some(Parked::KeyExpired)
        } else if self.overwrites && age >= OVERWRITE_MS {
            Some(Parked::WouldOverwrite)
        } else {
            None
        }
    }

    /// Tells whether the server's time has to be heard before it may be replayed.
    pub fn needs_date(&self) -> bool {
        self.unclear && self.first_sent.is_some() && self.first_sent_there.is_some()
    }

    /// Returns the time in milliseconds from which on it must not be replayed; `None` where it has
    /// not been done, whatever its age.
    pub(super) fn replayable_until(&self, now_ms: u64, there: &ServerClock) -> Option<u64> {
        let first_sent = self.first_sent.filter(|_| self.unclear)?;
        let life = if self.overwrites { OVERWRITE_MS } else { KEY_LIFE_MS };
        let Some(first_sent_there) = self.first_sent_there else {
            return Some(first_sent.saturating_add(life));
        };
        let left = (first_sent_there + life).saturating_sub(there.now(now_ms)?);
        Some(now_ms.saturating_add(left).min(there.good_until()?))
    }

    /// Tells whether its items are unknown, it is not under way, and sending it again on request is
    /// safe.
    pub fn may_be_retried(&self, now_ms: u64, there_ms: Option<u64>) -> bool {
        let stage = match self.stage {
            Stage::Waiting => self.unclear,
            Stage::Flying => false,
            Stage::Parked(why) => why == Parked::TriesUsedUp,
        };
        stage && self.forbids_replay(now_ms, there_ms).is_none()
    }
}
