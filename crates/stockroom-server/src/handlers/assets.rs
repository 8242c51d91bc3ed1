//! The app itself: built in, or from a folder; precompressed files where the browser takes them.

use std::borrow::Cow;
use std::path::Path;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::Embed;
use sha2::{Digest, Sha256};

use super::fallback::not_found;
use super::negotiation::{accepts, has_tag};
use crate::app::App;
use crate::error::ApiError;
use crate::secret::hex;

/// The built app; in debug builds it is read from the folder at every request.
#[derive(Embed)]
#[folder = "../../dist"]
struct Built;

const INDEX: &str = "index.html";

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
<title>Stockroom</title><h1>The app is not built in</h1>\
<p>The API answers below <code>/api/v1</code>. To build the app and serve it, run \
<code>cargo xtask serve</code> in the project's checkout.</p></html>";

/// A file of the app.
struct File {
    data: Cow<'static, [u8]>,
    encoding: Option<&'static str>,
}

/// Answers with the file at `path`, or with the app's page where `path` is one of its views.
pub async fn serve_app<S>(app: &App<S>, path: &str, headers: &HeaderMap) -> Response {
    let dir = app.settings.app_dir.as_deref();
    let name = path.trim_start_matches('/');
    if let Some(file) = find(dir, name, headers).await {
        return respond(name, file, headers);
    }
    if !is_view(name) {
        return not_found(path).into_response();
    }
    match find(dir, INDEX, headers).await {
        Some(file) => respond(INDEX, file, headers),
        None => (StatusCode::SERVICE_UNAVAILABLE, Html(NOT_BUILT)).into_response(),
    }
}

/// Tells whether `name` is a view of the app; a SKU in an address may contain a dot.
fn is_view(name: &str) -> bool {
    name.starts_with("products/") || !name.contains('.')
}

async fn find(dir: Option<&Path>, name: &str, headers: &HeaderMap) -> Option<File> {
    let is_plain = name
        .split('/')
        .all(|part| !part.is_empty() && !part.starts_with('.') && !part.contains('\\'));
    if !is_plain {
        return None;
    }
    for (coding, suffix) in [("br", ".br"), ("gzip", ".gz")] {
        if !accepts(headers, coding) {
            continue;
        }
        if let Some(data) = read(dir, &format!("{name}{suffix}")).await {
            return Some(File { data, encoding: Some(coding) });
        }
    }
    let data = read(dir, name).await?;
    Some(File { data, encoding: None })
}

async fn read(dir: Option<&Path>, name: &str) -> Option<Cow<'static, [u8]>> {
    match dir {
        Some(dir) => tokio::fs::read(dir.join(name)).await.ok().map(Cow::Owned),
        None => Built::get(name).map(|file| file.data),
    }
}

fn respond(name: &str, file: File, headers: &HeaderMap) -> Response {
    let etag = format!("\"{}\"", hex(&Sha256::digest(&file.data)[..16]));
    let cache = if is_hashed(name) {
        "public, max-age=31536000, immutable, no-transform"
    } else {
        "no-cache, no-transform"
    };
    let mut response = Response::builder()
        .header(header::CACHE_CONTROL, cache)
        .header(header::VARY, "Accept-Encoding")
        .header(header::ETAG, &etag);
    if has_tag(headers, &etag) {
        response = response.status(StatusCode::NOT_MODIFIED);
        return finish(response, Body::empty());
    }
    response = response.header(header::CONTENT_TYPE, content_type(name));
    if let Some(encoding) = file.encoding {
        response = response.header(header::CONTENT_ENCODING, encoding);
    }
    finish(response, Body::from(file.data.into_owned()))
}

fn finish(response: axum::http::response::Builder, body: Body) -> Response {
    response.body(body).unwrap_or_else(|_| ApiError::internal().into_response())
}

/// Tells whether a name carries its content's hash, such as `app-0123456789abcdef_bg.wasm`.
fn is_hashed(name: &str) -> bool {
    name.split('-').skip(1).any(|part| {
        let digits =
            part.bytes().take_while(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte));
        digits.count() >= 8
    })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "csv" => "text/csv; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashed_names_are_told_from_others() {
        assert!(is_hashed("app-0123456789abcdef_bg.wasm"));
        assert!(is_hashed("snippets/x-0123456789abcdef/inline0.js"));
        assert!(!is_hashed("worker.js") && !is_hashed("icon-192.png"));
    }

    #[test]
    fn views_are_told_from_files() {
        assert!(is_view("") && is_view("update") && is_view("products/TEE.9"));
        assert!(!is_view("favicon.ico") && !is_view("worker.js"));
    }
}
