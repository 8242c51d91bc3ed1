//! People who sign in by name and password: names, passwords, and how often may be tried.
//!
//! Who may do what is said by the endpoints' rules ([`crate::routes`]); read [`entering::enter`] first.

pub mod device;
pub mod entering;
pub mod names;
pub mod passwords;
