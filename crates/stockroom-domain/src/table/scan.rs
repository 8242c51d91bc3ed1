//! One pass over the text: where records begin, on which lines, with how many cells.
//!
//! Nothing is kept of the cells themselves: a row is read again where it is needed, which costs
//! less than a million places in memory. Records end at `\r\n`, `\n` or `\r`, and each of these
//! counts as a line, in quoted cells too. The csv crate is the oracle of the tests.

use super::Delimiter;
use super::marks::{Marks, WIDTH};
use super::places::{Jumps, Widths, place};

/// What a pass over the text found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scanned {
    /// Where each record begins.
    pub(super) starts: Vec<u32>,
    /// The physical line of each record.
    pub(super) lines: Jumps,
    /// The number of cells of each record.
    pub(super) widths: Widths,
    /// The line where a quote opens that never closes.
    pub(super) unclosed: Option<u32>,
    /// Records that were skipped because nothing stands in them.
    pub(super) blank_lines: u32,
}

impl Scanned {
    /// Takes in a record that begins at `start`, on this line.
    fn take(&mut self, record: &Record, start: usize, line: u32) {
        self.unclosed = record.unclosed.or(self.unclosed);
        if record.is_blank {
            self.blank_lines += 1;
            return;
        }
        self.lines.push(self.starts.len(), line);
        self.widths.push(self.starts.len(), record.width);
        self.starts.push(place(start));
    }

    /// Leaves the last of several records out, and the quote that stays open in it.
    pub(super) fn leave_out_last(&mut self) {
        if self.starts.len() > 1 {
            self.starts.pop();
            self.widths.truncate(self.starts.len());
            self.unclosed = None;
        }
    }
}

/// How many bytes are scanned between two words about how far the pass is.
const REPORT_EVERY: usize = 4 * 1024 * 1024;

/// Finds the records of `bytes[start..]`, whose first line has the number `line`; `told` hears
/// now and then how many bytes have been passed.
pub(super) fn scan(
    bytes: &[u8],
    start: usize,
    line: u32,
    delimiter: Delimiter,
    told: &mut dyn FnMut(usize),
) -> Scanned {
    let mut scan = Scan::new(start, line, delimiter, bytes.len());
    scan.pass(bytes, true, told);
    scan.scanned
}

/// After so many records the rest is estimated, so that their places are allocated once.
const ESTIMATE_AFTER: usize = 1_000;

/// A pass over a text that may still grow.
#[derive(Debug)]
pub(super) struct Scan {
    /// Where the first record begins that has not ended yet, and on which line.
    at: usize,
    line: u32,
    delimiter: Delimiter,
    /// How long the text will be.
    size: usize,
    scanned: Scanned,
}

impl Scan {
    /// Returns a pass from `start`, whose line has the number `line`, over a text of `size` bytes.
    pub(super) fn new(start: usize, line: u32, delimiter: Delimiter, size: usize) -> Self {
        Self { at: start, line, delimiter, size, scanned: Scanned::default() }
    }

    /// Returns the delimiter that cells are told apart by.
    pub(super) fn delimiter(&self) -> Delimiter {
        self.delimiter
    }

    /// Returns where the first record begins that has not ended yet.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Returns what was found.
    pub(super) fn into_scanned(self) -> Scanned {
        self.scanned
    }

    /// Finds the records that end in the text so far; at its end, all.
    pub(super) fn go_on(&mut self, bytes: &[u8], is_end: bool) {
        self.pass(bytes, is_end, &mut |_| {});
    }

    fn pass(&mut self, bytes: &[u8], is_end: bool, told: &mut dyn FnMut(usize)) {
        let mut pass =
            Pass { bytes, at: self.at, line: self.line, delimiter: self.delimiter.byte() };
        let mut next_report = pass.at + REPORT_EVERY;
        while pass.at < bytes.len() {
            let (start, line) = (pass.at, pass.line);
            let record = pass.record();
            if pass.at >= bytes.len() && !is_end {
                // More of it may come.
                return;
            }
            (self.at, self.line) = (pass.at, pass.line);
            self.scanned.take(&record, start, line);
            if self.scanned.starts.len() == ESTIMATE_AFTER {
                let per_record = pass.at / ESTIMATE_AFTER + 1;
                let rest = self.size.saturating_sub(pass.at);
                self.scanned.starts.reserve(rest / per_record + ESTIMATE_AFTER);
            }
            if pass.at >= next_report {
                next_report = pass.at + REPORT_EVERY;
                told(pass.at);
            }
        }
    }
}

struct Pass<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u32,
    delimiter: u8,
}

/// What was found of a record.
struct Record {
    width: u32,
    is_blank: bool,
    /// The line where its last quote opens, where that never closes.
    unclosed: Option<u32>,
}

impl Pass<'_> {
    /// Passes a record and the end of its line.
    fn record(&mut self) -> Record {
        let start = self.at;
        let (mut width, mut cell) = (1, start);
        // Where a quoted cell is open, and behind the last pair of quotes in it.
        let (mut opened_on, mut passed) = (None, start);
        'record: loop {
            for mark in Marks::with_quotes(self.bytes, self.at, self.delimiter) {
                let mark = self.at + mark;
                let byte = self.bytes[mark];
                let next = self.bytes.get(mark + 1);
                if byte == b'"' {
                    match (opened_on, next) {
                        // The second of a pair.
                        _ if mark < passed => {}
                        (Some(_), Some(b'"')) => passed = mark + 2,
                        (Some(_), _) => opened_on = None,
                        (None, _) => opened_on = (mark == cell).then_some(self.line),
                    }
                } else if opened_on.is_some() {
                    let ends_line = byte == b'\n' || (byte == b'\r' && next != Some(&b'\n'));
                    self.line += u32::from(ends_line);
                } else if byte == self.delimiter {
                    width += 1;
                    cell = mark + 1;
                } else {
                    self.at = mark;
                    break 'record;
                }
            }
            self.at += WIDTH;
            if self.at >= self.bytes.len() {
                self.at = self.bytes.len();
                break;
            }
        }
        let is_blank = is_blank(&self.bytes[start..self.at], self.delimiter);
        self.line_end();
        Record { width, is_blank, unclosed: opened_on }
    }

    fn line_end(&mut self) {
        match self.bytes.get(self.at) {
            Some(b'\r') if self.bytes.get(self.at + 1) == Some(&b'\n') => self.at += 2,
            Some(_) => self.at += 1,
            None => return,
        }
        self.line += 1;
    }
}

/// Tells whether a record holds nothing but delimiters and spaces.
fn is_blank(record: &[u8], delimiter: u8) -> bool {
    record.iter().all(|byte| *byte == delimiter || byte.is_ascii_whitespace())
}
