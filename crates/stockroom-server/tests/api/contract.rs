//! The examples of the contract's part 1, their answers compared as JSON.

use serde_json::json;
use stockroom_api::key::{Access, Environment};
use stockroom_server::app::Settings;

use crate::app::{BULK, INVENTORY, PRODUCTS, spawn_demo, spawn_real};

#[test]
fn the_single_update_answers_with_the_full_product() {
    let app = spawn_demo();
    let body = r#"{"quantity":50,"variants":[{"label":"Normal","quantity":35},{"label":"Grand","quantity":15}]}"#;
    let answer = app.stock("THIEB-001", body);
    assert_eq!(answer.status, 200);
    let mut json = answer.json();
    let data = json["data"].as_object_mut().unwrap();
    for field in ["id", "createdAt", "updatedAt"] {
        assert!(data.remove(field).unwrap().is_string(), "{field}");
    }
    for variant in data["variants"].as_array_mut().unwrap() {
        assert!(variant.as_object_mut().unwrap().remove("id").is_some());
    }
    let variant = |label: &str, adjustment: Option<i64>, quantity: i64| {
        json!({"type": "SIZE", "label": label, "value": null, "priceAdjustment": adjustment,
            "quantity": quantity})
    };
    assert_eq!(
        json,
        json!({"success": true, "data": {
            "externalId": "THIEB-001", "name": "Thiéboudienne Royale",
            "description": "Riz au poisson, légumes du jour", "price": 25000,
            "status": "ACTIVE", "quantity": 50, "lowStockThreshold": 5,
            "variants": [variant("Normal", None, 35), variant("Grand", Some(5000), 15)]
        }})
    );
}

#[test]
fn a_bulk_update_applies_what_it_can_and_names_the_rest() {
    let app = spawn_demo();
    let answer = app.bulk(
        r#"{"items":[
            {"externalId":"THIEB-001","mode":"set","quantity":50},
            {"externalId":"YASSA-002","mode":"adjust","quantityDelta":-3},
            {"externalId":"UNKNOWN-SKU","mode":"set","quantity":10}]}"#,
    );
    assert_eq!(answer.status, 200);
    let mut json = answer.json();
    // The additions that the contract names.
    let error = json["data"]["errors"][0].as_object_mut().unwrap();
    assert_eq!(error.remove("code").unwrap(), "PRODUCT_NOT_FOUND");
    assert_eq!(error.remove("path").unwrap(), "items[2].externalId");
    assert_eq!(
        json,
        json!({"success": true, "data": {"updated": 2, "failed": 1, "errors": [
            {"externalId": "UNKNOWN-SKU", "error": "Product not found"}]}})
    );
    assert_eq!(app.level("THIEB-001"), 50);
    assert_eq!(app.level("YASSA-002"), 5);
}

#[test]
fn a_bulk_answer_without_failures_has_the_examples_shape() {
    let app = spawn_demo();
    let answer = app.bulk(r#"{"items":[{"externalId":"YASSA-002","quantityDelta":1}]}"#);
    assert_eq!(answer.text, r#"{"success":true,"data":{"updated":1,"failed":0,"errors":[]}}"#);
}

#[test]
fn the_low_stock_list_is_the_documents() {
    let app = spawn_real(Settings::default());
    let key = format!("Bearer {}", app.key(Environment::Live, Access::Write));
    let headers = [("authorization", key.as_str())];
    let new = r#"{"name":"Thiéboudienne Royale","price":25000,"externalId":"THIEB-001",
        "quantity":3,"lowStockThreshold":5,"variants":[
        {"type":"SIZE","label":"Normal","quantity":2},{"type":"SIZE","label":"Grand","quantity":1}]}"#;
    let created = app.send("POST", PRODUCTS, &headers, Some(new));
    assert_eq!(created.status, 201, "{created:?}");
    let created = created.json();
    let query = format!("{INVENTORY}?lowStock=true&page=1&limit=100");
    let listed = app.send("GET", &query, &headers, None).json();
    let variant = |index: usize, label: &str, quantity: i64| {
        json!({"variantId": created["data"]["variants"][index]["id"], "label": label,
            "quantity": quantity})
    };
    assert_eq!(
        listed,
        json!({"success": true, "data": {
            "items": [{
                "productId": created["data"]["id"], "externalId": "THIEB-001",
                "name": "Thiéboudienne Royale", "quantity": 3, "lowStockThreshold": 5,
                "isLowStock": true,
                "variants": [variant(0, "Normal", 2), variant(1, "Grand", 1)]}],
            "total": 1, "page": 1, "limit": 100, "hasMore": false
        }})
    );
}

#[test]
fn the_documents_errors_have_their_codes() {
    let app = spawn_demo();
    let unknown = app.stock("THIEB-001", r#"{"variants":[{"label":"Mini","quantity":1}]}"#);
    assert_eq!((unknown.status, unknown.code()), (400, "VARIANT_NOT_FOUND".into()));
    assert_eq!(unknown.path(), "variants[0].label");
    let ambiguous = app.stock("TEE-9", r#"{"variants":[{"label":"ROUGE","quantity":1}]}"#);
    assert_eq!((ambiguous.status, ambiguous.code()), (400, "VARIANT_LABEL_AMBIGUOUS".into()));
    let missing = app.stock("NOPE", r#"{"quantity":1}"#);
    assert_eq!((missing.status, missing.code()), (404, "PRODUCT_NOT_FOUND".into()));
    let items = vec![r#"{"externalId":"THIEB-001","quantityDelta":1}"#; 201].join(",");
    let many = app.demo("PATCH", BULK, Some(&format!("{{\"items\":[{items}]}}")));
    assert_eq!((many.status, many.code()), (400, "TOO_MANY_ITEMS".into()));
    assert_eq!(app.level("THIEB-001"), 3);
}
