//! The contract of every store over PostgreSQL, and what only such a store can get wrong.

use std::time::Duration;

use stockroom_server::store::postgres::PostgresStore;
use stockroom_server::store::postgres::target::Target;
use stockroom_server::store::{Store as _, StoreError};

use crate::cluster::{Cluster, Database};
use crate::suite;

pub(crate) async fn open(database: &Database) -> PostgresStore {
    PostgresStore::open(Target::parse(&database.url()).unwrap()).await.unwrap()
}

#[tokio::test]
async fn postgres_keeps_the_contract() {
    for case in suite::CASES {
        let database = Cluster::shared().database();
        let store = open(&database).await;
        suite::run(*case, &store).await;
        store.close().await;
    }
}

#[tokio::test]
async fn postgres_writes_a_row_of_history_for_every_level_whatever_their_number() {
    let database = Cluster::shared().database();
    let store = open(&database).await;
    suite::fill(&store).await;
    let wanted = [1, 8, 9, 200, 201, 1_000, 1_001];
    for lines in wanted {
        suite::write_history(&store, lines).await;
    }
    let counted = database.rows(
        "select count(*), sum(delta) from history
         where not is_set and asked = -5 and level_before = 9 and level_after = 4
             and variant_id is null
         group by write order by write",
    );
    let expected = wanted
        .map(|lines| vec![lines.to_string(), (-5 * i64::try_from(lines).unwrap()).to_string()]);
    assert_eq!(counted, expected);
}

#[tokio::test]
async fn postgres_reads_a_snapshot_of_one_moment_and_only_four_at_once() {
    let database = Cluster::shared().database();
    let store = open(&database).await;
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
}

#[tokio::test]
async fn processes_that_start_at_once_make_the_tables_once() {
    let database = Cluster::shared().database();
    let starting = (0..6).map(|_| open(&database));
    let stores = futures_util::future::join_all(starting).await;
    suite::run(suite::Case::WritesLast, &stores[0]).await;
    suite::check_written(&stores[5]).await;
    assert_eq!(database.number("select count(*) from stockroom_migrations"), 6);
    database.rows("insert into stockroom_migrations (number) values (99)");
    let newer = PostgresStore::open(Target::parse(&database.url()).unwrap()).await.unwrap_err();
    assert!(newer.to_string().contains("newer version"), "{newer}");
}

/// A database that is gone is no failure of what was asked, and its return is noticed by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_goes_on_once_its_database_is_back() {
    let database = std::sync::Arc::new(Cluster::own_database());
    let store = open(&database).await;
    suite::run(suite::Case::WritesLast, &store).await;
    let breaking = {
        let database = std::sync::Arc::clone(&database);
        std::thread::spawn(move || database.break_down(Duration::from_millis(300)))
    };
    let mut refused = 0;
    while !breaking.is_finished() {
        match store.info().await {
            Ok(info) => assert!(info.is_some()),
            Err(StoreError::Unavailable(_)) => refused += 1,
            Err(other) => panic!("{other}"),
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    breaking.join().unwrap();
    assert!(refused > 0);
    suite::check_written(&store).await;
    suite::write_history(&store, 1).await;
}

#[tokio::test]
async fn a_text_that_cannot_be_kept_is_refused_and_what_cannot_be_there_is_not_found() {
    let database = Cluster::shared().database();
    let store = open(&database).await;
    suite::fill(&store).await;
    let named = store.fill(suite::TEST, vec![suite::product("b", Some("B\0"))], suite::now()).await;
    assert!(matches!(named, Err(StoreError::Unkeepable)), "{named:?}");
    assert!(store.product(suite::TEST, "a\0").await.unwrap().is_none());
}
