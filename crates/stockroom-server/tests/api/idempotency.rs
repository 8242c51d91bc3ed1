//! A write that is sent again does no work twice.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::json;
use stockroom_api::key::{Access, Environment};
use stockroom_api::path;
use stockroom_server::app::{Demo, Idempotency, Settings};
use stockroom_server::limits::{Budget, Limits};
use stockroom_server::routes::Verb;

use crate::app::{
    Answer, BULK, INVENTORY, PRODUCTS, TestApp, spawn_demo, spawn_limited, spawn_real,
};
use crate::endpoints::{address, body, rules};

const PLUS_ONE: &str = r#"{"items":[{"externalId":"YASSA-002","quantityDelta":1}]}"#;

#[test]
fn the_same_request_again_gets_the_same_answer_and_does_nothing() {
    let app = spawn_demo();
    let headers = [("x-idempotency-key", "run-1/7"), ("prefer", "return=representation")];
    let first = app.bulk_with(&headers, PLUS_ONE);
    let again = app.bulk_with(&headers, PLUS_ONE);
    assert_eq!(first.header("idempotent-replayed"), None);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.header("preference-applied"), first.header("preference-applied"));
    assert_eq!((again.status, again.text), (first.status, first.text));
    assert_eq!(app.level("YASSA-002"), 9);
}

#[test]
fn creating_and_single_updates_are_replayed_too() {
    let app = spawn_demo();
    let headers = [("authorization", "Bearer sk_test_demo"), ("x-idempotency-key", "k")];
    let new = Some(r#"{"name":"Thé","price":1}"#);
    let first = app.send("POST", PRODUCTS, &headers, new);
    let again = app.send("POST", PRODUCTS, &headers, new);
    assert_eq!((again.status, again.text), (201, first.text));
    let headers = [("authorization", "Bearer sk_test_demo"), ("x-idempotency-key", "k2")];
    let path = format!("{PRODUCTS}/YASSA-002/stock");
    app.send("PATCH", &path, &headers, Some(r#"{"quantity":1}"#));
    app.stock("YASSA-002", r#"{"quantity":5}"#);
    let again = app.send("PATCH", &path, &headers, Some(r#"{"quantity":1}"#));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(app.level("YASSA-002"), 5);
}

#[test]
fn another_body_or_address_with_the_same_key_is_refused() {
    let app = spawn_demo();
    let headers = [("x-idempotency-key", "k")];
    app.bulk_with(&headers, PLUS_ONE);
    let other = app.bulk_with(&headers, &PLUS_ONE.replace('1', "2"));
    assert_eq!((other.status, other.code()), (409, "IDEMPOTENCY_KEY_REUSED".into()));
    let headers = [("authorization", "Bearer sk_test_demo"), ("x-idempotency-key", "k")];
    let path = format!("{PRODUCTS}/YASSA-002/stock");
    let other = app.send("PATCH", &path, &headers, Some(r#"{"quantity":1}"#));
    assert_eq!(other.code(), "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(app.level("YASSA-002"), 9);
}

#[test]
fn a_refused_request_does_not_use_its_key_up() {
    let app = spawn_demo();
    let headers = [("x-idempotency-key", "k")];
    assert_eq!(app.bulk_with(&headers, r#"{"items":[]}"#).status, 400);
    assert_eq!(app.bulk_with(&headers, PLUS_ONE).status, 200);
    assert_eq!(app.level("YASSA-002"), 9);
}

#[test]
fn answers_are_kept_for_a_day() {
    let app = spawn_demo();
    let headers = [("x-idempotency-key", "k")];
    app.bulk_with(&headers, PLUS_ONE);
    app.clock.advance(SignedDuration::from_hours(23));
    app.bulk_with(&headers, PLUS_ONE);
    assert_eq!(app.level("YASSA-002"), 9);
    app.clock.advance(SignedDuration::from_hours(2));
    app.bulk_with(&headers, PLUS_ONE);
    assert_eq!(app.level("YASSA-002"), 10);
}

#[test]
fn keys_have_1_to_255_characters() {
    let app = spawn_demo();
    let longest = "k".repeat(255);
    assert_eq!(app.bulk_with(&[("x-idempotency-key", &longest)], PLUS_ONE).status, 200);
    // Characters are counted, not bytes.
    let accents = "é".repeat(255);
    assert_eq!(app.bulk_with(&[("x-idempotency-key", &accents)], PLUS_ONE).status, 200);
    for key in ["k".repeat(256), "é".repeat(256), String::new()] {
        let answer = app.bulk_with(&[("x-idempotency-key", &key)], PLUS_ONE);
        assert_eq!((answer.status, answer.code()), (400, "VALIDATION_ERROR".into()));
        assert!(answer.text.contains("X-Idempotency-Key"), "{answer:?}");
    }
    assert_eq!(app.level("YASSA-002"), 10);
}

/// Returns the body that confirms what this one previews.
fn confirmation(app: &TestApp, preview: &str) -> String {
    let answer = app.demo("POST", path::IMPORT, Some(preview)).json();
    let token = answer["data"]["token"].as_str().unwrap();
    let fields = preview.strip_suffix('}').unwrap();
    format!(r#"{fields},"mode":"confirm","token":"{token}"}}"#)
}

#[test]
fn every_write_is_replayed_byte_for_byte() {
    let app = spawn_demo();
    for rule in rules().iter().filter(|rule| rule.verb != Verb::Get) {
        let (method, address) = (rule.verb.as_str(), address(rule, "YASSA-002"));
        let mut body = body(rule, "YASSA-002");
        if rule.path == path::IMPORT {
            // A preview does nothing that could be done twice.
            body = body.map(|preview| confirmation(&app, &preview));
        }
        let key = format!("{method} {}", rule.path);
        let headers = [("authorization", "Bearer sk_test_demo"), ("x-idempotency-key", &key)];
        let send = |body: Option<&str>| app.send(method, &address, &headers, body);
        let first = send(body.as_deref());
        assert!(first.status < 500 && first.header("idempotent-replayed").is_none(), "{first:?}");
        let writes = app.get(&format!("{INVENTORY}/history?limit=100")).text;
        let again = send(body.as_deref());
        assert_eq!(again.header("idempotent-replayed"), Some("true"), "{rule:?}: {again:?}");
        assert_eq!((again.status, &again.text), (first.status, &first.text), "{rule:?}");
        assert_eq!(again.header("content-type"), first.header("content-type"));
        assert_eq!(app.get(&format!("{INVENTORY}/history?limit=100")).text, writes, "{rule:?}");
        let other = send(Some(
            r#"{"quantity":1,"items":[{"externalId":"B","quantityDelta":1}],
            "name":"A","price":2,"csv":"name,price\nA,2","mode":"confirm","token":"other","url":"https://b.example",
            "events":["product.stock_low"]}"#,
        ));
        assert_eq!(
            (other.status, other.code()),
            (409, "IDEMPOTENCY_KEY_REUSED".into()),
            "{rule:?}"
        );
    }
}

#[test]
fn every_write_can_be_asked_for_a_key() {
    let settings = Settings { idempotency: Idempotency::Required, ..Settings::default() };
    let app = spawn_real(settings);
    let bearer = format!("Bearer {}", app.key(Environment::Test, Access::Write));
    for rule in &rules() {
        let body = body(rule, "T-1");
        let address = address(rule, "T-1");
        let headers = [("authorization", bearer.as_str())];
        let answer = app.send(rule.verb.as_str(), &address, &headers, body.as_deref());
        if rule.verb == Verb::Get {
            assert!(matches!(answer.status, 200 | 404), "{answer:?}");
        } else {
            let found = (answer.status, answer.code());
            assert_eq!(found, (400, "IDEMPOTENCY_KEY_REQUIRED".into()), "{rule:?}");
        }
    }
    let told = app.send("GET", "/api/v1/capabilities", &[], None).json();
    assert_eq!(told["data"]["idempotencyKeyRequired"], true);
}

#[test]
fn the_address_with_its_parameters_is_part_of_the_request() {
    let app = spawn_demo();
    let headers = [("authorization", "Bearer sk_test_demo"), ("x-idempotency-key", "k")];
    assert_eq!(app.send("PATCH", BULK, &headers, Some(PLUS_ONE)).status, 200);
    let other = app.send("PATCH", &format!("{BULK}?mode=preview"), &headers, Some(PLUS_ONE));
    assert_eq!(other.code(), "IDEMPOTENCY_KEY_REUSED");
}

#[test]
fn a_refusal_by_the_work_itself_is_an_answer_too() {
    let app = spawn_demo();
    let send = |key: &str, method: &str, path: &str, body: &str| {
        let headers = [("authorization", "Bearer sk_test_demo"), ("x-idempotency-key", key)];
        app.send(method, path, &headers, Some(body))
    };
    let stock = format!("{PRODUCTS}/YASSA-002/stock");
    let missing = format!("{PRODUCTS}/T-1/stock");
    let new = r#"{"name":"Thé","price":1,"externalId":"T-1","quantity":1}"#;
    let cases = [
        ("stale", "PATCH", &stock, r#"{"quantity":20,"expectedQuantity":7}"#, 409),
        ("label", "PATCH", &stock, r#"{"variants":[{"label":"Mini","quantity":1}]}"#, 400),
        ("missing", "PATCH", &missing, r#"{"quantity":20}"#, 404),
        ("taken", "POST", &PRODUCTS.to_owned(), &new.replace("T-1", "YASSA-002"), 409),
    ];
    let first: Vec<Answer> =
        cases.iter().map(|(key, method, path, body, _)| send(key, method, path, body)).collect();
    // Now each of them could be done.
    app.stock("YASSA-002", r#"{"quantity":7}"#);
    assert_eq!(app.demo("POST", PRODUCTS, Some(new)).status, 201);
    for ((key, method, path, body, status), first) in cases.iter().zip(&first) {
        assert_eq!((first.status, first.header("idempotent-replayed")), (*status, None), "{key}");
        let again = send(key, method, path, body);
        assert_eq!((again.status, &again.text), (*status, &first.text), "{key}");
        assert_eq!(again.header("idempotent-replayed"), Some("true"), "{key}");
        assert_eq!(again.header("content-type"), first.header("content-type"));
        let other = send(key, method, path, &body.replace('{', "{ "));
        assert_eq!(other.code(), "IDEMPOTENCY_KEY_REUSED", "{key}");
    }
    assert_eq!((app.level("YASSA-002"), app.level("T-1")), (7.into(), 1.into()));
    app.clock.advance(SignedDuration::from_hours(25));
    assert_eq!(send("stale", "PATCH", &stock, cases[0].3).status, 200);
}

#[test]
fn what_is_refused_before_the_work_begins_uses_no_key_up() {
    let budget = Budget { per_minute: 5, per_day: 500 };
    let app = spawn_limited(Limits { bulk_inventory: budget, ..Limits::HOSTED });
    let send = |key: &str, body: &str| {
        let bearer = format!("Bearer {key}");
        let headers = [("authorization", bearer.as_str()), ("x-idempotency-key", "k")];
        app.send("PATCH", BULK, &headers, Some(body))
    };
    let refused = [
        send("sk_test_wrong", PLUS_ONE),
        send("pk_test_demo", PLUS_ONE),
        send("sk_test_demo", "{\"items\":"),
        send("sk_test_demo", r#"{"items":[{"externalId":"YASSA-002","quantityDelta":1.5}]}"#),
        send("sk_test_demo", &"x".repeat(2 * 1024 * 1024 + 1)),
        send("sk_test_demo", PLUS_ONE),
    ];
    let statuses: Vec<u16> = refused.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [401, 403, 400, 400, 413, 429]);
    app.clock.advance(SignedDuration::from_mins(1));
    let done = send("sk_test_demo", PLUS_ONE);
    assert_eq!((done.status, done.header("idempotent-replayed")), (200, None));
    // A replay passes the limits and the key's rule like any other request.
    assert_eq!(send("pk_test_demo", PLUS_ONE).status, 403);
    assert_eq!(app.level("YASSA-002"), 9);
}

#[test]
fn a_key_is_the_store_s_whoever_sends_it() {
    let app = spawn_real(Settings::default());
    let keys = [Environment::Test, Environment::Test, Environment::Live];
    let keys = keys.map(|environment| app.key(environment, Access::Write));
    let create = |key: &str| {
        let bearer = format!("Bearer {key}");
        let headers = [("authorization", bearer.as_str()), ("x-idempotency-key", "k")];
        app.send("POST", PRODUCTS, &headers, Some(r#"{"name":"Thé","price":1}"#))
    };
    let [first, second, live] = keys.each_ref().map(|key| create(key));
    assert_eq!((second.header("idempotent-replayed"), &second.text), (Some("true"), &first.text));
    assert_eq!((live.status, live.header("idempotent-replayed")), (201, None));
    assert_ne!(live.text, first.text);
}

/// Sends the same write from a thread of its own, and says what came of it.
fn send_apart(app: &TestApp, answers: &mpsc::Sender<Answer>) {
    let answer = app.bulk_with(&[("x-idempotency-key", "k")], PLUS_ONE);
    let _ = answers.send(answer);
}

#[test]
fn while_the_first_is_running_the_second_is_told_to_wait() {
    let app = spawn_demo();
    let release = app.hold_writer();
    thread::scope(|scope| {
        let (answers, answered) = mpsc::channel();
        for _ in 0..2 {
            let (app, answers) = (&app, answers.clone());
            scope.spawn(move || send_apart(app, &answers));
        }
        // The writer is held up: the one that has an answer by now is the one that was second.
        let second = answered.recv_timeout(Duration::from_secs(30)).unwrap();
        assert_eq!((second.status, second.code()), (409, "IDEMPOTENCY_IN_PROGRESS".into()));
        assert_eq!(second.header("retry-after"), Some("1"));
        drop(release);
        let first = answered.recv_timeout(Duration::from_secs(30)).unwrap();
        assert_eq!((first.status, first.header("idempotent-replayed")), (200, None));
    });
    let third = app.bulk_with(&[("x-idempotency-key", "k")], PLUS_ONE);
    assert_eq!((third.status, third.header("idempotent-replayed")), (200, Some("true")));
    assert_eq!(app.level("YASSA-002"), 9);
}

#[test]
fn two_processes_do_the_same_request_once() {
    let app = spawn_demo();
    let twin = app.twin(Settings { demo: Demo::On, ..Settings::default() });
    for round in 0..20 {
        let key = format!("round-{round}");
        let body = json!({"items": [{"externalId": "SIM-TEL", "quantityDelta": 1}]}).to_string();
        let send = |app: &TestApp| loop {
            let answer = app.bulk_with(&[("x-idempotency-key", &key)], &body);
            if answer.status != 409 {
                return answer;
            }
            assert_eq!(answer.code(), "IDEMPOTENCY_IN_PROGRESS");
        };
        let answers: Vec<Answer> = thread::scope(|scope| {
            let asked = [&app, &twin, &app, &twin].map(|app| scope.spawn(move || send(app)));
            asked.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let done = answers.iter().filter(|answer| answer.header("idempotent-replayed").is_none());
        assert_eq!(done.count(), 1, "{answers:?}");
        assert!(
            answers.iter().all(|answer| answer.status == 200 && answer.text == answers[0].text)
        );
    }
    assert_eq!(app.level("SIM-TEL"), 260);
    // A refusal is the same from both.
    let stale = |app: &TestApp| {
        let headers = [("authorization", "Bearer sk_test_demo"), ("x-idempotency-key", "stale")];
        let body = r#"{"quantity":1,"expectedQuantity":1}"#;
        app.send("PATCH", &format!("{PRODUCTS}/SIM-TEL/stock"), &headers, Some(body))
    };
    let (first, again) = (stale(&app), stale(&twin));
    assert_eq!((first.status, &again.text), (409, &first.text));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
}
