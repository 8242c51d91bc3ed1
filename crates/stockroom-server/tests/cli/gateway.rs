//! `stockroom serve --upstream`: two servers as processes, one behind the other, and people who sign in
//! at the one in front.

mod crash;
mod outcomes;
mod pair;
mod passing;
mod sharing;
mod starting;
