use stockroom_domain::columns::{Field, Locations};
use stockroom_domain::plan::Verdict;
use stockroom_domain::quantity::{Level, Mode};
use stockroom_domain::repair::Damage;
use stockroom_domain::sheet::{Edit, EditField};
use stockroom_domain::stock::{Product, Variant};
use stockroom_domain::table::{Arriving, Delimiter, Encoding, Header};

use super::*;
use crate::{Fill, Filter, GridColumn, Repair, Rounding, RowView, Sentences, Sort};

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

fn say(engine: &mut Engine, ask: Ask) -> Reply {
    engine.answer(ask, &mut ())
}

fn opened(text: &str) -> Engine {
    let mut engine = Engine::new(str::to_owned);
    say(&mut engine, Ask::Open(text.as_bytes().to_vec()));
    let products = vec![
        product("THIEB-001", "Thiéboudienne Royale", 3, &[("Normal", 2), ("Grand", 1)]),
        product("SIM-TEL", "Carte SIM prépayée", 240, &[]),
        product("YASSA-002", "Yassa poulet", 8, &[]),
    ];
    say(&mut engine, Ask::AddStock(products));
    engine
}

fn summary(reply: Reply) -> Summary {
    let Reply::Summary(summary) = reply else { panic!("{reply:?}") };
    summary
}

fn rows(engine: &mut Engine, view: &View) -> Vec<RowView> {
    match say(engine, Ask::Rows { view: view.clone(), start: 0, count: 100 }) {
        Reply::Rows { rows, .. } => rows,
        reply => panic!("{reply:?}"),
    }
}

const FILE: &str = "sku,variant,quantity,delta\n\
    YASSA-002,,,-12\nTHIEB-001,Gran,9,\nSIM-TEL,,240,\nNOPE,,x,\nTHIEB-001,Normal,4,\n";

#[test]
fn windows_filters_search_and_sort() {
    let mut engine = opened(FILE);
    let totals = summary(say(&mut engine, Ask::Plan(None))).totals;
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
    say(&mut engine, Ask::Plan(None));
    let view = View { filter: Filter::Errors, ..View::default() };
    let wrong = rows(&mut engine, &view).remove(0);
    assert_eq!(wrong.issues[0].suggestion.as_deref(), Some("Grand"));
    let text = Some("Grand".to_owned());
    let edit = Edit { row: wrong.row, field: EditField::Variant, text };
    let after = summary(say(&mut engine, Ask::Edit(vec![edit])));
    assert_eq!((after.totals.errors, after.steps), (1, (1, 0)));
    let mended = rows(&mut engine, &view).remove(0);
    assert_eq!((mended.row, mended.after, mended.issues.len()), (wrong.row, Some(9), 0));
    assert_eq!(mended.edited, [EditField::Variant]);
    let undone = summary(say(&mut engine, Ask::Undo));
    assert_eq!((undone.totals.errors, undone.touched), (2, Some(wrong.row)));
    assert_eq!(summary(say(&mut engine, Ask::Redo)).totals.errors, 1);
}

#[test]
fn only_the_merchants_word_gives_items() {
    let mut engine = opened(FILE);
    say(&mut engine, Ask::Plan(None));
    let confirm = |leave_out_errors, typed| Ask::Confirm { leave_out_errors, typed };
    assert!(matches!(say(&mut engine, confirm(false, Some(2))), Reply::Unconfirmed));
    assert!(
        matches!(say(&mut engine, confirm(true, None)), Reply::Unconfirmed),
        "guards are tripped"
    );
    let Reply::Confirmed(items) = say(&mut engine, confirm(true, Some(2))) else { panic!() };
    let sent: Vec<_> = items.iter().map(|i| (i.external_id.as_str(), i.rows.clone())).collect();
    assert_eq!(sent, [("THIEB-001", vec![4]), ("YASSA-002", vec![0])]);
}

#[test]
fn the_shape_follows_reading_and_mapping() {
    let mut engine = opened("a;b\n1;2\n");
    let mut shape = |ask| match say(&mut engine, ask) {
        Reply::Shape(shape) => *shape,
        reply => panic!("{reply:?}"),
    };
    let read = shape(Ask::Reread(ReadOptions { header: Header::None, ..ReadOptions::default() }));
    assert_eq!(
        (read.rows, read.unusable, read.names),
        (2, Some(Code::NoSkuColumn), vec![String::new(); 2])
    );
    let fields = vec![Field::ExternalId, Field::Amount];
    let mapped = shape(Ask::Map {
        fields: fields.clone(),
        default_mode: None,
        locations: Locations::Unchosen,
    });
    assert_eq!(mapped.unusable, Some(Code::NoDefaultMode));
    assert_eq!(
        shape(Ask::Map { fields, default_mode: Some(Mode::Set), locations: Locations::Unchosen })
            .unusable,
        None
    );
    let picture = shape(Ask::Open(b"\x89PNG\r\n".to_vec()));
    assert_eq!(picture.refusal.map(|r| r.code), Some(Code::Binary));
}

#[test]
fn the_file_of_errors_is_like_its_source() {
    let mut engine = opened(FILE);
    say(&mut engine, Ask::Plan(None));
    let sentence = |code: &Code| (*code, format!("{code}: {{text}}."));
    let sentences = Sentences {
        of_codes: Code::ALL.iter().map(sentence).collect(),
        did_you_mean: "{suggestion}?".to_owned(),
    };
    let others = vec![(4, "refused".to_owned()), (0, "not sent".to_owned())];
    let write = Ask::WriteErrors { sentences, others };
    let Reply::File(bytes) = say(&mut engine, write) else { panic!() };
    assert_eq!(
        String::from_utf8(bytes).unwrap(),
        "sku,variant,quantity,delta,error\n\
         YASSA-002,,,-12,not sent\n\
         THIEB-001,Gran,9,,unknown_variant: Gran. Grand?\n\
         NOPE,,x,,number_invalid: x.\n\
         THIEB-001,Normal,4,,refused\n"
    );
}

fn edit(row: u32, field: EditField, text: &str) -> Edit {
    Edit { row, field, text: Some(text.to_owned()) }
}

fn values(engine: &mut Engine) -> Vec<String> {
    rows(engine, &View::default()).into_iter().map(|row| row.value).collect()
}

#[test]
fn a_paste_fills_rows_adds_rows_and_skips_what_cannot_be_typed() {
    let mut engine = opened("sku,quantity\nYASSA-002,1\nSIM-TEL,2\n");
    say(&mut engine, Ask::Plan(None));
    let cells =
        [["SIM-TEL", "a name", "", "set", "7", "beyond"], ["YASSA-002", "", "", "", "8", ""]];
    let cells = cells.map(|row| row.map(str::to_owned).to_vec()).to_vec();
    let paste = Ask::Paste { view: View::default(), start: 1, column: GridColumn::Sku, cells };
    let Reply::Pasted { summary: after, skipped } = say(&mut engine, paste) else { panic!() };
    assert_eq!((after.totals.rows, after.steps, skipped), (3, (1, 0), 3));
    let shown = rows(&mut engine, &View::default());
    let cells: Vec<_> =
        shown.iter().map(|r| (r.line, r.external_id.as_str(), r.is_added)).collect();
    assert_eq!(cells, [(2, "YASSA-002", false), (3, "SIM-TEL", false), (4, "YASSA-002", true)]);
    assert_eq!(values(&mut engine), ["1", "7", "8"]);
    assert_eq!(after.totals.errors, 2, "two sets of one level are in conflict");
    assert_eq!(summary(say(&mut engine, Ask::Undo)).totals.rows, 2);
    assert_eq!(values(&mut engine), ["1", "2"]);
}

#[test]
fn only_rows_that_are_added_join_a_filtered_view() {
    let mut engine = opened(FILE);
    say(&mut engine, Ask::Plan(None));
    let wrong = View { filter: Filter::Errors, ..View::default() };
    let lines =
        |engine: &mut Engine| rows(engine, &wrong).iter().map(|row| row.line).collect::<Vec<_>>();
    assert_eq!(lines(&mut engine), [3, 5]);
    let added = summary(say(&mut engine, Ask::AddRows(2)));
    assert_eq!((lines(&mut engine), added.totals.rows), (vec![3, 5, 7, 8], 7));
    let undone = summary(say(&mut engine, Ask::Undo));
    assert_eq!((lines(&mut engine), undone.totals.rows), (vec![3, 5], 5));
    say(&mut engine, Ask::Edit(vec![edit(3, EditField::Value, "7")]));
    let undone = summary(say(&mut engine, Ask::Undo));
    assert_eq!((undone.touched, undone.place), (Some(3), Some(1)));
}

#[test]
fn a_fill_goes_to_the_rows_of_the_view_and_is_one_step() {
    let mut engine = opened(FILE);
    say(&mut engine, Ask::Plan(None));
    let view = View { filter: Filter::Errors, ..View::default() };
    let fill = |fill| Ask::Fill { view: view.clone(), start: 0, count: 10, fill };
    let text = Fill::Text { field: EditField::Value, text: "=5".to_owned() };
    let after = summary(say(&mut engine, fill(text)));
    assert_eq!(after.steps, (1, 0));
    assert_eq!(values(&mut engine), ["-12", "=5", "240", "=5", "4"]);
    let ask = Ask::Fill {
        view: View::default(),
        start: 0,
        count: 3,
        fill: Fill::Percent { hundredths: -1_000, rounding: Rounding::Nearest },
    };
    say(&mut engine, ask);
    assert_eq!(
        values(&mut engine)[..3],
        ["=7", "=5", "=216"],
        "8 − 10 % is 7.2, no level: left be"
    );
    let down = Fill::Down(GridColumn::Mode, GridColumn::Value);
    say(&mut engine, Ask::Fill { view: View::default(), start: 0, count: 5, fill: down });
    assert_eq!(values(&mut engine), ["=7", "=7", "=7", "=7", "=7"]);
    for _ in 0..3 {
        say(&mut engine, Ask::Undo);
    }
    assert_eq!(values(&mut engine), ["-12", "9", "240", "x", "4"]);
}

#[test]
fn hands_go_on_while_stock_is_read_again() {
    let mut engine = opened(FILE);
    say(&mut engine, Ask::Plan(None));
    let wrong = View { filter: Filter::Errors, ..View::default() };
    let lines = |engine: &mut Engine| {
        rows(engine, &wrong).iter().map(|row| (row.line, row.value.clone())).collect::<Vec<_>>()
    };
    assert_eq!(lines(&mut engine), [(3, "9".into()), (5, "x".into())]);
    say(&mut engine, Ask::NewStock);
    let fresh = |sku: &str, units| product(sku, sku, units, &[]);
    say(&mut engine, Ask::AddStock(vec![fresh("YASSA-002", 20), fresh("NOPE", 1)]));
    let pasted = |start, text: &str| Ask::Paste {
        view: wrong.clone(),
        start,
        column: GridColumn::Value,
        cells: vec![vec![text.to_owned()]],
    };
    let Reply::Pasted { summary: kept, .. } = say(&mut engine, pasted(1, "7")) else { panic!() };
    assert_eq!((kept.totals.rows, kept.products), (5, 3), "the plan is still of the old stock");
    say(&mut engine, Ask::AddStock(vec![fresh("SIM-TEL", 240)]));
    let whole = summary(say(&mut engine, Ask::Plan(None)));
    assert_eq!((whole.products, whole.totals.errors), (3, 2));
    // The page has not shown the rows of the new plan yet: its second row is still line 5.
    let Reply::Pasted { summary: last, .. } = say(&mut engine, pasted(1, "8")) else { panic!() };
    assert_eq!((last.totals.rows, last.touched), (5, Some(3)));
    assert_eq!(lines(&mut engine), [(3, "9".into()), (6, "4".into())]);
    let all = rows(&mut engine, &View::default());
    assert_eq!((all[0].before, all[3].after), (Some(20), Some(8)));
    say(&mut engine, Ask::AddStock(vec![fresh("THIEB-001", 3)]));
    assert_eq!(summary(say(&mut engine, Ask::Plan(None))).products, 4);
}

#[test]
fn a_draft_is_made_again_from_its_steps() {
    let mut engine = opened(FILE);
    say(&mut engine, Ask::Plan(None));
    let mut log = Vec::new();
    let asks = [
        Ask::Edit(vec![edit(1, EditField::Variant, "Grand"), edit(3, EditField::Value, "3")]),
        Ask::AddRows(2),
        Ask::Edit(vec![edit(6, EditField::ExternalId, "SIM-TEL"), edit(6, EditField::Value, "+1")]),
        Ask::Undo,
        Ask::Redo,
    ];
    for ask in asks {
        log.extend(summary(say(&mut engine, ask)).logged);
    }
    let mut again = opened(FILE);
    let made = summary(say(&mut again, Ask::Replay(log)));
    assert_eq!((made.totals.rows, made.steps), (7, (3, 0)));
    say(&mut again, Ask::Plan(None));
    assert_eq!(rows(&mut again, &View::default()), rows(&mut engine, &View::default()));
}

#[test]
fn damaged_skus_are_offered_and_mended_when_asked() {
    let mut engine = opened("sku,quantity\n123,5\nyassa 002,6\n123,5\nNOPE,1\n");
    say(&mut engine, Ask::AddStock(vec![product("000123", "Chargeur", 9, &[])]));
    assert_eq!(summary(say(&mut engine, Ask::Plan(None))).unknown, 4);
    let Reply::Repairs(repairs) = say(&mut engine, Ask::Repairs) else { panic!() };
    let repair = |from: &str, to: &str, name: &str, damage, rows| {
        let [from, to, name] = [from, to, name].map(str::to_owned);
        Repair { from, to, name, damage, rows }
    };
    let offered = [
        repair("123", "000123", "Chargeur", Damage::LeadingZeros, 2),
        repair("yassa 002", "YASSA-002", "Yassa poulet", Damage::Spelling, 1),
    ];
    assert_eq!(repairs, offered);
    let mended = summary(say(&mut engine, Ask::Repair(offered[..1].to_vec())));
    assert_eq!((mended.unknown, mended.steps), (2, (1, 0)));
    assert_eq!(rows(&mut engine, &View::default())[0].external_id, "000123");
}

#[test]
fn products_that_no_row_names_can_be_set_to_zero() {
    let mut engine = opened("sku,quantity\nYASSA-002,\n");
    say(&mut engine, Ask::Plan(None));
    let missing = |search: &str| Ask::Missing { search: search.to_owned() };
    let Reply::Missing { products, levels, units, names } = say(&mut engine, missing("")) else {
        panic!()
    };
    assert_eq!((products, levels, units, names.len()), (2, 4, 243, 2));
    let added = summary(say(&mut engine, Ask::AddMissing { search: "thiebou".to_owned() }));
    assert_eq!((added.totals.rows, added.totals.to_zero), (4, 3));
    let shown = rows(&mut engine, &View::default());
    assert_eq!((shown[2].variant.as_str(), shown[2].value.as_str()), ("Normal", "=0"));
    let undone = summary(say(&mut engine, Ask::Undo)).totals;
    assert_eq!((undone.rows, undone.targets), (1, 0));
}

#[test]
fn products_make_a_worksheet_that_asks_for_nothing_yet() {
    let mut engine = opened("");
    let ask = Ask::OpenProducts(vec!["THIEB-001".to_owned(), "SIM-TEL".to_owned()]);
    let Reply::Shape(shape) = say(&mut engine, ask) else { panic!() };
    assert_eq!((shape.rows, shape.unusable), (4, None));
    let totals = summary(say(&mut engine, Ask::Plan(None))).totals;
    assert_eq!((totals.blank, totals.errors), (4, 0));
    let view = View::default();
    let fill = Fill::Percent { hundredths: 5_000, rounding: Rounding::Up };
    say(&mut engine, Ask::Fill { view: view.clone(), start: 0, count: 4, fill });
    let shown = rows(&mut engine, &view);
    assert_eq!(shown.iter().map(|r| r.after).collect::<Vec<_>>(), [5, 3, 2, 360].map(Some));
    assert!(shown.iter().all(|row| row.verdict != Some(Verdict::Error)));
}

#[test]
fn several_locations_are_chosen_or_added_up() {
    const SHOPIFY: &str = "Handle,Title,Option1 Name,Option1 Value,SKU,Location,On hand (current),On hand (new)\n\
        y,Yassa,Title,Default Title,YASSA-002,Dakar,5,4\n\
        y,Yassa,Title,Default Title,YASSA-002,Thiès,3,2\n\
        t,Thiéb,Taille,Grand,THIEB-001,Dakar,1,not stocked\n";
    let mut engine = opened(SHOPIFY);
    let mut shape = |ask| match say(&mut engine, ask) {
        Reply::Shape(shape) => *shape,
        reply => panic!("{reply:?}"),
    };
    let read = shape(Ask::Reread(ReadOptions::default()));
    assert_eq!(read.layout.map(stockroom_domain::layout::Layout::as_str), Some("Shopify"));
    assert_eq!((read.location_names.len(), read.unusable), (2, Some(Code::LocationUnchosen)));
    let fields = read.fields;
    let map = |locations| Ask::Map { fields: fields.clone(), default_mode: None, locations };
    assert_eq!(shape(map(Locations::Sum)).unusable, None);
    say(&mut engine, Ask::Plan(None));
    let shown = rows(&mut engine, &View::default());
    assert_eq!(
        (shown[0].after, shown[1].after, shown[2].verdict),
        (Some(6), Some(6), Some(Verdict::Blank))
    );
    say(&mut engine, map(Locations::Only("Thiès".to_owned())));
    say(&mut engine, Ask::Plan(None));
    let shown = rows(&mut engine, &View::default());
    assert_eq!((shown[0].verdict, shown[1].after), (Some(Verdict::Blank), Some(2)));
}

#[test]
fn locations_that_are_left_go_with_the_rows_that_they_count_for() {
    let mut engine = opened(
        "sku,location,expected,quantity\nYASSA-002,Dakar,5,2\nYASSA-002,Thies,3,\n\
         SIM-TEL,Dakar,200,x\nSIM-TEL,Thies,40,\n",
    );
    let fields = vec![Field::ExternalId, Field::Location, Field::Expected, Field::Quantity];
    say(&mut engine, Ask::Map { fields, default_mode: None, locations: Locations::Sum });
    say(&mut engine, Ask::Plan(None));
    assert_eq!(rows(&mut engine, &View::default())[0].after, Some(5));
    let confirm = Ask::Confirm { leave_out_errors: true, typed: Some(1) };
    let Reply::Confirmed(items) = say(&mut engine, confirm) else { panic!() };
    assert_eq!(items[0].rows, [0, 1], "refused, both come back");
    let write = Ask::WriteErrors { sentences: Sentences::default(), others: Vec::new() };
    let Reply::File(bytes) = say(&mut engine, write) else { panic!() };
    assert_eq!(
        String::from_utf8(bytes).unwrap(),
        "sku,location,expected,quantity,error\n\
         SIM-TEL,Dakar,200,x,number_invalid\nSIM-TEL,Thies,40,,number_invalid\n"
    );
    // A percentage is of what the row's own location has, not of the sum.
    let fill = Fill::Percent { hundredths: 2_000, rounding: Rounding::Nearest };
    say(&mut engine, Ask::Fill { view: View::default(), start: 0, count: 2, fill });
    assert_eq!(values(&mut engine)[..2], ["=6", "=4"]);
    assert_eq!(rows(&mut engine, &View::default())[0].after, Some(10));
}

#[test]
fn another_encoding_reads_the_file_s_own_bytes_again() {
    let bytes = b"sku;\xc7\xe1\xdf\xe3\xed\xc9\nSIM-TEL;5\n".to_vec();
    let mut engine = Engine::new(str::to_owned);
    let Reply::Shape(shape) = say(&mut engine, Ask::Open(bytes.clone())) else { panic!() };
    assert_eq!(
        (shape.encoding, shape.unusable),
        (Encoding::Windows1252, Some(Code::NoValueColumn))
    );
    let options = ReadOptions { encoding: Some(Encoding::Windows1256), ..ReadOptions::default() };
    assert!(engine.needs_bytes(&Ask::Reread(options)));
    let mut file = Arriving::new(options, bytes.len());
    file.take(bytes.len(), |slot| slot.copy_from_slice(&bytes));
    let reply = engine.open_arrived(file, options, Why::Reread, &mut ());
    let Reply::Shape(shape) = reply else { panic!() };
    assert!(!engine.needs_bytes(&Ask::Reread(options)), "it is read so already");
    assert_eq!((shape.names[1].as_str(), shape.unusable), ("الكمية", None));
}

#[test]
fn a_line_is_found_in_any_view() {
    let mut engine = opened(FILE);
    say(&mut engine, Ask::Plan(None));
    let mut place = |view: View, line| match say(&mut engine, Ask::PlaceOfLine { view, line }) {
        Reply::Place(place) => place,
        reply => panic!("{reply:?}"),
    };
    assert_eq!(place(View::default(), 4), Some(2));
    assert_eq!(place(View { descending: true, ..View::default() }, 6), Some(0));
    assert_eq!(place(View { filter: Filter::Errors, ..View::default() }, 4), Some(0));
    assert_eq!(place(View::default(), 1), None);
}

#[test]
fn a_range_is_copied_as_spreadsheets_take_it() {
    let mut engine = opened(FILE);
    say(&mut engine, Ask::Plan(None));
    let (first, last) = (GridColumn::Sku, GridColumn::Variant);
    let copy = Ask::Copy { view: View::default(), start: 0, count: 2, first, last };
    let wanted = "YASSA-002\tYassa poulet\t\nTHIEB-001\tThiéboudienne Royale\tGran";
    assert_eq!(say(&mut engine, copy), Reply::Text(wanted.to_owned()));
}

#[test]
fn a_sheet_is_read_as_it_is_said_to_be() {
    let text = b"sku,quantity;unit\n000123,5;kg\n000124,6;kg\n".to_vec();
    let mut engine = Engine::new(str::to_owned);
    let options = ReadOptions { delimiter: Some(Delimiter::Comma), ..ReadOptions::default() };
    let Reply::Shape(shape) = say(&mut engine, Ask::OpenAs(text.clone(), options)) else {
        panic!()
    };
    assert_eq!(shape.names, ["sku", "quantity;unit"]);
    assert_eq!(shape.first_rows[0], (2, vec!["000123".to_owned(), "5;kg".to_owned()]));
    assert_eq!(Engine::head(text, options).names, shape.names);
}
