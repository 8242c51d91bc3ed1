//! What a copy asks of a database, whichever it is.

use super::errors::EndError;
use super::table::{Part, Table};
use super::values::{Row, Value};

/// What an end answers.
pub(in crate::store) type Answer<T> = Result<T, EndError>;

/// The last number given by each of [`super::tables::NUMBERED`].
pub(in crate::store) type Numbers = [i64; 7];

/// Of which store a copy is, as it was when the copy was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct Mark {
    /// Which store.
    pub(in crate::store) source: String,
    /// Which state of it.
    pub(in crate::store) state: String,
}

/// What a target holds.
#[derive(Debug)]
pub(in crate::store) enum Holds {
    /// No row at all.
    Nothing,
    /// An unfinished copy.
    Unfinished(Mark),
    /// Something else.
    Data,
}

/// A database that is read, while nobody else can write to it.
pub(in crate::store) trait Side {
    /// Sees to it that the rows of this store are meant from now on.
    fn belongs_to(&mut self, store_id: i64);

    /// Returns the next rows of a part after a place, in order: as many as the table says, or all that are
    /// left.
    async fn rows(
        &mut self,
        table: &'static Table,
        part: Part,
        after: Option<Vec<Value>>,
    ) -> Answer<Vec<Row>>;

    /// Returns the last numbers that were given.
    async fn numbers(&mut self) -> Answer<Numbers>;

    /// Returns how many of its migrations are done: two states of different tables are not the same.
    fn migrations(&self) -> usize;
}

/// A database that a copy is made in.
pub(in crate::store) trait TargetSide: Side {
    /// Returns what it holds.
    async fn holds(&mut self) -> Answer<Holds>;

    /// Marks it as an unfinished copy, which nothing but a copy opens.
    async fn begin(&mut self, mark: &Mark) -> Answer<()>;

    /// Returns the place of the last row of a part.
    async fn last(&mut self, table: &'static Table, part: Part) -> Answer<Option<Vec<Value>>>;

    /// Adds rows and counts them, all or none.
    async fn add(&mut self, table: &'static Table, rows: Vec<Row>) -> Answer<()>;

    /// Makes these the tallies, in the place of any that are there.
    async fn set_tallies(&mut self, rows: Vec<Row>) -> Answer<()>;

    /// Goes on with numbers after these.
    async fn set_numbers(&mut self, numbers: Numbers) -> Answer<()>;

    /// Tells of which of the numbers it keeps the last one given; the others follow the rows.
    fn keeps_number(&self, which: usize) -> bool;

    /// Returns how many rows of a table were added since the copy was begun.
    async fn added(&mut self, table: &'static Table) -> Answer<u64>;

    /// Takes the mark away: it is a store like any other from now on.
    async fn finish(&mut self) -> Answer<()>;
}
