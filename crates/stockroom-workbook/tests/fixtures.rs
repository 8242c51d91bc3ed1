//! Every kept workbook beside what is read from it: `UPDATE_EXPECT=1` writes that anew.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use expect_test::expect_file;
use stockroom_workbook::{Limits, Measure, Workbook, WorkbookFault};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/workbooks")
}

fn open(name: &str, limits: Limits) -> Result<Workbook, WorkbookFault> {
    Workbook::open(std::fs::read(folder().join(name)).unwrap(), limits)
}

/// Writes down what a merchant gets from a file.
fn read(name: &str) -> String {
    let mut workbook = match open(name, Limits::default()) {
        Ok(workbook) => workbook,
        Err(fault) => return format!("{fault}\n"),
    };
    let mut told = String::new();
    let sheets = workbook.sheets().to_vec();
    for (index, sheet) in sheets.iter().enumerate() {
        let hidden = if sheet.hidden { ", hidden" } else { "" };
        let size = sheet.size.map_or(String::new(), |size| {
            format!(", {} rows, {} columns", size.rows, size.columns)
        });
        writeln!(told, "# {}{hidden}{size}", sheet.name).unwrap();
        match workbook.sheet_as_text(index) {
            Ok(text) => told.push_str(std::str::from_utf8(&text).unwrap()),
            Err(fault) => writeln!(told, "{fault}").unwrap(),
        }
    }
    told
}

#[test]
fn every_kept_workbook_is_read_as_written_down() {
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| Path::new(name).extension().is_some_and(|ending| ending != "txt"))
        .collect();
    names.sort();
    assert!(names.len() >= 30, "{} workbooks", names.len());
    for name in names {
        let told = read(&name);
        expect_file![folder().join(format!("{name}.txt"))].assert_eq(&told);
    }
}

#[test]
fn limits_are_checked_before_anything_is_unpacked() {
    let too_large = |name, limits| match open(name, limits) {
        Err(WorkbookFault::TooLarge { measure, found, limit }) => (measure, found, limit),
        other => panic!("{other:?}"),
    };
    let limits = Limits::default();
    assert_eq!(too_large("types.xlsx", Limits { file: 100, ..limits }).0, Measure::File);
    assert_eq!(too_large("entries_5000.xlsx", limits), (Measure::Entries, 5_000, 2_000));
    assert_eq!(too_large("types.xlsx", Limits { unpacked: 1_000, ..limits }).0, Measure::Unpacked);
    assert_eq!(too_large("types.xls", Limits { cells: 10, ..limits }).0, Measure::Cells);
}

#[test]
fn a_bomb_is_told_by_what_it_says_or_by_what_it_does() {
    for name in ["bomb_honest.xlsx", "bomb_lying.xlsx"] {
        let fault = open(name, Limits::default()).unwrap_err();
        assert!(
            matches!(&fault, WorkbookFault::Bomb { entry, .. } if entry == "xl/worksheets/sheet1.xml"),
            "{name}: {fault}"
        );
    }
}

#[test]
fn a_sheet_that_is_not_there_is_named() {
    let mut workbook = open("types.xlsx", Limits::default()).unwrap();
    let fault = workbook.sheet_as_text(7).unwrap_err();
    assert_eq!(fault, WorkbookFault::UnknownSheet { index: 7, sheets: 1 });
}
