//! Stockroom in the browser: the shell around the pure crates.
//!
//! Who may use whom: pages → ui, connection, browser, route, stock, words; `pages/**/state.rs` →
//! client, api and domain only, so that it is tested natively; ui → leptos only; HTTP lives in
//! [`connection`], every other browser call in [`browser`]. Start reading at [`app::App`].

pub mod app;
pub mod browser;
pub mod connection;
pub mod pages;
pub mod route;
pub mod settings;
pub mod stock;
pub mod ui;
pub mod words;

/// The same for the app and the worker of one build: a stale worker is told by it.
pub const BUILD_ID: &str = env!("STOCKROOM_BUILD_ID");
