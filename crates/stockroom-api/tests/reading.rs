//! What the contract takes from a request, and how it names what it does not take.

#![expect(
    clippy::unwrap_used,
    clippy::format_collect,
    reason = "a test fails by panicking, and shows few lines"
)]

use expect_test::{Expect, expect};
use stockroom_api::product::{Patch, ProductUpdate, VariantUpdate};
use stockroom_api::read::bulk::read_bulk;
use stockroom_api::read::product::{read_new_product, read_product_update};
use stockroom_api::read::stock::read_stock;

fn nfc(text: &str) -> String {
    text.to_owned()
}

/// Shows each item's outcome on a line, or the refusal of the whole.
fn check_bulk(body: &str, expected: &Expect) {
    let shown = match read_bulk(body.as_bytes(), nfc) {
        Err(refusal) => format!("{} at {:?}: {}\n", refusal.code, refusal.path, refusal.message),
        Ok(items) => items
            .into_iter()
            .map(|item| match item {
                Ok(ask) => {
                    let variants: Vec<_> = ask
                        .stock
                        .variants
                        .iter()
                        .map(|v| format!("{}={:?}", v.key.as_str(), v.change))
                        .collect();
                    let product = ask.stock.product.change;
                    format!("{} {product:?} {variants:?}\n", ask.external_id)
                }
                Err(error) => format!(
                    "{:?} {} at {}: {}\n",
                    error.external_id,
                    error.code.unwrap(),
                    error.path.unwrap(),
                    error.error
                ),
            })
            .collect(),
    };
    expected.assert_eq(&shown);
}

fn check_stock(body: &str, expected: &Expect) {
    let shown = match read_stock(body.as_bytes(), nfc) {
        Err(refusal) => format!("{:?}: {}", refusal.path, refusal.message),
        Ok(ask) => format!("{:?} {}", ask.product.change, ask.variants.len()),
    };
    expected.assert_eq(&shown);
}

fn check_product(body: &str, expected: &Expect) {
    let shown = match read_new_product(body.as_bytes()) {
        Err(refusal) => format!("{:?}: {}", refusal.path, refusal.message),
        Ok(product) => serde_json::to_string(&product).unwrap(),
    };
    expected.assert_eq(&shown);
}

#[test]
fn the_documents_kinds_of_item_are_read() {
    check_bulk(
        r#"{"items":[
            {"externalId":"THIEB-001","mode":"set","quantity":50},
            {"externalId":" YASSA-002 ","quantityDelta":-3,"note":"ignored"},
            {"externalId":"BAZIN-RGE","mode":"set","variants":[
                {"label":"3 m","quantity":4},
                {"label":"5 M","mode":"adjust","quantityDelta":2.0}]},
            {"externalId":"X","mode":null,"quantity":null,"quantityDelta":12e0,"variants":null}
        ]}"#,
        &expect![[r#"
            THIEB-001 Some(Set(Level(50))) []
            YASSA-002 Some(Adjust(Delta(-3))) []
            BAZIN-RGE None ["3 m=Set(Level(4))", "5 m=Adjust(Delta(2))"]
            X Some(Adjust(Delta(12))) []
        "#]],
    );
}

#[test]
fn wrong_types_refuse_the_whole_request_and_name_the_path() {
    let refusals = [
        r#"{"items":[{"externalId":"A","quantityDelta":1},{"externalId":"B","quantityDelta":12.5}]}"#,
        r#"{"items":[{"externalId":"A","quantityDelta":"12"}]}"#,
        r#"{"items":[{"externalId":"A","quantity":[]}]}"#,
        r#"{"items":[{"externalId":"A","variants":[{"label":"L","quantity":true}]}]}"#,
        r#"{"items":[{"externalId":"A","expectedQuantity":{}}]}"#,
        r#"{"items":[{"externalId":7,"quantityDelta":1}]}"#,
        r#"{"items":[{"externalId":"A","mode":1,"quantityDelta":1}]}"#,
        r#"{"items":[{"externalId":"A","variants":{}}]}"#,
        r#"{"items":[["A","set",5]]}"#,
        r#"{"items":{"externalId":"A"}}"#,
        r#"[[{"externalId":"A","quantityDelta":1}]]"#,
        r#""text""#,
    ];
    let shown: String = refusals
        .iter()
        .map(|body| {
            let refusal = read_bulk(body.as_bytes(), nfc).unwrap_err();
            format!("{:?}: {}\n", refusal.path, refusal.message)
        })
        .collect();
    expect![[r#"
        Some("items[1].quantityDelta"): `items[1].quantityDelta` is not as it must be: 12.5 is not a whole number.
        Some("items[0].quantityDelta"): `items[0].quantityDelta` is not as it must be: "12" is not a whole number.
        Some("items[0].quantity"): `items[0].quantity` is not as it must be: an array is not a whole number.
        Some("items[0].variants[0].quantity"): `items[0].variants[0].quantity` is not as it must be: true is not a whole number.
        Some("items[0].expectedQuantity"): `items[0].expectedQuantity` is not as it must be: an object is not a whole number.
        Some("items[0].externalId"): `items[0].externalId` is not as it must be: invalid type: integer `7`, expected a string.
        Some("items[0].mode"): `items[0].mode` is not as it must be: invalid type: integer `1`, expected a string.
        Some("items[0].variants"): `items[0].variants` is not as it must be: invalid type: map, expected a sequence.
        Some("items[0]"): `items[0]` is not as it must be: invalid type: sequence, expected an object.
        Some("items"): `items` is not as it must be: invalid type: map, expected a sequence.
        None: The body is not as it must be: invalid type: sequence, expected an object.
        None: The body is not as it must be: invalid type: string "text", expected an object.
    "#]].assert_eq(&shown);
}

#[test]
fn missing_fields_refuse_the_whole_request_and_name_the_path() {
    let refusals = [
        r"{}",
        r#"{"items":null}"#,
        r#"{"items":[]}"#,
        r#"{"items":[{"externalId":"A","quantityDelta":1},{"quantityDelta":1}]}"#,
        r#"{"items":[{"externalId":null,"quantityDelta":1}]}"#,
        r#"{"items":[{"externalId":"A","variants":[{"label":"L","quantityDelta":1},{"quantity":1}]}]}"#,
        "",
        "{\"items\":[{\"externalId\":\"A\",}]}",
        r#"{"items":[{"externalId":"A","quantityDelta":1}]} more"#,
    ];
    let shown: String = refusals
        .iter()
        .map(|body| {
            let refusal = read_bulk(body.as_bytes(), nfc).unwrap_err();
            format!("{:?}: {}\n", refusal.path, refusal.message)
        })
        .collect();
    expect![[r#"
        Some("items"): `items` is missing or empty: send 1 to 200 items.
        Some("items"): `items` is missing or empty: send 1 to 200 items.
        Some("items"): `items` is missing or empty: send 1 to 200 items.
        Some("items[1].externalId"): `items[1].externalId` is missing: it must be a text.
        Some("items[0].externalId"): `items[0].externalId` is missing: it must be a text.
        Some("items[0].variants[1].label"): `items[0].variants[1].label` is missing: it must be a text.
        None: The request has no body. Send a JSON object.
        None: The body is not JSON: trailing comma at line 1, column 29.
        None: The body is not JSON: trailing characters at line 1, column 50.
    "#]].assert_eq(&shown);
}

#[test]
fn bad_values_refuse_their_item_only() {
    check_bulk(
        r#"{"items":[
            {"externalId":"GOOD","quantityDelta":1},
            {"externalId":"A","mode":"set","quantity":-1},
            {"externalId":"B","mode":"set","quantity":1000000001},
            {"externalId":"C","quantityDelta":-1000000001},
            {"externalId":"D","quantityDelta":1e400},
            {"externalId":"E","mode":"SET","quantity":1},
            {"externalId":"  ","quantityDelta":1},
            {"externalId":"F"},
            {"externalId":"G","mode":"set"},
            {"externalId":"H","quantity":5},
            {"externalId":"I","mode":"set","quantityDelta":5},
            {"externalId":"J","variants":[]},
            {"externalId":"K","variants":[{"label":"L"}]},
            {"externalId":"L","quantityDelta":1,"variants":[{"label":"Normal","quantity":3}]},
            {"externalId":"M","variants":[{"label":"n","quantityDelta":3},{"label":" N","quantityDelta":3}]},
            {"externalId":"N","variants":[{"label":" ","quantityDelta":3}]},
            {"externalId":"O","variants":[{"label":"n","mode":"","quantityDelta":3}]},
            {"externalId":"P","quantityDelta":3,"expectedQuantity":-1}
        ]}"#,
        &expect![[r#"
            GOOD Some(Adjust(Delta(1))) []
            "A" VALIDATION_ERROR at items[1].quantity: -1 is out of range: send a whole number from 0 to 1000000000.
            "B" VALIDATION_ERROR at items[2].quantity: 1000000001 is out of range: send a whole number from 0 to 1000000000.
            "C" VALIDATION_ERROR at items[3].quantityDelta: -1000000001 is out of range: send a whole number from -1000000000 to 1000000000.
            "D" VALIDATION_ERROR at items[4].quantityDelta: The number is out of range: send a whole number from -1000000000 to 1000000000.
            "E" VALIDATION_ERROR at items[5].mode: The mode "SET" is unknown. Send "set" or "adjust".
            "  " VALIDATION_ERROR at items[6].externalId: The externalId is empty. Send the product's SKU.
            "F" VALIDATION_ERROR at items[7].quantityDelta: Nothing is asked: mode "adjust" needs `quantityDelta`, which is missing.
            "G" VALIDATION_ERROR at items[8].quantity: Nothing is asked: mode "set" needs `quantity`, which is missing.
            "H" VALIDATION_ERROR at items[9].quantity: Mode "adjust" (the default) needs `quantityDelta`, but only `quantity` was sent. To replace the level send "mode": "set"; to change it send `quantityDelta`.
            "I" VALIDATION_ERROR at items[10].quantityDelta: Mode "set" needs `quantity`, but only `quantityDelta` was sent. To change the level send "mode": "adjust"; to replace it send `quantity`.
            "J" VALIDATION_ERROR at items[11].quantityDelta: Nothing is asked: mode "adjust" needs `quantityDelta`, which is missing.
            "K" VALIDATION_ERROR at items[12].variants[0].quantityDelta: Nothing is asked: mode "adjust" needs `quantityDelta`, which is missing.
            "L" VALIDATION_ERROR at items[13].variants[0].quantity: Mode "adjust" (the default) needs `quantityDelta`, but only `quantity` was sent. To replace the level send "mode": "set"; to change it send `quantityDelta`.
            "M" VALIDATION_ERROR at items[14].variants[1].label: The label " N" is named twice. Send each variant once.
            "N" VALIDATION_ERROR at items[15].variants[0].label: The variant's label is empty. Name the variant by its label.
            "O" VALIDATION_ERROR at items[16].variants[0].mode: The mode "" is unknown. Send "set" or "adjust".
            "P" VALIDATION_ERROR at items[17].expectedQuantity: -1 is out of range: send a whole number from 0 to 1000000000.
        "#]],
    );
}

#[test]
fn more_than_200_items_are_too_many() {
    let item = r#"{"externalId":"A","quantityDelta":1}"#;
    let of = |count: usize| format!("{{\"items\":[{}]}}", vec![item; count].join(","));
    assert_eq!(read_bulk(of(200).as_bytes(), nfc).unwrap().len(), 200);
    check_bulk(
        &of(201),
        &expect![[r#"
        TOO_MANY_ITEMS at Some("items"): 201 items were sent, at most 200 go into one request. Send the rest in further requests.
    "#]],
    );
}

#[test]
fn ids_of_256_characters_are_the_longest() {
    let of = |id: String| format!(r#"{{"items":[{{"externalId":"{id}","quantityDelta":1}}]}}"#);
    let longest = of("é".repeat(256));
    assert!(read_bulk(longest.as_bytes(), nfc).unwrap()[0].is_ok());
    let longer = of("é".repeat(257));
    let error = read_bulk(longer.as_bytes(), nfc).unwrap()[0].clone().unwrap_err();
    assert_eq!(error.path.unwrap(), "items[0].externalId");
}

#[test]
fn a_single_update_is_read_or_refused_whole() {
    check_stock(
        r#"{"quantity":50,"variants":[{"label":"Normal","quantity":35}]}"#,
        &expect!["Some(Set(Level(50))) 1"],
    );
    check_stock(r#"{"quantity":0}"#, &expect!["Some(Set(Level(0))) 0"]);
    check_stock(
        "{}",
        &expect![
            "None: Nothing is asked. Send `quantity`, or `variants` with a label and a quantity each; to change a level by a delta use the bulk update."
        ],
    );
    check_stock(
        r#"{"quantityDelta":5}"#,
        &expect![
            "None: Nothing is asked. Send `quantity`, or `variants` with a label and a quantity each; to change a level by a delta use the bulk update."
        ],
    );
    check_stock(
        r#"{"quantity":null,"variants":[]}"#,
        &expect![
            "None: Nothing is asked. Send `quantity`, or `variants` with a label and a quantity each; to change a level by a delta use the bulk update."
        ],
    );
    check_stock(
        r#"{"quantity":1.5}"#,
        &expect![[
            r#"Some("quantity"): `quantity` is not as it must be: 1.5 is not a whole number."#
        ]],
    );
    check_stock(
        r#"{"quantity":-1}"#,
        &expect![[
            r#"Some("quantity"): -1 is out of range: send a whole number from 0 to 1000000000."#
        ]],
    );
    check_stock(
        r#"{"variants":[{"label":"Normal"}]}"#,
        &expect![[
            r#"Some("variants[0].quantity"): `variants[0].quantity` is missing: it must be a whole number."#
        ]],
    );
    check_stock(
        r#"{"variants":[{"quantity":1}]}"#,
        &expect![[
            r#"Some("variants[0].label"): `variants[0].label` is missing: it must be a text."#
        ]],
    );
    check_stock(
        r#"{"variants":[{"label":"a","quantity":1},{"label":"A","quantity":1}]}"#,
        &expect![[
            r#"Some("variants[1].label"): The label "A" is named twice. Send each variant once."#
        ]],
    );
}

#[test]
fn a_new_product_is_read_or_refused_with_its_field() {
    check_product(
        r#"{"name":" Thé ","price":50000,"externalId":" T-1 ","quantity":null,"lowStockThreshold":0,
            "status":"ACTIVE","variants":[{"type":"SIZE","label":"Grand","priceAdjustment":-50}]}"#,
        &expect![[
            r#"{"name":"Thé","price":50000,"externalId":"T-1","lowStockThreshold":0,"status":"ACTIVE","variants":[{"type":"SIZE","label":"Grand","priceAdjustment":-50}]}"#
        ]],
    );
    check_product(r#"{"price":1}"#, &expect![[r#"Some("name"): `name` is missing or empty."#]]);
    check_product(
        r#"{"name":"A"}"#,
        &expect![[r#"Some("price"): `price` is missing: send it in hundredths of MRU."#]],
    );
    check_product(
        r#"{"name":"A","price":-1}"#,
        &expect![[
            r#"Some("price"): `price` is out of range: send a whole number from 0 to 999999999999."#
        ]],
    );
    check_product(
        r#"{"name":"A","price":"1"}"#,
        &expect![[r#"Some("price"): `price` is not as it must be: "1" is not a whole number."#]],
    );
    check_product(
        r#"{"name":"A","price":1,"externalId":""}"#,
        &expect![[r#"Some("externalId"): The externalId is empty: leave it out, or send a SKU."#]],
    );
    check_product(
        r#"{"name":"A","price":1,"quantity":-1}"#,
        &expect![[
            r#"Some("quantity"): -1 is out of range: send a whole number from 0 to 1000000000."#
        ]],
    );
    check_product(
        r#"{"name":"A","price":1,"status":"ON"}"#,
        &expect![[r#"Some("status"): The status "ON" is unknown. Send ACTIVE or DISABLED."#]],
    );
    check_product(
        r#"{"name":"A","price":1,"variants":[{"label":"L"}]}"#,
        &expect![[r#"Some("variants[0].type"): `variants[0].type` is missing or empty."#]],
    );
}

#[test]
fn a_change_tells_absent_from_null_on_its_way_and_back() {
    let update = ProductUpdate {
        name: Some("Thé".to_owned()),
        description: Patch::Clear,
        external_id: Patch::Set("T-1".to_owned()),
        quantity: Patch::Clear,
        low_stock_threshold: Patch::Set(3),
        variants: Some(vec![VariantUpdate {
            id: Some("v".to_owned()),
            value: Patch::Clear,
            quantity: Patch::Set(0),
            expected_quantity: Some(2),
            ..VariantUpdate::default()
        }]),
        ..ProductUpdate::default()
    };
    let sent = serde_json::to_string(&update).unwrap();
    expect![[
        r#"{"name":"Thé","description":null,"externalId":"T-1","quantity":null,"lowStockThreshold":3,"variants":[{"id":"v","value":null,"quantity":0,"expectedQuantity":2}]}"#
    ]]
    .assert_eq(&sent);
    assert_eq!(read_product_update(sent.as_bytes()), Ok(update.clone()));
    assert_eq!(serde_json::from_str::<ProductUpdate>(&sent).unwrap(), update);
}

#[test]
fn endpoints_of_webhooks_are_read_strictly() {
    use stockroom_api::read::webhook::{read_endpoint_changes, read_new_endpoint, read_rotation};
    use stockroom_api::webhook::EventKind;

    let new = r#"{"url":" https://shop.example/hook ","events":["product.stock_out",
        "product.stock_low","product.stock_out"],"more":1}"#;
    let read = read_new_endpoint(new.as_bytes()).unwrap();
    assert_eq!(read.url, "https://shop.example/hook");
    assert_eq!(read.events, EventKind::STOCK);
    let long = format!(r#"{{"url":"https://x.example/{}","events":[]}}"#, "x".repeat(2_000));
    let events = |events: &str| format!(r#"{{"url":"https://x.example","events":{events}}}"#);
    for (body, path) in [
        (String::new(), None),
        ("[]".into(), None),
        ("{}".into(), Some("url")),
        (r#"{"url":1,"events":[]}"#.into(), Some("url")),
        (r#"{"url":" ","events":[]}"#.into(), Some("url")),
        (long, Some("url")),
        (r#"{"url":"https://x.example"}"#.into(), Some("events")),
        (events("null"), Some("events")),
        (events("\"product.stock_low\""), Some("events")),
        (events("[]"), Some("events")),
        (events("[1]"), Some("events[0]")),
        (events(r#"["product.stock_low","order.created"]"#), Some("events[1]")),
        (events(r#"["webhook.test"]"#), Some("events[0]")),
    ] {
        let refusal = read_new_endpoint(body.as_bytes()).unwrap_err();
        assert_eq!(refusal.path.as_deref(), path, "{body}: {refusal:?}");
    }
    for (body, path) in [
        ("{}", None),
        (r#"{"url":null}"#, None),
        (r#"{"active":"yes"}"#, Some("active")),
        (r#"{"events":[]}"#, Some("events")),
    ] {
        let refusal = read_endpoint_changes(body.as_bytes()).unwrap_err();
        assert_eq!(refusal.path.as_deref(), path, "{body}: {refusal:?}");
    }
    assert_eq!(read_endpoint_changes(br#"{"active":false}"#).unwrap().active, Some(false));
    assert_eq!(read_rotation(b""), Ok(24));
    assert_eq!(read_rotation(br#"{"graceHours":0}"#), Ok(0));
    for body in [r#"{"graceHours":-1}"#, r#"{"graceHours":169}"#, r#"{"graceHours":1.5}"#] {
        let refusal = read_rotation(body.as_bytes()).unwrap_err();
        assert_eq!(refusal.path.as_deref(), Some("graceHours"), "{body}");
    }
}
