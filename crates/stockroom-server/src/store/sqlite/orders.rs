//! The order of long lists, so that a page far inside is found without walking to it.
//!
//! An `offset` is walked row by row: half a million rows take 20 ms. The products of a list in their
//! order are 8 bytes each, and stay as they are while levels change; `tallies.order_version` tells.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::store::Stored;
use crate::store::data::Scope;

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
    /// Returns the numbers of a page's products as a JSON array, or `None` where the page is to be
    /// walked to. `connection` is inside a transaction, so that the answer is of its moment.
    pub(super) fn page(
        &self,
        connection: &Connection,
        scope: Scope,
        list: List,
        offset: u64,
        limit: u64,
    ) -> Stored<Option<String>> {
        if offset < DEEP {
            return Ok(None);
        }
        let Some(numbers) = self.numbers(connection, scope, list)? else { return Ok(None) };
        let place = |row: u64| usize::try_from(row).unwrap_or(usize::MAX).min(numbers.len());
        let page = &numbers[place(offset)..place(offset.saturating_add(limit))];
        Ok(Some(serde_json::to_string(page)?))
    }

    fn numbers(
        &self,
        connection: &Connection,
        scope: Scope,
        list: List,
    ) -> Stored<Option<Arc<[i64]>>> {
        let version = order_version(connection, scope)?;
        let known = self.lock().get(&(scope, list)).cloned();
        let numbers = match known.filter(|known| known.version == version) {
            Some(Kept { numbers: Some(numbers), .. }) => return Ok(Some(numbers)),
            // Where products come and go all the time, an order is not worth its walk.
            None => None,
            Some(_) => Some(walk(connection, scope, list)?),
        };
        self.lock().insert((scope, list), Kept { version, numbers: numbers.clone() });
        Ok(numbers)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<(Scope, List), Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
