//! More writes than the store can do: the rest is told at once to come again.

use stockroom_server::limits::Limits;

use crate::app::{INVENTORY, spawn_demo, spawn_limited};

const PLUS_ONE: &str = r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":1}]}"#;

#[test]
fn what_does_not_fit_in_the_queue_is_refused_and_reads_go_on() {
    let app = spawn_demo();
    let release = app.hold_up();
    let refused = app.bulk_with(&[("x-idempotency-key", "k")], PLUS_ONE);
    assert_eq!((refused.status, refused.code()), (503, "SERVICE_UNAVAILABLE".into()));
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(app.level("SIM-TEL"), 240);
    drop(release);
    let done = loop {
        let answer = app.bulk_with(&[("x-idempotency-key", "k")], PLUS_ONE);
        if answer.status != 503 {
            break answer;
        }
    };
    assert_eq!((done.status, done.header("idempotent-replayed")), (200, None));
    assert_eq!(app.level("SIM-TEL"), 241);
}

#[test]
fn what_cannot_be_counted_is_told_how_it_stands_all_the_same() {
    let app = spawn_limited(Limits::HOSTED);
    assert_eq!(app.get(INVENTORY).header("x-ratelimit-remaining"), Some("59"));
    let release = app.hold_up();
    for _ in 0..2 {
        let refused = app.get(INVENTORY);
        assert_eq!((refused.status, refused.code()), (503, "SERVICE_UNAVAILABLE".into()));
        assert_eq!(refused.header("x-ratelimit-remaining"), Some("59"));
        assert_eq!(refused.header("x-ratelimit-day-remaining"), Some("1999"));
    }
    drop(release);
}
