//! The order of long lists, so that a page far inside is found without walking to it.
//!
//! An `offset` is walked row by row: half a million rows take a tenth of a second. The products of a list
//! in their order are 8 bytes each, and stay as they are while levels change; the tallies tell.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::connections::Connection;
use super::rows::is_live;
use crate::store::Stored;
use crate::store::data::{Page, Scope};

/// From which row on a page is looked for here; walking to one before takes less than reading it.
const DEEP: u64 = 5_000;

/// A list whose order is kept. The low products change with every sale and are few: they are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum List {
    /// The tracked products.
    Tracked,
    /// All products.
    All,
}

/// The orders that were walked through.
#[derive(Debug, Default)]
pub(super) struct Orders {
    kept: Mutex<HashMap<(Scope, List), Kept>>,
}

#[derive(Clone, Debug)]
struct Kept {
    version: i64,
    /// The products' numbers; `None` while a page far inside was asked for only once.
    numbers: Option<Arc<[i64]>>,
}

impl Orders {
    /// Returns the numbers of a page's products, or `None` where the page is to be walked to.
    ///
    /// `version` was read before: where the order has changed since, the page is of a moment in between.
    pub(super) async fn page(
        &self,
        connection: &Connection,
        scope: Scope,
        list: List,
        version: i64,
        page: Page,
    ) -> Stored<Option<Vec<i64>>> {
        if page.offset() < DEEP {
            return Ok(None);
        }
        let known = self.lock().get(&(scope, list)).cloned();
        let numbers = match known.filter(|known| known.version == version) {
            Some(Kept { numbers: Some(numbers), .. }) => numbers,
            // Where products come and go all the time, an order is not worth its walk.
            None => {
                self.lock().insert((scope, list), Kept { version, numbers: None });
                return Ok(None);
            }
            Some(Kept { numbers: None, .. }) => {
                let numbers = walk(connection, scope, list).await?;
                let kept = Kept { version, numbers: Some(Arc::clone(&numbers)) };
                self.lock().insert((scope, list), kept);
                numbers
            }
        };
        let place = |row: u64| usize::try_from(row).unwrap_or(usize::MAX).min(numbers.len());
        let (from, to) = (page.offset(), page.offset().saturating_add(page.limit));
        Ok(Some(numbers[place(from)..place(to)].to_vec()))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<(Scope, List), Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads the order as one value: row by row a million numbers would take ten times as long.
async fn walk(connection: &Connection, scope: Scope, list: List) -> Stored<Arc<[i64]>> {
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
