//! What a table is, as both databases have it.

use super::values::Value;

/// A table of both databases.
#[derive(Debug)]
pub(in crate::store) struct Table {
    /// Its name.
    pub(in crate::store) name: &'static str,
    /// How it says whose its rows are.
    pub(in crate::store) whose: Whose,
    /// Its columns but `store_id`, the first [`Table::key`] of which are its key.
    pub(in crate::store) columns: &'static [Column],
    /// How many columns name a row, inside of a store.
    pub(in crate::store) key: usize,
    /// How many rows are read and written at once; what a row may hold bounds the memory.
    pub(in crate::store) at_once: usize,
}

/// How a table says whose its rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Whose {
    /// Both databases have a column for the store.
    Store,
    /// PostgreSQL has one; a file of SQLite holds one store.
    File,
    /// They are no store's, or are the stores.
    Nobody,
}

/// A column of both databases.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Column {
    /// Its name in PostgreSQL.
    pub(in crate::store) name: &'static str,
    /// What it holds.
    pub(in crate::store) kind: Kind,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Kind {
    /// A number.
    Number,
    /// Yes or no; 1 or 0 in SQLite.
    Flag,
    /// A text.
    Text,
    /// Bytes.
    Bytes,
    /// `live`; in SQLite `environment`, a word.
    Live,
    /// `is_set`; in SQLite `mode`, a word.
    IsSet,
}

/// The rows of a table that are read one after another in the order of their keys: both databases have an
/// order for all of them, or for those of test and of live data each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Part {
    /// All rows.
    All,
    /// Those of live data, or the others.
    Live(bool),
}

impl Table {
    /// Returns the parts of the table.
    pub(in crate::store) fn parts(&self) -> &'static [Part] {
        match self.columns.first() {
            Some(first) if first.kind == Kind::Live && self.key > 0 => {
                &[Part::Live(false), Part::Live(true)]
            }
            _ => &[Part::All],
        }
    }

    /// Returns the columns by which the rows of a part are ordered.
    pub(in crate::store) fn order(&self) -> &'static [Column] {
        let columns = &self.columns[..self.key];
        match self.parts() {
            [Part::All] => columns,
            _ => &columns[1..],
        }
    }

    /// Returns the place of a row in the order of its part.
    pub(in crate::store) fn place<'a>(&self, row: &'a [Value]) -> &'a [Value] {
        &row[self.key - self.order().len()..self.key]
    }

    /// Returns the words that name a row.
    pub(in crate::store) fn words(&self, row: &[Value]) -> String {
        let pairs = self.columns[..self.key].iter().zip(row);
        let words: Vec<String> =
            pairs.map(|(column, value)| format!("{} {value}", column.name)).collect();
        words.join(", ")
    }
}
