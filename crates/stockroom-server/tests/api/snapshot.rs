//! All tracked products as one stream: the same as the list, and only sent when something fresh.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use flate2::read::GzDecoder;
use serde_json::{Value, json};
use stockroom_api::key::{Access, Environment};
use stockroom_server::app::Settings;

use crate::app::{Answer, INVENTORY, PRODUCTS, TestApp, spawn_demo, spawn_real};

const SNAPSHOT: &str = "/api/v1/dev/store/inventory/snapshot";

/// Returns the total of the head, and the items.
fn read(text: &str) -> (u64, Vec<Value>) {
    let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let total = lines.next().unwrap()["total"].as_u64().unwrap();
    (total, lines.collect())
}

fn list(app: &TestApp) -> Vec<Value> {
    let mut items = Vec::new();
    for page in 1.. {
        let json = app.get(&format!("{INVENTORY}?page={page}")).json();
        items.extend(json["data"]["items"].as_array().unwrap().clone());
        if json["data"]["hasMore"] == false {
            break;
        }
    }
    items
}

fn unless(app: &TestApp, etag: &str) -> Answer {
    let headers = [("authorization", "Bearer sk_test_demo"), ("if-none-match", etag)];
    app.send("GET", SNAPSHOT, &headers, None)
}

#[test]
fn it_is_the_whole_list_in_its_order() {
    let app = spawn_demo();
    app.stock("COUPE-TIS", r#"{"quantity":5}"#);
    let answer = app.get(SNAPSHOT);
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    assert_eq!(answer.header("cache-control"), Some("private, no-cache"));
    assert!(answer.text.ends_with('\n'));
    let (total, items) = read(&answer.text);
    assert_eq!((total, &items), (items.len() as u64, &list(&app)));
    let capabilities = app.get("/api/v1/capabilities").json();
    assert_eq!(capabilities["data"]["snapshot"], true);
}

/// The store hands 500 products over at a time.
#[test]
fn every_product_of_many_has_its_variants_in_their_order() {
    let app = spawn_demo();
    for number in 0..520 {
        // As many as none and as four of them, so that rows and products end in different places.
        let labels = ["Rouge", "Bleu", "Vert", "Ambre"];
        let variant = |label| json!({"type": "COLOR", "label": label, "quantity": number});
        let variants: Vec<Value> = labels[..number % 5].iter().map(variant).collect();
        let sku = format!("VAR-{number:03}");
        let new = json!({"name": sku, "price": 1, "externalId": sku, "quantity": 1,
            "variants": variants});
        assert_eq!(app.demo("POST", PRODUCTS, Some(&new.to_string())).status, 201);
    }
    let (total, items) = read(&app.get(SNAPSHOT).text);
    assert_eq!((total, &items), (items.len() as u64, &list(&app)));
    assert!(total > 520);
}

#[test]
fn it_is_compressed_where_the_client_takes_that() {
    let app = spawn_demo();
    let raw = |coding: &str| {
        let host = app.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).unwrap();
        // An answer to HTTP/1.0 ends with the connection and comes in one piece.
        let request = format!(
            "GET {SNAPSHOT} HTTP/1.0\r\nauthorization: Bearer pk_test_demo\r\n\
             accept-encoding: {coding}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        (head.to_ascii_lowercase(), answer[end + 4..].to_vec())
    };
    let (head, plain) = raw("identity");
    assert!(!head.contains("content-encoding"), "{head}");
    let (head, packed) = raw("br, gzip");
    assert!(head.contains("content-encoding: gzip"), "{head}");
    let mut unpacked = Vec::new();
    GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == plain && packed.len() < plain.len() / 3);
}

#[test]
fn the_tag_changes_with_every_change_and_with_nothing_else() {
    let app = spawn_demo();
    let mut etag = app.get(SNAPSHOT).header("etag").unwrap().to_owned();
    let item =
        |delta| format!(r#"{{"items":[{{"externalId":"SIM-TEL","quantityDelta":{delta}}}]}}"#);
    let changes: [&dyn Fn(); 3] = [
        &|| assert_eq!(app.bulk(&item(1)).status, 200),
        &|| assert_eq!(app.stock("SIM-TEL", r#"{"quantity":7}"#).status, 200),
        &|| {
            let new = Some(r#"{"name":"Thé","price":1,"externalId":"T-1","quantity":1}"#);
            assert_eq!(app.demo("POST", PRODUCTS, new).status, 201);
        },
    ];
    for change in changes {
        let same = unless(&app, &etag);
        assert_eq!((same.status, same.text.as_str()), (304, ""));
        assert_eq!(same.header("etag"), Some(etag.as_str()));
        assert_eq!(same.header("cache-control"), Some("private, no-cache"));
        change();
        let fresh = unless(&app, &etag);
        assert_eq!((fresh.status, read(&fresh.text).1), (200, list(&app)));
        assert_ne!(fresh.header("etag"), Some(etag.as_str()));
        etag = fresh.header("etag").unwrap().to_owned();
    }
    // What is refused changes nothing.
    app.bulk(r#"{"items":[{"externalId":"NOPE","quantityDelta":1}]}"#);
    assert_eq!(unless(&app, &format!("\"other\", {etag}")).status, 304);
}

#[test]
fn it_needs_a_key_and_shows_its_own_environment_alone() {
    let app = spawn_real(Settings::default());
    assert_eq!(app.send("GET", SNAPSHOT, &[], None).code(), "MISSING_CREDENTIALS");
    let wrong = [("authorization", "Bearer sk_test_demo")];
    let refused = app.send("GET", SNAPSHOT, &wrong, None);
    assert_eq!((refused.status, refused.code()), (401, "INVALID_API_KEY".into()));
    let bearer = |environment, access| format!("Bearer {}", app.key(environment, access));
    let writer = bearer(Environment::Live, Access::Write);
    let live = bearer(Environment::Live, Access::Read);
    let test = bearer(Environment::Test, Access::Read);
    let get = |key: &str| app.send("GET", SNAPSHOT, &[("authorization", key)], None);
    assert_eq!(get(&live).text, "{\"total\":0}\n");
    let new = Some(r#"{"name":"Thé","price":1,"externalId":"T-1","quantity":1}"#);
    app.send("POST", PRODUCTS, &[("authorization", &writer)], new);
    assert_eq!(read(&get(&live).text).0, 1);
    assert_eq!(get(&test).text, "{\"total\":0}\n");
    assert_ne!(get(&test).header("etag"), get(&live).header("etag"));
    let refused = app.send("PATCH", SNAPSHOT, &[("authorization", &writer)], Some("{}"));
    assert_eq!((refused.status, refused.code()), (405, "METHOD_NOT_ALLOWED".into()));
}
