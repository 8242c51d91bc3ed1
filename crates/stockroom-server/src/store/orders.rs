//! The order of long lists, so that a page far inside is found without walking to it.
//!
//! An `offset` is walked row by row, through half a million rows of a long list. The products of a list
//! in their order are 8 bytes each, and stay as they are while levels change; the tallies tell.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::data::{Page, Scope};

/// From which row on a page is found by the order; walking to one before takes less than reading it.
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

/// What is known of a list's order.
#[derive(Clone, Debug)]
pub(super) enum Order {
    /// Nothing, and where products come and go all the time it is not worth its walk: the page is walked to.
    Unknown,
    /// Nothing yet, but it was asked for before: it is to be walked through and kept.
    Wanted,
    /// The products' numbers.
    Known(Arc<[i64]>),
}

impl Orders {
    /// Returns what is known of a list's order in this version.
    pub(super) fn find(&self, scope: Scope, list: List, version: i64) -> Order {
        let mut kept = self.lock();
        match kept.get(&(scope, list)).filter(|known| known.version == version) {
            Some(Kept { numbers: Some(numbers), .. }) => Order::Known(Arc::clone(numbers)),
            Some(Kept { numbers: None, .. }) => Order::Wanted,
            None => {
                kept.insert((scope, list), Kept { version, numbers: None });
                Order::Unknown
            }
        }
    }

    /// Keeps the order of a list.
    pub(super) fn keep(&self, scope: Scope, list: List, version: i64, numbers: &Arc<[i64]>) {
        let numbers = Some(Arc::clone(numbers));
        self.lock().insert((scope, list), Kept { version, numbers });
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(Scope, List), Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells whether a page is so far inside that it is found by the order.
pub(super) fn is_deep(page: Page) -> bool {
    page.offset() >= DEEP
}

/// Returns those of the numbers that stand on a page.
pub(super) fn part(numbers: &[i64], page: Page) -> &[i64] {
    let place = |row: u64| usize::try_from(row).unwrap_or(usize::MAX).min(numbers.len());
    &numbers[place(page.offset())..place(page.offset().saturating_add(page.limit))]
}
