//! A look through the records of an old workbook before its reader lays out its cells.
//!
//! That reader makes room for the rectangle from the first cell to the last, which is measured
//! here. On the way the formats that pad numbers with zeros are found, which it does not tell, and
//! the places of what it would read though nobody asks for it: formulas, names, merged cells, and
//! how large a sheet says it is. It panics over some of them, in honest files too, so they are
//! silenced before it sees them.

mod strings;

use std::collections::HashMap;

use crate::{Limits, Measure, WorkbookFault, value};
use strings::Strings;

const EOF: u16 = 0x000a;
const FORMULA: u16 = 0x0006;
const FORMAT: u16 = 0x041e;
const XF: u16 = 0x00e0;
const BOUND_SHEET: u16 = 0x0085;
const BOF: u16 = 0x0809;
const STRINGS: u16 = 0x00fc;
const CONTINUE: u16 = 0x003c;
const LABEL: u16 = 0x00fd;
const DIMENSIONS: u16 = 0x0200;
const NUMBER: u16 = 0x0203;
const RK: u16 = 0x027e;
const MUL_RK: u16 = 0x00bd;
/// Records that begin with a number which their reader takes to be there: the beginning, the code
/// page, the epoch of dates, and that there is a password.
const NUMBERED: [u16; 4] = [BOF, 0x0042, 0x0022, 0x002f];
/// Names, references to other workbooks, merged cells.
const NEEDLESS: [u16; 4] = [DIMENSIONS, 0x0018, 0x0017, 0x00e5];
/// The bytes before a record's own: its kind and its length.
const HEADER: usize = 4;
/// A kind of record that there is not.
const NOTHING: u16 = 0x5555;
/// Where in a formula's record the length of its tokens stands.
const FORMULA_TOKENS: usize = 20;
/// Records that begin with the row and the column of one cell: blanks apart, which are not read.
const CELLS: [u16; 8] = [FORMULA, NUMBER, RK, MUL_RK, 0x0204, 0x00d6, 0x0205, LABEL];

/// To how many digits the numbers in some cells of a sheet are padded, by row and column.
pub(crate) type Padded = HashMap<(u32, u32), usize>;

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The padded cells of each sheet, in order.
    pub(crate) padded: Vec<Padded>,
    /// Pairs of bytes to write into the stream, by place.
    pub(crate) silenced: Vec<(usize, [u8; 2])>,
}

#[derive(Clone, Copy)]
struct Record<'a> {
    kind: u16,
    data: &'a [u8],
    /// Where in what is looked through the record begins.
    at: usize,
}

/// What is said before the first sheet.
#[derive(Default)]
struct Globals<'a> {
    /// To how many digits a format pads, by its number.
    formats: HashMap<u16, usize>,
    /// The format of each style.
    styles: Vec<u16>,
    strings: Strings<'a>,
    /// Where each sheet begins.
    sheets: Vec<usize>,
}

/// Looks through the records of a workbook.
pub(crate) fn check(stream: &[u8], limits: Limits) -> Result<Found, WorkbookFault> {
    let mut found = Found::default();
    let globals = Globals::read(stream, &mut found)?;
    let digits = |format| globals.formats.get(format).copied().unwrap_or(0);
    let digits: Vec<usize> = globals.styles.iter().map(digits).collect();
    let strings = globals.strings.lengths()?;
    let (mut area, mut text) = (0_u64, 0_u64);
    for start in globals.sheets {
        let stream = stream.get(start..).ok_or_else(|| broken("sheet"))?;
        let mut sheet = Sheet::new(&digits, &strings);
        for record in records(stream) {
            let record = record?;
            found.silence(record, start)?;
            sheet.take(record)?;
            if record.kind == EOF && sheet.depth == 0 {
                break;
            }
        }
        area = area.saturating_add(sheet.area());
        text = text.saturating_add(sheet.text);
        WorkbookFault::check(Measure::Cells, area, limits.cells)?;
        WorkbookFault::check(Measure::Text, text, limits.text)?;
        found.padded.push(sheet.padded);
    }
    Ok(found)
}

impl<'a> Globals<'a> {
    fn read(stream: &'a [u8], found: &mut Found) -> Result<Self, WorkbookFault> {
        let mut globals = Self::default();
        let mut last = 0;
        for record in records(stream) {
            let record = record?;
            let data = record.data;
            match record.kind {
                EOF => break,
                kind if NUMBERED.contains(&kind) => _ = u16_at(data, 0)?,
                FORMAT => globals.formats.extend(padding_format(data)),
                XF => globals.styles.push(u16_at(data, 2)?),
                BOUND_SHEET if data.len() >= 8 => globals.sheets.push(u32_at(data, 0)? as usize),
                BOUND_SHEET => return Err(broken("sheet")),
                STRINGS => {
                    globals.strings = Strings::default();
                    globals.strings.add(data);
                }
                CONTINUE if last == STRINGS => globals.strings.add(data),
                _ => {}
            }
            if record.kind != CONTINUE {
                last = record.kind;
            }
            found.silence(record, 0)?;
        }
        Ok(globals)
    }
}

impl Found {
    /// Takes note of what has to be silenced of a record; `start` is where its stream begins.
    fn silence(&mut self, record: Record<'_>, start: usize) -> Result<(), WorkbookFault> {
        let at = start.saturating_add(record.at);
        if NEEDLESS.contains(&record.kind) {
            self.silenced.push((at, NOTHING.to_le_bytes()));
        } else if record.kind == FORMULA {
            u16_at(record.data, FORMULA_TOKENS)?;
            self.silenced.push((at + HEADER + FORMULA_TOKENS, [0, 0]));
        }
        Ok(())
    }
}

struct Sheet<'a> {
    digits: &'a [usize],
    strings: &'a [u16],
    /// Bytes of all texts, at most.
    text: u64,
    padded: Padded,
    bounds: Option<Bounds>,
    /// How many records of a beginning have no end yet.
    depth: u32,
}

#[derive(Clone, Copy)]
struct Bounds {
    first: (u32, u32),
    last: (u32, u32),
}

impl<'a> Sheet<'a> {
    fn new(digits: &'a [usize], strings: &'a [u16]) -> Self {
        Self { digits, strings, text: 0, padded: Padded::new(), bounds: None, depth: 0 }
    }

    fn take(&mut self, record: Record<'_>) -> Result<(), WorkbookFault> {
        match record.kind {
            BOF => self.depth += 1,
            EOF => self.depth = self.depth.saturating_sub(1),
            // Charts inside a sheet have records like cells, which are not read.
            kind if self.depth <= 1 && CELLS.contains(&kind) => self.take_cell(record)?,
            _ => {}
        }
        Ok(())
    }

    fn take_cell(&mut self, record: Record<'_>) -> Result<(), WorkbookFault> {
        let data = record.data;
        let (row, column) = (u32::from(u16_at(data, 0)?), u32::from(u16_at(data, 2)?));
        let last = if record.kind == MUL_RK {
            u32::from(u16_at(data, data.len().saturating_sub(2))?)
        } else {
            column
        };
        if last < column {
            return Err(broken("columns"));
        }
        self.grow(row, column, last);
        match record.kind {
            LABEL => {
                let string = self.strings.get(u32_at(data, 6)? as usize);
                self.text += string.map_or(0, |units| u64::from(*units) * 3);
            }
            NUMBER | RK | FORMULA => self.pad(row, column, u16_at(data, 4)?),
            MUL_RK => {
                for (column, cell) in
                    (column..=last).zip(data.get(4..).unwrap_or_default().chunks_exact(6))
                {
                    self.pad(row, column, u16_at(cell, 0)?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn pad(&mut self, row: u32, column: u32, style: u16) {
        let digits = self.digits.get(usize::from(style)).copied().unwrap_or(0);
        if digits > 0 {
            self.padded.insert((row, column), digits);
        }
    }

    fn grow(&mut self, row: u32, first: u32, last: u32) {
        let bounds = self.bounds.unwrap_or(Bounds { first: (row, first), last: (row, last) });
        self.bounds = Some(Bounds {
            first: (bounds.first.0.min(row), bounds.first.1.min(first)),
            last: (bounds.last.0.max(row), bounds.last.1.max(last)),
        });
    }

    fn area(&self) -> u64 {
        self.bounds.map_or(0, |Bounds { first, last }| {
            u64::from(last.0 - first.0 + 1) * u64::from(last.1 - first.1 + 1)
        })
    }
}

/// Returns a format's number and the digits to which it pads, where it does.
fn padding_format(data: &[u8]) -> Option<(u16, usize)> {
    let number = u16_at(data, 0).ok()?;
    let len = usize::from(u16_at(data, 2).ok()?);
    let wide = data.get(4)? & 1 != 0;
    let text = data.get(5..)?;
    let code: String = if wide {
        let units = text.chunks_exact(2).take(len);
        let units: Vec<u16> = units.map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    } else {
        text.iter().take(len).map(|byte| char::from(*byte)).collect()
    };
    Some((number, value::padding(&code))).filter(|(_, digits)| *digits > 0)
}

fn records(stream: &[u8]) -> impl Iterator<Item = Result<Record<'_>, WorkbookFault>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = stream.get(at..).filter(|rest| !rest.is_empty())?;
        let record = read_record(rest, at);
        at = record.as_ref().map_or(stream.len(), |record| at + HEADER + record.data.len());
        Some(record)
    })
}

fn read_record(rest: &[u8], at: usize) -> Result<Record<'_>, WorkbookFault> {
    let (kind, len) = (u16_at(rest, 0)?, usize::from(u16_at(rest, 2)?));
    let data = rest.get(HEADER..HEADER + len).ok_or_else(|| broken("end"))?;
    Ok(Record { kind, data, at })
}

fn u16_at(data: &[u8], at: usize) -> Result<u16, WorkbookFault> {
    let pair = data.get(at..).and_then(|rest| rest.first_chunk());
    pair.map(|pair| u16::from_le_bytes(*pair)).ok_or_else(|| broken("short"))
}

fn u32_at(data: &[u8], at: usize) -> Result<u32, WorkbookFault> {
    let four = data.get(at..).and_then(|rest| rest.first_chunk());
    four.map(|four| u32::from_le_bytes(*four)).ok_or_else(|| broken("short"))
}

fn broken(what: &str) -> WorkbookFault {
    WorkbookFault::damaged(format!("record: {what}"))
}
