//! Typing a level and saving it: what the list and the product panel share.

pub mod entry;
pub mod saving;
pub mod words;

pub use entry::{Place, Typed, read};
pub use saving::{Ask, Outcome, Saver, Stop, Subject};
