//! One pass over the text: where records begin, on which lines, with how many cells.
//!
//! Nothing is kept of the cells themselves: a row is read again where it is needed, which costs
//! less than a million places in memory. Records end at `\r\n`, `\n` or `\r`, and each of these
//! counts as a line, in quoted cells too. The csv crate is the oracle of the tests.

use super::cells::marks;
use super::places::{Jumps, Widths, place};

/// What a pass over the text found.
#[derive(Clone, Debug, Default)]
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
    delimiter: u8,
    told: &mut dyn FnMut(usize),
) -> Scanned {
    let mut scanned = Scanned::default();
    let mut pass = Pass { bytes, at: start, line, delimiter };
    let mut next_report = REPORT_EVERY;
    while pass.at < bytes.len() {
        pass.record(&mut scanned);
        if scanned.starts.len() == ESTIMATE_AFTER {
            let per_record = (pass.at - start) / ESTIMATE_AFTER + 1;
            scanned.starts.reserve((bytes.len() - pass.at) / per_record + ESTIMATE_AFTER);
        }
        if pass.at >= next_report {
            next_report = pass.at + REPORT_EVERY;
            told(pass.at);
        }
    }
    scanned
}

/// After so many records the rest is estimated, so that their places are allocated once.
const ESTIMATE_AFTER: usize = 1_000;

struct Pass<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u32,
    delimiter: u8,
}

impl Pass<'_> {
    fn record(&mut self, scanned: &mut Scanned) {
        let (start, line) = (self.at, self.line);
        let mut width = 1;
        loop {
            if self.bytes.get(self.at) == Some(&b'"') {
                let opened_on = self.line;
                self.at += 1;
                if !self.quoted() {
                    scanned.unclosed = Some(opened_on);
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
        if is_blank {
            scanned.blank_lines += 1;
            return;
        }
        scanned.lines.push(scanned.starts.len(), line);
        scanned.widths.push(scanned.starts.len(), width);
        scanned.starts.push(place(start));
    }

    /// Moves to the record's end, or to a quote that begins a cell; returns the delimiters passed.
    fn plain_cells(&mut self) -> u32 {
        let mut delimiters = 0;
        while let Some(word) = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk::<8>) {
            let mut marks = marks(u64::from_le_bytes(*word), self.delimiter);
            while marks != 0 {
                let at = self.at + (marks.trailing_zeros() / 8) as usize;
                if self.bytes[at] != self.delimiter {
                    self.at = at;
                    return delimiters;
                }
                delimiters += 1;
                if self.bytes.get(at + 1) == Some(&b'"') {
                    self.at = at + 1;
                    return delimiters;
                }
                marks &= marks - 1;
            }
            self.at += 8;
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
