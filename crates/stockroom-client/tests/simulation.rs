//! Runs against a small model of the service, with faults at random: every item of every run ends
//! applied exactly once, refused, unknown, or not sent, and the run says which.

#![expect(clippy::unwrap_used, reason = "the model of the service is part of the test")]

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use stockroom_api::bulk::{BulkItem, BulkOutcome, BulkRequest, ItemError};
use stockroom_api::{Envelope, ErrorCode};
use stockroom_client::answer::Answer;
use stockroom_client::headers::Headers;
use stockroom_client::item::Item;
use stockroom_client::run::{Command, Entry, Event, Outcome, Phase, Request, Run, Settings};

/// What goes wrong with one request, or with the tab that sends it.
#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    Refused,
    LostBefore,
    LostAfter,
    Garbled,
    Html(u16),
    Limited,
    Denied,
    TooLarge,
    Killed,
    Paused,
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        6 => Just(Fault::None),
        1 => Just(Fault::Refused),
        1 => Just(Fault::LostBefore),
        2 => Just(Fault::LostAfter),
        1 => Just(Fault::Garbled),
        2 => prop::sample::select(vec![400, 408, 500, 502, 503, 504]).prop_map(Fault::Html),
        1 => Just(Fault::Limited),
        1 => Just(Fault::Denied),
        1 => Just(Fault::TooLarge),
        1 => Just(Fault::Killed),
        1 => Just(Fault::Paused),
    ]
}

/// The service: levels by SKU, and the answers kept by key.
#[derive(Default)]
struct Service {
    applied: HashMap<String, u32>,
    kept: HashMap<String, (String, Answer)>,
}

impl Service {
    /// Does a request as the contract says, once per key.
    fn execute(&mut self, request: &Request) -> Answer {
        let header = |name: &str| request.headers.iter().find(|(n, _)| *n == name);
        let key = header("x-idempotency-key").unwrap().1.clone();
        if let Some((body, answer)) = self.kept.get(&key) {
            assert_eq!(body, &request.body, "the same key with another body");
            return answer.clone();
        }
        let asked: BulkRequest = serde_json::from_str(&request.body).unwrap();
        assert!((1..=200).contains(&asked.items.len()));
        let mut outcome = BulkOutcome::default();
        for item in asked.items {
            if item.external_id.ends_with('7') {
                outcome.failed += 1;
                outcome.errors.push(ItemError {
                    external_id: item.external_id,
                    error: "Product not found".into(),
                    code: Some(ErrorCode::ProductNotFound),
                    ..ItemError::default()
                });
            } else {
                outcome.updated += 1;
                *self.applied.entry(item.external_id).or_default() += 1;
            }
        }
        let answer = success(&outcome);
        self.kept.insert(key, (request.body.clone(), answer.clone()));
        answer
    }
}

fn success(outcome: &BulkOutcome) -> Answer {
    let body = serde_json::to_string(&Envelope::of(outcome)).unwrap();
    Answer { status: 200, body, ..Answer::default() }
}

fn plain(status: u16, body: &str) -> Answer {
    Answer { status, headers: Headers::new([("Retry-After", "1")]), body: body.to_owned() }
}

/// Drives a run to its end and returns it; `journal` is all that outlives a killed tab.
fn drive(items: Vec<Item>, in_flight: u8, faults: Vec<Fault>, service: &mut Service) -> Run {
    let settings = Settings { in_flight, ..Settings::default() };
    let mut run = Run::new("run", items, settings).unwrap();
    let base = run.clone();
    let mut journal: Vec<Entry> = Vec::new();
    let mut faults = faults.into_iter();
    let mut now = 1_000_000;
    let mut events = vec![Event::Started];
    let mut answers: BTreeMap<u32, Event> = BTreeMap::new();
    for _ in 0..10_000 {
        let Some(event) = events.pop().or_else(|| answers.pop_last().map(|(_, event)| event))
        else {
            break;
        };
        for command in run.handle(event, now, &mut || 0.5) {
            match command {
                Command::Save(entry) => journal.push(entry),
                Command::WaitUntil(at) => {
                    now = now.max(at);
                    events.push(Event::TimePassed);
                }
                Command::Finished(summary) => {
                    // After a halt the merchant goes on, as long as there are faults to meet.
                    if summary.not_sent > 0 && faults.len() > 0 {
                        events.push(Event::ResumeAsked);
                    }
                }
                Command::Send(request) => {
                    let batch = request.batch;
                    let event = match faults.next().unwrap_or(Fault::None) {
                        Fault::None => answered(batch, service.execute(&request)),
                        Fault::Refused | Fault::LostBefore => Event::Failed { batch },
                        Fault::LostAfter => {
                            service.execute(&request);
                            Event::Failed { batch }
                        }
                        Fault::Garbled => {
                            let body = service.execute(&request).body;
                            answered(batch, plain(200, &body[..body.len() / 2]))
                        }
                        Fault::Html(status) => answered(batch, plain(status, "<html>")),
                        Fault::Limited => answered(batch, plain(429, "")),
                        Fault::Denied => answered(batch, plain(401, "")),
                        Fault::TooLarge => answered(batch, plain(413, "")),
                        Fault::Paused => {
                            events.push(Event::ResumeAsked);
                            events.push(Event::PauseAsked);
                            answered(batch, service.execute(&request))
                        }
                        Fault::Killed => {
                            service.execute(&request);
                            answers.clear();
                            run = Run::restore(base.clone(), journal.clone());
                            events = vec![Event::ResumeAsked];
                            break;
                        }
                    };
                    answers.insert(batch, event);
                }
            }
        }
    }
    run
}

fn answered(batch: u32, answer: Answer) -> Event {
    Event::Answered { batch, answer }
}

fn items(count: usize) -> Vec<Item> {
    let item = |n| BulkItem {
        external_id: format!("SKU-{n:05}"),
        quantity_delta: Some(-1),
        ..BulkItem::default()
    };
    (0..count).map(|n| Item::new(&item(n))).collect()
}

proptest! {
    #[test]
    fn every_item_is_applied_once_or_the_run_says_what_it_knows(
        count in 1_usize..1500,
        in_flight in 1_u8..=4,
        faults in prop::collection::vec(fault(), 0..40),
    ) {
        let mut service = Service::default();
        let run = drive(items(count), in_flight, faults, &mut service);
        prop_assert!(matches!(run.phase(), Phase::Ended(_)), "{:?}", run.phase());
        for (item, outcome) in run.items().iter().zip(run.outcomes()) {
            let times = service.applied.get(item.external_id()).copied().unwrap_or(0);
            let holds = match outcome {
                Outcome::Applied(_) => times == 1,
                Outcome::Refused(_) | Outcome::NotSent => times == 0,
                Outcome::Unknown => times <= 1,
            };
            prop_assert!(holds, "{} is {outcome:?} and was applied {times} times", item.external_id());
        }
    }

    #[test]
    fn a_run_without_faults_leaves_nothing_open(count in 1_usize..1500, in_flight in 1_u8..=4) {
        let run = drive(items(count), in_flight, Vec::new(), &mut Service::default());
        let summary = run.summary();
        prop_assert_eq!(summary.applied + summary.refused, count);
    }
}
