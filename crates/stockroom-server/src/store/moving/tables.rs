//! All that a store is: its tables, in the order in which they can be filled.
//!
//! A table that is made later belongs here; a copy ends with an error where a database has one, or a column,
//! that is not listed.

mod service;
mod stock;
mod webhooks;

pub(in crate::store) use self::service::KEYS;
use self::service::SERVICE;
use self::stock::STOCK;
use self::webhooks::WEBHOOKS;
use super::table::{Column, Kind, Table, Whose};

/// The lines of the history; in SQLite a view, whose lines stand together.
pub(in crate::store) const HISTORY: &str = "history";

/// The store as such.
pub(in crate::store) const STORES: Table = table(
    "stores",
    Whose::Nobody,
    1,
    LARGE,
    &[
        number("store_id"),
        text("name"),
        flag("demo"),
        number("created_at"),
        flag("api_access"),
        flag("live_access"),
    ],
);

/// How many products the lists have, and the versions: written last and as a whole. PostgreSQL keeps them in
/// several rows, which are read as their sums.
pub(in crate::store) const TALLIES: Table = table(
    "tallies",
    Whose::Store,
    1,
    LARGE,
    &[
        LIVE,
        number("products"),
        number("tracked"),
        number("low"),
        number("version"),
        number("order_version"),
    ],
);

/// Returns all tables but [`TALLIES`], each after those that it refers to.
pub(in crate::store) fn tables() -> impl Iterator<Item = &'static Table> {
    static ALL: [&[Table]; 3] = [&STOCK, &SERVICE, &WEBHOOKS];
    ALL.into_iter().flatten()
}

/// Returns all tables, the tallies last.
pub(in crate::store) fn tables_and_tallies() -> impl Iterator<Item = &'static Table> {
    tables().chain([&TALLIES])
}

/// Returns the table of this name.
pub(in crate::store) fn table_named(name: &str) -> Option<&'static Table> {
    tables_and_tallies().find(|table| table.name == name)
}

/// What gives out numbers that are never given twice. The last ones given are moved too.
pub(in crate::store) const NUMBERED: [&str; 7] = [
    "products",
    "writes",
    "runs",
    "audit",
    "webhook_endpoints",
    "webhook_events",
    "webhook_deliveries",
];

const fn number(name: &'static str) -> Column {
    Column { name, kind: Kind::Number }
}

const fn flag(name: &'static str) -> Column {
    Column { name, kind: Kind::Flag }
}

const fn text(name: &'static str) -> Column {
    Column { name, kind: Kind::Text }
}

const fn bytes(name: &'static str) -> Column {
    Column { name, kind: Kind::Bytes }
}

const LIVE: Column = Column { name: "live", kind: Kind::Live };

const IS_SET: Column = Column { name: "is_set", kind: Kind::IsSet };

/// How many narrow rows are read and written at once, how many of some kilobytes, and how many that may hold
/// a whole answer.
const NARROW: usize = 10_000;
const WIDE: usize = 2_000;
const LARGE: usize = 100;

const fn table(
    name: &'static str,
    whose: Whose,
    key: usize,
    at_once: usize,
    columns: &'static [Column],
) -> Table {
    Table { name, whose, columns, key, at_once }
}
