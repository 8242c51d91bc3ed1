//! Webhooks: telling endpoints of events, in order, signed, and again until they take them.
//!
//! Events are written by the store with the change that they are about
//! ([`crate::store::webhooks`]). From there on: [`courier`] takes what is due and lets [`sending`]
//! send it, [`schedule`] decides when it is sent again and when an endpoint is given up, [`signing`]
//! proves who sends, and [`target`] keeps requests away from addresses that are nobody's business.

pub mod courier;
pub mod schedule;
pub mod sending;
pub mod signing;
pub mod target;
