//! How many products the lists have, and which state of them was read.
//!
//! Every writer changes these, so they are written last, by each connection in a row of its own: then nobody
//! waits for another's commit. `migrations/postgres/0001_store.sql` says why their sum is a version.

use jiff::Timestamp;

use super::connections::Connection;
use super::rows::{count, is_live};
use crate::store::Stored;
use crate::store::data::{Scope, Version};

/// How many rows a scope's tallies have at most.
const SHARDS: usize = 16;

/// By how much a transaction changes the tallies of a scope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// The products.
    pub(super) products: i64,
    /// Those that are tracked.
    pub(super) tracked: i64,
    /// Those that are low.
    pub(super) low: i64,
    /// How often the order of a list has changed.
    pub(super) order: i64,
}

/// The tallies of a scope as they are read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tallies {
    pub(super) version: Version,
    pub(super) order_version: i64,
    pub(super) products: u64,
    pub(super) tracked: u64,
    pub(super) low: u64,
}

pub(super) const ADD: &str = "
    insert into tallies (store_id, live, shard, products, tracked, low, version, order_version)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (store_id, live, shard) do update set
        products = tallies.products + excluded.products,
        tracked = tallies.tracked + excluded.tracked,
        low = tallies.low + excluded.low,
        version = greatest(tallies.version + 1, excluded.version),
        order_version = tallies.order_version + excluded.order_version";

/// Adds to the tallies and moves the version on; only the commit may follow.
pub(super) async fn add(
    connection: &Connection,
    scope: Scope,
    tally: Tally,
    at: Timestamp,
) -> Stored<()> {
    let shard = i32::try_from(connection.number % SHARDS).unwrap_or(0);
    connection
        .execute(
            ADD,
            &[
                &scope.store_id,
                &is_live(scope),
                &shard,
                &tally.products,
                &tally.tracked,
                &tally.low,
                &at.as_millisecond(),
                &tally.order,
            ],
        )
        .await?;
    Ok(())
}

/// Returns the tallies of a scope; without products there was no change yet.
pub(super) async fn read(connection: &Connection, scope: Scope) -> Stored<Tallies> {
    let row = connection
        .row(
            "select coalesce(sum(version), 0)::bigint, coalesce(sum(order_version), 0)::bigint,
                 coalesce(sum(products), 0)::bigint, coalesce(sum(tracked), 0)::bigint,
                 coalesce(sum(low), 0)::bigint
             from tallies where store_id = $1 and live = $2",
            &[&scope.store_id, &is_live(scope)],
        )
        .await?;
    Ok(Tallies {
        version: Version(row.try_get(0)?),
        order_version: row.try_get(1)?,
        products: count(&row, 2)?,
        tracked: count(&row, 3)?,
        low: count(&row, 4)?,
    })
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.products += other.products;
        self.tracked += other.tracked;
        self.low += other.low;
        self.order += other.order;
    }
}
