//! A confirmed plan on its way, and whether this browser keeps it.

use stockroom_client::run::Run;
use stockroom_worksheet::SendItem;

use super::Twin;
use super::again::{Again, Follows};
use super::draft::Origin;

/// A confirmed plan on its way.
#[derive(Clone, Debug)]
pub struct Apply {
    /// What is sent, in the order of the run's items.
    pub items: Vec<SendItem>,
    /// The run.
    pub run: Run,
    /// The name of the file; blank where there was none.
    pub name: String,
    /// Where the rows came from.
    pub origin: Origin,
    /// When it began, in milliseconds since 1970.
    pub started_ms: u64,
    /// When it ended.
    pub ended_ms: Option<u64>,
    /// Whether a crash would find it again.
    pub journal: Journal,
    /// The run that it was made of.
    pub follows: Option<Follows>,
    /// What was made of it since, in this browser.
    pub followed_by: Vec<Again>,
    /// Whether it is being looked if its changes were applied before; nothing leaves meanwhile.
    pub is_looking: bool,
    /// Its changes as they were applied before, while it is asked whether they are meant.
    pub twin: Option<Twin>,
    /// Whether it was found in the journal, not begun here.
    pub is_back: bool,
}

/// Whether this browser keeps what a run does, before it does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Journal {
    /// It is being begun; nothing leaves before.
    Awaited,
    /// It is.
    Kept,
    /// It cannot be begun, and the merchant is asked.
    Refused(Unkept),
    /// It is not, as the merchant knows.
    Without,
    /// It could not be gone on with.
    Lost(Unkept),
}

/// Why a run is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unkept {
    /// The browser does not let the page keep anything.
    Blocked,
    /// There is no more room.
    Full,
}
