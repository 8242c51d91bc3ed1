//! The contract of a store, as one suite over every kind of store.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking where something is missing")]

mod accounts;
mod audit;
mod deliveries;
mod first_version;
mod keys;
mod lists;
mod suite;

use rusqlite::Connection;
use stockroom_server::store::sqlite::SqliteStore;
use stockroom_server::store::{Store as _, StoreError};

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
    suite::fill(&store).await;
    for lines in [1, 8, 9, 200, 201, 1_000, 1_001] {
        suite::write_history(&store, lines).await;
    }
    store.close().await;
    let database = Connection::open(&file).unwrap();
    let mut statement = database
        .prepare(
            "select count(*), sum(delta) from history
             where product = 1 and mode = 'adjust' and asked = -5 and level_before = 9
                 and level_after = 4 and variant_id is null
             group by write order by write",
        )
        .unwrap();
    let counted: Vec<(i64, i64)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let counts: Vec<i64> = counted.iter().map(|(lines, _)| *lines).collect();
    assert_eq!(counts, [1, 8, 9, 200, 201, 1_000, 1_001]);
    assert!(counted.iter().all(|(lines, delta)| *delta == -5 * lines));
    let record: (String, String, Option<String>) = database
        .query_row("select source, key_id, run_reason from writes where number = 7", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    assert_eq!(record, ("bulk".into(), "key".into(), Some("comptage".into())));
}

#[tokio::test]
async fn sqlite_reads_a_snapshot_of_one_moment_and_only_four_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&dir.path().join("stockroom.db")).await.unwrap();
    // More than what is read ahead, so that readings last until they are taken.
    suite::fill_many(&store, 3_000).await;
    let mut first = suite::snapshot(&store).await.unwrap();
    let others = [
        suite::snapshot(&store).await.unwrap(),
        suite::snapshot(&store).await.unwrap(),
        suite::snapshot(&store).await.unwrap(),
    ];
    assert!(matches!(suite::snapshot(&store).await, Err(StoreError::Busy)));
    suite::write_history(&store, 1).await;
    let mut items = Vec::new();
    while let Some(part) = first.parts.recv().await {
        items.extend(part.unwrap());
    }
    assert_eq!(items.len() as u64, first.total);
    assert!(items.iter().all(|item| item.quantity == Some(9)), "a later change is seen");
    drop(others);
    let later = loop {
        // The readings end once they notice that nobody takes their parts.
        match suite::snapshot(&store).await {
            Err(StoreError::Busy) => tokio::task::yield_now().await,
            later => break later.unwrap(),
        }
    };
    assert!(later.version > first.version);
    drop(later);
    store.close().await;
}

/// A database as the first version left it, whose driver counted migrations in its own table.
#[tokio::test]
async fn sqlite_goes_on_with_a_database_of_the_first_version() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("stockroom.db");
    let first = Connection::open(&file).unwrap();
    first.execute_batch(include_str!("../../migrations/sqlite/0001_store.sql")).unwrap();
    first.execute_batch(include_str!("../../migrations/sqlite/0002_tallies.sql")).unwrap();
    first
        .execute_batch(
            "create table _sqlx_migrations (version bigint primary key, success boolean not null);
             insert into _sqlx_migrations values (1, true), (2, true);
             insert into stores values (1, 'Test', 0, 5);
             insert into products values
                 (1, 'test', 'b', 'B-2', 'Riz', null, 1, null, 'ACTIVE', 7, null, 1, 0, 5, 6),
                 (1, 'live', 'b', 'B-2', 'Riz', null, 1, null, 'ACTIVE', 8, null, 1, 0, 5, 6);
             insert into api_keys values
                 (1, 'test', 'reads', x'0101010101010101010101010101010101010101010101010101010101010101', 'pk_test_', 'aaaa', 'site', 0, 5, null, null),
                 (1, 'live', 'writes', x'0202020202020202020202020202020202020202020202020202020202020202', 'sk_live_', 'bbbb', 'till', 1, 5, 6, null);
             insert into sessions values (1, 'live', x'0303030303030303030303030303030303030303030303030303030303030303', 'writes', 5, 9000000000000);
             insert into variants values
                 (1, 'test', 'b', 'b-v', 0, 'SIZE', 'Grand', null, null, 3);
             insert into writes values
                 (1, 'test', 1, 9, 'bulk', 'key', 'second', null, null),
                 (1, 'live', 1, 8, 'bulk', 'key', 'first', null, null),
                 (1, 'live', 2, 10, 'bulk', 'key', 'third', 'run', 'comptage'),
                 (1, 'live', 3, 11, 'bulk', 'key', 'fourth', 'run', null);
             insert into history values
                 (1, 'test', 1, 0, 'b', 'b-v', 'set', 3, null, 3, 3),
                 (1, 'live', 1, 0, 'b', null, 'adjust', 1, 7, 8, 1),
                 (1, 'live', 2, 0, 'b', null, 'adjust', -2, 8, 6, -2),
                 (1, 'live', 2, 1, 'b', null, 'adjust', 3, 6, 9, 3),
                 (1, 'live', 3, 0, 'b', null, 'adjust', -1, 9, 8, -1);",
        )
        .unwrap();
    drop(first);
    let store = SqliteStore::open(&file).await.unwrap();
    first_version::check_products(&store).await;
    first_version::check_keys(&store).await;
    store.close().await;
    let database = Connection::open(&file).unwrap();
    let mut statement = database
        .prepare(
            "select w.number, w.request_id, p.environment, h.level_after from history h
             join writes w on w.number = h.write join products p on p.number = h.product
             order by w.number",
        )
        .unwrap();
    let history: Vec<(i64, String, String, i64)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let entry = |write, request: &str, environment: &str, after| {
        (write, request.to_owned(), environment.to_owned(), after)
    };
    let expected = [
        entry(1, "first", "live", 8),
        entry(2, "second", "test", 3),
        entry(3, "third", "live", 6),
        entry(3, "third", "live", 9),
        entry(4, "fourth", "live", 8),
    ];
    assert_eq!(history, expected);
    let newer = Connection::open(&file).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    drop(newer);
    let refused = SqliteStore::open(&file).await.unwrap_err();
    assert!(refused.to_string().contains("newer version"), "{refused}");
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
