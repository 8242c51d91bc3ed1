//! Several requests under way at once.

use std::collections::VecDeque;

use super::*;

#[test]
fn several_requests_under_way_are_never_more_than_allowed() {
    let settings = Settings { in_flight: 3, ..Settings::default() };
    let mut run = Run::new("run", adjusts(2000), settings).unwrap();
    let sends = |commands: Vec<Command>| {
        let sends = commands.into_iter();
        sends.filter(|c| matches!(c, Command::Send(_))).count()
    };
    assert_eq!(sends(run.handle(Event::Started, 0, &mut || 0.0)), 3);
    // One fails and waits: it keeps its place.
    assert_eq!(sends(run.handle(Event::Failed { batch: 0 }, 0, &mut || 1.0)), 0);
    assert_eq!(sends(run.handle(Event::TimePassed, 1000, &mut || 1.0)), 1);
}

#[test]
fn several_requests_under_way_share_what_a_window_has_left() {
    let settings = Settings { in_flight: 3, ..Settings::default() };
    let mut run = Run::new("run", adjusts(2000), settings).unwrap();
    let sends =
        |commands: &[Command]| commands.iter().filter(|c| matches!(c, Command::Send(_))).count();
    run.handle(Event::Started, 0, &mut || 0.0);
    let mut answered = |batch, remaining: &str| {
        let headers = [("X-RateLimit-Remaining", remaining), ("X-RateLimit-Reset", "30")];
        let body = r#"{"data":{"updated":200,"failed":0,"errors":[]}}"#.to_owned();
        let answer = Answer { status: 200, headers: Headers::new(headers), body };
        run.handle(Event::Answered { batch, answer }, 0, &mut || 0.0)
    };
    // Of the three that remain, two may be those under way: one more may leave.
    assert_eq!(sends(&answered(0, "3")), 1);
    let commands = answered(1, "2");
    assert_eq!(sends(&commands), 0);
    assert!(commands.contains(&Command::WaitUntil(30_000)));
}

/// Lets a run of many requests go on against a server that takes `took_ms` for each, in order; returns
/// how many were under way at the most, and how often some left.
fn sent_to_a_server(took_ms: u64) -> (usize, usize) {
    let settings = Settings { in_flight: 16, ..Settings::default() };
    let mut run = Run::new("run", adjusts(200 * 100), settings).unwrap();
    let mut under_way: VecDeque<u32> = VecDeque::new();
    let (mut most, mut departures, mut now) = (0, 0, 0);
    let mut event = Event::Started;
    loop {
        let commands = run.handle(event, now, &mut || 0.0);
        let sent = commands.iter().filter_map(|command| match command {
            Command::Send(request) => Some(request.batch),
            _ => None,
        });
        let before = under_way.len();
        under_way.extend(sent);
        most = most.max(under_way.len());
        departures += usize::from(under_way.len() > before);
        let Some(batch) = under_way.pop_front() else { break };
        now += took_ms;
        let body = r#"{"data":{"updated":200,"failed":0,"errors":[]}}"#.to_owned();
        let answer = Answer { status: 200, body, ..Answer::default() };
        event = Event::Answered { batch, answer };
    }
    assert_eq!(run.summary().applied, 200 * 100);
    (most, departures)
}

#[test]
fn many_requests_under_way_leave_by_halves() {
    let (most, departures) = sent_to_a_server(4);
    assert_eq!(most, 16);
    assert!(departures <= 1 + 100 / 8, "{departures} writes of the journal");
}

#[test]
fn a_slow_server_has_few_requests_at_once_however_many_may_be() {
    assert_eq!(sent_to_a_server(300).0, 4);
}

#[test]
fn what_is_left_is_told_by_how_many_are_really_under_way() {
    let settings = Settings { in_flight: 16, ..Settings::default() };
    let mut run = Run::new("run", adjusts(200 * 41), settings).unwrap();
    run.handle(Event::Started, 0, &mut || 0.0);
    let body = r#"{"data":{"updated":200,"failed":0,"errors":[]}}"#.to_owned();
    let answer = Answer { status: 200, body, ..Answer::default() };
    run.handle(Event::Answered { batch: 0, answer }, 1000, &mut || 0.0);
    // Forty of a second each, four at once.
    assert_eq!(run.progress(1000).left_ms, 10_000);
}
