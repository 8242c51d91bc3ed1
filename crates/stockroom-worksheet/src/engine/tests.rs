use stockroom_domain::code::Code;
use stockroom_domain::columns::Field;
use stockroom_domain::stock::Variant;

use super::*;
use crate::{Filter, Sort};

fn product(sku: &str, name: &str, units: i64, variants: &[(&str, i64)]) -> Product {
    let level = |units: i64| Level::new(units).ok();
    let variant = |(label, units): &(&str, i64)| Variant {
        id: (*label).to_owned(),
        label: (*label).to_owned(),
        level: level(*units),
    };
    Product {
        id: sku.to_lowercase(),
        external_id: Some(sku.to_owned()),
        name: name.to_owned(),
        level: level(units),
        threshold: None,
        variants: variants.iter().map(variant).collect(),
    }
}

fn opened(text: &str) -> Engine {
    let mut engine = Engine::new(str::to_owned);
    engine.answer(Ask::Open(text.as_bytes().to_vec()));
    engine.answer(Ask::AddStock(vec![
        product("THIEB-001", "Thiéboudienne Royale", 3, &[("Normal", 2), ("Grand", 1)]),
        product("SIM-TEL", "Carte SIM prépayée", 240, &[]),
        product("YASSA-002", "Yassa poulet", 8, &[]),
    ]));
    engine
}

fn summary(reply: Reply) -> Summary {
    let Reply::Summary(summary) = reply else { panic!("{reply:?}") };
    summary
}

fn rows(engine: &mut Engine, view: &View) -> Vec<RowView> {
    match engine.answer(Ask::Rows { view: view.clone(), start: 0, count: 100 }) {
        Reply::Rows { rows, .. } => rows,
        reply => panic!("{reply:?}"),
    }
}

const FILE: &str = "sku,variant,quantity,delta\n\
    YASSA-002,,,-12\nTHIEB-001,Gran,9,\nSIM-TEL,,240,\nNOPE,,x,\nTHIEB-001,Normal,4,\n";

#[test]
fn windows_filters_search_and_sort() {
    let mut engine = opened(FILE);
    let totals = summary(engine.answer(Ask::Plan(Limits::default()))).totals;
    assert_eq!((totals.rows, totals.errors, totals.to_zero, totals.unchanged), (5, 2, 1, 1));
    let mut lines =
        |view: View| rows(&mut engine, &view).iter().map(|r| r.line).collect::<Vec<_>>();
    let of = |filter| View { filter, ..View::default() };
    assert_eq!(lines(of(Filter::All)), [2, 3, 4, 5, 6]);
    assert_eq!(lines(of(Filter::Errors)), [3, 5]);
    assert_eq!(lines(of(Filter::ToZero)), [2]);
    assert_eq!(lines(View { search: "THIEB".into(), ..View::default() }), [3, 6]);
    assert_eq!(lines(View { search: "prepayee".into(), ..View::default() }), [4]);
    let by_sku = View { sort: Sort::Sku, descending: true, ..View::default() };
    assert_eq!(lines(by_sku), [2, 6, 3, 4, 5]);
    assert_eq!(lines(View { sort: Sort::Delta, ..View::default() })[2..], [2, 4, 6]);
}

#[test]
fn a_row_that_is_mended_stays_in_its_place_until_the_view_changes() {
    let mut engine = opened(FILE);
    engine.answer(Ask::Plan(Limits::default()));
    let view = View { filter: Filter::Errors, ..View::default() };
    let wrong = rows(&mut engine, &view).remove(0);
    assert_eq!(wrong.issues[0].suggestion.as_deref(), Some("Grand"));
    let text = Some("Grand".to_owned());
    let after =
        summary(engine.answer(Ask::Edit { row: wrong.row, field: EditField::Variant, text }));
    assert_eq!((after.totals.errors, after.steps), (1, (1, 0)));
    let mended = rows(&mut engine, &view).remove(0);
    assert_eq!((mended.row, mended.after, mended.issues.len()), (wrong.row, Some(9), 0));
    assert_eq!(mended.edited, [EditField::Variant]);
    let undone = summary(engine.answer(Ask::Undo));
    assert_eq!((undone.totals.errors, undone.touched), (2, Some(wrong.row)));
    assert_eq!(summary(engine.answer(Ask::Redo)).totals.errors, 1);
}

#[test]
fn only_the_merchants_word_gives_items() {
    let mut engine = opened(FILE);
    engine.answer(Ask::Plan(Limits::default()));
    let confirm = |leave_out_errors, typed| Ask::Confirm { leave_out_errors, typed };
    assert!(matches!(engine.answer(confirm(false, Some(2))), Reply::Unconfirmed));
    assert!(matches!(engine.answer(confirm(true, None)), Reply::Unconfirmed), "guards are tripped");
    let Reply::Confirmed(items) = engine.answer(confirm(true, Some(2))) else { panic!() };
    let sent: Vec<_> = items.iter().map(|i| (i.external_id.as_str(), i.rows.clone())).collect();
    assert_eq!(sent, [("THIEB-001", vec![4]), ("YASSA-002", vec![0])]);
}

#[test]
fn the_shape_follows_reading_and_mapping() {
    let mut engine = opened("a;b\n1;2\n");
    let mut shape = |ask| match engine.answer(ask) {
        Reply::Shape(shape) => *shape,
        reply => panic!("{reply:?}"),
    };
    let read = shape(Ask::Reread(ReadOptions { header: Header::None, ..ReadOptions::default() }));
    assert_eq!(
        (read.rows, read.unusable, read.names),
        (2, Some(Code::NoSkuColumn), vec![String::new(); 2])
    );
    let fields = vec![Field::ExternalId, Field::Amount];
    let mapped = shape(Ask::Map { fields: fields.clone(), default_mode: None });
    assert_eq!(mapped.unusable, Some(Code::NoDefaultMode));
    assert_eq!(shape(Ask::Map { fields, default_mode: Some(Mode::Set) }).unusable, None);
    let picture = shape(Ask::Open(b"\x89PNG\r\n".to_vec()));
    assert_eq!(picture.refusal.map(|r| r.code), Some(Code::Binary));
}

#[test]
fn the_file_of_errors_is_like_its_source() {
    let mut engine = opened(FILE);
    engine.answer(Ask::Plan(Limits::default()));
    let Reply::Faults(faults) = engine.answer(Ask::Faults) else { panic!() };
    let rows = faults.iter().map(|f| (f.row, f.issues[0].code.to_string())).collect();
    let Reply::File(bytes) = engine.answer(Ask::WriteRows(rows)) else { panic!() };
    assert_eq!(
        String::from_utf8(bytes).unwrap(),
        "sku,variant,quantity,delta,error\n\
         THIEB-001,Gran,9,,unknown_variant\nNOPE,,x,,number_invalid\n"
    );
}
