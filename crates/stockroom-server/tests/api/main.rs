//! The server over HTTP: the contract's examples, every rule that the contract leaves open, keys,
//! sessions, replays, and many writers at once. Each test has a server and a database of its own.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking where something is missing")]

mod app;
mod endpoints;

mod apart;
mod assets;
mod auth;
mod bad_bodies;
mod bulk;
mod concurrency;
mod contract;
mod crossings;
mod deliveries;
mod documentation;
mod envelope;
mod history;
mod idempotency;
mod import;
mod inventory;
mod limits;
mod operations;
mod overload;
mod panics;
mod product_bodies;
mod product_changes;
mod products;
mod receiver;
mod session;
mod snapshot;
mod stock;
mod webhooks;
