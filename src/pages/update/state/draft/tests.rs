use stockroom_domain::sheet::EditField;
use stockroom_domain::table::{Delimiter, Remark};
use stockroom_workbook::WorkbookFault;
use stockroom_worksheet::{Filter, LoggedText, Reply, Summary};

use super::super::workbook::WorkbookMsg;
use super::super::{Msg, Trouble};
use super::*;

fn shape() -> Shape {
    Shape { rows: 3, fields: vec![Field::ExternalId, Field::Quantity], ..Shape::default() }
}

fn typed() -> Logged {
    let text = LoggedText { field: EditField::Value, text: Some("=5".into()), runs: vec![(1, 2)] };
    Logged::Edits(vec![text])
}

fn draft() -> Draft {
    let head = Head {
        name: "count.csv".into(),
        step: Step::Review,
        options: ReadOptions { delimiter: Some(Delimiter::Semicolon), ..ReadOptions::default() },
        fields: vec![Field::ExternalId, Field::Amount],
        default_mode: Some(Mode::Set),
        style: Some(Style::Comma),
        reason: Some(Reason::Damaged),
        view: View { filter: Filter::Errors, ..View::default() },
        cursor: Some((4, 2)),
        kept_ms: 1_700_000_000_000,
        ..Head::default()
    };
    Draft { head, steps: vec![typed(), Logged::Undone] }
}

fn shaped(model: &mut Model, shape: Shape) -> Vec<Effect> {
    model.update(Msg::Replied(Reply::Shape(Box::new(shape))))
}

fn replied(model: &mut Model, summary: Summary) -> Vec<Effect> {
    model.update(Msg::Replied(Reply::Summary(summary)))
}

#[test]
fn a_draft_comes_back_as_it_was_left() {
    let mut model = Model::default();
    let effects = model.update(Msg::DraftFound(Box::new(draft())));
    assert!(matches!(effects[..], [Effect::OpenFile]) && model.is_restoring());
    // Found with commas, it is one column: the draft knows better.
    let one = Shape { fields: vec![Field::Ignored], ..shape() };
    let effects = shaped(&mut model, one);
    assert!(
        matches!(effects[..], [Effect::Ask(Ask::Reread(options))] if options == draft().head.options)
    );
    let effects = shaped(&mut model, shape());
    let [Effect::Ask(Ask::Map { fields, .. })] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(fields[1], Field::Amount);
    let effects = shaped(&mut model, shape());
    assert!(matches!(&effects[..], [Effect::Ask(Ask::Replay(steps))] if steps.len() == 2));
    assert!(!model.is_kept(), "nothing is kept before it is back");
    let effects = replied(&mut model, Summary::default());
    assert!(matches!(effects[..], [Effect::TakeStock]));
    assert_eq!(
        (model.step, model.style, model.view.filter),
        (Step::Review, Some(Style::Comma), Filter::Errors)
    );
    assert_eq!(model.reason, Some(Reason::Damaged));
    assert!(matches!(&model.note, Some(Note::Back(source)) if source.name == "count.csv"));
    let effects = model.update(Msg::StockTaken { is_whole: true });
    assert!(matches!(effects[..], [Effect::Ask(Ask::Plan(Some(Style::Comma)))]));
}

#[test]
fn what_is_typed_is_kept_and_the_note_goes() {
    let mut model = Model::default();
    let mut plain = draft();
    plain.head.options = ReadOptions::default();
    plain.steps.clear();
    model.update(Msg::DraftFound(Box::new(plain)));
    shaped(&mut model, shape());
    assert!(matches!(shaped(&mut model, shape())[..], [Effect::TakeStock]));
    let effects = replied(&mut model, Summary { logged: Some(typed()), ..Summary::default() });
    assert!(matches!(&effects[..], [Effect::KeepStep(logged)] if *logged == typed()));
    assert!(model.note.is_none() && model.is_kept());
    let effects = model.update(Msg::StartedOver);
    assert!(matches!(effects[..], [Effect::Forget, Effect::DropDraft]));
}

#[test]
fn a_draft_that_cannot_be_read_is_dropped_and_said() {
    let mut model = Model::default();
    model.update(Msg::DraftFound(Box::new(draft())));
    let refusal = Remark {
        line: 0,
        column: None,
        code: stockroom_domain::code::Code::Binary,
        text: String::new(),
    };
    let effects = shaped(&mut model, Shape { refusal: Some(refusal), ..Shape::default() });
    assert!(matches!(effects[..], [Effect::Forget, Effect::DropDraft]));
    assert_eq!(model.note, Some(Note::Lost));
}

#[test]
fn a_draft_of_a_workbook_that_cannot_be_unpacked_is_dropped_too() {
    let mut model = Model::default();
    model.update(Msg::DraftFound(Box::new(draft())));
    model.update(Msg::Workbook(WorkbookMsg::Found));
    let effects = model.update(Msg::Workbook(WorkbookMsg::Opened(Err(WorkbookFault::Encrypted))));
    assert!(matches!(effects[..], [Effect::Forget, Effect::DropDraft]));
    assert_eq!(model.note, Some(Note::Lost));
}

#[test]
fn a_draft_that_is_not_waited_for_is_set_aside() {
    let mut model = Model::default();
    model.update(Msg::DraftFound(Box::new(draft())));
    let effects = model.update(Msg::WaitingLeft);
    assert!(matches!(effects[..], [Effect::Forget]), "the draft stays: {effects:?}");
    assert!(matches!(&model.note, Some(Note::Aside(source)) if source.kept_ms.is_some()));
    model.update(Msg::DraftFound(Box::new(draft())));
    model.update(Msg::WorkerGone(Trouble::WorkerEnded));
    assert!(matches!(model.note, Some(Note::Aside(_))) && model.trouble.is_some());
}

#[test]
fn a_draft_never_takes_the_place_of_a_worksheet() {
    let mut model = Model::default();
    model.update(Msg::FileChosen { name: "other.csv".into(), bytes: 10 });
    assert!(model.update(Msg::DraftFound(Box::new(draft()))).is_empty());
    assert_eq!(model.name, "other.csv");
}

#[test]
fn products_open_with_their_stock() {
    let mut model = Model::default();
    let effects = model.update(Msg::ProductsChosen(vec!["RIZ-25".into()]));
    assert!(matches!(&effects[..], [Effect::OpenProducts(skus)] if skus == &["RIZ-25"]));
    let effects = shaped(&mut model, shape());
    assert!(matches!(effects[..], [Effect::KeepSource, Effect::TakeStock]));
    assert_eq!((model.step, model.origin), (Step::Review, Origin::Products));
}

#[test]
fn a_draft_is_kept_in_this_form() {
    // What is on merchants' disks: where this changes, raise `FORMAT`.
    let head = encode(&draft().head);
    let hex = |bytes: &[u8]| {
        let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect::<String>()
    };
    assert_eq!(hex(&head), HEAD);
    assert_eq!(hex(&encode(&draft().steps[0])), "0200010201023d35010102");
    assert_eq!(decode::<Head>(&head), Some(draft().head));
    assert_eq!(decode::<Head>(&[FORMAT + 1, 0]), None);
}

const HEAD: &str =
    "0209636f756e742e63737600020001010000020005010000010101040100000001040280d095ffbc31";
