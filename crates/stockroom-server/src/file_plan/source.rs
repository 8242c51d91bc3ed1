//! The file: its text, or the text of a workbook's sheet.
//!
//! A workbook that was broken on purpose may end its reader: that is caught here and told like any
//! other refusal.

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::path::Path;

use stockroom_domain::code::Code;
use stockroom_domain::columns::key;
use stockroom_domain::table::{Delimiter, Encoding, MAX_BYTES, ReadOptions};
use stockroom_workbook::{Limits, Measure, Sheet, Workbook, WorkbookFault};

use super::{refusal, unusable};
use crate::commands::Ended;

/// A text, and how it is to be read.
pub(super) struct Source {
    pub(super) bytes: Vec<u8>,
    pub(super) options: ReadOptions,
}

/// Why no sheet is read.
enum NoSheet {
    Fault(WorkbookFault),
    /// There is no sheet of this name or number; these there are.
    NotNamed(String, Vec<String>),
    /// Nothing stands in the visible sheets; these there are.
    Blank(Vec<String>),
}

/// Reads the file; a workbook's sheet where it is one.
///
/// # Errors
/// Where it cannot be read, or is a workbook that cannot be.
pub(super) fn read(file: &Path, sheet: Option<&str>, said: ReadOptions) -> Ended<Source> {
    let bytes = read_file(file)?;
    if !Workbook::looks_like(&bytes) {
        return as_text(file, sheet, bytes, said);
    }
    match quietly(|| sheet_text(bytes.clone(), sheet)) {
        Some(Ok(bytes)) => {
            let (delimiter, encoding) = (Some(Delimiter::Comma), Some(Encoding::Utf8));
            Ok(Source { bytes, options: ReadOptions { delimiter, encoding, ..said } })
        }
        Some(Err(NoSheet::Fault(WorkbookFault::Unknown))) => as_text(file, sheet, bytes, said),
        Some(Err(why)) => Err(unusable(format!("{}: {}", file.display(), told(&why)))),
        None => Err(unusable(format!(
            "{}: the workbook cannot be read: its reader stopped half-way. Save the sheet as CSV.",
            file.display()
        ))),
    }
}

fn as_text(
    file: &Path,
    sheet: Option<&str>,
    bytes: Vec<u8>,
    options: ReadOptions,
) -> Ended<Source> {
    if sheet.is_some() {
        let shown = file.display();
        return Err(unusable(format!("--sheet names a workbook's sheet, and {shown} is none.")));
    }
    Ok(Source { bytes, options })
}

fn read_file(file: &Path) -> Ended<Vec<u8>> {
    let shown = file.display();
    let failed = |error| unusable(format!("cannot read {shown}: {error}."));
    let bytes = std::fs::metadata(file).map_err(failed)?.len();
    if bytes > MAX_BYTES {
        let reason = refusal(Code::TooLarge, &bytes.to_string());
        return Err(unusable(format!("{shown}: {reason}")));
    }
    std::fs::read(file).map_err(failed)
}

/// Works; returns `None` where that panics, and keeps the panic's words to itself.
fn quietly<T>(work: impl FnOnce() -> T) -> Option<T> {
    let hook = take_hook();
    set_hook(Box::new(|_| {}));
    let worked = catch_unwind(AssertUnwindSafe(work)).ok();
    set_hook(hook);
    worked
}

/// Returns the text of the sheet that is named, else of the first visible one with cells.
fn sheet_text(bytes: Vec<u8>, wanted: Option<&str>) -> Result<Vec<u8>, NoSheet> {
    let mut workbook = Workbook::open(bytes, Limits::default())?;
    let sheets = workbook.sheets().to_vec();
    let names = || sheets.iter().map(|sheet| sheet.name.clone()).collect();
    if let Some(wanted) = wanted {
        let at = find(&sheets, wanted);
        let at = at.ok_or_else(|| NoSheet::NotNamed(wanted.to_owned(), names()))?;
        return Ok(workbook.sheet_as_text(at)?);
    }
    for (at, sheet) in sheets.iter().enumerate() {
        if sheet.hidden || sheet.size.is_some_and(|size| size.rows == 0) {
            continue;
        }
        let text = workbook.sheet_as_text(at)?;
        if text.iter().any(|byte| !matches!(byte, b',' | b'\n' | b' ')) {
            return Ok(text);
        }
    }
    Err(NoSheet::Blank(names()))
}

/// Finds a sheet by its name, else by its number from 1.
fn find(sheets: &[Sheet], wanted: &str) -> Option<usize> {
    let by_name = sheets
        .iter()
        .position(|sheet| sheet.name == wanted)
        .or_else(|| sheets.iter().position(|sheet| key(&sheet.name) == key(wanted)));
    let by_number = || {
        let number: usize = wanted.trim().parse().ok()?;
        (1..=sheets.len()).contains(&number).then(|| number - 1)
    };
    by_name.or_else(by_number)
}

impl From<WorkbookFault> for NoSheet {
    fn from(fault: WorkbookFault) -> Self {
        Self::Fault(fault)
    }
}

fn told(why: &NoSheet) -> String {
    match why {
        NoSheet::Fault(fault) => fault_told(fault),
        NoSheet::NotNamed(wanted, names) => {
            format!("there is no sheet \"{wanted}\". There is: {}.", names.join(", "))
        }
        NoSheet::Blank(names) => {
            format!("no visible sheet has cells. Name one with --sheet: {}.", names.join(", "))
        }
    }
}

fn fault_told(fault: &WorkbookFault) -> String {
    match fault {
        WorkbookFault::Unknown => refusal(Code::Workbook, ""),
        WorkbookFault::Damaged { detail } => format!(
            "the workbook is damaged ({detail}). Open it in a spreadsheet program and save it \
             under a new name."
        ),
        WorkbookFault::Encrypted => {
            "the workbook needs a password. Save it without one, or save the sheet as CSV."
                .to_owned()
        }
        WorkbookFault::TooLarge { measure, found, limit } => {
            let counted = match measure {
                Measure::File => "bytes",
                Measure::Entries => "parts",
                Measure::Unpacked => "bytes when it is unpacked",
                Measure::Cells => "cells",
                Measure::Text => "bytes of text in the sheet",
            };
            format!(
                "the workbook has {found} {counted} or more, at most {limit} are read. Save the \
                 sheet as CSV, or leave out what is not needed."
            )
        }
        WorkbookFault::Bomb { entry, packed, unpacked } => format!(
            "a part of the workbook ({entry}) unpacks from {packed} bytes to {unpacked} or more, \
             so it was left alone. If you trust it, save its sheet as CSV."
        ),
        WorkbookFault::NoSheets => "the workbook has no sheet with cells.".to_owned(),
        WorkbookFault::UnknownSheet { index, sheets } => {
            format!("there is no sheet {}, there are {sheets}.", u64::from(*index) + 1)
        }
    }
}
