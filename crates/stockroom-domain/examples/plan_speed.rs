//! How long a big file takes from its bytes to the finished plan, beside the csv crate's bare pass.
//!
//! `cargo run --release -p stockroom-domain --example plan_speed -- [ROWS] [ROUNDS]` prints medians
//! as JSON; `-- --write FILE ROWS` writes the file and ends, for the bench in a browser.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement for people")]

use std::fmt::Write as _;
use std::time::Instant;

use stockroom_domain::columns::Mapping;
use stockroom_domain::plan::{Limits, Plan};
use stockroom_domain::quantity::Level;
use stockroom_domain::sheet::{Edit, EditField, Sheet};
use stockroom_domain::stock::{Product, Stock};
use stockroom_domain::table::{ReadOptions, Table};

/// Products of the snapshot: those that a demo store of 100,000 makes, so that the file fits it.
const PRODUCTS: usize = 99_880;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == "--write") {
        let rows = words[2].parse().unwrap();
        return std::fs::write(&words[1], file(rows)).unwrap();
    }
    let number = |at: usize, usual: usize| words.get(at).map_or(usual, |n| n.parse().unwrap());
    let (rows, rounds) = (number(0, 1_000_000), number(1, 5));
    let (bytes, stock) = (file(rows), stock());
    let mut measured = Measured::default();
    for _ in 0..rounds {
        measure(&bytes, &stock, &mut measured);
    }
    let Measured { bare, read, plan, edit, .. } = &mut measured;
    println!(
        "{{\"rows\":{rows},\"bytes\":{},\"bareMs\":{:.1},\"readMs\":{:.1},\"planMs\":{:.1},\
         \"editMs\":{:.2}}}",
        bytes.len(),
        median(bare),
        median(read),
        median(plan),
        median(edit)
    );
}

#[derive(Default)]
struct Measured {
    bare: Vec<f64>,
    read: Vec<f64>,
    plan: Vec<f64>,
    edit: Vec<f64>,
}

fn measure(bytes: &[u8], stock: &Stock, measured: &mut Measured) {
    let clock = Instant::now();
    let mut reader = csv::Reader::from_reader(bytes);
    let mut record = csv::ByteRecord::new();
    let mut fields = 0;
    while reader.read_byte_record(&mut record).unwrap() {
        fields += record.len();
    }
    measured.bare.push(ms(clock));
    assert!(fields > 0);
    let bytes = bytes.to_vec();
    let clock = Instant::now();
    let table = Table::read(bytes, ReadOptions::default());
    measured.read.push(ms(clock));
    let mapping = Mapping::guess(&table.names());
    let mut sheet = Sheet::new(table, mapping);
    let clock = Instant::now();
    let mut plan = Plan::new(&sheet, None, stock, Limits::default());
    measured.plan.push(ms(clock));
    assert!(plan.totals().targets > 0);
    let text = Some("+5".to_owned());
    let clock = Instant::now();
    let touched = sheet.apply(&[Edit { row: 7, field: EditField::Value, text }]);
    plan.replan(&touched, &sheet, stock);
    measured.edit.push(ms(clock));
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A stock of products, each of which ten rows of a million name.
fn stock() -> Stock {
    let mut stock = Stock::new(str::to_owned);
    for number in 0..PRODUCTS {
        stock.put(Product {
            id: format!("{number:024x}"),
            external_id: Some(sku(number)),
            name: format!("Produit n° {number}"),
            level: Level::new(i64::try_from(number % 500).unwrap()).ok(),
            threshold: Some(5),
            variants: Vec::new(),
        });
    }
    stock
}

fn sku(number: usize) -> String {
    format!("GEN-{:06}", number + 121)
}

/// Five columns, quoted names with commas and accents, adjusts that merge, 2 % faults.
fn file(rows: usize) -> Vec<u8> {
    let mut text = String::with_capacity(rows * 48 + 64);
    text.push_str("sku,name,location,quantityDelta,note\n");
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for row in 0..rows {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let product = usize::try_from(state >> 20).unwrap() % PRODUCTS;
        let units = i64::try_from(state % 400).unwrap() - 200;
        let value = match state % 100 {
            0 => "12 pcs".to_owned(),
            1 => "1e3".to_owned(),
            _ => units.to_string(),
        };
        let sku = sku(product);
        let _ = writeln!(text, "{sku},\"Thé, qualité n° {product}\",Dakar,{value},{row}");
    }
    text.into_bytes()
}
