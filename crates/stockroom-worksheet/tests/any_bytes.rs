//! Any bytes at all, and any way through the worksheet: no panic, no hang, and what comes back is in
//! order.
//!
//! `STOCKROOM_CASES` sets how many files are made: 20,000 in the tests, a million in
//! `cargo xtask soak`; `STOCKROOM_SEED` makes them the same again.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use stockroom_domain::columns::{Field, Locations};
use stockroom_domain::label::Nfc;
use stockroom_domain::number::Style;
use stockroom_domain::quantity::{Level, Mode};
use stockroom_domain::sheet::{Edit, EditField};
use stockroom_domain::stock::{Product, Variant};
use stockroom_domain::table::{Arriving, Delimiter, Encoding, Header, ReadOptions};
use stockroom_worksheet::{
    Ask, Engine, Fill, Filter, GridColumn, Reply, Rounding, Sentences, Sort, Summary, View, Why,
};
use unicode_normalization::UnicodeNormalization as _;

const NFC: Nfc = |text| text.nfc().collect();
/// Far longer than any of these small files takes, on a busy machine as well.
const NO_HANG: Duration = Duration::from_secs(20);

fn config() -> ProptestConfig {
    let said = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let cases = said("STOCKROOM_CASES").and_then(|cases| u32::try_from(cases).ok());
    ProptestConfig {
        cases: cases.unwrap_or(20_000),
        rng_seed: said("STOCKROOM_SEED").map_or(RngSeed::Random, RngSeed::Fixed),
        ..ProptestConfig::default()
    }
}

/// Text of pieces that are likely to be interesting.
fn text() -> impl Strategy<Value = String> {
    let pieces = vec![
        "sku",
        "RIZ-25KG",
        "THIEB-001",
        "Grand",
        "quantity",
        "delta",
        "mode",
        "Location",
        "Dakar",
        "1",
        "-5",
        "1,000",
        "1.000",
        "12,5",
        "=7",
        "set",
        "adjust",
        "not stocked",
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
        "=1+1",
        "9.78E+12",
        "sep=;\n",
    ];
    let header = select(vec![
        "",
        "sku,quantity\n",
        "sku;variant;delta\n",
        "sku,mode,amount\r\n",
        "sku\tquantity\n",
        "Handle,Title,Option1 Value,SKU,Location,On hand\n",
        "Handle,Option1 Value,SKU,Location,On hand (current),On hand (new)\n",
        "sku,location,expected,quantity\n",
    ]);
    let body = prop::collection::vec(select(pieces), 0..80);
    (header, body).prop_map(|(header, body)| [header, &body.concat()].concat())
}

/// Files in every encoding that can write them, some with any bytes put in somewhere.
fn files() -> impl Strategy<Value = Vec<u8>> {
    let stray = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    let stray = prop_oneof![3 => Just(Vec::new()), 1 => stray];
    (text(), select(Encoding::ALL.to_vec()), any::<bool>(), stray).prop_map(
        |(text, encoding, has_mark, stray)| {
            let mark = if has_mark { encoding.bom() } else { &[] };
            let body = encoding.encode(&text).unwrap_or_else(|| text.into_bytes());
            let mut bytes = [mark, &body].concat();
            for (at, byte) in stray {
                bytes.insert(at.index(bytes.len() + 1), byte);
            }
            bytes
        },
    )
}

/// What a merchant may do next, in any order.
fn asks() -> impl Strategy<Value = Vec<Ask>> {
    let texts =
        select(vec!["", "7", "=7", "+5", "-3", "1,000", "x", "RIZ-25KG", "grand", "=A", "\t"]);
    let texts = texts.prop_map(str::to_owned);
    let fields = select(vec![EditField::ExternalId, EditField::Variant, EditField::Value]);
    let columns = || select(GridColumn::ALL.to_vec());
    let filters = select(vec![
        Filter::All,
        Filter::Errors,
        Filter::Warnings,
        Filter::ToZero,
        Filter::Unchanged,
    ]);
    let sorts = select(vec![Sort::Line, Sort::Sku, Sort::Product, Sort::Delta]);
    let views = (filters, sorts, any::<bool>(), select(vec!["", "riz"])).prop_map(
        |(filter, sort, descending, search)| View {
            filter,
            sort,
            descending,
            search: search.into(),
        },
    );
    let edit = (0_u32..30, fields.clone(), prop::option::of(texts.clone()))
        .prop_map(|(row, field, text)| Edit { row, field, text });
    let fill = prop_oneof![
        (fields.clone(), texts.clone()).prop_map(|(field, text)| Fill::Text { field, text }),
        fields.prop_map(Fill::File),
        (columns(), columns()).prop_map(|(a, b)| Fill::Down(a.min(b), a.max(b))),
        (columns(), columns()).prop_map(|(a, b)| Fill::Clear(a.min(b), a.max(b))),
        (-20_000..20_000)
            .prop_map(|hundredths| Fill::Percent { hundredths, rounding: Rounding::Up }),
    ];
    let cells = prop::collection::vec(prop::collection::vec(texts, 0..6), 0..6);
    let styles = || select(vec![None, Some(Style::Plain), Some(Style::Comma), Some(Style::Space)]);
    let options = (
        prop::option::of(select(vec![Delimiter::Comma, Delimiter::Semicolon, Delimiter::Tab])),
        select(vec![Header::First, Header::None]),
        prop::option::of(select(Encoding::ALL.to_vec())),
    );
    let options = options.prop_map(|(delimiter, header, encoding)| ReadOptions {
        delimiter,
        header,
        encoding,
    });
    let locations =
        select(vec![Locations::Unchosen, Locations::Sum, Locations::Only("Dakar".to_owned())]);
    let fields = prop::collection::vec(select(Field::ALL.to_vec()), 0..7);
    let modes = select(vec![None, Some(Mode::Set), Some(Mode::Adjust)]);
    let one = prop_oneof![
        4 => prop::collection::vec(edit, 1..6).prop_map(Ask::Edit),
        2 => (views.clone(), 0_u32..20, 0_u32..20, fill)
            .prop_map(|(view, start, count, fill)| Ask::Fill { view, start, count, fill }),
        2 => (views.clone(), 0_u32..20, columns(), cells)
            .prop_map(|(view, start, column, cells)| Ask::Paste { view, start, column, cells }),
        1 => (0_u32..9).prop_map(Ask::AddRows),
        3 => Just(Ask::Undo),
        2 => Just(Ask::Redo),
        2 => views.clone().prop_map(|view| Ask::Rows { view, start: 0, count: 50 }),
        1 => (views.clone(), 0_u32..40).prop_map(|(view, line)| Ask::PlaceOfLine { view, line }),
        1 => (views, columns(), columns()).prop_map(|(view, a, b)| {
            Ask::Copy { view, start: 0, count: 9, first: a.min(b), last: a.max(b) }
        }),
        1 => options.prop_map(Ask::Reread),
        1 => (fields, modes, locations).prop_map(|(fields, default_mode, locations)| {
            Ask::Map { fields, default_mode, locations }
        }),
        1 => styles().prop_map(Ask::Plan),
        1 => Just(Ask::NewStock),
        1 => Just(Ask::AddStock(stock())),
        1 => Just(Ask::Repairs),
        1 => Just(Ask::Missing { search: String::new() }),
        1 => Just(Ask::AddMissing { search: String::new() }),
    ];
    prop::collection::vec(one, 0..10)
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

fn are_in_order(summary: &Summary) -> Result<(), TestCaseError> {
    let t = summary.totals;
    prop_assert_eq!(t.rows, t.errors + t.warnings + t.changes + t.unchanged + t.blank);
    prop_assert!(t.items <= t.targets && t.targets <= t.warnings + t.changes);
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn are_read_planned_edited_and_written(bytes in files(), asks in asks()) {
        let began = Instant::now();
        let had_mark = bytes.starts_with(Encoding::Utf8.bom());
        let mut engine = Engine::new(NFC);
        let file = bytes.clone();
        let arrived = |options| {
            let mut arriving = Arriving::new(options, file.len());
            arriving.take(file.len(), |slot| slot.copy_from_slice(&file));
            arriving
        };
        let mut say = |ask| match ask {
            Ask::Reread(options) if engine.needs_bytes(&Ask::Reread(options)) => {
                engine.open_arrived(arrived(options), options, Why::Reread, &mut ())
            }
            ask => engine.answer(ask, &mut ()),
        };
        let Reply::Shape(mut shape) = say(Ask::Open(bytes)) else { panic!("no shape") };
        say(Ask::AddStock(stock()));
        let Reply::Summary(summary) = say(Ask::Plan(None)) else { panic!("no plan") };
        are_in_order(&summary)?;
        prop_assert!(shape.refusal.is_some() || shape.rows as usize == summary.totals.rows);
        for ask in asks {
            match say(ask) {
                Reply::Summary(summary) | Reply::Pasted { summary, .. } => are_in_order(&summary)?,
                Reply::Rows { rows, total, .. } => {
                    prop_assert!(rows.len() <= total as usize);
                    prop_assert!(rows.iter().all(|row| row.line >= 1));
                }
                Reply::Shape(other) => shape = other,
                _ => {}
            }
        }
        // Step by step it is the plan that is made at once.
        let Reply::Summary(last) = say(Ask::Edit(Vec::new())) else { panic!("no plan") };
        let Reply::Summary(anew) = say(Ask::Plan(last.style)) else { panic!("no plan") };
        are_in_order(&anew)?;
        let write = Ask::WriteErrors { sentences: Sentences::default(), others: vec![(0, "why".into())] };
        let Reply::File(errors) = say(write) else { panic!("no file") };
        let mut again = Engine::new(NFC);
        // So small a file could be read in several ways; its source was read in this one.
        let is_marked = errors.starts_with(Encoding::Utf8.bom());
        let options = ReadOptions {
            delimiter: Some(shape.delimiter),
            header: if shape.has_header { Header::First } else { Header::None },
            encoding: Some(if is_marked { Encoding::Utf8 } else { shape.encoding }),
        };
        let Reply::Shape(read) = again.answer(Ask::OpenAs(errors, options), &mut ()) else {
            panic!("no shape")
        };
        // A mark that was read as letters is a mark again in what is written.
        let readable = (had_mark && shape.encoding != Encoding::Utf8)
            || read.refusal.is_some() || anew.totals.errors <= read.rows as usize + 1;
        prop_assert!(readable, "{} errors, {} rows", anew.totals.errors, read.rows);
        say(Ask::Confirm { leave_out_errors: true, typed: None });
        prop_assert!(began.elapsed() < NO_HANG);
    }
}
