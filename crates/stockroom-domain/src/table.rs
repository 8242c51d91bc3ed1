//! From bytes to a table of cells.
//!
//! Reading never fails: [`Table::read`] returns what it could read and a list of [`Remark`]s. The
//! text is kept once and rows are places in it, so that a million of them cost little and each can
//! be written back exactly as it stood.

mod arriving;
mod cells;
mod encoding;
mod marks;
mod places;
mod scan;
mod sniff;

use std::borrow::Cow;

use crate::code::Code;
use crate::formula::unescape;
use places::place;
use scan::Scanned;

pub use arriving::Arriving;
pub use cells::RawCells;
pub(crate) use cells::unquote;
pub use encoding::Encoding;
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
    /// The encoding; `None` goes by the byte order mark, then UTF-8, then a guess.
    pub encoding: Option<Encoding>,
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

/// Whether the bytes at hand are the file, or only how it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The file from its first byte to its last.
    Whole,
    /// Its beginning: the last record may be cut short and is left out.
    Beginning,
}

/// A table of cells, with everything that was noticed while reading it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The text in UTF-8, which was checked once.
    text: Vec<u8>,
    encoding: Encoding,
    has_bom: bool,
    delimiter: Delimiter,
    /// The header is the first record, where there is one.
    records: Scanned,
    header: Header,
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
        Self::read_telling(bytes, options, Extent::Whole, &mut |_| {})
    }

    /// Reads bytes; `told` hears now and then how many bytes of the text have been passed.
    pub fn read_telling(
        bytes: Vec<u8>,
        options: ReadOptions,
        extent: Extent,
        told: &mut dyn FnMut(usize),
    ) -> Self {
        let mut table = Self { header: options.header, ..Self::default() };
        if let Some(remark) = sniff::refuse(&bytes) {
            table.remarks.push(remark);
            return table;
        }
        let guessed_line = table.take_text(bytes, options.encoding);
        if let Some(remark) = sniff::binary(&table.text) {
            return Self { remarks: vec![remark], ..Self::default() };
        }
        table.find_records(options, told);
        if extent == Extent::Beginning {
            table.records.leave_out_last();
        }
        table.remark_on_encoding(guessed_line);
        table.remark_on_shape();
        table
    }

    /// Returns rows of text that is known to be UTF-8, whatever they begin with.
    pub(crate) fn of_rows(text: Vec<u8>, delimiter: Delimiter) -> Self {
        let records = scan::scan(&text, 0, 1, delimiter, &mut |_| {});
        Self { text, delimiter, records, header: Header::None, ..Self::default() }
    }

    /// Reads the same text in another way; its encoding stays.
    #[must_use]
    pub fn reread(self, options: ReadOptions, told: &mut dyn FnMut(usize)) -> Self {
        let Self { text, encoding, has_bom, mut remarks, .. } = self;
        remarks.retain(|remark| remark.code.is_of_encoding());
        let mut table =
            Self { text, encoding, has_bom, remarks, header: options.header, ..Self::default() };
        table.find_records(options, told);
        table.remark_on_shape();
        table
    }

    /// Returns the number of rows, the header and skipped lines not counted.
    pub fn rows(&self) -> usize {
        self.records.starts.len().saturating_sub(self.headers())
    }

    /// Returns the number of columns: the header's cells, or the first row's where there is none.
    pub fn columns(&self) -> usize {
        if self.records.starts.is_empty() { 0 } else { self.records.widths.width(0) as usize }
    }

    /// Returns the physical line, from 1, on which a row starts.
    pub fn line(&self, row: usize) -> u32 {
        self.records.lines.line(row + self.headers())
    }

    /// Tells whether a row may span several lines.
    pub(crate) fn may_span_lines(&self, row: usize) -> bool {
        let record = row + self.headers();
        let is_last = record + 1 >= self.records.starts.len();
        is_last || self.records.lines.may_span(record)
    }

    /// Returns the column of a cell in which a quote was closed by another cell's: it spans lines,
    /// and text follows its quote.
    pub fn runaway_quote(&self, row: usize) -> Option<usize> {
        if !self.may_span_lines(row) {
            return None;
        }
        self.raw_cells(row).position(cells::runs_away)
    }

    /// Returns the number of cells that a row has.
    pub fn width(&self, row: usize) -> usize {
        self.records.widths.width(row + self.headers()) as usize
    }

    /// Returns a row's cells exactly as they stand in the file, their quotes included.
    pub fn raw_cells(&self, row: usize) -> RawCells<'_> {
        self.cells_of(row + self.headers())
    }

    /// Writes where a row's first cells stand in the [text](Self::text), quotes included.
    pub(crate) fn bounds<'f>(
        &self,
        row: usize,
        found: &'f mut [(usize, usize)],
    ) -> &'f [(usize, usize)] {
        let start = self.records.starts.get(row + self.headers());
        let start = start.map_or(self.text.len(), |at| *at as usize);
        cells::bounds(&self.text, start, self.delimiter.byte(), found)
    }

    /// Returns a cell's text without its quotes; cells that a row lacks are blank.
    pub fn cell(&self, row: usize, column: usize) -> Cow<'_, str> {
        unquote(self.raw_cell(row, column))
    }

    /// Returns a cell exactly as it stands in the file, its quotes included.
    pub fn raw_cell(&self, row: usize, column: usize) -> &str {
        self.raw_cells(row).nth(column).unwrap_or("")
    }

    /// Returns the names of the columns, blank where there is no header.
    pub fn names(&self) -> Vec<String> {
        let Some(header) = self.raw_header() else { return vec![String::new(); self.columns()] };
        header.into_iter().map(|name| unescape(unquote(name)).trim().to_owned()).collect()
    }

    /// Returns the header exactly as it stands in the file, cell by cell.
    pub fn raw_header(&self) -> Option<Vec<&str>> {
        (self.headers() > 0).then(|| self.cells_of(0).collect())
    }

    /// Returns the delimiter, given or found.
    pub fn delimiter(&self) -> Delimiter {
        self.delimiter
    }

    /// Returns the encoding, given or found.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Returns the line where a quote opens that is never closed; its row is the last.
    pub fn unclosed_quote(&self) -> Option<u32> {
        self.records.unclosed
    }

    /// Returns the number of lines that were skipped because nothing stood in them.
    pub fn blank_lines(&self) -> u32 {
        self.records.blank_lines
    }

    /// Returns what was noticed about the file as a whole.
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    /// Returns the remark that makes the file unusable, if there is one.
    pub fn refusal(&self) -> Option<&Remark> {
        self.remarks.iter().find(|remark| remark.code.makes_unusable())
    }

    /// Tells whether the file ends its lines with `\r\n`.
    pub fn ends_lines_with_crlf(&self) -> bool {
        let text = &self.text;
        memchr::memchr(b'\n', text).is_some_and(|at| at > 0 && text[at - 1] == b'\r')
    }

    /// Tells whether the file began with a byte order mark.
    pub fn has_bom(&self) -> bool {
        self.has_bom
    }

    /// Returns the text that was read, in UTF-8, without a byte order mark.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Returns the number of records before the first row.
    fn headers(&self) -> usize {
        let has_header = self.header == Header::First && !self.records.starts.is_empty();
        usize::from(has_header)
    }

    fn cells_of(&self, record: usize) -> RawCells<'_> {
        let start = self.records.starts.get(record).map_or(self.text.len(), |at| *at as usize);
        RawCells::new(&self.text, start, self.delimiter.byte())
    }

    /// Decodes the bytes; returns the line of the first one that made the encoding a guess.
    fn take_text(&mut self, bytes: Vec<u8>, said: Option<Encoding>) -> Option<u32> {
        let decoded = encoding::decode(bytes, said);
        let line = decoded.guessed_at.map(|at| {
            let before = decoded.text.get(..at).unwrap_or_default();
            place(memchr::memchr_iter(b'\n', before).count() + 1)
        });
        self.remarks.extend((decoded.broken > 0).then(|| Remark {
            line: line.unwrap_or(0),
            column: None,
            code: Code::TextBroken,
            text: decoded.broken.to_string(),
        }));
        (self.text, self.encoding, self.has_bom) =
            (decoded.text, decoded.encoding, decoded.has_bom);
        line
    }

    fn find_records(&mut self, options: ReadOptions, told: &mut dyn FnMut(usize)) {
        let text = &self.text;
        let directive = sniff::sep_directive(text);
        let (start, said) = directive.map_or((0, None), |(len, said)| (len, Some(said)));
        self.delimiter =
            options.delimiter.or(said).unwrap_or_else(|| sniff::delimiter(&text[start..]));
        let first_line = if start > 0 { 2 } else { 1 };
        self.records = scan::scan(text, start, first_line, self.delimiter, told);
    }

    fn remark_on_encoding(&mut self, guessed_line: Option<u32>) {
        if let Some(line) = guessed_line.filter(|_| self.encoding != Encoding::Utf8) {
            let name = self.encoding.as_str().to_owned();
            self.remark(line, None, Code::EncodingGuessed, name);
        }
    }

    fn remark_on_shape(&mut self) {
        if self.records.starts.is_empty() {
            return self.remark(0, None, Code::EmptyFile, String::new());
        }
        let columns = self.columns();
        if columns > MAX_COLUMNS {
            return self.remark(1, None, Code::TooManyColumns, columns.to_string());
        }
        if self.headers() > 0 {
            self.remark_on_names(self.records.lines.line(0));
        }
        if self.rows() == 0 {
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
}
