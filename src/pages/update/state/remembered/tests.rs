use stockroom_domain::code::Code;
use stockroom_domain::table::Encoding;
use stockroom_worksheet::Reply;

use super::*;
use crate::pages::update::state::{Msg, Step};

fn shape(names: &[&str], fields: &[Field]) -> Shape {
    let is_usable = fields.contains(&Field::ExternalId) && fields.iter().any(|f| f.is_value());
    Shape {
        rows: 3,
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        fields: fields.to_vec(),
        unusable: (!is_usable).then_some(Code::NoSkuColumn),
        ..Shape::default()
    }
}

fn unknown() -> Shape {
    shape(&["Artikel", "Zahl"], &[Field::Ignored, Field::Ignored])
}

fn known() -> Shape {
    shape(&["Artikel", "Zahl"], &[Field::ExternalId, Field::Quantity])
}

/// Opens a file, with what is remembered of its header.
fn opened(memory: &Memory, shape: Shape) -> (Model, Vec<Effect>) {
    let mut model = Model::default();
    model.update(Msg::FileChosen { name: "count.csv".into(), bytes: 10 });
    assert!(model.awaits_first_shape());
    if let Some(found) = memory.find(&shape) {
        model.update(Msg::Recalled(found.clone()));
    }
    let effects = answer(&mut model, shape);
    (model, effects)
}

fn answer(model: &mut Model, shape: Shape) -> Vec<Effect> {
    model.update(Msg::Replied(Reply::Shape(Box::new(shape))))
}

/// Maps the unknown columns by hand and returns what is remembered then.
fn mapped_by_hand() -> Memory {
    let (mut model, effects) = opened(&Memory::default(), unknown());
    assert!(matches!(effects[..], [Effect::KeepSource]) && model.step == Step::Columns);
    model.update(Msg::ColumnAssigned(0, Field::ExternalId));
    model.update(Msg::ColumnAssigned(1, Field::Quantity));
    answer(&mut model, known());
    let effects = model.update(Msg::ColumnsConfirmed);
    let [Effect::Remember(said), Effect::TakeStock] = &effects[..] else { panic!("{effects:?}") };
    let mut memory = Memory::default();
    memory.keep(said.clone());
    Memory::from_text(&memory.to_text())
}

#[test]
fn what_was_said_by_hand_is_done_for_the_next_file_with_the_header() {
    let memory = mapped_by_hand();
    let other_case = shape(&["ARTIKEL", " zahl"], &[Field::Ignored, Field::Ignored]);
    let (mut model, effects) = opened(&memory, other_case);
    let [Effect::Ask(Ask::Map { fields, .. })] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(fields[..], [Field::ExternalId, Field::Quantity]);
    assert!(!model.awaits_first_shape(), "it is asked for once");
    assert!(matches!(answer(&mut model, known())[..], [Effect::KeepSource, Effect::TakeStock]));
    assert!(model.recall.is_applied && model.step == Step::Review);

    let (model, effects) = opened(&memory, shape(&["Artikel", "Preis"], &[Field::Ignored; 2]));
    assert!(matches!(effects[..], [Effect::KeepSource]));
    assert!(!model.recall.is_applied, "another header is another file");
}

#[test]
fn an_encoding_chosen_by_hand_comes_before_the_columns() {
    let wrong = shape(&["sku", "ÇáßãíÉ"], &[Field::ExternalId, Field::Ignored]);
    let right = shape(&["sku", "الكمية"], &[Field::ExternalId, Field::Quantity]);
    let (mut model, _) = opened(&Memory::default(), wrong.clone());
    let options = ReadOptions { encoding: Some(Encoding::Windows1256), ..ReadOptions::default() };
    model.update(Msg::ReadingChosen(options));
    answer(&mut model, right.clone());
    let effects = model.update(Msg::ColumnsConfirmed);
    let [Effect::Remember(said), _] = &effects[..] else { panic!("{effects:?}") };
    let mut memory = Memory::default();
    memory.keep(said.clone());

    let (mut model, effects) = opened(&memory, wrong);
    assert!(matches!(effects[..], [Effect::Ask(Ask::Reread(asked))] if asked == options));
    assert!(matches!(answer(&mut model, right)[..], [Effect::KeepSource, Effect::TakeStock]));
    assert!(model.recall.is_applied);
}

#[test]
fn a_location_that_is_no_longer_in_the_file_is_asked_again() {
    let said = Remembered {
        names: vec!["artikel".into(), "zahl".into()],
        fields: known().fields,
        locations: Locations::Only("Dakar".into()),
        ..Remembered::default()
    };
    let mut memory = Memory::default();
    memory.keep(said);
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let with = |location_names: &[&str], locations: Locations| Shape {
        location_names: names(location_names),
        unusable: (locations == Locations::Unchosen).then_some(Code::LocationUnchosen),
        locations,
        ..known()
    };
    let dakar = || Locations::Only("Dakar".into());
    let (mut model, _) = opened(&memory, with(&["Dakar", "Thiès"], Locations::Unchosen));
    let effects = answer(&mut model, with(&["Dakar", "Thiès"], dakar()));
    assert!(matches!(effects[..], [Effect::KeepSource, Effect::TakeStock]));

    let (mut model, _) = opened(&memory, with(&["Kaolack", "Thiès"], Locations::Unchosen));
    let effects = answer(&mut model, with(&["Kaolack", "Thiès"], dakar()));
    let [Effect::Ask(Ask::Map { locations, .. })] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(*locations, Locations::Unchosen);
    answer(&mut model, with(&["Kaolack", "Thiès"], Locations::Unchosen));
    assert_eq!(model.step, Step::Columns);
}

#[test]
fn columns_said_by_hand_outlast_another_reading() {
    let (mut model, _) = opened(&Memory::default(), unknown());
    model.update(Msg::ColumnAssigned(0, Field::ExternalId));
    let options = ReadOptions { encoding: Some(Encoding::MacRoman), ..ReadOptions::default() };
    model.update(Msg::ReadingChosen(options));
    let effects = answer(&mut model, unknown());
    let [Effect::Ask(Ask::Map { fields, .. })] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(fields[..], [Field::ExternalId, Field::Ignored]);
}

#[test]
fn fifty_headers_are_kept_the_oldest_goes_first() {
    let mut memory = Memory::default();
    for n in 0..60 {
        memory.keep(Remembered { names: vec![format!("c{n}")], ..Remembered::default() });
    }
    memory.keep(Remembered { names: vec!["c30".into()], ..Remembered::default() });
    assert_eq!(memory.len(), 50);
    let find = |name: &str| memory.find(&shape(&[name], &[Field::Ignored])).is_some();
    assert!(find("C 30") && find("c59") && !find("c9"));
    assert!(Memory::from_text("{}").is_empty());
}
