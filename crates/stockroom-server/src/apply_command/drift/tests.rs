use stockroom_domain::columns::Mapping;
use stockroom_domain::sheet::Sheet;
use stockroom_domain::stock::{Product, Variant};
use stockroom_domain::table::{ReadOptions, Table};

use super::*;

/// A stock of A with a variant, B, and C, which is not tracked where it has no level.
fn stock(a: i64, grand: i64, b: i64, c: Option<i64>) -> Stock {
    let level = |units: i64| Level::new(units).ok();
    let variant = Variant { label: "Grand".to_owned(), level: level(grand), ..Variant::default() };
    let product = |sku: &str, level: Option<Level>, variants: Vec<Variant>| Product {
        external_id: Some(sku.to_owned()),
        level,
        variants,
        ..Product::default()
    };
    stock_of(vec![
        product("C", c.and_then(level), Vec::new()),
        product("A", level(a), vec![variant]),
        product("B", level(b), Vec::new()),
    ])
}

fn preview(text: &str, stock: Stock) -> Preview {
    let table = Table::read(text.as_bytes().to_vec(), ReadOptions::default());
    let mapping = Mapping::guess(&table.names());
    Preview::new(plan_on_stock(Sheet::new(table, mapping), None, stock))
}

/// Returns the items of a preview as they are sent: SKU, label, change and the level before.
fn sent(preview: &Preview) -> Vec<(String, Change, Option<i64>)> {
    let Planned { plan, stock, .. } = &preview.planned;
    let clean = plan.leave_out_errors();
    let confirmed = clean.confirm(stock, Some(clean.number())).unwrap();
    let of = |item: &stockroom_domain::plan::Item| {
        let own = item.product.map(|asked| (item.external_id.clone(), asked));
        let name = |label: &str| format!("{} {label}", item.external_id);
        let variants = item.variants.iter().map(|(label, asked)| (name(label), *asked));
        let all = own.into_iter().chain(variants).zip(&item.targets);
        let all = all.map(|((name, asked), target)| {
            let asked = preview.asked(*target, asked);
            (name, asked.change, asked.before.map(Level::get))
        });
        all.collect::<Vec<_>>()
    };
    confirmed.items().iter().flat_map(of).collect()
}

fn set(units: i64) -> Change {
    Change::Set(Level::new(units).unwrap())
}

fn adjust(units: i64) -> Change {
    Change::Adjust(Delta::new(units).unwrap())
}

const TEXT: &str = "sku,variant,quantity,delta\nA,,12,\nA,grand,5,\nB,,,-2\n";

#[test]
fn a_level_that_moved_is_named_with_three_figures() {
    let before = preview(TEXT, stock(10, 5, 7, None));
    assert_eq!(before.moved(&stock(10, 5, 7, None)), []);
    let now = stock(8, 4, 6, None);
    let told = table(&before.moved(&now), Keep::Count);
    let words =
        |line: usize| told.lines().nth(line).unwrap().split_whitespace().collect::<Vec<_>>();
    assert_eq!(told.lines().next(), Some("3 levels are not what they were in the preview:"));
    assert_eq!(words(2), ["2", "A", "-", "10", "8", "12", "set", "12"]);
    assert_eq!(words(3), ["3", "A", "Grand", "5", "4", "5", "set", "5"]);
    // An adjust is sent as it is, and ends elsewhere.
    assert_eq!(words(4), ["4", "B", "-", "7", "6", "4", "adjust", "-2"]);
    let told = table(&before.moved(&now), Keep::Difference);
    assert!(told.contains("adjust +2") && told.contains("adjust +0"), "{told}");
}

#[test]
fn a_count_is_kept_as_it_is_and_planned_on_what_is_there() {
    let before = preview(TEXT, stock(10, 5, 7, None));
    let renewed = before.renewed(stock(12, 4, 6, None), Keep::Count);
    // A is there already, its variant no longer.
    let expected = [("A Grand", set(5), Some(4)), ("B", adjust(-2), Some(6))];
    assert_eq!(sent(&renewed), expected.map(|(name, c, before)| (name.to_owned(), c, before)));
}

#[test]
fn a_difference_is_kept_as_an_adjust() {
    let before = preview(TEXT, stock(10, 5, 7, None));
    let now = || stock(8, 4, 6, None);
    let renewed = before.renewed(now(), Keep::Difference);
    // That of the variant is none, so nothing is sent for it.
    let expected = [("A", adjust(2), Some(8)), ("B", adjust(-2), Some(6))];
    let named = |all: [(&str, Change, Option<i64>); 2]| all.map(|(n, c, b)| (n.to_owned(), c, b));
    assert_eq!(sent(&renewed), named(expected));
    // It is not taken for one that moved once more.
    assert_eq!(renewed.moved(&now()), []);
    let again = stock(7, 4, 6, None);
    let moved = renewed.moved(&again);
    assert_eq!(moved.len(), 1);
    assert_eq!(moved[0].preview.map(Level::get), Some(10), "the first preview counts");
    let renewed = renewed.renewed(again, Keep::Difference);
    assert_eq!(sent(&renewed), named([("A", adjust(2), Some(7)), ("B", adjust(-2), Some(6))]));
}

#[test]
fn what_was_not_tracked_has_no_difference() {
    let before = preview("sku,quantity\nC,4\n", stock(1, 1, 1, None));
    let renewed = before.renewed(stock(1, 1, 1, Some(9)), Keep::Difference);
    assert_eq!(sent(&renewed), [("C".to_owned(), set(4), Some(9))]);
}

#[test]
fn the_stock_is_read_again_on_request_or_after_a_long_thought() {
    assert!(is_due(true, 1_000, 1_000));
    assert!(!is_due(false, 1_000, 31_000) && is_due(false, 1_000, 31_001));
    // A clock that went backwards tells nothing.
    assert!(!is_due(false, 31_000, 1_000));
}

#[test]
fn the_cheaper_way_is_read() {
    assert_eq!(way(5, Some(124)), (5, true));
    assert_eq!(way(200, Some(13)), (13, false));
    assert_eq!(way(200, Some(2_000)), (200, true));
    assert_eq!(way(201, Some(2_000)), (2_000, false));
    // How long the whole list is is not known where the preview was made on a file.
    assert_eq!((way(200, None), way(201, None)), ((200, true), (1, false)));
}
