//! The statements of a copy, and what stands in the columns of a file.

use rusqlite::ToSql;
use rusqlite::types::{FromSqlError, ToSqlOutput, ValueRef};

use crate::store::moving::table::{Kind, Part, Table, Whose};
use crate::store::moving::values::{Row, Value};

/// A value on its way into a column.
pub(super) struct Bound<'a> {
    pub(super) value: &'a Value,
    pub(super) kind: Kind,
}

/// Returns the statement that reads rows in order, after a place or from the first.
pub(super) fn select(table: &Table, part: Part, is_after: bool) -> String {
    let order = names(table.order().iter().map(|column| column.kind.name(column.name)));
    let mut conditions = conditions(table, part);
    if is_after && order.is_empty() {
        conditions.push("false".to_owned());
    } else if is_after {
        let marks = vec!["?"; table.order().len()].join(", ");
        conditions.push(format!("({order}) > ({marks})"));
    }
    let order = if order.is_empty() { String::new() } else { format!(" order by {order}") };
    format!(
        "select {} from {}{}{order} limit {}",
        own_columns(table),
        table.name,
        wherever(&conditions),
        table.at_once
    )
}

/// Returns the statement that reads the last row of a part.
pub(super) fn last(table: &Table, part: Part) -> String {
    let order = table.order().iter().map(|column| column.kind.name(column.name));
    let order: Vec<String> = order.map(|name| format!("{name} desc")).collect();
    format!(
        "select {} from {}{} order by {} limit 1",
        own_columns(table),
        table.name,
        wherever(&conditions(table, part)),
        order.join(", ")
    )
}

/// Returns the statement that adds a row.
pub(super) fn insert(table: &Table) -> String {
    let marks = vec!["?"; columns(table).count()].join(", ");
    format!("insert into {} ({}) values ({marks})", table.name, names(columns(table)))
}

/// Returns what [`select`] and [`last`] are to be given.
pub(super) fn bound(
    table: &Table,
    store_id: i64,
    part: Part,
    after: Vec<Value>,
) -> Vec<rusqlite::types::Value> {
    let store = is_by_store(table).then_some(rusqlite::types::Value::Integer(store_id));
    let part = match part {
        Part::All => None,
        Part::Live(is_live) => Some(environment(is_live).to_owned().into()),
    };
    let after = after.into_iter().map(|value| match value {
        Value::Null => rusqlite::types::Value::Null,
        Value::Number(number) => number.into(),
        Value::Flag(flag) => i64::from(flag).into(),
        Value::Text(text) => text.into(),
        Value::Bytes(bytes) => bytes.into(),
    });
    let after = if table.order().is_empty() { Vec::new() } else { after.collect() };
    store.into_iter().chain(part).chain(after).collect()
}

/// Returns all columns that the table has here.
pub(super) fn columns(table: &Table) -> impl Iterator<Item = &'static str> {
    let store = (table.whose == Whose::Store).then_some("store_id");
    store.into_iter().chain(table.columns.iter().map(|column| column.kind.name(column.name)))
}

/// Returns what they hold.
pub(super) fn kinds(table: &Table) -> impl Iterator<Item = Kind> {
    let store = (table.whose == Whose::Store).then_some(Kind::Number);
    store.into_iter().chain(table.columns.iter().map(|column| column.kind))
}

/// Reads a row.
pub(super) fn row(table: &Table, row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let columns = table.columns.iter().enumerate();
    columns.map(|(at, column)| value(column.kind, row.get_ref(at)?)).collect()
}

fn value(kind: Kind, found: ValueRef<'_>) -> rusqlite::Result<Value> {
    Ok(match (kind, found) {
        (_, ValueRef::Null) => Value::Null,
        (Kind::Flag, ValueRef::Integer(flag)) => Value::Flag(flag != 0),
        (_, ValueRef::Integer(number)) => Value::Number(number),
        (Kind::Live, ValueRef::Text(word)) => Value::Flag(word == b"live"),
        (Kind::IsSet, ValueRef::Text(word)) => Value::Flag(word == b"set"),
        (_, text @ ValueRef::Text(_)) => Value::Text(text.as_str()?.to_owned()),
        (_, ValueRef::Blob(bytes)) => Value::Bytes(bytes.to_vec()),
        (_, ValueRef::Real(_)) => return Err(FromSqlError::InvalidType.into()),
    })
}

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match (self.kind, self.value) {
            (_, Value::Null) => ValueRef::Null,
            (Kind::Live, Value::Flag(flag)) => ValueRef::Text(environment(*flag).as_bytes()),
            (Kind::IsSet, Value::Flag(true)) => ValueRef::Text(b"set"),
            (Kind::IsSet, Value::Flag(false)) => ValueRef::Text(b"adjust"),
            (_, Value::Flag(flag)) => ValueRef::Integer(i64::from(*flag)),
            (_, Value::Number(number)) => ValueRef::Integer(*number),
            (_, Value::Text(text)) => ValueRef::Text(text.as_bytes()),
            (_, Value::Bytes(bytes)) => ValueRef::Blob(bytes),
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}

fn environment(is_live: bool) -> &'static str {
    if is_live { "live" } else { "test" }
}

fn own_columns(table: &Table) -> String {
    names(table.columns.iter().map(|column| column.kind.name(column.name)))
}

fn names(names: impl Iterator<Item = &'static str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

/// Tells whether rows are found by their store: where they have numbers, those are of the whole file, which
/// holds one store, and an index that begins with the store would have to be sorted.
fn is_by_store(table: &Table) -> bool {
    table.whose == Whose::Store && table.columns[0].name != "number"
}

fn conditions(table: &Table, part: Part) -> Vec<String> {
    let store = is_by_store(table).then(|| "store_id = ?".to_owned());
    let part = (part != Part::All).then(|| "environment = ?".to_owned());
    store.into_iter().chain(part).collect()
}

fn wherever(conditions: &[String]) -> String {
    if conditions.is_empty() {
        return String::new();
    }
    format!(" where {}", conditions.join(" and "))
}
