//! All tests over HTTP again, over stores in PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking where something is missing")]

#[path = "../api/all.rs"]
mod all;
#[path = "../cluster/cluster.rs"]
mod cluster;
mod place;

use all::{app, endpoints, receiver, webhooks};
