//! What a run is told, and what it asks for.

use super::{Entry, Summary};
use crate::answer::Answer;

/// What happened, for [`super::Run::handle`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The merchant confirmed: the run begins.
    Started,
    /// A request was answered. Of several tries of a batch, only what the latest brings is told.
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
    /// The server told its time when it was asked for it ([`Command::AskDate`]), or did not; or it told
    /// it at some time before, in whatever answer.
    DateTold {
        /// The time in milliseconds since 1970; `None` where there was no answer, or none with a date.
        server_ms: Option<u64>,
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
    /// Send this now, unless [`Request::is_too_late`]; one event tells how it ended.
    Send(Request),
    /// Ask the server for anything, so that it tells its time, and come back with
    /// [`Event::DateTold`]. A kept answer is none: it must come from the server now.
    AskDate,
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
    /// The time in milliseconds from which on it must not leave any more, where it is a replay.
    pub leave_by: Option<u64>,
    /// When it was asked for: a clock that shows less has been set back.
    pub asked_at: u64,
}

impl Request {
    /// Tells whether it must not leave any more at `now_ms`: the machine may have slept since it was
    /// asked for, and its clock may have been set. The driver answers with [`Event::Failed`] instead.
    pub fn is_too_late(&self, now_ms: u64) -> bool {
        self.leave_by.is_some_and(|until| now_ms >= until || now_ms < self.asked_at)
    }
}
