//! Where a test's store is: as without a gateway, with one in front of it.

#[path = "../api/place.rs"]
mod file;

pub(crate) use self::file::{Line, Place, TestStore, WRITERS};

/// Requests go through a gateway.
pub(crate) const HAS_GATEWAY: bool = true;
