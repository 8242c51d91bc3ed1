//! The pages for integrators.

use std::collections::BTreeSet;

use crate::app::spawn_demo;
use crate::endpoints::rules;

#[test]
fn the_pages_are_answered_from_the_binary() {
    let app = spawn_demo();
    let page = app.send("GET", "/docs", &[], None);
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    assert!(page.text.contains("<h1 id=\"the-store-api\">"));
    let limits = app.send("GET", "/docs/limits", &[], None);
    assert!(limits.status == 200 && limits.text.contains("X-RateLimit-Remaining"));
    let style = app.send("GET", "/docs/style.css", &[], None);
    assert_eq!(style.header("content-type"), Some("text/css; charset=utf-8"));
    let missing = app.send("GET", "/docs/nothing", &[], None);
    assert_eq!((missing.status, missing.code()), (404, "NOT_FOUND".into()));
}

#[test]
fn a_page_that_is_known_is_not_sent_again() {
    let app = spawn_demo();
    let etag = app.send("GET", "/docs", &[], None).header("etag").unwrap().to_owned();
    let again = app.send("GET", "/docs", &[("if-none-match", &etag)], None);
    assert_eq!((again.status, again.text.as_str()), (304, ""));
}

#[test]
fn the_openapi_document_is_the_one_that_was_agreed_on() {
    let app = spawn_demo();
    let answer = app.send("GET", "/openapi.json", &[], None);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let document = format!("{}\n", serde_json::to_string_pretty(&answer.json()).unwrap());
    // `UPDATE_EXPECT=1 cargo test` writes it anew.
    expect_test::expect_file!["openapi.json"].assert_eq(&document);
}

#[test]
fn the_openapi_document_asks_for_the_scopes_that_the_endpoints_ask_for() {
    let document = spawn_demo().send("GET", "/openapi.json", &[], None).json();
    let mut told = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let description = operation["description"].as_str().unwrap();
            if let Some((_, scope)) = description.split_once("Scope: `") {
                let scope = scope.trim_end_matches("`.").to_owned();
                told.insert((method.to_uppercase(), path.clone(), scope));
            }
        }
    }
    let asked = rules().into_iter().map(|rule| {
        (rule.verb.as_str().to_owned(), rule.path, rule.terms.scope().unwrap().as_str().to_owned())
    });
    assert_eq!(told, asked.collect());
}
