//! The connection breaks in the moment of a commit: what is told of it is what became of it.

use std::time::{Duration, Instant};

use stockroom_server::store::postgres::PostgresStore;
use stockroom_server::store::postgres::target::Target;
use stockroom_server::store::{Store as _, StoreError};

use crate::cluster::{Cluster, Database};
use crate::suite;
use crate::wire::{Fault, Wire};

struct Shop {
    database: Database,
    wire: Wire,
    store: PostgresStore,
}

impl Shop {
    async fn open() -> Self {
        let database = Cluster::shared().database();
        let url = database.url();
        let place = url.split_once('@').unwrap().1.split_once('/').unwrap().0;
        let wire = Wire::start(place);
        let through = url.replace(place, &wire.address.to_string());
        let store = PostgresStore::open(Target::parse(&through).unwrap()).await.unwrap();
        suite::fill(&store).await;
        Self { database, wire, store }
    }

    /// Returns how many changes of levels were kept.
    fn writes(&self) -> i64 {
        self.database.number("select count(*) from writes")
    }
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_asked_after_and_known_to_be_done() {
    let shop = Shop::open().await;
    for done in 1..=5 {
        shop.wire.set(Fault::Answer);
        suite::write(&shop.store, suite::TEST, 1).await.unwrap();
        assert_eq!((shop.writes(), shop.wire.broken()), (done, usize::try_from(done).unwrap()));
    }
}

#[tokio::test]
async fn a_commit_that_never_came_is_asked_after_and_known_not_to_be_done() {
    let shop = Shop::open().await;
    for broken in 1..=5 {
        shop.wire.set(Fault::Commit);
        let told = suite::write(&shop.store, suite::TEST, 1).await;
        assert!(matches!(told, Err(StoreError::Unavailable(_))), "{told:?}");
        assert_eq!((shop.writes(), shop.wire.broken()), (0, broken));
    }
    suite::write(&shop.store, suite::TEST, 1).await.unwrap();
    assert_eq!(shop.writes(), 1);
}

#[tokio::test]
async fn where_nobody_can_be_asked_it_is_said_that_nobody_knows() {
    let shop = Shop::open().await;
    shop.wire.set(Fault::Everything);
    let began = Instant::now();
    let told = suite::write(&shop.store, suite::TEST, 1).await;
    assert!(matches!(told, Err(StoreError::Unsure)), "{told:?}");
    assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());
    assert_eq!(shop.writes(), 1);
    let gone = shop.store.info().await;
    assert!(matches!(gone, Err(StoreError::Unavailable(_))), "{gone:?}");
}

/// A database that waits for a standby that is not there.
#[tokio::test]
async fn a_commit_that_does_not_end_keeps_nobody_waiting() {
    let database = Cluster::own_database();
    let store = super::store::open(&database).await;
    suite::fill(&store).await;
    suite::write(&store, suite::TEST, 1).await.unwrap();
    database.rows("alter system set synchronous_standby_names = 'nobody'");
    database.rows("select pg_reload_conf()");
    // A process of PostgreSQL's own has to hear of it before commits wait.
    let mut stuck = None;
    for _ in 0..500 {
        let began = Instant::now();
        let told = suite::write(&store, suite::TEST, 1).await;
        if let Err(told) = told {
            stuck = Some((told, began.elapsed()));
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (told, time) = stuck.unwrap();
    assert!(matches!(told, StoreError::Unsure), "{told:?}");
    assert!(time < Duration::from_secs(25), "{time:?}");
}
