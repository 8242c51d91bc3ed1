//! From bytes to a table of cells.
//!
//! Reading never fails: [`Table::read`] returns what it could read and a list of [`Remark`]s. The
//! bytes are kept as they are, cells are places in them, so a row can be written back exactly as
//! it stood. Encodings other than UTF-8 and workbooks are named and refused for now.

mod scan;
mod sniff;

use std::borrow::Cow;

use crate::code::Code;

pub use sniff::Delimiter;

/// The largest file that is read, in bytes: 256 MB.
pub const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// The most columns that a stock file can have.
pub const MAX_COLUMNS: usize = 1_000;

/// What the merchant says about a file instead of letting it be found out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ReadOptions {
    /// The delimiter; `None` finds it by the most consistent number of cells.
    pub delimiter: Option<Delimiter>,
    /// Whether the first record names the columns.
    pub header: Header,
}

/// Whether the first record names the columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Header {
    /// The first record is the header.
    #[default]
    First,
    /// Every record is a row; columns are mapped by position.
    None,
}

/// A table of cells, with everything that was noticed while reading it.
#[derive(Clone, Debug, Default)]
pub struct Table {
    bytes: Vec<u8>,
    delimiter: Delimiter,
    cells: Vec<Cell>,
    records: Vec<Record>,
    header: Option<Record>,
    unclosed: Option<u32>,
    blank_lines: u32,
    remarks: Vec<Remark>,
}

/// Something noticed about a file as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Remark {
    /// The physical line, from 1; 0 where it concerns no line.
    pub line: u32,
    /// The column, from 0, where it concerns one.
    pub column: Option<u32>,
    /// What it is.
    pub code: Code,
    /// The text it is about: a name, a number.
    pub text: String,
}

/// Where a cell stands in the bytes, its quotes included.
#[derive(Clone, Copy, Debug)]
struct Cell {
    start: u32,
    end: u32,
}

/// Where a record stands: its first cell and its physical line.
#[derive(Clone, Copy, Debug)]
struct Record {
    cells: u32,
    len: u32,
    line: u32,
}

impl Table {
    /// Reads a file's bytes.
    ///
    /// ```
    /// use stockroom_domain::table::{ReadOptions, Table};
    /// let table = Table::read(b"sku;quantity\nRIZ-25KG;112\n".to_vec(), ReadOptions::default());
    /// assert_eq!(table.rows(), 1);
    /// assert_eq!((table.line(0), table.cell(0, 1).as_ref()), (2, "112"));
    /// ```
    pub fn read(bytes: Vec<u8>, options: ReadOptions) -> Self {
        let mut table = Self { bytes, ..Self::default() };
        if let Some(remark) = sniff::refuse(&table.bytes) {
            table.remarks.push(remark);
            return table;
        }
        let start = sniff::bom(&table.bytes);
        let directive = sniff::sep_directive(&table.bytes[start..]);
        let (skip, said) = directive.map_or((0, None), |(len, said)| (len, Some(said)));
        let start = start + skip;
        table.delimiter =
            options.delimiter.or(said).unwrap_or_else(|| sniff::delimiter(&table.bytes[start..]));
        let first_line = if skip > 0 { 2 } else { 1 };
        let scanned = scan::scan(&table.bytes, start, first_line, table.delimiter.byte());
        table.cells = scanned.cells;
        table.records = scanned.records;
        table.unclosed = scanned.unclosed;
        table.blank_lines = scanned.blank_lines;
        table.take_header(options.header);
        table.remark_on_shape();
        table
    }

    /// Returns the number of rows, the header and skipped lines not counted.
    pub fn rows(&self) -> usize {
        self.records.len()
    }

    /// Returns the number of columns: the header's cells, or the first row's where there is none.
    pub fn columns(&self) -> usize {
        self.header.or(self.records.first().copied()).map_or(0, |record| record.len as usize)
    }

    /// Returns the physical line, from 1, on which a row starts.
    pub fn line(&self, row: usize) -> u32 {
        self.records[row].line
    }

    /// Returns the number of cells that a row has.
    pub fn width(&self, row: usize) -> usize {
        self.records[row].len as usize
    }

    /// Returns a cell's text without its quotes; cells that a row lacks are blank.
    pub fn cell(&self, row: usize, column: usize) -> Cow<'_, str> {
        self.text_of(self.records[row], column)
    }

    /// Returns a cell exactly as it stands in the file, its quotes included.
    pub fn raw_cell(&self, row: usize, column: usize) -> &str {
        self.raw_of(self.records[row], column)
    }

    /// Returns the names of the columns, blank where there is no header.
    pub fn names(&self) -> Vec<String> {
        let name = |column| self.header.map_or(Cow::Borrowed(""), |h| self.text_of(h, column));
        (0..self.columns()).map(|column| name(column).trim().to_owned()).collect()
    }

    /// Returns the header exactly as it stands in the file, cell by cell.
    pub fn raw_header(&self) -> Option<Vec<&str>> {
        let header = self.header?;
        Some((0..header.len as usize).map(|column| self.raw_of(header, column)).collect())
    }

    /// Returns the delimiter, given or found.
    pub fn delimiter(&self) -> Delimiter {
        self.delimiter
    }

    /// Returns the line where a quote opens that is never closed; its row is the last.
    pub fn unclosed_quote(&self) -> Option<u32> {
        self.unclosed
    }

    /// Returns the number of lines that were skipped because nothing stood in them.
    pub fn blank_lines(&self) -> u32 {
        self.blank_lines
    }

    /// Returns what was noticed about the file as a whole.
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    /// Returns the remark that makes the file unusable, if there is one.
    pub fn refusal(&self) -> Option<&Remark> {
        let fatal = |code| {
            matches!(
                code,
                Code::EmptyFile
                    | Code::Binary
                    | Code::Workbook
                    | Code::TooLarge
                    | Code::NotUtf8
                    | Code::TooManyColumns
            )
        };
        self.remarks.iter().find(|remark| fatal(remark.code))
    }

    /// Gives the bytes back, to read them in another way.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Tells whether the file ends its lines with `\r\n`.
    pub fn ends_lines_with_crlf(&self) -> bool {
        memchr::memchr(b'\n', &self.bytes).is_some_and(|at| at > 0 && self.bytes[at - 1] == b'\r')
    }

    /// Tells whether the file began with a byte order mark.
    pub fn has_bom(&self) -> bool {
        sniff::bom(&self.bytes) > 0
    }

    fn take_header(&mut self, header: Header) {
        if header == Header::First && !self.records.is_empty() {
            self.header = Some(self.records.remove(0));
        }
    }

    fn remark_on_shape(&mut self) {
        if self.header.is_none() && self.records.is_empty() {
            return self.remark(0, None, Code::EmptyFile, String::new());
        }
        let columns = self.columns();
        if columns > MAX_COLUMNS {
            return self.remark(1, None, Code::TooManyColumns, columns.to_string());
        }
        if let Some(header) = self.header {
            self.remark_on_names(header.line);
        }
        if self.records.is_empty() {
            self.remark(0, None, Code::NoRows, String::new());
        }
    }

    fn remark_on_names(&mut self, line: u32) {
        let names = self.names();
        let keys: Vec<String> = names.iter().map(|name| crate::columns::key(name)).collect();
        for (at, name) in names.iter().enumerate() {
            let column = u32::try_from(at).ok();
            if keys[at].is_empty() {
                self.remark(line, column, Code::BlankHeader, (at + 1).to_string());
            } else if keys[..at].contains(&keys[at]) {
                self.remark(line, column, Code::DuplicateHeader, name.clone());
            }
        }
    }

    fn remark(&mut self, line: u32, column: Option<u32>, code: Code, text: String) {
        self.remarks.push(Remark { line, column, code, text });
    }

    fn raw_of(&self, record: Record, column: usize) -> &str {
        if column >= record.len as usize {
            return "";
        }
        let cell = self.cells[record.cells as usize + column];
        // Cells end at ASCII marks of a text that was checked, so this never falls back.
        std::str::from_utf8(&self.bytes[cell.start as usize..cell.end as usize]).unwrap_or("")
    }

    fn text_of(&self, record: Record, column: usize) -> Cow<'_, str> {
        unquote(self.raw_of(record, column))
    }
}

/// Takes the quotes off a cell: `"25"" screen"` is `25" screen`.
///
/// Text after a closing quote belongs to the cell, as the csv crate reads it.
fn unquote(raw: &str) -> Cow<'_, str> {
    let Some(inner) = raw.strip_prefix('"') else {
        return Cow::Borrowed(raw);
    };
    match memchr::memchr(b'"', inner.as_bytes()) {
        None => return Cow::Borrowed(inner),
        Some(at) if at + 1 == inner.len() => return Cow::Borrowed(&inner[..at]),
        Some(_) => {}
    }
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = memchr::memchr(b'"', rest.as_bytes()) {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                text.push('"');
                rest = after;
            }
            None => break,
        }
    }
    text.push_str(rest);
    Cow::Owned(text)
}
