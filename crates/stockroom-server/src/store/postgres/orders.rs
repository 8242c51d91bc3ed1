//! Reading the order of a long list once, so that it is known.

use std::sync::Arc;

use super::connections::Connection;
use super::rows::is_live;
use crate::store::Stored;
use crate::store::data::{Page, Scope};
use crate::store::orders::{List, Order, Orders, is_deep, part};

/// Returns the numbers of a page's products, or `None` where the page is to be walked to.
///
/// `version` was read before: where the order has changed since, the page is of a moment in between.
pub(super) async fn page(
    connection: &Connection,
    orders: &Orders,
    scope: Scope,
    list: List,
    version: i64,
    page: Page,
) -> Stored<Option<Vec<i64>>> {
    if !is_deep(page) {
        return Ok(None);
    }
    let numbers = match orders.find(scope, list, version) {
        Order::Unknown => return Ok(None),
        Order::Known(numbers) => numbers,
        Order::Wanted => {
            let numbers = read(connection, scope, list).await?;
            orders.keep(scope, list, version, &numbers);
            numbers
        }
    };
    Ok(Some(part(&numbers, page).to_vec()))
}

/// Reads the order as one value: row by row a million numbers would take ten times as long.
async fn read(connection: &Connection, scope: Scope, list: List) -> Stored<Arc<[i64]>> {
    let sql = match list {
        List::Tracked => {
            "select coalesce(array_agg(number order by external_id, id), '{}') from products
             where store_id = $1 and live = $2 and is_tracked"
        }
        List::All => {
            "select coalesce(array_agg(number order by external_id, id), '{}') from products
             where store_id = $1 and live = $2"
        }
    };
    let row = connection.row(sql, &[&scope.store_id, &is_live(scope)]).await?;
    Ok(row.try_get::<_, Vec<i64>>(0)?.into())
}
