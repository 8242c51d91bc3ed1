//! Any bytes as a table: no panic, and the cells of UTF-8 text are those of the csv crate.
//!
//! The kept files are where it begins; what it finds goes into the first folder:
//! `mkdir -p fuzz/corpus/table && cargo +nightly fuzz run table fuzz/corpus/table tests/fixtures/tables/*/`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use stockroom_domain::table::{Delimiter, Encoding, Header, ReadOptions, Table};

fuzz_target!(|bytes: &[u8]| {
    let options = ReadOptions {
        delimiter: Some(Delimiter::Comma),
        header: Header::None,
        encoding: Some(Encoding::Utf8),
    };
    let table = Table::read(bytes.to_vec(), options);
    let is_plain = std::str::from_utf8(bytes).is_ok_and(|text| !text.starts_with('\u{feff}'));
    let ours: Vec<Vec<String>> = (0..table.rows())
        .map(|row| (0..table.width(row)).map(|c| table.cell(row, c).into_owned()).collect())
        .filter(holds_anything)
        .collect();
    if !is_plain || table.refusal().is_some() || names_separator(bytes) {
        return;
    }
    let mut oracle = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let theirs: Vec<Vec<String>> = oracle
        .records()
        .filter_map(Result::ok)
        .map(|record| record.iter().map(str::to_owned).collect())
        .filter(holds_anything)
        .collect();
    assert_eq!(ours, theirs);
});

/// The csv crate knows no first line that names the separator.
fn names_separator(bytes: &[u8]) -> bool {
    let bytes = bytes.trim_ascii_start();
    let bytes = bytes.strip_prefix(b"\"").unwrap_or(bytes);
    bytes.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"sep="))
}

fn holds_anything(cells: &Vec<String>) -> bool {
    cells.iter().any(|cell| !cell.trim().is_empty())
}
