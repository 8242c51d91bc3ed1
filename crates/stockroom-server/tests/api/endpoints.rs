//! Every endpoint that asks who calls it, as a test walks them.

use stockroom_api::path;
use stockroom_server::router::routes;
use stockroom_server::routes::{Rule, Terms, Verb};

use crate::place::TestStore;

/// Returns the rules of all endpoints that take a key.
pub(crate) fn rules() -> Vec<Rule> {
    let rules = routes::<TestStore>().rules().to_vec();
    let rules: Vec<Rule> =
        rules.into_iter().filter(|rule| matches!(rule.terms, Terms::Scope { .. })).collect();
    assert!(rules.len() >= 9);
    rules
}

/// Returns the rules of all endpoints for people alone.
pub(crate) fn people_rules() -> Vec<Rule> {
    let rules = routes::<TestStore>().rules().to_vec();
    let rules: Vec<Rule> =
        rules.into_iter().filter(|rule| matches!(rule.terms, Terms::Person(_))).collect();
    assert!(rules.len() >= 12);
    rules
}

/// Returns the endpoint's address with `id` in each of its places.
pub(crate) fn address(rule: &Rule, id: &str) -> String {
    let segments = rule.path.split('/');
    let filled = segments.map(|segment| if segment.starts_with('{') { id } else { segment });
    filled.collect::<Vec<_>>().join("/")
}

/// Returns a body that the endpoint takes, for the product with this SKU where it names one.
pub(crate) fn body(rule: &Rule, sku: &str) -> Option<String> {
    let place = rule.path.trim_start_matches(path::BASE).trim_start_matches("/dev");
    let text = match (rule.verb, place) {
        (Verb::Get | Verb::Delete, _) => return None,
        (Verb::Patch, "/store/inventory/bulk") => {
            format!(r#"{{"items":[{{"externalId":"{sku}","mode":"set","quantity":77}}]}}"#)
        }
        (Verb::Post, "/store/products") | (Verb::Put, "/store/products/{id}") => {
            r#"{"name":"Thé vert","price":77}"#.to_owned()
        }
        (Verb::Patch, place) if place.ends_with("/stock") => r#"{"quantity":77}"#.to_owned(),
        (Verb::Post, "/store/products/import-csv") => {
            format!(r#"{{"csv":"name,price,sku\nThé vert,7.70,{sku}\n"}}"#)
        }
        (Verb::Post | Verb::Put, place) if place.starts_with("/webhooks/endpoints") => {
            r#"{"url":"https://shop.example/hook","events":["product.stock_out"]}"#.to_owned()
        }
        (Verb::Post, place) if place.starts_with("/webhooks/deliveries") => "{}".to_owned(),
        (Verb::Post, "/api/users") => {
            r#"{"name":"Somebody else","role":"viewer","password":"correct horse battery"}"#
                .to_owned()
        }
        (Verb::Patch, "/api/users/{id}") => r#"{"role":"viewer"}"#.to_owned(),
        (Verb::Put, "/api/users/{id}/password") => {
            r#"{"password":"correct horse battery"}"#.to_owned()
        }
        (Verb::Put, "/api/account/password") => {
            r#"{"current":"wrong horse battery","password":"correct horse battery"}"#.to_owned()
        }
        _ => panic!("say here what {} {} takes", rule.verb.as_str(), rule.path),
    };
    Some(text)
}
