//! Test and live data are apart: no endpoint reads or changes a row of the other environment, whatever
//! ids, SKUs, cursors and keys it is given.

use serde_json::{Value, json};
use stockroom_api::key::{Access, Environment};
use stockroom_api::path;
use stockroom_server::app::Settings;
use stockroom_server::routes::Verb;

use crate::app::{Answer, BULK, PRODUCTS, TestApp, spawn_real};
use crate::endpoints::{address, body, rules};

/// The SKUs that both environments have.
const SKUS: [&str; 2] = ["T-1", "T-2"];

/// One environment, filled, and how to ask for it.
struct Side<'a> {
    app: &'a TestApp,
    /// What only this side's rows hold.
    mark: &'static str,
    key: String,
    cookie: String,
    /// The ids of whatever was made.
    ids: Vec<String>,
}

impl<'a> Side<'a> {
    fn fill(app: &'a TestApp, environment: Environment, mark: &'static str) -> Self {
        let key = app.key(environment, Access::Write);
        let sign_in = json!({ "key": key }).to_string();
        let signed_in = app.send("POST", path::SESSION, &[], Some(&sign_in));
        let cookie = signed_in.header("set-cookie").unwrap().split(';').next().unwrap();
        let mut side = Self { app, mark, cookie: cookie.to_owned(), key, ids: Vec::new() };
        for sku in SKUS {
            let new = json!({"name": format!("Thé {mark}"), "price": 1, "externalId": sku,
                "quantity": 5, "lowStockThreshold": 9, "variants": [
                    {"type": "SIZE", "label": mark, "quantity": 3}]});
            let made = side.call("POST", PRODUCTS, &[], Some(&new.to_string()));
            assert_eq!(made.status, 201, "{made:?}");
            let product = made.json()["data"].clone();
            side.note_ids(&product);
        }
        let run = [
            ("x-run-id", mark),
            ("x-run-reason", mark),
            ("x-run-fingerprint", mark),
            ("x-idempotency-key", mark),
        ];
        let bulk = json!({"items": SKUS.map(|sku| json!({"externalId": sku, "quantityDelta": 1}))});
        assert_eq!(side.call("PATCH", BULK, &run, Some(&bulk.to_string())).status, 200);
        // Whatever else can be made is there too, so that its id can be tried.
        for rule in rules().iter().filter(|rule| rule.verb == Verb::Post) {
            if !rule.path.contains('{') {
                let body = body(rule, SKUS[0]);
                let made = side.call("POST", &rule.path, &[], body.as_deref());
                assert!(made.status < 300, "{rule:?}: {made:?}");
                side.note_ids(&made.json()["data"]);
            }
        }
        side
    }

    fn note_ids(&mut self, made: &Value) {
        self.ids.extend(made["id"].as_str().map(str::to_owned));
        let variants = made["variants"].as_array().into_iter().flatten();
        self.ids.extend(variants.filter_map(|v| v["id"].as_str()).map(str::to_owned));
    }

    fn call(&self, method: &str, path: &str, more: &[(&str, &str)], body: Option<&str>) -> Answer {
        let bearer = format!("Bearer {}", self.key);
        let mut headers = vec![("authorization", bearer.as_str())];
        headers.extend_from_slice(more);
        self.app.send(method, path, &headers, body)
    }

    fn call_by_session(&self, method: &str, path: &str, body: Option<&str>) -> Answer {
        let headers = [
            ("cookie", self.cookie.as_str()),
            ("x-stockroom", "1"),
            ("origin", self.app.url.as_str()),
        ];
        self.app.send(method, path, &headers, body)
    }

    /// Returns all that its lists and its products say.
    fn state(&self) -> Vec<(String, String)> {
        let lists = rules().into_iter().filter(|rule| rule.verb == Verb::Get);
        let lists = lists.map(|rule| rule.path).filter(|path| !path.contains('{'));
        let products = self.ids.iter().map(|id| format!("{PRODUCTS}/{id}"));
        lists
            .chain(products)
            .map(|path| {
                let text = self.call("GET", &path, &[], None).text;
                (path, text)
            })
            .collect()
    }

    /// Tells whether an answer holds anything of this side.
    fn is_in(&self, answer: &Answer) -> bool {
        answer.text.contains(self.mark) || self.ids.iter().any(|id| answer.text.contains(id))
    }
}

/// Tries with the key and the session of `own` all that is known of `other`.
fn check_cannot_reach(own: &Side, other: &Side) {
    let before = other.state();
    assert!(before.iter().any(|(_, text)| text.contains(other.mark)));
    let check = |answer: &Answer, what: &str| {
        // A 404 names what was asked for and nothing else.
        let is_refused = answer.status == 404;
        assert!(answer.status < 500 && (is_refused || !other.is_in(answer)), "{what}: {answer:?}");
    };
    for rule in &rules() {
        let method = rule.verb.as_str();
        let body = body(rule, SKUS[0]);
        let body = body.as_deref();
        if !rule.path.contains('{') {
            check(&own.call(method, &rule.path, &[], body), &rule.path);
            check(&own.call_by_session(method, &rule.path, body), &rule.path);
            continue;
        }
        for id in &other.ids {
            let address = address(rule, id);
            for answer in
                [own.call(method, &address, &[], body), own.call_by_session(method, &address, body)]
            {
                assert_eq!(answer.status, 404, "{method} {address}: {answer:?}");
            }
        }
        // Its own product with this SKU is what it reaches.
        let answer = own.call(method, &address(rule, SKUS[1]), &[], body);
        check(&answer, &rule.path);
    }
    assert!(other.state() == before, "the other side changed");
    check_filters(own, other);
    assert!(other.state() == before, "the other side changed");
}

/// Tries the parameters and headers by which something can be named.
fn check_filters(own: &Side, other: &Side) {
    let (history, runs) = (path::HISTORY, path::RUNS);
    for id in &other.ids {
        let answer = own.call("GET", &format!("{history}?productId={id}"), &[], None);
        assert_eq!(answer.status, 404, "{answer:?}");
    }
    let key_id = own.app.id_of(&other.key);
    for query in [
        format!("{history}?runId={}", other.mark),
        format!("{history}?reason={}", other.mark),
        format!("{history}?keyId={key_id}"),
        format!("{runs}?fingerprint={}", other.mark),
    ] {
        let answer = own.call("GET", &query, &[], None);
        assert_eq!(answer.json()["data"]["items"], json!([]), "{query}");
    }
    let page = other.call("GET", &format!("{history}?limit=1"), &[], None).json();
    let cursor = page["data"]["nextCursor"].as_str().unwrap();
    let answer = own.call("GET", &format!("{history}?cursor={cursor}"), &[], None);
    assert!(answer.status == 200 && !other.is_in(&answer), "{answer:?}");
    // The other side's tag of a snapshot says nothing of this one.
    let tag = other.call("GET", path::SNAPSHOT, &[], None).header("etag").unwrap().to_owned();
    let tagged = own.call("GET", path::SNAPSHOT, &[("if-none-match", &tag)], None);
    assert!(tagged.status == 200 && !other.is_in(&tagged));
    // An idempotency key of the other side is another one here.
    let bulk = json!({"items": SKUS.map(|sku| json!({"externalId": sku, "quantityDelta": 1}))});
    let named = [("x-idempotency-key", other.mark)];
    let answer = own.call("PATCH", BULK, &named, Some(&bulk.to_string()));
    assert_eq!((answer.status, answer.header("idempotent-replayed")), (200, None));
    // A session cannot be turned into one of the other side by naming its key.
    let session = own.call_by_session("GET", path::SESSION, None).json();
    let is_test = own.key.starts_with("sk_test_");
    assert_eq!(session["data"]["environment"], if is_test { "test" } else { "live" });
}

#[test]
fn no_endpoint_reaches_the_other_environment() {
    let app = spawn_real(Settings::default());
    let test = Side::fill(&app, Environment::Test, "probe-7f3a");
    let live = Side::fill(&app, Environment::Live, "shop-9c1e");
    check_cannot_reach(&test, &live);
    check_cannot_reach(&live, &test);
}
