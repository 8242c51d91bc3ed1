//! The contract of a store, as one suite over every kind of store.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking where something is missing")]

mod suite;

use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
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
async fn sqlite_writes_a_row_of_history_for_every_level_whatever_their_number() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("stockroom.db");
    let store = SqliteStore::open(&file).await.unwrap();
    for lines in [1, 8, 9, 200, 201, 1_000, 1_001] {
        suite::write_history(&store, lines).await;
    }
    store.close().await;
    let options = SqliteConnectOptions::new().filename(&file);
    let mut database = options.connect().await.unwrap();
    let counted: Vec<(i64, i64, i64)> = sqlx::query_as(
        "select write_id, count(*), sum(delta) from history
         where product_id = 'a' and mode = 'adjust' and asked = -5 and level_before = 9
             and level_after = 4 and variant_id is null
         group by write_id order by write_id",
    )
    .fetch_all(&mut database)
    .await
    .unwrap();
    let counts: Vec<i64> = counted.iter().map(|(_, lines, _)| *lines).collect();
    assert_eq!(counts, [1, 8, 9, 200, 201, 1_000, 1_001]);
    assert!(counted.iter().all(|(_, lines, delta)| *delta == -5 * lines));
    let record: (String, String, Option<String>) =
        sqlx::query_as("select source, key_id, run_reason from writes where write_id = 7")
            .fetch_one(&mut database)
            .await
            .unwrap();
    assert_eq!(record, ("bulk".into(), "key".into(), Some("comptage".into())));
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
