//! What the log says of a write: what it names, and what became of it.

use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use stockroom_api::audit::Outcome;
use stockroom_api::header::{IDEMPOTENT_REPLAYED, RUN_ID};
use stockroom_api::limits::{MAX_BULK_ITEMS, MAX_EXTERNAL_ID_CHARACTERS};
use stockroom_api::path;

/// The longest text of a header or an address that is kept.
const MAX_CHARACTERS: usize = 2_000;

/// What is read of a bulk request: whatever it asks, of these products.
#[derive(Deserialize)]
struct Bulk {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(rename = "externalId")]
    external_id: String,
}

/// What is read of a product that is made or changed.
#[derive(Deserialize)]
struct Product {
    #[serde(rename = "externalId")]
    external_id: Option<String>,
}

/// Returns the ids and SKUs of products that a write names; none where it is not one of products, or
/// cannot be read.
pub(super) fn products(parts: &Parts, body: &Bytes) -> Vec<String> {
    let place = parts.uri.path();
    if place == path::BULK {
        let items = serde_json::from_slice::<Bulk>(body).map(|bulk| bulk.items).unwrap_or_default();
        return items
            .into_iter()
            .take(MAX_BULK_ITEMS)
            .map(|item| kept(&item.external_id))
            .collect();
    }
    if place == path::PRODUCTS {
        let product = serde_json::from_slice::<Product>(body).ok();
        return product.and_then(|product| product.external_id).iter().map(|id| kept(id)).collect();
    }
    let named = place.strip_prefix(path::PRODUCTS).and_then(|rest| rest.strip_prefix('/'));
    let Some(first) =
        named.filter(|_| place != path::IMPORT).and_then(|rest| rest.split('/').next())
    else {
        return Vec::new();
    };
    vec![kept(&percent_decode_str(first).decode_utf8_lossy())]
}

/// Returns the address of a write as it is kept.
pub(super) fn place(parts: &Parts) -> String {
    cut(parts.uri.path_and_query().map_or("", |place| place.as_str()), MAX_CHARACTERS)
}

/// Returns the run that a write belongs to.
pub(super) fn run_id(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(RUN_ID)?.to_str().ok()?;
    (!text.is_empty()).then(|| cut(text, MAX_EXTERNAL_ID_CHARACTERS))
}

/// Returns what an answer says became of the write.
pub(super) fn outcome(status: StatusCode, headers: &HeaderMap) -> Outcome {
    // A page of something in between says nothing.
    let is_json = |value: &HeaderValue| value.as_bytes().starts_with(b"application/json");
    if status.is_success() && !headers.get(header::CONTENT_TYPE).is_none_or(is_json) {
        return Outcome::Unknown;
    }
    if status.is_success() {
        let is_replay = headers.get(IDEMPOTENT_REPLAYED).is_some_and(|value| value == "true");
        return if is_replay { Outcome::Replayed } else { Outcome::Done };
    }
    match status {
        // Of these nobody knows what came before them.
        StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT => Outcome::Unknown,
        status if status.is_client_error() => Outcome::Refused,
        _ => Outcome::Unknown,
    }
}

fn kept(text: &str) -> String {
    cut(&text.replace('\0', "\u{fffd}"), MAX_EXTERNAL_ID_CHARACTERS)
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(place: &str, body: &str, expected: &[&str]) {
        let request = axum::http::Request::builder().uri(place).body(()).unwrap();
        let (parts, ()) = request.into_parts();
        assert_eq!(products(&parts, &Bytes::from(body.to_owned())), expected, "{place} {body}");
    }

    #[test]
    fn the_products_of_a_write_are_in_its_address_or_body() {
        check(
            path::BULK,
            r#"{"items":[{"externalId":"B","quantity":1},{"externalId":"A"}]}"#,
            &["B", "A"],
        );
        check(path::BULK, r#"{"items":[{"externalId":1}]}"#, &[]);
        check(path::BULK, "{", &[]);
        check(path::PRODUCTS, r#"{"name":"Thé","externalId":"THE"}"#, &["THE"]);
        check(path::PRODUCTS, r#"{"name":"Thé"}"#, &[]);
        check("/api/v1/dev/store/products/CAF%C3%89%2F1/stock", "{}", &["CAFÉ/1"]);
        check("/api/v1/dev/store/products/p1/variants/v1/stock?x=1", "{}", &["p1"]);
        check(path::IMPORT, r#"{"externalId":"A"}"#, &[]);
        check("/api/v1/dev/webhooks/endpoints/1", "{}", &[]);
        let many: Vec<_> = (0..300).map(|n| format!(r#"{{"externalId":"{n}"}}"#)).collect();
        let request = axum::http::Request::builder().uri(path::BULK).body(()).unwrap();
        let body = Bytes::from(format!("{{\"items\":[{}]}}", many.join(",")));
        assert_eq!(products(&request.into_parts().0, &body).len(), MAX_BULK_ITEMS);
    }

    #[test]
    fn an_outcome_is_known_only_where_the_answer_says_it() {
        let replayed = [(IDEMPOTENT_REPLAYED.parse().unwrap(), "true".parse().unwrap())];
        let replayed = replayed.into_iter().collect::<HeaderMap>();
        let of = |status| outcome(StatusCode::from_u16(status).unwrap(), &HeaderMap::new());
        assert_eq!((of(200), of(201)), (Outcome::Done, Outcome::Done));
        assert_eq!(outcome(StatusCode::OK, &replayed), Outcome::Replayed);
        assert_eq!(
            (of(400), of(403), of(429)),
            (Outcome::Refused, Outcome::Refused, Outcome::Refused)
        );
        for status in [302, 408, 409, 500, 502, 503] {
            assert_eq!(of(status), Outcome::Unknown, "{status}");
        }
    }
}
