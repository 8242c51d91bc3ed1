//! Bytes that somebody broke: a fault or a table comes back.
//!
//! The reader of Excel's formats panics on some of them. That is known, costs a worker in the
//! browser and is caught at the terminal; a panic from anywhere else is a fault of this crate.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::cell::RefCell;
use std::io::{Cursor, Read as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use proptest::prelude::*;
use stockroom_workbook::{Limits, Workbook};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const NAMES: [&str; 8] = [
    "types.xls",
    "types.xls",
    "types.xlsx",
    "types.xlsb",
    "types.ods",
    "inline.xlsx",
    "shared.xlsx",
    "sheets.xlsx",
];

thread_local! {
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Small limits: what is broken shall not make the test slow.
const LIMITS: Limits = Limits {
    file: 1 << 20,
    entries: 100,
    unpacked: 1 << 24,
    ratio: 200,
    small: 1 << 20,
    cells: 1 << 20,
    text: 1 << 24,
};

fn read_all(bytes: Vec<u8>) {
    let Ok(mut workbook) = Workbook::open(bytes, LIMITS) else { return };
    for index in 0..workbook.sheets().len() {
        if let Ok(text) = workbook.sheet_as_text(index) {
            assert!(std::str::from_utf8(&text).is_ok(), "text is UTF-8");
        }
    }
}

/// Reads; returns where it panicked, if it did.
fn panics(bytes: Vec<u8>) -> Option<String> {
    let caught = catch_unwind(AssertUnwindSafe(|| read_all(bytes)));
    caught.err().map(|_| PLACE.with_borrow(Clone::clone))
}

fn kept(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/workbooks");
    std::fs::read(folder.join(name)).unwrap()
}

/// Takes a zipped workbook apart.
fn parts(bytes: Vec<u8>) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let count = archive.len();
    let part = |index| {
        let mut entry = archive.by_index(index).unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        (entry.name().unwrap().into_owned(), content)
    };
    (0..count).map(part).collect()
}

/// Puts it together again, with sums that are right.
fn packed(parts: Vec<(String, Vec<u8>)>) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in parts {
        writer.start_file(name, stored).unwrap();
        writer.write_all(&content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[derive(Clone, Debug)]
struct Damage {
    edits: Vec<(prop::sample::Index, u8)>,
    cut: Option<prop::sample::Index>,
}

fn damage() -> impl Strategy<Value = Damage> {
    let byte = prop_oneof![any::<u8>(), Just(0), Just(0xff), Just(b'9'), Just(b'<'), Just(b'"')];
    let edits = prop::collection::vec((any::<prop::sample::Index>(), byte), 1..8);
    let cut = proptest::option::weighted(0.1, any::<prop::sample::Index>());
    (edits, cut).prop_map(|(edits, cut)| Damage { edits, cut })
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        for (place, byte) in &self.edits {
            let place = place.index(bytes.len());
            bytes[place] = *byte;
        }
        if let Some(cut) = self.cut {
            bytes.truncate(cut.index(bytes.len()));
        }
    }
}

/// A workbook with broken bytes: of the file itself, or of a file inside.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    (prop::sample::select(&NAMES[..]), any::<prop::sample::Index>(), prop::bool::ANY, damage())
        .prop_map(|(name, part, inside, damage)| {
            let mut bytes = kept(name);
            if inside && bytes.starts_with(b"PK") {
                let mut parts = parts(bytes);
                let part = part.index(parts.len());
                damage.apply(&mut parts[part].1);
                return packed(parts);
            }
            damage.apply(&mut bytes);
            bytes
        })
}

fn check(bytes: Vec<u8>) -> Result<(), TestCaseError> {
    if let Some(place) = panics(bytes) {
        prop_assert!(place.contains("calamine"), "a panic at {place}");
        if std::env::var_os("SHOW_PANICS").is_some() {
            println!("{place}");
        }
    }
    Ok(())
}

fn watch_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or(String::new(), |l| format!("{}:{}", l.file(), l.line()));
        PLACE.set(place);
    }));
}

#[test]
fn broken_files_never_break_this_crate() {
    watch_panics();
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(400);
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(bytes in mutated())| check(bytes)?);
}

#[test]
fn any_bytes_never_break_this_crate() {
    watch_panics();
    let heads = prop::sample::select(vec![
        vec![],
        b"PK\x03\x04".to_vec(),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(),
    ]);
    let config =
        ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(head in heads, tail in prop::collection::vec(any::<u8>(), 0..2_000))| {
        check([head, tail].concat())?;
    });
}
