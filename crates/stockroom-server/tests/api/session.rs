//! The app's sessions.

use jiff::SignedDuration;
use serde_json::json;
use stockroom_api::key::{Access, Environment};
use stockroom_api::scope::{KeyScope, KeyScopes};
use stockroom_server::app::Settings;
use stockroom_server::store::keys::{Grant, KeyChange};

use crate::app::{BULK, INVENTORY, TestApp, spawn_demo, spawn_real};

const SESSION: &str = "/api/session";
const PLUS_ONE: &str = r#"{"items":[{"externalId":"YASSA-002","quantityDelta":1}]}"#;

/// Signs in and returns the cookie as the browser would send it.
fn sign_in(app: &TestApp, body: &str) -> String {
    let answer = app.send("POST", SESSION, &[], Some(body));
    assert_eq!(answer.status, 200, "{answer:?}");
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Strict"));
    assert!(cookie.contains("; Path=/api;") && !cookie.contains("Secure"));
    cookie.split(';').next().unwrap().to_owned()
}

#[test]
fn the_demo_store_is_open_to_anybody_on_a_demo_server() {
    let app = spawn_demo();
    let cookie = sign_in(&app, r#"{"demo":true}"#);
    let answer = app.send("GET", SESSION, &[("cookie", &cookie)], None);
    assert_eq!(
        answer.json()["data"],
        json!({"storeName": "Boutique Tevragh-Zeina", "environment": "test",
            "readOnly": false, "demo": true, "scopes": [
                "store.inventory:read", "store.inventory:write", "store.products:read",
                "store.products:write", "store.import:write", "webhooks.endpoints:read",
                "webhooks.endpoints:manage", "webhooks.deliveries:read",
                "webhooks.deliveries:retry"]})
    );
    let real = spawn_real(Settings::default());
    let refused = real.send("POST", SESSION, &[], Some(r#"{"demo":true}"#));
    assert_eq!((refused.status, refused.code()), (401, "INVALID_API_KEY".into()));
}

#[test]
fn a_key_opens_its_own_data_and_access() {
    let app = spawn_real(Settings::default());
    let key = app.key(Environment::Live, Access::Read);
    let cookie = sign_in(&app, &json!({"key": key}).to_string());
    let session = app.send("GET", SESSION, &[("cookie", &cookie)], None).json();
    assert_eq!(session["data"]["environment"], "live");
    assert_eq!(session["data"]["readOnly"], true);
    for body in [r#"{"key":"sk_live_wrong"}"#, r#"{"key":""}"#] {
        let refused = app.send("POST", SESSION, &[], Some(body));
        assert_eq!((refused.status, refused.code()), (401, "INVALID_API_KEY".into()));
        assert_eq!(refused.header("set-cookie"), None);
    }
    for body in ["", "{}", "[]", r#"{"demo":false}"#] {
        assert_eq!(app.send("POST", SESSION, &[], Some(body)).status, 400, "{body}");
    }
}

#[test]
fn a_session_has_the_scopes_of_its_key_and_those_that_it_gets_later() {
    let app = spawn_real(Settings::default());
    let read = KeyScopes::from_iter([KeyScope::InventoryRead, KeyScope::ProductsRead]);
    let key = app.key_with(Environment::Live, Access::Write, |row| row.grant = Grant::Only(read));
    let cookie = sign_in(&app, &json!({"key": key}).to_string());
    let session = || app.send("GET", SESSION, &[("cookie", &cookie)], None).json()["data"].clone();
    let told = session();
    assert_eq!(told["scopes"], json!(["store.inventory:read", "store.products:read"]));
    // Without a scope to write, the key may only read, whatever its prefix says.
    assert_eq!(told["readOnly"], true);
    let write = || {
        let headers = [("cookie", cookie.as_str()), ("x-stockroom", "1"), ("origin", &app.url)];
        app.send("PATCH", BULK, &headers, Some(PLUS_ONE))
    };
    assert_eq!(write().code(), "SCOPE_REQUIRED");
    let grant = Some(Grant::Only(KeyScopes::from_iter([KeyScope::InventoryWrite])));
    app.change_key(&key, KeyChange { grant, ..KeyChange::default() });
    let told = session();
    assert_eq!(
        (&told["scopes"], &told["readOnly"]),
        (&json!(["store.inventory:write"]), &false.into())
    );
    assert_eq!(write().status, 200);
    let list = app.send("GET", INVENTORY, &[("cookie", &cookie)], None);
    assert_eq!((list.status, list.code()), (403, "SCOPE_REQUIRED".into()));
}

#[test]
fn writes_by_cookie_need_the_header_and_the_same_origin() {
    let app = spawn_demo();
    let cookie = sign_in(&app, r#"{"demo":true}"#);
    let write = |more: &[(&str, &str)]| {
        let mut headers = vec![("cookie", cookie.as_str())];
        headers.extend_from_slice(more);
        app.send("PATCH", BULK, &headers, Some(PLUS_ONE))
    };
    let own = app.url.as_str();
    for refused in [
        write(&[]),
        write(&[("origin", own)]),
        write(&[("x-stockroom", "1")]),
        write(&[("x-stockroom", "1"), ("origin", "https://evil.example")]),
        write(&[("x-stockroom", "1"), ("origin", "null")]),
        write(&[("x-stockroom", "1"), ("sec-fetch-site", "same-site")]),
    ] {
        assert_eq!((refused.status, refused.code()), (403, "CROSS_SITE".into()));
    }
    assert_eq!(write(&[("x-stockroom", "1"), ("origin", own)]).status, 200);
    let fetched = write(&[("x-stockroom", "1"), ("sec-fetch-site", "same-origin")]);
    assert_eq!(fetched.status, 200);
    let read = app.send("GET", INVENTORY, &[("cookie", &cookie)], None);
    assert_eq!(read.status, 200);
    let foreign = [("origin", "https://evil.example")];
    let refused = app.send("POST", SESSION, &foreign, Some(r#"{"demo":true}"#));
    assert_eq!(refused.code(), "CROSS_SITE");
}

#[test]
fn a_session_slides_for_12_hours_and_ends_when_signed_out() {
    let app = spawn_demo();
    let cookie = sign_in(&app, r#"{"demo":true}"#);
    let status = || app.send("GET", SESSION, &[("cookie", &cookie)], None).status;
    app.clock.advance(SignedDuration::from_hours(11));
    assert_eq!(status(), 200);
    app.clock.advance(SignedDuration::from_hours(11));
    assert_eq!(status(), 200);
    app.clock.advance(SignedDuration::from_hours(13));
    assert_eq!(status(), 401);

    let cookie = sign_in(&app, r#"{"demo":true}"#);
    let headers = [("cookie", cookie.as_str()), ("x-stockroom", "1"), ("origin", &app.url)];
    let out = app.send("DELETE", SESSION, &headers, None);
    assert_eq!(out.status, 200);
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(app.send("GET", SESSION, &[("cookie", &cookie)], None).status, 401);
}

#[test]
fn revoking_the_key_ends_its_sessions() {
    let app = spawn_real(Settings::default());
    let key = app.key(Environment::Test, Access::Write);
    let cookie = sign_in(&app, &json!({"key": key}).to_string());
    app.revoke(&key);
    let answer = app.send("GET", SESSION, &[("cookie", &cookie)], None);
    assert_eq!((answer.status, answer.code()), (401, "MISSING_CREDENTIALS".into()));
}
