//! The contract of a store, as one suite over every kind of store.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking where something is missing")]

mod suite;

use stockroom_server::store::sqlite::SqliteStore;

#[tokio::test]
async fn sqlite_keeps_the_contract() {
    for case in suite::CASES {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("stockroom.db");
        let store = SqliteStore::open(&file).await.unwrap();
        suite::run(*case, &store).await;
        store.close().await;
    }
}

#[tokio::test]
async fn sqlite_keeps_what_was_committed_when_opened_again() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("stockroom.db");
    let store = SqliteStore::open(&file).await.unwrap();
    suite::run(suite::Case::WritesLast, &store).await;
    store.close().await;
    let store = SqliteStore::open(&file).await.unwrap();
    suite::check_written(&store).await;
}
