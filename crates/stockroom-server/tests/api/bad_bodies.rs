//! Every body that the contract refuses, for the bulk and the single update: the status, the code and the
//! path, and that nothing was changed.

use crate::app::{Answer, BULK, INVENTORY, TestApp, spawn_demo};

const INVALID: &str = "VALIDATION_ERROR";

/// What an item holds, its code and its path.
const BAD_ITEMS: &[(&str, &str, &str)] = &[
    (r#""externalId":"","quantityDelta":1"#, INVALID, "externalId"),
    (r#""externalId":" \t ","quantityDelta":1"#, INVALID, "externalId"),
    (r#""externalId":"NOPE","quantityDelta":1"#, "PRODUCT_NOT_FOUND", "externalId"),
    (r#""externalId":"thieb-001","quantityDelta":1"#, "PRODUCT_NOT_FOUND", "externalId"),
    (r#""externalId":"THIEB-001""#, INVALID, "quantityDelta"),
    (r#""externalId":"THIEB-001","mode":"adjust""#, INVALID, "quantityDelta"),
    (r#""externalId":"THIEB-001","quantityDelta":null"#, INVALID, "quantityDelta"),
    (r#""externalId":"THIEB-001","variants":[]"#, INVALID, "quantityDelta"),
    (r#""externalId":"THIEB-001","quantity":5"#, INVALID, "quantity"),
    (r#""externalId":"THIEB-001","mode":"adjust","quantity":5"#, INVALID, "quantity"),
    (r#""externalId":"THIEB-001","mode":"set""#, INVALID, "quantity"),
    (r#""externalId":"THIEB-001","mode":"set","quantityDelta":5"#, INVALID, "quantityDelta"),
    (r#""externalId":"THIEB-001","mode":"","quantity":5"#, INVALID, "mode"),
    (r#""externalId":"THIEB-001","mode":"SET","quantity":5"#, INVALID, "mode"),
    (r#""externalId":"THIEB-001","mode":"replace","quantity":5"#, INVALID, "mode"),
    (r#""externalId":"THIEB-001","mode":"set","quantity":-1"#, INVALID, "quantity"),
    (r#""externalId":"THIEB-001","mode":"set","quantity":1000000001"#, INVALID, "quantity"),
    (r#""externalId":"THIEB-001","mode":"set","quantity":1e99"#, INVALID, "quantity"),
    (r#""externalId":"THIEB-001","quantityDelta":1000000001"#, INVALID, "quantityDelta"),
    (r#""externalId":"THIEB-001","quantityDelta":-1000000001"#, INVALID, "quantityDelta"),
    // Above the top together with what is there.
    (r#""externalId":"THIEB-001","quantityDelta":1000000000"#, INVALID, "quantityDelta"),
    (
        r#""externalId":"THIEB-001","quantityDelta":1,"expectedQuantity":-1"#,
        INVALID,
        "expectedQuantity",
    ),
    (
        r#""externalId":"THIEB-001","quantityDelta":1,"expectedQuantity":4"#,
        "STALE_QUANTITY",
        "expectedQuantity",
    ),
    (
        r#""externalId":"THIEB-001","quantityDelta":1,"variants":[{"label":"Mini","quantityDelta":1}]"#,
        "VARIANT_NOT_FOUND",
        "variants[0].label",
    ),
    (
        r#""externalId":"THIEB-001","quantityDelta":1,"variants":[{"label":"","quantityDelta":1}]"#,
        INVALID,
        "variants[0].label",
    ),
    (
        r#""externalId":"THIEB-001","quantityDelta":1,"variants":[{"label":"Grand"}]"#,
        INVALID,
        "variants[0].quantityDelta",
    ),
    (
        r#""externalId":"THIEB-001","quantityDelta":1,"variants":[{"label":"Grand","quantity":1}]"#,
        INVALID,
        "variants[0].quantity",
    ),
    (
        r#""externalId":"THIEB-001","mode":"set","quantity":1,"variants":[{"label":"Grand","quantityDelta":1}]"#,
        INVALID,
        "variants[0].quantityDelta",
    ),
    (
        r#""externalId":"THIEB-001","quantityDelta":1,"variants":[{"label":"Grand","mode":"add","quantityDelta":1}]"#,
        INVALID,
        "variants[0].mode",
    ),
    (
        r#""externalId":"THIEB-001","mode":"set","variants":[{"label":"Grand","quantity":1},
                {"label":" GRAND","quantity":2}]"#,
        INVALID,
        "variants[1].label",
    ),
    (
        r#""externalId":"THIEB-001","mode":"set","variants":[{"label":"Grand","quantity":-1}]"#,
        INVALID,
        "variants[0].quantity",
    ),
    (
        r#""externalId":"THIEB-001","mode":"set","quantity":1,
                "variants":[{"label":"Grand","quantity":1,"expectedQuantity":9}]"#,
        "STALE_QUANTITY",
        "variants[0].expectedQuantity",
    ),
    (
        r#""externalId":"TEE-9","variants":[{"label":"rouge","quantityDelta":1}]"#,
        "VARIANT_LABEL_AMBIGUOUS",
        "variants[0].label",
    ),
    (r#""externalId":"RESTO-MENU","quantityDelta":1"#, "NOT_TRACKED", "quantityDelta"),
    (
        r#""externalId":"COUPE-TIS","variants":[{"label":"ocre","quantityDelta":1}]"#,
        "NOT_TRACKED",
        "variants[0].quantityDelta",
    ),
];

/// Returns all levels and how often they were written.
fn state(app: &TestApp) -> (String, String) {
    let products = app.get("/api/v1/dev/store/products?limit=100").text;
    (products, app.get(&format!("{INVENTORY}/history")).text)
}

/// Expects these bodies to be refused whole with `VALIDATION_ERROR`, each at its path.
fn check_refused(send: impl Fn(&str) -> Answer, cases: &[(&str, &str)]) {
    for (body, path) in cases {
        let answer = send(body);
        let found = (answer.status, answer.code());
        assert_eq!(found, (400, "VALIDATION_ERROR".into()), "{body}: {answer:?}");
        assert_eq!(answer.path().as_str().unwrap_or_default(), *path, "{body}");
    }
}

#[test]
fn a_bulk_body_of_a_wrong_type_or_shape_is_refused_whole() {
    let app = spawn_demo();
    let before = state(&app);
    let whole = [
        ("", ""),
        (" ", ""),
        ("null", ""),
        ("true", ""),
        ("7", ""),
        ("\"items\"", ""),
        ("[]", ""),
        (r#"[{"externalId":"SIM-TEL","quantityDelta":1}]"#, ""),
        ("{", ""),
        (r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":1}]"#, ""),
        (r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":1},]}"#, ""),
        (r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":+1}]}"#, ""),
        (r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":01}]}"#, ""),
        (r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":NaN}]}"#, ""),
        (r#"{"items":[{'externalId':'SIM-TEL','quantityDelta':1}]}"#, ""),
        ("externalId=SIM-TEL&quantityDelta=1", ""),
        ("{}", "items"),
        (r#"{"items":null}"#, "items"),
        (r#"{"items":[]}"#, "items"),
        (r#"{"items":{}}"#, "items"),
        (r#"{"items":"SIM-TEL"}"#, "items"),
        (r#"{"items":7}"#, "items"),
        (r#"{"Items":[{"externalId":"SIM-TEL","quantityDelta":1}]}"#, "items"),
        (r#"{"items":[null]}"#, "items[0]"),
        (r#"{"items":[7]}"#, "items[0]"),
        (r#"{"items":[[]]}"#, "items[0]"),
        (r#"{"items":["SIM-TEL"]}"#, "items[0]"),
    ];
    check_refused(|body| app.bulk(body), &whole);

    // The second item is at fault, and the first is not applied either.
    let second = |item: &str| {
        format!(r#"{{"items":[{{"externalId":"SIM-TEL","quantityDelta":1}},{item}]}}"#)
    };
    let items = [
        ("{}", "items[1].externalId"),
        (r#"{"quantityDelta":1}"#, "items[1].externalId"),
        (r#"{"externalId":null,"quantityDelta":1}"#, "items[1].externalId"),
        (r#"{"externalId":7,"quantityDelta":1}"#, "items[1].externalId"),
        (r#"{"externalId":["A"],"quantityDelta":1}"#, "items[1].externalId"),
        (r#"{"sku":"A","quantityDelta":1}"#, "items[1].externalId"),
        (r#"{"externalId":"A","mode":1,"quantityDelta":1}"#, "items[1].mode"),
        (r#"{"externalId":"A","mode":["set"],"quantity":1}"#, "items[1].mode"),
        (r#"{"externalId":"A","mode":true,"quantity":1}"#, "items[1].mode"),
        (r#"{"externalId":"A","variants":{}}"#, "items[1].variants"),
        (r#"{"externalId":"A","variants":"Grand"}"#, "items[1].variants"),
        (r#"{"externalId":"A","variants":[null]}"#, "items[1].variants[0]"),
        (r#"{"externalId":"A","variants":["Grand"]}"#, "items[1].variants[0]"),
        (r#"{"externalId":"A","variants":[{"quantityDelta":1}]}"#, "items[1].variants[0].label"),
        (
            r#"{"externalId":"A","variants":[{"label":7,"quantityDelta":1}]}"#,
            "items[1].variants[0].label",
        ),
        (
            r#"{"externalId":"A","variants":[{"label":"B","mode":7,"quantityDelta":1}]}"#,
            "items[1].variants[0].mode",
        ),
    ];
    let send = |item: &str| app.bulk(&second(item));
    check_refused(send, &items);

    // Whatever is no whole number, wherever one is due.
    for value in ["1.5", "\"1\"", "\"\"", "true", "[1]", "{}", "1e-1", "-0.5"] {
        for field in ["quantity", "quantityDelta", "expectedQuantity"] {
            let item = format!(r#"{{"externalId":"A","{field}":{value}}}"#);
            check_refused(send, &[(&item, &format!("items[1].{field}"))]);
            let variant =
                format!(r#"{{"externalId":"A","variants":[{{"label":"B","{field}":{value}}}]}}"#);
            check_refused(send, &[(&variant, &format!("items[1].variants[0].{field}"))]);
        }
    }
    assert!(state(&app) == before, "something was changed");
}

#[test]
fn a_bulk_request_of_more_than_200_items_is_refused_whole() {
    let app = spawn_demo();
    let before = state(&app);
    let items = |count: usize| {
        let item = r#"{"externalId":"SIM-TEL","quantityDelta":1}"#;
        format!("{{\"items\":[{}]}}", vec![item; count].join(","))
    };
    for count in [201, 1_000] {
        let answer = app.bulk(&items(count));
        assert_eq!((answer.status, answer.code()), (400, "TOO_MANY_ITEMS".into()));
        assert_eq!(answer.path(), "items");
        assert!(answer.text.contains(&count.to_string()), "{answer:?}");
    }
    assert!(state(&app) == before, "something was changed");
    assert_eq!(app.bulk(&items(200)).json()["data"]["updated"], 200);
}

#[test]
fn a_bad_value_refuses_its_item_alone() {
    let app = spawn_demo();
    let untouched = ["THIEB-001", "CHARG-C", "TEE-9", "RESTO-MENU", "COUPE-TIS"];
    let of = |sku: &str| app.get(&format!("/api/v1/dev/store/products/{sku}")).text;
    let before = untouched.map(of);
    let long = format!(r#""externalId":"{}","quantityDelta":1"#, "x".repeat(257));
    let long = (long.as_str(), INVALID, "externalId");
    let mut level = 240;
    for (item, code, path) in BAD_ITEMS.iter().chain([&long]) {
        let body =
            format!(r#"{{"items":[{{{item}}},{{"externalId":"SIM-TEL","quantityDelta":1}}]}}"#);
        let answer = app.bulk(&body);
        let error = answer.item_error();
        assert_eq!(error["code"], *code, "{item}: {error}");
        assert_eq!(error["path"], format!("items[0].{path}"), "{item}: {error}");
        assert!(!error["error"].as_str().unwrap().is_empty() && error["externalId"].is_string());
        let data = &answer.json()["data"];
        assert_eq!((&data["updated"], &data["failed"]), (&1.into(), &1.into()), "{item}");
        level += 1;
        assert_eq!(app.level("SIM-TEL"), level, "{item}");
    }
    assert!(untouched.map(of) == before, "an item was applied in part");
}

#[test]
fn a_bad_single_update_changes_nothing() {
    let app = spawn_demo();
    let before = state(&app);
    let cases = [
        ("", ""),
        ("null", ""),
        ("7", ""),
        ("[]", ""),
        (r#"[{"quantity":5}]"#, ""),
        ("{", ""),
        (r#"{"quantity":5"#, ""),
        (r#"{"quantity":5} more"#, ""),
        ("quantity=5", ""),
        ("{}", ""),
        (r#"{"quantity":null}"#, ""),
        (r#"{"variants":[]}"#, ""),
        (r#"{"variants":null}"#, ""),
        (r#"{"expectedQuantity":3}"#, ""),
        // There is no delta here.
        (r#"{"quantityDelta":1}"#, ""),
        (r#"{"mode":"adjust","quantityDelta":1}"#, ""),
        (r#"{"quantity":5.5}"#, "quantity"),
        (r#"{"quantity":"5"}"#, "quantity"),
        (r#"{"quantity":true}"#, "quantity"),
        (r#"{"quantity":[5]}"#, "quantity"),
        (r#"{"quantity":{}}"#, "quantity"),
        (r#"{"quantity":-1}"#, "quantity"),
        (r#"{"quantity":1000000001}"#, "quantity"),
        (r#"{"quantity":1e99}"#, "quantity"),
        (r#"{"quantity":5,"expectedQuantity":"3"}"#, "expectedQuantity"),
        (r#"{"quantity":5,"expectedQuantity":1.5}"#, "expectedQuantity"),
        (r#"{"quantity":5,"expectedQuantity":-1}"#, "expectedQuantity"),
        (r#"{"quantity":5,"variants":{}}"#, "variants"),
        (r#"{"quantity":5,"variants":"Grand"}"#, "variants"),
        (r#"{"quantity":5,"variants":[null]}"#, "variants[0]"),
        (r#"{"quantity":5,"variants":["Grand"]}"#, "variants[0]"),
        (r#"{"quantity":5,"variants":[{}]}"#, "variants[0].quantity"),
        (r#"{"quantity":5,"variants":[{"quantity":1}]}"#, "variants[0].label"),
        (r#"{"quantity":5,"variants":[{"label":null,"quantity":1}]}"#, "variants[0].label"),
        (r#"{"quantity":5,"variants":[{"label":7,"quantity":1}]}"#, "variants[0].label"),
        (r#"{"quantity":5,"variants":[{"label":" ","quantity":1}]}"#, "variants[0].label"),
        (r#"{"quantity":5,"variants":[{"label":"Grand"}]}"#, "variants[0].quantity"),
        (
            r#"{"quantity":5,"variants":[{"label":"Grand","quantity":null}]}"#,
            "variants[0].quantity",
        ),
        (r#"{"quantity":5,"variants":[{"label":"Grand","quantity":0.5}]}"#, "variants[0].quantity"),
        (r#"{"quantity":5,"variants":[{"label":"Grand","quantity":-1}]}"#, "variants[0].quantity"),
        (
            r#"{"quantity":5,"variants":[{"label":"Grand","quantity":1000000001}]}"#,
            "variants[0].quantity",
        ),
        (
            r#"{"quantity":5,"variants":[{"label":"Grand","quantityDelta":1}]}"#,
            "variants[0].quantity",
        ),
        (
            r#"{"quantity":5,"variants":[{"label":"Grand","quantity":1},{"label":"grand ","quantity":1}]}"#,
            "variants[1].label",
        ),
    ];
    check_refused(|body| app.stock("THIEB-001", body), &cases);
    let others = [
        ("THIEB-001", r#"{"quantity":5,"expectedQuantity":4}"#, 409, "STALE_QUANTITY"),
        (
            "THIEB-001",
            r#"{"quantity":5,"variants":[{"label":"Mini","quantity":1}]}"#,
            400,
            "VARIANT_NOT_FOUND",
        ),
        (
            "TEE-9",
            r#"{"quantity":5,"variants":[{"label":"Rouge","quantity":1}]}"#,
            400,
            "VARIANT_LABEL_AMBIGUOUS",
        ),
        ("NOPE", r#"{"quantity":5}"#, 404, "PRODUCT_NOT_FOUND"),
    ];
    for (id, body, status, code) in others {
        let answer = app.stock(id, body);
        assert_eq!((answer.status, answer.code()), (status, code.into()), "{body}");
    }
    // A body that is wrong is told before the product is looked for.
    check_refused(|body| app.stock("NOPE", body), &[(r#"{"quantity":"5"}"#, "quantity")]);
    assert!(state(&app) == before, "something was changed");
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let app = spawn_demo();
    let deep = format!("{{\"items\":{}", "[".repeat(100_000));
    let long =
        format!(r#"{{"items":[{{"externalId":"A","quantityDelta":{}}}]}}"#, "9".repeat(5_000));
    for body in [deep.as_str(), "\u{0}", "\u{feff}{\"items\":[]}", "<items/>"] {
        let answer = app.demo("PATCH", BULK, Some(body));
        assert_eq!((answer.status, answer.code()), (400, "VALIDATION_ERROR".into()), "{answer:?}");
    }
    let error = app.bulk(&long).item_error();
    assert_eq!(
        (&error["code"], &error["path"]),
        (&"VALIDATION_ERROR".into(), &"items[0].quantityDelta".into())
    );
}
