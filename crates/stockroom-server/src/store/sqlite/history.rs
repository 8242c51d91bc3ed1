//! Writing the products' levels and the history of a request, with one call of the driver.
//!
//! The rows of the history go in as parameters: SQLite reads seven values of a row out of a JSON
//! text three times slower. The text of the statement has places for a few fixed numbers of rows,
//! so that it is prepared once; places that are not needed stay null and are skipped. Parameters
//! have no numbers: SQLite would search the list of all numbered ones for each of them.

use std::fmt::Write as _;
use std::sync::LazyLock;

use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments as _, SqliteConnection};

use crate::store::data::{HistoryLine, LevelWrites, Scope, Source, WriteRecord};
use crate::store::{StoreError, Stored};

const LEVELS: &str = "
with j (s, e, id, quantity) as materialized (select ?, ?, key, value from json_each(?))
update products set quantity = j.quantity, updated_at = ? from j
where products.store_id = j.s and products.environment = j.e and products.id = j.id;";

const RECORD: &str = "
insert into writes
    (store_id, environment, write_id, at, source, key_id, request_id, run_id, run_reason)
select ?, ?, coalesce(max(write_id), 0) + 1, ?, ?, ?, ?, ?, ?
from writes where store_id = ? and environment = ?;
insert into history
    (store_id, environment, write_id, line, product_id, variant_id, mode, asked, level_before,
     level_after, delta)
select ?, ?, (select max(write_id) from writes where store_id = ? and environment = ?),";

/// For more rows than have places: an item may name hundreds of variants.
static ANY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{LEVELS}{RECORD}
         j.key, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4,
         j.value ->> 5, j.value ->> 6
         from json_each(?) as j"
    )
});
static FEW: LazyLock<String> = LazyLock::new(|| with_places(8));
static BATCH: LazyLock<String> = LazyLock::new(|| with_places(200));
static MANY: LazyLock<String> = LazyLock::new(|| with_places(1_000));

/// Writes the levels of products, who wrote them, and every line of the history.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    scope: Scope,
    record: &WriteRecord,
    writes: &LevelWrites,
) -> Stored<()> {
    let mut arguments = record_arguments(scope, record, writes)?;
    let lines = &writes.history;
    let (sql, places) = match lines.len() {
        0..=8 => (FEW.as_str(), 8),
        9..=200 => (BATCH.as_str(), 200),
        201..=1_000 => (MANY.as_str(), 1_000),
        _ => (ANY.as_str(), 0),
    };
    if places == 0 {
        arguments.add(lines_json(lines)?).map_err(failed)?;
    } else {
        let lines = lines.iter().map(Some).chain(std::iter::repeat(None));
        for line in lines.take(places) {
            add_line(&mut arguments, line).map_err(failed)?;
        }
    }
    sqlx::query_with(sql, arguments).execute(connection).await?;
    Ok(())
}

fn with_places(rows: usize) -> String {
    let mut sql = format!(
        "{LEVELS}{RECORD}
         column1, column2, column3, column4, column5, column6, column7, column8 from (values "
    );
    for row in 0..rows {
        let comma = if row == 0 { "" } else { "," };
        // Writing to a String cannot fail.
        let _ = write!(sql, "{comma}({row},?,?,?,?,?,?,?)");
    }
    sql.push_str(") where column2 is not null");
    sql
}

fn record_arguments(
    scope: Scope,
    record: &WriteRecord,
    writes: &LevelWrites,
) -> Stored<SqliteArguments> {
    let source = match record.source {
        Source::Bulk => "bulk",
        Source::Single => "single",
    };
    let mut arguments = SqliteArguments::default();
    add_record(&mut arguments, scope, record, source, levels_json(writes)?).map_err(failed)?;
    Ok(arguments)
}

/// Adds everything but the history's rows, in the order of the statements' text.
fn add_record(
    arguments: &mut SqliteArguments,
    scope: Scope,
    record: &WriteRecord,
    source: &'static str,
    levels: String,
) -> Result<(), sqlx::error::BoxDynError> {
    let add_scope = |arguments: &mut SqliteArguments| {
        arguments.add(scope.store_id)?;
        arguments.add(scope.environment.as_str())
    };
    add_scope(arguments)?;
    arguments.add(levels)?;
    arguments.add(record.at.as_millisecond())?;
    add_scope(arguments)?;
    arguments.add(record.at.as_millisecond())?;
    arguments.add(source)?;
    arguments.add(record.key_id.clone())?;
    arguments.add(record.request_id.clone())?;
    arguments.add(record.run_id.clone())?;
    arguments.add(record.run_reason.clone())?;
    add_scope(arguments)?;
    add_scope(arguments)?;
    add_scope(arguments)
}

fn add_line(
    arguments: &mut SqliteArguments,
    line: Option<&HistoryLine>,
) -> Result<(), sqlx::error::BoxDynError> {
    arguments.add(line.map(|line| line.product_id.clone()))?;
    arguments.add(line.and_then(|line| line.variant_id.clone()))?;
    arguments.add(line.map(|line| line.mode.as_str()))?;
    arguments.add(line.map(|line| line.asked))?;
    arguments.add(line.and_then(|line| line.before))?;
    arguments.add(line.map(|line| line.after))?;
    arguments.add(line.map(|line| line.delta))
}

/// Returns the products' levels as an object from id to level: `json_each` gives both as they are.
fn levels_json(writes: &LevelWrites) -> Stored<String> {
    let levels = writes.products.iter().map(|(id, level)| (id.as_str(), *level));
    let map: std::collections::BTreeMap<&str, i64> = levels.collect();
    Ok(serde_json::to_string(&map)?)
}

fn lines_json(lines: &[HistoryLine]) -> Stored<String> {
    let rows: Vec<_> = lines
        .iter()
        .map(|line| {
            let mode = line.mode.as_str();
            let (asked, before, after) = (line.asked, line.before, line.after);
            (&line.product_id, &line.variant_id, mode, asked, before, after, line.delta)
        })
        .collect();
    Ok(serde_json::to_string(&rows)?)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err hands over")]
fn failed(error: sqlx::error::BoxDynError) -> StoreError {
    StoreError::Failed(error.to_string())
}
