//! Writing levels, who changed them, and every line of the history.

use std::sync::LazyLock;

use rusqlite::{Connection, params};

use super::{outbox, runs};
use crate::store::Stored;
use crate::store::columns::{ended_word, source_word};
use crate::store::data::{
    Credential, HistoryLine, LevelWrites, Number, Scope, WriteNumber, WriteRecord,
};

/// How many levels are written by one statement: to begin and to end one costs as much as a level.
const TOGETHER: usize = 25;

/// Writes as many levels. Each is there, so each meets itself and is updated.
static WRITE_MANY: LazyLock<String> = LazyLock::new(|| {
    let rows: Vec<String> =
        (1..=TOGETHER).map(|at| format!("(?{}, ?{}, ?1)", 2 * at, 2 * at + 1)).collect();
    let rows = rows.join(", ");
    format!(
        "insert into levels (product, quantity, last_write) values {rows}
         on conflict (product) do update set
             quantity = excluded.quantity, last_write = excluded.last_write"
    )
});

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
    write_own_levels(connection, write, &writes.products)?;
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

/// Writes products' own levels, neighbours by one statement as far as they go.
fn write_own_levels(connection: &Connection, write: i64, levels: &[(Number, i64)]) -> Stored<()> {
    let mut levels: Vec<(i64, i64)> =
        levels.iter().map(|(Number(product), quantity)| (*product, *quantity)).collect();
    // In the table's order, so that neighbours come together. Each product is there once.
    levels.sort_unstable();
    let mut many = connection.prepare_cached(&WRITE_MANY)?;
    let mut one = connection
        .prepare_cached("update levels set quantity = ?2, last_write = ?3 where product = ?1")?;
    let mut write_one =
        |(product, quantity): &(i64, i64)| one.execute(params![product, quantity, write]);
    let (chunks, rest) = levels.as_chunks::<TOGETHER>();
    for chunk in chunks {
        if are_near(chunk) {
            many.raw_bind_parameter(1, write)?;
            let values = chunk.iter().flat_map(|(product, quantity)| [product, quantity]);
            for (at, value) in (2..).zip(values) {
                many.raw_bind_parameter(at, value)?;
            }
            many.raw_execute()?;
        } else {
            chunk.iter().try_for_each(|level| write_one(level).map(drop))?;
        }
    }
    rest.iter().try_for_each(|level| write_one(level).map(drop))?;
    Ok(())
}

/// Tells whether sorted products are on few of the table's pages, each of some 250.
///
/// A statement of many rows can be undone by itself, and for that copies each page before it changes
/// it: of products that are far apart, one for each.
fn are_near(levels: &[(i64, i64); TOGETHER]) -> bool {
    const FEW_PAGES: i64 = 2_500;
    levels[TOGETHER - 1].0 - levels[0].0 < FEW_PAGES
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

/// Writes each level that was asked for, as one text.
fn write_history(
    connection: &Connection,
    WriteNumber(write): WriteNumber,
    lines: &[HistoryLine],
) -> Stored<()> {
    let lines: Vec<_> = lines
        .iter()
        .map(|line| {
            let HistoryLine { variant_id, mode, asked, before, after, delta, .. } = line;
            let (product, previous) = (line.product.0, line.previous_write.map(|write| write.0));
            (product, variant_id, mode.as_str(), asked, before, after, delta, previous)
        })
        .collect();
    let mut statement =
        connection.prepare_cached("insert into history_lines (write, lines) values (?1, ?2)")?;
    statement.execute(params![write, serde_json::to_string(&lines)?])?;
    Ok(())
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
        record.author_id,
        record.credential == Credential::Session,
        record.request_id,
        record.run_id,
        record.run_reason,
        record.run_fingerprint,
    ])?;
    Ok(WriteNumber(write))
}
