//! The server over HTTP: the contract's examples, every rule that the contract leaves open, keys,
//! sessions, replays, and many writers at once. Each test has a server and a database of its own.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking where something is missing")]

#[path = "all.rs"]
mod all;
mod place;

use all::{app, endpoints, front, people, receiver, webhooks};

/// Requests go to the server itself.
pub(crate) const HAS_GATEWAY: bool = false;
