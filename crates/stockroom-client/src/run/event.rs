//! What a run is told, and what it asks for.

use super::{Entry, Summary};
use crate::answer::Answer;

/// What happened, for [`super::Run::handle`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The merchant confirmed: the run begins.
    Started,
    /// A request was answered.
    Answered {
        /// The batch that was sent.
        batch: u32,
        /// Whatever came back.
        answer: Answer,
    },
    /// A request ended without an answer: refused connection, reset, timeout.
    Failed {
        /// The batch that was sent.
        batch: u32,
    },
    /// The time of a [`Command::WaitUntil`] has come.
    TimePassed,
    /// Nothing new shall leave.
    PauseAsked,
    /// The run shall go on.
    ResumeAsked,
    /// What is under way shall end, the rest not be sent.
    StopAsked,
    /// Unknown items shall be sent again, where [`super::Run::retryable`] counts any.
    RetryUnknownAsked,
}

/// What the driver is to do, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Write this to the journal, and go on when it is kept for good.
    Save(Entry),
    /// Send this now.
    Send(Request),
    /// Come back with [`Event::TimePassed`] at this time; a later command replaces it.
    WaitUntil(u64),
    /// The run has ended for now.
    Finished(Summary),
}

/// A request to send, the same at each try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The batch that the answer belongs to.
    pub batch: u32,
    /// The HTTP method.
    pub method: &'static str,
    /// The path below the server's address.
    pub path: &'static str,
    /// Header names and values, without the credentials.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}
