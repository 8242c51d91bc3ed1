//! The rules of Stockroom, shared by browser, server and terminal.
//!
//! No I/O, no clock and no randomness: every function here gives the same answer for the same
//! input, in WebAssembly and natively, so what a merchant saw in the preview is what the server
//! does. Words for people live elsewhere: this crate returns [`code::Code`]s and data.
//!
//! The way of a file: bytes → [`table::Table`] → [`columns::Mapping`] → [`rows::RowAsk`] →
//! [`plan::Plan`]. Start reading at [`quantity::apply`] and [`plan::Plan`].

#![warn(missing_docs)]

pub mod code;
pub mod columns;
pub mod export;
pub mod external_id;
pub mod formula;
pub mod label;
pub mod layout;
pub mod number;
pub mod order;
pub mod own_layout;
pub mod plan;
pub mod product_import;
pub mod quantity;
pub mod repair;
pub mod rows;
pub mod sheet;
pub mod stock;
pub mod table;
