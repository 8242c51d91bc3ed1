//! A table under the merchant's hands: the file as it was read, and what was typed over it.
//!
//! Edits are by field, not by column: what is typed as a value sets or adjusts whatever columns
//! the file has. They are a sparse layer over the table, and one step of undo is whatever was done
//! at once: a cell, a paste, a fill. Rows can be added behind the file's last.

mod texts;

use std::borrow::Cow;

use hashbrown::HashMap;

use crate::columns::{Field, Locations, Mapping};
use crate::formula::unescape;
use crate::order::sort_places;
use crate::quantity::Mode;
use crate::table::{Table, unquote};
use texts::Texts;

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

/// One cell to type over; `None` takes the file's own text back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Edit {
    /// The row, from 0.
    pub row: u32,
    /// What is typed over.
    pub field: EditField,
    /// The text.
    pub text: Option<String>,
}

/// The rows that an edit, an undo or a redo touched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// The rows, each once, in order.
    pub rows: Vec<u32>,
    /// Whether rows were added or taken away.
    pub has_other_length: bool,
}

/// A table, what its columns mean, and the edits over it.
#[derive(Clone, Debug)]
pub struct Sheet {
    table: Table,
    mapping: Mapping,
    edits: HashMap<(u32, EditField), u32>,
    /// One bit for each row that has an edit, so that the others need no look-up.
    edited_rows: Vec<u64>,
    texts: Texts,
    /// Rows behind the file's last.
    added: u32,
    done: Vec<Step>,
    undone: Vec<Step>,
}

/// What was done at once.
#[derive(Clone, Debug, Default)]
struct Step {
    cells: Vec<CellStep>,
    added: u32,
}

/// One cell, with what it replaced; a text of [`FILE`] is the file's own.
#[derive(Clone, Copy, Debug)]
struct CellStep {
    row: u32,
    field: EditField,
    before: u32,
    after: u32,
}

const FILE: u32 = u32::MAX;

/// The most locations that are named.
pub const MAX_LOCATIONS: usize = 100;

/// The most rows that a sheet can be made to have by adding.
pub const MAX_ROWS: usize = 20_000_000;

impl Sheet {
    /// Returns the table with nothing typed over it.
    pub fn new(table: Table, mapping: Mapping) -> Self {
        Self {
            table,
            mapping,
            edits: HashMap::new(),
            edited_rows: Vec::new(),
            texts: Texts::default(),
            added: 0,
            done: Vec::new(),
            undone: Vec::new(),
        }
    }

    /// Returns the table as it was read.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Gives the table back, to read it in another way.
    pub fn into_table(self) -> Table {
        self.table
    }

    /// Returns the number of rows, added ones included.
    pub fn rows(&self) -> usize {
        self.table.rows() + self.added as usize
    }

    /// Returns the physical line, from 1, on which a row starts; added rows go on behind the last.
    pub fn line(&self, row: usize) -> u32 {
        let of_file = self.table.rows();
        if row < of_file {
            return self.table.line(row);
        }
        let last = of_file.checked_sub(1).map_or(1, |last| self.table.line(last));
        let behind = u32::try_from(row - of_file).unwrap_or(u32::MAX - 1);
        last.saturating_add(behind + 1)
    }

    /// Tells whether a row was added here and does not stand in the file.
    pub fn is_added(&self, row: usize) -> bool {
        row >= self.table.rows()
    }

    /// Returns what the columns mean.
    pub fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// Says what the columns mean; edits stay.
    pub fn map(&mut self, mapping: Mapping) {
        self.mapping = mapping;
    }

    /// Returns the names in the location column, each once, in the file's order; at most
    /// [`MAX_LOCATIONS`].
    pub fn location_names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        if self.mapping.column(Field::Location).is_none() {
            return names;
        }
        for row in 0..self.table.rows() {
            let name = self.location(row);
            let name = name.trim();
            if names.len() < MAX_LOCATIONS && !name.is_empty() && !names.iter().any(|n| n == name) {
                names.push(name.to_owned());
            }
        }
        names
    }

    /// Returns the SKU that a row names: typed, or the file's.
    pub fn external_id(&self, row: usize) -> Cow<'_, str> {
        match self.typed(row, EditField::ExternalId) {
            Some(text) => Cow::Borrowed(text),
            None => unescape(self.file_text(row, Field::ExternalId)),
        }
    }

    /// Returns the variant that a row names: typed, or the file's.
    pub fn variant(&self, row: usize) -> Cow<'_, str> {
        match self.typed(row, EditField::Variant) {
            Some(text) => Cow::Borrowed(text),
            None if self.mapping.column(Field::Variant).is_some() => {
                unescape(self.file_text(row, Field::Variant))
            }
            None => self.mapping.option_label(self.table_cells(row)),
        }
    }

    /// Returns the location that a row is about, blank where no column holds it.
    pub fn location(&self, row: usize) -> Cow<'_, str> {
        unescape(self.file_text(row, Field::Location))
    }

    /// Tells whether the levels of several locations are added up.
    pub fn adds_locations(&self) -> bool {
        self.mapping.locations == Locations::Sum && self.mapping.column(Field::Location).is_some()
    }

    /// Returns the value that was typed over a row's.
    pub fn typed_value(&self, row: usize) -> Option<&str> {
        self.typed(row, EditField::Value)
    }

    /// Returns the text that was typed over a field.
    pub fn typed(&self, row: usize, field: EditField) -> Option<&str> {
        if !self.has_edit(row) {
            return None;
        }
        let row = u32::try_from(row).ok()?;
        self.edits.get(&(row, field)).map(|text| self.texts.get(*text))
    }

    /// Tells whether anything was typed over a row.
    pub fn has_edit(&self, row: usize) -> bool {
        self.edited_rows.get(row / 64).is_some_and(|bits| bits & (1 << (row % 64)) != 0)
    }

    /// Returns the file's own text of a field, blank where no column holds it.
    pub fn file_text(&self, row: usize, field: Field) -> Cow<'_, str> {
        match self.mapping.column(field) {
            Some(column) if !self.is_added(row) => self.table.cell(row, column),
            _ => Cow::Borrowed(""),
        }
    }

    /// Returns the fields that a value may stand in, the one that a mode means first.
    pub fn value_fields(&self, mode: Option<Mode>) -> [Field; 3] {
        match mode {
            Some(Mode::Adjust) => [Field::QuantityDelta, Field::Amount, Field::Quantity],
            _ => [Field::Quantity, Field::Amount, Field::QuantityDelta],
        }
    }

    /// Tells whether something was typed over a field of a row.
    pub fn is_edited(&self, row: usize, field: EditField) -> bool {
        self.typed(row, field).is_some()
    }

    /// Types `text` over a field of a row; `None` takes the file's own text back.
    pub fn type_over(&mut self, row: usize, field: EditField, text: Option<String>) -> Touched {
        match u32::try_from(row) {
            Ok(row) => self.apply(&[Edit { row, field, text }]),
            Err(_) => Touched::default(),
        }
    }

    /// Types over several cells as one step; rows behind the last are added.
    pub fn apply(&mut self, edits: &[Edit]) -> Touched {
        let mut step = Step::default();
        for edit in edits.iter().filter(|edit| (edit.row as usize) < MAX_ROWS) {
            let before = self.edits.get(&(edit.row, edit.field)).copied().unwrap_or(FILE);
            let after = edit.text.as_deref().map_or(FILE, |text| self.texts.add(text));
            if before != after {
                step.cells.push(CellStep { row: edit.row, field: edit.field, before, after });
            }
        }
        let rows = self.rows();
        let last = step.cells.iter().map(|cell| cell.row as usize + 1).max().unwrap_or(0);
        step.added = u32::try_from(last.saturating_sub(rows)).unwrap_or(0);
        self.take(step)
    }

    /// Adds blank rows behind the last as one step.
    pub fn add_rows(&mut self, count: u32) -> Touched {
        let room = MAX_ROWS.saturating_sub(self.rows());
        let added = count.min(u32::try_from(room).unwrap_or(0));
        self.take(Step { cells: Vec::new(), added })
    }

    fn take(&mut self, step: Step) -> Touched {
        if step.cells.is_empty() && step.added == 0 {
            return Touched::default();
        }
        self.added += step.added;
        for cell in &step.cells {
            self.put(cell.row, cell.field, cell.after);
        }
        let touched = step.touched();
        self.done.push(step);
        self.undone.clear();
        touched
    }

    /// Takes the last step back; `None` where there is none.
    pub fn undo(&mut self) -> Option<Touched> {
        let step = self.done.pop()?;
        for cell in step.cells.iter().rev() {
            self.put(cell.row, cell.field, cell.before);
        }
        self.added -= step.added;
        let touched = step.touched();
        self.undone.push(step);
        Some(touched)
    }

    /// Makes the step again that was taken back last; `None` where there is none.
    pub fn redo(&mut self) -> Option<Touched> {
        let step = self.undone.pop()?;
        self.added += step.added;
        for cell in &step.cells {
            self.put(cell.row, cell.field, cell.after);
        }
        let touched = step.touched();
        self.done.push(step);
        Some(touched)
    }

    /// Tells how many steps can be undone and redone.
    pub fn steps(&self) -> (usize, usize) {
        (self.done.len(), self.undone.len())
    }

    fn put(&mut self, row: u32, field: EditField, text: u32) {
        if text == FILE {
            self.edits.remove(&(row, field));
        } else {
            self.edits.insert((row, field), text);
        }
        let fields = [EditField::ExternalId, EditField::Variant, EditField::Value];
        let is_edited = fields.iter().any(|field| self.edits.contains_key(&(row, *field)));
        let (word, bit) = (row as usize / 64, 1 << (row % 64));
        if self.edited_rows.len() <= word {
            self.edited_rows.resize(word + 1, 0);
        }
        if is_edited {
            self.edited_rows[word] |= bit;
        } else {
            self.edited_rows[word] &= !bit;
        }
    }

    /// Returns the texts of a row's cells; an added row has none.
    fn table_cells(&self, row: usize) -> impl Iterator<Item = Cow<'_, str>> {
        let cells = (!self.is_added(row)).then(|| self.table.raw_cells(row));
        cells.into_iter().flatten().map(|cell| unescape(unquote(cell)))
    }
}

impl Step {
    fn touched(&self) -> Touched {
        let mut rows: Vec<u32> = self.cells.iter().map(|cell| cell.row).collect();
        sort_places(&mut rows, &|a, b| a.cmp(&b));
        rows.dedup();
        Touched { rows, has_other_length: self.added > 0 }
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

    fn value(row: u32, text: &str) -> Edit {
        Edit { row, field: EditField::Value, text: Some(text.to_owned()) }
    }

    #[test]
    fn edits_are_undone_and_redone() {
        let mut sheet = sheet();
        sheet.apply(&[value(1, "+5")]);
        sheet.apply(&[value(1, "+6")]);
        sheet.apply(&[value(1, "+6")]);
        assert_eq!(sheet.steps(), (2, 0));
        assert_eq!(sheet.undo().unwrap().rows, [1]);
        assert_eq!(sheet.typed_value(1), Some("+5"));
        assert_eq!(sheet.undo().unwrap().rows, [1]);
        assert_eq!((sheet.typed_value(1), sheet.has_edit(1)), (None, false));
        assert_eq!(sheet.undo(), None);
        assert!(sheet.redo().is_some() && sheet.redo().is_some() && sheet.redo().is_none());
        assert_eq!(sheet.typed_value(1), Some("+6"));
        sheet.undo();
        sheet.type_over(0, EditField::ExternalId, Some("C".to_owned()));
        assert_eq!((sheet.steps(), sheet.external_id(0).as_ref()), ((2, 0), "C"));
    }

    #[test]
    fn a_paste_is_one_step_and_adds_rows() {
        let mut sheet = sheet();
        let sku = |row, text: &str| Edit { field: EditField::ExternalId, ..value(row, text) };
        let touched = sheet.apply(&[value(1, "7"), sku(3, "D"), value(3, "8"), value(1, "9")]);
        assert_eq!(touched, Touched { rows: vec![1, 3], has_other_length: true });
        assert_eq!((sheet.rows(), sheet.line(2), sheet.line(3)), (4, 4, 5));
        assert_eq!((sheet.external_id(3).as_ref(), sheet.typed_value(1)), ("D", Some("9")));
        sheet.undo();
        assert_eq!((sheet.rows(), sheet.typed_value(1)), (2, None));
        sheet.redo();
        assert_eq!((sheet.rows(), sheet.typed_value(1)), (4, Some("9")));
        sheet.add_rows(10);
        assert_eq!(
            (sheet.rows(), sheet.is_added(13), sheet.external_id(13).as_ref()),
            (14, true, "")
        );
    }

    #[test]
    fn the_escape_of_an_export_is_taken_back() {
        assert_eq!(sheet().external_id(0), "-A");
    }
}
