//! A tab that drives a run: it carries out commands one after the other, as a browser would.

use std::collections::{HashMap, VecDeque};

use stockroom_client::run::{Command, Entry, Request, Run};

use crate::fault::Fault;

pub(crate) struct Tab {
    /// The run, from the moment on at which this tab may drive it.
    pub(crate) run: Option<Run>,
    /// Commands that are still to be carried out, in order.
    pub(crate) queue: VecDeque<Command>,
    /// Whether one is being carried out, or about to be.
    pub(crate) is_busy: bool,
    /// What is being written to the journal and may be there already, or not yet.
    pub(crate) saving: Option<Entry>,
    /// How many timers it has set; only the latest counts.
    pub(crate) timers: u32,
    /// Until when the machine sleeps.
    pub(crate) asleep_until: u64,
    /// Whether the run has ended and nobody has asked for more.
    pub(crate) is_done: bool,
    pub(crate) is_alive: bool,
    /// The latest request of each batch.
    pub(crate) latest: HashMap<u32, usize>,
}

impl Tab {
    pub(crate) fn new() -> Self {
        Self {
            run: None,
            queue: VecDeque::new(),
            is_busy: false,
            saving: None,
            timers: 0,
            asleep_until: 0,
            is_done: false,
            is_alive: true,
            latest: HashMap::new(),
        }
    }

    pub(crate) fn drives(&self) -> bool {
        self.is_alive && self.run.is_some()
    }
}

/// A request on its way.
pub(crate) struct Flight {
    pub(crate) tab: usize,
    pub(crate) request: Request,
    pub(crate) fault: Fault,
    pub(crate) heard: Hearing,
}

/// What the tab knows of a request of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hearing {
    Waits,
    Answered,
    /// It has given up waiting; what comes now is not taken.
    TimedOut,
}
