//! Which changes are events: once per crossing, from every way in which a level changes, and written
//! with the change or not at all.

use std::thread;

use serde_json::{Value, json};
use stockroom_server::applying::{Results, apply_bulk, nfc};
use stockroom_server::store::data::{Credential, Scope, Source, WriteRecord};
use stockroom_server::store::{Store as _, StoreError};

use crate::app::{PRODUCTS, TestApp};
use crate::webhooks::{DELIVERIES, ENDPOINTS, id, listen, spawn_open};

/// An address that nothing is sent to, since these tests deliver nothing.
const NOWHERE: &str = "https://shop.example/hooks";

/// Returns every event so far, the oldest first, as it would be sent.
fn events(app: &TestApp, endpoint: &Value) -> Vec<Value> {
    let list = app.get(&format!("{ENDPOINTS}/{}/deliveries", id(endpoint))).json();
    let items = list["data"]["items"].as_array().unwrap();
    let payload = |item: &Value| {
        let path = format!("{DELIVERIES}/{}", item["id"].as_str().unwrap());
        let delivery = app.get(&path).json();
        serde_json::from_str(delivery["data"]["payload"].as_str().unwrap()).unwrap()
    };
    items.iter().rev().map(payload).collect()
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["event"].as_str().unwrap()).collect()
}

const LOW: &str = "product.stock_low";
const OUT: &str = "product.stock_out";

#[test]
fn every_way_of_writing_a_level_tells_of_crossings_once() {
    let app = spawn_open();
    let endpoint = listen(&app, NOWHERE);
    // YASSA-002 has 8 and a threshold of 5.
    let bulk = |item: &str| format!(r#"{{"items":[{item}]}}"#);
    let steps: [(&str, String, &[&str]); 14] = [
        ("single", r#"{"quantity":5}"#.into(), &[]),
        ("single", r#"{"quantity":4}"#.into(), &[LOW]),
        ("single", r#"{"quantity":4}"#.into(), &[]),
        ("bulk", bulk(r#"{"externalId":"YASSA-002","quantityDelta":-1}"#), &[]),
        ("bulk", bulk(r#"{"externalId":"YASSA-002","quantityDelta":-9}"#), &[OUT]),
        ("bulk", bulk(r#"{"externalId":"YASSA-002","quantityDelta":-9}"#), &[]),
        ("bulk", bulk(r#"{"externalId":"YASSA-002","mode":"set","quantity":9}"#), &[]),
        ("bulk", bulk(r#"{"externalId":"YASSA-002","mode":"set","quantity":0}"#), &[LOW, OUT]),
        ("bulk", bulk(r#"{"externalId":"YASSA-002","mode":"set","quantity":3}"#), &[]),
        ("bulk", bulk(r#"{"externalId":"YASSA-002","mode":"set","quantity":0}"#), &[OUT]),
        ("single", r#"{"quantity":10}"#.into(), &[]),
        // Down and up again in one request: nobody could have seen it.
        (
            "bulk",
            bulk(
                r#"{"externalId":"YASSA-002","quantityDelta":-10},
                   {"externalId":"YASSA-002","quantityDelta":10}"#,
            ),
            &[],
        ),
        // In two steps, but over the border once.
        (
            "bulk",
            bulk(
                r#"{"externalId":"YASSA-002","quantityDelta":-6},
                   {"externalId":"YASSA-002","quantityDelta":-1}"#,
            ),
            &[LOW],
        ),
        ("bulk", bulk(r#"{"externalId":"YASSA-002","quantityDelta":-1}"#), &[]),
    ];
    let mut expected: Vec<&str> = Vec::new();
    for (way, body, told) in steps {
        let answer = match way {
            "single" => app.stock("YASSA-002", &body),
            _ => app.bulk(&body),
        };
        assert_eq!(answer.status, 200, "{answer:?}");
        expected.extend(told);
        assert_eq!(kinds(&events(&app, &endpoint)), expected, "{way} {body}");
    }
    let events = events(&app, &endpoint);
    let sequences: Vec<i64> =
        events.iter().map(|event| event["data"]["sequence"].as_i64().unwrap()).collect();
    // The clock stands still.
    let first: i64 = 1_795_420_800_000;
    assert_eq!(sequences, (first..first + 6).collect::<Vec<_>>());
    let product = app.get(&format!("{PRODUCTS}/YASSA-002")).json();
    let first = &events[0];
    assert_eq!(
        first["data"],
        json!({"productId": product["data"]["id"], "externalId": "YASSA-002",
            "name": "Yassa poulet", "quantity": 4, "previousQuantity": 5, "lowStockThreshold": 5,
            "sequence": 1_795_420_800_000_i64})
    );
    assert_eq!(first["timestamp"], "2026-11-23T08:00:00.000Z");
    assert_eq!(first["created_at"], first["timestamp"]);
    assert_eq!(first["sandbox"], true);
    let mut ids: Vec<&str> = events.iter().map(|event| event["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), events.len());
    assert!(ids.iter().all(|id| id.starts_with("evt_") && id.len() == 36));
}

#[test]
fn products_and_imports_tell_of_crossings_too() {
    let app = spawn_open();
    let endpoint = listen(&app, NOWHERE);
    let path = format!("{PRODUCTS}/YASSA-002");
    let put = |body: &str| assert_eq!(app.demo("PUT", &path, Some(body)).status, 200, "{body}");
    let told = |expected: &[&str]| assert_eq!(kinds(&events(&app, &endpoint)), expected);
    // A changed threshold makes it low, or not, and is no change of its level.
    put(r#"{"lowStockThreshold":20}"#);
    put(r#"{"lowStockThreshold":5}"#);
    told(&[]);
    put(r#"{"name":"Yassa","quantity":4}"#);
    told(&[LOW]);
    assert_eq!(events(&app, &endpoint)[0]["data"]["name"], "Yassa");
    put(r#"{"quantity":null}"#);
    put(r#"{"quantity":0}"#);
    put(r#"{"quantity":9}"#);
    told(&[LOW]);
    let csv = "name,price,sku,quantity\nYassa,180.00,YASSA-002,0\nSel,1.00,SEL-1,0\n";
    let import = format!("{PRODUCTS}/import-csv");
    let preview = app.demo("POST", &import, Some(&json!({"csv": csv}).to_string()));
    told(&[LOW]);
    let token = preview.json()["data"]["token"].clone();
    let body = json!({"csv": csv, "mode": "confirm", "token": token}).to_string();
    assert_eq!(app.demo("POST", &import, Some(&body)).status, 200);
    told(&[LOW, LOW, OUT]);
    // Neither a product that begins with nothing, nor one that is deleted, has run out.
    let new = r#"{"name":"Sucre","price":1,"externalId":"S-1","quantity":0}"#;
    assert_eq!(app.demo("POST", PRODUCTS, Some(new)).status, 201);
    assert_eq!(app.demo("DELETE", &format!("{PRODUCTS}/RIZ-25KG"), None).status, 200);
    let thieb = app.get(&format!("{PRODUCTS}/THIEB-001")).json();
    let variant = thieb["data"]["variants"][0]["id"].as_str().unwrap().to_owned();
    let stock = format!("{PRODUCTS}/THIEB-001/variants/{variant}/stock");
    assert_eq!(app.demo("PATCH", &stock, Some(r#"{"quantity":0}"#)).status, 200);
    told(&[LOW, LOW, OUT]);
}

#[test]
fn what_is_no_crossing_is_no_event() {
    let app = spawn_open();
    let endpoint = listen(&app, NOWHERE);
    let quiet = [
        // A variant has no threshold, and its level is not the product's.
        r#"{"externalId":"THIEB-001","variants":[{"label":"Grand","mode":"set","quantity":0}]}"#,
        // Nothing was tracked before.
        r#"{"externalId":"RESTO-MENU","mode":"set","quantity":0}"#,
        // Without a threshold nothing is low, and 1 is not out.
        r#"{"externalId":"TEE-9","mode":"set","quantity":1}"#,
        // It is out already.
        r#"{"externalId":"BISSAP-1L","quantityDelta":-5}"#,
        // All or nothing: the item is refused for its variant, and for what was expected.
        r#"{"externalId":"BAZIN-RGE","mode":"set","quantity":0,"variants":[{"label":"?","quantity":1}]}"#,
        r#"{"externalId":"BAZIN-RGE","mode":"set","quantity":0,"expectedQuantity":1}"#,
        r#"{"externalId":"UNKNOWN","mode":"set","quantity":0}"#,
    ];
    let answer = app.bulk(&format!(r#"{{"items":[{}]}}"#, quiet.join(",")));
    assert_eq!((answer.status, &answer.json()["data"]["failed"]), (200, &json!(3)));
    let stale = app.stock("BAZIN-RGE", r#"{"quantity":0,"expectedQuantity":1}"#);
    assert_eq!(stale.status, 409);
    let wrong = app.bulk(
        r#"{"items":[{"externalId":"BAZIN-RGE","mode":"set","quantity":0},
            {"externalId":"SIM-TEL","quantity":0.5}]}"#,
    );
    assert_eq!(wrong.status, 400);
    assert_eq!(events(&app, &endpoint), [] as [Value; 0]);
}

#[test]
fn a_replayed_request_tells_nothing_twice() {
    let app = spawn_open();
    let endpoint = listen(&app, NOWHERE);
    let body = r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":-200}]}"#;
    for _ in 0..3 {
        assert_eq!(app.bulk_with(&[("x-idempotency-key", "k")], body).status, 200);
    }
    assert_eq!(kinds(&events(&app, &endpoint)), [LOW]);
    assert_eq!(app.level("SIM-TEL"), 40);
}

#[test]
fn what_is_rolled_back_tells_nothing() {
    let app = spawn_open();
    let endpoint = listen(&app, NOWHERE);
    let scope = Scope { store_id: 1, environment: stockroom_api::key::Environment::Test };
    let record = WriteRecord {
        at: "2026-11-23T08:00:00Z".parse().unwrap(),
        source: Source::Bulk,
        author_id: "key".into(),
        credential: Credential::Key,
        request_id: "request".into(),
        run_id: None,
        run_reason: None,
        run_fingerprint: None,
    };
    let body = br#"{"items":[{"externalId":"SIM-TEL","mode":"set","quantity":0}]}"#;
    let items = stockroom_api::read::bulk::read_bulk(body, nfc).unwrap();
    let ended: Result<(), StoreError> = app.with_store(async |store| {
        let work = store.write(move |tx| {
            Box::pin(async move {
                let done = apply_bulk(tx, scope, &record, items, Results::LeftOut).await?;
                assert_eq!(done.updated, 1);
                Err(StoreError::Failed("after the levels were written".into()))
            })
        });
        work.await
    });
    assert!(ended.is_err());
    assert_eq!(app.level("SIM-TEL"), 240);
    assert_eq!(events(&app, &endpoint), [] as [Value; 0]);
}

#[test]
fn of_many_that_sell_at_once_one_crosses_each_border() {
    let app = spawn_open();
    let endpoint = listen(&app, NOWHERE);
    thread::scope(|scope| {
        for task in 0..8 {
            let app = &app;
            scope.spawn(move || {
                for sale in 0..10 {
                    let item = r#"{"externalId":"SIM-TEL","quantityDelta":-4}"#;
                    let answer = if (task + sale) % 2 == 0 {
                        app.bulk(&format!(r#"{{"items":[{item}]}}"#))
                    } else {
                        app.bulk_with(
                            &[("prefer", "return=representation")],
                            &format!(r#"{{"items":[{item},{{"externalId":"?"}}]}}"#),
                        )
                    };
                    assert_eq!(answer.status, 200);
                }
            });
        }
    });
    assert_eq!(app.level("SIM-TEL"), 0);
    let events = events(&app, &endpoint);
    assert_eq!(kinds(&events), [LOW, OUT]);
    assert_eq!(events[0]["data"]["quantity"], 48);
}

#[test]
fn only_who_listens_to_it_is_told() {
    let app = spawn_open();
    // Before anybody listens, nothing is kept for later.
    app.stock("FATAYA-6", r#"{"quantity":0}"#);
    let both = listen(&app, NOWHERE);
    let only = |kind: &str| {
        let body = json!({"url": NOWHERE, "events": [kind]}).to_string();
        app.demo("POST", ENDPOINTS, Some(&body)).json()["data"].clone()
    };
    let (low, out, off) = (only(LOW), only(OUT), only(LOW));
    let path = format!("{ENDPOINTS}/{}", id(&off));
    assert_eq!(app.demo("PUT", &path, Some(r#"{"active":false}"#)).status, 200);
    app.stock("SIM-TEL", r#"{"quantity":0}"#);
    assert_eq!(kinds(&events(&app, &both)), [LOW, OUT]);
    assert_eq!(kinds(&events(&app, &low)), [LOW]);
    assert_eq!(kinds(&events(&app, &out)), [OUT]);
    assert_eq!(events(&app, &off), [] as [Value; 0]);
    // One event has one id, whoever is told.
    assert_eq!(events(&app, &both)[0], events(&app, &low)[0]);
}
