//! Two people behind one limit.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::pair::{Pair, Person, With, send};

const LIMITS: &str =
    r#"{"minuteSeconds": 4, "bulkInventory": {"perMinute": 30, "perDay": 100000}}"#;

/// How many requests of the other are waited for; more wait behind them.
const OTHERS: usize = 40;

/// Sends a request until it is taken, as a client does that is told to wait.
fn insist(person: &Person, key: &str, stop: &AtomicBool) -> bool {
    while !stop.load(Ordering::SeqCst) {
        let answer = person.adjust("SIM-TEL", 1, key);
        if answer.status == 200 {
            return true;
        }
        assert_eq!((answer.status, &*answer.code()), (429, "RATE_LIMIT_EXCEEDED"), "{answer:?}");
        let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        thread::sleep(Duration::from_secs(seconds.min(4)));
    }
    false
}

#[test]
fn somebody_with_a_thousand_requests_leaves_the_other_their_half() {
    let options = ["--metrics-listen", "127.0.0.1:0"];
    let mut pair = Pair::with(&With { limits: Some(LIMITS), options: &options });
    let metrics = pair.gateway.line();
    let metrics = metrics.trim().strip_prefix("metrics on ").unwrap().to_owned();
    let (busy, other) = (pair.sign_in("Aïcha"), pair.sign_in("Sow"));
    let stop = AtomicBool::new(false);
    let (begun, of_busy) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let never = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..60 {
            scope.spawn(|| {
                loop {
                    let number = begun.fetch_add(1, Ordering::SeqCst);
                    if number >= 1_000 || !insist(&busy, &format!("busy {number}"), &stop) {
                        return;
                    }
                    of_busy.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        while of_busy.load(Ordering::SeqCst) < 30 {
            thread::sleep(Duration::from_millis(5));
        }
        // From here on both have requests waiting all the time.
        let before = of_busy.load(Ordering::SeqCst);
        let meanwhile = AtomicUsize::new(0);
        let of_other = AtomicUsize::new(0);
        thread::scope(|scope| {
            for number in 0..OTHERS + 20 {
                let (of_busy, of_other, meanwhile) = (&of_busy, &of_other, &meanwhile);
                let (other, never) = (&other, &never);
                scope.spawn(move || {
                    assert!(insist(other, &format!("other {number}"), never));
                    if of_other.fetch_add(1, Ordering::SeqCst) + 1 == OTHERS {
                        let now = of_busy.load(Ordering::SeqCst);
                        meanwhile.store(now - before, Ordering::SeqCst);
                    }
                });
            }
        });
        let meanwhile = meanwhile.into_inner();
        stop.store(true, Ordering::SeqCst);
        println!("while one had {OTHERS} requests done, the busy one had {meanwhile}");
        // A few are on their way at either end.
        assert!((OTHERS - 16..=OTHERS + 16).contains(&meanwhile), "{meanwhile} for {OTHERS}");
    });
    // The limit was kept by waiting, not by being refused.
    let told = send("GET", &metrics, &[], None).text;
    let refused = "stockroom_upstream_requests_total{status=\"4xx\"}";
    let refused = told.lines().find_map(|line| line.strip_prefix(refused));
    let refused: u32 = refused.map_or(0, |number| number.trim().parse().unwrap());
    println!("refused by the service: {refused}");
    assert!(refused <= 2, "{told}");
}

#[test]
fn who_would_wait_too_long_is_told_at_once_and_nothing_is_sent() {
    let limits = r#"{"minuteSeconds": 3600, "daySeconds": 7200, "bulkInventory": {"perMinute": 2, "perDay": 100}}"#;
    let pair = Pair::with(&With { limits: Some(limits), ..With::default() });
    let (one, other) = (pair.sign_in("Aïcha"), pair.sign_in("Sow"));
    let before = pair.level("SIM-TEL").as_i64().unwrap();
    let statuses = ["a", "b"].map(|key| one.adjust("SIM-TEL", 1, key).status);
    assert_eq!(statuses, [200, 200]);
    let refused = other.adjust("SIM-TEL", 1, "c");
    assert_eq!((refused.status, &*refused.code()), (429, "RATE_LIMIT_EXCEEDED"));
    assert!(refused.text.contains("Nothing was sent"), "{refused:?}");
    assert_eq!(refused.header("x-ratelimit-limit"), Some("2"));
    assert_eq!(refused.header("x-ratelimit-remaining"), Some("0"));
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3_601).contains(&wait), "{wait}");
    // Other requests go on, and what was refused here is in no log.
    assert_eq!(other.get("/api/v1/dev/store/inventory").status, 200);
    assert_eq!(pair.level("SIM-TEL"), before + 2);
    let log = one.get("/api/audit").json();
    assert_eq!(log["data"]["items"].as_array().unwrap().len(), 2);
}
