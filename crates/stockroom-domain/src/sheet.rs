//! A table under the merchant's hands: the file as it was read, and what was typed over it.
//!
//! Edits are by field, not by column: what is typed as a value sets or adjusts whatever columns
//! the file has. Each can be undone and redone.

use hashbrown::HashMap;
use std::borrow::Cow;

use crate::columns::{Field, Mapping};
use crate::table::Table;

/// What a merchant can type over in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum EditField {
    /// The product's SKU.
    ExternalId,
    /// The variant's label.
    Variant,
    /// The value: `12` or `=12` sets, `+5` and `-3` adjust.
    Value,
}

/// A table, what its columns mean, and the edits over it.
#[derive(Clone, Debug)]
pub struct Sheet {
    table: Table,
    mapping: Mapping,
    edits: HashMap<(u32, EditField), String>,
    done: Vec<Step>,
    undone: Vec<Step>,
}

/// One edit, with what it replaced; `None` is the file's own text.
#[derive(Clone, Debug)]
struct Step {
    row: u32,
    field: EditField,
    before: Option<String>,
    after: Option<String>,
}

impl Sheet {
    /// Returns the table with nothing typed over it.
    pub fn new(table: Table, mapping: Mapping) -> Self {
        Self { table, mapping, edits: HashMap::new(), done: Vec::new(), undone: Vec::new() }
    }

    /// Returns the table as it was read.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Gives the file's bytes back, to read them in another way.
    pub fn into_bytes(self) -> Vec<u8> {
        self.table.into_bytes()
    }

    /// Returns what the columns mean.
    pub fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// Says what the columns mean; edits stay.
    pub fn map(&mut self, mapping: Mapping) {
        self.mapping = mapping;
    }

    /// Returns the SKU that a row names: typed, or the file's.
    pub fn external_id(&self, row: usize) -> Cow<'_, str> {
        self.text(row, EditField::ExternalId, Field::ExternalId)
    }

    /// Returns the variant that a row names: typed, or the file's.
    pub fn variant(&self, row: usize) -> Cow<'_, str> {
        self.text(row, EditField::Variant, Field::Variant)
    }

    /// Returns the value that was typed over a row's.
    pub fn typed_value(&self, row: usize) -> Option<&str> {
        self.edit(row, EditField::Value)
    }

    /// Returns the file's own text of a field, blank where no column holds it.
    pub fn file_text(&self, row: usize, field: Field) -> Cow<'_, str> {
        match self.mapping.column(field) {
            Some(column) => self.table.cell(row, column),
            None => Cow::Borrowed(""),
        }
    }

    /// Tells whether something was typed over a field of a row.
    pub fn is_edited(&self, row: usize, field: EditField) -> bool {
        self.edit(row, field).is_some()
    }

    /// Types `text` over a field of a row; `None` takes the file's own text back.
    pub fn type_over(&mut self, row: usize, field: EditField, text: Option<String>) {
        let Ok(row) = u32::try_from(row) else { return };
        let before = self.edits.get(&(row, field)).cloned();
        if before == text {
            return;
        }
        let step = Step { row, field, before, after: text };
        self.put(step.row, step.field, step.after.clone());
        self.done.push(step);
        self.undone.clear();
    }

    /// Takes the last edit back; returns its row.
    pub fn undo(&mut self) -> Option<usize> {
        let step = self.done.pop()?;
        self.put(step.row, step.field, step.before.clone());
        let row = step.row as usize;
        self.undone.push(step);
        Some(row)
    }

    /// Makes the edit again that was taken back last; returns its row.
    pub fn redo(&mut self) -> Option<usize> {
        let step = self.undone.pop()?;
        self.put(step.row, step.field, step.after.clone());
        let row = step.row as usize;
        self.done.push(step);
        Some(row)
    }

    /// Tells how many edits can be undone and redone.
    pub fn steps(&self) -> (usize, usize) {
        (self.done.len(), self.undone.len())
    }

    fn put(&mut self, row: u32, field: EditField, text: Option<String>) {
        match text {
            Some(text) => self.edits.insert((row, field), text),
            None => self.edits.remove(&(row, field)),
        };
    }

    fn edit(&self, row: usize, field: EditField) -> Option<&str> {
        if self.edits.is_empty() {
            return None;
        }
        let row = u32::try_from(row).ok()?;
        self.edits.get(&(row, field)).map(String::as_str)
    }

    fn text(&self, row: usize, edit: EditField, field: Field) -> Cow<'_, str> {
        match self.edit(row, edit) {
            Some(text) => Cow::Borrowed(text),
            None => unescape(self.file_text(row, field)),
        }
    }
}

/// Takes back the apostrophe that exports put before a text that a spreadsheet would calculate.
fn unescape(text: Cow<'_, str>) -> Cow<'_, str> {
    let is_escaped = text
        .strip_prefix('\'')
        .is_some_and(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '\r']));
    match text {
        Cow::Borrowed(text) if is_escaped => Cow::Borrowed(&text[1..]),
        Cow::Owned(text) if is_escaped => Cow::Owned(text[1..].to_owned()),
        text => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::ReadOptions;

    fn sheet() -> Sheet {
        let table = Table::read(b"sku,qty\n'-A,1\nB,2\n".to_vec(), ReadOptions::default());
        let mapping = Mapping::guess(&table.names());
        Sheet::new(table, mapping)
    }

    #[test]
    fn edits_are_undone_and_redone() {
        let mut sheet = sheet();
        sheet.type_over(1, EditField::Value, Some("+5".to_owned()));
        sheet.type_over(1, EditField::Value, Some("+6".to_owned()));
        sheet.type_over(1, EditField::Value, Some("+6".to_owned()));
        assert_eq!(sheet.steps(), (2, 0));
        assert_eq!(sheet.undo(), Some(1));
        assert_eq!(sheet.typed_value(1), Some("+5"));
        assert_eq!(sheet.undo(), Some(1));
        assert_eq!(sheet.typed_value(1), None);
        assert_eq!(sheet.undo(), None);
        assert_eq!((sheet.redo(), sheet.redo(), sheet.redo()), (Some(1), Some(1), None));
        assert_eq!(sheet.typed_value(1), Some("+6"));
        sheet.undo();
        sheet.type_over(0, EditField::ExternalId, Some("C".to_owned()));
        assert_eq!((sheet.steps(), sheet.external_id(0).as_ref()), ((2, 0), "C"));
    }

    #[test]
    fn the_escape_of_an_export_is_taken_back() {
        assert_eq!(sheet().external_id(0), "-A");
    }
}
