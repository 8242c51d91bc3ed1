//! What to send next, and what an answer means; the sending itself is the caller's.
//!
//! No I/O, no clock, no randomness: times and jitter come in with each event, so browser, terminal
//! and tests drive the same machine. Nothing here holds words for people: codes and data only.
//! Start reading at [`run::Run`], then [`answer::read`] and [`pages::Reading`].

#![warn(missing_docs)]

pub mod answer;
pub mod asked;
pub mod budget;
pub mod bulk;
pub mod bytes;
pub mod fingerprint;
pub mod headers;
pub mod item;
pub mod pace;
pub mod pages;
pub mod repeated;
pub mod run;
pub mod snapshot;
pub mod wire;
