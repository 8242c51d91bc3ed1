//! Events on their way to a real receiver: signed, in order, again and again, and no more.

use std::thread;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use serde_json::{Value, json};
use stockroom_api::key::{Access, Environment};
use stockroom_server::app::Settings;
use stockroom_server::store::Store as _;
use stockroom_server::webhooks::target::Targets;

use crate::app::{PRODUCTS, TestApp, spawn_real};
use crate::receiver::{Receiver, Reply};
use crate::webhooks::{DELIVERIES, ENDPOINTS, id, listen, open, spawn_open};

/// Waits until `found` finds something.
fn wait_for<T>(what: &str, found: impl Fn() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "never: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn list(app: &TestApp, endpoint: &Value, query: &str) -> Value {
    app.get(&format!("{ENDPOINTS}/{}/deliveries{query}", id(endpoint))).json()["data"].clone()
}

/// Returns the newest delivery once it has been sent so often and was noted.
fn after_attempts(app: &TestApp, endpoint: &Value, attempts: u64) -> Value {
    wait_for("attempts", || {
        let newest = list(app, endpoint, "")["items"][0].clone();
        let is_noted = newest["attempts"] == attempts
            && (newest["state"] != "pending" || newest["nextAttemptAt"] != Value::Null);
        is_noted.then_some(newest)
    })
}

fn detail(app: &TestApp, delivery: &Value) -> Value {
    app.get(&format!("{DELIVERIES}/{}", delivery["id"].as_str().unwrap())).json()["data"].clone()
}

fn shown(app: &TestApp, endpoint: &Value) -> Value {
    app.get(&format!("{ENDPOINTS}/{}", id(endpoint))).json()["data"].clone()
}

const A_DAY: SignedDuration = SignedDuration::from_hours(25);

#[test]
fn an_event_arrives_signed_and_is_noted() {
    let app = spawn_open();
    let receiver = Receiver::start();
    let endpoint = listen(&app, &receiver.url);
    let _delivering = app.deliver();
    receiver.then([Reply::Body(202, "thanks ".repeat(400))]);
    app.stock("SIM-TEL", r#"{"quantity":49}"#);
    let came = receiver.next();
    assert_eq!(came.path, "/hooks");
    assert_eq!(came.header("content-type"), "application/json");
    assert!(came.header("user-agent").starts_with("stockroom/"));
    let at = "2026-11-23T08:00:00Z".parse::<jiff::Timestamp>().unwrap().as_second();
    assert_eq!(came.header("webhook-timestamp"), at.to_string());
    assert!(came.is_signed_with(endpoint["secret"].as_str().unwrap()));
    assert!(!came.is_signed_with(&"00".repeat(32)));
    let event = came.json();
    assert_eq!(came.header("webhook-id"), event["id"].as_str().unwrap());
    assert_eq!(event["event"], "product.stock_low");
    assert_eq!(event["data"]["quantity"], 49);

    let delivery = after_attempts(&app, &endpoint, 1);
    assert_eq!(delivery["state"], "delivered");
    let counted = r#"stockroom_webhook_deliveries_total{outcome="delivered"} 1"#;
    wait_for(counted, || {
        let metrics = ureq::get(&app.metrics_url).call().unwrap().body_mut().read_to_string();
        metrics.unwrap().contains(counted).then_some(())
    });
    assert_eq!(delivery["eventId"], event["id"]);
    assert_eq!(delivery["lastAttempt"]["status"], 202);
    assert_eq!(delivery["lastAttempt"]["error"], Value::Null);
    assert_eq!(delivery["lastAttempt"]["response"].as_str().unwrap().len(), 1024);
    assert!(delivery.get("payload").is_none());
    let detail = detail(&app, &delivery);
    assert_eq!(detail["payload"], came.body);
    assert_eq!(detail["attemptLog"], json!([delivery["lastAttempt"]]));
}

#[test]
fn live_events_are_no_sandbox() {
    let app = spawn_real(Settings { webhook_targets: Targets::Any, ..Settings::default() });
    let receiver = Receiver::start();
    let key = format!("Bearer {}", app.key(Environment::Live, Access::Write));
    let send = |method: &str, path: &str, body: Value| {
        let answer = app.send(method, path, &[("authorization", &key)], Some(&body.to_string()));
        assert!(answer.status < 300, "{answer:?}");
    };
    let events = ["product.stock_low", "product.stock_out"];
    send("POST", ENDPOINTS, json!({"url": receiver.url, "events": events}));
    let new = json!({"name": "Riz", "price": 1, "externalId": "R-1", "quantity": 3});
    send("POST", PRODUCTS, new);
    send("PATCH", &format!("{PRODUCTS}/R-1/stock"), json!({"quantity": 0}));
    let _delivering = app.deliver();
    let event = receiver.next().json();
    assert_eq!((&event["sandbox"], &event["event"]), (&json!(false), &json!(events[1])));
    assert_eq!(event["data"]["lowStockThreshold"], Value::Null);
}

#[test]
fn what_fails_is_sent_eight_times_and_once_more_when_asked() {
    let app = spawn_open();
    let receiver = Receiver::start();
    receiver.always(Reply::Body(500, "not today".into()));
    let endpoint = listen(&app, &receiver.url);
    let _delivering = app.deliver();
    app.stock("SIM-TEL", r#"{"quantity":49}"#);
    let first = receiver.next();
    for attempts in 1..8 {
        let delivery = after_attempts(&app, &endpoint, attempts);
        assert_eq!(delivery["state"], "pending");
        assert_eq!(delivery["lastAttempt"]["status"], 500);
        assert_eq!(delivery["lastAttempt"]["response"], "not today");
        assert!(receiver.came_already().is_none(), "not before it is due");
        assert_ne!(shown(&app, &endpoint)["failingSince"], Value::Null);
        app.clock.advance(A_DAY);
        let again = receiver.next();
        assert_eq!(again.header("webhook-id"), first.header("webhook-id"));
        assert_eq!(again.body, first.body);
        assert_ne!(again.header("webhook-timestamp"), first.header("webhook-timestamp"));
        assert!(again.is_signed_with(endpoint["secret"].as_str().unwrap()));
    }
    let failed = after_attempts(&app, &endpoint, 8);
    assert_eq!((&failed["state"], &failed["nextAttemptAt"]), (&json!("failed"), &Value::Null));
    assert_eq!(list(&app, &endpoint, "?state=failed")["total"], 1);
    assert_eq!(list(&app, &endpoint, "?state=delivered")["total"], 0);
    app.clock.advance(A_DAY);
    // One event alone does not turn an endpoint off.
    assert_eq!(shown(&app, &endpoint)["active"], true);

    receiver.always(Reply::Status(204));
    let retry = format!("{DELIVERIES}/{}/retry", failed["id"].as_str().unwrap());
    let retried = app.demo("POST", &retry, None);
    assert_eq!((retried.status, &retried.json()["data"]["state"]), (202, &json!("pending")));
    assert_eq!(receiver.next().header("webhook-id"), first.header("webhook-id"));
    let delivered = after_attempts(&app, &endpoint, 9);
    assert_eq!(delivered["state"], "delivered");
    assert_eq!(detail(&app, &delivered)["attemptLog"].as_array().unwrap().len(), 9);
    assert_eq!(shown(&app, &endpoint)["failingSince"], Value::Null);
    assert!(receiver.came_already().is_none());
}

#[test]
fn all_that_failed_is_sent_again_in_the_order_of_its_product() {
    let app = spawn_open();
    let receiver = Receiver::start();
    receiver.always(Reply::Status(503));
    let endpoint = listen(&app, &receiver.url);
    let delivering = app.deliver();
    let again = format!("{ENDPOINTS}/{}/retry", id(&endpoint));
    let none = app.demo("POST", &again, None);
    assert_eq!((none.status, &none.json()["data"]), (202, &json!({ "retried": 0, "left": 0 })));
    app.stock("SIM-TEL", r#"{"quantity":49}"#);
    give_up_on(&app, &receiver, &endpoint, 1);
    app.stock("SIM-TEL", r#"{"quantity":0}"#);
    give_up_on(&app, &receiver, &endpoint, 2);
    let failed = list(&app, &endpoint, "?state=failed");
    assert_eq!(failed["total"], 2);
    let product = &failed["items"][0]["product"];
    assert_eq!(product["externalId"], "SIM-TEL");
    assert_eq!(product["name"], detail(&app, &failed["items"][0])["product"]["name"]);
    receiver.always(Reply::Status(204));
    let sent = app.demo("POST", &again, None);
    assert_eq!((sent.status, &sent.json()["data"]), (202, &json!({ "retried": 2, "left": 0 })));
    let (first, second) = (receiver.next().json(), receiver.next().json());
    assert_eq!((&first["data"]["quantity"], &second["data"]["quantity"]), (&json!(49), &json!(0)));
    drop(delivering);
    let path = format!("{ENDPOINTS}/{}", id(&endpoint));
    app.demo("PUT", &path, Some(r#"{"active":false}"#));
    assert_eq!(app.demo("POST", &again, None).code(), "WEBHOOK_ENDPOINT_INACTIVE");
}

/// Lets so many deliveries fail until none is pending.
fn give_up_on(app: &TestApp, receiver: &Receiver, endpoint: &Value, failed: u64) {
    for attempts in 1..=8 {
        receiver.next();
        after_attempts(app, endpoint, attempts);
        app.clock.advance(A_DAY);
    }
    assert_eq!(list(app, endpoint, "?state=failed")["total"], failed);
}

/// Lets all deliveries, which are of different products, fail until none is tried again.
fn fail_together(app: &TestApp, endpoint: &Value) {
    for attempts in 1..=8 {
        wait_for("all have failed", || {
            let items = list(app, endpoint, "")["items"].clone();
            let is_noted = |item: &Value| {
                item["attempts"] == attempts
                    && (attempts == 8 || item["nextAttemptAt"] != Value::Null)
            };
            items.as_array().unwrap().iter().all(is_noted).then_some(())
        });
        app.clock.advance(A_DAY);
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let app = spawn_open();
    let (receiver, elsewhere) = (Receiver::start(), Receiver::start());
    receiver.then([Reply::Redirect(elsewhere.url.clone())]);
    let endpoint = listen(&app, &receiver.url);
    let _delivering = app.deliver();
    app.stock("SIM-TEL", r#"{"quantity":49}"#);
    let delivery = after_attempts(&app, &endpoint, 1);
    assert_eq!(
        (&delivery["state"], &delivery["lastAttempt"]["status"]),
        (&json!("pending"), &json!(302))
    );
    let error = delivery["lastAttempt"]["error"].as_str().unwrap();
    assert!(error.contains("redirect"), "{error}");
    assert!(elsewhere.came_already().is_none());
}

#[test]
fn a_private_address_is_not_spoken_to_whatever_its_name() {
    let app = spawn_open();
    let receiver = Receiver::start();
    let endpoint = listen(&app, &receiver.url.replace("127.0.0.1", "localhost"));
    // As it would be with a name that pointed elsewhere when the endpoint was made.
    let strict = app.twin(Settings { webhook_targets: Targets::Public, ..open() });
    let _delivering = strict.deliver();
    app.stock("SIM-TEL", r#"{"quantity":49}"#);
    let delivery = after_attempts(&app, &endpoint, 1);
    assert_eq!(delivery["lastAttempt"]["status"], Value::Null);
    let error = delivery["lastAttempt"]["error"].as_str().unwrap();
    assert!(error.contains("is not a public address"), "{error}");
    assert!(receiver.came_already().is_none());
}

#[test]
fn an_endpoint_that_is_gone_is_turned_off_at_once() {
    let app = spawn_open();
    let receiver = Receiver::start();
    receiver.then([Reply::Status(410)]);
    let endpoint = listen(&app, &receiver.url);
    let _delivering = app.deliver();
    app.stock("SIM-TEL", r#"{"quantity":49}"#);
    let delivery = after_attempts(&app, &endpoint, 1);
    assert_eq!(delivery["state"], "failed");
    let off = shown(&app, &endpoint);
    assert_eq!((&off["active"], &off["disabledReason"]), (&json!(false), &json!("gone")));
    assert_eq!(off["disabledAt"], "2026-11-23T08:00:00.000Z");
    app.stock("YASSA-002", r#"{"quantity":1}"#);
    assert_eq!(list(&app, &endpoint, "")["total"], 1);
    let retry = format!("{DELIVERIES}/{}/retry", delivery["id"].as_str().unwrap());
    assert_eq!(app.demo("POST", &retry, None).code(), "WEBHOOK_ENDPOINT_INACTIVE");
    let path = format!("{ENDPOINTS}/{}", id(&endpoint));
    let on = app.demo("PUT", &path, Some(r#"{"active":true}"#)).json()["data"].clone();
    assert_eq!(
        (&on["active"], &on["disabledReason"], &on["disabledAt"]),
        (&json!(true), &Value::Null, &Value::Null)
    );
    assert_eq!(app.demo("POST", &retry, None).status, 202);
    assert_eq!(after_attempts(&app, &endpoint, 2)["state"], "delivered");
}

#[test]
fn an_endpoint_that_fails_for_days_is_turned_off() {
    let app = spawn_open();
    let receiver = Receiver::start();
    receiver.always(Reply::Status(503));
    let endpoint = listen(&app, &receiver.url);
    let _delivering = app.deliver();
    for sku in ["SIM-TEL", "YASSA-002", "RIZ-25KG"] {
        app.stock(sku, r#"{"quantity":1}"#);
    }
    fail_together(&app, &endpoint);
    let off = wait_for("turned off", || {
        let shown = shown(&app, &endpoint);
        (shown["active"] == false).then_some(shown)
    });
    assert_eq!(off["disabledReason"], "failing");
    assert_eq!(list(&app, &endpoint, "?state=failed")["total"], 3);
    let test = app.demo("POST", &format!("{ENDPOINTS}/{}/test", id(&endpoint)), None);
    assert_eq!(test.code(), "WEBHOOK_ENDPOINT_INACTIVE");
}

#[test]
fn all_that_failed_is_sent_again_when_asked() {
    let app = spawn_open();
    let receiver = Receiver::start();
    receiver.always(Reply::Status(500));
    let endpoint = listen(&app, &receiver.url);
    let _delivering = app.deliver();
    let again = |endpoint: &str| app.demo("POST", &format!("{ENDPOINTS}/{endpoint}/retry"), None);
    // One more that is given up, and the endpoint is turned off.
    let skus = ["SIM-TEL", "YASSA-002"];
    for sku in skus {
        app.stock(sku, r#"{"quantity":1}"#);
    }
    fail_together(&app, &endpoint);
    assert_eq!(list(&app, &endpoint, "?state=failed")["total"], 2);
    while receiver.came_already().is_some() {}
    receiver.always(Reply::Status(200));
    let answer = again(id(&endpoint));
    assert_eq!(answer.status, 202, "{answer:?}");
    assert_eq!(answer.json()["data"], json!({"retried": 2, "left": 0}));
    wait_for("all arrived", || {
        (list(&app, &endpoint, "?state=delivered")["total"] == 2).then_some(())
    });
    let mut came: Vec<String> = std::iter::from_fn(|| receiver.came_already())
        .map(|came| came.json()["data"]["externalId"].as_str().unwrap().to_owned())
        .collect();
    came.sort_unstable();
    assert_eq!(came, skus, "each once");
    assert_eq!(list(&app, &endpoint, "")["items"][0]["product"]["externalId"], "YASSA-002");
    assert_eq!(again(id(&endpoint)).json()["data"], json!({"retried": 0, "left": 0}));
    assert_eq!(again("nobody").code(), "WEBHOOK_ENDPOINT_NOT_FOUND");
    let path = format!("{ENDPOINTS}/{}", id(&endpoint));
    assert_eq!(app.demo("PUT", &path, Some(r#"{"active":false}"#)).status, 200);
    assert_eq!(again(id(&endpoint)).code(), "WEBHOOK_ENDPOINT_INACTIVE");
}

#[test]
fn a_dead_endpoint_holds_up_no_other() {
    let app = spawn_open();
    let (dead, alive) = (Receiver::start(), Receiver::start());
    dead.always(Reply::Never);
    let silent = listen(&app, &dead.url);
    let _delivering = app.deliver();
    // More than go to one endpoint at once.
    let skus = ["SIM-TEL", "YASSA-002", "RIZ-25KG", "MAFE-003", "FATAYA-6", "HUILE-1L"];
    for sku in skus {
        app.stock(sku, r#"{"quantity":1}"#);
    }
    dead.next();
    listen(&app, &alive.url);
    app.stock("COUSC-1KG", r#"{"quantity":1}"#);
    assert_eq!(alive.next().json()["data"]["externalId"], "COUSC-1KG");
    let delivery = after_attempts(&app, &silent, 1);
    assert_eq!(delivery["lastAttempt"]["status"], Value::Null);
    assert_eq!(delivery["lastAttempt"]["error"], "The endpoint did not answer in time.");
}

#[test]
fn events_of_a_product_keep_their_order_also_over_failures() {
    let app = spawn_open();
    let receiver = Receiver::start();
    let endpoint = listen(&app, &receiver.url);
    let _delivering = app.deliver();
    receiver.then([Reply::Status(500)]);
    app.stock("SIM-TEL", r#"{"quantity":49}"#);
    receiver.next();
    after_attempts(&app, &endpoint, 1);
    app.stock("SIM-TEL", r#"{"quantity":0}"#);
    // Another product does not wait for it.
    app.stock("YASSA-002", r#"{"quantity":1}"#);
    assert_eq!(receiver.next().json()["data"]["externalId"], "YASSA-002");
    let waiting = wait_for("the other product is noted", || {
        let waiting = list(&app, &endpoint, "?state=pending");
        (waiting["total"] == 2).then_some(waiting)
    });
    assert_eq!(waiting["items"][0]["nextAttemptAt"], Value::Null, "it waits for the other");
    app.clock.advance(A_DAY);
    let (first, second) = (receiver.next().json(), receiver.next().json());
    let order = [&first["event"], &second["event"]];
    assert_eq!(order, ["product.stock_low", "product.stock_out"]);
    assert!(first["data"]["sequence"].as_i64() < second["data"]["sequence"].as_i64());
}

#[test]
fn what_waits_is_sent_at_once_when_an_endpoint_is_back() {
    let app = spawn_open();
    let receiver = Receiver::start();
    receiver.always(Reply::Status(503));
    let endpoint = listen(&app, &receiver.url);
    let _delivering = app.deliver();
    app.stock("SIM-TEL", r#"{"quantity":1}"#);
    for attempts in 1..5 {
        after_attempts(&app, &endpoint, attempts);
        app.clock.advance(A_DAY);
    }
    // Its next try may be hours away, and the clock stands still from here.
    after_attempts(&app, &endpoint, 5);
    receiver.always(Reply::Status(200));
    app.demo("POST", &format!("{ENDPOINTS}/{}/test", id(&endpoint)), None);
    wait_for("all arrived", || {
        (list(&app, &endpoint, "?state=delivered")["total"] == 2).then_some(())
    });
}

#[test]
fn a_hundred_crossings_arrive_once_each_from_two_processes() {
    let app = spawn_open();
    let twin = app.twin(open());
    let receiver = Receiver::start();
    listen(&app, &receiver.url);
    let _delivering = (app.deliver(), twin.deliver());
    let products: Vec<String> = (0..100).map(|number| format!("P-{number:03}")).collect();
    for sku in &products {
        let new = json!({"name": sku, "price": 1, "externalId": sku, "quantity": 9});
        assert_eq!(app.demo("POST", PRODUCTS, Some(&new.to_string())).status, 201);
    }
    let items: Vec<Value> =
        products.iter().map(|sku| json!({"externalId": sku, "quantityDelta": -9})).collect();
    assert_eq!(app.bulk(&json!({"items": items}).to_string()).status, 200);
    let mut told: Vec<String> = (0..100)
        .map(|_| receiver.next().json()["data"]["externalId"].as_str().unwrap().to_owned())
        .collect();
    told.sort_unstable();
    assert_eq!(told, products);
    assert!(receiver.came_already().is_none());
}

#[test]
fn a_test_event_goes_the_way_of_all_events() {
    let app = spawn_open();
    let receiver = Receiver::start();
    let endpoint = listen(&app, &receiver.url);
    let _delivering = app.deliver();
    let sent = app.demo("POST", &format!("{ENDPOINTS}/{}/test", id(&endpoint)), None);
    assert_eq!(sent.status, 202);
    let came = receiver.next();
    assert!(came.is_signed_with(endpoint["secret"].as_str().unwrap()));
    let event = came.json();
    assert_eq!((&event["event"], &event["sandbox"]), (&json!("webhook.test"), &json!(true)));
    assert_eq!(event["data"]["endpointId"], endpoint["id"]);
    assert_eq!(sent.json()["data"]["eventId"], event["id"]);
    assert_eq!(after_attempts(&app, &endpoint, 1)["state"], "delivered");
}

#[test]
fn a_new_secret_signs_and_the_old_one_too_for_a_while() {
    let app = spawn_open();
    let receiver = Receiver::start();
    let endpoint = listen(&app, &receiver.url);
    let _delivering = app.deliver();
    let path = format!("{ENDPOINTS}/{}", id(&endpoint));
    let rotated = app.demo("POST", &format!("{path}/secret"), None).json()["data"].clone();
    let old = endpoint["secret"].as_str().unwrap();
    let new = rotated["secret"].as_str().unwrap();
    app.demo("POST", &format!("{path}/test"), None);
    let came = receiver.next();
    assert!(came.is_signed_with(old) && came.is_signed_with(new));
    app.clock.advance(A_DAY);
    app.demo("POST", &format!("{path}/test"), None);
    let came = receiver.next();
    assert!(!came.is_signed_with(old) && came.is_signed_with(new));
}

#[test]
fn what_is_on_its_way_to_a_deleted_endpoint_is_not_sent() {
    let app = spawn_open();
    let receiver = Receiver::start();
    let (gone, kept) = (listen(&app, &receiver.url), listen(&app, &receiver.url));
    app.stock("SIM-TEL", r#"{"quantity":49}"#);
    app.demo("DELETE", &format!("{ENDPOINTS}/{}", id(&gone)), None);
    let _delivering = app.deliver();
    receiver.next();
    assert_eq!(after_attempts(&app, &kept, 1)["state"], "delivered");
    assert!(receiver.came_already().is_none());
}

#[test]
fn deliveries_are_paged_and_forgotten_after_thirty_days() {
    let app = spawn_open();
    let endpoint = listen(&app, "https://shop.example/");
    for _ in 0..5 {
        app.stock("SIM-TEL", r#"{"quantity":1}"#);
        app.stock("SIM-TEL", r#"{"quantity":100}"#);
    }
    let page = list(&app, &endpoint, "?page=2&limit=2");
    assert_eq!((&page["page"], &page["limit"]), (&json!(2), &json!(2)));
    assert_eq!((&page["total"], &page["hasMore"]), (&json!(5), &json!(true)));
    let ids = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap();
        items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    let all = ids(&list(&app, &endpoint, ""));
    assert_eq!(ids(&page), all[2..4]);
    assert_eq!(list(&app, &endpoint, "?page=3&limit=2")["hasMore"], false);
    assert_eq!(list(&app, &endpoint, "?page=99999999999999999999")["items"], json!([]));
    let forget = |app: &TestApp| {
        let now = stockroom_server::clock::Clock::now(&app.clock);
        app.with_store(async |store| store.forget_expired(now, now).await).unwrap();
    };
    app.clock.advance(SignedDuration::from_hours(29 * 24));
    app.stock("SIM-TEL", r#"{"quantity":0}"#);
    forget(&app);
    assert_eq!(list(&app, &endpoint, "")["total"], 7);
    app.clock.advance(SignedDuration::from_hours(2 * 24));
    forget(&app);
    let left = list(&app, &endpoint, "");
    assert_eq!(left["total"], 2);
    // The oldest that is left no longer waits for one that is gone.
    assert_ne!(left["items"][1]["nextAttemptAt"], Value::Null);
}
