//! What only a store in PostgreSQL can get wrong, and the contract of every store.

use stockroom_server::store::Store as _;
use stockroom_server::store::postgres::PostgresStore;
use stockroom_server::store::postgres::target::Target;

use crate::cluster::{Cluster, Database};
use crate::suite;

pub(crate) async fn open(database: &Database) -> PostgresStore {
    PostgresStore::open(Target::parse(&database.url()).unwrap()).await.unwrap()
}

#[tokio::test]
async fn postgres_keeps_the_contract() {
    for case in suite::CASES {
        println!("{case:?}");
        let database = Cluster::shared().database();
        let store = open(&database).await;
        suite::run(*case, &store).await;
        store.close().await;
    }
}
