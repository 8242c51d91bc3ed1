//! `stockroom serve --upstream`: two servers as processes, one behind the other, and people who sign in
//! at the one in front.

mod pair;
mod passing;
