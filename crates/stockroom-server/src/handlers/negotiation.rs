//! What a request's headers say about the form of its answer.

use axum::http::{HeaderMap, header};

/// Tells whether the client takes answers in `coding`, such as `gzip`.
pub(super) fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|entry| {
            let (name, weight) = entry.split_once(';').unwrap_or((entry, "q=1"));
            let weight = weight.trim().trim_start_matches("q=");
            name.trim().eq_ignore_ascii_case(coding) && weight.parse::<f32>().unwrap_or(1.0) > 0.0
        })
}

/// Tells whether the client has the answer with this tag already.
pub(super) fn has_tag(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|tag| tag.trim().trim_start_matches("W/") == etag.trim_start_matches("W/"))
}
