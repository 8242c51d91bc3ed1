//! Writing levels, who changed them, and every line of the history.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::store::Stored;
use crate::store::data::{HistoryLine, LevelWrites, Number, Scope, Source, WriteRecord};

/// Writes the levels of products and variants.
pub(super) fn write_levels(
    connection: &Connection,
    at: Timestamp,
    writes: &LevelWrites,
) -> Stored<()> {
    let at = at.as_millisecond();
    let mut statement = connection
        .prepare_cached("update products set quantity = ?2, updated_at = ?3 where number = ?1")?;
    for (Number(product), quantity) in &writes.products {
        statement.execute(params![product, quantity, at])?;
    }
    let mut statement = connection
        .prepare_cached("update products set is_tracked = 1, is_low = ?2 where number = ?1")?;
    for flip in &writes.flips {
        statement.execute(params![flip.product.0, flip.is_low])?;
    }
    write_variants(connection, at, writes)
}

fn write_variants(connection: &Connection, at: i64, writes: &LevelWrites) -> Stored<()> {
    let mut update = connection
        .prepare_cached("update variants set quantity = ?3 where product = ?1 and id = ?2")?;
    let mut touch =
        connection.prepare_cached("update products set updated_at = ?2 where number = ?1")?;
    for level in &writes.variants {
        update.execute(params![level.product.0, level.variant_id, level.quantity])?;
        touch.execute(params![level.product.0, at])?;
    }
    Ok(())
}

/// Writes who changed levels, and each level that was asked for.
pub(super) fn write_history(
    connection: &Connection,
    scope: Scope,
    record: &WriteRecord,
    lines: &[HistoryLine],
) -> Stored<()> {
    let write = write_record(connection, scope, record)?;
    let mut statement = connection.prepare_cached(
        "insert into history
             (write, line, product, variant_id, mode, asked, level_before, level_after, delta)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for (number, line) in lines.iter().enumerate() {
        statement.execute(params![
            write,
            number,
            line.product.0,
            line.variant_id,
            line.mode.as_str(),
            line.asked,
            line.before,
            line.after,
            line.delta,
        ])?;
    }
    Ok(())
}

/// Writes who changed levels, when and why, and returns the write's number.
fn write_record(connection: &Connection, scope: Scope, record: &WriteRecord) -> Stored<i64> {
    let source = match record.source {
        Source::Bulk => "bulk",
        Source::Single => "single",
    };
    let mut statement = connection.prepare_cached(
        "insert into writes
             (store_id, environment, at, source, key_id, request_id, run_id, run_reason)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let write = statement.insert(params![
        scope.store_id,
        scope.environment.as_str(),
        record.at.as_millisecond(),
        source,
        record.key_id,
        record.request_id,
        record.run_id,
        record.run_reason,
    ])?;
    Ok(write)
}
