use stockroom_api::ErrorCode;

use super::*;
use crate::run::{End, Event};

/// What the version before this one has written: a run of three items in one request.
const JOURNAL: &str = include_str!("../../../../../tests/fixtures/journals/1.journal");

/// The length of what stands before the JSON in each of its lines.
const PREFIX: usize = 18;

/// Returns the run as it was made, and what changed since.
fn kept() -> (Run, Vec<Entry>) {
    let mut lines = JOURNAL.lines().skip(1).map(|line| &line[PREFIX..]);
    let opening: serde_json::Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    let run: OldRun = serde_json::from_value(opening["run"].clone()).unwrap();
    let entries = lines.flat_map(|line| serde_json::from_str::<Vec<OldEntry>>(line).unwrap());
    (run.run().unwrap(), entries.map(|entry| entry.entry().unwrap()).collect())
}

#[test]
fn a_run_that_had_ended_is_what_it_was() {
    let (base, entries) = kept();
    assert_eq!(base.phase(), &Phase::Ready);
    let run = Run::restore(base, entries);
    assert_eq!(run.phase(), &Phase::Ended(End::Complete));
    assert_eq!((run.summary().applied, run.summary().refused), (2, 1));
    let Outcome::Applied(Some(levels)) = &run.outcomes()[0] else { panic!("no levels") };
    assert_eq!(levels.quantity.map(|level| level.after), Some(165));
    let Outcome::Refused(error) = &run.outcomes()[1] else { panic!("not refused") };
    assert_eq!(error.code, Some(ErrorCode::StaleQuantity));
    let Outcome::Applied(Some(levels)) = &run.outcomes()[2] else { panic!("no levels") };
    assert_eq!(levels.variants[0].label, "40");
    assert!(run.labels().fingerprint.is_some());
}

#[test]
fn a_run_that_was_under_way_goes_on_with_the_same_key_and_body() {
    let (base, entries) = kept();
    let first: serde_json::Value =
        serde_json::from_str(&JOURNAL.lines().nth(2).unwrap()[PREFIX..]).unwrap();
    let mut run = Run::restore(base, entries.into_iter().take(1));
    assert_eq!(run.summary().unknown, 3);
    let now_ms = 1_795_972_690_500;
    run.hear_date(now_ms, now_ms);
    let commands = run.handle(Event::ResumeAsked, now_ms, &mut || 0.5);
    let sent = commands.iter().find_map(|command| match command {
        crate::run::Command::Send(request) => Some(request),
        _ => None,
    });
    let request = sent.unwrap();
    let batch = &first[0]["batches"][0];
    assert_eq!(request.body, batch["body"].as_str().unwrap());
    let key = batch["key"].as_str().unwrap();
    assert!(request.headers.iter().any(|(_, value)| value == key));
}
