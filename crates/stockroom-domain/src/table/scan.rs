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
    fn record(&mut self) -> Record {
        let start = self.at;
        let (mut width, mut unclosed) = (1, None);
        loop {
            if self.bytes.get(self.at) == Some(&b'"') {
                let opened_on = self.line;
                self.at += 1;
                if !self.quoted() {
                    unclosed = Some(opened_on);
                    break;
                }
            }
            // Cells without quotes are passed here, up to one that has them.
            width += self.plain_cells();
            if self.bytes.get(self.at) != Some(&b'"') {
                break;
            }
        }
        let is_blank = is_blank(&self.bytes[start..self.at], self.delimiter);
        self.line_end();
        Record { width, is_blank, unclosed }
    }

    /// Moves to the record's end, or to a quote that begins a cell; returns the delimiters passed.
    fn plain_cells(&mut self) -> u32 {
        let mut delimiters = 0;
        while let Some(marks) = Marks::of(self.bytes, self.at, self.delimiter) {
            for mark in marks {
                let at = self.at + mark;
                if self.bytes[at] != self.delimiter {
                    self.at = at;
                    return delimiters;
                }
                delimiters += 1;
                if self.bytes.get(at + 1) == Some(&b'"') {
                    self.at = at + 1;
                    return delimiters;
                }
            }
            self.at += WIDTH;
        }
        while let Some(byte) = self.bytes.get(self.at) {
            if matches!(byte, b'\n' | b'\r') {
                break;
            }
            self.at += 1;
            if *byte == self.delimiter {
                delimiters += 1;
                if self.bytes.get(self.at) == Some(&b'"') {
                    break;
                }
            }
        }
        delimiters
    }

    /// Moves behind the closing quote; tells whether there is one.
    fn quoted(&mut self) -> bool {
        loop {
            let rest = &self.bytes[self.at..];
            let Some(len) = memchr::memchr(b'"', rest) else {
                self.line += line_breaks(rest, None);
                self.at = self.bytes.len();
                return false;
            };
            self.line += line_breaks(&rest[..len], Some(b'"'));
            self.at += len + 1;
            if self.bytes.get(self.at) != Some(&b'"') {
                return true;
            }
            self.at += 1;
        }
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

/// Counts the lines that end within `inside`, which `next` follows.
fn line_breaks(inside: &[u8], next: Option<u8>) -> u32 {
    let mut breaks = 0;
    for at in memchr::memchr2_iter(b'\n', b'\r', inside) {
        let after = inside.get(at + 1).copied().or(next);
        breaks += u32::from(inside[at] == b'\n' || after != Some(b'\n'));
    }
    breaks
}

/// Tells whether a record holds nothing but delimiters and spaces.
fn is_blank(record: &[u8], delimiter: u8) -> bool {
    record.iter().all(|byte| *byte == delimiter || byte.is_ascii_whitespace())
}
