//! The tests of the contract over HTTP, through a server that passes every request on to the one that
//! keeps the stock.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking where something is missing")]

#[path = "../api/all.rs"]
mod all;
#[path = "../api/place.rs"]
mod place;

use all::{app, endpoints, people, receiver, webhooks};

/// Requests go through a gateway.
pub(crate) const HAS_GATEWAY: bool = true;
