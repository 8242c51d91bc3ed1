//! What the page says to the worker, as bytes, for programs that drive the built worker: the bench
//! in a browser, and the test that worker and native code answer the same.
//!
//! `messages stock PRODUCTS` prints the stock of `plan_speed` and the asks of the bench as JSON;
//! `messages fixtures FOLDER` prints, for each file, asks with their answers.

#![expect(clippy::unwrap_used, clippy::print_stdout, clippy::panic, reason = "a tool for tests")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use stockroom_domain::code::Code;
use stockroom_domain::quantity::Level;
use stockroom_domain::sheet::{Edit, EditField};
use stockroom_domain::stock::{Product, Variant};
use stockroom_worksheet::{Ask, Engine, Filter, Reply, Sentences, Sort, View};
use unicode_normalization::UnicodeNormalization as _;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["stock", products] => println!("{}", bench(products.parse().unwrap())),
        ["fixtures", folder] => println!("{}", fixtures(Path::new(folder))),
        _ => panic!("messages stock PRODUCTS | messages fixtures FOLDER"),
    }
}

fn bench(products: usize) -> Value {
    let product = |number: usize| Product {
        id: format!("{number:024x}"),
        external_id: Some(format!("GEN-{:06}", number + 121)),
        name: format!("Produit n° {number}"),
        level: Level::new(i64::try_from(number % 500).unwrap()).ok(),
        threshold: Some(5),
        variants: Vec::new(),
    };
    let all: Vec<Product> = (0..products).map(product).collect();
    let rows = |view: View| hex(&Ask::Rows { view, start: 0, count: 64 });
    let filtered = View { filter: Filter::Warnings, ..View::default() };
    let edit = Edit { row: 7, field: EditField::Value, text: Some("+5".to_owned()) };
    let some = all.chunks(2_000).map(|some| Ask::AddStock(some.to_vec()));
    let stock = std::iter::once(Ask::NewStock).chain(some).map(|ask| hex(&ask));
    json!({
        "stock": stock.collect::<Vec<_>>(),
        "plan": hex(&Ask::Plan(None)),
        "replan": hex(&Ask::Plan(None)),
        "rows": rows(View::default()),
        "filter": rows(filtered),
        "search": rows(View { search: "n° 77".to_owned(), ..View::default() }),
        "sortSku": rows(View { sort: Sort::Sku, ..View::default() }),
        "sortName": rows(View { sort: Sort::Product, ..View::default() }),
        "sortDelta": rows(View { sort: Sort::Delta, ..View::default() }),
        "edit": hex(&Ask::Edit(vec![edit])),
        "undo": hex(&Ask::Undo),
    })
}

/// Every file with what is asked about it, and what native code answers.
fn fixtures(folder: &Path) -> Value {
    let files = files(folder).into_iter().map(|path| {
        let bytes = fs::read(&path).unwrap();
        let mut engine = Engine::new(|text| text.nfc().collect());
        let mut asked = Vec::new();
        let mut say = |ask: Ask| {
            let sent = hex(&ask);
            let reply = engine.answer(ask, &mut ());
            asked.push(json!({ "ask": sent, "reply": hex(&reply) }));
            reply
        };
        let Reply::Shape(shape) = say(Ask::Open(bytes)) else { panic!("no shape") };
        if shape.refusal.is_none() && shape.unusable.is_none() {
            say(Ask::AddStock(stock()));
            say(Ask::Plan(None));
            say(Ask::Rows { view: View::default(), start: 0, count: 100 });
            let by_sku = View { sort: Sort::Sku, descending: true, ..View::default() };
            say(Ask::Rows { view: by_sku, start: 0, count: 100 });
            say(Ask::Repairs);
            say(Ask::WriteErrors { sentences: sentences(), others: Vec::new() });
        }
        json!({ "file": path.to_string_lossy(), "asked": asked })
    });
    Value::Array(files.collect())
}

fn sentences() -> Sentences {
    let of_codes = Code::ALL.iter().map(|code| (*code, format!("{code} {{text}} {{other}}")));
    Sentences { of_codes: of_codes.collect(), did_you_mean: "{suggestion}?".to_owned() }
}

/// A small stock that many rows of the fixtures name, with accents and Arabic in its labels.
fn stock() -> Vec<Product> {
    let level = |units: i64| Level::new(units).ok();
    let product = |sku: &str, units: Option<i64>, labels: &[&str]| Product {
        id: sku.to_lowercase(),
        external_id: Some(sku.to_owned()),
        name: format!("Produit {sku}"),
        level: units.and_then(level),
        threshold: Some(5),
        variants: labels
            .iter()
            .map(|label| Variant { id: String::new(), label: (*label).to_owned(), level: level(4) })
            .collect(),
    };
    vec![
        product("RIZ-25KG", Some(112), &[]),
        product("LAIT-400", Some(9), &[]),
        product("SIM-TEL", Some(240), &[]),
        product("YASSA-002", Some(8), &[]),
        product("THIEB-001", Some(3), &["Normal", "Grand"]),
        product("CHARG-C", Some(20), &["Noir", "Blanc", "Été", "أحمر"]),
        product("000012", Some(1), &[]),
        product("GRAVURE", None, &[]),
    ]
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else if path.extension().is_some_and(|end| end == "csv") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn hex(message: &impl serde::Serialize) -> String {
    let mut text = String::new();
    for byte in postcard::to_stdvec(message).unwrap() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
