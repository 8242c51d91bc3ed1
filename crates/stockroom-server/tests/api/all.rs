//! All tests over HTTP, whichever the kind of store: `crate::place` says where it is.

pub(crate) mod app;
pub(crate) mod endpoints;
pub(crate) mod front;
pub(crate) mod people;
pub(crate) mod receiver;

mod accounts;
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
mod session;
mod snapshot;
mod stock;
mod users;
pub(crate) mod webhooks;
