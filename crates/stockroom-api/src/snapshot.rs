//! The snapshot: all tracked products as they were at one moment, as one stream of lines.
//!
//! The first line is a [`SnapshotHead`]; each line after it is an
//! [`InventoryItem`](crate::inventory::InventoryItem), in the order of the inventory list, ended by
//! a line feed. A stream with fewer items than its head says broke off and is no snapshot.

use serde::{Deserialize, Serialize};

/// The media type of a snapshot.
pub const CONTENT_TYPE: &str = "application/x-ndjson";

/// The first line of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotHead {
    /// The number of items that follow.
    pub total: u64,
}
