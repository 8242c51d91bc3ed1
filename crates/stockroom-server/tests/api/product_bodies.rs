//! What creating, changing and setting a variant's stock do not take, and how they name it.

use serde_json::{Value, json};

use crate::app::{PRODUCTS, TestApp, spawn_demo};

/// Fields that are wrong wherever they are sent, each with its path.
fn bad_fields() -> Vec<(Value, &'static str)> {
    vec![
        (json!({"name": 5}), "name"),
        (json!({"name": "  "}), "name"),
        (json!({"name": "x".repeat(201)}), "name"),
        (json!({"price": "500"}), "price"),
        (json!({"price": 1.5}), "price"),
        (json!({"price": -1}), "price"),
        (json!({"price": 1_000_000_000_000_i64}), "price"),
        (json!({"description": []}), "description"),
        (json!({"description": "x".repeat(2_001)}), "description"),
        (json!({"externalId": 7}), "externalId"),
        (json!({"externalId": " "}), "externalId"),
        (json!({"externalId": "x".repeat(257)}), "externalId"),
        (json!({"categoryId": {}}), "categoryId"),
        (json!({"quantity": "5"}), "quantity"),
        (json!({"quantity": 5.5}), "quantity"),
        (json!({"quantity": -1}), "quantity"),
        (json!({"quantity": 1_000_000_001}), "quantity"),
        (json!({"lowStockThreshold": -1}), "lowStockThreshold"),
        (json!({"lowStockThreshold": true}), "lowStockThreshold"),
        (json!({"expectedQuantity": 0.5}), "expectedQuantity"),
        (json!({"status": "ON"}), "status"),
        (json!({"status": 1}), "status"),
        (json!({"imageUrl": "ftp://shop.example/a.jpg"}), "imageUrl"),
        (json!({"imageUrl": "https://"}), "imageUrl"),
        (json!({"imageUrl": "https://shop.example/a b"}), "imageUrl"),
        (json!({"imageUrl": format!("https://{}", "x".repeat(2_041))}), "imageUrl"),
        (json!({"variants": {}}), "variants"),
        (json!({"variants": ["Grand"]}), "variants[0]"),
        (json!({"variants": [["SIZE", "Grand"]]}), "variants[0]"),
        (json!({"variants": [{"type": "SIZE"}]}), "variants[0].label"),
        (json!({"variants": [{"label": "Grand"}]}), "variants[0].type"),
        (json!({"variants": [{"type": "SIZE", "label": ""}]}), "variants[0].label"),
        (json!({"variants": [{"type": 1, "label": "A"}]}), "variants[0].type"),
        (json!({"variants": [{"type": "SIZE", "label": "x".repeat(101)}]}), "variants[0].label"),
        (
            json!({"variants": [{"type": "S", "label": "A"}, {"type": "S", "label": "B", "quantity": -1}]}),
            "variants[1].quantity",
        ),
        (
            json!({"variants": [{"type": "S", "label": "A", "quantity": "1"}]}),
            "variants[0].quantity",
        ),
        (
            json!({"variants": [{"type": "S", "label": "A", "priceAdjustment": 0.5}]}),
            "variants[0].priceAdjustment",
        ),
        (json!({"variants": [{"type": "S", "label": "A", "value": 5}]}), "variants[0].value"),
        (json!({"variants": vec![json!({"type": "S", "label": "A"}); 251]}), "variants"),
    ]
}

fn check(app: &TestApp, method: &str, path: &str, body: &str, field: Option<&str>) {
    let answer = app.demo(method, path, Some(body));
    let shown: String = body.chars().take(80).collect();
    assert_eq!((answer.status, answer.code()), (400, "VALIDATION_ERROR".into()), "{shown}");
    assert_eq!(answer.path(), json!(field), "{shown}");
}

#[test]
fn a_bad_field_is_named_by_its_path() {
    let app = spawn_demo();
    let product = format!("{PRODUCTS}/TEE-9");
    let before = app.get(&product).text;
    for (fields, path) in bad_fields() {
        let mut new = json!({"name": "Thé", "price": 1});
        new.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        check(&app, "POST", PRODUCTS, &new.to_string(), Some(path));
        check(&app, "PUT", &product, &fields.to_string(), Some(path));
    }
    for missing in ["name", "price"] {
        let mut new = json!({"name": "Thé", "price": 1});
        new.as_object_mut().unwrap().remove(missing);
        check(&app, "POST", PRODUCTS, &new.to_string(), Some(missing));
        new[missing] = Value::Null;
        check(&app, "POST", PRODUCTS, &new.to_string(), Some(missing));
    }
    assert_eq!(app.get(&product).text, before);
    assert_eq!(app.get(PRODUCTS).json()["data"]["total"], 120);
}

#[test]
fn a_body_that_asks_nothing_or_is_none_is_refused() {
    let app = spawn_demo();
    let product = format!("{PRODUCTS}/TEE-9");
    for body in ["", "[]", "null", "5", "{", r#"{"name":"A"} x"#] {
        check(&app, "POST", PRODUCTS, body, None);
        check(&app, "PUT", &product, body, None);
    }
    for body in ["{}", r#"{"unknown":1}"#, r#"{"name":null,"variants":null,"status":null}"#] {
        check(&app, "PUT", &product, body, None);
    }
}

#[test]
fn a_variant_s_stock_needs_a_level() {
    let app = spawn_demo();
    let json = app.get(&format!("{PRODUCTS}/TEE-9")).json();
    let id = json["data"]["variants"][0]["id"].as_str().unwrap();
    let path = stockroom_api::path::variant_stock("TEE-9", id);
    for (body, field) in [
        ("{}", Some("quantity")),
        (r#"{"quantity":null}"#, Some("quantity")),
        (r#"{"quantity":"5"}"#, Some("quantity")),
        (r#"{"quantity":-1}"#, Some("quantity")),
        (r#"{"quantity":1000000001}"#, Some("quantity")),
        (r#"{"quantity":1.5}"#, Some("quantity")),
        (r#"{"quantity":1,"expectedQuantity":"a"}"#, Some("expectedQuantity")),
        (r#"{"quantity":1,"expectedQuantity":-1}"#, Some("expectedQuantity")),
        (r#"{"expectedQuantity":1}"#, Some("quantity")),
        ("[1]", None),
        ("", None),
    ] {
        check(&app, "PATCH", &path, body, field);
    }
    assert_eq!(app.get(&format!("{PRODUCTS}/TEE-9")).json(), json);
}

#[test]
fn variants_that_cannot_be_told_apart_are_refused() {
    let app = spawn_demo();
    let new = json!({"name": "T", "price": 1, "externalId": "T-1", "variants": [
        {"type": "COLOR", "label": "Rouge"}, {"type": "SIZE", "label": "rouge"}]});
    let json = app.demo("POST", PRODUCTS, Some(&new.to_string())).json();
    let id = json["data"]["variants"][0]["id"].as_str().unwrap();
    let path = format!("{PRODUCTS}/T-1");
    for (variants, code, field) in [
        (json!([{"id": "nope"}]), "VARIANT_NOT_FOUND", "variants[0].id"),
        (json!([{"label": "ROUGE"}]), "VARIANT_LABEL_AMBIGUOUS", "variants[0].label"),
        (json!([{"id": id}, {"id": id}]), "VALIDATION_ERROR", "variants[1].id"),
    ] {
        let body = json!({ "variants": variants }).to_string();
        let answer = app.demo("PUT", &path, Some(&body));
        assert_eq!((answer.status, answer.code()), (400, code.into()), "{body}");
        assert_eq!(answer.path(), field, "{body}");
    }
}
