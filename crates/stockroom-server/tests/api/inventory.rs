//! The inventory list: what is in it, in which order, and how it is paged.

use serde_json::Value;

use crate::app::{INVENTORY, PRODUCTS, TestApp, spawn_demo};

fn items(app: &TestApp, query: &str) -> Vec<Value> {
    let json = app.get(&format!("{INVENTORY}{query}")).json();
    json["data"]["items"].as_array().unwrap().clone()
}

#[test]
fn all_tracked_products_are_listed_by_sku_those_without_one_last() {
    let app = spawn_demo();
    let mut all = items(&app, "");
    all.extend(items(&app, "?page=2"));
    let json = app.get(&format!("{INVENTORY}?page=2")).json();
    assert_eq!(json["data"]["total"], all.len());
    assert_eq!(json["data"]["hasMore"], false);
    assert!(all.iter().all(|item| item["quantity"].is_i64()));
    assert!(all.last().unwrap()["externalId"].is_null());
    let skus: Vec<&str> = all.iter().filter_map(|item| item["externalId"].as_str()).collect();
    assert!(skus.is_sorted());
    assert_eq!(skus.len(), all.len() - 1);
    assert!(skus.contains(&"BOUBOU-HIV"), "disabled products are in it");
    assert!(!skus.contains(&"RESTO-MENU"), "untracked products are not");
}

#[test]
fn untracked_variants_have_no_level() {
    let app = spawn_demo();
    assert_eq!(app.stock("COUPE-TIS", r#"{"quantity":5}"#).status, 200);
    let all = items(&app, "");
    let item = all.iter().find(|item| item["externalId"] == "COUPE-TIS").unwrap();
    assert!(item["variants"][0]["quantity"].is_null());
}

#[test]
fn low_is_strictly_below_and_never_without_a_threshold() {
    let app = spawn_demo();
    let is_low = |sku: &str| items(&app, "?lowStock=true").iter().any(|i| i["externalId"] == sku);
    assert!(is_low("THIEB-001") && is_low("ATAYA-250") && !is_low("TEE-9"));
    app.stock("THIEB-001", r#"{"quantity":5}"#);
    assert!(!is_low("THIEB-001"));
    app.bulk(r#"{"items":[{"externalId":"THIEB-001","quantityDelta":-1}]}"#);
    assert!(is_low("THIEB-001"));
    app.stock("TEE-9", r#"{"quantity":0}"#);
    assert!(!is_low("TEE-9"));
}

#[test]
fn pages_join_without_gaps() {
    let app = spawn_demo();
    let mut paged = Vec::new();
    for page in 1.. {
        let json = app.get(&format!("{INVENTORY}?page={page}&limit=7")).json();
        assert_eq!((&json["data"]["page"], &json["data"]["limit"]), (&page.into(), &7.into()));
        paged.extend(json["data"]["items"].as_array().unwrap().clone());
        if json["data"]["hasMore"] == false {
            break;
        }
    }
    let mut all = items(&app, "");
    all.extend(items(&app, "?page=2&limit=100"));
    assert_eq!(paged, all);
}

#[test]
fn a_limit_above_100_is_100_and_a_page_past_the_end_is_empty() {
    let app = spawn_demo();
    let json = app.get(&format!("{INVENTORY}?limit=1000&lowStock=false&other=1")).json();
    assert_eq!(json["data"]["limit"], 100);
    assert_eq!(json["data"]["items"].as_array().unwrap().len(), 100);
    assert!(items(&app, "?page=99999999999999999999999").is_empty());
}

/// As forms send what nobody chose; the document says so.
#[test]
fn an_empty_choice_is_none() {
    let app = spawn_demo();
    for (list, empty) in [(INVENTORY, "lowStock="), (PRODUCTS, "status=")] {
        assert_eq!(app.get(&format!("{list}?{empty}")).json(), app.get(list).json());
    }
}

#[test]
fn bad_parameters_are_named() {
    let app = spawn_demo();
    for (query, path) in [
        ("?page=0", "page"),
        ("?page=-1", "page"),
        ("?page=x", "page"),
        ("?page=", "page"),
        ("?page=1.5", "page"),
        ("?limit=0", "limit"),
        ("?limit=ten", "limit"),
        ("?lowStock=yes", "lowStock"),
    ] {
        let answer = app.get(&format!("{INVENTORY}{query}"));
        assert_eq!((answer.status, answer.code()), (400, "VALIDATION_ERROR".into()), "{query}");
        assert_eq!(answer.path(), path, "{query}");
    }
}
