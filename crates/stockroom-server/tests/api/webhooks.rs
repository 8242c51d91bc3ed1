//! Endpoints of webhooks over HTTP.

use serde_json::{Value, json};
use stockroom_api::key::{Access, Environment};
use stockroom_server::app::{Demo, Settings};
use stockroom_server::webhooks::target::Targets;

use crate::app::{Answer, TestApp, spawn_demo, spawn_real};
use crate::receiver::{base64, unhex};

pub(crate) const ENDPOINTS: &str = "/api/v1/dev/webhooks/endpoints";
pub(crate) const DELIVERIES: &str = "/api/v1/dev/webhooks/deliveries";

/// A demo store whose webhooks may go to loopback.
pub(crate) fn spawn_open() -> TestApp {
    spawn_demo().twin(open())
}

pub(crate) fn open() -> Settings {
    Settings { demo: Demo::On, webhook_targets: Targets::Any, ..Settings::default() }
}

/// Makes an endpoint for both events and returns it with its secret.
pub(crate) fn listen(app: &TestApp, url: &str) -> Value {
    let body = json!({"url": url, "events": ["product.stock_low", "product.stock_out"]});
    let made = app.demo("POST", ENDPOINTS, Some(&body.to_string()));
    assert_eq!(made.status, 201, "{made:?}");
    made.json()["data"].clone()
}

pub(crate) fn id(endpoint: &Value) -> &str {
    endpoint["id"].as_str().unwrap()
}

const NEW: &str = r#"{"url":"https://shop.example/hooks","events":["product.stock_out"]}"#;

#[test]
fn an_endpoint_is_made_shown_changed_and_deleted() {
    let app = spawn_demo();
    let capabilities = app.send("GET", "/api/v1/capabilities", &[], None).json();
    assert_eq!(capabilities["data"]["webhooks"], true);
    let made = app.demo("POST", ENDPOINTS, Some(NEW));
    assert_eq!(made.status, 201);
    let made = made.json()["data"].clone();
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.len() == 64 && secret.bytes().all(|digit| digit.is_ascii_hexdigit()));
    assert_eq!(made["signingSecret"], format!("whsec_{}", base64(&unhex(secret))));
    let mut shown = made.clone();
    shown.as_object_mut().unwrap().remove("secret");
    shown.as_object_mut().unwrap().remove("signingSecret");
    assert_eq!(
        shown,
        json!({"id": made["id"], "url": "https://shop.example/hooks",
            "events": ["product.stock_out"], "active": true, "disabledReason": null,
            "disabledAt": null, "failingSince": null, "oldSecretUntil": null,
            "createdAt": "2026-11-23T08:00:00.000Z", "updatedAt": "2026-11-23T08:00:00.000Z"})
    );
    let path = format!("{ENDPOINTS}/{}", id(&made));
    assert_eq!(app.get(&path).json()["data"], shown);
    let list = json!({"items": [shown], "page": 1, "limit": 100, "total": 1, "hasMore": false});
    assert_eq!(app.get(ENDPOINTS).json()["data"], list);

    let changed = app.demo("PUT", &path, Some(r#"{"active":false}"#));
    assert_eq!((changed.status, &changed.json()["data"]["active"]), (200, &json!(false)));
    let test = app.demo("POST", &format!("{path}/test"), None);
    assert_eq!((test.status, test.code()), (409, "WEBHOOK_ENDPOINT_INACTIVE".into()));
    let body = r#"{"url":"https://shop.example/other","events":["product.stock_low"]}"#;
    let changed = app.demo("PUT", &path, Some(body)).json()["data"].clone();
    assert_eq!(changed["url"], "https://shop.example/other");
    assert_eq!(changed["events"], json!(["product.stock_low"]));
    assert_eq!(changed["active"], false, "what is left out stays");

    let deleted = app.demo("DELETE", &path, None);
    assert_eq!(deleted.status, 200);
    assert_eq!(deleted.json()["data"], json!({"id": made["id"], "deleted": true}));
    assert_eq!(app.get(&path).code(), "WEBHOOK_ENDPOINT_NOT_FOUND");
}

#[test]
fn a_secret_is_told_once_and_again_only_as_another() {
    let app = spawn_demo();
    let headers = [("authorization", "Bearer sk_test_demo"), ("x-idempotency-key", "k")];
    let made = app.send("POST", ENDPOINTS, &headers, Some(NEW));
    let again = app.send("POST", ENDPOINTS, &headers, Some(NEW));
    assert_eq!((again.text, again.status), (made.text.clone(), 201));
    assert_eq!(app.get(ENDPOINTS).json()["data"]["total"], 1);
    let made = made.json()["data"].clone();
    let path = format!("{ENDPOINTS}/{}/secret", id(&made));
    let rotated = app.demo("POST", &path, Some(r#"{"graceHours":2}"#)).json()["data"].clone();
    assert_eq!(rotated["secret"].as_str().unwrap().len(), 64);
    assert_ne!(rotated["secret"], made["secret"]);
    assert_eq!(rotated["oldSecretUntil"], "2026-11-23T10:00:00.000Z");
    let rotated = app.demo("POST", &path, None).json()["data"].clone();
    assert_eq!(rotated["oldSecretUntil"], "2026-11-24T08:00:00.000Z");
    let rotated = app.demo("POST", &path, Some(r#"{"graceHours":0}"#)).json()["data"].clone();
    assert_eq!(rotated["oldSecretUntil"], Value::Null);
    assert_eq!(app.demo("POST", &path, Some(r#"{"graceHours":169}"#)).path(), "graceHours");
}

#[test]
fn a_store_has_five_endpoints_at_most_in_each_environment() {
    let app = spawn_real(Settings::default());
    let [test, live] = [Environment::Test, Environment::Live]
        .map(|environment| format!("Bearer {}", app.key(environment, Access::Write)));
    let create = |key: &str| app.send("POST", ENDPOINTS, &[("authorization", key)], Some(NEW));
    for _ in 0..5 {
        assert_eq!(create(&test).status, 201);
    }
    let sixth = create(&test);
    assert_eq!((sixth.status, sixth.code()), (409, "WEBHOOK_ENDPOINT_LIMIT".into()));
    assert_eq!(create(&live).status, 201);
}

#[test]
fn bad_bodies_and_addresses_are_refused_with_their_field() {
    let app = spawn_demo();
    let url = |url: &str| json!({"url": url, "events": ["product.stock_low"]}).to_string();
    let long = url(&format!("https://shop.example/{}", "x".repeat(2_000)));
    for (body, path) in [
        ("", Value::Null),
        ("[]", Value::Null),
        ("{", Value::Null),
        ("{}", json!("url")),
        (r#"{"url":7,"events":["product.stock_low"]}"#, json!("url")),
        (r#"{"url":"https://shop.example"}"#, json!("events")),
        (r#"{"url":"https://shop.example","events":[]}"#, json!("events")),
        (r#"{"url":"https://shop.example","events":["order.paid"]}"#, json!("events[0]")),
        (r#"{"url":"https://shop.example","events":["webhook.test"]}"#, json!("events[0]")),
        (r#"{"url":"https://shop.example","events":[null]}"#, json!("events[0]")),
        (&url(""), json!("url")),
        (&url("shop.example/hooks"), json!("url")),
        (&url("http://shop.example/hooks"), json!("url")),
        (&url("ftp://shop.example/hooks"), json!("url")),
        (&url("https://user:secret@shop.example/"), json!("url")),
        (&url("https://shop.example/#here"), json!("url")),
        (&url("https://localhost/"), json!("url")),
        (&url("https://127.0.0.1/"), json!("url")),
        (&url("https://[::1]/"), json!("url")),
        (&url("https://10.0.0.7:8443/"), json!("url")),
        (&url("https://169.254.169.254/latest/meta-data"), json!("url")),
        (&long, json!("url")),
    ] {
        let answer = app.demo("POST", ENDPOINTS, Some(body));
        assert_eq!((answer.status, answer.code()), (400, "VALIDATION_ERROR".into()), "{body}");
        assert_eq!(answer.path(), path, "{body}: {answer:?}");
    }
    assert_eq!(app.get(ENDPOINTS).json()["data"]["total"], 0);
    let made = app.demo("POST", ENDPOINTS, Some(NEW)).json()["data"].clone();
    let path = format!("{ENDPOINTS}/{}", id(&made));
    for (body, field) in [
        ("{}", Value::Null),
        (r#"{"active":1}"#, json!("active")),
        (r#"{"url":"https://192.168.0.1/"}"#, json!("url")),
        (r#"{"events":["x"]}"#, json!("events[0]")),
    ] {
        let answer = app.demo("PUT", &path, Some(body));
        assert_eq!((answer.status, answer.path()), (400, field), "{body}");
    }
    for query in ["state=lost", "page=0", "limit=x"] {
        let answer = app.get(&format!("{path}/deliveries?{query}"));
        assert_eq!((answer.status, answer.code()), (400, "VALIDATION_ERROR".into()), "{query}");
    }
}

#[test]
fn each_environment_sees_its_own_endpoints_and_deliveries_alone() {
    let app = spawn_real(Settings { webhook_targets: Targets::Any, ..Settings::default() });
    let [test, live] = [Environment::Test, Environment::Live]
        .map(|environment| format!("Bearer {}", app.key(environment, Access::Write)));
    let public = format!("Bearer {}", app.key(Environment::Test, Access::Read));
    let ask = |key: &str, method: &str, path: &str, body: Option<&str>| -> Answer {
        app.send(method, path, &[("authorization", key)], body)
    };
    let made = ask(&test, "POST", ENDPOINTS, Some(NEW)).json()["data"].clone();
    let endpoint = format!("{ENDPOINTS}/{}", id(&made));
    let sent = ask(&test, "POST", &format!("{endpoint}/test"), None);
    assert_eq!(sent.status, 202);
    let sent = sent.json()["data"].clone();
    let delivery = format!("{DELIVERIES}/{}", sent["id"].as_str().unwrap());
    assert_eq!(ask(&live, "GET", ENDPOINTS, None).json()["data"]["total"], 0);
    let routes = [
        ("GET", endpoint.clone(), None),
        ("PUT", endpoint.clone(), Some(r#"{"active":false}"#)),
        ("POST", format!("{endpoint}/test"), None),
        ("POST", format!("{endpoint}/secret"), None),
        ("GET", format!("{endpoint}/deliveries"), None),
        ("GET", delivery.clone(), None),
        ("POST", format!("{delivery}/retry"), None),
        ("POST", format!("{endpoint}/retry"), None),
        ("DELETE", endpoint.clone(), None),
    ];
    for (method, path, body) in &routes {
        let answer = ask(&live, method, path, *body);
        assert_eq!(answer.status, 404, "{method} {path}");
        assert!(answer.code().ends_with("_NOT_FOUND"), "{answer:?}");
        let answer = app.send(method, path, &[], *body);
        assert_eq!(answer.code(), "MISSING_CREDENTIALS", "{method} {path}");
        let answer = ask(&public, method, path, *body);
        let expected = if *method == "GET" { "SCOPE_REQUIRED" } else { "SECRET_KEY_REQUIRED" };
        assert_eq!((answer.status, answer.code()), (403, expected.into()), "{method} {path}");
    }
    for id in ["dlv_0", "dlv_x", "dlv_-1", "1", "dlv_99999999999999999999"] {
        let answer = ask(&test, "GET", &format!("{DELIVERIES}/{id}"), None);
        assert_eq!(answer.code(), "WEBHOOK_DELIVERY_NOT_FOUND", "{id}");
    }
    // What the other environment asked for changed nothing.
    let shown = ask(&test, "GET", &delivery, None).json()["data"].clone();
    assert_eq!((&shown["state"], &shown["attempts"]), (&json!("pending"), &json!(0)));
    assert_eq!(ask(&test, "GET", &endpoint, None).json()["data"]["active"], true);
}
