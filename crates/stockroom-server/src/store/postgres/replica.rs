//! A standby of the database, from which long lists are read where it has all that the database has.
//!
//! How far the database has come is asked before every such reading, and the standby is read only once it has
//! come as far: so nobody sees an older state than one that was answered before, by whichever process. Where that
//! takes too long, or the standby cannot be reached, the database itself is read.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::connections::{Connection, Connections, Lent, Use};
use super::target::Target;
use crate::store::data::ReplicaReads;
use crate::store::{StoreError, Stored};

/// How many connections read from the standby, and how many may wait for one.
const READERS: usize = 6;
const MOST_WAITING: usize = 64;

/// How long a standby may take to come as far as the database was.
const CATCHING_UP: Duration = Duration::from_millis(100);

/// How often it is asked meanwhile.
const ASK_EVERY: Duration = Duration::from_millis(4);

/// How long a standby may take to answer at all, with a new connection where one is needed.
const ANSWERING: Duration = Duration::from_secs(1);

/// How long nobody tries a standby that lagged behind or was not to be read at all.
const REST: Duration = Duration::from_secs(2);

/// How far the database has written its journal, on which of its timelines. What was answered as done is before
/// it.
const WRITTEN: &str = "
    select pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint,
        ('x' || left(pg_walfile_name(pg_current_wal_flush_lsn()), 8))::bit(32)::integer,
        (select system_identifier from pg_control_system()), current_database()::text";

/// How far a standby has come, on which timeline; no row from what is none.
const REPLAYED: &str = "
    select pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint,
        (select timeline_id from pg_control_checkpoint()),
        (select system_identifier from pg_control_system()), current_database()::text
    where pg_is_in_recovery()";

/// A standby that may be read.
#[derive(Debug)]
pub(super) struct Replica {
    connections: Connections,
    /// Until when nobody tries it.
    resting: Mutex<Option<Instant>>,
    from_standby: AtomicU64,
    from_primary: AtomicU64,
}

/// How far a database has come.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    bytes: i64,
    /// Which cluster, database and timeline: a standby of another has nothing to do with this one.
    whose: (i32, i64, String),
}

/// Why a standby is not read.
#[derive(Clone, Debug, thiserror::Error)]
enum Unfit {
    #[error("it cannot be read: {0}")]
    Failed(#[from] StoreError),
    #[error("it does not answer")]
    Silent,
    #[error("it is no standby, or one of another database or timeline")]
    Another,
    #[error("it lags behind")]
    Behind,
}

impl Replica {
    pub(super) fn new(target: Target) -> Self {
        let target = Arc::new(target);
        Self {
            connections: Connections::new(target, Use::Reading, READERS, MOST_WAITING),
            resting: Mutex::default(),
            from_standby: AtomicU64::new(0),
            from_primary: AtomicU64::new(0),
        }
    }

    /// Lends a connection to the standby once that has all that the database has now; `None` where the database
    /// itself is to be read.
    pub(super) async fn lend(&self, primary: &Connections) -> Option<Lent> {
        let lent = if self.is_resting() { None } else { self.try_to_lend(primary).await };
        if lent.is_none() {
            self.from_primary.fetch_add(1, Ordering::Relaxed);
        }
        lent
    }

    /// Returns what was read from the standby; `None` where the database itself is to be read after all.
    pub(super) fn taken<T>(&self, read: Stored<T>) -> Option<T> {
        match read {
            Ok(read) => {
                self.from_standby.fetch_add(1, Ordering::Relaxed);
                Some(read)
            }
            Err(error) => {
                if matches!(error, StoreError::Unavailable(_)) {
                    self.rest(&Unfit::Failed(error));
                }
                self.from_primary.fetch_add(1, Ordering::Relaxed);
                None
            }
        }
    }

    /// Returns how much was read from where.
    pub(super) fn reads(&self) -> ReplicaReads {
        ReplicaReads {
            replica: self.from_standby.load(Ordering::Relaxed),
            primary: self.from_primary.load(Ordering::Relaxed),
        }
    }

    pub(super) fn close(&self) {
        self.connections.close();
    }

    async fn try_to_lend(&self, primary: &Connections) -> Option<Lent> {
        // Where this fails, reading from the database fails too, and says why.
        let wanted = written(primary).await.ok()?;
        let asked = timeout(ANSWERING, async {
            let mut lent = self.connections.lend().await?;
            lent.keep_from_others();
            caught_up(&lent, &wanted).await.map(|()| lent)
        });
        match asked.await.unwrap_or(Err(Unfit::Silent)) {
            Ok(mut lent) => {
                lent.has_ended();
                Some(lent)
            }
            // So many read there that asking the database is quicker.
            Err(Unfit::Failed(StoreError::Busy)) => None,
            Err(unfit) => {
                self.rest(&unfit);
                None
            }
        }
    }

    fn is_resting(&self) -> bool {
        let resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        resting.is_some_and(|until| Instant::now() < until)
    }

    fn rest(&self, unfit: &Unfit) {
        tracing::warn!(reason = %unfit, "the replica is not read for {} s", REST.as_secs());
        let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        *resting = Some(Instant::now() + REST);
    }
}

async fn written(primary: &Connections) -> Stored<Place> {
    let connection = primary.lend().await?;
    let found = place(&connection, WRITTEN).await?;
    found.ok_or_else(|| StoreError::Failed("the database does not say how far it is".to_owned()))
}

/// Returns once a standby is at a place.
async fn caught_up(standby: &Connection, wanted: &Place) -> Result<(), Unfit> {
    let until = Instant::now() + CATCHING_UP;
    loop {
        let found = place(standby, REPLAYED).await?.ok_or(Unfit::Another)?;
        if found.whose != wanted.whose {
            return Err(Unfit::Another);
        }
        if found.bytes >= wanted.bytes {
            return Ok(());
        }
        if Instant::now() >= until {
            return Err(Unfit::Behind);
        }
        sleep(ASK_EVERY).await;
    }
}

async fn place(connection: &Connection, sql: &'static str) -> Stored<Option<Place>> {
    let row = connection.row_or_none(sql, &[]).await?;
    let read = |row: tokio_postgres::Row| {
        let whose = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
        Ok(Place { bytes: row.try_get(0)?, whose })
    };
    row.map(read).transpose()
}
