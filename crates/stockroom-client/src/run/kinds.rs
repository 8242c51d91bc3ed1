//! How a run is set up, where it stands, how it ends, and what it comes to.

use serde::{Deserialize, Serialize};
use stockroom_api::bulk::{ItemError, LevelChange, VariantChange};

use crate::answer::Fault;
use crate::budget::Budget;
use crate::bulk::Unclear;

/// What a run says of itself to a server that keeps it in the stock's history.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labels {
    /// Why levels are changed: a word of visible ASCII.
    pub reason: Option<String>,
    /// The [`crate::fingerprint`] of all that is asked.
    pub fingerprint: Option<String>,
}

/// How a run sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The most requests under way at once, 1 to [`Settings::MOST_IN_FLIGHT`]: more than one only where
    /// the server allows it, and more than four only as long as it answers quickly.
    pub in_flight: u8,
    /// How often a request is sent before its items are left unknown.
    pub tries: u8,
    /// Whether to ask for the levels before and after, which only some servers tell.
    pub representation: bool,
    /// The limits that it reckons with, where they are known in advance.
    #[serde(default)]
    pub budget: Option<Budget>,
}

/// What is known of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It has not left, or is known not to have been done.
    NotSent,
    /// It was applied; with the levels, where the server told them.
    Applied(Option<Levels>),
    /// It was refused, and nothing of it was applied.
    Refused(Box<ItemError>),
    /// It left, and no answer says whether it was done.
    Unknown,
}

/// What was really done for an item, as the server told it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    /// The product's own level, where the item asked something of it.
    pub quantity: Option<LevelChange>,
    /// The variants that the item named, in its order.
    pub variants: Vec<VariantChange>,
}

/// Where a run stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Made, not started.
    Ready,
    /// Sending.
    Running,
    /// What is under way may end; nothing new leaves.
    Paused,
    /// What is under way is being settled, then the run ends so.
    Ending(End),
    /// Nothing is under way and nothing will leave by itself.
    Ended(End),
}

/// How a run ended; only a complete one cannot be resumed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// Every item was sent.
    Complete,
    /// It was stopped on request.
    Stopped,
    /// It stopped itself.
    Halted(Halt),
}

/// Why a run stopped itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Halt {
    /// Key, session or rights: nothing of this request was done.
    Denied(Fault),
    /// The server does not know this request, or something else answered.
    Rejected(Fault),
    /// An idempotency key was used before with another body.
    KeyReused,
    /// All tries ended without an answer that says anything.
    NoAnswer(Unclear),
}

/// The totals of a run, in items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// How it ended, or `None` while it has not.
    pub end: Option<End>,
    /// Items applied.
    pub applied: usize,
    /// Items refused.
    pub refused: usize,
    /// Items of which nobody knows.
    pub unknown: usize,
    /// Items that were not sent.
    pub not_sent: usize,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Items applied or refused.
    pub items_done: usize,
    /// All items.
    pub items: usize,
    /// Requests that are settled.
    pub requests_done: usize,
    /// All requests, as far as known: a split request counts as two.
    pub requests: usize,
    /// The time in milliseconds before which nothing leaves, where a limit or a failure holds it.
    pub held_until: Option<u64>,
    /// The milliseconds left, by the limits and times seen so far.
    pub left_ms: u64,
}

/// A product that stands in a run twice; it has to be merged first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentTwice {
    /// The product's SKU.
    pub external_id: String,
}

impl Settings {
    /// The most requests that may be under way at once.
    pub const MOST_IN_FLIGHT: u8 = 32;
}

impl Default for Settings {
    fn default() -> Self {
        Self { in_flight: 1, tries: 5, representation: false, budget: None }
    }
}
