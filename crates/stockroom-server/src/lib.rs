//! The Stockroom server: the Store API over an embedded database, and the app it serves.
//!
//! main → router → handlers → {store, api, domain}. SQL lives under `store/` alone, the rules of
//! stock in `stockroom-domain` alone. Start reading at [`router::router`] and [`store::Store`].

pub mod accounts;
pub mod app;
pub mod apply_command;
pub mod applying;
pub mod auth;
pub mod client_address;
pub mod clock;
pub mod commands;
pub mod demo;
pub mod documentation;
pub mod error;
pub mod file_plan;
pub mod gateway;
pub mod handlers;
pub mod idempotency;
pub mod imports;
pub mod limiting;
pub mod limits;
pub mod logging;
pub mod metrics;
pub mod observing;
pub mod openapi;
pub mod plan_command;
pub mod products;
pub mod random;
pub mod readiness;
pub mod request;
pub mod router;
pub mod routes;
pub mod secret;
pub mod store;
pub mod tls;
pub mod webhooks;
