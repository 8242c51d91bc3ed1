//! One pass over the bytes: where cells and records begin and end.
//!
//! Records end at `\r\n`, `\n` or `\r`, and each of these counts as a line, in quoted cells too.
//! The csv crate is the oracle of the tests.

use super::{Cell, Record};

/// What a pass over the bytes found.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    pub(super) cells: Vec<Cell>,
    pub(super) records: Vec<Record>,
    pub(super) unclosed: Option<u32>,
    pub(super) blank_lines: u32,
}

/// Finds the cells of `bytes[start..]`, whose first line has the number `line`.
pub(super) fn scan(bytes: &[u8], start: usize, line: u32, delimiter: u8) -> Scanned {
    let guess = bytes.len() / 40;
    let mut scanned = Scanned {
        cells: Vec::with_capacity(guess * 5),
        records: Vec::with_capacity(guess),
        ..Scanned::default()
    };
    let mut pass = Pass { bytes, at: start, line, delimiter };
    while pass.at < bytes.len() {
        pass.record(&mut scanned);
    }
    scanned
}

struct Pass<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u32,
    delimiter: u8,
}

impl Pass<'_> {
    fn record(&mut self, scanned: &mut Scanned) {
        let first = scanned.cells.len();
        let line = self.line;
        let mut blank = true;
        loop {
            let start = self.at;
            let closed = self.cell();
            if !closed {
                scanned.unclosed = Some(line_of_quote(self.bytes, start, self.line));
            }
            blank &= self.bytes[start..self.at].iter().all(u8::is_ascii_whitespace);
            scanned.cells.push(Cell { start: place(start), end: place(self.at) });
            if self.at >= self.bytes.len() || self.bytes[self.at] != self.delimiter {
                break;
            }
            self.at += 1;
        }
        self.line_end();
        if blank {
            scanned.cells.truncate(first);
            scanned.blank_lines += 1;
            return;
        }
        let len = place(scanned.cells.len() - first);
        scanned.records.push(Record { cells: place(first), len, line });
    }

    /// Moves to the end of a cell; tells whether its quote, if it has one, is closed.
    fn cell(&mut self) -> bool {
        if self.bytes.get(self.at) == Some(&b'"') {
            self.at += 1;
            if !self.quoted() {
                return false;
            }
        }
        while let Some(byte) = self.bytes.get(self.at) {
            if *byte == self.delimiter || matches!(byte, b'\n' | b'\r') {
                break;
            }
            self.at += 1;
        }
        true
    }

    /// Moves behind the closing quote; tells whether there is one.
    fn quoted(&mut self) -> bool {
        while let Some(byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'"' if self.bytes.get(self.at) == Some(&b'"') => self.at += 1,
                b'"' => return true,
                b'\n' => self.line += 1,
                b'\r' if self.bytes.get(self.at) != Some(&b'\n') => self.line += 1,
                _ => {}
            }
        }
        false
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

/// The line where the unclosed cell opened: the last line less the lines inside it.
fn line_of_quote(bytes: &[u8], start: usize, last: u32) -> u32 {
    let inside = &bytes[start..];
    let lone_returns = inside.windows(2).filter(|w| w[0] == b'\r' && w[1] != b'\n').count();
    let feeds = memchr::memchr_iter(b'\n', inside).count();
    let tail = usize::from(inside.last() == Some(&b'\r'));
    last - place(feeds + lone_returns + tail)
}

/// Places fit: files are at most 256 MB.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
