//! All tracked products at one moment, read on a connection of its own.
//!
//! The reading is one transaction, and what it may still see cannot be cleared away before it ends: so
//! whoever takes the products too slowly is cut off.

use std::sync::Arc;
use std::time::Duration;

use stockroom_api::inventory::InventoryItem;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::connections::{Connections, Lent, Use};
use super::lists::{item, item_columns};
use super::rows::is_live;
use super::tallies;
use super::target::Target;
use crate::store::Stored;
use crate::store::data::{Scope, Snapshot};

/// How many snapshots are read at once; the next are told that the server is busy.
const AT_ONCE: usize = 4;

/// The parts that wait to be taken.
const PARTS_AHEAD: usize = 2;

/// How long a part may wait to be taken.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a reading may last.
const LONGEST: Duration = Duration::from_mins(2);

/// The readings of snapshots.
#[derive(Debug)]
pub(super) struct Snapshots {
    connections: Connections,
}

impl Snapshots {
    pub(super) fn new(target: Arc<Target>) -> Self {
        Self { connections: Connections::new(target, Use::Reading, AT_ONCE, 0) }
    }

    /// Begins a reading and returns once it is known which state it reads.
    pub(super) async fn start(&self, scope: Scope) -> Stored<Snapshot> {
        let mut connection = self.connections.lend().await?;
        connection.begin("begin isolation level repeatable read read only").await?;
        let tallies = tallies::read(&connection, scope).await?;
        let (sender, parts) = mpsc::channel(PARTS_AHEAD);
        tokio::spawn(async move {
            let until = Instant::now() + LONGEST;
            if let Err(error) = read(&mut connection, scope, &sender, until).await {
                send(&sender, until, Err(error)).await;
            }
        });
        Ok(Snapshot { version: tallies.version, total: tallies.tracked, parts })
    }

    /// Begins no more readings.
    pub(super) fn close(&self) {
        self.connections.close();
    }
}

type Parts = mpsc::Sender<Stored<Vec<InventoryItem>>>;

async fn read(connection: &mut Lent, scope: Scope, to: &Parts, until: Instant) -> Stored<()> {
    connection
        .execute(
            concat!(
                "declare snapshot no scroll cursor for select ",
                item_columns!(),
                " from products p join levels l on l.store_id = p.store_id and l.product = p.number
                 where p.store_id = $1 and p.live = $2 and p.is_tracked
                 order by p.external_id, p.id"
            ),
            &[&scope.store_id, &is_live(scope)],
        )
        .await?;
    loop {
        let rows = connection.rows("fetch 500 from snapshot", &[]).await?;
        let items = rows.iter().map(item).collect::<Stored<Vec<_>>>()?;
        let is_last = items.is_empty();
        if is_last || !send(to, until, Ok(items)).await {
            return connection.end("rollback").await;
        }
    }
}

/// Hands a part over; tells whether somebody took it.
async fn send(to: &Parts, until: Instant, part: Stored<Vec<InventoryItem>>) -> bool {
    let until = until.min(Instant::now() + PATIENCE);
    matches!(timeout_at(until, to.send(part)).await, Ok(Ok(())))
}
