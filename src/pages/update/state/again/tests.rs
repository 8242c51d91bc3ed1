use stockroom_api::bulk::LevelChange;
use stockroom_client::answer::Answer;
use stockroom_client::headers::Headers;
use stockroom_client::item::Item;
use stockroom_client::run::{Event, Levels, Run, Settings};

use super::super::Journal;
use super::super::draft::Origin;
use super::*;

fn change(text: &str) -> Change {
    match text.strip_prefix('=') {
        Some(level) => Change::Set(Level::new(level.parse().unwrap()).unwrap()),
        None => Change::Adjust(Delta::new(text.parse().unwrap()).unwrap()),
    }
}

fn item(sku: &str, text: &str, before: Option<i64>) -> SendItem {
    let before = before.map(|before| Level::new(before).unwrap());
    SendItem {
        external_id: sku.to_owned(),
        name: format!("Name of {sku}"),
        product: Some(ItemChange { change: change(text), before }),
        variants: Vec::new(),
        rows: vec![0],
    }
}

/// A run of these items, answered with this.
fn applied(items: Vec<SendItem>, data: &str) -> Apply {
    let sent = items.iter().map(|item| {
        Item::new(stockroom_api::bulk::BulkItem {
            external_id: item.external_id.clone(),
            quantity_delta: Some(0),
            ..Default::default()
        })
    });
    let mut run = Run::new("run-1", sent.collect(), Settings::default()).unwrap();
    run.handle(Event::Started, 0, &mut || 0.5);
    let body = format!(r#"{{"success":true,"data":{data}}}"#);
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
        is_looking: false,
        twin: None,
        is_back: false,
    }
}

fn rows(made: &Made) -> Vec<&str> {
    made.text.lines().skip(1).collect()
}

const TOLD: &str = r#"{"updated":4,"failed":0,"errors":[],"results":[
    {"externalId":"A","quantity":{"before":10,"after":7,"delta":-3},"variants":[]},
    {"externalId":"B","quantity":{"before":4,"after":20,"delta":16},"variants":[]},
    {"externalId":"C","quantity":{"before":2,"after":0,"delta":-2},"variants":[]},
    {"externalId":"D","quantity":{"before":null,"after":5,"delta":5},"variants":[]}]}"#;

fn four() -> Apply {
    let items = vec![
        item("A", "-3", Some(10)),
        item("B", "=20", Some(5)),
        item("C", "-9", Some(2)),
        item("D", "=5", None),
    ];
    applied(items, TOLD)
}

#[test]
fn an_undo_takes_back_what_was_really_applied() {
    let now = |sku: &str, _: &str| {
        Some(if sku == "A" {
            7
        } else if sku == "B" {
            20
        } else {
            0
        })
    };
    let made = four().rows_again(Again::Undo, now);
    assert_eq!(
        rows(&made),
        [
            "A,Name of A,,adjust,7,,3,",
            // Back to the level that the server had, not the one of the preview.
            "B,Name of B,,set,20,4,,",
            // Two were left to take, so two come back.
            "C,Name of C,,adjust,0,,2,",
        ]
    );
    assert_eq!(made.untracked, [("D".to_owned(), String::new())]);
    assert!(made.moved.is_empty());
}

#[test]
fn what_has_moved_since_is_left_out_unless_the_difference_is_wanted() {
    let now = |sku: &str, _: &str| {
        Some(if sku == "A" {
            6
        } else if sku == "B" {
            18
        } else {
            0
        })
    };
    let apply = four();
    let made = apply.rows_again(Again::Undo, now);
    assert_eq!(rows(&made), ["C,Name of C,,adjust,0,,2,"]);
    assert_eq!(made.moved, [("A".to_owned(), String::new()), ("B".to_owned(), String::new())]);
    let made = apply.rows_again(Again::UndoDifference, now);
    assert_eq!(rows(&made)[..2], ["A,Name of A,,adjust,6,,3,", "B,Name of B,,adjust,18,,-16,"]);
    assert_eq!(apply.again(Again::Undo), 4);
}

#[test]
fn a_level_that_nobody_knows_has_moved() {
    let made = four().rows_again(Again::Undo, |_, _| None);
    assert_eq!((made.rows, made.moved.len()), (0, 3));
}

#[test]
fn refused_rows_come_again_and_stale_ones_as_they_are_wanted() {
    let items =
        vec![item("A", "=12", Some(10)), item("B", "-1", Some(5)), item("C", "+2", Some(1))];
    let data = r#"{"updated":1,"failed":2,"errors":[
        {"externalId":"A","error":"The level is 8.","code":"STALE_QUANTITY","currentQuantity":8},
        {"externalId":"B","error":"Product not found"}]}"#;
    let apply = applied(items, data);
    let again = |again| apply.rows_again(again, |_, _| None);
    assert_eq!(rows(&again(Again::Rest)), ["B,Name of B,,adjust,,,-1,"]);
    assert_eq!(rows(&again(Again::KeepCount)), ["A,Name of A,,set,,12,,"]);
    assert_eq!(rows(&again(Again::KeepDifference)), ["A,Name of A,,adjust,,,2,"]);
    assert_eq!([Again::Rest, Again::KeepCount].map(|one| apply.again(one)), [1, 1]);
}

#[test]
fn without_the_servers_levels_the_previews_are_taken_and_said_to_be() {
    let asked = ItemChange { change: change("-3"), before: Level::new(10).ok() };
    let done = done(&Outcome::Applied(None), "", asked).unwrap();
    assert_eq!((done.before, done.after, done.delta, done.is_told), (Some(10), 7, -3, false));
    let refused = Outcome::Refused(Box::default());
    assert!(!is_stale(&refused));
    let told = Levels {
        quantity: Some(LevelChange { before: Some(9), after: 6, delta: -3 }),
        ..Levels::default()
    };
    let done = super::done(&Outcome::Applied(Some(told)), "", asked).unwrap();
    assert_eq!((done.before, done.is_told), (Some(9), true));
}

#[test]
fn what_nobody_knows_of_is_planned_again_where_the_levels_say_so() {
    let items = vec![
        item("A", "-3", Some(10)),
        item("B", "-3", Some(10)),
        item("C", "-3", Some(10)),
        item("D", "=4", Some(9)),
    ];
    let mut apply = applied(items, r#"{"updated":4,"failed":0,"errors":[]}"#);
    // Sent, and never answered.
    let mut run = Run::new("run-2", apply.run.items().to_vec(), Settings::default()).unwrap();
    run.handle(Event::Started, 0, &mut || 0.5);
    apply.run = run;
    let now = |sku: &str, _: &str| {
        Some(if sku == "A" {
            7
        } else if sku == "B" {
            10
        } else {
            5
        })
    };
    let made = apply.rows_again(Again::Unsettled, now);
    assert_eq!(rows(&made), ["B,Name of B,,adjust,,,-3,", "D,Name of D,,set,,4,,"]);
    assert_eq!(made.moved, [("C".to_owned(), String::new())]);
    let asked = apply.items[0].product.unwrap();
    let says = [Some(7), Some(10), Some(8), None].map(|now| evidence(asked, now));
    let expected = [Evidence::Applied, Evidence::NotApplied, Evidence::Unclear, Evidence::Unclear];
    assert_eq!(says, expected);
}

#[test]
fn what_is_back_already_is_not_taken_back_twice() {
    let now = |sku: &str, _: &str| {
        Some(if sku == "A" {
            10
        } else if sku == "B" {
            4
        } else {
            2
        })
    };
    for again in [Again::Undo, Again::UndoDifference] {
        let made = four().rows_again(again, now);
        assert_eq!((made.rows, made.moved.len()), (0, 0), "{again:?}");
    }
    assert!(Again::UndoDifference.is_settled_by(Again::Undo));
    assert!(!Again::Rest.is_settled_by(Again::Undo));
}
