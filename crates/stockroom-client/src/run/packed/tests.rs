use stockroom_api::ErrorCode;
use stockroom_api::bulk::{BulkItem, ItemError, LevelChange, VariantChange};

use super::*;
use crate::answer::{Answer, Fault, Origin};
use crate::headers::Headers;
use crate::item::{read_items, write_items};
use crate::run::{Command, End, Event, Halt, Levels, Outcome};

fn items(count: usize) -> Vec<Item> {
    let item = |n| BulkItem {
        external_id: format!("SKU-{n:04}"),
        quantity_delta: Some(-1),
        ..BulkItem::default()
    };
    (0..count).map(|n| Item::new(item(n))).collect()
}

/// Returns a run and the entries of its life so far: a request answered, one refused by a limit.
fn story() -> (Run, Run, Vec<Entry>) {
    let settings = Settings { in_flight: 2, representation: true, ..Settings::default() };
    let mut items = items(500);
    items.reverse();
    let labels = Labels { reason: Some("count".into()), fingerprint: None };
    let base = Run::new("run-7f3a", items, settings).unwrap().labelled(labels);
    let (mut run, mut entries) = (base.clone(), Vec::new());
    let mut tell = |event, now_ms| {
        for command in run.handle(event, now_ms, &mut || 0.5) {
            if let Command::Save(entry) = command {
                entries.push(entry);
            }
        }
    };
    tell(Event::Started, 1_795_444_593_000);
    let data = r#"{"data":{"updated":199,"failed":1,"errors":[{"externalId":"SKU-0003","error":"no",
        "code":"STALE_QUANTITY","path":"items[3]","currentQuantity":-4}],"results":[
        {"externalId":"SKU-0000","quantity":{"before":null,"after":0,"delta":0},"variants":[
        {"label":"Grand","variantId":"v","before":7,"after":3,"delta":-4}]}]}}"#;
    let headers = [
        ("Date", "Mon, 23 Nov 2026 14:36:33 GMT"),
        ("X-RateLimit-Limit", "30"),
        ("X-RateLimit-Remaining", "12"),
        ("X-RateLimit-Day-Limit", "500"),
        ("X-RateLimit-Day-Remaining", "438"),
    ];
    let answer = |status, body: &str| Answer {
        status,
        headers: Headers::new(headers),
        body: body.to_owned(),
    };
    tell(Event::Answered { batch: 0, answer: answer(200, data) }, 1_795_444_594_000);
    tell(Event::Failed { batch: 1 }, 1_795_444_595_000);
    let refused = r#"{"success":false,"error":{"code":"INVALID_API_KEY","message":"No such key"}}"#;
    tell(Event::Answered { batch: 2, answer: answer(401, refused) }, 1_795_444_596_000);
    (base, run, entries)
}

fn written(run: &Run) -> Vec<u8> {
    let mut writer = Writer::default();
    write_items(run.items(), &mut writer);
    run.write(&mut writer);
    writer.into_bytes()
}

fn read(bytes: &[u8]) -> Option<Run> {
    let mut reader = Reader::new(bytes);
    let items = read_items(&mut reader)?;
    Run::read(&mut reader, items).filter(|_| reader.is_done())
}

fn entry_of(bytes: &[u8]) -> Option<Entry> {
    let mut reader = Reader::new(bytes);
    Entry::read(&mut reader).filter(|_| reader.is_done())
}

fn bytes_of(entry: &Entry) -> Vec<u8> {
    let mut writer = Writer::default();
    entry.write(&mut writer);
    writer.into_bytes()
}

#[test]
fn a_run_and_its_entries_come_back_as_they_were() {
    let (base, run, entries) = story();
    assert!(entries.len() >= 4, "{entries:?}");
    for entry in &entries {
        assert_eq!(entry_of(&bytes_of(entry)).as_ref(), Some(entry));
    }
    for run in [&base, &run] {
        let back = read(&written(run)).unwrap();
        assert_eq!(written(&back), written(run));
        assert_eq!((back.summary(), back.outcomes()), (run.summary(), run.outcomes()));
        assert_eq!(back.labels(), run.labels());
        let batches = |run: &Run| run.open_batches().cloned().collect::<Vec<_>>();
        assert_eq!(batches(&back), batches(run));
    }
    let back = Run::restore(read(&written(&base)).unwrap(), entries);
    assert_eq!((back.summary().applied, back.summary().refused), (199, 1));
    let levels = back.outcomes().iter().find_map(|outcome| match outcome {
        Outcome::Applied(levels) => levels.clone(),
        _ => None,
    });
    let change = VariantChange {
        label: "Grand".into(),
        variant_id: "v".into(),
        before: Some(7),
        after: 3,
        delta: -4,
    };
    let quantity = Some(LevelChange::default());
    assert_eq!(levels, Some(Levels { quantity, variants: vec![change] }));
}

#[test]
fn every_field_of_an_entry_comes_back() {
    let fault = Fault {
        status: 401,
        code: Some(ErrorCode::Unknown("NEW".into())),
        message: Some("no".into()),
        path: None,
        current_quantity: Some(i64::MIN),
        from: Origin::Api,
    };
    let refused = ItemError { external_id: "É".into(), error: "?".into(), ..ItemError::default() };
    let odd = LevelChange { before: Some(i64::MAX), after: i64::MIN, delta: 3 };
    let entry = Entry {
        closed: vec![7, 0, u32::MAX],
        outcomes: vec![
            (9, Outcome::Unknown),
            (0, Outcome::NotSent),
            (1, Outcome::Applied(None)),
            (usize::MAX >> 1, Outcome::Applied(Some(Levels::default()))),
            (2, Outcome::Applied(Some(Levels { quantity: Some(odd), variants: Vec::new() }))),
            (3, Outcome::Refused(Box::new(refused))),
        ],
        phase: Some(Phase::Ended(End::Halted(Halt::Denied(fault)))),
        items: vec![(4, items(1).remove(0)), (5, Item::new(BulkItem::default()))],
        pace: Some(Box::default()),
        server_ms: Some(u64::MAX),
        ..Entry::default()
    };
    assert_eq!(entry_of(&bytes_of(&entry)), Some(entry));
    assert_eq!(entry_of(&bytes_of(&Entry::default())), Some(Entry::default()));
}

#[test]
fn what_is_cut_off_at_any_byte_is_nothing() {
    let (base, run, entries) = story();
    let of = [&base, &run].map(written);
    for bytes in of {
        for length in 0..bytes.len() {
            assert!(read(&bytes[..length]).is_none(), "cut to {length}");
        }
    }
    for bytes in entries.iter().map(bytes_of) {
        for length in 0..bytes.len() {
            assert!(entry_of(&bytes[..length]).is_none(), "cut to {length}");
        }
    }
}

#[test]
fn a_request_of_items_that_are_not_there_is_none_of_the_run() {
    let (_, run, _) = story();
    let mut writer = Writer::default();
    run.write(&mut writer);
    let bytes = writer.into_bytes();
    assert!(Run::read(&mut Reader::new(&bytes), items(500)).is_some());
    assert!(Run::read(&mut Reader::new(&bytes), items(250)).is_none());
}

#[test]
fn items_of_a_long_run_take_few_bytes() {
    let mut entries = Vec::new();
    let mut run = Run::new("run", items(4000), Settings::default()).unwrap();
    let base = written(&run).len();
    let mut now_ms = 1_795_444_593_000;
    let mut event = Event::Started;
    loop {
        let mut sent = None;
        for command in run.handle(event, now_ms, &mut || 0.5) {
            match command {
                Command::Save(entry) => entries.push(entry),
                Command::Send(request) => sent = Some(request.batch),
                _ => {}
            }
        }
        let Some(batch) = sent else { break };
        now_ms += 4;
        let results: Vec<String> = (0..200)
            .map(|n| {
                let n = batch * 200 + n;
                let quantity = r#"{"before":160,"after":159,"delta":-1}"#;
                format!(r#"{{"externalId":"SKU-{n:04}","quantity":{quantity},"variants":[]}}"#)
            })
            .collect();
        let results = results.join(",");
        let body = format!(
            r#"{{"success":true,"data":{{"updated":200,"failed":0,"errors":[],"results":[{results}]}}}}"#
        );
        let answer = Answer { status: 200, headers: Headers::default(), body };
        event = Event::Answered { batch, answer };
    }
    assert_eq!(run.summary().applied, 4000);
    let all: usize = entries.iter().map(|entry| bytes_of(entry).len()).sum();
    assert!(base < 4000 * 8, "{base} bytes for the items");
    assert!(all < 4000 * 10, "{all} bytes for what became of them");
}
