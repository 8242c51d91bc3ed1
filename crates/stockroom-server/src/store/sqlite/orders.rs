//! Walking through a long list once, so that its order is known.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::store::Stored;
use crate::store::data::{Page, Scope};
use crate::store::orders::{List, Order, Orders, is_deep, part};

/// Returns the numbers of a page's products as a JSON array, or `None` where the page is to be walked to.
/// `connection` is inside a transaction, so that the answer is of its moment.
pub(super) fn page(
    connection: &Connection,
    orders: &Orders,
    scope: Scope,
    list: List,
    page: Page,
) -> Stored<Option<String>> {
    if !is_deep(page) {
        return Ok(None);
    }
    let version = order_version(connection, scope)?;
    let numbers = match orders.find(scope, list, version) {
        Order::Unknown => return Ok(None),
        Order::Known(numbers) => numbers,
        Order::Wanted => {
            let numbers = walk(connection, scope, list)?;
            orders.keep(scope, list, version, &numbers);
            numbers
        }
    };
    Ok(Some(serde_json::to_string(part(&numbers, page))?))
}

fn order_version(connection: &Connection, scope: Scope) -> Stored<i64> {
    let mut statement = connection.prepare_cached(
        "select order_version from tallies where store_id = ?1 and environment = ?2",
    )?;
    let version = statement
        .query_row(params![scope.store_id, scope.environment.as_str()], |row| row.get(0))
        .optional()?;
    Ok(version.unwrap_or(0))
}

fn walk(connection: &Connection, scope: Scope, list: List) -> Stored<Arc<[i64]>> {
    let mut statement = connection.prepare_cached(match list {
        List::Tracked => {
            "select number from products indexed by products_tracked
             where store_id = ?1 and environment = ?2 and is_tracked = 1
             order by external_id is null, external_id, id"
        }
        List::All => {
            "select number from products indexed by products_listed
             where store_id = ?1 and environment = ?2
             order by external_id is null, external_id, id"
        }
    })?;
    let numbers = statement
        .query_map(params![scope.store_id, scope.environment.as_str()], |row| row.get(0))?;
    Ok(numbers.collect::<Result<_, _>>()?)
}
