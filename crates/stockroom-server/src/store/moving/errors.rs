//! Why a store was not copied.

use crate::store::StoreError;

/// The two ends of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Where the store is.
    Source,
    /// Where it goes.
    Target,
}

/// Why a store was not copied, or not found to be the same.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// One of the ends cannot be used.
    #[error("{1}")]
    End(End, EndError),
    /// There is nothing to copy.
    #[error("there is no store in it")]
    NoStore,
    /// Commands work on one store, and so does a copy.
    #[error("it holds {0} stores, and a copy is of one")]
    ManyStores(usize),
    /// The target holds something else.
    #[error("it holds data already")]
    Holds,
    /// The target holds an unfinished copy of another store.
    #[error("it holds an unfinished copy of another store")]
    OfAnother,
    /// The source is not as it was when the copy was begun.
    #[error("the store has changed since the copy was begun")]
    Changed,
    /// A row is not the same at both ends.
    #[error("{0}")]
    Different(Difference),
}

/// Why an end of a copy cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EndError {
    /// It is not there.
    #[error("there is no such file")]
    Missing,
    /// It is not ours.
    #[error("it is no database of Stockroom")]
    NotOurs,
    /// Somebody has it open.
    #[error("it is in use")]
    InUse,
    /// It is an unfinished copy itself.
    #[error("a copy into it is not finished")]
    Unfinished,
    /// Its tables are of an older version of this program.
    #[error("its tables are of an older version")]
    Older,
    /// Its tables are of a newer version of this program.
    #[error("it was made by a newer version of this program")]
    Newer,
    /// It holds tables that are none of ours.
    #[error("it holds tables that are none of Stockroom's: {0}")]
    Foreign(String),
    /// It has a table or a column that a copy does not know.
    #[error("a copy does not know {0}, which it has")]
    Unknown(String),
    /// A row cannot be kept there.
    #[error("it cannot keep the row of {table} with {row}: {why}")]
    Unkeepable {
        /// The table.
        table: &'static str,
        /// The row's key.
        row: String,
        /// Why.
        why: &'static str,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The first row that is not the same at both ends. What it holds is not told: it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{table}: {what} ({row})")]
pub struct Difference {
    /// The table.
    pub table: &'static str,
    /// The row's key.
    pub row: String,
    /// What is different.
    pub what: What,
}

/// In what a row differs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum What {
    /// The target does not have it.
    #[error("a row is missing in the target")]
    Missing,
    /// The source does not have it.
    #[error("the target has a row that the source does not have")]
    Added,
    /// A column holds something else.
    #[error("{0} is another in the target")]
    Column(&'static str),
}

impl From<rusqlite::Error> for EndError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<tokio_postgres::Error> for EndError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Store(error.into())
    }
}
