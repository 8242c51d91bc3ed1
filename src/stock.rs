//! The store's stock as this tab has read it; shared by Inventory, the product panel and Update.

use crate::connection::Connection;

/// The stock; copy it into closures.
#[derive(Clone, Copy, Debug)]
pub struct Stock {
    connection: Connection,
}

impl Stock {
    /// Starts.
    pub fn start(connection: Connection) -> Self {
        Self { connection }
    }
}
