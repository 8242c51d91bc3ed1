//! Creating, reading and listing products.

use serde_json::json;

use crate::app::{INVENTORY, PRODUCTS, spawn_demo};

#[test]
fn a_product_is_created_with_its_defaults() {
    let app = spawn_demo();
    let answer = app.demo("POST", PRODUCTS, Some(r#"{"name":" Thé ","price":100}"#));
    assert_eq!(answer.status, 201);
    let mut json = answer.json();
    let id = json["data"]["id"].as_str().unwrap().to_owned();
    for field in ["id", "createdAt", "updatedAt"] {
        json["data"].as_object_mut().unwrap().remove(field);
    }
    assert_eq!(
        json["data"],
        json!({"externalId": null, "name": "Thé", "description": null, "price": 100,
            "status": "DISABLED", "quantity": null, "lowStockThreshold": null, "variants": []})
    );
    let read = app.get(&format!("{PRODUCTS}/{id}")).json();
    assert_eq!(read["data"]["name"], "Thé");
    assert_eq!(read["data"]["createdAt"], "2026-11-23T08:00:00.000Z");
}

#[test]
fn a_sku_is_taken_once() {
    let app = spawn_demo();
    let new = r#"{"name":"Thé","price":100,"externalId":" THIEB-001 "}"#;
    let answer = app.demo("POST", PRODUCTS, Some(new));
    assert_eq!((answer.status, answer.code()), (409, "EXTERNAL_ID_TAKEN".into()));
    assert_eq!(answer.path(), "externalId");
}

#[test]
fn ids_with_slashes_and_accents_are_addressed_percent_encoded() {
    let app = spawn_demo();
    let sku = "CAFÉ/250 g?#%";
    let new = json!({"name": "Café", "price": 1, "externalId": sku, "quantity": 1}).to_string();
    assert_eq!(app.demo("POST", PRODUCTS, Some(&new)).status, 201);
    let path = stockroom_api::path::product(sku);
    assert_eq!(app.get(&path).json()["data"]["externalId"], sku);
    let path = stockroom_api::path::stock(sku);
    let updated = app.demo("PATCH", &path, Some(r#"{"quantity":2}"#));
    assert_eq!(updated.json()["data"]["quantity"], 2);
    let broken = app.get(&format!("{PRODUCTS}/%FF"));
    assert_eq!((broken.status, broken.code()), (400, "VALIDATION_ERROR".into()));
}

#[test]
fn two_variants_may_share_a_label() {
    let app = spawn_demo();
    let new = r#"{"name":"T","price":1,"quantity":1,"lowStockThreshold":0,"variants":[
        {"type":"COLOR","label":"Rouge","value":"FF0000","quantity":0},
        {"type":"COLOR","label":"rouge","quantity":null}]}"#;
    let json = app.demo("POST", PRODUCTS, Some(new)).json();
    assert_eq!(json["data"]["variants"].as_array().unwrap().len(), 2);
    let id = json["data"]["id"].as_str().unwrap();
    let answer = app.stock(id, r#"{"variants":[{"label":"ROUGE","quantity":1}]}"#);
    assert_eq!(answer.code(), "VARIANT_LABEL_AMBIGUOUS");
}

#[test]
fn all_products_are_listed() {
    let app = spawn_demo();
    let json = app.get(&format!("{PRODUCTS}?limit=3&page=40")).json();
    assert_eq!(json["data"]["total"], 120);
    assert_eq!(json["data"]["hasMore"], false);
    assert_eq!(json["data"]["items"].as_array().unwrap().len(), 3);
    let unknown = app.get(&format!("{PRODUCTS}/NOPE"));
    assert_eq!((unknown.status, unknown.code()), (404, "PRODUCT_NOT_FOUND".into()));
}

#[test]
fn products_are_looked_for_by_sku_name_and_status() {
    let app = spawn_demo();
    for (name, sku, status) in [
        ("Café 100% moulu", "Q_1", "ACTIVE"),
        ("Thé vert", "QX1", "DISABLED"),
        ("Moulin à café", "M-Q_1", "ACTIVE"),
    ] {
        let new = json!({"name": name, "price": 1, "externalId": sku, "status": status});
        assert_eq!(app.demo("POST", PRODUCTS, Some(&new.to_string())).status, 201);
    }
    let found = |query: &str| {
        let json = app.get(&format!("{PRODUCTS}?{query}")).json();
        let items = json["data"]["items"].as_array().unwrap();
        let skus: Vec<&str> = items.iter().map(|i| i["externalId"].as_str().unwrap()).collect();
        assert_eq!(json["data"]["total"], skus.len(), "{query}");
        skus.join(" ")
    };
    // What stands for anything elsewhere stands for itself here.
    assert_eq!(found("q=q_"), "Q_1");
    assert_eq!(found("q=100%25"), "Q_1");
    assert_eq!(found("q=qx"), "QX1");
    assert_eq!(found("q=moul"), "M-Q_1 Q_1");
    assert_eq!(found("q=moul&status=DISABLED"), "");
    assert_eq!(found("q=vert&status=DISABLED"), "QX1");
    assert_eq!(found("q=%20THIEB-0%20"), "THIEB-001");
    let json = app.get(&format!("{PRODUCTS}?q=moul&limit=1&page=2")).json();
    assert_eq!((&json["data"]["total"], &json["data"]["hasMore"]), (&2.into(), &false.into()));
    assert_eq!(json["data"]["items"][0]["externalId"], "Q_1");
    let all = app.get(&format!("{PRODUCTS}?q=&status=&limit=1")).json();
    assert_eq!(all["data"]["total"], 123);
    let long = format!("q={}", "x".repeat(257));
    for (query, path) in [("status=active", "status"), ("page=0", "page"), (&long, "q")] {
        let refused = app.get(&format!("{PRODUCTS}?{query}"));
        assert_eq!((refused.status, refused.path()), (400, path.into()), "{query}");
    }
}

#[test]
fn the_demo_store_has_what_the_readme_names() {
    let app = spawn_demo();
    let level = |sku: &str| {
        let product = app.get(&format!("{PRODUCTS}/{sku}")).json();
        let data = &product["data"];
        let variants = data["variants"].as_array().unwrap().len();
        (data["quantity"].as_i64(), data["lowStockThreshold"].as_i64(), variants)
    };
    assert_eq!(level("THIEB-001"), (Some(3), Some(5), 2));
    assert_eq!(level("ATAYA-250"), (Some(0), Some(12), 0));
    assert_eq!(level("YASSA-002"), (Some(8), Some(5), 0));
    assert_eq!(level("BAZIN-RGE"), (Some(14), Some(6), 3));
    assert_eq!(level("RIZ-25KG"), (Some(112), Some(30), 0));
    assert_eq!(level("LAIT-400"), (Some(9), Some(24), 0));
    assert_eq!(level("MELH-M"), (Some(26), Some(8), 4));
    assert_eq!(level("SIM-TEL"), (Some(240), Some(50), 0));
    assert_eq!(level("BISSAP-1L"), (Some(0), Some(6), 0));
    assert_eq!(level("CHARG-C"), (Some(17), Some(10), 2));
    assert_eq!(level("TEE-9").2, 2);
    let total = app.get(&format!("{PRODUCTS}?limit=1")).json()["data"]["total"].clone();
    let tracked = app.get(INVENTORY).json()["data"]["total"].clone();
    assert!(total == 120 && tracked.as_i64() < Some(120));
}
