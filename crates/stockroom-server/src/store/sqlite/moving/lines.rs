//! The lines of the history, which stand together in a file as one text for each write.

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::store::StoreError;
use crate::store::moving::errors::EndError;
use crate::store::moving::sides::Answer;
use crate::store::moving::table::Table;
use crate::store::moving::values::{Row, Value};

/// A line as it stands in the text: product, variant, mode, what was asked, the level before and after, the
/// delta, and the write before.
type Line = (i64, Option<String>, String, i64, Option<i64>, i64, i64, Option<i64>);

/// Returns the next lines after a place, in order.
pub(super) fn read(
    connection: &Connection,
    table: &Table,
    after: Option<&[Value]>,
) -> Answer<Vec<Row>> {
    let (write, line) = match after {
        Some([Value::Number(write), Value::Number(line)]) => (*write, *line),
        _ => (i64::MIN, -1),
    };
    let mut statement = connection.prepare_cached(
        "select write, lines from history_lines where write >= ?1 order by write",
    )?;
    let mut found = statement.query([write])?;
    let mut rows = Vec::with_capacity(table.at_once);
    while let Some(one) = found.next()? {
        let (number, lines) = (one.get(0)?, parse(&one.get::<_, String>(1)?)?);
        for (at, one) in (0..).zip(lines) {
            if number > write || at > line {
                rows.push(row(number, at, one));
            }
        }
        if rows.len() >= table.at_once {
            rows.truncate(table.at_once);
            break;
        }
    }
    Ok(rows)
}

/// Returns the place of the last line.
pub(super) fn last(connection: &Connection) -> Answer<Option<Vec<Value>>> {
    let last = "select write, json_array_length(lines) - 1 from history_lines
        where lines <> '[]' order by write desc limit 1";
    let place =
        |row: &rusqlite::Row<'_>| Ok(vec![Value::Number(row.get(0)?), Value::Number(row.get(1)?)]);
    Ok(connection.query_row(last, [], place).optional()?)
}

/// Adds lines, the first of which may go on with a write that has some already.
pub(super) fn add(connection: &Connection, table: &'static Table, rows: &[Row]) -> Answer<()> {
    let mut put = connection.prepare_cached(
        "insert into history_lines (write, lines) values (?1, ?2)
         on conflict do update set lines = excluded.lines",
    )?;
    for rows in rows.chunk_by(|one, next| one[0] == next[0]) {
        let Some([Value::Number(write), Value::Number(first), ..]) =
            rows.first().map(Vec::as_slice)
        else {
            continue;
        };
        let mut lines = if *first == 0 { Vec::new() } else { of_write(connection, *write)? };
        for row in rows {
            let line = line(row).filter(|(at, _)| usize::try_from(*at) == Ok(lines.len()));
            let Some((_, line)) = line else {
                let why = "its line does not follow the one before";
                return Err(EndError::Unkeepable { table: table.name, row: table.words(row), why });
            };
            lines.push(line);
        }
        let text = serde_json::to_string(&lines).map_err(StoreError::from)?;
        put.execute(params![write, text])?;
    }
    Ok(())
}

fn of_write(connection: &Connection, write: i64) -> Answer<Vec<Line>> {
    let lines = "select lines from history_lines where write = ?1";
    let lines: Option<String> =
        connection.query_row(lines, [write], |row| row.get(0)).optional()?;
    lines.map_or_else(|| Ok(Vec::new()), |text| parse(&text))
}

fn parse(text: &str) -> Answer<Vec<Line>> {
    Ok(serde_json::from_str(text).map_err(StoreError::from)?)
}

fn row(write: i64, at: i64, line: Line) -> Row {
    let (product, variant, mode, asked, before, after, delta, previous) = line;
    let or_null = |number: Option<i64>| number.map_or(Value::Null, Value::Number);
    vec![
        Value::Number(write),
        Value::Number(at),
        Value::Number(product),
        variant.map_or(Value::Null, Value::Text),
        Value::Flag(mode == "set"),
        Value::Number(asked),
        or_null(before),
        Value::Number(after),
        Value::Number(delta),
        or_null(previous),
    ]
}

fn line(row: &Row) -> Option<(i64, Line)> {
    let number =
        |value: &Value| if let Value::Number(number) = value { Some(*number) } else { None };
    let [_, at, product, variant, is_set, asked, before, after, delta, previous] = row.as_slice()
    else {
        return None;
    };
    let variant = if let Value::Text(id) = variant { Some(id.clone()) } else { None };
    let mode = if *is_set == Value::Flag(true) { "set" } else { "adjust" };
    let line = (
        number(product)?,
        variant,
        mode.to_owned(),
        number(asked)?,
        number(before),
        number(after)?,
        number(delta)?,
        number(previous),
    );
    Some((number(at)?, line))
}
