//! What a row asks for.
//!
//! Reads the cells of one row, with what was typed over them, into a change or a fault; it knows
//! nothing of the stock. Start at [`Reader::read`].

mod fault;
mod plain;

use std::borrow::Cow;

use crate::code::{Code, Codes};
use crate::columns::{Field, Locations, mode_word};
use crate::external_id::{self, ExternalIdFault};
use crate::formula::unescape;
use crate::number::{self, Evidence, NumberFault, Reading, Style};
use crate::quantity::{Change, Level, Mode};
use crate::sheet::{EditField, Sheet};
use crate::table::unquote;
use fault::Column;

pub use fault::Fault;
pub(crate) use fault::quote;
pub use plain::PlainRow;

/// Reads the rows of a sheet.
#[derive(Debug)]
pub struct Reader<'a> {
    sheet: &'a Sheet,
    style: Option<Style>,
    columns: usize,
    /// The field of each column up to the last that is read.
    slots: Vec<Field>,
    /// The fields that hold values and numbers here.
    values: Vec<Field>,
    numbers: Vec<Field>,
    has_mode: bool,
    /// How the only value column is meant, where rows may be [plain](PlainRow).
    plain_mode: Option<Mode>,
    /// The row whose quote never closes.
    open: Option<usize>,
    evidence: Evidence,
}

/// The cells of a row that a reader needs, quotes included, by field.
struct RowCells<'a> {
    raw: [&'a str; FIELDS],
    options: Cow<'a, str>,
}

const FIELDS: usize = Field::ALL.len();

/// What a row asks for.
#[derive(Clone, Debug)]
pub struct RowAsk<'a> {
    /// The SKU, trimmed, as it stands; it may be blank.
    pub external_id: Cow<'a, str>,
    /// The variant's label, trimmed; blank names the product itself.
    pub variant: Cow<'a, str>,
    /// What is asked.
    pub outcome: Outcome,
    /// How the value is meant, where that can be told.
    pub mode: Option<Mode>,
    /// The row's own value, where it can be read.
    pub value: Option<i64>,
    /// The level that the file believes there is.
    pub expected: Option<Level>,
    /// Whether the file believes something that no level can be, such as −2.
    pub expects_no_level: bool,
    /// Notes that change nothing.
    pub notes: Codes,
    /// Whether another style might read its numbers otherwise; only told while none is settled.
    pub has_marks: bool,
}

/// What came of reading a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing is asked.
    Blank,
    /// A change is asked.
    Change(Change),
    /// It cannot be read.
    Fault(Fault),
}

/// A value cell that is not blank.
struct Filled<'a> {
    field: Field,
    text: Cow<'a, str>,
    reading: Result<Reading, NumberFault>,
}

impl<'a> RowCells<'a> {
    fn text(&self, field: Field) -> Cow<'a, str> {
        unquote(self.raw[field as usize])
    }
}

impl<'a> Reader<'a> {
    /// Returns a reader of the sheet's rows; without a style, marks in numbers are ambiguous.
    pub fn new(sheet: &'a Sheet, style: Option<Style>) -> Self {
        let table = sheet.table();
        let open = table.unclosed_quote().and_then(|_| table.rows().checked_sub(1));
        let mut slots = sheet.mapping().fields().to_vec();
        let is_read = |field: &Field| !matches!(field, Field::Ignored | Field::Name);
        slots.truncate(slots.iter().rposition(is_read).map_or(0, |last| last + 1));
        let mapped = |field: &Field| slots.contains(field);
        let values = [Field::Quantity, Field::QuantityDelta, Field::Amount];
        let values: Vec<Field> = values.into_iter().filter(mapped).collect();
        let numbers = values.iter().copied().chain([Field::Expected]).filter(mapped).collect();
        let has_mode = mapped(&Field::Mode);
        let plain_mode = match values[..] {
            _ if sheet.mapping().locations != Locations::Unchosen => None,
            _ if mapped(&Field::Option) => None,
            [Field::Quantity] => Some(Mode::Set),
            [Field::QuantityDelta] => Some(Mode::Adjust),
            _ => None,
        };
        let columns = table.columns();
        let evidence = Evidence::default();
        Self { sheet, style, columns, slots, values, numbers, has_mode, plain_mode, open, evidence }
    }

    /// Says how the numbers of the file are written.
    pub fn set_style(&mut self, style: Option<Style>) {
        self.style = style;
    }

    /// Returns the number style that numbers are read in.
    pub fn style(&self) -> Option<Style> {
        self.style
    }

    /// Returns what the number cells that were read without a style say about their marks.
    pub fn evidence(&self) -> Evidence {
        self.evidence
    }

    /// Returns what a row asks for.
    pub fn read(&mut self, row: usize) -> RowAsk<'a> {
        let cells = self.cells(row);
        let has_marks = self.style.is_none() && self.note(row, &cells);
        let mut ask = RowAsk {
            external_id: self.typed_or(row, EditField::ExternalId, &cells),
            variant: self.typed_or(row, EditField::Variant, &cells),
            outcome: Outcome::Blank,
            mode: None,
            value: None,
            expected: None,
            expects_no_level: false,
            notes: Codes::none(),
            has_marks,
        };
        if !self.sheet.is_added(row) && self.sheet.table().width(row) < self.columns {
            ask.notes.add(Code::TooFewFields);
        }
        ask.outcome = match self.outcome(row, &cells, &mut ask) {
            Ok(outcome) => outcome,
            Err(fault) => Outcome::Fault(fault),
        };
        ask
    }

    /// Takes note of the marks in a row's numbers; tells whether there are any.
    fn note(&mut self, row: usize, cells: &RowCells<'_>) -> bool {
        let mut has_marks = false;
        let is_whole = self.sheet.is_added(row)
            || (self.sheet.table().width(row) <= self.columns && self.open != Some(row));
        if !is_whole {
            // What stands in a column that shifted says nothing about numbers.
            return false;
        }
        for field in &self.numbers {
            let raw = cells.raw[*field as usize];
            if raw.bytes().any(|byte| !matches!(byte, b'0'..=b'9' | b'-' | b'+')) {
                self.evidence.note(&unquote(raw));
                has_marks = true;
            }
        }
        has_marks || self.sheet.typed_value(row).is_some()
    }

    /// Reads the row's cells once, as far as they are needed.
    fn cells(&self, row: usize) -> RowCells<'a> {
        let mut cells = RowCells { raw: [""; FIELDS], options: Cow::Borrowed("") };
        if self.sheet.is_added(row) {
            return cells;
        }
        let mut raw_cells = self.sheet.table().raw_cells(row);
        for field in &self.slots {
            if matches!(field, Field::Ignored | Field::Name) {
                raw_cells.skip_one();
            } else {
                cells.raw[*field as usize] = raw_cells.next().unwrap_or("");
            }
        }
        if self.sheet.mapping().names_variants_by_option() {
            cells.options = self.sheet.variant(row);
        }
        cells
    }

    fn typed_or(&self, row: usize, edit: EditField, cells: &RowCells<'a>) -> Cow<'a, str> {
        if let Some(typed) = self.sheet.typed(row, edit) {
            return Cow::Borrowed(typed.trim());
        }
        let raw = match edit {
            EditField::ExternalId => cells.raw[Field::ExternalId as usize],
            _ if !cells.options.is_empty() => return trimmed(cells.options.clone()),
            _ => cells.raw[Field::Variant as usize],
        };
        if is_plain(raw.as_bytes()) { Cow::Borrowed(raw) } else { trimmed(unescape(unquote(raw))) }
    }

    fn outcome(
        &self,
        row: usize,
        cells: &RowCells<'a>,
        ask: &mut RowAsk<'a>,
    ) -> Result<Outcome, Fault> {
        self.check_quotes(row)?;
        let change = if let Some(typed) = self.sheet.typed_value(row) {
            let fault = |fault| self.value_column().fault(fault, typed);
            number::read_entry(typed, self.style).map_err(fault)?
        } else {
            self.check_shape(row)?;
            if self.is_elsewhere(cells) {
                ask.notes.add(Code::OtherLocation);
                return Ok(Outcome::Blank);
            }
            self.file_change(cells, ask)?
        };
        let Some(change) = change else {
            // What a location has that is left as it is; where that is no level, it is not known.
            ask.expected = self.expected(cells).ok().flatten().and_then(Result::ok);
            return Ok(Outcome::Blank);
        };
        ask.mode = Some(change.mode());
        ask.value = Some(change.value());
        self.check_external_id(&ask.external_id)?;
        match self.expected(cells)? {
            Some(Ok(level)) => ask.expected = Some(level),
            Some(Err(_)) => ask.expects_no_level = true,
            None => {}
        }
        Ok(Outcome::Change(change))
    }

    /// A quote that swallowed other lines is mended in the file: what is typed over its row would
    /// have them vanish.
    fn check_quotes(&self, row: usize) -> Result<(), Fault> {
        let table = self.sheet.table();
        if self.sheet.is_added(row) {
            return Ok(());
        }
        if self.open == Some(row) {
            let column = table.width(row) - 1;
            return Err(Fault::new(Code::UnclosedQuote, Some(column), &table.cell(row, column)));
        }
        if let Some(column) = table.runaway_quote(row) {
            return Err(Fault::new(Code::UnclosedQuote, Some(column), &table.cell(row, column)));
        }
        Ok(())
    }

    fn check_shape(&self, row: usize) -> Result<(), Fault> {
        let table = self.sheet.table();
        if !self.sheet.is_added(row) && table.width(row) > self.columns {
            let column = self.columns;
            return Err(Fault::new(Code::TooManyFields, Some(column), &table.cell(row, column)));
        }
        Ok(())
    }

    /// Tells whether the row is about a location that was not chosen.
    fn is_elsewhere(&self, cells: &RowCells<'a>) -> bool {
        match &self.sheet.mapping().locations {
            Locations::Only(chosen) => unescape(cells.text(Field::Location)).trim() != chosen,
            Locations::Unchosen | Locations::Sum => false,
        }
    }

    fn check_external_id(&self, text: &str) -> Result<(), Fault> {
        let code = match external_id::check(text) {
            Ok(_) => return Ok(()),
            Err(ExternalIdFault::Empty) => Code::ExternalIdMissing,
            Err(ExternalIdFault::TooLong { .. }) => Code::ExternalIdTooLong,
        };
        Err(Fault::new(code, self.sheet.mapping().column(Field::ExternalId), text))
    }

    fn file_change(
        &self,
        cells: &RowCells<'a>,
        ask: &mut RowAsk<'a>,
    ) -> Result<Option<Change>, Fault> {
        let mut filled: [Option<Filled<'a>>; 3] = [None, None, None];
        let mut count = 0;
        for field in self.values.iter().copied() {
            let text = cells.text(field);
            match number::read(&text, self.style) {
                Ok(Reading::Blank) => {}
                Ok(Reading::NotStocked) => ask.notes.add(Code::NotStocked),
                reading => {
                    filled[count] = Some(Filled { field, text, reading });
                    count += 1;
                }
            }
        }
        if count == 0 {
            return Ok(None);
        }
        let mode = self.mode(cells)?;
        ask.mode = mode;
        let (value, mode) = self.choose(&filled, mode)?;
        ask.mode = Some(mode);
        let column = Column(self.sheet.mapping().column(value.field));
        let fault = |fault| column.fault(fault, &value.text);
        let Reading::Number(number) = value.reading.map_err(fault)? else {
            return Ok(None);
        };
        let change = match mode {
            Mode::Set => number.level().map(Change::Set),
            Mode::Adjust => number.delta().map(Change::Adjust),
        };
        change.map(Some).map_err(fault)
    }

    /// Returns the mode that the row's own cell says.
    fn mode(&self, cells: &RowCells<'a>) -> Result<Option<Mode>, Fault> {
        let text = cells.text(Field::Mode);
        if !self.has_mode || text.trim().is_empty() {
            return Ok(None);
        }
        let column = self.sheet.mapping().column(Field::Mode);
        mode_word(&text).map(Some).ok_or_else(|| Fault::new(Code::ModeUnknown, column, &text))
    }

    /// Returns the value that counts, and how it is meant.
    fn choose<'f>(
        &self,
        filled: &'f [Option<Filled<'a>>],
        mode: Option<Mode>,
    ) -> Result<(&'f Filled<'a>, Mode), Fault> {
        let mapping = self.sheet.mapping();
        let means = |value: &Filled<'_>| match value.field {
            Field::Quantity => Some(Mode::Set),
            Field::QuantityDelta => Some(Mode::Adjust),
            _ => mode.or(mapping.default_mode),
        };
        let mut all = filled.iter().flatten();
        let is_fitting = |value: &&Filled<'_>| mode.is_none() || means(value) == mode;
        let mut fitting = filled.iter().flatten().filter(is_fitting);
        let fault = |code, value: &Filled<'_>, text: &str| {
            Err(Fault::new(code, mapping.column(value.field), text))
        };
        match (fitting.next(), fitting.next(), all.next()) {
            (Some(value), None, _) => match means(value) {
                Some(mode) => Ok((value, mode)),
                None => fault(Code::ModeMissing, value, &value.text),
            },
            (Some(first), Some(second), _) => {
                let both = format!("{} · {}", first.text.trim(), second.text.trim());
                fault(Code::QuantityAndDelta, first, &both)
            }
            (None, _, Some(value)) => fault(Code::ModeMismatch, value, &value.text),
            (None, _, None) => Err(Fault::new(Code::ModeMissing, None, "")),
        }
    }

    /// Returns the file's baseline, which asks for nothing: what is no level differs from any, and
    /// only a number that can be read in two ways has to be settled.
    fn expected(&self, cells: &RowCells<'a>) -> Result<Option<Result<Level, NumberFault>>, Fault> {
        if cells.raw[Field::Expected as usize].is_empty() {
            return Ok(None);
        }
        let text = cells.text(Field::Expected);
        let column = Column(self.sheet.mapping().column(Field::Expected));
        match number::read(&text, self.style) {
            Ok(Reading::Number(number)) => Ok(Some(number.level())),
            Ok(Reading::Blank | Reading::NotStocked) => Ok(None),
            Err(fault @ NumberFault::Ambiguous { .. }) => Err(column.fault(fault, &text)),
            Err(fault) => Ok(Some(Err(fault))),
        }
    }

    /// Returns the column that a typed value stands for.
    fn value_column(&self) -> Column {
        let mapping = self.sheet.mapping();
        Column(mapping.fields().iter().position(|field| field.is_value()))
    }
}

/// Tells whether a cell is its own text: nothing to unquote, unescape or trim.
fn is_plain(bytes: &[u8]) -> bool {
    let is_letter = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_alphanumeric);
    is_letter(bytes.first()) && is_letter(bytes.last())
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}
