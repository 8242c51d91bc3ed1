use stockroom_client::answer::Answer;
use stockroom_client::run::{Command, Event, Outcome, Settings};
use stockroom_domain::plan::ItemChange;
use stockroom_domain::quantity::{Change, Delta, Level};

use super::super::sending::run_of;
use super::*;

fn items() -> Vec<SendItem> {
    let change = Change::Adjust(Delta::new(-2).unwrap());
    let asked = ItemChange { change, before: Level::new(7).ok() };
    let set = ItemChange { change: Change::Set(Level::new(4).unwrap()), ..asked };
    let item = |sku: &str, product, variants: &[(&str, ItemChange)]| SendItem {
        external_id: sku.to_owned(),
        name: format!("Name of {sku}"),
        product,
        variants: variants.iter().map(|(label, asked)| ((*label).to_owned(), *asked)).collect(),
        rows: vec![0],
    };
    vec![item("B", Some(set), &[("Grand", asked)]), item("A", Some(asked), &[])]
}

/// Returns a run that was begun and answered, with its journal.
fn applied() -> (Apply, Vec<u8>, Vec<Entry>) {
    let settings = Settings { representation: true, ..Settings::default() };
    let run = run_of(&items(), "run-1".into(), settings, Some("count".into())).unwrap();
    let record = Record { id: "run-1".into(), name: "count.csv".into(), ..Record::default() };
    let mut apply = Apply::of(KeptRun { record, items: items(), run, next: 0 });
    let (base, mut entries) = (apply.base(), Vec::new());
    let body = r#"{"data":{"updated":1,"failed":1,"errors":[{"externalId":"B","error":"no"}]}}"#;
    let answer = Answer { status: 200, body: body.into(), ..Answer::default() };
    for event in [Event::Started, Event::Answered { batch: 0, answer }] {
        for command in apply.run.handle(event, 9, &mut || 0.5) {
            if let Command::Save(entry) = command {
                entries.push(entry);
            }
        }
    }
    (apply, base, entries)
}

#[test]
fn a_run_comes_back_by_its_entries_alone_or_together_and_as_one_record() {
    let (apply, base, entries) = applied();
    assert_eq!(entries.len(), 2);
    let each: Vec<Vec<u8>> = entries.chunks(1).map(entry_bytes).collect();
    let ways = [(&base, each), (&base, vec![entry_bytes(&entries)]), (&apply.base(), Vec::new())];
    for (base, entries) in ways {
        let back = KeptRun::read(apply.record(), base, &entries).unwrap();
        assert_eq!(back.next as usize, entries.len());
        assert_eq!((back.items, back.run.items()), (items(), apply.run.items()));
        assert_eq!(
            (back.run.outcomes(), back.run.phase()),
            (apply.run.outcomes(), apply.run.phase())
        );
        assert_eq!(back.run.labels(), apply.run.labels());
    }
}

#[test]
fn what_was_cut_off_or_is_something_else_is_no_run() {
    let (apply, base, entries) = applied();
    for length in 0..base.len() {
        assert!(KeptRun::read(apply.record(), &base[..length], &[]).is_none(), "cut to {length}");
    }
    let entries = entry_bytes(&entries);
    for length in 1..entries.len() {
        let cut = entries[..length].to_vec();
        let back = KeptRun::read(apply.record(), &base, &[cut]);
        let known = back.map(|back| back.run.summary().unknown);
        // The first of the two may be whole.
        assert!(matches!(known, None | Some(2)), "cut to {length}");
    }
}

#[test]
fn what_an_earlier_version_kept_is_read() {
    const ITEM_B: &str = r#"{\"externalId\":\"B\",\"mode\":\"set\",\"quantity\":4,\"expectedQuantity\":7,\"variants\":[{\"label\":\"Grand\",\"mode\":\"adjust\",\"quantityDelta\":-2}]}"#;
    const ITEM_A: &str = r#"{\"externalId\":\"A\",\"mode\":\"adjust\",\"quantityDelta\":-2}"#;
    let run = [
        r#"{"id":"run-1","settings":{"in_flight":1,"tries":5,"representation":true,"budget":null},"items":["#,
        r#"{"external_id":"B","json":""#,
        ITEM_B,
        r#"","overwrites":false},{"external_id":"A","json":""#,
        ITEM_A,
        r#"","overwrites":false}],"outcomes":["NotSent","NotSent"],"batches":{},"made":0,"closed":0,"#,
        r#""phase":"Ready","labels":{"reason":"count","fingerprint":null}}"#,
    ]
    .concat();
    let base = postcard::to_allocvec(&(items(), run)).unwrap();
    let started = r#"{"batches":[{"number":0,"key":"run-1-0","positions":[1,0],"body":null,"stage":"Flying",
        "tries":1,"waits":0,"not_before":0,"first_sent":9,"last_sent":9,"unclear":false,"overwrites":false}],
        "closed":[],"outcomes":[],"phase":"Running"}"#;
    let settled = r#"{"batches":[],"closed":[0],"outcomes":[[1,{"Applied":null}],
        [0,{"Refused":{"externalId":"B","error":"no"}}]],"phase":{"Ended":"Complete"}}"#;
    let entries = [started, settled].map(|json| json.as_bytes().to_vec());
    let (apply, _, packed) = applied();
    let back = KeptRun::read(apply.record(), &base, &entries).unwrap();
    assert_eq!(back.run.items(), apply.run.items());
    assert_eq!((back.run.outcomes(), back.run.phase()), (apply.run.outcomes(), apply.run.phase()));
    assert!(matches!(back.run.outcomes()[0], Outcome::Refused(_)));
    // One that was begun before and goes on now has entries of both.
    let both = [entries[0].clone(), entry_bytes(&packed[1..])];
    let back = KeptRun::read(apply.record(), &base, &both).unwrap();
    assert_eq!(back.run.outcomes(), apply.run.outcomes());
}
