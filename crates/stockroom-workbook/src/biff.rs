//! A look through the records of an old workbook before its reader lays out its cells.
//!
//! That reader makes room for the rectangle from the first cell to the last, and for the one that
//! a sheet says it has. Both are measured here, and on the way the formats that pad numbers with
//! zeros are found, which that reader does not tell.

use std::collections::HashMap;

use crate::{Limits, Measure, WorkbookFault, value};

const EOF: u16 = 0x000a;
const FORMULA: u16 = 0x0006;
const FORMAT: u16 = 0x041e;
const XF: u16 = 0x00e0;
const BOUND_SHEET: u16 = 0x0085;
const BOF: u16 = 0x0809;
const DIMENSIONS: u16 = 0x0200;
const NUMBER: u16 = 0x0203;
const RK: u16 = 0x027e;
const MUL_RK: u16 = 0x00bd;
/// Records that begin with the row and the column of one cell: blanks apart, which are not read.
const CELLS: [u16; 8] = [FORMULA, NUMBER, RK, MUL_RK, 0x0204, 0x00d6, 0x0205, 0x00fd];

/// The most cells that a sheet of the format has; a sheet that says more says nonsense.
const MOST_DECLARED: u64 = 65_536 * 256;

/// To how many digits the numbers in some cells of a sheet are padded, by row and column.
pub(crate) type Padded = HashMap<(u32, u32), usize>;

#[derive(Clone, Copy)]
struct Record<'a> {
    kind: u16,
    data: &'a [u8],
}

/// Checks the records of a workbook; returns the padded cells of each sheet, in order.
pub(crate) fn check(stream: &[u8], limits: Limits) -> Result<Vec<Padded>, WorkbookFault> {
    let mut formats = HashMap::new();
    let mut styles = Vec::new();
    let mut sheets = Vec::new();
    for record in records(stream) {
        let record = record?;
        match record.kind {
            EOF => break,
            FORMAT => formats.extend(padding_format(record.data)),
            XF => styles.push(u16_at(record.data, 2)?),
            BOUND_SHEET => sheets.push(u32_at(record.data, 0)?),
            _ => {}
        }
    }
    let digits: Vec<usize> =
        styles.iter().map(|format| formats.get(format).copied().unwrap_or(0)).collect();
    let mut area = 0_u64;
    let mut padded = Vec::new();
    for start in sheets {
        let stream = stream.get(start as usize..).ok_or_else(|| broken("sheet"))?;
        let mut sheet = Sheet { digits: &digits, padded: Padded::new(), bounds: None };
        sheet.read(stream)?;
        area = area.saturating_add(sheet.area());
        WorkbookFault::check(Measure::Cells, area, limits.cells)?;
        padded.push(sheet.padded);
    }
    Ok(padded)
}

struct Sheet<'a> {
    digits: &'a [usize],
    padded: Padded,
    bounds: Option<Bounds>,
}

#[derive(Clone, Copy)]
struct Bounds {
    first: (u32, u32),
    last: (u32, u32),
}

impl Sheet<'_> {
    fn read(&mut self, stream: &[u8]) -> Result<(), WorkbookFault> {
        let mut depth = 0_u32;
        for record in records(stream) {
            let record = record?;
            match record.kind {
                BOF => depth += 1,
                EOF if depth <= 1 => break,
                EOF => depth -= 1,
                // Charts inside a sheet have records like cells, which are not read.
                _ if depth > 1 => {}
                DIMENSIONS => check_dimensions(record.data)?,
                kind if CELLS.contains(&kind) => self.take_cell(record)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn take_cell(&mut self, record: Record<'_>) -> Result<(), WorkbookFault> {
        let data = record.data;
        let (row, column) = (u32::from(u16_at(data, 0)?), u32::from(u16_at(data, 2)?));
        let last = if record.kind == MUL_RK {
            u32::from(u16_at(data, data.len().saturating_sub(2))?).max(column)
        } else {
            column
        };
        self.grow(row, column, last);
        match record.kind {
            NUMBER | RK | FORMULA => self.pad(row, column, u16_at(data, 4)?),
            MUL_RK => {
                for (column, cell) in (column..=last).zip(data.get(4..).unwrap_or_default().chunks_exact(6)) {
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

/// Refuses a sheet that says it is larger than a sheet can be.
fn check_dimensions(data: &[u8]) -> Result<(), WorkbookFault> {
    let (first_row, end_row, first_column, end_column) = if data.len() == 10 {
        let at = |at| u16_at(data, at).map(u32::from);
        (at(0)?, at(2)?, at(4)?, at(6)?)
    } else {
        let at = |at| u16_at(data, at).map(u32::from);
        (u32_at(data, 0)?, u32_at(data, 4)?, at(8)?, at(10)?)
    };
    let first_column = if first_column > 0xff || end_column < first_column { 0 } else { first_column };
    if end_row == 0 || end_column == 0 {
        return Ok(());
    }
    let (Some(rows), Some(columns)) =
        (end_row.checked_sub(first_row), end_column.checked_sub(first_column))
    else {
        return Err(broken("dimensions"));
    };
    WorkbookFault::check(Measure::Cells, u64::from(rows) * u64::from(columns), MOST_DECLARED)
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

fn records(mut stream: &[u8]) -> impl Iterator<Item = Result<Record<'_>, WorkbookFault>> {
    std::iter::from_fn(move || {
        if stream.is_empty() {
            return None;
        }
        let header = stream.split_at_checked(4);
        let Some(([k0, k1, l0, l1], rest)) = header.map(|(header, rest)| (header, rest)) else {
            stream = &[];
            return Some(Err(broken("record")));
        };
        let len = usize::from(u16::from_le_bytes([*l0, *l1]));
        let Some((data, rest)) = rest.split_at_checked(len) else {
            stream = &[];
            return Some(Err(broken("record")));
        };
        stream = rest;
        Some(Ok(Record { kind: u16::from_le_bytes([*k0, *k1]), data }))
    })
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
