use stockroom_api::bulk::BulkItem;
use stockroom_client::answer::Answer;
use stockroom_client::headers::Headers;
use stockroom_client::item::Item;
use stockroom_client::run::{Event, Run, Settings};
use stockroom_domain::columns::Mapping;
use stockroom_domain::plan::{ItemChange, Limits, Plan};
use stockroom_domain::quantity::{Change, Delta};
use stockroom_domain::sheet::Sheet;
use stockroom_domain::stock::{Product, Stock, Variant};
use stockroom_domain::table::{ReadOptions, Table};

use super::super::Journal;
use super::super::draft::Origin;
use super::*;

fn set(units: i64, before: i64) -> ItemChange {
    ItemChange { change: Change::Set(Level::new(units).unwrap()), before: Level::new(before).ok() }
}

fn adjust(units: i64, before: i64) -> ItemChange {
    ItemChange { change: Change::Adjust(Delta::new(units).unwrap()), ..set(0, before) }
}

fn item(sku: &str, product: Option<ItemChange>, variants: &[(&str, ItemChange)]) -> SendItem {
    let variants = variants.iter().map(|(label, asked)| ((*label).to_owned(), *asked)).collect();
    SendItem {
        external_id: sku.into(),
        name: format!("=N {sku}"),
        product,
        variants,
        rows: vec![0],
    }
}

fn items() -> Vec<SendItem> {
    vec![
        item("A", Some(set(5, 1)), &[]),
        item("-B", Some(adjust(-3, 9)), &[]),
        item("C", None, &[("Grand", set(7, 2)), ("@Petit, bleu", adjust(4, 6))]),
        item("D", Some(set(3, 3)), &[("Grand", set(8, 8))]),
    ]
}

fn refused(sku: &str, path: &str, now: i64) -> String {
    format!(
        r#"{{"externalId":"{sku}","error":"no","code":"STALE_QUANTITY","path":"{path}","currentQuantity":{now}}}"#
    )
}

/// A run of these items, of which the first is applied.
fn apply() -> Apply {
    let items = items();
    let sent = items.iter().map(|item| {
        let external_id = item.external_id.clone();
        Item::new(BulkItem { external_id, quantity_delta: Some(0), ..BulkItem::default() })
    });
    let mut run = Run::new("run-1", sent.collect(), Settings::default()).unwrap();
    run.handle(Event::Started, 0, &mut || 0.5);
    let (b, c) = (
        r#"{"externalId":"-B","error":"=cmd, \"no\""}"#,
        refused("C", "items[2].variants[1].expectedQuantity", 7),
    );
    let d = refused("D", "items[3].expectedQuantity", 4);
    let body =
        format!(r#"{{"success":true,"data":{{"updated":1,"failed":3,"errors":[{b},{c},{d}]}}}}"#);
    let answer = Answer { status: 200, headers: Headers::default(), body };
    run.handle(Event::Answered { batch: 0, answer }, 1, &mut || 0.5);
    Apply {
        items,
        run,
        name: "count.csv".to_owned(),
        origin: Origin::File,
        started_ms: 0,
        ended_ms: Some(1),
        journal: Journal::Kept,
        follows: None,
        followed_by: Vec::new(),
        twin: None,
        is_looking: false,
        is_back: true,
    }
}

fn file() -> String {
    apply().rest_file(|outcome, _, place| match outcome {
        Outcome::Refused(error) => format!("{} {place}", error.error),
        _ => String::new(),
    })
}

#[test]
fn a_file_of_what_was_not_applied_is_safe_and_says_why() {
    let expected = "\u{feff}externalId,name,variant,mode,expected,quantity,quantityDelta,lowStockThreshold,error\r\n\
        '-B,'=N -B,,adjust,9,,-3,,\"'=cmd, \"\"no\"\" 0\"\r\n\
        C,'=N C,Grand,set,2,7,,,no 0\r\n\
        C,'=N C,\"'@Petit, bleu\",adjust,6,,4,,no 1\r\n\
        D,'=N D,,set,3,3,,,no 0\r\n\
        D,'=N D,Grand,set,8,8,,,no 1\r\n";
    assert_eq!(file(), expected);
}

#[test]
fn the_file_is_known_again_and_asks_for_just_those_rows() {
    let table = Table::read(file().into_bytes(), ReadOptions::default());
    let mapping = Mapping::guess(&table.names());
    let sheet = Sheet::new(table, mapping);
    let mut stock = Stock::new(str::to_owned);
    let level = |units: i64| Level::new(units).ok();
    for item in items() {
        let variants = item.variants.iter().map(|(label, asked)| Variant {
            label: label.clone(),
            level: asked.before,
            ..Variant::default()
        });
        stock.put(Product {
            external_id: Some(item.external_id.clone()),
            level: item.product.and_then(|asked| asked.before).or(level(100)),
            variants: variants.collect(),
            ..Product::default()
        });
    }
    let plan = Plan::new(&sheet, None, &stock, Limits::default());
    let totals = plan.totals();
    // What is as it was wanted by now asks for nothing.
    assert_eq!((totals.rows, totals.errors, totals.targets, totals.unchanged), (5, 0, 3, 2));
}

#[test]
fn a_level_that_had_moved_is_told_from_those_that_had_not() {
    let apply = apply();
    let places: Vec<Option<usize>> = apply
        .run
        .outcomes()
        .iter()
        .zip(&apply.items)
        .map(|(outcome, item)| stale_place(outcome, item))
        .collect();
    assert_eq!(places, [None, None, Some(1), Some(0)]);
    // A server that names no place: only one level can be meant.
    let moved = |now: i64| {
        let error = ItemError {
            code: Some(stockroom_api::ErrorCode::StaleQuantity),
            current_quantity: Some(now),
            ..ItemError::default()
        };
        stale_place(&Outcome::Refused(Box::new(error)), &apply.items[2])
    };
    assert_eq!((moved(6), moved(2), moved(5)), (Some(0), Some(1), None));
}
