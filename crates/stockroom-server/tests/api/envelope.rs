//! Every refusal comes in the envelope; the service's own endpoints; CORS.

use stockroom_api::capabilities::Capabilities;
use stockroom_api::envelope::Envelope;
use stockroom_server::app::Settings;

use crate::app::{BULK, INVENTORY, spawn_demo, spawn_real};

#[test]
fn unknown_addresses_and_methods_are_in_the_envelope() {
    let app = spawn_demo();
    for (method, path, status, code) in [
        ("GET", "/api/v1/nothing", 404, "NOT_FOUND"),
        ("GET", "/api", 404, "NOT_FOUND"),
        ("DELETE", INVENTORY, 405, "METHOD_NOT_ALLOWED"),
        ("GET", BULK, 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/update", 405, "METHOD_NOT_ALLOWED"),
    ] {
        let answer = app.demo(method, path, None);
        assert_eq!((answer.status, answer.code()), (status, code.to_owned()), "{path}");
    }
}

#[test]
fn malformed_and_too_large_bodies_are_in_the_envelope() {
    let app = spawn_demo();
    let malformed = app.bulk("{\"items\":[");
    assert_eq!((malformed.status, malformed.code()), (400, "VALIDATION_ERROR".into()));
    let large = app.bulk(&" ".repeat(2 * 1024 * 1024 + 1));
    assert_eq!((large.status, large.code()), (413, "PAYLOAD_TOO_LARGE".into()));
    let deep = app.bulk(&format!("{{\"items\":{}", "[".repeat(100_000)));
    assert_eq!((deep.status, deep.code()), (400, "VALIDATION_ERROR".into()));
}

#[test]
fn answers_of_the_api_are_not_stored() {
    let app = spawn_demo();
    let answer = app.get(INVENTORY);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
}

#[test]
fn capabilities_need_no_key() {
    let app = spawn_demo();
    let answer = app.send("GET", "/api/v1/capabilities", &[], None);
    let told: Envelope<Capabilities> = serde_json::from_str(&answer.text).unwrap();
    assert!(told.data.demo && told.data.sessions && told.data.expected_quantity);
    assert!(told.data.representation && !told.data.idempotency_key_required);
    assert_eq!((told.data.limits.bulk_items, told.data.limits.page_size), (200, 100));
    assert_eq!(app.send("GET", "/healthz", &[], None).status, 200);
}

#[test]
fn only_listed_origins_may_call_and_never_with_cookies() {
    let app = spawn_real(Settings {
        allowed_origins: vec!["https://stock.example.com".to_owned()],
        ..Settings::default()
    });
    let preflight = |origin: &str, path: &str| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "PATCH"),
            ("access-control-request-headers", "authorization,x-run-id"),
        ];
        app.send("OPTIONS", path, &headers, None)
    };
    let allowed = preflight("https://stock.example.com", BULK);
    assert_eq!(allowed.header("access-control-allow-origin"), Some("https://stock.example.com"));
    let names = allowed.header("access-control-allow-headers").unwrap();
    assert!(names.contains("x-idempotency-key") && names.contains("x-run-id"));
    assert_eq!(allowed.header("access-control-allow-credentials"), None);
    let other = preflight("https://evil.example", BULK);
    assert_eq!(other.header("access-control-allow-origin"), None);
    let session = preflight("https://stock.example.com", "/api/session");
    assert_eq!(session.header("access-control-allow-origin"), None);
    let refused = app.send("GET", INVENTORY, &[("origin", "https://stock.example.com")], None);
    assert_eq!(refused.status, 401);
    assert!(refused.header("access-control-expose-headers").unwrap().contains("retry-after"));
    assert!(refused.header("access-control-allow-origin").is_some());
}
