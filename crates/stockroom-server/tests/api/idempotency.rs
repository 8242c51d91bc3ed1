//! A write that is sent again does no work twice.

use jiff::SignedDuration;
use stockroom_api::key::{Access, Environment};
use stockroom_server::app::{Idempotency, Settings};

use crate::app::{BULK, PRODUCTS, spawn_demo, spawn_real};

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
fn keys_have_255_characters_at_most_and_can_be_required() {
    let app = spawn_demo();
    let longest = "k".repeat(255);
    assert_eq!(app.bulk_with(&[("x-idempotency-key", &longest)], PLUS_ONE).status, 200);
    let longer = "k".repeat(256);
    let answer = app.bulk_with(&[("x-idempotency-key", &longer)], PLUS_ONE);
    assert_eq!((answer.status, answer.code()), (400, "VALIDATION_ERROR".into()));

    let app = spawn_real(Settings { idempotency: Idempotency::Required, ..Settings::default() });
    let bearer = format!("Bearer {}", app.key(Environment::Test, Access::Write));
    let answer = app.send("PATCH", BULK, &[("authorization", &bearer)], Some(PLUS_ONE));
    assert_eq!((answer.status, answer.code()), (400, "IDEMPOTENCY_KEY_REQUIRED".into()));
}
