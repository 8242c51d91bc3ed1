//! The worksheet: a file or paste, the stock, and the plan that joins them, kept in the worker.
//!
//! [`Engine`] owns everything large and answers one [`Ask`] with one [`Reply`]; the page asks for
//! windows of rows, counts and choices, never for the whole. Pure: no browser, no words, so it is
//! tested natively; the app's `src/worker/main.rs` puts it behind messages. A crate of its own, so that
//! the worker carries nothing of the app.

#![warn(missing_docs)]

pub mod clipboard;
mod engine;
mod message;
mod view;

pub use engine::{Engine, Outside, Why};
pub use message::{
    Ask, Fill, Filter, GridColumn, IssueView, Logged, LoggedText, News, Repair, Reply, Rounding,
    RowView, SendItem, Sentences, Shape, Sort, Summary, View,
};
