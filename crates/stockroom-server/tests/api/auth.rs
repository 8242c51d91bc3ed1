//! Keys: what they open, and what is said where they do not.

use stockroom_api::key::{Access, Environment};
use stockroom_server::app::Settings;

use crate::app::{BULK, INVENTORY, PRODUCTS, TestApp, spawn_demo, spawn_real};

fn code(app: &TestApp, authorization: Option<&str>) -> String {
    let headers: Vec<(&str, &str)> =
        authorization.map(|v| ("authorization", v)).into_iter().collect();
    let answer = app.send("GET", INVENTORY, &headers, None);
    assert_eq!(answer.status, 401, "{answer:?}");
    answer.code()
}

#[test]
fn each_fault_of_a_key_has_its_code() {
    let app = spawn_demo();
    assert_eq!(code(&app, None), "MISSING_CREDENTIALS");
    assert_eq!(code(&app, Some("sk_test_demo")), "INVALID_AUTH_HEADER");
    assert_eq!(code(&app, Some("Basic abc")), "INVALID_AUTH_HEADER");
    assert_eq!(code(&app, Some("Bearer ")), "INVALID_AUTH_HEADER");
    assert_eq!(code(&app, Some("Bearer sk_test_other")), "INVALID_API_KEY");
    assert_eq!(code(&app, Some("Bearer demo")), "INVALID_API_KEY");
}

#[test]
fn a_public_key_only_reads() {
    let app = spawn_demo();
    let headers = [("authorization", "Bearer pk_test_demo")];
    assert_eq!(app.send("GET", INVENTORY, &headers, None).status, 200);
    let body = Some(r#"{"items":[{"externalId":"YASSA-002","quantityDelta":1}]}"#);
    for (method, path) in [("PATCH", BULK), ("POST", PRODUCTS)] {
        let answer = app.send(method, path, &headers, body);
        assert_eq!((answer.status, answer.code()), (403, "SECRET_KEY_REQUIRED".into()));
    }
    assert_eq!(app.level("YASSA-002"), 8);
}

#[test]
fn demo_keys_work_in_demo_stores_only() {
    let app = spawn_real(Settings::default());
    assert_eq!(code(&app, Some("Bearer sk_test_demo")), "INVALID_API_KEY");
}

#[test]
fn test_and_live_data_are_apart() {
    let app = spawn_real(Settings::default());
    let bearer = |environment| format!("Bearer {}", app.key(environment, Access::Write));
    let (test, live) = (bearer(Environment::Test), bearer(Environment::Live));
    let new =
        |level: u32| format!(r#"{{"name":"Thé","price":1,"externalId":"T-1","quantity":{level}}}"#);
    let create = |key: &str, level| {
        let headers = [("authorization", key)];
        app.send("POST", PRODUCTS, &headers, Some(&new(level))).status
    };
    assert_eq!((create(&test, 5), create(&live, 7)), (201, 201));
    let body = r#"{"items":[{"externalId":"T-1","quantityDelta":1}]}"#;
    let headers = [("authorization", test.as_str()), ("x-idempotency-key", "one")];
    app.send("PATCH", BULK, &headers, Some(body));
    let level = |key: &str| {
        let headers = [("authorization", key)];
        let answer = app.send("GET", &format!("{PRODUCTS}/T-1"), &headers, None);
        answer.json()["data"]["quantity"].clone()
    };
    assert_eq!((level(&test), level(&live)), (6.into(), 7.into()));
    // The same idempotency key is another one on the other side.
    let headers = [("authorization", live.as_str()), ("x-idempotency-key", "one")];
    let answer = app.send("PATCH", BULK, &headers, Some(body));
    assert_eq!(answer.header("idempotent-replayed"), None);
    assert_eq!((level(&test), level(&live)), (6.into(), 8.into()));
    let id_of = |key: &str| {
        let headers = [("authorization", key)];
        let answer = app.send("GET", &format!("{PRODUCTS}/T-1"), &headers, None);
        answer.json()["data"]["id"].as_str().unwrap().to_owned()
    };
    let headers = [("authorization", live.as_str())];
    let foreign = app.send("GET", &format!("{PRODUCTS}/{}", id_of(&test)), &headers, None);
    assert_eq!(foreign.status, 404);
}

#[test]
fn a_revoked_key_opens_nothing() {
    let app = spawn_real(Settings::default());
    let key = app.key(Environment::Live, Access::Write);
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str())];
    assert_eq!(app.send("GET", INVENTORY, &headers, None).status, 200);
    app.revoke(&key);
    assert_eq!(code(&app, Some(&bearer)), "INVALID_API_KEY");
}
