//! The run, one story per test: what is answered, and what the run makes of it.

use stockroom_api::bulk::{BulkItem, Mode};

use super::*;
use crate::answer::Answer;
use crate::bulk::Unclear;
use crate::headers::Headers;

mod back;
mod several;

const MINUTE: u64 = 60_000;

/// A run of `count` items that each take one unit, with a clock.
struct Story {
    run: Run,
    now: u64,
    sent: Vec<Request>,
    /// How often the server was asked for its time.
    asked: u32,
    wake: Option<u64>,
    finished: Option<Summary>,
    journal: Vec<Entry>,
}

fn adjusts(count: usize) -> Vec<Item> {
    let item = |n| BulkItem {
        external_id: format!("SKU-{n:04}"),
        quantity_delta: Some(-1),
        ..BulkItem::default()
    };
    (0..count).map(|n| Item::new(item(n))).collect()
}

fn sets(count: usize) -> Vec<Item> {
    let item = |n| BulkItem {
        external_id: format!("SKU-{n:04}"),
        mode: Some(Mode::Set),
        quantity: Some(5),
        ..BulkItem::default()
    };
    (0..count).map(|n| Item::new(item(n))).collect()
}

impl Story {
    fn of(items: Vec<Item>) -> Self {
        let mut story = Self {
            run: Run::new("run", items, Settings::default()).unwrap(),
            now: 1_000_000,
            sent: Vec::new(),
            asked: 0,
            wake: None,
            finished: None,
            journal: Vec::new(),
        };
        story.tell(Event::Started);
        story
    }

    fn tell(&mut self, event: Event) {
        let mut saved = false;
        for command in self.run.handle(event, self.now, &mut || 1.0) {
            match command {
                Command::Save(entry) => {
                    self.journal.push(entry);
                    saved = true;
                }
                Command::Send(request) => {
                    assert!(saved, "sent before it was saved");
                    self.sent.push(request);
                }
                Command::AskDate => self.asked += 1,
                Command::WaitUntil(at) => self.wake = Some(at),
                Command::Finished(summary) => self.finished = Some(summary),
            }
        }
    }

    /// Answers the latest request.
    fn answer(&mut self, status: u16, headers: &[(&str, &str)], body: &str) {
        let batch = self.sent.last().unwrap().batch;
        let answer = Answer {
            status,
            headers: Headers::new(headers.iter().copied()),
            body: body.to_owned(),
        };
        self.tell(Event::Answered { batch, answer });
    }

    fn done(&mut self, count: usize) {
        let body = format!(r#"{{"data":{{"updated":{count},"failed":0,"errors":[]}}}}"#);
        self.answer(200, &[], &body);
    }

    fn fail(&mut self) {
        let batch = self.sent.last().unwrap().batch;
        self.tell(Event::Failed { batch });
    }

    /// Lets time pass until the run wants to go on; returns how long that was.
    fn wait(&mut self) -> u64 {
        let at = self.wake.take().unwrap();
        let waited = at - self.now;
        self.now = at;
        self.tell(Event::TimePassed);
        waited
    }

    #[track_caller]
    fn ends(&self, end: &End, applied: usize, refused: usize, unknown: usize, not_sent: usize) {
        let summary = Summary { end: Some(end.clone()), applied, refused, unknown, not_sent };
        assert_eq!(self.finished.as_ref(), Some(&summary));
    }
}

/// What the service sees of a request.
fn seen(request: &Request) -> (&[(&'static str, String)], &str) {
    (&request.headers, &request.body)
}

#[test]
fn sends_two_hundred_at_a_time_in_the_order_of_skus() {
    let mut items = adjusts(401);
    items.reverse();
    let mut story = Story::of(items);
    assert!(story.sent[0].body.starts_with(r#"{"items":[{"externalId":"SKU-0000""#));
    for count in [200, 200, 1] {
        assert!(story.finished.is_none());
        story.done(count);
    }
    assert_eq!(story.sent.len(), 3);
    story.ends(&End::Complete, 401, 0, 0, 0);
    let keys: HashSet<_> = story.sent.iter().map(|r| r.headers.clone()).collect();
    assert_eq!(keys.len(), 3);
}

#[test]
fn what_a_journal_has_of_a_request_already_is_not_written_again() {
    let mut story = Story::of(adjusts(600));
    story.done(200);
    let [started, answered] = &story.journal[..] else { panic!("{:?}", story.journal) };
    let items = |entry: &Entry| entry.batches.values().map(|b| b.positions.len()).sum::<usize>();
    assert_eq!((started.batches.len(), items(started)), (3, 600));
    assert_eq!((answered.batches.len(), items(answered)), (1, 0));
    assert_eq!((answered.outcomes.len(), &answered.closed[..]), (200, &[0][..]));
}

#[test]
fn nothing_to_send_is_done_at_once() {
    Story::of(Vec::new()).ends(&End::Complete, 0, 0, 0, 0);
}

#[test]
fn refuses_a_product_that_stands_in_it_twice() {
    let mut items = adjusts(2);
    items.extend(adjusts(1));
    let external_id = "SKU-0000".to_owned();
    assert_eq!(Run::new("run", items, Settings::default()).unwrap_err(), SentTwice { external_id });
}

#[test]
fn no_answer_is_replayed_with_the_same_key_and_body_and_then_halts() {
    let mut story = Story::of(adjusts(201));
    let mut waits = Vec::new();
    for _ in 0..4 {
        story.fail();
        waits.push(story.wait());
    }
    assert_eq!(waits, [1000, 2000, 4000, 8000]);
    assert!(story.sent.iter().all(|request| seen(request) == seen(&story.sent[0])));
    story.fail();
    let halt = End::Halted(Halt::NoAnswer(Unclear::NoAnswer));
    story.ends(&halt, 0, 0, 200, 1);

    assert_eq!(story.run.retryable(story.now), 200);
    story.tell(Event::ResumeAsked);
    assert_eq!(story.sent.last().map(seen), Some(seen(&story.sent[0])));
    story.done(200);
    story.done(1);
    story.ends(&End::Complete, 201, 0, 0, 0);
}

#[test]
fn unknown_items_alone_can_be_retried() {
    let mut story = Story::of(adjusts(201));
    for _ in 0..4 {
        story.fail();
        story.wait();
    }
    story.fail();
    story.tell(Event::RetryUnknownAsked);
    story.done(200);
    story.ends(&End::Stopped, 200, 0, 0, 1);
}

#[test]
fn an_answer_without_meaning_leaves_its_items_unknown_and_the_run_goes_on() {
    let mut story = Story::of(adjusts(201));
    for _ in 0..4 {
        story.answer(200, &[], "<html>");
        story.wait();
    }
    story.answer(500, &[], "");
    story.done(1);
    story.ends(&End::Complete, 1, 0, 200, 0);
}

#[test]
fn a_failure_that_may_have_come_after_the_work_is_unknown() {
    for (status, body) in [(507, ""), (520, "<html>"), (524, "<html>"), (409, "<html>")] {
        let mut story = Story::of(adjusts(1));
        story.answer(status, &[], body);
        assert_eq!(story.run.outcomes(), [Outcome::Unknown], "{status}");
        story.wait();
        assert_eq!(seen(&story.sent[1]), seen(&story.sent[0]));
        story.done(1);
        story.ends(&End::Complete, 1, 0, 0, 0);
    }
}

#[test]
fn a_limit_waits_as_long_as_it_says_and_is_no_try() {
    let mut story = Story::of(adjusts(1));
    for _ in 0..9 {
        story.answer(429, &[("Retry-After", "17")], "");
        assert_eq!(story.run.outcomes(), [Outcome::NotSent]);
        assert_eq!(story.wait(), 17_000);
    }
    story.done(1);
    story.ends(&End::Complete, 1, 0, 0, 0);
}

#[test]
fn limits_before_do_not_shorten_the_waiting_for_a_first_try() {
    let mut story = Story::of(adjusts(1));
    for _ in 0..40 {
        story.answer(429, &[], "");
        story.wait();
    }
    let body = r#"{"success":false,"error":{"code":"IDEMPOTENCY_IN_PROGRESS"}}"#;
    story.answer(409, &[], body);
    story.wait();
    story.done(1);
    story.ends(&End::Complete, 1, 0, 0, 0);
}

#[test]
fn a_wait_of_years_is_a_day() {
    let mut story = Story::of(adjusts(1));
    story.answer(429, &[("Retry-After", "99999999999")], "");
    assert_eq!(story.wait(), 24 * 60 * MINUTE);
}

#[test]
fn an_empty_window_is_waited_for() {
    let mut story = Story::of(adjusts(201));
    let body = r#"{"data":{"updated":200,"failed":0,"errors":[]}}"#;
    let reset = (story.now / 1000 + 30).to_string();
    let headers = [
        ("X-RateLimit-Limit", "30"),
        ("X-RateLimit-Remaining", "0"),
        ("X-RateLimit-Reset", reset.as_str()),
    ];
    story.answer(200, &headers, body);
    assert_eq!(story.sent.len(), 1);
    assert_eq!(story.run.progress(story.now).held_until, Some(story.now + 30_000));
    assert_eq!(story.wait(), 30_000);
    assert_eq!(story.sent.len(), 2);
}

#[test]
fn a_wrong_key_stops_the_run_and_keeps_everything() {
    let denied = r#"{"success":false,"error":{"code":"INVALID_API_KEY","message":"No such key"}}"#;
    let mut story = Story::of(adjusts(201));
    story.answer(401, &[], denied);
    let summary = story.finished.clone().unwrap();
    assert_eq!((summary.unknown, summary.not_sent), (0, 201));
    assert!(matches!(summary.end, Some(End::Halted(Halt::Denied(_)))));
    story.tell(Event::ResumeAsked);
    story.done(200);
    story.done(1);
    story.ends(&End::Complete, 201, 0, 0, 0);
}

#[test]
fn a_request_refused_after_an_unknown_try_stays_unknown() {
    for status in [400, 413, 401] {
        let mut story = Story::of(adjusts(2));
        story.fail();
        story.wait();
        story.answer(status, &[], r#"{"success":false,"error":{"code":"X","message":"m"}}"#);
        let summary = story.finished.clone().unwrap();
        assert_eq!((summary.unknown, summary.not_sent), (2, 0), "{status}");
        assert_eq!(story.sent.len(), 2, "{status}: nothing under a new key");
    }
}

#[test]
fn an_item_at_fault_is_left_out_and_the_rest_goes_under_a_new_key() {
    let mut story = Story::of(adjusts(3));
    story.answer(
        400,
        &[],
        r#"{"success":false,"error":{"code":"VALIDATION_ERROR","message":"m","path":"items[1].quantity"}}"#,
    );
    assert_ne!(story.sent[0].headers, story.sent[1].headers);
    assert!(!story.sent[1].body.contains("SKU-0001"));
    story.done(2);
    story.ends(&End::Complete, 2, 1, 0, 0);
}

#[test]
fn a_request_at_fault_is_halved_down_to_the_item() {
    let mut story = Story::of(adjusts(4));
    while story.finished.is_none() {
        let body = story.sent.last().unwrap().body.clone();
        if body.contains("SKU-0002") {
            story.answer(413, &[], "");
        } else {
            story.done(body.matches("externalId").count());
        }
    }
    story.ends(&End::Complete, 3, 1, 0, 0);
    assert!(matches!(story.run.outcomes()[2], Outcome::Refused(_)));
}

#[test]
fn a_bad_request_from_elsewhere_stops_the_run() {
    let mut story = Story::of(adjusts(2));
    story.answer(400, &[], "<html>");
    let summary = story.finished.unwrap();
    assert!(matches!(summary.end, Some(End::Halted(Halt::Rejected(_)))));
    assert_eq!(summary.not_sent, 2);
}

#[test]
fn a_reused_key_is_unknown_and_never_retried() {
    let mut story = Story::of(adjusts(1));
    let body = r#"{"success":false,"error":{"code":"IDEMPOTENCY_KEY_REUSED"}}"#;
    story.answer(409, &[], body);
    story.ends(&End::Halted(Halt::KeyReused), 0, 0, 1, 0);
    assert_eq!(story.run.retryable(story.now), 0);
}

#[test]
fn a_first_try_still_running_is_waited_for() {
    let mut story = Story::of(adjusts(1));
    story.fail();
    story.wait();
    let body = r#"{"success":false,"error":{"code":"IDEMPOTENCY_IN_PROGRESS"}}"#;
    story.answer(409, &[("Retry-After", "2")], body);
    assert_eq!(story.wait(), 2000);
    story.done(1);
    story.ends(&End::Complete, 1, 0, 0, 0);
}

#[test]
fn pause_resume_and_stop() {
    let mut story = Story::of(adjusts(401));
    story.tell(Event::PauseAsked);
    story.done(200);
    assert_eq!(story.sent.len(), 1);
    story.tell(Event::ResumeAsked);
    assert_eq!(story.sent.len(), 2);
    story.tell(Event::StopAsked);
    story.done(200);
    story.ends(&End::Stopped, 400, 0, 0, 1);
    story.tell(Event::ResumeAsked);
    story.done(1);
    story.ends(&End::Complete, 401, 0, 0, 0);
}

#[test]
fn stopping_still_settles_what_is_unknown() {
    let mut story = Story::of(adjusts(201));
    story.fail();
    story.tell(Event::StopAsked);
    story.wait();
    story.done(200);
    story.ends(&End::Stopped, 200, 0, 0, 1);
}

#[test]
fn a_blind_set_is_not_replayed_late() {
    for (minutes, sent) in [(9, 2), (10, 1)] {
        let mut story = Story::of(sets(1));
        story.tell(Event::PauseAsked);
        story.fail();
        story.now += minutes * MINUTE;
        story.tell(Event::ResumeAsked);
        assert_eq!(story.sent.len(), sent, "after {minutes} minutes");
    }
}

#[test]
fn an_adjust_is_not_replayed_past_the_life_of_its_key_nor_by_a_clock_that_went_back() {
    let story = |now: fn(u64) -> u64| {
        let mut story = Story::of(adjusts(1));
        story.tell(Event::PauseAsked);
        story.fail();
        story.now = now(story.now);
        story.tell(Event::ResumeAsked);
        (story.sent.len(), story.run.retryable(story.now))
    };
    assert_eq!(story(|now| now + 19 * 60 * MINUTE).0, 2);
    assert_eq!(story(|now| now + 20 * 60 * MINUTE), (1, 0));
    assert_eq!(story(|now| now - 1), (1, 0));
}

#[test]
fn a_clock_that_went_back_since_the_last_try_tells_no_age() {
    let mut story = Story::of(adjusts(1));
    story.fail();
    story.now += 15 * 60 * MINUTE;
    story.tell(Event::TimePassed);
    story.fail();
    // Back by ten hours: by the clock alone the key would be five hours old.
    story.now -= 10 * 60 * MINUTE;
    story.tell(Event::TimePassed);
    assert_eq!(story.sent.len(), 2);
    story.ends(&End::Complete, 0, 0, 1, 0);
    assert_eq!(story.run.retryable(story.now), 0);
}

#[test]
fn a_replay_that_could_not_leave_in_time_does_not_leave() {
    for (items, minutes) in [(adjusts(1), 20 * 60), (sets(1), 10)] {
        let mut story = Story::of(items);
        let first_sent = story.now;
        assert!(!story.sent[0].is_too_late(u64::MAX), "a first try is as good as ever");
        story.fail();
        story.wait();
        let until = first_sent + minutes * MINUTE;
        assert!(!story.sent[1].is_too_late(until - 1));
        assert!(story.sent[1].is_too_late(until));
        // The machine has slept between the journal and the network.
        story.now = until;
        story.fail();
        story.ends(&End::Complete, 0, 0, 1, 0);
        assert_eq!(story.run.retryable(story.now), 0);
    }
}

#[test]
fn late_and_second_answers_change_nothing() {
    let mut story = Story::of(adjusts(201));
    let first = story.sent[0].batch;
    story.done(200);
    let answer = Answer { status: 500, ..Answer::default() };
    story.tell(Event::Answered { batch: first, answer });
    assert_eq!(story.run.summary().applied, 200);
    assert_eq!(story.sent.len(), 2);
}

#[test]
fn the_journal_goes_on_where_the_run_was() {
    let base = Run::new("run", adjusts(401), Settings::default()).unwrap();
    let mut story = Story::of(adjusts(401));
    story.done(200);
    // Closed while the second request was under way.
    story.run = Run::restore(base, story.journal.clone());
    assert_eq!(story.run.phase(), &Phase::Paused);
    let summary = story.run.summary();
    assert_eq!((summary.applied, summary.unknown, summary.not_sent), (200, 200, 1));
    assert_eq!(story.run.progress(story.now).requests_done, 1);
    story.tell(Event::ResumeAsked);
    assert_eq!(seen(&story.sent[2]), seen(&story.sent[1]));
    story.done(200);
    story.done(1);
    story.ends(&End::Complete, 401, 0, 0, 0);
}
