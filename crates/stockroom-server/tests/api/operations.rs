//! What whoever runs the server sees of it: readiness, metrics, ids of requests.

use stockroom_server::client_address::parse_network;
use stockroom_server::limits::{Budget, Limits};

use crate::app::{INVENTORY, PRODUCTS, TestApp, spawn_demo, spawn_limited};

const PLUS_ONE: &str = r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":1}]}"#;
const ONE_OF_TWO: &str = r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":1},{"externalId":"NOPE","quantityDelta":1}]}"#;

fn metrics(app: &TestApp) -> String {
    ureq::get(&app.metrics_url).call().unwrap().body_mut().read_to_string().unwrap()
}

/// Returns the value of a metric, with its labels.
fn value(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{name} is not in:\n{text}")).parse().unwrap()
}

#[test]
fn it_is_ready_while_it_can_write_and_was_not_told_to_stop() {
    let app = spawn_demo();
    let ready = || {
        let answer = app.send("GET", "/readyz", &[], None);
        (answer.status, answer.text)
    };
    assert_eq!(ready(), (200, "ready\n".into()));
    app.readiness.stop();
    assert_eq!(ready(), (503, "stopping\n".into()));
    // Whoever asks all the same is answered, and the process is well.
    assert_eq!(app.get(INVENTORY).status, 200);
    assert_eq!(app.send("GET", "/healthz", &[], None).status, 200);
}

#[test]
fn a_database_that_takes_no_writes_is_not_ready_though_it_is_well() {
    let app = spawn_demo();
    let release = app.hold_up();
    let answer = app.send("GET", "/readyz", &[], None);
    assert_eq!((answer.status, answer.text.as_str()), (503, "database\n"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(app.send("GET", "/healthz", &[], None).status, 200);
    drop(release);
    while app.send("GET", "/readyz", &[], None).status != 200 {
        std::thread::yield_now();
    }
}

#[test]
fn metrics_count_requests_items_and_commits_and_name_nothing() {
    let app = spawn_demo();
    assert_eq!(app.bulk_with(&[("x-idempotency-key", "k")], ONE_OF_TWO).status, 200);
    assert_eq!(app.bulk_with(&[("x-idempotency-key", "k")], ONE_OF_TWO).status, 200);
    assert_eq!(app.get(&format!("{PRODUCTS}/SIM-TEL")).status, 200);
    assert_eq!(app.get(&format!("{PRODUCTS}/NOPE-1")).status, 404);
    app.get("/nowhere/NOPE-2");
    assert_eq!(app.send("POST", "/api/session", &[], Some(r#"{"demo":true}"#)).status, 200);
    let text = metrics(&app);
    let route = r#"route="/api/v1/dev/store/products/{id}""#;
    let total = "stockroom_http_requests_total";
    for (status, number) in [("2xx", 1), ("4xx", 1)] {
        let labels = format!(r#"{{method="GET",{route},status="{status}"}}"#);
        assert_eq!(value(&text, &format!("{total}{labels}")), number);
    }
    // What is answered again was not done again.
    assert_eq!(value(&text, r#"stockroom_bulk_items_total{outcome="updated"}"#), 1);
    assert_eq!(value(&text, r#"stockroom_bulk_items_total{outcome="failed"}"#), 1);
    assert_eq!(value(&text, "stockroom_sessions"), 1);
    assert_eq!(value(&text, "stockroom_writer_queue_depth"), 0);
    assert_eq!(value(&text, "stockroom_database_up"), 1);
    let commits = value(&text, "stockroom_writer_commit_seconds_count");
    assert!(commits >= 2 && value(&text, "stockroom_writer_group_size_sum") >= commits);
    let bytes = |file| value(&text, &format!("stockroom_database_size_bytes{{file=\"{file}\"}}"));
    assert!(bytes("database") >= 4096 && bytes("journal") > 10_000);
    if cfg!(target_os = "linux") {
        assert!(value(&text, "process_resident_memory_bytes") > 1_000_000);
    }
    for word in ["sk_test", "SIM-TEL", "NOPE", "nowhere"] {
        assert!(!text.contains(word), "{word} is in:\n{text}");
    }
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, number) = line.rsplit_once(' ').unwrap();
        assert!(number.parse::<f64>().is_ok() && !name.is_empty(), "{line}");
    }
    // The world outside reads none of it.
    assert!(!app.send("GET", "/metrics", &[], None).text.contains("stockroom_http"));
}

#[test]
fn requests_past_a_limit_and_that_panic_are_counted() {
    let budget = Budget { per_minute: 1, per_day: 9 };
    let app = spawn_limited(Limits { bulk_inventory: budget, ..Limits::HOSTED });
    assert_eq!((app.bulk(PLUS_ONE).status, app.bulk(PLUS_ONE).status), (200, 429));
    app.random.panic_after(0);
    assert_eq!(app.get(INVENTORY).status, 500);
    let text = metrics(&app);
    assert_eq!(value(&text, r#"stockroom_rate_limited_total{class="bulk_inventory"}"#), 1);
    assert_eq!(value(&text, "stockroom_http_requests_in_flight"), 0);
}

#[test]
fn every_answer_has_an_id_that_is_in_the_history_too() {
    let app = spawn_demo();
    let done = app.bulk(PLUS_ONE);
    let id = done.header("x-request-id").unwrap();
    let history = app.get(&format!("{INVENTORY}/history")).json();
    assert_eq!(history["data"]["items"][0]["requestId"], id, "{history}");
    let others = [app.get("/api/v1/nothing"), app.get("/"), app.bulk("{}")];
    for other in &others {
        assert!(other.header("x-request-id").is_some_and(|other| other != id), "{other:?}");
    }
}

#[test]
fn only_a_trusted_proxy_gives_a_request_its_id() {
    let app = spawn_demo();
    let id = |app: &TestApp, said: &str| {
        let answer = app.send("GET", "/healthz", &[("x-request-id", said)], None);
        answer.header("x-request-id").unwrap().to_owned()
    };
    assert_ne!(id(&app, "from-a-client"), "from-a-client");
    let trusting = app.twin(stockroom_server::app::Settings {
        trusted_proxies: vec![parse_network("127.0.0.1").unwrap()],
        ..Default::default()
    });
    assert_eq!(id(&trusting, "from-the-proxy"), "from-the-proxy");
    assert_ne!(id(&trusting, "a \"b\""), "a \"b\"");
}
