//! A store with everything in it goes there and back; servers on each answer the same.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use stockroom_api::path::{
    BULK, HISTORY, IMPORT, INVENTORY, PRODUCTS, RUNS, SNAPSHOT, WEBHOOK_ENDPOINTS,
};

use super::{Move, check, counts, number_of};
use crate::process::{Running, run, send, text};

const DEMO: &str = "sk_test_demo";

const PASSWORD: &str = "quatre lapins sur la colline";

/// All lists, with what chooses parts of them.
const LISTS: [&str; 9] = [
    INVENTORY,
    "/api/v1/dev/store/inventory?lowStock=true",
    PRODUCTS,
    "/api/v1/dev/store/products?q=th%C3%A9",
    "/api/v1/dev/store/products?status=DISABLED",
    HISTORY,
    "/api/v1/dev/store/inventory/history?reason=counted",
    RUNS,
    WEBHOOK_ENDPOINTS,
];

fn ask(server: &Running, key: &str, method: &str, path: &str, body: &Value) -> Value {
    ask_with(server, &[("authorization", &format!("Bearer {key}"))], method, path, body)
}

fn ask_with(
    server: &Running,
    headers: &[(&str, &str)],
    method: &str,
    path: &str,
    body: &Value,
) -> Value {
    let body = body.to_string();
    let (status, text) = send(method, &format!("{}{path}", server.url), headers, Some(&body));
    assert!((200..300).contains(&status), "{method} {path}: {status} {text}");
    serde_json::from_str(&text).unwrap_or_default()
}

fn keys(args: &[&str], data: &Path) -> String {
    let ended = run(&[&["keys"], args].concat(), data);
    assert!(ended.status.success(), "{ended:?}");
    text(&ended.stdout)
}

/// A key's id by its name.
fn id_of(name: &str, data: &Path) -> String {
    let all: Value = serde_json::from_str(&keys(&["list", "--json"], data)).unwrap();
    let key = all.as_array().unwrap().iter().find(|key| key["name"] == name).unwrap();
    key["id"].as_str().unwrap().to_owned()
}

/// Adds an owner as people at a terminal do.
fn add_person(data: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stockroom"));
    command.args(["users", "add", "Aïcha", "--role", "owner", "--data"]).arg(data);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
}

/// What a later request must be given to be answered the same.
struct Known {
    live: String,
    rotated: String,
    cookie: String,
}

/// Does to a store all that leaves a trace in it.
fn use_everything(server: &Running, data: &Path) -> Known {
    let demo = |method: &str, path: &str, body: Value| ask(server, DEMO, method, path, &body);
    // An address where nobody listens: deliveries fail, and are to be tried again.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let hook = |name: &str| {
        let url = format!("http://{closed}/{name}");
        let new = json!({"url": url, "events": ["product.stock_low", "product.stock_out"]});
        demo("POST", WEBHOOK_ENDPOINTS, new)["data"]["id"].as_str().unwrap().to_owned()
    };
    let (_, rotated_hook, deleted_hook) = (hook("a"), hook("b"), hook("c"));
    let hook_path = |id: &str| format!("{WEBHOOK_ENDPOINTS}/{id}");
    demo("POST", &format!("{}/secret", hook_path(&rotated_hook)), json!({"graceHours": 2}));
    // Runs, by a key, with a kept answer, and single changes.
    let auth = format!("Bearer {DEMO}");
    for run in 0..3 {
        let items: Vec<Value> = (121..321)
            .map(|number| json!({"externalId": format!("GEN-{number:06}"), "quantityDelta": run}))
            .collect();
        let (id, key) = (format!("run-{run}"), format!("kept-{run}"));
        let headers = [
            ("authorization", auth.as_str()),
            ("x-run-id", &id),
            ("x-run-reason", "counted"),
            ("x-run-fingerprint", "f-1"),
            ("x-idempotency-key", &key),
        ];
        ask_with(server, &headers, "PATCH", BULK, &json!({ "items": items }));
    }
    demo(
        "PATCH",
        &format!("{PRODUCTS}/THIEB-001/stock"),
        json!({"quantity": 50, "variants": [{"label": "grand", "quantity": 15}]}),
    );
    demo("PATCH", &format!("{PRODUCTS}/SIM-TEL/stock"), json!({"quantity": 0}));
    // Products that come, change and go, by hand and by a file.
    let new = |sku: &str| {
        json!({"name": "Thé ☕ “fin”", "price": 1500, "externalId": sku,
        "quantity": 3, "lowStockThreshold": 5, "variants": [{"type": "Taille", "label": "S", "quantity": 1}]})
    };
    demo("POST", PRODUCTS, new("NEW-1"));
    demo("POST", PRODUCTS, new("NEW-2"));
    demo("DELETE", &format!("{PRODUCTS}/NEW-2"), json!(null));
    demo("PUT", &format!("{PRODUCTS}/NEW-1"), json!({"name": "Thé", "status": "DISABLED"}));
    let csv = "name,price,description,sku,quantity,image_url\nThé vert,500.00,Gunpowder,THE-1,4,\n";
    let token = demo("POST", IMPORT, json!({"csv": csv}))["data"]["token"].clone();
    demo("POST", IMPORT, json!({"csv": csv, "mode": "confirm", "token": token}));
    demo("DELETE", &hook_path(&deleted_hook), json!(null));
    // People who sign in, and one who mistook the password.
    add_person(data);
    let url = format!("{}/api/session", server.url);
    for (password, expected) in [(PASSWORD, 200), ("not what it is", 401)] {
        let body = json!({"name": "Aïcha", "password": password}).to_string();
        let (status, said) = send("POST", &url, &[], Some(&body));
        assert_eq!(status, expected, "{said}");
    }
    // Keys, an old secret that still works, a revoked key, a session, and live data.
    let live = keys(&["create", "--live", "--name", "live"], data).trim().to_owned();
    ask(server, &live, "POST", PRODUCTS, &new("NEW-1"));
    let rotated = keys(&["create", "--name", "old"], data).trim().to_owned();
    keys(&["rotate", &id_of("old", data), "--grace", "2h"], data);
    keys(&["create", "--name", "gone"], data);
    keys(&["revoke", &id_of("gone", data)], data);
    let sign_in = ureq::post(format!("{}/api/session", server.url))
        .header("content-type", "application/json")
        .send(json!({"key": live}).to_string())
        .unwrap();
    let cookie = sign_in.headers()["set-cookie"].to_str().unwrap();
    Known { live, rotated, cookie: cookie.split(';').next().unwrap().to_owned() }
}

/// How many deliveries are to be tried at once, in either database.
const UNTRIED: &str = "select count(*) from webhook_deliveries
    where endpoint in (select number from webhook_endpoints)
        and (claimed_until is not null
            or (state = 'pending' and tries = 0 and due_at is not null))";

/// Lets none be tried again while answers are compared.
const LATER: &str =
    "update webhook_deliveries set due_at = due_at + 86400000 where due_at is not null";

/// Waits until each delivery has been tried.
fn wait_for_deliveries(untried: impl Fn() -> i64) {
    for _ in 0..600 {
        if untried() == 0 {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("deliveries were not tried");
}

/// Returns every page of every list, each product and delivery, and what is answered to keys.
fn answers(server: &Running, known: &Known) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for key in [DEMO, &known.live, &known.rotated] {
        let lists = LISTS.map(str::to_owned).to_vec();
        let mut lists = [lists, endpoint_lists(server, key)].concat();
        while let Some(list) = lists.pop() {
            read_pages(server, key, &list, &mut all);
        }
        let url = format!("{}{SNAPSHOT}", server.url);
        let asked = ureq::get(url).header("authorization", format!("Bearer {key}"));
        let mut answer = asked.call().unwrap();
        let tag = answer.headers()["etag"].to_str().unwrap().to_owned();
        let body = answer.body_mut().read_to_string().unwrap();
        all.insert(format!("{key} {SNAPSHOT}"), format!("{tag} {body}"));
    }
    let cookie = [("cookie", known.cookie.as_str())];
    let (status, session) = send("GET", &format!("{}/api/session", server.url), &cookie, None);
    assert_eq!(status, 200, "{session}");
    all.insert("session".to_owned(), session);
    all
}

fn endpoint_lists(server: &Running, key: &str) -> Vec<String> {
    let endpoints = ask(server, key, "GET", WEBHOOK_ENDPOINTS, &json!(null));
    let found = endpoints["data"]["items"].as_array().or(endpoints["data"].as_array()).cloned();
    let ids = found.unwrap_or_default();
    let ids = ids.iter().map(|endpoint| endpoint["id"].as_str().unwrap().to_owned());
    ids.map(|id| format!("{WEBHOOK_ENDPOINTS}/{id}/deliveries")).collect()
}

/// Reads a list to its end, by numbers of pages or by cursors, with the smallest of its items by themselves.
fn read_pages(server: &Running, key: &str, list: &str, all: &mut BTreeMap<String, String>) {
    let separator = if list.contains('?') { '&' } else { '?' };
    let (mut page, mut cursor) = (1, None::<String>);
    loop {
        let next =
            cursor.as_ref().map_or(format!("page={page}"), |cursor| format!("cursor={cursor}"));
        let is_cursor = list.contains("/history") || list.contains("/runs");
        let next =
            if is_cursor && page == 1 { "limit=100".to_owned() } else { next + "&limit=100" };
        let next =
            if list == WEBHOOK_ENDPOINTS { String::new() } else { format!("{separator}{next}") };
        let path = format!("{list}{next}");
        let auth = format!("Bearer {key}");
        let url = format!("{}{path}", server.url);
        let (status, text) = send("GET", &url, &[("authorization", &auth)], None);
        assert_eq!(status, 200, "{path}: {text}");
        let answer: Value = serde_json::from_str(&text).unwrap();
        all.insert(format!("{key} {path}"), text);
        let items = answer["data"]["items"].as_array().cloned().unwrap_or_default();
        cursor = answer["data"]["nextCursor"].as_str().map(ToOwned::to_owned);
        page += 1;
        let is_last = if is_cursor { cursor.is_none() } else { items.len() < 100 };
        if is_last {
            return;
        }
    }
}

fn check_same(ours: &BTreeMap<String, String>, theirs: &BTreeMap<String, String>) {
    assert!(ours.len() > 40, "{}", ours.len());
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
    for (asked, answer) in ours {
        assert_eq!(answer, &theirs[asked], "{asked}");
    }
}

#[test]
fn a_store_goes_to_postgresql_and_back_with_everything() {
    let place = Move::new("1120");
    let limits = place.path("limits.json");
    let many = |name: &str| format!(r#""{name}": {{"perMinute": 9000, "perDay": 90000}}"#);
    let names =
        ["read", "singleStock", "bulkInventory", "productWrite", "webhookRead", "webhookWrite"];
    std::fs::write(&limits, format!("{{{}}}", names.map(many).join(", "))).unwrap();
    let args = ["--demo", "--webhooks-allow-private"];
    let limited = [&args[..], &["--limits", limits.to_str().unwrap()]].concat();
    let server = Running::start(&limited, &place.data());
    let known = use_everything(&server, &place.data());
    wait_for_deliveries(|| number_of(&place.file(), UNTRIED));
    place.connection().execute(LATER, []).unwrap();
    // The last use of a key is noted once a minute, and so noted for all of what follows.
    let _ = answers(&server, &known);
    let before = answers(&server, &known);
    assert!(server.stop().0);

    let said = place.check(&[], 0, &["all rows are the same"]);
    for table in [
        "stores",
        "products",
        "levels",
        "variants",
        "deleted_products",
        "deleted_variants",
        "writes",
        "history",
        "ended_levels",
        "runs",
        "api_keys",
        "users",
        "user_sessions",
        "user_places",
        "failed_sign_ins",
        "retired_secrets",
        "sessions",
        "idempotency",
        "request_counts",
        "webhook_endpoints",
        "webhook_sequences",
        "webhook_events",
        "webhook_deliveries",
        "webhook_attempts",
        "tallies",
    ] {
        let (copied, checked) = counts(&said, table);
        assert!(copied > 0 && copied == checked, "{table}: {copied} {checked}\n{said}");
        let in_file = number_of(&place.file(), &format!("select count(*) from {table}"));
        assert_eq!(i64::try_from(checked).unwrap(), in_file, "{table}");
    }
    place.check(&["--check"], 0, &["all rows are the same in"]);
    place.check(&[], 1, &["holds data already", "--check"]);
    let server = place.serve_copy(&args);
    check_same(&before, &answers(&server, &known));
    check_goes_on(&server);
    wait_for_deliveries(|| place.database.number(UNTRIED));
    place.database.rows(LATER);
    let moved = answers(&server, &known);
    assert!(server.stop().0);

    // And back, with what came since.
    let back = place.path("back/stockroom.db");
    let to = format!("sqlite:{}", back.display());
    check(&place.database.url(), &to, &[], 0, &["all rows are the same"]);
    check(&place.database.url(), &to, &["--check"], 0, &["all rows are the same in"]);
    let server = Running::start(&args, &place.path("back"));
    check_same(&moved, &answers(&server, &known));
    check_goes_on(&server);
    let made = number_of(&back, "select count(distinct number) from writes");
    assert_eq!(made, number_of(&place.file(), "select count(*) from writes") + 4);
    assert_eq!(
        number_of(
            &back,
            "select count(*) from pragma_integrity_check() where integrity_check <> 'ok'"
        ),
        0
    );
    assert_eq!(number_of(&back, "select count(*) from pragma_foreign_key_check()"), 0);
}

/// Expects that a kept answer is found, and that what is made now gets numbers of its own.
fn check_goes_on(server: &Running) {
    let auth = format!("Bearer {DEMO}");
    let items: Vec<Value> = (121..321)
        .map(|number| json!({"externalId": format!("GEN-{number:06}"), "quantityDelta": 2}))
        .collect();
    let asked = ureq::patch(format!("{}{BULK}", server.url))
        .header("authorization", &auth)
        .header("x-run-id", "run-2")
        .header("x-run-reason", "counted")
        .header("x-run-fingerprint", "f-1")
        .header("x-idempotency-key", "kept-2")
        .send(json!({ "items": items }).to_string())
        .unwrap();
    assert!(asked.headers().contains_key("idempotent-replayed"), "{asked:?}");
    let demo = |method: &str, path: &str, body: Value| ask(server, DEMO, method, path, &body);
    let new = json!({"name": "After", "price": 1, "quantity": 9, "lowStockThreshold": 1});
    let made = demo("POST", PRODUCTS, new)["data"]["id"].as_str().unwrap().to_owned();
    let stock = format!("{PRODUCTS}/{made}/stock");
    demo("PATCH", &stock, json!({"quantity": 0}));
    let lines = demo("GET", &format!("{HISTORY}?productId={made}"), json!(null));
    assert_eq!(lines["data"]["items"].as_array().unwrap().len(), 2, "{lines}");
}
