//! Writing levels, who changed them, and every line of the history.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::store::Stored;
use crate::store::data::{HistoryLine, LevelWrites, Scope, Source, WriteRecord};

/// Writes the levels of products and variants.
pub(super) fn write_levels(
    connection: &Connection,
    scope: Scope,
    at: Timestamp,
    writes: &LevelWrites,
) -> Stored<()> {
    let (store_id, environment, at) =
        (scope.store_id, scope.environment.as_str(), at.as_millisecond());
    let mut statement = connection.prepare_cached(
        "update products set quantity = ?4, updated_at = ?5
         where store_id = ?1 and environment = ?2 and id = ?3",
    )?;
    for (id, quantity) in &writes.products {
        statement.execute(params![store_id, environment, id, quantity, at])?;
    }
    let mut statement = connection.prepare_cached(
        "update products set is_tracked = 1, is_low = ?4
         where store_id = ?1 and environment = ?2 and id = ?3",
    )?;
    for flip in &writes.flips {
        statement.execute(params![store_id, environment, flip.product_id, flip.is_low])?;
    }
    write_variants(connection, scope, at, writes)
}

fn write_variants(
    connection: &Connection,
    scope: Scope,
    at: i64,
    writes: &LevelWrites,
) -> Stored<()> {
    let (store_id, environment) = (scope.store_id, scope.environment.as_str());
    let mut update = connection.prepare_cached(
        "update variants set quantity = ?5
         where store_id = ?1 and environment = ?2 and product_id = ?3 and id = ?4",
    )?;
    let mut touch = connection.prepare_cached(
        "update products set updated_at = ?4
         where store_id = ?1 and environment = ?2 and id = ?3",
    )?;
    for level in &writes.variants {
        let (product, variant) = (&level.product_id, &level.variant_id);
        update.execute(params![store_id, environment, product, variant, level.quantity])?;
        touch.execute(params![store_id, environment, product, at])?;
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
    let write_id = write_record(connection, scope, record)?;
    let mut statement = connection.prepare_cached(
        "insert into history
             (store_id, environment, write_id, line, product_id, variant_id, mode, asked,
              level_before, level_after, delta)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    for (number, line) in lines.iter().enumerate() {
        statement.execute(params![
            scope.store_id,
            scope.environment.as_str(),
            write_id,
            number,
            line.product_id,
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
             (store_id, environment, write_id, at, source, key_id, request_id, run_id, run_reason)
         select ?1, ?2, coalesce(max(write_id), 0) + 1, ?3, ?4, ?5, ?6, ?7, ?8
         from writes where store_id = ?1 and environment = ?2
         returning write_id",
    )?;
    let values = params![
        scope.store_id,
        scope.environment.as_str(),
        record.at.as_millisecond(),
        source,
        record.key_id,
        record.request_id,
        record.run_id,
        record.run_reason,
    ];
    Ok(statement.query_row(values, |row| row.get(0))?)
}
