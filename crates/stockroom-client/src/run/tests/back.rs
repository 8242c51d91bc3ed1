//! A run that comes back: what it tells, waits for, sends anew, and when it sends nothing.

use super::*;
use crate::budget::Budget;
use crate::repeated::Line;

#[test]
fn its_lines_are_told_by_what_became_of_them() {
    let mut story = Story::of(adjusts(201));
    assert_eq!((story.run.lines_applied().len(), story.run.lines_left().len()), (200, 1));
    story.answer(
        200,
        &[],
        r#"{"data":{"updated":199,"failed":1,"errors":[{"externalId":"SKU-0007","error":"no"}]}}"#,
    );
    let line = |n: usize| Line::new(&format!("SKU-{n:04}"), "", -1);
    let applied = story.run.lines_applied();
    assert!(applied.contains(&line(6)) && !applied.contains(&line(7)), "refused is not applied");
    assert!(applied.contains(&line(200)), "it is under way, so it may be");
    assert!(story.run.lines_left().is_empty());
    assert!(Story::of(sets(1)).run.lines_applied().is_empty());
}

#[test]
fn a_run_that_waits_for_the_day_is_known_when_it_comes_back_and_so_is_its_time() {
    const DAY: u64 = 24 * 60 * MINUTE;
    let budget = Budget::of(&stockroom_api::capabilities::Capabilities::default());
    let settings = Settings { budget: Some(budget), ..Settings::default() };
    let base = Run::new("run", adjusts(401), settings).unwrap();
    let mut story = Story::of(Vec::new());
    (story.run, story.now) = (base.clone(), 20_000 * DAY + DAY / 2);
    story.tell(Event::Started);
    let back = |story: &Story, after: u64| {
        let mut run = Run::restore(base.clone(), story.journal.clone());
        run.handle(Event::TimePassed, story.now + after, &mut || 0.5);
        (run.waits_for_day(), run.progress(story.now + after).left_ms)
    };
    assert!(!back(&story, 0).0, "a request is under way");
    story.done(200);
    assert!(!back(&story, 0).0);
    let left = (DAY / 2 / 1000).to_string();
    story.answer(429, &[("Retry-After", &left)], "");
    let said = story.run.progress(story.now).left_ms;
    assert!(said >= DAY / 2, "{said}");
    assert_eq!(back(&story, 0), (true, said));
    assert_eq!(back(&story, DAY / 4).1, said - DAY / 4);
    assert!(back(&story, DAY).1 < MINUTE);
    // It goes on, as ever, by being told to; and leaves when the day has turned.
    story.run = Run::restore(base.clone(), story.journal.clone());
    story.tell(Event::ResumeAsked);
    assert_eq!(story.sent.len(), 2);
    assert_eq!(story.wait(), DAY / 2);
    assert_eq!(story.sent.len(), 3);
    // A minute's limit, and a pause, are no such waiting.
    story.answer(429, &[("Retry-After", "20")], "");
    assert!(!back(&story, 0).0);
    story.wait();
    story.answer(429, &[("Retry-After", "7200")], "");
    assert!(back(&story, 0).0);
    story.tell(Event::PauseAsked);
    assert!(!back(&story, 0).0);
}

/// A story with a server that tells its time, days from that of this side's clock.
fn dated(items: Vec<Item>, there: u64) -> Story {
    let mut story = Story::of(Vec::new());
    story.run = Run::new("run", items, Settings::default()).unwrap();
    story.finished = None;
    story.run.hear_date(there, story.now);
    story.tell(Event::Started);
    story
}

const THERE: u64 = 1_795_444_593_000;

#[test]
fn a_key_is_as_old_as_the_server_says_whatever_this_sides_clock_shows() {
    // It went on, was set back, and set ahead, while the page was closed.
    for here in [30 * 60 * MINUTE, 5 * MINUTE, 0, 90 * 24 * 60 * MINUTE] {
        for (hours, sent) in [(19, 2), (21, 1), (30, 1)] {
            let base = Run::new("run", adjusts(1), Settings::default()).unwrap();
            let mut story = dated(adjusts(1), THERE);
            assert_eq!(story.run.outcomes(), [Outcome::Unknown]);
            story.run = Run::restore(base, std::mem::take(&mut story.journal));
            story.now = here;
            story.tell(Event::ResumeAsked);
            assert_eq!(
                (story.sent.len(), story.asked),
                (1, 1),
                "nothing leaves before it is asked"
            );
            let server_ms = Some(THERE + hours * 60 * MINUTE);
            story.tell(Event::DateTold { server_ms });
            assert_eq!(story.sent.len(), sent, "after {hours} h, {here} here");
        }
    }
}

#[test]
fn a_server_that_does_not_say_is_a_try_that_failed() {
    let mut story = dated(adjusts(1), THERE);
    story.fail();
    story.now += 2 * MINUTE;
    story.tell(Event::TimePassed);
    for _ in 0..3 {
        assert_eq!(story.sent.len(), 1);
        story.tell(Event::DateTold { server_ms: None });
        story.wait();
    }
    story.tell(Event::DateTold { server_ms: None });
    story.ends(&End::Halted(Halt::NoAnswer(Unclear::NoAnswer)), 0, 0, 1, 0);
    story.tell(Event::RetryUnknownAsked);
    story.tell(Event::DateTold { server_ms: Some(THERE + 5 * MINUTE) });
    story.done(1);
    story.ends(&End::Complete, 1, 0, 0, 0);
}

#[test]
fn what_was_heard_within_a_minute_need_not_be_asked() {
    let mut story = dated(adjusts(1), THERE);
    story.fail();
    story.wait();
    assert_eq!((story.sent.len(), story.asked), (2, 0));
    // It was asked for, and then the machine slept or its clock was set.
    let replay = story.sent.last().unwrap();
    assert!(!replay.is_too_late(story.now + MINUTE / 2));
    assert!(replay.is_too_late(story.now + MINUTE));
    assert!(replay.is_too_late(story.now - 1));
}

#[test]
fn items_that_never_left_can_become_others_and_the_journal_knows() {
    let base = Run::new("run", sets(201), Settings::default()).unwrap();
    let mut story = Story::of(sets(201));
    story.answer(429, &[], "");
    let mut run = Run::restore(base.clone(), story.journal.clone());
    let other = |n: usize| adjusts(n + 1).pop().unwrap();
    // Another product's item is none of this one.
    run.replace_unsent(vec![(0, other(0)), (200, other(7)), (200, other(200))]);
    assert_eq!((&run.items()[0], &run.items()[200]), (&other(0), &other(200)));
    story.run = run;
    story.tell(Event::ResumeAsked);
    let kept = Run::restore(base, story.journal.clone());
    assert_eq!(kept.items(), story.run.items());
    story.wait();
    story.done(200);
    story.done(1);
    story.ends(&End::Complete, 201, 0, 0, 0);
    let [refused, again, last] = &story.sent[..] else { panic!("{:?}", story.sent) };
    // What was put together once is so anew, under another key.
    assert_ne!((&refused.headers, &refused.body), (&again.headers, &again.body));
    assert_ne!(refused.headers, again.headers);
    assert!(again.body.contains("quantityDelta") && last.body.contains("quantityDelta"));
}
