use stockroom_client::answer::Answer;
use stockroom_client::headers::Headers;
use stockroom_client::run::Event;
use stockroom_domain::code::Code;
use stockroom_domain::columns::Field;
use stockroom_domain::plan::{Guard, GuardCode, ItemChange, Totals};
use stockroom_domain::quantity::{Change, Delta, Level};
use stockroom_domain::table::Remark;

use super::drift::Drift;
use super::*;
use stockroom_worksheet::SendItem;

fn opened(shape: Shape) -> (Model, Vec<Effect>) {
    let mut model = Model::default();
    let effects = model.update(Msg::FileChosen { name: "count.csv".into(), bytes: 10 });
    assert!(matches!(effects[..], [Effect::OpenFile]));
    let effects = model.update(Msg::Replied(Reply::Shape(Box::new(shape))));
    (model, effects)
}

fn usable() -> Shape {
    Shape { rows: 3, fields: vec![Field::ExternalId, Field::Quantity], ..Shape::default() }
}

fn summary(targets: usize, guards: Vec<Guard>) -> Reply {
    Reply::Summary(Summary {
        totals: Totals { targets, ..Totals::default() },
        guards,
        ..Summary::default()
    })
}

fn send_item() -> SendItem {
    let set = |units| Change::Set(Level::new(units).unwrap());
    let product = Some(ItemChange { change: set(50), before: Level::new(3).ok() });
    let adjust = Change::Adjust(Delta::new(-2).unwrap());
    let variants = vec![
        ("Grand".to_owned(), ItemChange { change: adjust, before: Level::new(1).ok() }),
        ("Normal".to_owned(), ItemChange { change: set(4), before: None }),
    ];
    let external_id = "THIEB-001".to_owned();
    SendItem { external_id, name: "Thiéboudienne".to_owned(), product, variants, rows: vec![0, 2] }
}

/// Nobody applied the changes of this run before.
fn alone(run: &str) -> Msg {
    Msg::Run(RunMsg::TwinFound { run: run.to_owned(), twin: None, now_ms: 0 })
}

#[test]
fn a_file_that_says_everything_goes_straight_to_review() {
    let (model, effects) = opened(usable());
    assert_eq!(model.step, Step::Review);
    assert!(matches!(effects[..], [Effect::KeepSource, Effect::TakeStock]));
}

#[test]
fn a_file_that_needs_mapping_stops_at_columns_until_it_is_usable() {
    let shape = Shape { unusable: Some(Code::NoSkuColumn), ..usable() };
    let (mut model, effects) = opened(shape);
    assert_eq!(model.step, Step::Columns);
    assert!(matches!(effects[..], [Effect::KeepSource]));
    assert!(model.update(Msg::ColumnsConfirmed).is_empty());
    let effects = model.update(Msg::ColumnAssigned(1, Field::ExternalId));
    let [Effect::Ask(Ask::Map { fields, .. })] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(fields[..], [Field::Ignored, Field::ExternalId]);
    model.update(Msg::Replied(Reply::Shape(Box::new(usable()))));
    assert_eq!(model.step, Step::Columns);
    assert!(matches!(model.update(Msg::ColumnsConfirmed)[..], [Effect::TakeStock]));
}

#[test]
fn a_refused_file_stays_at_the_source() {
    let refusal = Remark { line: 0, column: None, code: Code::Binary, text: String::new() };
    let (model, effects) = opened(Shape { refusal: Some(refusal), ..Shape::default() });
    assert_eq!((model.step, effects.len(), model.is_busy), (Step::Source, 0, false));
    let mut model = Model::default();
    let effects = model.update(Msg::FileChosen { name: "x".into(), bytes: 300 << 20 });
    assert!(effects.is_empty() && matches!(model.trouble, Some(Trouble::TooLarge { .. })));
}

#[test]
fn guards_ask_for_the_number_and_nothing_else_does() {
    let (mut model, _) = opened(usable());
    assert!(model.update(Msg::ApplyPressed).is_empty());
    model.update(Msg::Replied(summary(2, Vec::new())));
    assert!(model.update(Msg::ApplyPressed).is_empty(), "not before the whole stock is read");
    model.update(Msg::StockTaken { is_whole: true });
    let guard = Guard { code: GuardCode::UnitsLost, value: 91, limit: 20 };
    model.update(Msg::Replied(summary(2, vec![guard])));
    assert!(model.update(Msg::ApplyPressed).is_empty() && model.is_confirming);
    let effects = model.update(Msg::NumberTyped(2));
    assert!(matches!(effects[..], [Effect::Ask(Ask::Confirm { typed: Some(2), .. })]));
    model.update(Msg::Replied(summary(2, Vec::new())));
    let effects = model.update(Msg::ApplyPressed);
    assert!(matches!(effects[..], [Effect::Ask(Ask::Confirm { typed: None, .. })]));
}

#[test]
fn a_run_goes_out_and_comes_back() {
    let (mut model, _) = opened(usable());
    model.update(Msg::Replied(summary(1, Vec::new())));
    let made = Msg::Run(RunMsg::Made {
        items: vec![send_item()],
        id: "run-1".into(),
        has_extras: true,
        budget: None,
        now_ms: 0,
    });
    assert!(matches!(model.update(made)[..], [Effect::LookForTwin(_)]));
    assert!(
        matches!(model.update(alone("run-1"))[..], [Effect::BeginRun]),
        "nothing leaves before"
    );
    assert_eq!(model.step, Step::Apply);
    let effects = model.update(Msg::Run(RunMsg::Kept { fault: None, now_ms: 0 }));
    let [Effect::DropDraft, Effect::Journal(entry), Effect::Send(request)] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert!(entry.batches.contains_key(&request.batch));
    assert_eq!(
        request.body,
        concat!(
            r#"{"items":[{"externalId":"THIEB-001","mode":"set","quantity":50,"expectedQuantity":3,"#,
            r#""variants":[{"label":"Grand","mode":"adjust","quantityDelta":-2},"#,
            r#"{"label":"Normal","mode":"set","quantity":4}]}]}"#
        )
    );
    let body = r#"{"success":true,"data":{"updated":0,"failed":1,"errors":[{"externalId":"THIEB-001","error":"Product not found"}]}}"#;
    let answer = Answer { status: 200, headers: Headers::default(), body: body.to_owned() };
    let event = answered(request.batch, Some(answer));
    let effects = model.update(Msg::Run(RunMsg::Told { event, now_ms: 5, jitter: 0.5 }));
    assert!(matches!(
        effects[..],
        [Effect::Journal(_), Effect::CloseRun, Effect::RefreshStock, Effect::DropDraft]
    ));
    assert_eq!((model.step, model.has_rest()), (Step::Result, true));
    assert!(matches!(&model.update(Msg::ErrorsAsked)[..], [Effect::WriteErrors]));
    let effects = model.update(Msg::Replied(Reply::File(vec![1])));
    assert!(matches!(&effects[..], [Effect::Save { name, .. }] if name == "count-not-applied.csv"));
}

#[test]
fn apply_pressed_twice_is_one_run() {
    let (mut model, _) = opened(usable());
    model.update(Msg::Replied(summary(1, Vec::new())));
    model.update(Msg::StockTaken { is_whole: true });
    let made = |id: &str| {
        Msg::Run(RunMsg::Made {
            items: vec![send_item()],
            id: id.to_owned(),
            has_extras: true,
            budget: None,
            now_ms: 0,
        })
    };
    let confirmed = || Msg::Replied(Reply::Confirmed(vec![send_item()]));
    model.update(Msg::ApplyPressed);
    model.update(Msg::ApplyPressed);
    assert!(matches!(model.update(confirmed())[..], [Effect::CheckDrift(_)]));
    assert!(model.update(confirmed()).is_empty(), "it is looked already");
    let still = Drift { items: vec![send_item()], moved: Vec::new() };
    let checked = Msg::Run(RunMsg::DriftChecked(still));
    assert!(matches!(model.update(checked.clone())[..], [Effect::MakeRun(_)]));
    assert!(model.update(checked).is_empty());
    assert!(matches!(model.update(made("run-1"))[..], [Effect::LookForTwin(_)]));
    model.update(alone("run-1"));
    assert!(model.update(confirmed()).is_empty());
    assert!(model.update(made("run-2")).is_empty());
    let kept = Msg::Run(RunMsg::Kept { fault: None, now_ms: 0 });
    assert_eq!(model.update(kept.clone()).len(), 3);
    assert!(model.update(kept).is_empty(), "begun once");
    assert_eq!(model.apply.as_ref().map(|apply| apply.run.id()), Some("run-1"));
}

#[test]
fn a_plan_that_changed_under_the_typed_number_asks_again() {
    let (mut model, _) = opened(usable());
    let guard = Guard { code: GuardCode::UnitsLost, value: 90, limit: 20 };
    model.update(Msg::Replied(summary(3, vec![guard])));
    model.update(Msg::StockTaken { is_whole: true });
    model.update(Msg::ApplyPressed);
    model.update(Msg::NumberTyped(2));
    assert!(!model.is_confirming);
    assert!(model.update(Msg::Replied(Reply::Unconfirmed)).is_empty());
    assert!(model.is_confirming);
}

#[test]
fn a_file_that_is_gone_is_said_and_its_draft_stays() {
    let (mut model, _) = opened(usable());
    let effects = model.update(Msg::Replied(Reply::Unreadable));
    assert!(matches!(effects[..], [Effect::Forget]));
    assert_eq!((model.step, model.trouble), (Step::Source, Some(Trouble::Unreadable)));
    let kept = model.note.clone();
    assert!(matches!(kept, Some(draft::Note::Aside(_))));
    model.update(Msg::WorkerGone(Trouble::WorkerEnded));
    assert_eq!(model.note, kept, "what lies aside is still said");
}

#[test]
fn two_columns_may_be_options_and_only_one_the_sku() {
    let (mut model, _) = opened(Shape {
        fields: vec![Field::Option, Field::Ignored, Field::ExternalId],
        ..usable()
    });
    model.update(Msg::ColumnAssigned(1, Field::Option));
    assert_eq!(model.shape.fields, [Field::Option, Field::Option, Field::ExternalId]);
    model.update(Msg::ColumnAssigned(0, Field::ExternalId));
    assert_eq!(model.shape.fields, [Field::ExternalId, Field::Option, Field::Ignored]);
}

#[test]
fn a_worker_that_ends_costs_the_worksheet_and_not_the_run() {
    let (mut model, _) = opened(usable());
    model.update(Msg::WorkerGone(Trouble::WorkerEnded));
    assert_eq!((model.step, model.trouble), (Step::Source, Some(Trouble::WorkerEnded)));
    let (mut model, _) = opened(usable());
    let made = Msg::Run(RunMsg::Made {
        items: vec![send_item()],
        id: "run-1".into(),
        has_extras: false,
        budget: None,
        now_ms: 0,
    });
    model.update(made);
    model.update(Msg::WorkerGone(Trouble::WorkerEnded));
    assert_eq!(model.step, Step::Apply);
}

/// A run that waits for its journal.
fn ready() -> Model {
    let (mut model, _) = opened(usable());
    model.update(Msg::Replied(summary(1, Vec::new())));
    let items = vec![send_item()];
    model.update(Msg::Run(RunMsg::Made {
        items,
        id: "run-1".into(),
        has_extras: true,
        budget: None,
        now_ms: 7,
    }));
    model
}

fn journal(model: &Model) -> Option<Journal> {
    model.apply.as_ref().map(|apply| apply.journal)
}

#[test]
fn where_nothing_can_be_kept_the_merchant_decides_before_anything_leaves() {
    let refused = || Msg::Run(RunMsg::Kept { fault: Some(Unkept::Full), now_ms: 8 });
    let mut model = ready();
    assert!(model.update(refused()).is_empty());
    assert_eq!(journal(&model), Some(Journal::Refused(Unkept::Full)));
    assert!(!model.is_sending());
    assert!(model.update(Msg::Run(RunMsg::Anyway { is_wanted: false, now_ms: 9 })).is_empty());
    assert_eq!((model.step, model.apply.is_none()), (Step::Review, true));

    let mut model = ready();
    model.update(refused());
    let effects = model.update(Msg::Run(RunMsg::Anyway { is_wanted: true, now_ms: 9 }));
    assert!(matches!(effects[..], [Effect::Send(_)]), "without a journal, with its draft");
    assert!(model.is_sending());
}

#[test]
fn a_journal_that_ends_pauses_the_run() {
    let mut model = ready();
    model.update(Msg::Run(RunMsg::Kept { fault: None, now_ms: 8 }));
    let effects = model.update(Msg::Run(RunMsg::Unkept { fault: Unkept::Full, now_ms: 9 }));
    assert!(effects.is_empty());
    assert_eq!(journal(&model), Some(Journal::Lost(Unkept::Full)));
    let phase = |model: &Model| model.apply.as_ref().map(|apply| apply.run.phase().clone());
    assert_eq!(phase(&model), Some(Phase::Paused));
}

#[test]
fn a_run_comes_back_from_its_journal_and_goes_on_under_the_same_key() {
    let mut model = ready();
    let base = model.apply.as_ref().unwrap().base();
    let effects = model.update(Msg::Run(RunMsg::Kept { fault: None, now_ms: 8 }));
    let [_, Effect::Journal(entry), Effect::Send(sent)] = &effects[..] else {
        panic!("{effects:?}")
    };
    let record = record::Record::from_bytes(&model.apply.as_ref().unwrap().record().to_bytes());
    let record = record.unwrap();
    assert_eq!((record.unknown, record.items(), record.is_open()), (1, 1, true));

    let entries = [record::entry_bytes(std::slice::from_ref(entry))];
    let found = record::KeptRun::read(record, &base, &entries).unwrap();
    assert_eq!(found.next, 1);
    let (mut model, _) = opened(usable());
    let effects = model.update(Msg::Run(RunMsg::Found(Box::new(found))));
    assert!(matches!(effects[..], [Effect::Forget]));
    assert_eq!((model.step, model.is_sending()), (Step::Apply, false));
    assert!(matches!(model.note, Some(draft::Note::Aside(_))), "the worksheet lies aside");
    let event = Event::ResumeAsked;
    let effects = model.update(Msg::Run(RunMsg::Told { event, now_ms: 9, jitter: 0.5 }));
    let [Effect::Journal(_), Effect::Send(again)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((&again.headers, &again.body), (&sent.headers, &sent.body), "byte for byte");
}

#[test]
fn a_run_that_was_kept_and_not_begun_begins_when_it_is_wanted() {
    let apply = ready().apply.unwrap();
    let found = record::KeptRun::read(apply.record(), &apply.base(), &[]).unwrap();
    let mut model = Model::default();
    model.update(Msg::Run(RunMsg::Found(Box::new(found))));
    assert_eq!(model.step, Step::Apply);
    let event = Event::ResumeAsked;
    let effects = model.update(Msg::Run(RunMsg::Told { event, now_ms: 9, jitter: 0.5 }));
    assert!(matches!(effects[..], [Effect::Journal(_), Effect::Send(_)]));
}

#[test]
fn a_run_that_another_tab_took_is_left_to_it() {
    let mut model = ready();
    model.update(Msg::Run(RunMsg::Kept { fault: None, now_ms: 8 }));
    let record = model.apply.as_ref().unwrap().record();
    let effects = model.update(Msg::Run(RunMsg::Elsewhere(record.clone())));
    assert!(matches!(effects[..], [Effect::Forget]));
    assert_eq!((model.step, model.apply.is_none()), (Step::Source, true));
    assert_eq!(model.note, Some(draft::Note::RunElsewhere(record)));
    let late = Event::Failed { batch: 0 };
    assert!(
        model.update(Msg::Run(RunMsg::Told { event: late, now_ms: 9, jitter: 0.5 })).is_empty()
    );
}

#[test]
fn levels_that_moved_are_settled_before_a_run_is_made() {
    let (mut model, _) = opened(usable());
    model.update(Msg::Replied(summary(1, Vec::new())));
    let mut check = |now: i64| {
        model.update(Msg::Replied(Reply::Confirmed(vec![send_item()])));
        let drift = Drift::of(vec![send_item()], |_, label| label.is_empty().then_some(now));
        (model.update(Msg::Run(RunMsg::DriftChecked(drift))), model.clone())
    };
    assert!(matches!(check(3).0[..], [Effect::MakeRun(_)]), "nothing moved");
    let (effects, mut asked) = check(2);
    assert!(effects.is_empty() && asked.drift.is_some());
    let back = asked.update(Msg::Run(RunMsg::DriftAnswered(false)));
    assert!(matches!(back[..], [Effect::TakeStock]));
    let (_, mut asked) = check(2);
    asked.update(Msg::Run(RunMsg::KeepChosen { row: None, keep: drift::Keep::Difference }));
    let effects = asked.update(Msg::Run(RunMsg::DriftAnswered(true)));
    let [Effect::MakeRun(items)] = &effects[..] else { panic!("{effects:?}") };
    let product = items[0].product.unwrap();
    // 3 was to become 50: 47 more than it has now.
    assert_eq!((product.change.value(), product.before.map(Level::get)), (47, Some(2)));
}

#[test]
fn a_run_that_has_not_begun_is_stopped_before_it_does() {
    let mut model = ready();
    let stop = Msg::Run(RunMsg::Told { event: Event::StopAsked, now_ms: 8, jitter: 0.5 });
    assert!(matches!(model.update(stop)[..], [Effect::DropRun]));
    assert_eq!((model.step, model.apply.is_none()), (Step::Review, true));
    // What was awaited comes too late to begin it.
    assert!(model.update(alone("run-1")).is_empty());
    assert!(model.update(Msg::Run(RunMsg::Kept { fault: None, now_ms: 9 })).is_empty());
}

#[test]
fn a_run_that_goes_on_without_its_journal_leaves_none_that_knows_less() {
    let mut model = ready();
    let effects = model.update(Msg::Run(RunMsg::Kept { fault: None, now_ms: 8 }));
    let [_, _, Effect::Send(sent)] = &effects[..] else { panic!("{effects:?}") };
    let batch = sent.batch;
    model.update(Msg::Run(RunMsg::Unkept { fault: Unkept::Full, now_ms: 9 }));
    let failed = Event::Failed { batch };
    assert!(
        model.update(Msg::Run(RunMsg::Told { event: failed, now_ms: 9, jitter: 0.0 })).is_empty()
    );
    let event = Event::ResumeAsked;
    let effects = model.update(Msg::Run(RunMsg::Told { event, now_ms: 10, jitter: 0.5 }));
    assert!(
        matches!(&effects[..], [Effect::DropRun, Effect::Send(again)] if again.body == sent.body)
    );
}

#[test]
fn a_run_of_before_asks_for_the_servers_time_and_sends_nothing_whose_key_is_gone() {
    for (minutes, is_sent) in [(5, true), (30 * 60, false)] {
        let mut model = ready();
        let there = 1_795_444_593_000;
        let told = |server_ms| {
            let event = Event::DateTold { server_ms };
            Msg::Run(RunMsg::Told { event, now_ms: 9, jitter: 0.5 })
        };
        assert!(model.update(told(Some(there))).is_empty(), "before it begins");
        let base = model.apply.as_ref().unwrap().base();
        let effects = model.update(Msg::Run(RunMsg::Kept { fault: None, now_ms: 8 }));
        let [_, Effect::Journal(entry), _] = &effects[..] else { panic!("{effects:?}") };
        let record = model.apply.as_ref().unwrap().record();
        let found = record::KeptRun::read(
            record,
            &base,
            &[record::entry_bytes(std::slice::from_ref(entry))],
        )
        .unwrap();
        let mut model = Model::default();
        model.update(Msg::Run(RunMsg::Found(Box::new(found))));
        let effects = model.update(Msg::Run(RunMsg::ResumePressed { now_ms: 9 }));
        assert!(matches!(effects[..], [Effect::Journal(_), Effect::AskDate]), "{effects:?}");
        let effects = model.update(told(Some(there + minutes * 60_000)));
        let sends = effects.iter().any(|effect| matches!(effect, Effect::Send(_)));
        assert_eq!(sends, is_sent, "{effects:?}");
        assert_eq!(model.step, if is_sent { Step::Apply } else { Step::Result });
    }
}
