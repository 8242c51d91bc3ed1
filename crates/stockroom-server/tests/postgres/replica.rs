//! Lists are read from a standby, and never show less than what was answered before.

use std::time::{Duration, Instant};

use stockroom_api::inventory::Which;
use stockroom_server::store::Store as _;
use stockroom_server::store::data::ReplicaReads;
use stockroom_server::store::history::{HistoryFilter, Part};
use stockroom_server::store::postgres::PostgresStore;
use stockroom_server::store::postgres::target::Target;
use stockroom_server::store::products::ProductFilter;

use crate::cluster::{Cluster, Database};
use crate::suite;

/// How long a standby may be left alone after it was not to be read, and a little more.
const LONG_ENOUGH: Duration = Duration::from_secs(15);

/// A shop whose server reads lists from a standby.
struct Shop {
    primary: Database,
    standby: Database,
    store: PostgresStore,
    writes: usize,
}

impl Shop {
    async fn open() -> Self {
        let primary = Cluster::own_database();
        let store = super::store::open(&primary).await;
        suite::fill(&store).await;
        let standby = primary.standby();
        let store = store.with_replica(Target::parse(&standby.url()).unwrap());
        Self { primary, standby, store, writes: 0 }
    }

    async fn reads(&self) -> ReplicaReads {
        self.store.figures(suite::now()).await.unwrap().replica.unwrap()
    }

    async fn write(&mut self) {
        suite::write_history(&self.store, 1).await;
        self.writes += 1;
    }

    /// Reads all lists, which are to show all that was written. Returns how many were read from the standby.
    async fn check(&self) -> u64 {
        let before = self.reads().await;
        let filter = HistoryFilter::default();
        let part = Part { after: None, limit: 100 };
        let history = self.store.history(suite::TEST, filter, part).await.unwrap().unwrap();
        assert_eq!(history.items.len(), self.writes);
        let low = self.store.inventory(suite::TEST, Which::Low, suite::FIRST).await.unwrap();
        assert_eq!(low.total, u64::from(self.writes > 0));
        let filter = ProductFilter { search: Some("riz".to_owned()), ..ProductFilter::default() };
        let products = self.store.products(suite::TEST, filter, suite::FIRST).await.unwrap();
        assert_eq!(products.items[0].quantity, Some(if self.writes > 0 { 4 } else { 9 }));
        self.store.runs(suite::TEST, None, Part { after: None, limit: 10 }).await.unwrap();
        let after = self.reads().await;
        assert_eq!(after.replica + after.primary, before.replica + before.primary + 4);
        after.replica - before.replica
    }

    /// Waits until lists are read from the standby again.
    async fn check_until_read(&self) {
        let began = Instant::now();
        while self.check().await < 4 {
            assert!(began.elapsed() < LONG_ENOUGH, "the standby is not read any more");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_is_read_and_shows_whatever_was_written_before() {
    let mut shop = Shop::open().await;
    shop.check_until_read().await;
    let mut from_standby = 0;
    for _ in 0..30 {
        shop.write().await;
        from_standby += shop.check().await;
    }
    assert!(from_standby > 0, "the standby was never read");
    eprintln!("{from_standby} of 120 lists after a write were read from the standby");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_that_lags_or_is_away_is_not_read_until_it_is_back() {
    let mut shop = Shop::open().await;
    shop.check_until_read().await;
    shop.standby.rows("select pg_wal_replay_pause()");
    shop.write().await;
    let began = Instant::now();
    assert_eq!(shop.check().await, 0);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    shop.standby.rows("select pg_wal_replay_resume()");
    shop.check_until_read().await;
    // Stopped while its connections are in use.
    shop.standby.stop();
    shop.write().await;
    assert_eq!(shop.check().await, 0);
    shop.write().await;
    assert_eq!(shop.check().await, 0);
    shop.standby.start();
    shop.check_until_read().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_standby_of_the_database_is_never_read() {
    let mut shop = Shop::open().await;
    shop.write().await;
    shop.check_until_read().await;
    // A database of its own from now on, where somebody writes.
    shop.standby.rows("select pg_promote()");
    shop.standby.rows("delete from history");
    for _ in 0..3 {
        assert_eq!(shop.check().await, 0);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    // Its standby follows it and not the database, though it came further.
    let further = shop.standby.standby();
    shop.standby.rows("create table filler as select generate_series(1, 100000)");
    let place = |database: &Database, of: &str| {
        database.number(&format!("select pg_wal_lsn_diff({of}, '0/0')::bigint"))
    };
    let began = Instant::now();
    while place(&further, "pg_last_wal_replay_lsn()")
        <= place(&shop.primary, "pg_current_wal_lsn()")
    {
        assert!(began.elapsed() < LONG_ENOUGH, "the standby does not follow");
    }
    let store = super::store::open(&shop.primary).await;
    shop.store = store.with_replica(Target::parse(&further.url()).unwrap());
    assert_eq!(shop.check().await, 0);
    // Another cluster altogether.
    let other = Cluster::own_database();
    let standby = other.standby();
    let store = super::store::open(&shop.primary).await;
    shop.store = store.with_replica(Target::parse(&standby.url()).unwrap());
    assert_eq!(shop.check().await, 0);
}
