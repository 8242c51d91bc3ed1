//! Any bytes at all: no panic, no hang, and what comes back is in order.
//!
//! `STOCKROOM_CASES` sets how many files are made: 20,000 in the tests, a million in
//! `cargo xtask soak`.

use proptest::prelude::*;
use stockroom_domain::label::Nfc;
use stockroom_domain::quantity::Level;
use stockroom_domain::sheet::{Edit, EditField};
use stockroom_domain::stock::{Product, Variant};
use stockroom_domain::table::{Encoding, ReadOptions};
use stockroom_worksheet::{Ask, Engine, Filter, Reply, Sentences, Sort, View};
use unicode_normalization::UnicodeNormalization as _;

const NFC: Nfc = |text| text.nfc().collect();

fn cases() -> u32 {
    std::env::var("STOCKROOM_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(20_000)
}

/// Pieces that are likely to be interesting, and any others.
fn files() -> impl Strategy<Value = Vec<u8>> {
    let text = vec![
        "sku",
        "RIZ-25KG",
        "THIEB-001",
        "Grand",
        "quantity",
        "delta",
        "mode",
        "Location",
        "1",
        "-5",
        "1,000",
        "1.000",
        "12,5",
        "=7",
        "set",
        "adjust",
        ",",
        ";",
        "\t",
        "|",
        "\"",
        "\"\"",
        "\n",
        "\r\n",
        "\r",
        " ",
        "é",
        "ث",
        "٣",
        "\u{a0}",
        "\u{feff}",
        "'=A",
        "9.78E+12",
        "sep=;\n",
    ];
    let piece = prop_oneof![
        8 => prop::sample::select(text).prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    let header = prop::sample::select(vec![
        "",
        "sku,quantity\n",
        "sku;variant;delta\n",
        "sku,mode,amount\r\n",
        "\u{feff}sku\tquantity\n",
        "Handle,Title,Option1 Value,SKU,Location,On hand\n",
        "sku,expected,quantity\n",
    ]);
    let body = prop::collection::vec(piece, 0..80);
    (header, body).prop_map(|(header, body)| [header.as_bytes(), &body.concat()].concat())
}

fn stock() -> Vec<Product> {
    let variant = |label: &&str| Variant {
        id: String::new(),
        label: (*label).to_owned(),
        level: Level::new(1).ok(),
    };
    let product = |sku: &str, labels: &[&str]| Product {
        id: sku.to_owned(),
        external_id: Some(sku.to_owned()),
        name: sku.to_lowercase(),
        level: Level::new(5).ok(),
        threshold: Some(3),
        variants: labels.iter().map(variant).collect(),
    };
    vec![product("RIZ-25KG", &[]), product("THIEB-001", &["Grand", "Été"]), product("1", &[])]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn are_read_planned_edited_and_written(bytes in files(), typed in "[=+0-9 -]{0,4}") {
        let mut engine = Engine::new(NFC);
        let mut say = |ask| engine.answer(ask, &mut ());
        let Reply::Shape(shape) = say(Ask::Open(bytes)) else { panic!("no shape") };
        say(Ask::AddStock(stock()));
        let Reply::Summary(summary) = say(Ask::Plan(None)) else { panic!("no plan") };
        let t = summary.totals;
        prop_assert_eq!(t.rows, t.errors + t.warnings + t.changes + t.unchanged + t.blank);
        prop_assert!(shape.refusal.is_some() || shape.rows as usize == t.rows);
        if t.rows > 0 {
            let edit = Edit { row: 0, field: EditField::Value, text: Some(typed) };
            say(Ask::Edit(vec![edit]));
            for (filter, sort) in [(Filter::All, Sort::Sku), (Filter::Errors, Sort::Delta)] {
                let view = View { filter, sort, ..View::default() };
                let Reply::Rows { rows, .. } = say(Ask::Rows { view, start: 0, count: 50 }) else {
                    panic!("no rows")
                };
                prop_assert!(rows.iter().all(|row| row.line >= 1));
            }
            say(Ask::Undo);
        }
        let Reply::Summary(again) = say(Ask::Plan(None)) else { panic!("no plan") };
        prop_assert_eq!(again.totals, t);
        say(Ask::Repairs);
        let Reply::File(errors) = say(Ask::WriteErrors { sentences: Sentences::default(), others: Vec::new() }) else {
            panic!("no file")
        };
        prop_assert!(t.errors == 0 || !errors.is_empty());
        let options = ReadOptions { encoding: Some(Encoding::MacRoman), ..ReadOptions::default() };
        say(Ask::Reread(options));
        say(Ask::Confirm { leave_out_errors: true, typed: None });
    }
}
