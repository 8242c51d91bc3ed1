//! Many writers at once: nothing is lost, nothing goes below 0.

use std::thread;

use crate::app::{TestApp, spawn_demo};

fn together(app: &TestApp, tasks: usize, work: impl Fn(usize) + Sync) {
    thread::scope(|scope| {
        for task in 0..tasks {
            let work = &work;
            scope.spawn(move || work(task));
        }
    });
    // The server still answers.
    assert_eq!(app.send("GET", "/healthz", &[], None).status, 200);
}

#[test]
fn no_adjust_is_lost() {
    let app = spawn_demo();
    let body = r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":1},
        {"externalId":"THIEB-001","variants":[{"label":"Grand","quantityDelta":2}]}]}"#;
    together(&app, 8, |_| {
        for _ in 0..10 {
            assert_eq!(app.bulk(body).status, 200);
        }
    });
    assert_eq!(app.level("SIM-TEL"), 240 + 80);
    assert_eq!(app.variant_levels("THIEB-001"), [2, 161]);
}

#[test]
fn what_is_taken_was_there() {
    let app = spawn_demo();
    let headers = [("prefer", "return=representation")];
    let taken = std::sync::atomic::AtomicI64::new(0);
    together(&app, 8, |_| {
        for _ in 0..10 {
            let body = r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":-7}]}"#;
            let json = app.bulk_with(&headers, body).json();
            let change = &json["data"]["results"][0]["quantity"];
            assert!(change["after"].as_i64().unwrap() >= 0);
            let delta = change["delta"].as_i64().unwrap();
            taken.fetch_sub(delta, std::sync::atomic::Ordering::Relaxed);
        }
    });
    assert_eq!(app.level("SIM-TEL"), 0);
    assert_eq!(taken.into_inner(), 240);
}

#[test]
fn of_many_with_one_expected_level_one_wins() {
    let app = spawn_demo();
    let won = std::sync::atomic::AtomicUsize::new(0);
    together(&app, 8, |task| {
        let body = format!(r#"{{"quantity":{},"expectedQuantity":240}}"#, 1_000 + task);
        let status = app.stock("SIM-TEL", &body).status;
        assert!(status == 200 || status == 409);
        won.fetch_add(usize::from(status == 200), std::sync::atomic::Ordering::Relaxed);
    });
    assert_eq!(won.into_inner(), 1);
}

#[test]
fn one_idempotency_key_from_many_does_the_work_once() {
    let app = spawn_demo();
    let body = r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":1}]}"#;
    together(&app, 8, |_| {
        let answer = app.bulk_with(&[("x-idempotency-key", "once")], body);
        if answer.status == 409 {
            assert_eq!(answer.code(), "IDEMPOTENCY_IN_PROGRESS");
            assert_eq!(answer.header("retry-after"), Some("1"));
        } else {
            assert_eq!(answer.status, 200);
        }
    });
    assert_eq!(app.level("SIM-TEL"), 241);
}
