//! Where a test's store is: a file of SQLite in a folder of its own.

use rusqlite::Connection;
use stockroom_server::store::sqlite::SqliteStore;
use tempfile::TempDir;

/// The kind of store.
pub(crate) type TestStore = SqliteStore;

/// How many writes the store does at once.
pub(crate) const WRITERS: usize = 1;

/// The store's folder.
#[derive(Debug)]
pub(crate) struct Place(TempDir);

/// A line of the history: its mode, what was asked, the level before and after, and the delta.
pub(crate) type Line = (String, i64, i64, i64, i64);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) async fn open(&self) -> TestStore {
        SqliteStore::open(&self.0.path().join("stockroom.db")).await.unwrap()
    }

    /// Returns the whole history of a product in the order in which it was written.
    pub(crate) fn history(&self, sku: &str) -> Vec<Line> {
        let database = Connection::open(self.0.path().join("stockroom.db")).unwrap();
        let mut lines = database
            .prepare(
                "select h.mode, h.asked, h.level_before, h.level_after, h.delta
                 from history h join products p on p.number = h.product
                 where p.external_id = ? order by h.write, h.line",
            )
            .unwrap();
        let rows = lines.query_map([sku], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
        });
        rows.unwrap().map(Result::unwrap).collect()
    }
}
