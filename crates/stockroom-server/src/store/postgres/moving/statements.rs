//! The statements of a copy.

use tokio_postgres::error::SqlState;

use crate::store::moving::errors::EndError;
use crate::store::moving::table::{Column, Part, Table, Whose};
use crate::store::moving::tables::TALLIES;
use crate::store::moving::values::{Row, Value};

/// The tallies as one row for test and one for live data.
const SUMMED_TALLIES: &str = "
    (select store_id, live, sum(products)::bigint as products, sum(tracked)::bigint as tracked,
         sum(low)::bigint as low, sum(version)::bigint as version,
         sum(order_version)::bigint as order_version
     from tallies group by store_id, live) as tallies";

/// Returns the statement that reads rows in order, after a place or from the first.
pub(super) fn select(table: &Table, part: Part, is_after: bool) -> String {
    let order = names(table.order());
    let mut conditions = conditions(table, part);
    if is_after && order.is_empty() {
        conditions.push("false".to_owned());
    } else if is_after {
        let before = conditions.len();
        let marks: Vec<String> =
            (1..=table.order().len()).map(|at| format!("${}", before + at)).collect();
        conditions.push(format!("({order}) > ({})", marks.join(", ")));
    }
    let order = if order.is_empty() { String::new() } else { format!(" order by {order}") };
    let from = if table.name == TALLIES.name { SUMMED_TALLIES } else { table.name };
    format!(
        "select {} from {from}{}{order} limit {}",
        names(table.columns),
        wherever(&conditions),
        table.at_once
    )
}

/// Returns the statement that reads the last row of a part.
pub(super) fn last(table: &Table, part: Part) -> String {
    let order: Vec<String> =
        table.order().iter().map(|column| format!("{} desc", column.name)).collect();
    format!(
        "select {} from {}{} order by {} limit 1",
        names(table.columns),
        table.name,
        wherever(&conditions(table, part)),
        order.join(", ")
    )
}

/// Returns what [`select`] and [`last`] are to be given.
pub(super) fn bound(table: &Table, store_id: i64, part: Part, after: Vec<Value>) -> Vec<Value> {
    let store = (table.whose != Whose::Nobody).then_some(Value::Number(store_id));
    let part = match part {
        Part::All => None,
        Part::Live(is_live) => Some(Value::Flag(is_live)),
    };
    let after = if table.order().is_empty() { Vec::new() } else { after };
    store.into_iter().chain(part).chain(after).collect()
}

/// Returns a statement whose columns are those that [`copy`] takes.
pub(super) fn shape(table: &Table) -> String {
    format!("select {} from {}", all_columns(table), table.name)
}

/// Returns the statement that takes many rows.
pub(super) fn copy(table: &Table) -> String {
    format!("copy {} ({}) from stdin (format binary)", table.name, all_columns(table))
}

/// Returns the statement that adds tallies, in the first of the rows that they may be spread over.
pub(super) fn insert_tallies() -> String {
    let marks: Vec<String> = (2..2 + TALLIES.columns.len()).map(|at| format!("${at}")).collect();
    format!(
        "insert into tallies (store_id, shard, {}) values ($1, 0, {})",
        names(TALLIES.columns),
        marks.join(", ")
    )
}

/// Returns what gives out the numbers of a table.
pub(super) fn sequence(name: &str) -> String {
    match name {
        "products" => "product_numbers".to_owned(),
        "writes" => "write_numbers".to_owned(),
        name => format!("{name}_number_seq"),
    }
}

/// Returns why rows were refused, with where they are: the database names no row, and what it says beside may
/// quote secrets.
pub(super) fn shown_place(
    table: &'static Table,
    rows: &[Row],
    error: tokio_postgres::Error,
) -> EndError {
    let why = match error.code() {
        Some(code) if *code == SqlState::CHECK_VIOLATION => "one of these is not allowed there",
        Some(code) if *code == SqlState::UNIQUE_VIOLATION => "one of these is there already",
        Some(code) if *code == SqlState::FOREIGN_KEY_VIOLATION => {
            "one of these refers to what is not there"
        }
        Some(code) if *code == SqlState::NOT_NULL_VIOLATION => "one of these lacks a value",
        _ => return error.into(),
    };
    let named = |row: Option<&Row>| row.map(|row| table.words(row)).unwrap_or_default();
    let row = format!("{} to {}", named(rows.first()), named(rows.last()));
    EndError::Unkeepable { table: table.name, row, why }
}

fn names(columns: &[Column]) -> String {
    columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
}

fn all_columns(table: &Table) -> String {
    let store = if table.whose == Whose::Nobody { "" } else { "store_id, " };
    format!("{store}{}", names(table.columns))
}

fn conditions(table: &Table, part: Part) -> Vec<String> {
    let store = (table.whose != Whose::Nobody).then_some("store_id");
    let part = (part != Part::All).then_some("live");
    let named = store.into_iter().chain(part).zip(1..);
    named.map(|(name, at)| format!("{name} = ${at}")).collect()
}

fn wherever(conditions: &[String]) -> String {
    if conditions.is_empty() {
        return String::new();
    }
    format!(" where {}", conditions.join(" and "))
}
