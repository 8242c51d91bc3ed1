//! How files of products are read and planned, with files as merchants have them.

#![expect(clippy::unwrap_used, clippy::needless_pass_by_value, reason = "tests")]

use std::fmt::Write;

use expect_test::{Expect, expect};
use proptest::prelude::*;
use stockroom_domain::number::{NumberFault, Style, read_money};
use stockroom_domain::product_import::{
    Action, ImportColumn, ImportFile, ImportOptions, ImportPlan, KnownProduct, MAX_ROWS, Note,
    template,
};
use stockroom_domain::quantity::Level;
use stockroom_domain::table::{ReadOptions, Table};

/// What the shop has already.
fn known(sku: &str) -> Option<KnownProduct<'static>> {
    let tea = KnownProduct {
        name: "Thé vert",
        price: 50_000,
        description: Some("Gunpowder"),
        quantity: Some(12),
        image_url: Some("https://shop.example/the.jpg"),
    };
    match sku {
        "THE-1" => Some(tea),
        "RIZ-25KG" => Some(KnownProduct { name: "Riz", quantity: None, ..tea }),
        "A-8" => Some(KnownProduct { name: "Good", price: 500, quantity: Some(9), ..tea }),
        _ => None,
    }
}

fn shown(note: &Note) -> String {
    let column = note.column.map_or("-", ImportColumn::as_str);
    format!("{column}: {} {:?}", note.code.as_str(), note.text)
}

fn check_with(bytes: &[u8], options: ImportOptions, expected: Expect) {
    let table = Table::read(bytes.to_vec(), ReadOptions::default());
    let file = ImportFile::read(&table, &options);
    let plan = ImportPlan::new(&file, known);
    let columns: Vec<_> =
        file.columns.iter().map(|c| c.map_or("-", ImportColumn::as_str)).collect();
    let mut text = format!("{} {:?}\n", columns.join(" "), file.style);
    if let Some(refusal) = &file.refusal {
        writeln!(text, "refused: {}", shown(refusal)).unwrap();
    }
    for (row, planned) in file.rows.iter().zip(&plan.rows) {
        write!(text, "{}: ", row.line).unwrap();
        match (&planned.action, &row.asked) {
            (Action::Update(columns), _) => {
                let columns: Vec<_> = columns.iter().map(|column| column.as_str()).collect();
                write!(text, "update {}", columns.join(" ")).unwrap();
            }
            (Action::Create, Ok(asked)) => {
                let quantity = asked.quantity.map(Level::get);
                write!(
                    text,
                    "create {:?} {} {:?} {:?} {quantity:?} {:?}",
                    asked.name, asked.price, asked.description, asked.sku, asked.image_url
                )
                .unwrap();
            }
            (action, _) => write!(text, "{action:?}").unwrap(),
        }
        for note in planned.faults.iter().chain(&planned.warnings) {
            write!(text, "\n    {}", shown(note)).unwrap();
        }
        text.push('\n');
    }
    let totals = plan.totals;
    assert_eq!(totals.create + totals.update + totals.unchanged + totals.error, file.rows.len());
    expected.assert_eq(&text);
}

fn check(bytes: &[u8], expected: Expect) {
    check_with(bytes, ImportOptions::default(), expected);
}

#[test]
fn the_template_as_it_comes_back() {
    check(
        include_bytes!("../../../tests/fixtures/products/template.csv"),
        expect![[r#"
        name price description sku quantity image_url Some(Comma)
        2: Unchanged
        3: update name price
        4: create "Sans code" 9950 None None Some(0) None
            sku: sku_missing ""
    "#]],
    );
    let table = Table::read(template().into_bytes(), ReadOptions::default());
    let file = ImportFile::read(&table, &ImportOptions::default());
    assert_eq!(file.columns, ImportColumn::ALL.map(Some));
    assert_eq!(file.refusal.unwrap().code.as_str(), "no_rows");
}

#[test]
fn the_shapes_of_spreadsheets() {
    check(
        include_bytes!("../../../tests/fixtures/products/excel_fr.csv"),
        expect![[r#"
        name price sku quantity description - Some(Dot)
        2: create "Thé à la menthe" 50000 Some("Un thé \"frais\"; léger") Some("THE-2") Some(1000) None
        3: create "Œufs (30)" 125050 None Some("OEUF-30") Some(24) None
        4: create "Café moulu" 250000 None Some("CAFE-1") None None
    "#]],
    );
    check(
        include_bytes!("../../../tests/fixtures/products/utf16.csv"),
        expect![[r#"
        name price sku None
        2: create "Boubou brodé" 1250000 None Some("BOU-1") None None
    "#]],
    );
    check(
        include_bytes!("../../../tests/fixtures/products/arabic.csv"),
        expect![[r#"
        name price sku quantity None
        2: update name price
    "#]],
    );
    check(
        include_bytes!("../../../tests/fixtures/products/us.csv"),
        expect![[r#"
        name price sku quantity Some(Comma)
        2: create "Tea" 125000 None Some("T-1") Some(1000) None
        3: create "Rice" 1250000 None Some("R-1") Some(2000) None
    "#]],
    );
}

#[test]
fn every_fault_is_its_row_s_alone() {
    check(
        include_bytes!("../../../tests/fixtures/products/faults.csv"),
        expect![[r#"
            name price description sku quantity image_url Some(Comma)
            2: Error
                name: name_missing ""
            3: Error
                price: price_missing ""
            4: Error
                price: number_invalid "about 5"
                quantity: number_invalid "12 pcs"
                image_url: image_url_invalid "ftp://x"
            5: Error
                price: number_fraction "1.005"
                quantity: number_fraction "1.5"
            6: Error
                price: number_signed "-5"
                quantity: number_signed "-5"
                image_url: image_url_invalid "not a url"
            7: create "Two ways" 125000 None Some("A-6") Some(1000) None
            8: Error
                price: number_too_large "10000000000.00"
                quantity: number_too_large "1000000001"
            9: Error
                name: name_too_long "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"
                description: description_too_long "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…"
                sku: sku_too_long "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz…"
                image_url: image_url_too_long "https://wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww…"
            10: update quantity
            11: Error
                sku: sku_twice "12"
            12: Error
                sku: sku_twice "11"
            13: Unchanged
                sku: row_repeated "10"
            14: Error
                -: too_many_fields ""
            15: create "=1+1" 500 None Some("-A") Some(1) None
            16: create "Short" 500 None None None None
                sku: sku_missing ""
            18: Error
                price: number_invalid "x"
            19: Error
                sku: sku_twice "18"
            20: Error
                -: unclosed_quote ""
        "#]],
    );
}

#[test]
fn a_file_that_is_no_list_of_products_is_refused_as_a_whole() {
    for (csv, code) in [
        ("", "empty_file"),
        ("name,price\n", "no_rows"),
        ("sku,price\nA,1\n", "no_name_column"),
        ("name,sku\nA,1\n", "no_price_column"),
    ] {
        let table = Table::read(csv.as_bytes().to_vec(), ReadOptions::default());
        let file = ImportFile::read(&table, &ImportOptions::default());
        assert_eq!(file.refusal.unwrap().code.as_str(), code, "{csv}");
        assert!(file.rows.is_empty());
    }
    for rows in [MAX_ROWS, MAX_ROWS + 1] {
        let csv = format!("name,price\n{}", "A,1\n".repeat(rows));
        let table = Table::read(csv.into_bytes(), ReadOptions::default());
        let file = ImportFile::read(&table, &ImportOptions::default());
        let refusal = file.refusal.map(|note| (note.code.as_str(), note.text));
        let too_many = Some(("too_many_rows", rows.to_string())).filter(|_| rows > MAX_ROWS);
        assert_eq!(refusal, too_many);
    }
}

#[test]
fn a_merchant_may_say_what_columns_and_numbers_are() {
    let csv = b"a;b;c\nTea;1,250;T-1\n";
    check(
        csv,
        expect![[r#"
        - - - None
        refused: -: no_name_column ""
    "#]],
    );
    let columns = [Some(ImportColumn::Name), Some(ImportColumn::Price), None];
    let said = |style| ImportOptions { style, columns: Some(columns.to_vec()) };
    check_with(
        csv,
        said(None),
        expect![[r#"
        name price - None
        2: Error
            price: number_ambiguous "1,250"
    "#]],
    );
    check_with(
        csv,
        said(Some(Style::Comma)),
        expect![[r#"
        name price - Some(Comma)
        2: create "Tea" 125000 None None None None
            sku: sku_missing ""
    "#]],
    );
    check_with(
        csv,
        said(Some(Style::Dot)),
        expect![[r#"
        name price - Some(Dot)
        2: create "Tea" 125 None None None None
            sku: sku_missing ""
    "#]],
    );
    let twice = vec![Some(ImportColumn::Name), Some(ImportColumn::Price), Some(ImportColumn::Name)];
    let options = ImportOptions { style: None, columns: Some(twice) };
    check_with(
        csv,
        options,
        expect![[r#"
        name price name None
        refused: name: field_twice ""
    "#]],
    );
}

#[test]
fn amounts_of_money() {
    let money = |text: &str| read_money(text, None);
    for (text, hundredths) in [
        ("0", 0),
        ("500", 50_000),
        ("500.00", 50_000),
        ("500,5", 50_050),
        ("0.5", 50),
        ("0,05", 5),
        ("1 250,50", 125_050),
        ("1'250.50", 125_050),
        ("1.250,50", 125_050),
        ("1,250,000", 125_000_000),
        ("9 999 999 999,99", 999_999_999_999),
        ("MRU 500", 50_000),
        ("500 mru", 50_000),
        ("٥٠٠٫٥", 50_050),
        ("'500", 50_000),
    ] {
        assert_eq!(money(text), Ok(Some(hundredths)), "{text}");
    }
    // Three decimals could be a group as well.
    assert_eq!(money("12.340"), Err(NumberFault::Ambiguous { grouped: 12_340 }));
    assert_eq!(read_money("12.340", Some(Style::Comma)), Ok(Some(1_234)));
    assert_eq!(money(" "), Ok(None));
    for (text, fault) in [
        ("0.005", NumberFault::Fraction),
        ("1.2345", NumberFault::Fraction),
        ("-5", NumberFault::Signed { units: -5 }),
        ("+5", NumberFault::Signed { units: 5 }),
        ("(5)", NumberFault::Invalid),
        ("5 EUR", NumberFault::Invalid),
        ("MRU", NumberFault::Invalid),
        ("1.2.3", NumberFault::Invalid),
        ("10 000 000 000", NumberFault::TooLarge),
        ("99999999999999999999999999999999", NumberFault::TooLarge),
    ] {
        assert_eq!(money(text), Err(fault), "{text}");
    }
}

proptest! {
    /// What is written with two decimals is read as it was meant, in each style.
    #[test]
    fn amounts_come_back(hundredths in 0_i64..1_000_000_000_000) {
        let (whole, decimals) = (hundredths / 100, hundredths % 100);
        for (mark, style) in [('.', Style::Comma), (',', Style::Dot), (',', Style::Plain)] {
            let text = format!("{whole}{mark}{decimals:02}");
            prop_assert_eq!(read_money(&text, Some(style)), Ok(Some(hundredths)));
            prop_assert_eq!(read_money(&text, None), Ok(Some(hundredths)));
        }
    }

    /// Whatever the bytes, there is a plan, and a line for each row.
    #[test]
    fn any_bytes_are_planned(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut file = b"name,price,sku,quantity\n".to_vec();
        file.extend(bytes);
        let table = Table::read(file, ReadOptions::default());
        let file = ImportFile::read(&table, &ImportOptions::default());
        let plan = ImportPlan::new(&file, known);
        prop_assert_eq!(plan.rows.len(), file.rows.len());
        prop_assert!(file.refusal.is_some() || plan.rows.len() == table.rows());
    }
}
