//! How texts are read as numbers, case by case.

#![expect(clippy::unwrap_used, clippy::needless_pass_by_value, reason = "tests")]

use std::fmt::Write;

use expect_test::{Expect, expect};
use stockroom_domain::number::{Evidence, Reading, Style, read, read_entry};

fn check(texts: &[&str], expected: Expect) {
    let styles =
        [None, Some(Style::Plain), Some(Style::Comma), Some(Style::Dot), Some(Style::Space)];
    let mut table = String::new();
    for text in texts {
        let readings = styles.map(|style| match read(text, style) {
            Ok(Reading::Number(n)) if n.signed => format!("{:+}", n.units),
            Ok(Reading::Number(n)) => n.units.to_string(),
            Ok(Reading::Blank) => "blank".to_owned(),
            Ok(Reading::NotStocked) => "not stocked".to_owned(),
            Err(fault) => fault.code().as_str().replace("number_", ""),
        });
        // Where the style changes nothing, one word is enough.
        let same = readings.iter().all(|r| r == &readings[0]);
        let shown = if same { readings[0].clone() } else { readings.join(" | ") };
        writeln!(table, "{text:?}: {shown}").unwrap();
    }
    expected.assert_eq(&table);
}

#[test]
fn whole_numbers() {
    check(
        &[
            "0",
            "12",
            "007",
            " 12 ",
            "\u{a0}12\u{202f}",
            "'12",
            "٤٢",
            "۴۲",
            "\u{200f}٤٢",
            "1000000000",
            "1000000001",
            "99999999999999999999999999999999999999999999999999999",
        ],
        expect![[r#"
            "0": 0
            "12": 12
            "007": 7
            " 12 ": 12
            "\u{a0}12\u{202f}": 12
            "'12": 12
            "٤٢": 42
            "۴۲": 42
            "\u{200f}٤٢": 42
            "1000000000": 1000000000
            "1000000001": too_large
            "99999999999999999999999999999999999999999999999999999": too_large
        "#]],
    );
}

#[test]
fn signs() {
    check(
        &["+5", "-3", "−3", "- 3", "'-5", "--3", "+-3", "5-", "(5)", "(-5)", "( 5 )", "-0"],
        expect![[r#"
            "+5": +5
            "-3": -3
            "−3": -3
            "- 3": -3
            "'-5": -5
            "--3": invalid
            "+-3": invalid
            "5-": invalid
            "(5)": parentheses
            "(-5)": invalid
            "( 5 )": invalid
            "-0": +0
        "#]],
    );
}

#[test]
fn blanks() {
    check(
        &["", "  ", "\u{a0}", "'", "-", "—", "n/a", "N/A", "Not Stocked"],
        expect![[r#"
            "": blank
            "  ": blank
            "\u{a0}": blank
            "'": blank
            "-": not stocked
            "—": not stocked
            "n/a": not stocked
            "N/A": not stocked
            "Not Stocked": not stocked
        "#]],
    );
}

/// Columns: auto | plain | comma | dot | space.
#[test]
fn marks() {
    check(
        &[
            "1,000",
            "1.000",
            "1 000",
            "1\u{202f}000",
            "1'000",
            "1,234,567",
            "1.234.567",
            "1 234 567",
            "12.0",
            "12,0",
            "12,5",
            "12.50",
            "0,500",
            "0,000",
            "1234,000",
            "1,234.0",
            "1.234,0",
            "1,234.5",
            "1 000,0",
            "1,00,000",
            "1,23",
            "1,2345",
            "1'234,567",
            "٬",
            "١٬٠٠٠",
            "١٢٫٥",
            "١٢٫٠",
            "1 00",
            ",5",
            "5,",
            "1,,000",
        ],
        expect![[r#"
            "1,000": ambiguous | 1 | 1000 | 1 | 1
            "1.000": ambiguous | 1 | 1 | 1000 | 1
            "1 000": 1000 | invalid | 1000 | 1000 | 1000
            "1\u{202f}000": 1000 | invalid | 1000 | 1000 | 1000
            "1'000": 1000 | invalid | 1000 | 1000 | 1000
            "1,234,567": 1234567 | invalid | 1234567 | invalid | invalid
            "1.234.567": 1234567 | invalid | invalid | 1234567 | invalid
            "1 234 567": 1234567 | invalid | 1234567 | 1234567 | 1234567
            "12.0": 12 | 12 | 12 | invalid | 12
            "12,0": 12 | 12 | invalid | 12 | 12
            "12,5": fraction | fraction | invalid | fraction | fraction
            "12.50": fraction | fraction | fraction | invalid | fraction
            "0,500": fraction | fraction | invalid | fraction | fraction
            "0,000": 0 | 0 | invalid | 0 | 0
            "1234,000": 1234 | 1234 | invalid | 1234 | 1234
            "1,234.0": 1234 | invalid | 1234 | invalid | invalid
            "1.234,0": 1234 | invalid | invalid | 1234 | invalid
            "1,234.5": fraction | invalid | fraction | invalid | invalid
            "1 000,0": 1000 | invalid | invalid | 1000 | 1000
            "1,00,000": invalid
            "1,23": fraction | fraction | invalid | fraction | fraction
            "1,2345": fraction | fraction | invalid | fraction | fraction
            "1'234,567": fraction | invalid | invalid | fraction | fraction
            "٬": invalid
            "١٬٠٠٠": 1000 | invalid | 1000 | 1000 | 1000
            "١٢٫٥": fraction
            "١٢٫٠": 12
            "1 00": invalid
            ",5": invalid
            "5,": invalid
            "1,,000": invalid
        "#]],
    );
}

#[test]
fn other_texts() {
    check(
        &[
            "12 pcs", "1e3", "#N/A", "O", "1O", "abc", "12\n13", "=12", "0x10", "½", "1/2", "∞",
            "null", "12%",
        ],
        expect![[r##"
            "12 pcs": invalid
            "1e3": invalid
            "#N/A": invalid
            "O": invalid
            "1O": invalid
            "abc": invalid
            "12\n13": invalid
            "=12": invalid
            "0x10": invalid
            "½": invalid
            "1/2": invalid
            "∞": invalid
            "null": invalid
            "12%": invalid
        "##]],
    );
}

#[test]
fn a_file_settles_its_marks_or_does_not() {
    fn style(cells: &[&str]) -> Option<Style> {
        let mut evidence = Evidence::default();
        for cell in cells {
            evidence.note(cell);
        }
        evidence.style()
    }
    assert_eq!(style(&["1,000", "12,5"]), Some(Style::Dot));
    assert_eq!(style(&["1,000", "1,234,567"]), Some(Style::Comma));
    assert_eq!(style(&["-1.234.567", "1,000"]), Some(Style::Dot));
    assert_eq!(style(&["1,000", "12.0"]), Some(Style::Comma));
    assert_eq!(style(&["1,000", "1.000", "12", "1 000", "v1.5", "12 pcs, big"]), None);
    assert_eq!(style(&["1,234,567", "1.234.567"]), None);
}

#[test]
fn typed_entries() {
    let show = |text| match read_entry(text, None) {
        Ok(None) => "blank".to_owned(),
        Ok(Some(change)) => format!("{} {}", change.mode().as_str(), change.value()),
        Err(fault) => fault.code().as_str().to_owned(),
    };
    let shown: Vec<_> = [
        "12", "=12", "= 12", "+5", "-3", "−3", "", "=", "=-3", "=+3", "(5)", "1,000", "abc", "+0",
        "n/a",
    ]
    .into_iter()
    .map(|text| format!("{text} → {}", show(text)))
    .collect();
    expect![[r#"
        12 → set 12
        =12 → set 12
        = 12 → set 12
        +5 → adjust 5
        -3 → adjust -3
        −3 → adjust -3
         → blank
        = → number_invalid
        =-3 → number_signed
        =+3 → number_signed
        (5) → number_parentheses
        1,000 → number_ambiguous
        abc → number_invalid
        +0 → adjust 0
        n/a → blank"#]]
    .assert_eq(&shown.join("\n"));
}
