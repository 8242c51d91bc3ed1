//! The wire contract of the Store API, shared by app, client and server.
//!
//! Types, paths, header names, error codes and limits; no I/O and no rules of stock (those are
//! `stockroom-domain`'s). Answers are read tolerantly: unknown fields are ignored, optional
//! fields may be absent. Start reading at [`bulk::BulkRequest`] and [`envelope::Envelope`].

#![warn(missing_docs)]

pub mod account;
pub mod audit;
pub mod bulk;
pub mod capabilities;
pub mod code;
mod conversion;
pub mod envelope;
pub mod header;
pub mod history;
pub mod import;
pub mod inventory;
pub mod key;
pub mod limits;
pub mod path;
pub mod product;
pub mod read;
pub mod reason;
pub mod scope;
pub mod session;
pub mod snapshot;
pub mod stock;
pub mod webhook;

pub use code::ErrorCode;
pub use envelope::{Envelope, ErrorBody, ErrorDetail};
