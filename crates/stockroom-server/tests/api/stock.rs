//! The rules of the single update.

use crate::app::{PRODUCTS, TestApp, spawn_demo};

fn check(app: &TestApp, body: &str, code: &str, path: &str) {
    let answer = app.stock("THIEB-001", body);
    assert_eq!((answer.status, answer.code()), (400, code.to_owned()), "{body}");
    assert_eq!(answer.path().as_str().unwrap_or_default(), path, "{body}");
}

#[test]
fn what_is_wrong_refuses_the_whole_update_with_its_path() {
    let app = spawn_demo();
    check(&app, "{}", "VALIDATION_ERROR", "");
    check(&app, r#"{"quantityDelta":1}"#, "VALIDATION_ERROR", "");
    check(&app, r#"{"quantity":"5"}"#, "VALIDATION_ERROR", "quantity");
    check(&app, r#"{"quantity":-1}"#, "VALIDATION_ERROR", "quantity");
    check(&app, r#"{"variants":[{"label":"Grand"}]}"#, "VALIDATION_ERROR", "variants[0].quantity");
    let twice = r#"{"variants":[{"label":"Grand","quantity":1},{"label":"grand","quantity":1}]}"#;
    check(&app, twice, "VALIDATION_ERROR", "variants[1].label");
    let partly = r#"{"quantity":9,"variants":[{"label":"Grand","quantity":9},{"label":"Mini","quantity":9}]}"#;
    check(&app, partly, "VARIANT_NOT_FOUND", "variants[1].label");
    assert_eq!(app.level("THIEB-001"), 3);
    assert_eq!(app.variant_levels("THIEB-001"), [2, 1]);
}

#[test]
fn a_level_alone_leaves_the_variants() {
    let app = spawn_demo();
    let answer = app.stock("THIEB-001", r#"{"quantity":50}"#);
    assert_eq!(answer.json()["data"]["quantity"], 50);
    assert_eq!(app.variant_levels("THIEB-001"), [2, 1]);
}

#[test]
fn a_stale_level_is_a_conflict() {
    let app = spawn_demo();
    let answer = app.stock("THIEB-001", r#"{"quantity":50,"expectedQuantity":4}"#);
    assert_eq!((answer.status, answer.code()), (409, "STALE_QUANTITY".into()));
    assert_eq!(answer.json()["error"]["currentQuantity"], 3);
    assert_eq!(answer.path(), "expectedQuantity");
    let fresh = app.stock("THIEB-001", r#"{"quantity":50,"expectedQuantity":3}"#);
    assert_eq!(fresh.status, 200);
}

#[test]
fn a_product_is_found_by_id_and_by_sku() {
    let app = spawn_demo();
    let product = app.get(&format!("{PRODUCTS}/THIEB-001")).json();
    let id = product["data"]["id"].as_str().unwrap();
    let answer = app.stock(id, r#"{"quantity":4}"#);
    assert_eq!(answer.json()["data"]["externalId"], "THIEB-001");
    assert_eq!(app.level("THIEB-001"), 4);
}

#[test]
fn where_an_id_equals_a_sku_the_id_wins() {
    let app = spawn_demo();
    let product = app.get(&format!("{PRODUCTS}/THIEB-001")).json();
    let id = product["data"]["id"].as_str().unwrap();
    let new = format!(r#"{{"name":"Imposteur","price":1,"externalId":"{id}"}}"#);
    assert_eq!(app.demo("POST", PRODUCTS, Some(&new)).status, 201);
    let found = app.get(&format!("{PRODUCTS}/{id}")).json();
    assert_eq!(found["data"]["externalId"], "THIEB-001");
}

#[test]
fn a_set_starts_tracking() {
    let app = spawn_demo();
    let answer = app.stock("RESTO-MENU", r#"{"quantity":5}"#);
    assert_eq!(answer.json()["data"]["quantity"], 5);
    let listed = app.get("/api/v1/dev/store/inventory").text;
    assert!(listed.contains("RESTO-MENU"));
}
