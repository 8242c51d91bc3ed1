//! What a row asks for.
//!
//! Reads the cells of one row, with what was typed over them, into a change or a fault; it knows
//! nothing of the stock. Start at [`Reader::read`].

use std::borrow::Cow;

use crate::code::{Code, Codes};
use crate::columns::{Field, mode_word};
use crate::external_id::{self, ExternalIdFault};
use crate::number::{self, Evidence, NumberFault, Reading, Style};
use crate::quantity::{Change, Level, Mode};
use crate::sheet::Sheet;

/// How many characters of a cell a fault quotes.
const QUOTED: usize = 120;

/// Reads the rows of a sheet.
#[derive(Debug)]
pub struct Reader<'a> {
    sheet: &'a Sheet,
    style: Option<Style>,
    columns: usize,
    /// The row whose quote never closes.
    open: Option<usize>,
}

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
    /// Notes that change nothing.
    pub notes: Codes,
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

/// What is wrong with a row, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub code: Code,
    /// The column, from 0, where it is one's.
    pub column: Option<usize>,
    /// The text that is wrong, cut short where it is very long.
    pub text: String,
    /// What the number may have meant instead, where that can be told.
    pub hint: Option<i64>,
}

/// A value cell that is not blank.
struct Filled<'a> {
    field: Field,
    text: Cow<'a, str>,
    reading: Result<Reading, NumberFault>,
}

impl<'a> Reader<'a> {
    /// Returns a reader of the sheet's rows; without a style the file's own cells settle it.
    pub fn new(sheet: &'a Sheet, style: Option<Style>) -> Self {
        let table = sheet.table();
        let open = table.unclosed_quote().and_then(|_| table.rows().checked_sub(1));
        let style = style.or_else(|| evidence(sheet).style());
        Self { sheet, style, columns: table.columns(), open }
    }

    /// Returns the number style, given or settled by the file's own cells.
    pub fn style(&self) -> Option<Style> {
        self.style
    }

    /// Returns what a row asks for.
    pub fn read(&self, row: usize) -> RowAsk<'a> {
        let mut ask = RowAsk {
            external_id: trimmed(self.sheet.external_id(row)),
            variant: trimmed(self.sheet.variant(row)),
            outcome: Outcome::Blank,
            mode: None,
            value: None,
            expected: None,
            notes: Codes::none(),
        };
        if self.sheet.table().width(row) < self.columns {
            ask.notes.add(Code::TooFewFields);
        }
        ask.outcome = match self.outcome(row, &mut ask) {
            Ok(outcome) => outcome,
            Err(fault) => Outcome::Fault(fault),
        };
        ask
    }

    fn outcome(&self, row: usize, ask: &mut RowAsk<'a>) -> Result<Outcome, Fault> {
        let change = if let Some(typed) = self.sheet.typed_value(row) {
            let fault = |fault| self.value_column().fault(fault, typed);
            number::read_entry(typed, self.style).map_err(fault)?
        } else {
            self.check_shape(row)?;
            self.file_change(row, ask)?
        };
        let Some(change) = change else {
            return Ok(Outcome::Blank);
        };
        ask.mode = Some(change.mode());
        ask.value = Some(change.value());
        self.check_external_id(&ask.external_id)?;
        ask.expected = self.expected(row)?;
        Ok(Outcome::Change(change))
    }

    fn check_shape(&self, row: usize) -> Result<(), Fault> {
        let table = self.sheet.table();
        if self.open == Some(row) {
            let column = table.width(row) - 1;
            return Err(Fault::new(Code::UnclosedQuote, Some(column), &table.cell(row, column)));
        }
        if table.width(row) > self.columns {
            let column = self.columns;
            return Err(Fault::new(Code::TooManyFields, Some(column), &table.cell(row, column)));
        }
        Ok(())
    }

    fn check_external_id(&self, text: &str) -> Result<(), Fault> {
        let code = match external_id::check(text) {
            Ok(_) => return Ok(()),
            Err(ExternalIdFault::Empty) => Code::ExternalIdMissing,
            Err(ExternalIdFault::TooLong { .. }) => Code::ExternalIdTooLong,
        };
        Err(Fault::new(code, self.sheet.mapping().column(Field::ExternalId), text))
    }

    fn file_change(&self, row: usize, ask: &mut RowAsk<'a>) -> Result<Option<Change>, Fault> {
        let mut filled: Vec<Filled<'a>> = Vec::new();
        for field in [Field::Quantity, Field::QuantityDelta, Field::Amount] {
            let text = self.sheet.file_text(row, field);
            match number::read(&text, self.style) {
                Ok(Reading::Blank) => {}
                Ok(Reading::NotStocked) => ask.notes.add(Code::NotStocked),
                reading => filled.push(Filled { field, text, reading }),
            }
        }
        if filled.is_empty() {
            return Ok(None);
        }
        let mode = self.mode(row)?;
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
    fn mode(&self, row: usize) -> Result<Option<Mode>, Fault> {
        let text = self.sheet.file_text(row, Field::Mode);
        if text.trim().is_empty() {
            return Ok(None);
        }
        let column = self.sheet.mapping().column(Field::Mode);
        mode_word(&text).map(Some).ok_or_else(|| Fault::new(Code::ModeUnknown, column, &text))
    }

    /// Returns the value that counts, and how it is meant.
    fn choose<'f>(
        &self,
        filled: &'f [Filled<'a>],
        mode: Option<Mode>,
    ) -> Result<(&'f Filled<'a>, Mode), Fault> {
        let mapping = self.sheet.mapping();
        let means = |value: &Filled<'_>| match value.field {
            Field::Quantity => Some(Mode::Set),
            Field::QuantityDelta => Some(Mode::Adjust),
            _ => mode.or(mapping.default_mode),
        };
        let fitting: Vec<_> =
            filled.iter().filter(|value| mode.is_none() || means(value) == mode).collect();
        match fitting[..] {
            [] => {
                let value = &filled[0];
                Err(Fault::new(Code::ModeMismatch, mapping.column(value.field), &value.text))
            }
            [value] => {
                let column = mapping.column(value.field);
                let missing = || Fault::new(Code::ModeMissing, column, &value.text);
                Ok((value, means(value).ok_or_else(missing)?))
            }
            [first, second, ..] => {
                let both = format!("{} · {}", first.text.trim(), second.text.trim());
                Err(Fault::new(Code::QuantityAndDelta, mapping.column(first.field), &both))
            }
        }
    }

    fn expected(&self, row: usize) -> Result<Option<Level>, Fault> {
        let text = self.sheet.file_text(row, Field::Expected);
        let column = Column(self.sheet.mapping().column(Field::Expected));
        match number::read(&text, self.style) {
            Ok(Reading::Number(number)) => {
                number.level().map(Some).map_err(|fault| column.fault(fault, &text))
            }
            Ok(Reading::Blank | Reading::NotStocked) => Ok(None),
            Err(fault) => Err(column.fault(fault, &text)),
        }
    }

    /// Returns the column that a typed value stands for.
    fn value_column(&self) -> Column {
        let mapping = self.sheet.mapping();
        Column(mapping.fields().iter().position(|field| field.is_value()))
    }
}

/// The column that a number stands in.
#[derive(Clone, Copy)]
struct Column(Option<usize>);

impl Column {
    fn fault(self, fault: NumberFault, text: &str) -> Fault {
        let hint = match fault {
            NumberFault::Ambiguous { grouped } => Some(grouped),
            NumberFault::Signed { units } | NumberFault::Parentheses { units } => Some(units),
            NumberFault::Fraction | NumberFault::TooLarge | NumberFault::Invalid => None,
        };
        Fault { hint, ..Fault::new(fault.code(), self.0, text) }
    }
}

impl Fault {
    fn new(code: Code, column: Option<usize>, text: &str) -> Self {
        Self { code, column, text: quote(text), hint: None }
    }
}

/// Returns the text as a fault quotes it: cut short where it is very long.
pub(crate) fn quote(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Returns what the number cells of the file say about their marks.
pub fn evidence(sheet: &Sheet) -> Evidence {
    let mut evidence = Evidence::default();
    let numbers = [Field::Quantity, Field::QuantityDelta, Field::Amount, Field::Expected];
    let columns = numbers.map(|field| sheet.mapping().column(field));
    for row in 0..sheet.table().rows() {
        for column in columns.into_iter().flatten() {
            evidence.note(&sheet.table().cell(row, column));
        }
    }
    evidence
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}
