//! The stock history and its runs: every level that was set or adjusted, by whom and why.

use std::collections::HashSet;

use jiff::SignedDuration;
use serde_json::{Value, json};
use stockroom_api::envelope::Envelope;
use stockroom_api::history::{HistoryPage, HistoryQuery, RunPage, RunQuery};
use stockroom_api::key::{Access, Environment};
use stockroom_api::path;
use stockroom_server::app::Settings;

use crate::app::{Answer, BULK, INVENTORY, PRODUCTS, TestApp, spawn_demo, spawn_real};

const HISTORY: &str = "/api/v1/dev/store/inventory/history";
const RUNS: &str = "/api/v1/dev/store/inventory/runs";

fn items(app: &TestApp, address: &str) -> Vec<Value> {
    let answer = app.get(address);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["data"]["items"].as_array().unwrap().clone()
}

/// Returns the SKU and the level after of each entry.
fn told(app: &TestApp, query: &str) -> Vec<(String, i64)> {
    let entry = |item: &Value| {
        (item["externalId"].as_str().unwrap().to_owned(), item["after"].as_i64().unwrap())
    };
    items(app, &format!("{HISTORY}{query}")).iter().map(entry).collect()
}

fn adjust(app: &TestApp, headers: &[(&str, &str)], changes: &[(&str, i64)]) -> Answer {
    let items: Vec<Value> = changes
        .iter()
        .map(|(sku, delta)| json!({"externalId": sku, "quantityDelta": delta}))
        .collect();
    let answer = app.bulk_with(headers, &json!({ "items": items }).to_string());
    assert_eq!(answer.status, 200, "{answer:?}");
    answer
}

#[test]
fn an_entry_says_what_was_asked_what_came_of_it_by_whom_and_why() {
    let app = spawn_demo();
    let reason = "retour%20client%20%C3%A0%20v%C3%A9rifier";
    let headers = [("x-run-id", "run-1"), ("x-run-reason", reason)];
    adjust(&app, &headers, &[("THIEB-001", -9)]);
    app.clock.advance(SignedDuration::from_secs(1));
    let body = r#"{"quantity":50,"variants":[{"label":"grand","quantity":15}]}"#;
    assert_eq!(app.stock("THIEB-001", body).status, 200);
    let product = app.get(&format!("{PRODUCTS}/THIEB-001")).json()["data"].clone();
    let mut found = items(&app, HISTORY);
    for entry in &mut found {
        let entry = entry.as_object_mut().unwrap();
        assert!(!entry.remove("requestId").unwrap().as_str().unwrap().is_empty());
        let mut key = entry.remove("key").unwrap();
        assert!(!key.as_object_mut().unwrap().remove("id").unwrap().as_str().unwrap().is_empty());
        assert_eq!(key, json!({"name": "demo", "hint": "sk_test_…demo"}));
    }
    let entry = |more: Value| {
        let mut entry = json!({"productId": product["id"], "externalId": "THIEB-001",
            "name": "Thiéboudienne Royale", "variantId": null, "label": null, "bySession": false, "user": null,
            "runId": null, "reason": null});
        entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        entry
    };
    let variant = product["variants"][1].clone();
    assert_eq!(
        found,
        [
            entry(json!({"at": "2026-11-23T08:00:01.000Z", "source": "single", "mode": "set",
                "variantId": variant["id"], "label": "Grand", "quantity": 15, "before": 1,
                "after": 15, "delta": 14})),
            entry(json!({"at": "2026-11-23T08:00:01.000Z", "source": "single", "mode": "set",
                "quantity": 50, "before": 0, "after": 50, "delta": 50})),
            entry(json!({"at": "2026-11-23T08:00:00.000Z", "source": "bulk", "mode": "adjust",
                "quantityDelta": -9, "before": 3, "after": 0, "delta": -3, "runId": "run-1",
                "reason": "retour client à vérifier"})),
        ]
    );
    let capabilities = app.get("/api/v1/capabilities").json()["data"].clone();
    assert_eq!(
        (&capabilities["history"], &capabilities["fingerprints"]),
        (&true.into(), &true.into())
    );
}

#[test]
fn the_client_s_types_read_what_is_answered() {
    let app = spawn_demo();
    let headers = [("x-run-id", "run 1"), ("x-run-fingerprint", "a+b")];
    adjust(&app, &headers, &[("SIM-TEL", 1), ("RIZ-25KG", 1)]);
    let query =
        HistoryQuery { run_id: Some("run 1".into()), limit: Some(1), ..HistoryQuery::default() };
    let first: Envelope<HistoryPage> = app.get(&path::history(&query)).read();
    assert_eq!((first.data.items.len(), first.data.limit, first.data.has_more), (1, 1, true));
    let query = HistoryQuery { cursor: first.data.next_cursor, ..query };
    let second: Envelope<HistoryPage> = app.get(&path::history(&query)).read();
    assert_eq!(second.data.items[0].external_id.as_deref(), Some("SIM-TEL"));
    assert_eq!((second.data.has_more, second.data.next_cursor), (false, None));
    let query = RunQuery { fingerprint: Some("a+b".into()), ..RunQuery::default() };
    let runs: Envelope<RunPage> = app.get(&path::runs(&query)).read();
    assert_eq!((runs.data.items[0].run_id.as_str(), runs.data.items[0].levels), ("run 1", 2));
}

#[test]
fn somebody_signed_in_is_told_from_the_key_alone() {
    let app = spawn_demo();
    let signed_in = app.send("POST", "/api/session", &[], Some(r#"{"demo":true}"#));
    let cookie = signed_in.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let headers = [("cookie", cookie.as_str()), ("origin", &app.url), ("x-stockroom", "1")];
    let body = r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":1}]}"#;
    assert_eq!(app.send("PATCH", BULK, &headers, Some(body)).status, 200);
    assert_eq!(items(&app, HISTORY)[0]["bySession"], true);
    let read = app.send("GET", HISTORY, &[("cookie", cookie.as_str())], None);
    assert_eq!(read.json()["data"]["items"].as_array().unwrap().len(), 1);
}

#[test]
fn each_filter_selects_and_together_they_narrow() {
    let app = spawn_demo();
    let run = |id: &'static str, reason: &'static str| [("x-run-id", id), ("x-run-reason", reason)];
    adjust(&app, &run("run-1", "count"), &[("SIM-TEL", 1), ("RIZ-25KG", 1)]);
    app.clock.advance(SignedDuration::from_hours(24));
    adjust(&app, &run("run-2", "damaged"), &[("SIM-TEL", -1)]);
    app.clock.advance(SignedDuration::from_hours(24));
    adjust(&app, &run("run-3", "count"), &[("RIZ-25KG", 2)]);
    adjust(&app, &[], &[("YASSA-002", 1)]);
    let all = items(&app, HISTORY);
    let id = all[4]["productId"].as_str().unwrap();
    assert_eq!(all[4]["externalId"], "SIM-TEL");
    let key = all[0]["key"]["id"].as_str().unwrap();
    let (sim, riz, yassa) = ("SIM-TEL", "RIZ-25KG", "YASSA-002");
    let check = |query: &str, expected: &[(&str, i64)]| {
        let expected: Vec<(String, i64)> =
            expected.iter().map(|(sku, level)| ((*sku).to_owned(), *level)).collect();
        assert_eq!(told(&app, query), expected, "{query}");
    };
    check("", &[(yassa, 9), (riz, 115), (sim, 240), (riz, 113), (sim, 241)]);
    check("?productId=SIM-TEL", &[(sim, 240), (sim, 241)]);
    check(&format!("?productId={id}"), &[(sim, 240), (sim, 241)]);
    check("?runId=run-1", &[(riz, 113), (sim, 241)]);
    check("?reason=count", &[(riz, 115), (riz, 113), (sim, 241)]);
    check("?reason=nothing", &[]);
    check(&format!("?keyId={key}&limit=1"), &[(yassa, 9)]);
    check("?keyId=other", &[]);
    check("?from=2026-11-24", &[(yassa, 9), (riz, 115), (sim, 240)]);
    check("?to=2026-11-24", &[(sim, 240), (riz, 113), (sim, 241)]);
    check("?from=2026-11-24&to=2026-11-24", &[(sim, 240)]);
    check("?from=2026-11-24T08:00:00Z&to=2026-11-25T08:00:00Z", &[(sim, 240)]);
    check("?to=2026-11-23T09:00:00%2B01:00", &[]);
    check("?productId=RIZ-25KG&reason=count&from=2026-11-24", &[(riz, 115)]);
    check("?productId=SIM-TEL&to=2026-11-23&limit=1", &[(sim, 241)]);
    check("?runId=run-1&reason=damaged", &[]);
    check("?reason=count&runId=run-3&other=1", &[(riz, 115)]);
}

#[test]
fn a_product_s_history_holds_its_variants() {
    let app = spawn_demo();
    let variant =
        |level: u32| format!(r#"{{"variants":[{{"label":"Grand","quantity":{level}}}]}}"#);
    for level in 1..4 {
        app.stock("THIEB-001", &variant(level));
        adjust(&app, &[], &[("SIM-TEL", 1), ("THIEB-001", 1)]);
        app.stock("SIM-TEL", r#"{"quantity":7}"#);
        app.stock("THIEB-001", &variant(level + 10));
    }
    let mut all = items(&app, HISTORY);
    all.retain(|entry| entry["externalId"] == "THIEB-001");
    assert_eq!(items(&app, &format!("{HISTORY}?productId=THIEB-001")), all);
    let levels: Vec<_> = all.iter().map(|entry| (&entry["label"], &entry["after"])).collect();
    let of_first =
        [(json!("Grand"), json!(13)), (Value::Null, json!(6)), (json!("Grand"), json!(3))];
    assert_eq!(levels[..3], of_first.each_ref().map(|(label, after)| (label, after)));
}

/// Reads all pages of a list, doing something between two of them.
fn walk(app: &TestApp, address: &str, mut meanwhile: impl FnMut(usize)) -> Vec<Value> {
    let mut found = Vec::new();
    let mut next = address.to_owned();
    for page in 0.. {
        let data = app.get(&next).json()["data"].clone();
        found.extend(data["items"].as_array().unwrap().clone());
        assert_eq!(data["hasMore"].as_bool().unwrap(), data["nextCursor"].is_string());
        let Some(cursor) = data["nextCursor"].as_str() else {
            break;
        };
        next = format!("{address}&cursor={cursor}");
        meanwhile(page);
    }
    found
}

#[test]
fn pages_neither_repeat_nor_miss_an_entry_while_others_write() {
    let app = spawn_demo();
    // Several writes share a moment, and a page ends inside of a write.
    for number in 0..30_u32 {
        let reason = [("x-run-reason", "count"), ("x-run-id", "all")];
        adjust(&app, &reason, &[("SIM-TEL", 1), ("RIZ-25KG", 1), ("SIM-TEL", 1)]);
        if number % 4 == 0 {
            app.clock.advance(SignedDuration::from_millis(1));
        }
    }
    let before = items(&app, &format!("{HISTORY}?limit=100"));
    let key = before[0]["key"]["id"].as_str().unwrap().to_owned();
    let write = |_| {
        let headers = [("x-run-reason", "count"), ("x-run-id", "all")];
        adjust(&app, &headers, &[("SIM-TEL", -1), ("RIZ-25KG", -1)]);
    };
    // Each walk adds what it writes, so each begins at what was there before.
    for (filter, per_write) in [
        ("limit=7".to_owned(), 3),
        ("limit=1&reason=count".to_owned(), 3),
        ("limit=7&runId=all".to_owned(), 3),
        (format!("limit=7&keyId={key}"), 3),
        ("limit=7&productId=SIM-TEL".to_owned(), 2),
        ("limit=2&productId=RIZ-25KG&reason=count".to_owned(), 1),
    ] {
        let there = walk(&app, &format!("{HISTORY}?{filter}"), |_| {});
        let walked = walk(&app, &format!("{HISTORY}?{filter}"), write);
        assert_eq!(walked, there, "{filter}");
        let upwards = walked.iter().filter(|entry| entry["delta"] == 1).count();
        assert_eq!(upwards, 30 * per_write, "{filter}");
        // Levels follow one another without a gap, back to the first.
        for sku in ["SIM-TEL", "RIZ-25KG"] {
            let of_one: Vec<_> = walked.iter().filter(|e| e["externalId"] == sku).collect();
            assert!(of_one.windows(2).all(|pair| pair[0]["before"] == pair[1]["after"]));
        }
    }
}

#[test]
fn a_cursor_of_another_list_of_the_history_goes_on_there() {
    let app = spawn_demo();
    adjust(&app, &[], &[("SIM-TEL", 1)]);
    adjust(&app, &[], &[("RIZ-25KG", 1)]);
    adjust(&app, &[], &[("SIM-TEL", 1)]);
    let page = app.get(&format!("{HISTORY}?limit=2")).json();
    let cursor = page["data"]["nextCursor"].as_str().unwrap();
    assert_eq!(
        told(&app, &format!("?productId=SIM-TEL&cursor={cursor}")),
        [("SIM-TEL".into(), 241)]
    );
}

#[test]
fn runs_tell_what_their_requests_did_together() {
    let app = spawn_demo();
    let headers =
        [("x-run-id", "run-1"), ("x-run-reason", "received"), ("x-run-fingerprint", "f-1")];
    adjust(&app, &headers, &[("SIM-TEL", 5), ("RIZ-25KG", -12)]);
    app.clock.advance(SignedDuration::from_secs(90));
    adjust(&app, &[], &[("SIM-TEL", -1)]);
    let other = [("x-run-id", "run-2"), ("x-run-fingerprint", "f-2")];
    adjust(&app, &other, &[("SIM-TEL", 2), ("UNKNOWN", 1)]);
    // A product that the run has changed before, and one that it has not.
    adjust(&app, &headers, &[("SIM-TEL", 1), ("YASSA-002", -20)]);
    adjust(&app, &[("x-run-id", "nothing")], &[("UNKNOWN", 1)]);
    let mut runs = items(&app, RUNS);
    for run in &mut runs {
        let key = run.as_object_mut().unwrap().remove("key").unwrap();
        assert_eq!((&key["name"], &key["hint"]), (&"demo".into(), &"sk_test_…demo".into()));
    }
    assert_eq!(
        runs,
        [
            json!({"runId": "run-2", "reason": null, "fingerprint": "f-2", "bySession": false, "user": null,
                "startedAt": "2026-11-23T08:01:30.000Z", "endedAt": "2026-11-23T08:01:30.000Z",
                "requests": 1, "products": 1, "levels": 1, "unitsAdded": 2, "unitsRemoved": 0}),
            json!({"runId": "run-1", "reason": "received", "fingerprint": "f-1",
                "bySession": false, "user": null, "startedAt": "2026-11-23T08:00:00.000Z",
                "endedAt": "2026-11-23T08:01:30.000Z", "requests": 2, "products": 3, "levels": 4,
                "unitsAdded": 6, "unitsRemoved": 20}),
        ]
    );
    let ids = |query: &str| -> Vec<Value> {
        items(&app, &format!("{RUNS}{query}")).iter().map(|run| run["runId"].clone()).collect()
    };
    assert_eq!(ids("?fingerprint=f-1"), ["run-1"]);
    assert!(ids("?fingerprint=f-3").is_empty());
    let again = [("x-run-id", "run-3"), ("x-run-fingerprint", "f-1")];
    adjust(&app, &again, &[("SIM-TEL", 1)]);
    assert_eq!(ids("?fingerprint=f-1"), ["run-3", "run-1"]);
    let walked = walk(&app, &format!("{RUNS}?limit=1"), |page| {
        let id = format!("later-{page}");
        adjust(&app, &[("x-run-id", &id)], &[("SIM-TEL", 1)]);
    });
    let ids: Vec<_> = walked.iter().map(|run| run["runId"].as_str().unwrap()).collect();
    assert_eq!(ids, ["run-3", "run-2", "run-1"]);
}

#[test]
fn a_replay_and_a_refusal_leave_nothing_in_the_history() {
    let app = spawn_demo();
    let headers = [("x-run-id", "run-1"), ("x-idempotency-key", "k")];
    adjust(&app, &headers, &[("SIM-TEL", 5)]);
    let again = adjust(&app, &headers, &[("SIM-TEL", 5)]);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(app.stock("SIM-TEL", r#"{"quantity":1,"expectedQuantity":2}"#).status, 409);
    assert_eq!(told(&app, ""), [("SIM-TEL".into(), 245)]);
    assert_eq!(items(&app, RUNS)[0]["requests"], 1);
}

#[test]
fn what_is_said_of_a_run_is_bounded() {
    let app = spawn_demo();
    let long = "é".repeat(128);
    let headers = [("x-run-id", "run-1"), ("x-run-fingerprint", long.as_str())];
    adjust(&app, &headers, &[("SIM-TEL", 1)]);
    let query = RunQuery { fingerprint: Some(long.clone()), ..RunQuery::default() };
    assert_eq!(items(&app, &path::runs(&query)).len(), 1);
    let body = r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":1}]}"#;
    for wrong in [format!("{long}x"), String::new()] {
        let refused = app.bulk_with(&[("x-run-fingerprint", wrong.as_str())], body);
        assert_eq!((refused.status, refused.code()), (400, "VALIDATION_ERROR".into()));
    }
    // Reasons are for people: a long one is cut, a broken one taken as it stands, none is none.
    let encoded = "%D8%AA".repeat(501);
    for (sent, kept) in [
        (encoded.as_str(), Some("ت".repeat(500))),
        ("100 % %FF", Some("100 % %FF".to_owned())),
        ("theft_or_loss", Some("theft_or_loss".to_owned())),
        (" ", None),
    ] {
        adjust(&app, &[("x-run-reason", sent), ("x-run-id", "")], &[("SIM-TEL", 1)]);
        let entry = items(&app, &format!("{HISTORY}?limit=1"))[0].clone();
        assert_eq!((entry["reason"].as_str(), &entry["runId"]), (kept.as_deref(), &Value::Null));
    }
    assert_eq!(items(&app, RUNS).len(), 1);
}

#[test]
fn bad_parameters_are_named() {
    let app = spawn_demo();
    let long = format!("fingerprint={}", "f".repeat(129));
    for (list, query, path) in [
        (HISTORY, "limit=0", "limit"),
        (HISTORY, "limit=ten", "limit"),
        (HISTORY, "cursor=", "cursor"),
        (HISTORY, "cursor=1-2", "cursor"),
        (HISTORY, "cursor=1-2-3-4", "cursor"),
        (HISTORY, "productId=", "productId"),
        (HISTORY, "runId=", "runId"),
        (HISTORY, "reason=", "reason"),
        (HISTORY, "keyId=", "keyId"),
        (HISTORY, "from=yesterday", "from"),
        (HISTORY, "from=2026-02-30", "from"),
        (HISTORY, "to=2026-11-23T08:00:00", "to"),
        (HISTORY, "to=", "to"),
        (RUNS, "limit=-1", "limit"),
        (RUNS, "cursor=x", "cursor"),
        (RUNS, "fingerprint=", "fingerprint"),
        (RUNS, long.as_str(), "fingerprint"),
    ] {
        let answer = app.get(&format!("{list}?{query}"));
        assert_eq!((answer.status, answer.code()), (400, "VALIDATION_ERROR".into()), "{query}");
        assert_eq!(answer.path(), path, "{query}");
    }
    let unknown = app.get(&format!("{HISTORY}?productId=NOPE"));
    assert_eq!((unknown.status, unknown.code()), (404, "PRODUCT_NOT_FOUND".into()));
    let page = app.get(&format!("{HISTORY}?limit=1000")).json();
    assert_eq!((&page["data"]["limit"], &page["data"]["hasMore"]), (&100.into(), &false.into()));
    let refused = app.demo("PATCH", HISTORY, Some("{}"));
    assert_eq!((refused.status, refused.code()), (405, "METHOD_NOT_ALLOWED".into()));
}

#[test]
fn a_key_sees_the_history_of_its_own_environment_alone() {
    let app = spawn_real(Settings::default());
    for address in [HISTORY, RUNS] {
        assert_eq!(app.send("GET", address, &[], None).code(), "MISSING_CREDENTIALS");
    }
    let bearer = |environment, access| format!("Bearer {}", app.key(environment, access));
    let test = bearer(Environment::Test, Access::Write);
    let live = bearer(Environment::Live, Access::Write);
    let readers =
        [bearer(Environment::Test, Access::Read), bearer(Environment::Live, Access::Read)];
    let new = Some(r#"{"name":"Thé","price":1,"externalId":"T-1","quantity":1}"#);
    for key in [&test, &live] {
        let headers = [
            ("authorization", key.as_str()),
            ("x-run-id", "run"),
            ("x-run-reason", "count"),
            ("x-run-fingerprint", "f"),
        ];
        assert_eq!(app.send("POST", PRODUCTS, &headers, new).status, 201);
        let body = r#"{"items":[{"externalId":"T-1","quantityDelta":1}]}"#;
        assert_eq!(app.send("PATCH", BULK, &headers, Some(body)).status, 200);
    }
    let get = |key: &str, address: &str| {
        let answer = app.send("GET", address, &[("authorization", key)], None);
        (answer.status, answer.json()["data"]["items"].clone())
    };
    let (mut keys, mut products) = (HashSet::new(), HashSet::new());
    for key in &readers {
        let (_, all) = get(key, HISTORY);
        assert_eq!(all.as_array().unwrap().len(), 2);
        let id = |name: &str| all[0][name].as_str().unwrap().to_owned();
        products.insert(id("productId"));
        keys.insert(all[0]["key"]["id"].as_str().unwrap().to_owned());
        for filter in ["productId=T-1", "runId=run", "reason=count", "from=2026-11-23"] {
            assert_eq!(get(key, &format!("{HISTORY}?{filter}")).1, all, "{filter}");
        }
        for address in [RUNS.to_owned(), format!("{RUNS}?fingerprint=f")] {
            assert_eq!(get(key, &address).1.as_array().unwrap().len(), 1);
        }
    }
    assert_eq!((keys.len(), products.len()), (2, 2));
    // What belongs to the other side is not there, by whatever name.
    for key in &readers {
        let seen: Vec<_> =
            keys.iter().map(|id| get(key, &format!("{HISTORY}?keyId={id}")).1).collect();
        assert_eq!(seen.iter().filter(|items| items.as_array().unwrap().is_empty()).count(), 1);
        let statuses: HashSet<u16> =
            products.iter().map(|id| get(key, &format!("{HISTORY}?productId={id}")).0).collect();
        assert_eq!(statuses, HashSet::from([200, 404]));
    }
    assert_eq!(app.send("GET", INVENTORY, &[("authorization", &test)], None).status, 200);
}
