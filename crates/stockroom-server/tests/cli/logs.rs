//! What the log says of requests, and what it never says.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::process::{Running, send};

/// A text that is in no address, header or body but those of the test.
const SECRET: &str = "Zx9SecretZx9";

/// Every route; what is in braces is filled in.
const ROUTES: [(&str, &str); 18] = [
    ("GET", "/api/v1/dev/store/inventory"),
    ("PATCH", "/api/v1/dev/store/inventory/bulk"),
    ("GET", "/api/v1/dev/store/inventory/history"),
    ("GET", "/api/v1/dev/store/inventory/runs"),
    ("GET", "/api/v1/dev/store/inventory/snapshot"),
    ("GET", "/api/v1/dev/store/products"),
    ("POST", "/api/v1/dev/store/products"),
    ("GET", "/api/v1/dev/store/products/{id}"),
    ("PATCH", "/api/v1/dev/store/products/{id}/stock"),
    ("GET", "/api/v1/capabilities"),
    ("POST", "/api/session"),
    ("GET", "/api/session"),
    ("DELETE", "/api/session"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    // Methods and addresses that there are not.
    ("PUT", "/api/v1/dev/store/inventory"),
    ("GET", "/api/v1/{id}"),
    ("GET", "/{id}"),
];

fn lines(log: &Path) -> Vec<Value> {
    let text = fs::read_to_string(log).unwrap();
    let read = |line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
    text.lines().map(read).collect()
}

fn is_request(line: &Value) -> bool {
    line["message"] == "request"
}

#[test]
fn no_secret_of_any_request_is_in_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let server = Running::start_logged(&["--demo", "--log-format", "json"], dir.path(), &log);
    let good = "Bearer sk_test_demo";
    let wrong = format!("Bearer sk_live_{SECRET}");
    let cookie = format!("stockroom_session={SECRET}");
    let bodies = [
        format!(
            r#"{{"key":"sk_live_{SECRET}","items":[{{"externalId":"{SECRET}","quantityDelta":1}}]}}"#
        ),
        format!(r#"{{"name":"{SECRET}","price":1,"externalId":"{SECRET}","quantity":1}}"#),
        format!(r#"{{"items":"{SECRET}""#),
    ];
    let mut sent = 0;
    for (method, route) in ROUTES {
        let url =
            format!("{}{}?key={SECRET}&q={SECRET}", server.url, route.replace("{id}", SECRET));
        for credential in
            [("authorization", good), ("authorization", &*wrong), ("cookie", &*cookie)]
        {
            for body in &bodies {
                let headers = [
                    credential,
                    ("x-idempotency-key", SECRET),
                    ("x-run-reason", SECRET),
                    ("x-run-fingerprint", SECRET),
                    ("x-request-id", SECRET),
                    ("x-forwarded-for", SECRET),
                    ("user-agent", SECRET),
                    ("referer", SECRET),
                ];
                let body = (method != "GET").then_some(body.as_str());
                let (status, _) = send(method, &url, &headers, body);
                assert_ne!(status, 500, "{method} {route}");
                sent += 1;
            }
        }
    }
    #[cfg(unix)]
    assert!(server.stop().0);
    let lines = lines(&log);
    let requests: Vec<&Value> = lines.iter().filter(|line| is_request(line)).collect();
    assert_eq!(requests.len(), sent, "one line for each request");
    for line in &requests {
        for field in ["request_id", "method", "route", "status", "duration_ms", "address"] {
            assert!(!line[field].is_null(), "{field} is missing: {line}");
        }
    }
    let text = fs::read_to_string(&log).unwrap();
    for word in [SECRET, "sk_test_demo\"", "SecretZx9", "Bearer", "stockroom_session"] {
        // The keys of the demo store are announced once, for everybody.
        let said =
            text.lines().filter(|line| !line.contains("demo keys")).find(|l| l.contains(word));
        assert_eq!(said, None, "{word} is in the log");
    }
}

#[test]
fn a_line_names_the_route_the_key_s_id_and_the_client() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let args = ["--demo", "--log-format", "json", "--trusted-proxy", "127.0.0.1"];
    let server = Running::start_logged(&args, dir.path(), &log);
    let url = format!("{}/api/v1/dev/store/products/SIM-TEL", server.url);
    let headers = [
        ("authorization", "Bearer sk_test_demo"),
        ("x-forwarded-for", "203.0.113.7"),
        ("x-request-id", "proxy-1"),
    ];
    assert_eq!(send("GET", &url, &headers, None).0, 200);
    drop(server);
    let lines = lines(&log);
    let line = lines.iter().find(|line| is_request(line)).unwrap();
    assert_eq!(line["request_id"], "proxy-1");
    assert_eq!((&line["method"], &line["status"]), (&"GET".into(), &200.into()));
    assert_eq!(line["route"], "/api/v1/dev/store/products/{id}");
    assert_eq!(line["address"], "203.0.113.7");
    assert_eq!(line["key_id"].as_str().map(str::len), Some(36), "{line}");
    assert!(line["duration_ms"].as_f64().unwrap() > 0.0);
}
