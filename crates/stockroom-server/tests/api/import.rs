//! The import of products: the template, a preview, and doing what it said.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use stockroom_api::envelope::Envelope;
use stockroom_api::import::{ImportAction, ImportResult, ImportTemplate};
use stockroom_api::key::{Access, Environment};
use stockroom_api::path::{self, IMPORT, IMPORT_TEMPLATE};
use stockroom_server::app::Settings;

use crate::app::{Answer, INVENTORY, PRODUCTS, TestApp, spawn_demo, spawn_real};

const HISTORY: &str = "/api/v1/dev/store/inventory/history";
const SNAPSHOT: &str = "/api/v1/dev/store/inventory/snapshot";

/// Adds a product, changes one, leaves one as it is, and has a row with errors.
const FILE: &str = "name,price,description,sku,quantity,image_url\n\
    Thé vert,500.00,Gunpowder,THE-1,4,https://shop.example/t.jpg\n\
    Attaya,1500,,THIEB-001,7,\n\
    Yassa,x,,YASSA-002,1,\n";

fn post(app: &TestApp, body: &Value) -> Answer {
    app.demo("POST", IMPORT, Some(&body.to_string()))
}

fn preview(app: &TestApp, body: &Value) -> ImportResult {
    let answer = post(app, body);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.read::<Envelope<ImportResult>>().data
}

fn confirmation(csv: &str, token: &str) -> Value {
    json!({"csv": csv, "mode": "confirm", "token": token})
}

/// Returns the token of a preview of this file.
fn token(app: &TestApp, csv: &str) -> String {
    preview(app, &json!({ "csv": csv })).token.unwrap()
}

fn total(app: &TestApp, path: &str) -> u64 {
    app.get(path).json()["data"]["total"].as_u64().unwrap()
}

fn product(app: &TestApp, id: &str) -> Value {
    app.get(&path::product(id)).json()["data"].clone()
}

#[test]
fn the_template_names_its_columns() {
    let app = spawn_demo();
    let template: Envelope<ImportTemplate> = app.get(IMPORT_TEMPLATE).read();
    assert_eq!(template.data.csv, "\u{feff}name,price,description,sku,quantity,image_url\r\n");
    assert_eq!(template.data.filename, "products-template.csv");
    assert_eq!(app.send("GET", IMPORT_TEMPLATE, &[], None).code(), "MISSING_CREDENTIALS");
}

#[test]
fn a_preview_says_what_each_row_would_do_and_changes_nothing() {
    let app = spawn_demo();
    let before = (total(&app, PRODUCTS), app.get(SNAPSHOT).header("etag").map(str::to_owned));
    let thieb = product(&app, "THIEB-001");
    let answer = post(&app, &json!({ "csv": FILE }));
    let mut data = answer.json()["data"].clone();
    let token = data["token"].take();
    assert_eq!(token.as_str().map(str::len), Some(64));
    let change = |field: &str, before: Value, after: Value| json!({"field": field, "before": before, "after": after});
    let columns = ["name", "price", "description", "sku", "quantity", "image_url"];
    let columns = columns.map(|name| json!({"name": name, "field": name}));
    assert_eq!(
        data,
        json!({
            "mode": "preview", "token": null,
            "totals": {"rows": 3, "create": 1, "update": 1, "unchanged": 0, "error": 1},
            "rows": [
                {"line": 2, "action": "create", "sku": "THE-1", "name": "Thé vert", "productId": null,
                 "changes": [
                    change("name", json!(null), json!("Thé vert")),
                    change("price", json!(null), json!(50_000)),
                    change("description", json!(null), json!("Gunpowder")),
                    change("sku", json!(null), json!("THE-1")),
                    change("quantity", json!(null), json!(4)),
                    change("image_url", json!(null), json!("https://shop.example/t.jpg"))]},
                {"line": 3, "action": "update", "sku": "THIEB-001", "name": "Attaya",
                 "productId": thieb["id"],
                 "changes": [
                    change("name", json!("Thiéboudienne Royale"), json!("Attaya")),
                    change("price", thieb["price"].clone(), json!(150_000)),
                    change("quantity", json!(3), json!(7))]},
                {"line": 4, "action": "error", "sku": "YASSA-002", "name": "Yassa", "productId": null,
                 "errors": [{"field": "price", "code": "number_invalid", "text": "x",
                    "message": "\"x\" is not a number."}]}],
            "remarks": [],
            "columns": columns,
            "encoding": "utf-8", "delimiter": ",", "numberStyle": "comma"
        })
    );
    let after = (total(&app, PRODUCTS), app.get(SNAPSHOT).header("etag").map(str::to_owned));
    assert_eq!(after, before);
    assert_eq!(app.get("/api/v1/capabilities").json()["data"]["productImport"], true);
}

#[test]
fn a_confirmation_does_what_the_preview_said() {
    let app = spawn_demo();
    let (all, etag) = (total(&app, PRODUCTS), app.get(SNAPSHOT).header("etag").map(str::to_owned));
    let low = total(&app, &format!("{INVENTORY}?lowStock=true"));
    let before = product(&app, "THIEB-001");
    let body = confirmation(FILE, &token(&app, FILE)).to_string();
    let headers = [
        ("authorization", "Bearer sk_test_demo"),
        ("x-idempotency-key", "import-1"),
        ("x-run-id", "run-1"),
        ("x-run-reason", "received"),
    ];
    let answer = app.send("POST", IMPORT, &headers, Some(&body));
    assert_eq!(answer.status, 200, "{answer:?}");
    let done = answer.read::<Envelope<ImportResult>>().data;
    assert_eq!((done.totals.create, done.totals.update, done.totals.error), (1, 1, 1));
    assert_eq!(done.token, None);
    let created = product(&app, "THE-1");
    assert_eq!(done.rows[0].product_id.as_deref(), created["id"].as_str());
    for (field, value) in [
        ("name", json!("Thé vert")),
        ("price", json!(50_000)),
        ("description", json!("Gunpowder")),
        ("quantity", json!(4)),
        ("imageUrl", json!("https://shop.example/t.jpg")),
        ("status", json!("DISABLED")),
    ] {
        assert_eq!(created[field], value, "{field}");
    }
    let mut expected = before.clone();
    for (field, value) in
        [("name", json!("Attaya")), ("price", json!(150_000)), ("quantity", json!(7))]
    {
        expected[field] = value;
    }
    expected["updatedAt"] = "2026-11-23T08:00:00.000Z".into();
    assert_eq!(product(&app, "THIEB-001"), expected);
    assert_eq!(total(&app, PRODUCTS), all + 1);
    assert_ne!(app.get(SNAPSHOT).header("etag").map(str::to_owned), etag);
    // Seven are not less than five.
    assert_eq!(total(&app, &format!("{INVENTORY}?lowStock=true")), low - 1);
    let lines = app.get(&format!("{HISTORY}?runId=run-1&reason=received")).json();
    let lines: Vec<_> = lines["data"]["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            assert_eq!(entry["source"], "import");
            (entry["externalId"].clone(), entry["before"].clone(), entry["after"].clone())
        })
        .collect();
    let line = |sku: &str, before, after| (json!(sku), before, after);
    let told = [line("THIEB-001", json!(3), json!(7)), line("THE-1", json!(null), json!(4))];
    assert_eq!(lines, told);
    // The same again is answered and not done; with another key it is not what was looked at.
    let again = app.send("POST", IMPORT, &headers, Some(&body));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.text, answer.text);
    let stale = app.demo("POST", IMPORT, Some(&body));
    assert_eq!((stale.status, stale.code()), (409, "IMPORT_CHANGED".into()));
    // A new preview finds all as it asks, and nothing to confirm.
    let now = preview(&app, &json!({ "csv": FILE }));
    assert_eq!((now.totals.unchanged, now.totals.error, now.token), (2, 1, None));
}

#[test]
fn what_was_not_looked_at_is_not_done() {
    let app = spawn_demo();
    let file = "name,price,sku,quantity\nThé vert,500,THE-1,4\nYassa,1500,YASSA-002,9\n";
    let yassa = path::product("YASSA-002");
    let replace = || {
        let before = product(&app, "YASSA-002");
        app.demo("DELETE", &yassa, None);
        app.demo("POST", PRODUCTS, Some(&before.to_string()))
    };
    let new = r#"{"name":"Thé","price":1,"externalId":"THE-1"}"#;
    let changes: [(&str, &dyn Fn() -> Answer); 5] = [
        ("a level", &|| app.stock("YASSA-002", r#"{"quantity":5}"#)),
        ("a name", &|| app.demo("PUT", &yassa, Some(r#"{"name":"Y"}"#))),
        ("a product that came", &|| app.demo("POST", PRODUCTS, Some(new))),
        ("a product that went", &|| app.demo("DELETE", &path::product("THE-1"), None)),
        ("another product with its SKU", &replace),
    ];
    for (what, change) in changes {
        let token = token(&app, file);
        assert!(change().status < 300, "{what}");
        let before = (total(&app, PRODUCTS), product(&app, "YASSA-002"));
        let stale = post(&app, &confirmation(file, &token));
        assert_eq!((stale.status, stale.code()), (409, "IMPORT_CHANGED".into()), "{what}");
        assert_eq!((total(&app, PRODUCTS), product(&app, "YASSA-002")), before, "{what}");
    }
    let changed_file = post(&app, &confirmation(&file.replace("500", "501"), &token(&app, file)));
    assert_eq!(changed_file.code(), "IMPORT_CHANGED");
    // What the file does not touch may move: sales go on while names and prices are imported.
    let names = "name,price,sku\nYassa,1600,YASSA-002\n";
    let token = token(&app, names);
    app.stock("YASSA-002", r#"{"quantity":2}"#);
    app.stock("LAIT-400", r#"{"quantity":2}"#);
    assert_eq!(post(&app, &confirmation(names, &token)).status, 200);
    assert_eq!(product(&app, "YASSA-002")["quantity"], 2);
    assert_eq!(product(&app, "YASSA-002")["price"], 160_000);
}

#[test]
fn errors_leave_the_others_or_stop_them_as_the_merchant_says() {
    let app = spawn_demo();
    let token = token(&app, FILE);
    let mut body = confirmation(FILE, &token);
    body["ifErrors"] = "stop".into();
    let before = total(&app, PRODUCTS);
    let stopped = post(&app, &body);
    assert_eq!((stopped.status, stopped.code()), (400, "IMPORT_HAS_ERRORS".into()));
    assert_eq!(total(&app, PRODUCTS), before);
    body["ifErrors"] = "skip".into();
    assert_eq!(post(&app, &body).status, 200);
    assert_eq!(total(&app, PRODUCTS), before + 1);
    // Without errors there is nothing to stop at.
    let good = "name,price\nThé,1\n";
    let mut body = confirmation(good, &self::token(&app, good));
    body["ifErrors"] = "stop".into();
    let done = post(&app, &body).read::<Envelope<ImportResult>>().data;
    assert_eq!(done.rows[0].warnings[0].code, "sku_missing");
    assert_eq!(done.rows[0].action, ImportAction::Create);
}

#[test]
fn files_come_in_the_shapes_of_spreadsheets() {
    let app = spawn_demo();
    let fixture = include_bytes!("../../../../tests/fixtures/products/excel_fr.csv");
    let body = json!({"csvBase64": STANDARD.encode(fixture)});
    let found = preview(&app, &body);
    assert_eq!((found.encoding.as_str(), found.delimiter.as_str()), ("windows-1252", ";"));
    assert_eq!(found.number_style.as_deref(), Some("dot"));
    assert_eq!(found.remarks[0].code, "encoding_guessed");
    let fields: Vec<_> = found.columns.iter().map(|column| column.field.as_deref()).collect();
    let expected = ["name", "price", "sku", "quantity", "description"].map(Some);
    assert_eq!((&fields[..5], fields[5]), (&expected[..], None));
    let mut body = body;
    body["mode"] = "confirm".into();
    body["token"] = found.token.into();
    assert_eq!(post(&app, &body).status, 200);
    let tea = product(&app, "THE-2");
    assert_eq!((&tea["price"], &tea["quantity"]), (&50_000.into(), &1_000.into()));
    assert_eq!(tea["description"], "Un thé \"frais\"; léger");
    assert_eq!(product(&app, "OEUF-30")["name"], "Œufs (30)");
    let utf16 = include_bytes!("../../../../tests/fixtures/products/utf16.csv");
    let found = preview(&app, &json!({"csvBase64": STANDARD.encode(utf16)}));
    assert_eq!((found.encoding.as_str(), found.totals.create), ("utf-16le", 1));
    // What is ambiguous waits for a word of the merchant.
    let csv = "nom|montant\nThé|1,250\n";
    assert_eq!(preview(&app, &json!({ "csv": csv })).refusal.unwrap().code, "no_price_column");
    let mut body = json!({"csv": csv, "columns": ["name", "price"], "delimiter": "|"});
    let found = preview(&app, &body);
    assert_eq!(found.rows[0].errors[0].code, "number_ambiguous");
    assert_eq!(found.token, None);
    body["numberStyle"] = "comma".into();
    assert_eq!(preview(&app, &body).rows[0].changes[1].after, 125_000);
    let bytes = STANDARD.encode([b"name,price\nTh".as_slice(), &[0x8e], b",1\n"].concat());
    let body = json!({"csvBase64": bytes, "encoding": "macintosh"});
    assert_eq!(preview(&app, &body).rows[0].name, "Thé");
}

#[test]
fn a_file_that_is_no_list_of_products_can_be_looked_at_and_not_be_done() {
    let app = spawn_demo();
    for (csv, code) in [
        ("", "empty_file"),
        ("name,price\n", "no_rows"),
        ("PK\u{3}\u{4}", "workbook"),
        ("sku,price\nA,1\n", "no_name_column"),
        ("name,sku\nA,1\n", "no_price_column"),
    ] {
        let found = preview(&app, &json!({ "csv": csv }));
        let refusal = found.refusal.unwrap();
        assert_eq!(refusal.code, code);
        assert!(!refusal.message.is_empty());
        assert_eq!((found.totals.rows, found.token), (0, None));
        let refused = post(&app, &confirmation(csv, "x"));
        assert_eq!((refused.status, refused.code()), (400, "IMPORT_UNUSABLE".into()), "{code}");
    }
}

#[test]
fn a_bad_body_is_named_by_its_path() {
    let app = spawn_demo();
    for (body, field) in [
        (json!({}), json!("csv")),
        (json!({"csv": null}), json!("csv")),
        (json!({"csv": 5}), json!("csv")),
        (json!({"csv": ["a"]}), json!("csv")),
        (json!({"csv": "a", "csvBase64": "YQ=="}), json!("csvBase64")),
        (json!({"csvBase64": "%"}), json!("csvBase64")),
        (json!({"csvBase64": 5}), json!("csvBase64")),
        (json!({"csv": "a", "mode": "do"}), json!("mode")),
        (json!({"csv": "a", "mode": 1}), json!("mode")),
        (json!({"csv": "a", "mode": "confirm"}), json!("token")),
        (json!({"csv": "a", "mode": "confirm", "token": 5}), json!("token")),
        (json!({"csv": "a", "ifErrors": "maybe"}), json!("ifErrors")),
        (json!({"csv": "a", "numberStyle": "french"}), json!("numberStyle")),
        (json!({"csv": "a", "encoding": "utf-7"}), json!("encoding")),
        (json!({"csv": "a", "delimiter": ":"}), json!("delimiter")),
        (json!({"csv": "a", "columns": "name"}), json!("columns")),
        (json!({"csv": "a", "columns": ["name", 5]}), json!("columns[1]")),
        (json!({"csv": "a", "columns": [null, "cost"]}), json!("columns[1]")),
        (json!([]), json!(null)),
    ] {
        let answer = post(&app, &body);
        assert_eq!((answer.status, answer.code()), (400, "VALIDATION_ERROR".into()), "{body}");
        assert_eq!(answer.path(), field, "{body}");
    }
    for body in ["", "{", "name,price\nThé,1\n"] {
        assert_eq!(app.demo("POST", IMPORT, Some(body)).code(), "VALIDATION_ERROR");
    }
}

#[test]
fn ten_thousand_rows_go_at_once_and_no_more() {
    let app = spawn_demo();
    let rows = |count: usize| {
        let row = |number| format!("Produit {number},{number}.50,,N-{number:05},{number},\n");
        let rows: String = (0..count).map(row).collect();
        format!("name,price,description,sku,quantity,image_url\n{rows}")
    };
    let refused = preview(&app, &json!({"csv": rows(10_001)})).refusal.unwrap();
    assert_eq!((refused.code.as_str(), refused.text.as_str()), ("too_many_rows", "10001"));
    let file = rows(10_000);
    let before = total(&app, INVENTORY);
    let done = post(&app, &confirmation(&file, &token(&app, &file)));
    assert_eq!(done.json()["data"]["totals"]["create"], 10_000);
    assert_eq!(total(&app, INVENTORY), before + 10_000);
    assert_eq!(app.level("N-09999"), 9_999);
    let changed = file.replace(".50,", ".75,");
    let done = post(&app, &confirmation(&changed, &token(&app, &changed)));
    assert_eq!(done.json()["data"]["totals"]["update"], 10_000);
    // A long file goes where a long body of other kinds does not.
    let long = json!({"csv": format!("name,price\nThé,1\n{}", " ".repeat(3_000_000))}).to_string();
    assert_eq!(app.demo("POST", IMPORT, Some(&long)).status, 200);
    assert_eq!(app.demo("POST", PRODUCTS, Some(&long)).code(), "PAYLOAD_TOO_LARGE");
    let too_long = json!({"csv": " ".repeat(8 * 1024 * 1024)}).to_string();
    assert_eq!(app.demo("POST", IMPORT, Some(&too_long)).code(), "PAYLOAD_TOO_LARGE");
}

#[test]
fn an_import_is_of_its_key_s_own_environment() {
    let app = spawn_real(Settings::default());
    let keys = [Environment::Test, Environment::Live]
        .map(|environment| format!("Bearer {}", app.key(environment, Access::Write)));
    let file = "name,price,sku,quantity\nThé,1,T-1,1\n";
    let send = |key: &str, body: &Value| {
        app.send("POST", IMPORT, &[("authorization", key)], Some(&body.to_string()))
    };
    let token = send(&keys[0], &json!({ "csv": file })).json()["data"]["token"].clone();
    let body = confirmation(file, token.as_str().unwrap());
    assert_eq!(send(&keys[1], &body).code(), "IMPORT_CHANGED");
    assert_eq!(send(&keys[0], &body).status, 200);
    let found = app.send("GET", &path::product("T-1"), &[("authorization", &keys[1])], None);
    assert_eq!(found.status, 404);
    let reader = format!("Bearer {}", app.key(Environment::Test, Access::Read));
    assert_eq!(send(&reader, &body).code(), "SECRET_KEY_REQUIRED");
}
