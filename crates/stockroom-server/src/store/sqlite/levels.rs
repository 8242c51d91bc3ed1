//! Writing levels, who changed them, and every line of the history.

use std::sync::LazyLock;

use rusqlite::{Connection, Statement, params};

use super::{outbox, runs};
use crate::store::Stored;
use crate::store::columns::{ended_word, source_word};
use crate::store::data::{
    Credential, HistoryLine, LevelWrites, Number, Scope, WriteNumber, WriteRecord,
};

/// The columns of a line of the history.
const COLUMNS: usize = 10;

/// How many lines go into one run of a statement: a run costs as much as writing a line or two.
const ROWS_TOGETHER: usize = 20;

static TOGETHER: LazyLock<String> = LazyLock::new(|| insert_lines(ROWS_TOGETHER));
static ALONE: LazyLock<String> = LazyLock::new(|| insert_lines(1));

/// Writes levels together with their history.
pub(super) fn write(
    connection: &Connection,
    scope: Scope,
    record: &WriteRecord,
    writes: &LevelWrites,
) -> Stored<()> {
    let number = write_record(connection, scope, record)?;
    write_history(connection, number, &writes.history)?;
    write_levels(connection, number, writes)?;
    end_levels(connection, number, writes)?;
    outbox::note_crossings(connection, scope, record, &writes.crossings)?;
    runs::note_write(connection, scope, number, record, &writes.history)
}

fn write_levels(
    connection: &Connection,
    WriteNumber(write): WriteNumber,
    writes: &LevelWrites,
) -> Stored<()> {
    let mut statement = connection
        .prepare_cached("update levels set quantity = ?2, last_write = ?3 where product = ?1")?;
    for (Number(product), quantity) in &writes.products {
        statement.execute(params![product, quantity, write])?;
    }
    let mut statement = connection
        .prepare_cached("update products set is_tracked = 1, is_low = ?2 where number = ?1")?;
    for flip in &writes.flips {
        statement.execute(params![flip.product.0, flip.is_low])?;
    }
    let mut update = connection
        .prepare_cached("update variants set quantity = ?3 where product = ?1 and id = ?2")?;
    let mut touch =
        connection.prepare_cached("update levels set last_write = ?2 where product = ?1")?;
    for level in &writes.variants {
        update.execute(params![level.product.0, level.variant_id, level.quantity])?;
        touch.execute(params![level.product.0, write])?;
    }
    Ok(())
}

/// Takes away the levels that are not tracked any more, and notes with their lines why.
fn end_levels(
    connection: &Connection,
    WriteNumber(write): WriteNumber,
    writes: &LevelWrites,
) -> Stored<()> {
    if writes.ended.is_empty() {
        return Ok(());
    }
    let mut product =
        connection.prepare_cached("update levels set quantity = null where product = ?1")?;
    let mut flip = connection
        .prepare_cached("update products set is_tracked = 0, is_low = 0 where number = ?1")?;
    let mut variant = connection
        .prepare_cached("update variants set quantity = null where product = ?1 and id = ?2")?;
    let mut touch =
        connection.prepare_cached("update levels set last_write = ?2 where product = ?1")?;
    let mut note = connection
        .prepare_cached("insert into ended_levels (write, line, how) values (?1, ?2, ?3)")?;
    for ended in &writes.ended {
        let Some(line) = writes.history.get(ended.line) else {
            continue;
        };
        match &line.variant_id {
            None => {
                flip.execute(params![line.product.0])?;
                product.execute(params![line.product.0])?
            }
            Some(id) => variant.execute(params![line.product.0, id])?,
        };
        touch.execute(params![line.product.0, write])?;
        note.execute(params![write, ended.line, ended_word(ended.how)])?;
    }
    Ok(())
}

/// Writes each level that was asked for.
fn write_history(
    connection: &Connection,
    WriteNumber(write): WriteNumber,
    lines: &[HistoryLine],
) -> Stored<()> {
    let mut rest = lines.iter().enumerate();
    let mut statement = connection.prepare_cached(&TOGETHER)?;
    for _ in 0..lines.len() / ROWS_TOGETHER {
        for (place, (number, line)) in rest.by_ref().take(ROWS_TOGETHER).enumerate() {
            bind_line(&mut statement, place, write, number, line)?;
        }
        statement.raw_execute()?;
    }
    let mut statement = connection.prepare_cached(&ALONE)?;
    for (number, line) in rest {
        bind_line(&mut statement, 0, write, number, line)?;
        statement.raw_execute()?;
    }
    Ok(())
}

fn insert_lines(rows: usize) -> String {
    let row = "(?,?,?,?,?,?,?,?,?,?)";
    format!(
        "insert into history
             (write, line, product, variant_id, mode, asked, level_before, level_after, delta,
              previous_write)
         values {}",
        vec![row; rows].join(",")
    )
}

/// Binds the columns of a line at its place in the statement.
fn bind_line(
    statement: &mut Statement<'_>,
    place: usize,
    write: i64,
    number: usize,
    line: &HistoryLine,
) -> rusqlite::Result<()> {
    let first = place * COLUMNS;
    statement.raw_bind_parameter(first + 1, write)?;
    statement.raw_bind_parameter(first + 2, number)?;
    statement.raw_bind_parameter(first + 3, line.product.0)?;
    statement.raw_bind_parameter(first + 4, line.variant_id.as_deref())?;
    statement.raw_bind_parameter(first + 5, line.mode.as_str())?;
    statement.raw_bind_parameter(first + 6, line.asked)?;
    statement.raw_bind_parameter(first + 7, line.before)?;
    statement.raw_bind_parameter(first + 8, line.after)?;
    statement.raw_bind_parameter(first + 9, line.delta)?;
    statement.raw_bind_parameter(first + 10, line.previous_write.map(|write| write.0))
}

/// Writes who changed levels, when and why, and returns the write's number.
fn write_record(
    connection: &Connection,
    scope: Scope,
    record: &WriteRecord,
) -> Stored<WriteNumber> {
    let mut statement = connection.prepare_cached(
        "insert into writes
             (store_id, environment, at, source, key_id, by_session, request_id, run_id,
              run_reason, run_fingerprint)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    let write = statement.insert(params![
        scope.store_id,
        scope.environment.as_str(),
        record.at.as_millisecond(),
        source_word(record.source),
        record.key_id,
        record.credential == Credential::Session,
        record.request_id,
        record.run_id,
        record.run_reason,
        record.run_fingerprint,
    ])?;
    Ok(WriteNumber(write))
}
