//! All tracked products at one moment, read on a connection of its own.
//!
//! The reading is one transaction, and its journal cannot be folded into the file before it ends: so
//! whoever takes the products too slowly is cut off.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use stockroom_api::inventory::{InventoryItem, InventoryVariant};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use super::connection::open_reader;
use crate::store::data::{Scope, Snapshot, Version};
use crate::store::{StoreError, Stored};

/// How many snapshots are read at once.
const AT_ONCE: usize = 4;

/// The products of a part.
const PART: usize = 500;

/// The parts that wait to be taken.
const PARTS_AHEAD: usize = 2;

/// How long a part may wait to be taken.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a reading may last.
const LONGEST: Duration = Duration::from_mins(2);

/// The readings of snapshots.
#[derive(Debug)]
pub(super) struct Snapshots {
    file: PathBuf,
    permits: Arc<Semaphore>,
}

/// Where the parts of one reading go.
struct Parts {
    sender: mpsc::Sender<Stored<Vec<InventoryItem>>>,
    until: Instant,
    runtime: Handle,
    _permit: OwnedSemaphorePermit,
}

/// What a reading finds first.
type Head = (Version, u64);

impl Snapshots {
    pub(super) fn new(file: PathBuf) -> Self {
        Self { file, permits: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Begins a reading and returns once it is known which state it reads.
    pub(super) async fn start(&self, scope: Scope) -> Stored<Snapshot> {
        let permit = Arc::clone(&self.permits).try_acquire_owned().map_err(|_| StoreError::Busy)?;
        let (head, headed) = oneshot::channel();
        let (sender, parts) = mpsc::channel(PARTS_AHEAD);
        let to = Parts {
            sender,
            until: Instant::now() + LONGEST,
            runtime: Handle::current(),
            _permit: permit,
        };
        let file = self.file.clone();
        tokio::task::spawn_blocking(move || {
            if let Err(error) = read(&file, scope, head, &to) {
                to.send(Err(error));
            }
        });
        // A reading that fails before its head says why in its first part.
        let Ok((version, total)) = headed.await else {
            return Err(failure(parts).await);
        };
        Ok(Snapshot { version, total, parts })
    }
}

impl Parts {
    /// Hands a part over; tells whether somebody took it.
    fn send(&self, part: Stored<Vec<InventoryItem>>) -> bool {
        let until = self.until.min(Instant::now() + PATIENCE);
        let sent = self.runtime.block_on(timeout_at(until, self.sender.send(part)));
        matches!(sent, Ok(Ok(())))
    }
}

/// Returns the version of a scope; without products there was no change yet.
pub(super) fn version(connection: &Connection, scope: Scope) -> Stored<Version> {
    head(connection, scope).map(|(version, _)| version)
}

fn head(connection: &Connection, scope: Scope) -> Stored<Head> {
    let mut statement = connection.prepare_cached(
        "select version, tracked from tallies where store_id = ?1 and environment = ?2",
    )?;
    let key = params![scope.store_id, scope.environment.as_str()];
    let found = statement.query_row(key, |row| Ok((Version(row.get(0)?), row.get(1)?)));
    Ok(found.optional()?.unwrap_or((Version(0), 0)))
}

async fn failure(mut parts: mpsc::Receiver<Stored<Vec<InventoryItem>>>) -> StoreError {
    match parts.recv().await {
        Some(Err(error)) => error,
        _ => StoreError::Failed("a snapshot was not begun".to_owned()),
    }
}

fn read(file: &Path, scope: Scope, headed: oneshot::Sender<Head>, to: &Parts) -> Stored<()> {
    let mut connection = open_reader(file)?;
    let tx = connection.transaction()?;
    // Where nobody waits for the head, nobody takes the parts either.
    if headed.send(head(&tx, scope)?).is_err() {
        return Ok(());
    }
    // One statement: a second one for each product took longer than all the rest. A product comes in
    // as many rows as it has variants, one after the other.
    let mut products = tx.prepare_cached(
        "select products.id, external_id, name, levels.quantity, low_stock_threshold, is_low, number,
             variants.position, variants.id, variants.label, variants.quantity
         from products indexed by products_tracked
         cross join levels on levels.product = number
         left join variants on variants.product = number
         where store_id = ?1 and environment = ?2 and is_tracked = 1
         order by external_id is null, external_id, products.id",
    )?;
    let mut rows = products.query(params![scope.store_id, scope.environment.as_str()])?;
    let mut part = Vec::with_capacity(PART);
    let mut number = None;
    let mut variants = Vec::new();
    while let Some(row) = rows.next()? {
        let row_number: i64 = row.get(6)?;
        if number.replace(row_number) != Some(row_number) {
            give(&mut variants, &mut part);
            if part.len() == PART
                && !to.send(Ok(std::mem::replace(&mut part, Vec::with_capacity(PART))))
            {
                return Ok(());
            }
            part.push(item(row)?);
        }
        if let Some(position) = row.get(7)? {
            variants.push((position, variant(row)?));
        }
    }
    give(&mut variants, &mut part);
    to.send(Ok(part));
    Ok(())
}

/// Gives the last product its variants, in their order.
fn give(variants: &mut Vec<(i64, InventoryVariant)>, part: &mut [InventoryItem]) {
    if let Some(item) = part.last_mut() {
        variants.sort_unstable_by_key(|(position, _)| *position);
        item.variants.extend(variants.drain(..).map(|(_, variant)| variant));
    }
}

fn item(row: &Row<'_>) -> rusqlite::Result<InventoryItem> {
    Ok(InventoryItem {
        product_id: row.get(0)?,
        external_id: row.get(1)?,
        name: row.get(2)?,
        quantity: row.get(3)?,
        low_stock_threshold: row.get(4)?,
        is_low_stock: row.get(5)?,
        variants: Vec::new(),
    })
}

fn variant(row: &Row<'_>) -> rusqlite::Result<InventoryVariant> {
    Ok(InventoryVariant { variant_id: row.get(8)?, label: row.get(9)?, quantity: row.get(10)? })
}
