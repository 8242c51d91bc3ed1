//! How bytes are read as a table, with the csv crate as the oracle of its cells.

#![expect(clippy::unwrap_used, clippy::needless_pass_by_value, reason = "tests")]

use std::fmt::Write;

use expect_test::{Expect, expect};
use proptest::prelude::*;
use stockroom_domain::table::{Delimiter, Header, ReadOptions, Table};

fn check(bytes: &[u8], expected: Expect) {
    let table = Table::read(bytes.to_vec(), ReadOptions::default());
    let mut shown = format!("{:?} {:?}\n", table.delimiter(), table.names());
    for row in 0..table.rows() {
        let cells: Vec<_> = (0..table.width(row)).map(|column| table.cell(row, column)).collect();
        writeln!(shown, "{}: {cells:?}", table.line(row)).unwrap();
    }
    for remark in table.remarks() {
        writeln!(shown, "{} {:?} {} {:?}", remark.line, remark.column, remark.code, remark.text)
            .unwrap();
    }
    if let Some(line) = table.unclosed_quote() {
        writeln!(shown, "unclosed at {line}").unwrap();
    }
    if table.blank_lines() > 0 {
        writeln!(shown, "{} blank", table.blank_lines()).unwrap();
    }
    expected.assert_eq(&shown);
}

#[test]
fn delimiters() {
    check(
        b"sku,qty\nA,1\n",
        expect![[r#"
        Comma ["sku", "qty"]
        2: ["A", "1"]
    "#]],
    );
    check(
        b"sku;qty\r\nA;1,5\r\nB;2,5\r\n",
        expect![[r#"
        Semicolon ["sku", "qty"]
        2: ["A", "1,5"]
        3: ["B", "2,5"]
    "#]],
    );
    check(
        "sku\tnom\tqty\nA\tRiz, brisé; 25 kg\t1".as_bytes(),
        expect![[r#"
            Tab ["sku", "nom", "qty"]
            2: ["A", "Riz, brisé; 25 kg", "1"]
        "#]],
    );
    check(
        b"sku|qty\rA|1\r",
        expect![[r#"
        Pipe ["sku", "qty"]
        2: ["A", "1"]
    "#]],
    );
    check(
        b"sep=;\r\nsku;a,b,c\r\nA;1,2,3\r\n",
        expect![[r#"
        Semicolon ["sku", "a,b,c"]
        3: ["A", "1,2,3"]
    "#]],
    );
    check(
        b"sku\nA\n",
        expect![[r#"
        Comma ["sku"]
        2: ["A"]
    "#]],
    );
}

#[test]
fn quotes_and_lines() {
    check(
        b"sku,name,qty\nA,\"two\r\nlines, \"\"and\"\" quotes\",1\nB,x,2\n",
        expect![[r#"
            Comma ["sku", "name", "qty"]
            2: ["A", "two\r\nlines, \"and\" quotes", "1"]
            4: ["B", "x", "2"]
        "#]],
    );
    check(
        b"sku,name\nA,\"closed\" after\nB, \"not a quote\"\n",
        expect![[r#"
            Comma ["sku", "name"]
            2: ["A", "closed after"]
            3: ["B", " \"not a quote\""]
        "#]],
    );
    check(
        b"sku,qty\nA,1\nB,\"2\nC,3\n",
        expect![[r#"
        Comma ["sku", "qty"]
        2: ["A", "1"]
        3: ["B", "2\nC,3\n"]
        unclosed at 3
    "#]],
    );
    check(
        b"sku,qty\n\n,\n  \nA,1\n\n\n",
        expect![[r#"
        Comma ["sku", "qty"]
        5: ["A", "1"]
        5 blank
    "#]],
    );
    check(
        b"\xef\xbb\xbf\"sku\",qty\nA,1,2\nB\n",
        expect![[r#"
        Comma ["sku", "qty"]
        2: ["A", "1", "2"]
        3: ["B"]
    "#]],
    );
}

#[test]
fn remarks() {
    check(
        b"",
        expect![[r#"
        Comma []
        0 None empty_file ""
    "#]],
    );
    check(
        b"\n \r\n,,\n",
        expect![[r#"
        Comma []
        0 None empty_file ""
        3 blank
    "#]],
    );
    check(
        b"sku,qty\n",
        expect![[r#"
        Comma ["sku", "qty"]
        0 None no_rows ""
    "#]],
    );
    check(
        b"sku,,Qty,QTY\nA,1,2,3\n",
        expect![[r#"
        Comma ["sku", "", "Qty", "QTY"]
        2: ["A", "1", "2", "3"]
        1 Some(1) blank_header "2"
        1 Some(3) duplicate_header "QTY"
    "#]],
    );
    check(
        b"\x89PNG\r\n\x1a\n\0\0",
        expect![[r#"
        Comma []
        0 None binary ""
    "#]],
    );
    check(
        b"PK\x03\x04\x14\0",
        expect![[r#"
        Comma []
        0 None workbook ""
    "#]],
    );
    check(
        b"sku,qty\nA\0,1",
        expect![[r#"
        Comma []
        0 None binary ""
    "#]],
    );
    check(
        b"sku,nom\nA,Th\xe9\n",
        expect![[r#"
            Comma ["sku", "nom"]
            2: ["A", "Thé"]
            2 None encoding_guessed "windows-1252"
        "#]],
    );
    check(
        b"\xff\xfes\0k\0u\0",
        expect![[r#"
            Comma ["sku"]
            0 None no_rows ""
        "#]],
    );
    let wide = Table::read("a,".repeat(5000).into_bytes(), ReadOptions::default());
    assert_eq!(wide.refusal().unwrap().text, "5001");
}

#[test]
fn without_a_header_every_record_is_a_row() {
    let options = ReadOptions { header: Header::None, ..ReadOptions::default() };
    let table = Table::read(b"A,1\nB,2\n".to_vec(), options);
    assert_eq!((table.rows(), table.columns(), table.line(0)), (2, 2, 1));
    assert_eq!(table.names(), ["", ""]);
}

#[test]
fn a_quote_that_never_closes_is_found_in_one_pass() {
    let mut bytes = b"sku,qty\nA,1\n\"B,2\n".to_vec();
    bytes.extend(b"C,3\r\n".repeat(2_000_000));
    let table = Table::read(bytes, ReadOptions::default());
    assert_eq!((table.unclosed_quote(), table.rows()), (Some(3), 2));
}

/// Bytes that are likely to be interesting, and any others.
fn files() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        4 => prop::sample::select(vec!["a", "1", ",", ";", "\"", "\"\"", "\n", "\r\n", "\r", " ", "é", "\t", "|"])
            .prop_map(|s| s.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

fn text_files() -> impl Strategy<Value = String> {
    let pieces = vec!["a", "1", ",", ";", "\"", "\"\"", "\n", "\r\n", "\r", " ", "é", "\t", "|"];
    prop::collection::vec(prop::sample::select(pieces), 1..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_can_be_read(bytes in files()) {
        let table = Table::read(bytes, ReadOptions::default());
        for row in 0..table.rows() {
            prop_assert!(table.line(row) >= 1);
            for column in 0..=table.width(row) {
                let _ = table.cell(row, column);
            }
        }
    }

    #[test]
    fn cells_are_those_of_the_csv_crate(text in text_files()) {
        let bytes = text.into_bytes();
        let options =
            ReadOptions { delimiter: Some(Delimiter::Comma), header: Header::None, ..ReadOptions::default() };
        let table = Table::read(bytes.clone(), options);
        prop_assume!(table.refusal().is_none());
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let mut oracle = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
        let wanted: Vec<Vec<String>> = oracle
            .records()
            .map(|record| record.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
            // A record in which nothing stands is skipped and counted, where the csv crate keeps it.
            .filter(|cells: &Vec<String>| cells.iter().any(|cell| !cell.trim().is_empty()))
            .collect();
        let got: Vec<Vec<String>> = (0..table.rows())
            .map(|row| (0..table.width(row)).map(|c| table.cell(row, c).into_owned()).collect::<Vec<_>>())
            .filter(|cells: &Vec<String>| cells.iter().any(|cell| !cell.trim().is_empty()))
            .collect();
        prop_assert_eq!(got, wanted);
    }
}
