//! Every kept file under `tests/fixtures/tables`, and what is made of it.
//!
//! What a file comes to stands in `tests/fixtures/tables/GROUP.txt`, one block a file, so that a
//! change of rules is seen in one place. `UPDATE_EXPECT=1` writes these anew.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use expect_test::expect_file;
use serde_json::Value;
use stockroom_domain::code::Code;
use stockroom_domain::layout::Layout;
use stockroom_domain::plan::Verdict;
use stockroom_domain::quantity::{Level, Mode};
use stockroom_domain::stock::{Product, Variant};
use stockroom_worksheet::{Ask, Engine, Filter, Reply, RowView, Sentences, Shape, View};
use unicode_normalization::UnicodeNormalization as _;

#[test]
fn dialects() {
    check("dialects");
}

#[test]
fn encodings() {
    check("encodings");
}

#[test]
fn headers() {
    check("headers");
}

#[test]
fn layouts() {
    check("layouts");
}

#[test]
fn merging() {
    check("merging");
}

#[test]
fn modes() {
    check("modes");
}

#[test]
fn numbers() {
    check("numbers");
}

#[test]
fn skus() {
    check("skus");
}

#[test]
fn there_are_as_many_files_as_were_kept() {
    let groups = fs::read_dir(tables()).unwrap().map(|entry| entry.unwrap().path());
    let files: usize = groups.filter(|path| path.is_dir()).map(|group| files(&group).len()).sum();
    assert!(files >= 300, "only {files} files");
}

fn check(group: &str) {
    let mut text = String::new();
    for file in files(&tables().join(group)) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        writeln!(text, "── {name}").unwrap();
        describe(&mut text, fs::read(&file).unwrap());
        text.push('\n');
    }
    expect_file![tables().join(format!("{group}.txt"))].assert_eq(&text);
}

fn tables() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/tables")
}

fn files(group: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(group).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn describe(text: &mut String, bytes: Vec<u8>) {
    let mut engine = Engine::new(|text| text.nfc().collect());
    let mut say = |ask| engine.answer(ask, &mut ());
    let Reply::Shape(shape) = say(Ask::Open(bytes)) else { panic!("no shape") };
    describe_shape(text, &shape);
    if shape.refusal.is_some() || shape.unusable.is_some() {
        return;
    }
    say(Ask::AddStock(demo()));
    let Reply::Summary(summary) = say(Ask::Plan(None)) else { panic!("no plan") };
    let t = summary.totals;
    let counts = [t.rows, t.errors, t.warnings, t.changes, t.unchanged, t.blank, t.targets];
    writeln!(
        text,
        "rows errors warnings changes unchanged blank targets: {counts:?}, style {:?}",
        summary.style
    )
    .unwrap();
    for guard in &summary.guards {
        writeln!(text, "guard {} {} > {}", guard.code.as_str(), guard.value, guard.limit).unwrap();
    }
    let rows = Ask::Rows { view: View::default(), start: 0, count: 30 };
    let Reply::Rows { rows, .. } = say(rows) else { panic!("no rows") };
    for row in &rows {
        describe_row(text, row);
    }
    if t.errors > 0 {
        let codes = wrong(&mut say);
        let written = say(Ask::WriteErrors { sentences: sentences(), others: Vec::new() });
        describe_errors(text, written, &codes);
    }
}

fn describe_shape(text: &mut String, shape: &Shape) {
    let remark = |remark: &stockroom_domain::table::Remark| {
        format!("{} {:?} line {} {:?}", remark.code, remark.text, remark.line, remark.column)
    };
    if let Some(refusal) = &shape.refusal {
        return writeln!(text, "refused: {}", remark(refusal)).unwrap();
    }
    let fields: Vec<&str> = shape.fields.iter().take(20).map(|field| field.as_str()).collect();
    let layout = shape.layout.map(Layout::as_str);
    writeln!(
        text,
        "{} {:?} {layout:?} {:?} → {fields:?}",
        shape.encoding.as_str(),
        shape.delimiter,
        shape.names.iter().take(20).collect::<Vec<_>>(),
    )
    .unwrap();
    for one in &shape.remarks {
        writeln!(text, "remark: {}", remark(one)).unwrap();
    }
    if shape.blank_lines > 0 {
        writeln!(text, "{} blank lines", shape.blank_lines).unwrap();
    }
    if !shape.location_names.is_empty() {
        writeln!(text, "locations {:?}", shape.location_names).unwrap();
    }
    if let Some(line) = shape.unclosed_quote {
        writeln!(text, "a quote opens on line {line} and never closes").unwrap();
    }
    if let Some(code) = shape.unusable {
        writeln!(text, "unusable: {code}").unwrap();
    }
}

fn describe_row(text: &mut String, row: &RowView) {
    let units = |units: Option<i64>| units.map_or("–".to_owned(), |units| units.to_string());
    write!(
        text,
        "{}: {:?} {:?} {} {:?}",
        row.line,
        row.external_id,
        row.variant,
        row.mode.map_or("", Mode::as_str),
        row.value
    )
    .unwrap();
    if row.after.is_some() {
        write!(text, " {} → {}", units(row.before), units(row.after)).unwrap();
    }
    let codes: Vec<&str> = row.codes.iter().map(Code::as_str).collect();
    writeln!(text, " {} {codes:?}", row.verdict.map_or("", Verdict::as_str)).unwrap();
    for issue in &row.issues {
        write!(text, "    {:?}: {} {:?}", issue.field, issue.code, issue.text).unwrap();
        if let Some(line) = issue.other_line {
            write!(text, " see line {line}").unwrap();
        }
        if let Some(suggestion) = &issue.suggestion {
            write!(text, " perhaps {suggestion:?}").unwrap();
        }
        text.push('\n');
    }
}

/// The file of errors must be readable, and say the same errors again.
fn describe_errors(text: &mut String, reply: Reply, codes: &[Code]) {
    let Reply::File(bytes) = reply else { panic!("no file") };
    let mut again = Engine::new(|text| text.nfc().collect());
    let mut say = |ask| again.answer(ask, &mut ());
    let Reply::Shape(shape) = say(Ask::Open(bytes)) else { panic!("no shape") };
    write!(text, "errors come back as {} rows in {}", shape.rows, shape.encoding.as_str()).unwrap();
    say(Ask::AddStock(demo()));
    let again = wrong(&mut say);
    if again == codes {
        text.push('\n');
    } else {
        writeln!(text, ", once {codes:?}, now {again:?}").unwrap();
    }
}

/// Plans, and returns the codes of the rows with errors.
fn wrong(say: &mut dyn FnMut(Ask) -> Reply) -> Vec<Code> {
    say(Ask::Plan(None));
    let view = View { filter: Filter::Errors, ..View::default() };
    let Reply::Rows { rows, .. } = say(Ask::Rows { view, start: 0, count: 100 }) else {
        panic!("no rows")
    };
    rows.iter().flat_map(|row| row.issues.iter().map(|issue| issue.code)).collect()
}

fn sentences() -> Sentences {
    let of_codes = Code::ALL.iter().map(|code| (*code, code.to_string())).collect();
    Sentences { of_codes, did_you_mean: "{suggestion}?".to_owned() }
}

/// The demo store when it is new.
fn demo() -> Vec<Product> {
    let path = "../stockroom-server/src/demo/products.json";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let products: Vec<Value> = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let text = |value: &Value, name: &str| value[name].as_str().map(str::to_owned);
    let level = |value: &Value| value["quantity"].as_i64().and_then(|n| Level::new(n).ok());
    let variant = |value: &Value| Variant {
        id: String::new(),
        label: text(value, "label").unwrap_or_default(),
        level: level(value),
    };
    let product = |value: &Value| Product {
        id: text(value, "externalId").unwrap_or_default(),
        external_id: text(value, "externalId"),
        name: text(value, "name").unwrap_or_default(),
        level: level(value),
        threshold: value["lowStockThreshold"].as_i64(),
        variants: value["variants"].as_array().into_iter().flatten().map(variant).collect(),
    };
    products.iter().map(product).collect()
}
