//! Changing and deleting products, and what becomes of their levels and their history.

use jiff::SignedDuration;
use serde_json::{Value, json};
use stockroom_api::key::{Access, Environment};
use stockroom_api::path;
use stockroom_server::app::Settings;

use crate::app::{Answer, INVENTORY, PRODUCTS, TestApp, spawn_demo, spawn_real};

const HISTORY: &str = "/api/v1/dev/store/inventory/history";
const SNAPSHOT: &str = "/api/v1/dev/store/inventory/snapshot";

fn create(app: &TestApp, new: &Value) -> Value {
    let answer = app.demo("POST", PRODUCTS, Some(&new.to_string()));
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()["data"].clone()
}

fn put(app: &TestApp, id: &str, update: &Value) -> Answer {
    app.demo("PUT", &path::product(id), Some(&update.to_string()))
}

fn changed(app: &TestApp, id: &str, update: &Value) -> Value {
    let answer = put(app, id, update);
    assert_eq!(answer.status, 200, "{answer:?}");
    let data = answer.json()["data"].clone();
    assert_eq!(data, app.get(&path::product(data["id"].as_str().unwrap())).json()["data"]);
    data
}

fn entries(app: &TestApp, query: &str) -> Vec<Value> {
    let answer = app.get(&format!("{HISTORY}{query}"));
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["data"]["items"].as_array().unwrap().clone()
}

/// Shows entries as `source label before after delta ended`, the newest first.
fn told(app: &TestApp, query: &str) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let fields = ["source", "label", "before", "after", "delta", "ended"];
    let line = |entry: &Value| fields.map(|field| text(&entry[field])).join(" ");
    entries(app, query).iter().map(line).collect()
}

fn total(app: &TestApp, query: &str) -> Value {
    app.get(&format!("{INVENTORY}{query}")).json()["data"]["total"].clone()
}

fn etag(app: &TestApp) -> String {
    app.get(SNAPSHOT).header("etag").unwrap().to_owned()
}

#[test]
fn what_is_given_replaces_and_what_is_absent_stays() {
    let app = spawn_demo();
    let new = json!({"name": "Thé", "price": 100, "description": "vert", "externalId": "T-1",
        "categoryId": "c", "quantity": 4, "lowStockThreshold": 2, "status": "ACTIVE",
        "imageUrl": "https://shop.example/t.jpg",
        "variants": [{"type": "SIZE", "label": "Grand", "value": "G", "priceAdjustment": 5}]});
    let before = create(&app, &new);
    app.clock.advance(SignedDuration::from_secs(1));
    let after = changed(&app, "T-1", &json!({"name": " Thé vert ", "other": 1}));
    let mut expected = before.clone();
    expected["name"] = "Thé vert".into();
    expected["updatedAt"] = "2026-11-23T08:00:01.000Z".into();
    assert_eq!(after, expected);
    let update = json!({"price": 250, "description": null, "externalId": "T-2", "categoryId": null,
        "lowStockThreshold": null, "status": "DISABLED", "imageUrl": ""});
    let after = changed(&app, "T-1", &update);
    assert_eq!((&after["id"], &after["variants"]), (&before["id"], &before["variants"]));
    for (field, value) in [
        ("price", json!(250)),
        ("description", json!(null)),
        ("externalId", json!("T-2")),
        ("lowStockThreshold", json!(null)),
        ("status", json!("DISABLED")),
        ("imageUrl", json!(null)),
        ("quantity", json!(4)),
    ] {
        assert_eq!(after[field], value, "{field}");
    }
    assert_eq!(put(&app, "T-1", &json!({"price": 1})).code(), "PRODUCT_NOT_FOUND");
    let taken = put(&app, "T-2", &json!({"externalId": "THIEB-001"}));
    assert_eq!((taken.status, taken.code()), (409, "EXTERNAL_ID_TAKEN".into()));
    assert_eq!(taken.path(), "externalId");
    // Its own SKU is nobody else's.
    assert_eq!(changed(&app, "T-2", &json!({"externalId": "T-2"}))["externalId"], "T-2");
    assert_eq!(changed(&app, "T-2", &json!({"externalId": null}))["externalId"], Value::Null);
}

#[test]
fn the_id_wins_over_another_s_sku() {
    let app = spawn_demo();
    let first = create(&app, &json!({"name": "A", "price": 1}));
    let id = first["id"].as_str().unwrap();
    let second = create(&app, &json!({"name": "B", "price": 1, "externalId": id}));
    assert_eq!(changed(&app, id, &json!({"name": "A2"}))["id"], first["id"]);
    let deleted = app.demo("DELETE", &path::product(id), None);
    assert_eq!(deleted.json()["data"]["id"], first["id"]);
    // Now the SKU names the other.
    assert_eq!(app.get(&path::product(id)).json()["data"]["id"], second["id"]);
}

#[test]
fn the_levels_of_a_new_product_are_in_the_history() {
    let app = spawn_demo();
    let (tag, low) = (etag(&app), total(&app, "?lowStock=true"));
    let new = json!({"name": "Thé", "price": 1, "externalId": "T-1", "quantity": 2,
        "lowStockThreshold": 5, "variants": [{"type": "SIZE", "label": "Grand", "quantity": 0},
        {"type": "SIZE", "label": "Petit"}]});
    let headers =
        [("authorization", "Bearer sk_test_demo"), ("x-run-id", "r"), ("x-run-reason", "received")];
    let answer = app.send("POST", PRODUCTS, &headers, Some(&new.to_string()));
    assert_eq!(answer.json()["data"]["quantity"], 2);
    assert_eq!(
        told(&app, "?productId=T-1"),
        ["product Grand null 0 0 null", "product null null 2 2 null"]
    );
    assert_eq!(entries(&app, "?runId=r&reason=received").len(), 2);
    assert_ne!(etag(&app), tag);
    assert_eq!(total(&app, "?lowStock=true").as_u64(), low.as_u64().map(|low| low + 1));
    // What is not tracked has no line, and still changes what there is to read.
    let tag = etag(&app);
    create(&app, &json!({"name": "Thé", "price": 1, "externalId": "T-2"}));
    assert_eq!(told(&app, "?productId=T-2"), Vec::<String>::new());
    assert_ne!(etag(&app), tag);
}

#[test]
fn a_change_writes_a_line_for_each_level_that_changes() {
    let app = spawn_demo();
    let product = create(
        &app,
        &json!({"name": "Thé", "price": 1, "externalId": "T-1", "quantity": 4,
        "variants": [{"type": "SIZE", "label": "Grand", "quantity": 1}]}),
    );
    let tracked = total(&app, "").as_u64().unwrap();
    // A whole product sent back asks nothing of its levels.
    let tag = etag(&app);
    changed(&app, "T-1", &product);
    assert_eq!(told(&app, "?productId=T-1").len(), 2);
    assert_ne!(etag(&app), tag);
    let update = json!({"quantity": 9, "variants": [{"label": "grand", "quantity": null}]});
    let after = changed(&app, "T-1", &update);
    assert_eq!((&after["quantity"], &after["variants"][0]["quantity"]), (&9.into(), &Value::Null));
    assert_eq!(after["variants"][0]["id"], product["variants"][0]["id"]);
    assert_eq!(
        told(&app, "?productId=T-1")[..2],
        ["product grand 1 0 -1 untracked", "product null 4 9 5 null"]
    );
    assert_eq!(changed(&app, "T-1", &json!({"quantity": null}))["quantity"], Value::Null);
    assert_eq!(told(&app, "?productId=T-1")[0], "product null 9 0 -9 untracked");
    assert_eq!(total(&app, "").as_u64(), Some(tracked - 1));
    let adjust = r#"{"items":[{"externalId":"T-1","quantityDelta":1}]}"#;
    assert_eq!(app.bulk(adjust).item_error()["code"], "NOT_TRACKED");
    // A second time there is nothing to end.
    changed(&app, "T-1", &json!({"quantity": null}));
    assert_eq!(changed(&app, "T-1", &json!({"quantity": 3}))["quantity"], 3);
    assert_eq!(
        told(&app, "?productId=T-1")[..2],
        ["product null null 3 3 null", "product null 9 0 -9 untracked"]
    );
    assert_eq!(total(&app, "").as_u64(), Some(tracked));
    // The level is the sum of its history, also with the updates of others.
    app.bulk(adjust);
    let deltas = entries(&app, "?productId=T-1");
    let own = deltas.iter().filter(|entry| entry["variantId"].is_null());
    assert_eq!(own.map(|entry| entry["delta"].as_i64().unwrap()).sum::<i64>(), 4);
    assert_eq!(app.level("T-1"), 4);
}

#[test]
fn a_change_may_expect_levels() {
    let app = spawn_demo();
    let new = json!({"name": "Thé", "price": 1, "externalId": "T-1", "quantity": 4,
        "variants": [{"type": "SIZE", "label": "Grand", "quantity": 1}]});
    let before = create(&app, &new);
    for (update, field, current) in [
        (json!({"name": "X", "quantity": 9, "expectedQuantity": 3}), "expectedQuantity", 4),
        (
            json!({"name": "X", "variants": [{"label": "Grand", "quantity": 2, "expectedQuantity": 0}]}),
            "variants[0].expectedQuantity",
            1,
        ),
    ] {
        let stale = put(&app, "T-1", &update);
        assert_eq!((stale.status, stale.code()), (409, "STALE_QUANTITY".into()));
        assert_eq!(stale.path(), field);
        assert_eq!(stale.json()["error"]["currentQuantity"], current);
    }
    assert_eq!(app.get(&path::product("T-1")).json()["data"], before);
    let update = json!({"quantity": 9, "expectedQuantity": 4,
        "variants": [{"label": "Grand", "quantity": 2, "expectedQuantity": 1}]});
    assert_eq!(changed(&app, "T-1", &update)["variants"][0]["quantity"], 2);
}

#[test]
fn variants_keep_their_ids_levels_and_history() {
    let app = spawn_demo();
    let new = json!({"name": "Boubou", "price": 1, "externalId": "B-1", "variants": [
        {"type": "SIZE", "label": "M", "quantity": 1},
        {"type": "SIZE", "label": "L", "value": "l", "priceAdjustment": 50, "quantity": 2},
        {"type": "COLOR", "label": "Bleu", "quantity": 3},
        {"type": "COLOR", "label": "Bleu", "quantity": 4}]});
    let before = create(&app, &new)["variants"].clone();
    let update = json!({"variants": [
        {"type": "color", "label": "BLEU", "quantity": 30},
        {"id": before[1]["id"], "label": "XL", "value": null},
        {"type": "COLOR", "label": "bleu"},
        {"type": "SIZE", "label": "S", "quantity": 7}]});
    let after = changed(&app, "B-1", &update)["variants"].clone();
    let ids: Vec<&Value> = after.as_array().unwrap().iter().map(|v| &v["id"]).collect();
    assert_eq!(ids[..3], [&before[2]["id"], &before[1]["id"], &before[3]["id"]]);
    assert!(before.as_array().unwrap().iter().all(|old| old["id"] != *ids[3]));
    let xl = json!({"id": ids[1], "type": "SIZE", "label": "XL", "value": null,
        "priceAdjustment": 50, "quantity": 2});
    assert_eq!(after[1], xl);
    let levels: Vec<&Value> = after.as_array().unwrap().iter().map(|v| &v["quantity"]).collect();
    assert_eq!(levels, [&json!(30), &json!(2), &json!(4), &json!(7)]);
    assert_eq!(
        told(&app, "?productId=B-1")[..3],
        ["product M 1 0 -1 deleted", "product S null 7 7 null", "product BLEU 3 30 27 null"]
    );
    // A label that came back is another variant; the history of the first keeps its own.
    let again = json!({"variants": [{"type": "SIZE", "label": "M", "quantity": 5}]});
    let after = changed(&app, "B-1", &again);
    assert_ne!(after["variants"][0]["id"], before[0]["id"]);
    let of_first = entries(&app, "?productId=B-1");
    let of_first: Vec<_> = of_first.iter().filter(|e| e["variantId"] == before[0]["id"]).collect();
    assert_eq!(of_first.len(), 2);
    assert!(of_first.iter().all(|entry| entry["label"] == "M"));
    assert_eq!(changed(&app, "B-1", &json!({"variants": []}))["variants"], json!([]));
}

#[test]
fn a_threshold_makes_a_product_low_without_a_line_of_history() {
    let app = spawn_demo();
    create(&app, &json!({"name": "Thé", "price": 1, "externalId": "T-1", "quantity": 4}));
    let low = total(&app, "?lowStock=true").as_u64().unwrap();
    for (threshold, more) in [(json!(5), 1), (json!(4), 0), (json!(5), 1), (json!(null), 0)] {
        changed(&app, "T-1", &json!({"lowStockThreshold": threshold}));
        assert_eq!(total(&app, "?lowStock=true").as_u64(), Some(low + more), "{threshold}");
    }
    assert_eq!(entries(&app, "?productId=T-1").len(), 1);
    // Level and threshold at once: what counts is both as they will be.
    changed(&app, "T-1", &json!({"lowStockThreshold": 8, "quantity": 8}));
    assert_eq!(total(&app, "?lowStock=true").as_u64(), Some(low));
    changed(&app, "T-1", &json!({"lowStockThreshold": 8, "quantity": 7}));
    assert_eq!(total(&app, "?lowStock=true").as_u64(), Some(low + 1));
    changed(&app, "T-1", &json!({"quantity": null}));
    assert_eq!(total(&app, "?lowStock=true").as_u64(), Some(low));
}

#[test]
fn a_deleted_product_is_gone_and_its_history_stays() {
    let app = spawn_demo();
    let new = json!({"name": "Thé", "price": 1, "externalId": "T-1", "quantity": 4,
        "lowStockThreshold": 9, "variants": [{"type": "SIZE", "label": "Grand", "quantity": 1}]});
    let (low, tracked) = (total(&app, "?lowStock=true"), total(&app, ""));
    let all = app.get(PRODUCTS).json()["data"]["total"].clone();
    let old = create(&app, &new);
    let tag = etag(&app);
    let deleted = app.demo("DELETE", &path::product("T-1"), None);
    assert_eq!(deleted.status, 200);
    let data = json!({"id": old["id"], "externalId": "T-1", "deleted": true});
    assert_eq!(deleted.json(), json!({"success": true, "data": data}));
    for answer in [
        app.get(&path::product("T-1")),
        app.get(&path::product(old["id"].as_str().unwrap())),
        app.demo("DELETE", &path::product("T-1"), None),
        put(&app, "T-1", &json!({"price": 2})),
        app.stock("T-1", r#"{"quantity":1}"#),
    ] {
        assert_eq!((answer.status, answer.code()), (404, "PRODUCT_NOT_FOUND".into()));
    }
    assert_eq!((total(&app, "?lowStock=true"), total(&app, "")), (low, tracked));
    assert_eq!(app.get(PRODUCTS).json()["data"]["total"], all);
    assert_ne!(etag(&app), tag);
    let lines = [
        "product Grand 1 0 -1 deleted",
        "product null 4 0 -4 deleted",
        "product Grand null 1 1 null",
        "product null null 4 4 null",
    ];
    let by_id = format!("?productId={}", old["id"].as_str().unwrap());
    for query in ["?productId=T-1", &by_id, "?limit=4"] {
        assert_eq!(told(&app, query), lines, "{query}");
    }
    for entry in entries(&app, "") {
        let named = (&entry["productId"], &entry["externalId"], &entry["name"]);
        assert_eq!(named, (&old["id"], &"T-1".into(), &"Thé".into()));
    }
    // Its SKU may be another's: that has a history of its own, though it is stored where the other was.
    let again =
        create(&app, &json!({"name": "Café", "price": 1, "externalId": "T-1", "quantity": 6}));
    assert_eq!(told(&app, "?productId=T-1"), ["product null null 6 6 null"]);
    assert_eq!(told(&app, &by_id), lines);
    app.demo("DELETE", &path::product("T-1"), None);
    assert_eq!(entries(&app, "?productId=T-1")[0]["productId"], again["id"]);
    assert_eq!(app.get(&format!("{HISTORY}?productId=T-9")).status, 404);
}

#[test]
fn one_variant_s_stock_is_set_by_its_id() {
    let app = spawn_demo();
    let product = app.get(&path::product("TEE-9")).json()["data"].clone();
    let id = product["variants"][1]["id"].as_str().unwrap();
    let address = path::variant_stock("TEE-9", id);
    let tag = etag(&app);
    let after = app.demo("PATCH", &address, Some(r#"{"quantity":41}"#));
    assert_eq!(after.status, 200);
    assert_eq!(after.json(), app.get(&path::product("TEE-9")).json());
    assert_eq!(app.variant_levels("TEE-9")[1], 41);
    assert_eq!(app.variant_levels("TEE-9")[0], product["variants"][0]["quantity"]);
    assert_eq!(app.level("TEE-9"), product["quantity"]);
    assert_ne!(etag(&app), tag);
    let entry = entries(&app, "?limit=1")[0].clone();
    assert_eq!((&entry["source"], &entry["variantId"]), (&"variant".into(), &id.into()));
    assert_eq!((&entry["quantity"], &entry["after"]), (&41.into(), &41.into()));
    let expecting = app.demo("PATCH", &address, Some(r#"{"quantity":1,"expectedQuantity":40}"#));
    assert_eq!((expecting.status, expecting.code()), (409, "STALE_QUANTITY".into()));
    assert_eq!(expecting.json()["error"]["currentQuantity"], 41);
    let expecting = app.demo("PATCH", &address, Some(r#"{"quantity":1,"expectedQuantity":41}"#));
    assert_eq!(expecting.status, 200);
    for (product, variant, code) in [
        ("NOPE", id, "PRODUCT_NOT_FOUND"),
        ("TEE-9", "nope", "VARIANT_NOT_FOUND"),
        // A variant of another product is none of this one.
        ("THIEB-001", id, "VARIANT_NOT_FOUND"),
    ] {
        let address = path::variant_stock(product, variant);
        let answer = app.demo("PATCH", &address, Some(r#"{"quantity":1}"#));
        assert_eq!((answer.status, answer.code()), (404, code.into()), "{address}");
    }
}

#[test]
fn a_change_sent_again_is_not_done_again() {
    let app = spawn_demo();
    let new = json!({"name": "Thé", "price": 1, "externalId": "T-1", "quantity": 4,
        "variants": [{"type": "SIZE", "label": "Grand", "quantity": 1}]});
    let product = create(&app, &new);
    let variant = path::variant_stock("T-1", product["variants"][0]["id"].as_str().unwrap());
    let product = path::product("T-1");
    let update = r#"{"quantity":9,"variants":[{"label":"Grand"},{"type":"SIZE","label":"Petit"}]}"#;
    for (key, method, path, body) in [
        ("a", "PUT", &product, Some(update)),
        ("b", "PATCH", &variant, Some(r#"{"quantity":3,"expectedQuantity":1}"#)),
        ("c", "DELETE", &product, None),
    ] {
        let headers = [("authorization", "Bearer sk_test_demo"), ("x-idempotency-key", key)];
        let first = app.send(method, path, &headers, body);
        assert_eq!((first.status, first.header("idempotent-replayed")), (200, None), "{first:?}");
        let lines = entries(&app, "").len();
        let again = app.send(method, path, &headers, body);
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!((again.status, again.text), (200, first.text));
        assert_eq!(entries(&app, "").len(), lines);
        let other = app.send(method, path, &headers, Some(r#"{"quantity":1}"#));
        assert_eq!((other.status, other.code()), (409, "IDEMPOTENCY_KEY_REUSED".into()));
    }
}

#[test]
fn who_may_only_read_changes_nothing() {
    let app = spawn_real(Settings::default());
    let key = app.key(Environment::Live, Access::Read);
    let bearer = format!("Bearer {key}");
    let variant = path::variant_stock("a", "b");
    for (method, path) in [
        ("POST", PRODUCTS),
        ("PUT", &path::product("a")),
        ("DELETE", &path::product("a")),
        ("PATCH", &variant),
    ] {
        let answer = app.send(method, path, &[("authorization", &bearer)], Some("{}"));
        assert_eq!((answer.status, answer.code()), (403, "SECRET_KEY_REQUIRED".into()), "{method}");
        assert_eq!(app.send(method, path, &[], Some("{}")).code(), "MISSING_CREDENTIALS");
    }
}
