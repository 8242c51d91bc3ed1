//! What is passed on and what stays: requests, answers, headers, and the key.

use std::fmt::Write as _;
use std::fs;

use serde_json::json;

use super::pair::{BULK, INVENTORY, PRODUCTS, Pair, With, send};
use crate::process::{run, text};

const ENDPOINTS: &str = "/api/v1/dev/webhooks/endpoints";
const LIMITS: &str = r#"{"read": {"perMinute": 500, "perDay": 900}}"#;

#[test]
fn people_read_and_write_by_their_role() {
    let pair = Pair::new();
    let (owner, editor, viewer) =
        (pair.sign_in("Aïcha"), pair.sign_in("Sow"), pair.sign_in("Fatou"));
    let page = "/api/v1/dev/store/inventory?page=2&limit=7";
    let direct = pair.behind("GET", page, None);
    for person in [&owner, &editor, &viewer] {
        let passed = person.get(page);
        assert_eq!((passed.status, &passed.text), (200, &direct.text));
    }
    let before = pair.level("SIM-TEL").as_i64().unwrap();
    assert_eq!(
        editor.adjust("SIM-TEL", 2, "first").text,
        r#"{"success":true,"data":{"updated":1,"failed":0,"errors":[]}}"#
    );
    assert_eq!(pair.level("SIM-TEL"), before + 2);
    // What somebody may not do never leaves.
    for (method, path, body) in [
        ("PATCH", BULK.to_owned(), r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":1}]}"#),
        ("PATCH", format!("{PRODUCTS}/SIM-TEL/stock"), r#"{"quantity":1}"#),
        ("DELETE", format!("{PRODUCTS}/SIM-TEL"), ""),
        ("POST", format!("{PRODUCTS}/import-csv"), r#"{"csv":"name,price\n"}"#),
        ("GET", ENDPOINTS.to_owned(), ""),
    ] {
        let body = (method != "GET").then_some(body);
        let answer = viewer.call(method, &path, &[("x-idempotency-key", "k")], body);
        assert_eq!((answer.status, &*answer.code()), (403, "ROLE_REQUIRED"), "{method} {path}");
    }
    assert_eq!(editor.get(ENDPOINTS).status, 403);
    assert_eq!(owner.get(ENDPOINTS).status, 200);
    assert_eq!(pair.level("SIM-TEL"), before + 2);
    let stranger = send("GET", &format!("{}{INVENTORY}", pair.gateway.url), &[], None);
    assert_eq!((stranger.status, &*stranger.code()), (401, "MISSING_CREDENTIALS"));
}

#[test]
fn answers_come_back_as_they_are_with_the_headers_that_matter() {
    let pair = Pair::with(&With { limits: Some(LIMITS), ..With::default() });
    let editor = pair.sign_in("Sow");
    let read = editor.get(INVENTORY);
    let direct = pair.behind("GET", INVENTORY, None);
    assert_eq!(read.text, direct.text);
    assert_eq!(read.header("x-ratelimit-limit"), Some("500"));
    let left = |answer: &super::pair::Answer| {
        answer.header("x-ratelimit-remaining").unwrap().parse::<i64>().unwrap()
    };
    assert_eq!(left(&read), left(&direct) + 1);
    assert_eq!(read.header("x-ratelimit-day-limit"), Some("900"));
    let theirs = read.header("x-upstream-request-id").unwrap();
    assert!(read.header("x-request-id").is_some_and(|ours| ours != theirs));

    let first = editor.adjust("SIM-TEL", 3, "same key");
    let again = editor.adjust("SIM-TEL", 3, "same key");
    assert_eq!((first.status, again.status, &first.text), (200, 200, &again.text));
    assert_eq!(first.header("idempotent-replayed"), None);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let reused = editor.adjust("SIM-TEL", 4, "same key");
    assert_eq!((reused.status, &*reused.code()), (409, "IDEMPOTENCY_KEY_REUSED"));

    let body = r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":1}]}"#;
    let prefer = [("prefer", "return=representation"), ("x-run-id", "run-7")];
    let told = editor.call("PATCH", BULK, &prefer, Some(body));
    assert_eq!(told.header("preference-applied"), Some("return=representation"));
    assert!(told.json()["data"]["results"][0]["quantity"].is_object(), "{told:?}");
    let runs = editor.get(&format!("{INVENTORY}/runs"));
    assert_eq!(runs.json()["data"]["items"][0]["runId"], "run-7");

    for (method, path, body) in [
        ("GET", format!("{PRODUCTS}/NO%2FSUCH%20SKU"), None),
        ("PATCH", format!("{PRODUCTS}/NOPE/stock"), Some(r#"{"quantity":1}"#)),
        ("PATCH", BULK.to_owned(), Some("{no json")),
        ("PATCH", BULK.to_owned(), Some(r#"{"items":[]}"#)),
    ] {
        let (passed, direct) =
            (editor.call(method, &path, &[], body), pair.behind(method, &path, body));
        assert_eq!((passed.status, &passed.text), (direct.status, &direct.text), "{path}");
        assert!(passed.status >= 400);
    }
}

#[test]
fn the_snapshot_is_a_stream_that_is_asked_for_once() {
    let pair = Pair::new();
    let viewer = pair.sign_in("Fatou");
    let path = format!("{INVENTORY}/snapshot");
    let plain = viewer.call("GET", &path, &[("accept-encoding", "identity")], None);
    assert!(plain.text == pair.behind("GET", &path, None).text && plain.text.len() > 300_000);
    let zipped = viewer.call("GET", &path, &[("accept-encoding", "gzip")], None);
    assert_eq!(zipped.text, plain.text);
    let tag = plain.header("etag").unwrap();
    assert_eq!(plain.header("cache-control"), Some("private, no-cache"));
    let same = viewer.call("GET", &path, &[("if-none-match", tag)], None);
    assert_eq!((same.status, &*same.text), (304, ""));
}

#[test]
fn what_the_app_needs_is_here_and_says_what_the_service_can_do() {
    let pair = Pair::with(&With { limits: Some(LIMITS), ..With::default() });
    let url = &pair.gateway.url;
    let told = send("GET", &format!("{url}/api/v1/capabilities"), &[], None).json();
    let direct = pair.behind("GET", "/api/v1/capabilities", None).json();
    assert_eq!(told["data"]["limits"], direct["data"]["limits"]);
    for ability in ["expectedQuantity", "snapshot", "history", "webhooks", "sessions", "people"] {
        assert_eq!(told["data"][ability], true, "{ability}");
    }
    assert_eq!(told["data"]["demo"], false);
    for path in ["/healthz", "/readyz", "/docs", "/openapi.json"] {
        assert_eq!(send("GET", &format!("{url}{path}"), &[], None).status, 200, "{path}");
    }
    let owner = pair.sign_in("Aïcha");
    assert_eq!(owner.get("/api/users").status, 200);
    // Nothing of these leaves.
    assert_eq!(owner.get("/api/v1/dev/store/orders").status, 404);
    let climbing = format!("{PRODUCTS}/..%2F..%2Forders");
    assert_eq!(owner.get(&climbing).code(), "VALIDATION_ERROR");
}

#[test]
fn nobody_ever_sees_the_key() {
    let pair =
        Pair::with(&With { options: &["--metrics-listen", "127.0.0.1:0"], ..With::default() });
    let mut pair = pair;
    let metrics = pair.gateway.line();
    let metrics = metrics.trim().strip_prefix("metrics on ").unwrap().to_owned();
    let owner = pair.sign_in("Aïcha");
    let mut seen = String::new();
    let hook = json!({"url": "https://shop.example/hook", "events": ["product.stock_out"]});
    let hook = hook.to_string();
    for (method, path, body) in [
        ("GET", INVENTORY.to_owned(), None),
        ("GET", format!("{INVENTORY}/history"), None),
        ("GET", format!("{PRODUCTS}/SIM-TEL"), None),
        ("GET", format!("{PRODUCTS}/NOPE"), None),
        (
            "PATCH",
            BULK.to_owned(),
            Some(r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":1}]}"#),
        ),
        ("PATCH", BULK.to_owned(), Some("[]")),
        ("POST", ENDPOINTS.to_owned(), Some(hook.as_str())),
        ("GET", "/api/v1/capabilities".to_owned(), None),
        ("GET", "/api/session".to_owned(), None),
        ("GET", "/readyz".to_owned(), None),
        ("GET", "/".to_owned(), None),
    ] {
        // A client's own credentials of the other side change nothing.
        let answer = owner.call(method, &path, &[("proxy-authorization", "Bearer x")], body);
        writeln!(seen, "{answer:?}").unwrap();
    }
    seen += &send("GET", &metrics, &[], None).text;
    assert!(seen.contains("stockroom_upstream_requests_total{status=\"2xx\"}"), "{seen}");
    assert!(seen.contains("stockroom_upstream_waiting{environment=\"live\"} 0"), "{seen}");
    for name in ["front.log", "behind.log"] {
        let log = fs::read_to_string(pair.path(name)).unwrap();
        assert!(log.contains("request"), "{name} holds nothing");
        seen += &log;
    }
    for entry in fs::read_dir(pair.path("front")).unwrap() {
        seen += &String::from_utf8_lossy(&fs::read(entry.unwrap().path()).unwrap());
    }
    let secret = pair.key.trim_start_matches("sk_test_");
    assert!(secret.len() > 20 && !seen.contains(secret));
}

#[test]
fn a_key_that_is_not_taken_there_is_not_the_clients_fault() {
    let pair = Pair::new();
    let viewer = pair.sign_in("Fatou");
    assert_eq!(viewer.get(INVENTORY).status, 200);
    let list = run(&["keys", "list", "--json"], &pair.path("behind"));
    let list: serde_json::Value = serde_json::from_str(&text(&list.stdout)).unwrap();
    let keys = list.as_array().unwrap();
    let id = keys.iter().find(|key| key["name"] == "gateway").unwrap()["id"].as_str().unwrap();
    assert!(run(&["keys", "revoke", id], &pair.path("behind")).status.success());
    let refused = viewer.get(INVENTORY);
    assert_eq!((refused.status, &*refused.code()), (403, "API_ACCESS_NOT_ACTIVE"));
    // They are still signed in.
    assert_eq!(viewer.get("/api/session").status, 200);
}

#[test]
fn data_without_a_key_is_not_signed_in_to() {
    let pair = Pair::new();
    let body = json!({"name": "Aïcha", "password": super::pair::PASSWORD}).to_string();
    let url = format!("{}/api/session", pair.gateway.url);
    let live = send("POST", &url, &[], Some(&body));
    assert_eq!((live.status, &*live.code()), (403, "LIVE_ACCESS_NOT_APPROVED"), "{live:?}");
}
