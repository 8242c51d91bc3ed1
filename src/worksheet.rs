//! The worksheet: a file or paste, the stock, and the plan that joins them, kept in the worker.
//!
//! [`Engine`] owns everything large and answers one [`Ask`] with one [`Reply`]; the page asks for
//! windows of rows, counts and choices, never for the whole. Pure: no browser, no words, so it is
//! tested natively; `src/worker.rs` puts it behind messages, `browser::worker` is the page's end.

mod engine;
mod message;
mod view;

pub use engine::Engine;
pub use message::{
    Ask, Filter, IssueView, Reply, RowFaults, RowView, SendItem, Shape, Sort, Summary, View,
};
