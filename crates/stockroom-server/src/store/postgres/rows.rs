//! How rows become values.

use jiff::Timestamp;
use stockroom_api::key::Environment;
use tokio_postgres::Row;

use crate::store::data::{Scope, StockRow, WriteNumber};
use crate::store::{StoreError, Stored};

/// Tells whether a scope's data are live, as the tables know it.
pub(super) fn is_live(scope: Scope) -> bool {
    scope.environment == Environment::Live
}

/// Returns the environment that a column holds.
pub(super) fn environment(row: &Row, column: usize) -> Stored<Environment> {
    Ok(if row.try_get(column)? { Environment::Live } else { Environment::Test })
}

/// Returns the time that a column holds.
pub(super) fn time(row: &Row, column: usize) -> Stored<Timestamp> {
    in_time(row.try_get(column)?)
}

/// Returns the time that a column holds, if any.
pub(super) fn time_or_none(row: &Row, column: usize) -> Stored<Option<Timestamp>> {
    row.try_get::<_, Option<i64>>(column)?.map(in_time).transpose()
}

/// Returns the count that a column holds.
pub(super) fn count<T: TryFrom<i64>>(row: &Row, column: usize) -> Stored<T> {
    let number: i64 = row.try_get(column)?;
    T::try_from(number).map_err(|_| StoreError::Failed(format!("{number} is no count")))
}

/// Returns a number as the database takes it.
pub(super) fn number<T: TryInto<i64>>(number: T) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// Returns a product's levels from five columns: its number, level, threshold, last write and SKU.
pub(super) fn stock(row: &Row) -> Stored<StockRow> {
    Ok(StockRow {
        number: crate::store::data::Number(row.try_get(0)?),
        quantity: row.try_get(1)?,
        low_stock_threshold: row.try_get(2)?,
        last_write: row.try_get::<_, Option<i64>>(3)?.map(WriteNumber),
        external_id: row.try_get(4)?,
        variants: Vec::new(),
    })
}

/// Tells whether a text can be in the database at all: one with U+0000 is not, and is looked for in vain.
pub(super) fn can_be_kept(text: &str) -> bool {
    !text.contains('\0')
}

fn in_time(millis: i64) -> Stored<Timestamp> {
    let time = Timestamp::from_millisecond(millis);
    time.map_err(|_| StoreError::Failed(format!("{millis} is no time")))
}
