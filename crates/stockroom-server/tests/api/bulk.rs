//! The rules of the bulk update that the contract leaves open, one by one.

use serde_json::{Value, json};

use crate::app::{PRODUCTS, spawn_demo, spawn_large_demo};

/// Applies one item and returns the refusal's code, or `None`.
fn code_of(app: &crate::app::TestApp, item: &str) -> Option<String> {
    let answer = app.bulk(&format!("{{\"items\":[{item}]}}"));
    let json = answer.json();
    assert_eq!(answer.status, 200, "{answer:?}");
    let errors = json["data"]["errors"].as_array().unwrap();
    assert_eq!(json["data"]["updated"], 1 - errors.len());
    assert_eq!(json["data"]["failed"], errors.len());
    errors.first().map(|error| error["code"].as_str().unwrap().to_owned())
}

#[test]
fn an_adjust_stops_at_zero_and_says_what_was_applied() {
    let app = spawn_demo();
    let answer = app.bulk_with(
        &[("prefer", "return=representation")],
        r#"{"items":[{"externalId":"YASSA-002","quantityDelta":-100}]}"#,
    );
    assert_eq!(answer.header("preference-applied"), Some("return=representation"));
    assert_eq!(
        answer.json()["data"]["results"],
        json!([{"externalId": "YASSA-002", "quantity": {"before": 8, "after": 0, "delta": -8},
            "variants": []}])
    );
    assert_eq!(app.level("YASSA-002"), 0);
}

#[test]
fn results_name_variants_as_the_store_writes_them() {
    let app = spawn_demo();
    let answer = app.bulk_with(
        &[("prefer", "respond-async, return=representation")],
        r#"{"items":[{"externalId":"NOPE","quantityDelta":1},
            {"externalId":"THIEB-001","mode":"set","variants":[
                {"label":" grand","quantity":4},{"label":"NORMAL","mode":"adjust","quantityDelta":-5}]}]}"#,
    );
    let json = answer.json();
    let results = json["data"]["results"].as_array().unwrap();
    assert_eq!(results.len(), 1);
    assert_eq!(results[0].get("quantity"), None);
    let variants: Vec<Value> = results[0]["variants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| json!([v["label"], v["before"], v["after"], v["delta"]]))
        .collect();
    assert_eq!(variants, [json!(["Grand", 1, 4, 3]), json!(["Normal", 2, 0, -2])]);
    assert!(results[0]["variants"][0]["variantId"].is_string());
}

#[test]
fn a_wrong_type_anywhere_applies_nothing() {
    let app = spawn_demo();
    let answer = app.bulk(
        r#"{"items":[{"externalId":"YASSA-002","quantityDelta":1},
            {"externalId":"THIEB-001","variants":[{"label":"Grand","quantityDelta":"1"}]}]}"#,
    );
    assert_eq!((answer.status, answer.code()), (400, "VALIDATION_ERROR".into()));
    assert_eq!(answer.path(), "items[1].variants[0].quantityDelta");
    assert_eq!(app.level("YASSA-002"), 8);
}

#[test]
fn whole_floats_nulls_and_unknown_fields_are_taken() {
    let app = spawn_demo();
    let item = r#"{"externalId":"YASSA-002","mode":null,"quantityDelta":2.0,"quantity":null,
        "variants":null,"expectedQuantity":null,"colour":{"a":[1]}}"#;
    assert_eq!(code_of(&app, item), None);
    assert_eq!(app.level("YASSA-002"), 10);
}

#[test]
fn errors_come_in_the_order_of_the_items() {
    let app = spawn_demo();
    let json = app
        .bulk(
            r#"{"items":[{"externalId":"B-UNKNOWN","quantityDelta":1},
            {"externalId":"THIEB-001","mode":"replace","quantity":1},
            {"externalId":"YASSA-002","quantityDelta":1},
            {"externalId":"A-UNKNOWN","quantityDelta":1}]}"#,
        )
        .json();
    let errors = json["data"]["errors"].as_array().unwrap();
    let ids: Vec<&Value> = errors.iter().map(|error| &error["externalId"]).collect();
    assert_eq!(ids, ["B-UNKNOWN", "THIEB-001", "A-UNKNOWN"]);
    assert_eq!(errors[1]["path"], "items[1].mode");
    assert_eq!((&json["data"]["updated"], &json["data"]["failed"]), (&json!(1), &json!(3)));
}

#[test]
fn an_item_without_a_usable_value_is_an_error() {
    let app = spawn_demo();
    for item in [
        r#"{"externalId":"YASSA-002"}"#,
        r#"{"externalId":"YASSA-002","mode":"set"}"#,
        r#"{"externalId":"YASSA-002","variants":[]}"#,
        r#"{"externalId":"THIEB-001","variants":[{"label":"Grand"}]}"#,
    ] {
        assert_eq!(code_of(&app, item).as_deref(), Some("VALIDATION_ERROR"), "{item}");
    }
}

#[test]
fn an_adjust_with_a_quantity_names_the_mistake() {
    let app = spawn_demo();
    let answer = app.bulk(r#"{"items":[{"externalId":"YASSA-002","quantity":5}]}"#);
    let error = answer.item_error();
    assert_eq!(error["path"], "items[0].quantity");
    let words = error["error"].as_str().unwrap();
    assert!(words.contains("quantityDelta") && words.contains("\"set\""), "{words}");
    assert_eq!(app.level("YASSA-002"), 8);
}

#[test]
fn product_and_variant_levels_are_independent() {
    let app = spawn_demo();
    let item =
        r#"{"externalId":"THIEB-001","mode":"set","variants":[{"label":"Grand","quantity":90}]}"#;
    assert_eq!(code_of(&app, item), None);
    assert_eq!(app.level("THIEB-001"), 3);
    assert_eq!(code_of(&app, r#"{"externalId":"THIEB-001","mode":"set","quantity":7}"#), None);
    assert_eq!(app.variant_levels("THIEB-001"), [2, 90]);
}

#[test]
fn an_item_is_all_or_nothing_and_others_go_on() {
    let app = spawn_demo();
    let json = app
        .bulk(
            r#"{"items":[
            {"externalId":"THIEB-001","mode":"set","quantity":9,"variants":[
                {"label":"Normal","quantity":9},{"label":"Mini","quantity":9}]},
            {"externalId":"YASSA-002","mode":"set","quantity":9}]}"#,
        )
        .json();
    assert_eq!(json["data"]["errors"][0]["code"], "VARIANT_NOT_FOUND");
    assert_eq!(json["data"]["errors"][0]["path"], "items[0].variants[1].label");
    assert_eq!(app.level("THIEB-001"), 3);
    assert_eq!(app.variant_levels("THIEB-001"), [2, 1]);
    assert_eq!(app.level("YASSA-002"), 9);
}

#[test]
fn the_same_product_twice_is_applied_in_order() {
    let app = spawn_demo();
    let answer = app.bulk_with(
        &[("prefer", "return=representation")],
        r#"{"items":[
            {"externalId":"YASSA-002","mode":"set","quantity":20},
            {"externalId":" YASSA-002","quantityDelta":-5},
            {"externalId":"THIEB-001","variants":[{"label":"Grand","quantityDelta":1}]},
            {"externalId":"THIEB-001","variants":[{"label":"grand","quantityDelta":1}]}]}"#,
    );
    assert_eq!(answer.json()["data"]["updated"], 4);
    assert_eq!(answer.json()["data"]["results"][1]["quantity"]["before"], 20);
    assert_eq!(app.level("YASSA-002"), 15);
    assert_eq!(app.variant_levels("THIEB-001"), [2, 3]);
}

#[test]
fn levels_and_deltas_have_their_bounds() {
    let app = spawn_demo();
    let set =
        |units: &str| format!(r#"{{"externalId":"YASSA-002","mode":"set","quantity":{units}}}"#);
    let adjust = |units: &str| format!(r#"{{"externalId":"YASSA-002","quantityDelta":{units}}}"#);
    for bad in [set("-1"), set("1000000001"), set("1e30"), adjust("-1000000001")] {
        assert_eq!(code_of(&app, &bad).as_deref(), Some("VALIDATION_ERROR"), "{bad}");
    }
    assert_eq!(code_of(&app, &set("1000000000")), None);
    assert_eq!(code_of(&app, &adjust("1")).as_deref(), Some("VALIDATION_ERROR"));
    assert_eq!(app.level("YASSA-002"), 1_000_000_000);
    assert_eq!(code_of(&app, &adjust("-1000000000")), None);
    assert_eq!(app.level("YASSA-002"), 0);
}

#[test]
fn ids_are_trimmed_and_matched_with_case() {
    let app = spawn_demo();
    assert_eq!(code_of(&app, r#"{"externalId":"  YASSA-002 ","quantityDelta":1}"#), None);
    let lower = code_of(&app, r#"{"externalId":"yassa-002","quantityDelta":1}"#);
    assert_eq!(lower.as_deref(), Some("PRODUCT_NOT_FOUND"));
    for bad in [" ", &"x".repeat(257)] {
        let item = format!(r#"{{"externalId":"{bad}","quantityDelta":1}}"#);
        assert_eq!(code_of(&app, &item).as_deref(), Some("VALIDATION_ERROR"));
    }
}

#[test]
fn labels_match_without_case_after_normalization() {
    let app = spawn_demo();
    let arabic = r#"{"externalId":"MELH-M","variants":[{"label":" أحمر ","quantityDelta":1}]}"#;
    assert_eq!(code_of(&app, arabic), None);
    // Decomposed: alef and hamza above are two characters.
    let item = "{\"externalId\":\"MELH-M\",\"variants\":[{\"label\":\"\u{627}\u{654}حمر\",\"quantityDelta\":1}]}";
    assert_eq!(code_of(&app, item), None);
    assert_eq!(app.variant_levels("MELH-M")[0], 9);
    let twice = r#"{"externalId":"CHARG-C","variants":[
        {"label":"Noir","quantityDelta":1},{"label":"NOIR","quantityDelta":1}]}"#;
    assert_eq!(code_of(&app, twice).as_deref(), Some("VALIDATION_ERROR"));
    let ambiguous = r#"{"externalId":"TEE-9","variants":[{"label":"rouge","quantityDelta":1}]}"#;
    assert_eq!(code_of(&app, ambiguous).as_deref(), Some("VARIANT_LABEL_AMBIGUOUS"));
}

#[test]
fn untracked_stock_is_set_but_not_adjusted() {
    let app = spawn_demo();
    let adjust = r#"{"externalId":"RESTO-MENU","quantityDelta":1}"#;
    assert_eq!(code_of(&app, adjust).as_deref(), Some("NOT_TRACKED"));
    let variant = r#"{"externalId":"COUPE-TIS","variants":[{"label":"ocre","quantityDelta":1}]}"#;
    assert_eq!(code_of(&app, variant).as_deref(), Some("NOT_TRACKED"));
    let inventory = || app.get("/api/v1/dev/store/inventory").json()["data"]["total"].clone();
    let tracked = inventory().as_i64().unwrap();
    let answer = app.bulk_with(
        &[("prefer", "return=representation")],
        r#"{"items":[{"externalId":"RESTO-MENU","mode":"set","quantity":0}]}"#,
    );
    let result = &answer.json()["data"]["results"][0];
    assert_eq!(result["quantity"], json!({"before": null, "after": 0, "delta": 0}));
    assert_eq!(inventory(), tracked + 1);
    assert_eq!(code_of(&app, adjust), None);
}

#[test]
fn an_expected_level_that_moved_refuses_the_item() {
    let app = spawn_demo();
    let json = app
        .bulk(
            r#"{"items":[
            {"externalId":"YASSA-002","mode":"set","quantity":20,"expectedQuantity":7},
            {"externalId":"THIEB-001","mode":"set","quantity":20,"expectedQuantity":3},
            {"externalId":"CHARG-C","mode":"set","variants":[
                {"label":"Noir","quantity":1,"expectedQuantity":11},
                {"label":"Blanc","quantity":1,"expectedQuantity":5}]},
            {"externalId":"RESTO-MENU","mode":"set","quantity":1,"expectedQuantity":0}]}"#,
        )
        .json();
    let errors = json["data"]["errors"].as_array().unwrap();
    let found: Vec<Value> =
        errors.iter().map(|e| json!([e["code"], e["currentQuantity"], e["path"]])).collect();
    assert_eq!(
        found,
        [
            json!(["STALE_QUANTITY", 8, "items[0].expectedQuantity"]),
            json!(["STALE_QUANTITY", 6, "items[2].variants[1].expectedQuantity"]),
            json!(["STALE_QUANTITY", null, "items[3].expectedQuantity"]),
        ]
    );
    assert_eq!(app.level("THIEB-001"), 20);
    assert_eq!(app.variant_levels("CHARG-C"), [11, 6]);
}

/// The store writes levels by dozens: each is its own, whatever is left over, and nothing but the level
/// is another.
#[test]
fn each_of_many_levels_is_written_and_nothing_else_of_its_product() {
    let app = spawn_demo();
    let skus: Vec<String> = (0..57).map(|number| format!("MANY-{number:02}")).collect();
    for (number, sku) in skus.iter().enumerate() {
        let new = json!({"name": sku, "price": 1, "externalId": sku, "quantity": 500,
            "lowStockThreshold": 10 + number});
        assert_eq!(app.demo("POST", PRODUCTS, Some(&new.to_string())).status, 201);
    }
    let levels = |asked: &Value| {
        let answer = app.bulk(&asked.to_string()).json();
        assert_eq!(answer["data"]["updated"], 57);
        let text = app.get("/api/v1/dev/store/inventory/snapshot").text;
        let items = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let ours = items
            .filter(|item| item["externalId"].as_str().is_some_and(|sku| sku.starts_with("MANY-")));
        ours.map(|item| (item["quantity"].as_i64(), item["lowStockThreshold"].as_i64()))
            .collect::<Vec<_>>()
    };
    let set: Vec<Value> = (0..57)
        .map(|number| json!({"externalId": skus[number], "mode": "set", "quantity": number}))
        .collect();
    let each = |add: i64| {
        (0..57).map(|number| (Some(number + add), Some(10 + number))).collect::<Vec<_>>()
    };
    assert_eq!(levels(&json!({"items": set})), each(0));
    let add: Vec<Value> =
        skus.iter().map(|sku| json!({"externalId": sku, "quantityDelta": 7})).collect();
    assert_eq!(levels(&json!({"items": add})), each(7));
    // Each change knows the one before it.
    let told = app.get("/api/v1/dev/store/inventory/history?productId=MANY-56").json();
    let lines = told["data"]["items"].as_array().unwrap();
    let levels = |line: &Value| (line["before"].as_i64(), line["after"].as_i64());
    let latest: Vec<_> = lines.iter().take(2).map(levels).collect();
    assert_eq!(latest, [(Some(56), Some(63)), (Some(500), Some(56))]);
}

/// Of products that are far apart the store writes each level by itself.
#[test]
fn levels_that_are_far_apart_are_each_written_and_no_other() {
    let app = spawn_large_demo(12_000);
    let levels = || {
        let text = app.get("/api/v1/dev/store/inventory/snapshot").text;
        let items = text.lines().skip(1).map(|line| serde_json::from_str::<Value>(line).unwrap());
        let level = |item: Value| {
            let sku = item["externalId"].as_str()?.to_owned();
            Some((sku, item["quantity"].as_i64()?))
        };
        items.filter_map(level).collect::<Vec<_>>()
    };
    let mut expected = levels();
    let far = || (0..expected.len()).step_by(200);
    assert!(far().count() > 50, "{}", expected.len());
    let items: Vec<Value> =
        far().map(|at| json!({"externalId": expected[at].0, "quantityDelta": 7})).collect();
    let answer = app.bulk(&json!({ "items": items }).to_string()).json();
    assert_eq!(answer["data"]["updated"], far().count());
    for at in (0..expected.len()).step_by(200) {
        expected[at].1 += 7;
    }
    assert!(levels() == expected);
}
