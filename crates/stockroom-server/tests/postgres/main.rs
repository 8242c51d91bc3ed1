//! What every store must do, and all tests over HTTP, over databases of PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking where something is missing")]

#[path = "../store/accounts.rs"]
mod accounts;
#[path = "../api/all.rs"]
mod all;
#[path = "../store/audit.rs"]
mod audit;
mod catalog;
#[path = "../cluster/cluster.rs"]
mod cluster;
#[path = "../store/deliveries.rs"]
mod deliveries;
mod encryption;
#[path = "../store/keys.rs"]
mod keys;
#[path = "../store/lists.rs"]
mod lists;
mod lost_commits;
mod place;
mod replica;
mod store;
#[path = "../store/suite.rs"]
mod suite;
mod wire;

use all::{app, endpoints, front, people, receiver, webhooks};

/// Requests go to the server itself.
pub(crate) const HAS_GATEWAY: bool = false;
