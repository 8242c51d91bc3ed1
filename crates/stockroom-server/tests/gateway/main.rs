//! What the contract asks, over HTTP and through a server that passes every request on to the one that keeps
//! the stock. What is left out here is about that server itself: its keys, its limits, who is named in its
//! history.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking where something is missing")]
#![expect(dead_code, reason = "what only the other tests over HTTP need is there all the same")]

#[path = "../api/apart.rs"]
mod apart;
#[path = "../api/app.rs"]
mod app;
#[path = "../api/bad_bodies.rs"]
mod bad_bodies;
#[path = "../api/bulk.rs"]
mod bulk;
#[path = "../api/concurrency.rs"]
mod concurrency;
#[path = "../api/contract.rs"]
mod contract;
#[path = "../api/crossings.rs"]
mod crossings;
#[path = "../api/endpoints.rs"]
mod endpoints;
#[path = "../api/front.rs"]
mod front;
#[path = "../api/import.rs"]
mod import;
#[path = "../api/inventory.rs"]
mod inventory;
#[path = "../api/place.rs"]
mod place;
#[path = "../api/product_bodies.rs"]
mod product_bodies;
#[path = "../api/product_changes.rs"]
mod product_changes;
#[path = "../api/products.rs"]
mod products;
#[path = "../api/receiver.rs"]
mod receiver;
#[path = "../api/snapshot.rs"]
mod snapshot;
#[path = "../api/stock.rs"]
mod stock;
#[path = "../api/webhooks.rs"]
mod webhooks;

/// Requests go through a gateway.
pub(crate) const HAS_GATEWAY: bool = true;
