//! `GET /docs` and `GET /openapi.json`: what integrators read, from the binary.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::fallback::not_found;
use super::negotiation::has_tag;
use crate::documentation::{STYLE, page, pages};
use crate::openapi;
use crate::secret::hex;

const HTML: &str = "text/html; charset=utf-8";

/// Answers with the first page.
pub async fn get_documentation(headers: HeaderMap) -> Response {
    respond(HTML, &pages()[0].html, &headers)
}

/// Answers with one page, or with the look of all.
pub async fn get_page(Path(name): Path<String>, headers: HeaderMap) -> Response {
    if name == "style.css" {
        return respond("text/css; charset=utf-8", STYLE, &headers);
    }
    match page(&name) {
        Some(page) => respond(HTML, &page.html, &headers),
        None => not_found(&format!("/docs/{name}")).into_response(),
    }
}

/// Answers with the `OpenAPI` document.
pub async fn get_openapi(headers: HeaderMap) -> Response {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| openapi::document().to_string());
    respond("application/json", &DOCUMENT, &headers)
}

fn respond(content_type: &'static str, text: &'static str, headers: &HeaderMap) -> Response {
    let etag = format!("\"{}\"", hex(&Sha256::digest(text)[..16]));
    if has_tag(headers, &etag) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response();
    }
    let headers = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::ETAG, etag),
    ];
    (headers, text).into_response()
}
