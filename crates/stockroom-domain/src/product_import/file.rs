//! What the rows of a file ask, each by itself.

use std::borrow::Cow;

use super::column::{ImportColumn, guess};
use super::{
    AskedProduct, ImportCode, MAX_DESCRIPTION_CHARACTERS, MAX_NAME_CHARACTERS, MAX_ROWS,
    MAX_URL_CHARACTERS, Note, is_web_address,
};
use crate::code::Code;
use crate::external_id;
use crate::formula::unescape;
use crate::number::{self, Evidence, NumberFault, Reading, Style};
use crate::quantity::Level;
use crate::table::{Remark, Table};

/// The longest piece of a cell that is quoted, in characters.
const MAX_QUOTED: usize = 80;

/// What the merchant says about a file instead of letting it be found out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// How numbers are written; `None` goes by the file's own.
    pub style: Option<Style>,
    /// What each column is; `None` goes by their names.
    pub columns: Option<Vec<Option<ImportColumn>>>,
}

/// A file of products, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportFile {
    /// What each column is, given or found.
    pub columns: Vec<Option<ImportColumn>>,
    /// How numbers are written, given or settled by the file's own.
    pub style: Option<Style>,
    /// What makes the file unusable; then it has no rows.
    pub refusal: Option<Note>,
    /// The rows, in order.
    pub rows: Vec<ImportRow>,
}

/// A row of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRow {
    /// The physical line, from 1, on which it starts.
    pub line: u32,
    /// The name as it stands there, for people.
    pub name: String,
    /// The SKU as it stands there; blank where there is none.
    pub sku: String,
    /// What it asks, or all that is the matter with it.
    pub asked: Result<AskedProduct, Vec<Note>>,
}

impl ImportFile {
    /// Reads what the rows of a table ask.
    ///
    /// ```
    /// use stockroom_domain::product_import::{ImportFile, ImportOptions};
    /// use stockroom_domain::table::{ReadOptions, Table};
    /// let csv = "Désignation;Prix;Réf\nThé vert;1 250,50;THE-1\n".as_bytes().to_vec();
    /// let table = Table::read(csv, ReadOptions::default());
    /// let file = ImportFile::read(&table, &ImportOptions::default());
    /// assert_eq!(file.rows[0].asked.as_ref().unwrap().price, 125_050);
    /// ```
    pub fn read(table: &Table, options: &ImportOptions) -> Self {
        let columns = options.columns.clone().unwrap_or_else(|| guess(&table.names()));
        let mut file = Self { columns, style: options.style, refusal: None, rows: Vec::new() };
        file.refusal = file.refuse(table);
        if file.refusal.is_none() {
            file.style = options.style.or_else(|| file.evidence(table));
            file.rows = (0..table.rows()).map(|row| file.row(table, row)).collect();
        }
        file
    }

    fn refuse(&self, table: &Table) -> Option<Note> {
        let note = |code, text: String| Some(Note { column: None, code, text });
        let makes_unusable = |remark: &&Remark| {
            remark.code.makes_unusable() || matches!(remark.code, Code::NoRows | Code::EmptyFile)
        };
        if let Some(remark) = table.remarks().iter().find(makes_unusable) {
            return note(ImportCode::Table(remark.code), remark.text.clone());
        }
        if table.rows() > MAX_ROWS {
            return note(ImportCode::TooManyRows, table.rows().to_string());
        }
        for column in ImportColumn::ALL {
            let mut of_column = self.columns.iter().filter(|found| **found == Some(column));
            if of_column.next().is_some() && of_column.next().is_some() {
                let code = ImportCode::Table(Code::FieldTwice);
                return Some(Note { column: Some(column), code, text: String::new() });
            }
        }
        if self.column(ImportColumn::Name).is_none() {
            return note(ImportCode::NoNameColumn, String::new());
        }
        if self.column(ImportColumn::Price).is_none() {
            return note(ImportCode::NoPriceColumn, String::new());
        }
        None
    }

    /// Returns the style that the file's own numbers settle, prices and quantities together.
    fn evidence(&self, table: &Table) -> Option<Style> {
        let numbers =
            [ImportColumn::Price, ImportColumn::Quantity].map(|column| self.column(column));
        let mut evidence = Evidence::default();
        for row in 0..table.rows() {
            for column in numbers.into_iter().flatten() {
                evidence.note(&table.cell(row, column));
            }
        }
        evidence.style()
    }

    fn column(&self, column: ImportColumn) -> Option<usize> {
        self.columns.iter().position(|found| *found == Some(column))
    }

    fn row(&self, table: &Table, row: usize) -> ImportRow {
        let cell = |column| self.column(column).map_or(Cow::Borrowed(""), |at| table.cell(row, at));
        let text = |column| unescape(cell(column)).trim().to_owned();
        let mut cells = Cells { notes: Vec::new(), style: self.style };
        let (name, sku) = (text(ImportColumn::Name), text(ImportColumn::Sku));
        if let Some(code) = shape_fault(table, row) {
            // Its cells may not be what they seem, so nothing is said of them.
            cells.fault(None, ImportCode::Table(code), "");
            let asked = Err(cells.notes);
            return ImportRow { line: table.line(row), name: quoted(&name), sku, asked };
        }
        cells.check_name(&name);
        let price = cells.price(&cell(ImportColumn::Price));
        let description = cells.description(text(ImportColumn::Description));
        cells.check_sku(&sku);
        let quantity = cells.quantity(&cell(ImportColumn::Quantity));
        let image_url = cells.image_url(text(ImportColumn::ImageUrl));
        let asked = match price {
            Some(price) if cells.notes.is_empty() => Ok(AskedProduct {
                name: name.clone(),
                price,
                description,
                sku: Some(sku.clone()).filter(|sku| !sku.is_empty()),
                quantity,
                image_url,
            }),
            _ => Err(cells.notes),
        };
        ImportRow { line: table.line(row), name: quoted(&name), sku, asked }
    }
}

/// Returns what is the matter with a row as such.
fn shape_fault(table: &Table, row: usize) -> Option<Code> {
    let is_last = row + 1 == table.rows();
    if is_last && table.unclosed_quote().is_some() || table.runaway_quote(row).is_some() {
        Some(Code::UnclosedQuote)
    } else if table.width(row) > table.columns() {
        Some(Code::TooManyFields)
    } else {
        None
    }
}

/// The cells of one row while they are read.
struct Cells {
    notes: Vec<Note>,
    style: Option<Style>,
}

impl Cells {
    fn fault(&mut self, column: Option<ImportColumn>, code: ImportCode, text: &str) {
        self.notes.push(Note { column, code, text: quoted(text) });
    }

    fn check_name(&mut self, name: &str) {
        let column = Some(ImportColumn::Name);
        if name.is_empty() {
            self.fault(column, ImportCode::NameMissing, "");
        } else if is_longer(name, MAX_NAME_CHARACTERS) {
            self.fault(column, ImportCode::NameTooLong, name);
        }
    }

    fn price(&mut self, cell: &str) -> Option<i64> {
        let column = Some(ImportColumn::Price);
        let read = number::read_money(cell, self.style);
        match read {
            Ok(None) => self.fault(column, ImportCode::PriceMissing, ""),
            Ok(price) => return price,
            Err(fault) => self.number_fault(column, fault, cell),
        }
        None
    }

    fn description(&mut self, text: String) -> Option<String> {
        if is_longer(&text, MAX_DESCRIPTION_CHARACTERS) {
            self.fault(Some(ImportColumn::Description), ImportCode::DescriptionTooLong, &text);
        }
        Some(text).filter(|text| !text.is_empty())
    }

    fn check_sku(&mut self, sku: &str) {
        if is_longer(sku, external_id::MAX_CHARACTERS) {
            self.fault(Some(ImportColumn::Sku), ImportCode::SkuTooLong, sku);
        }
    }

    fn quantity(&mut self, cell: &str) -> Option<Level> {
        let read = number::read(cell, self.style).and_then(|reading| match reading {
            Reading::Number(number) => number.level().map(Some),
            Reading::Blank | Reading::NotStocked => Ok(None),
        });
        read.unwrap_or_else(|fault| {
            self.number_fault(Some(ImportColumn::Quantity), fault, cell);
            None
        })
    }

    fn image_url(&mut self, text: String) -> Option<String> {
        let column = Some(ImportColumn::ImageUrl);
        if text.is_empty() {
            return None;
        }
        if is_longer(&text, MAX_URL_CHARACTERS) {
            self.fault(column, ImportCode::ImageUrlTooLong, &text);
        } else if !is_web_address(&text) {
            self.fault(column, ImportCode::ImageUrlInvalid, &text);
        }
        Some(text)
    }

    fn number_fault(&mut self, column: Option<ImportColumn>, fault: NumberFault, cell: &str) {
        self.fault(column, ImportCode::Table(fault.code()), cell.trim());
    }
}

fn is_longer(text: &str, longest: usize) -> bool {
    // A text of few bytes has few characters.
    text.len() > longest && text.chars().count() > longest
}

/// Returns as much of a text as is shown.
fn quoted(text: &str) -> String {
    match text.char_indices().nth(MAX_QUOTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
