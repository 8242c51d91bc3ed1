//! Where a test's store is: a database of its own in the cluster of this process.

use stockroom_server::store::postgres::PostgresStore;
use stockroom_server::store::postgres::target::Target;

use crate::cluster::{Cluster, Database};

/// The kind of store.
pub(crate) type TestStore = PostgresStore;

/// How many writes the store does at once.
pub(crate) const WRITERS: usize = 8;

/// The store's database.
#[derive(Debug)]
pub(crate) struct Place(Database);

/// A line of the history: its mode, what was asked, the level before and after, and the delta.
pub(crate) type Line = (String, i64, i64, i64, i64);

impl Place {
    pub(crate) fn new() -> Self {
        Self(Cluster::shared().database())
    }

    pub(crate) async fn open(&self) -> TestStore {
        PostgresStore::open(Target::parse(&self.0.url()).unwrap()).await.unwrap()
    }

    /// Returns the whole history of a product in the order in which it was written.
    pub(crate) fn history(&self, sku: &str) -> Vec<Line> {
        let rows = self.0.rows(&format!(
            "select case when h.is_set then 'set' else 'adjust' end, h.asked, h.level_before,
                 h.level_after, h.delta
             from history h join products p on p.store_id = h.store_id and p.number = h.product
             where p.external_id = '{sku}' order by h.write, h.line"
        ));
        let number = |row: &[String], at: usize| row[at].parse().unwrap();
        let line = |row: Vec<String>| {
            let (asked, before) = (number(&row, 1), number(&row, 2));
            (row[0].clone(), asked, before, number(&row, 3), number(&row, 4))
        };
        rows.into_iter().map(line).collect()
    }
}
