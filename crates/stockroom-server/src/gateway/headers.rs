//! Which headers are passed on. What is not named here stays on its side: cookies, credentials, what is
//! about one connection, and what a browser would take as this server's own word.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use stockroom_api::header as api;

/// What is theirs of the names that both sides give.
pub(super) const UPSTREAM_REQUEST_ID: &str = "x-upstream-request-id";

/// What a client says that the hosted service needs to know.
const TO_UPSTREAM: &[&str] = &[
    "accept",
    "accept-encoding",
    "accept-language",
    "content-type",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    api::IDEMPOTENCY_KEY,
    api::PREFER,
    api::RUN_ID,
    api::RUN_REASON,
    api::RUN_FINGERPRINT,
];

/// What the hosted service says that a client needs to know.
const TO_CLIENT: &[&str] = &[
    "allow",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "date",
    "etag",
    "last-modified",
    "vary",
    api::RATE_LIMIT,
    api::RATE_REMAINING,
    api::RATE_RESET,
    api::RATE_DAY_LIMIT,
    api::RATE_DAY_REMAINING,
    api::RETRY_AFTER,
    api::IDEMPOTENT_REPLAYED,
    api::PREFERENCE_APPLIED,
];

/// Returns what goes to the hosted service of a client's headers, with the key and the request's id.
pub(super) fn to_upstream(
    headers: &HeaderMap,
    key: HeaderValue,
    request_id: Option<&str>,
) -> HeaderMap {
    let mut passed = only(headers, TO_UPSTREAM);
    passed.insert(header::AUTHORIZATION, key);
    let agent = concat!("stockroom/", env!("CARGO_PKG_VERSION"));
    passed.insert(header::USER_AGENT, HeaderValue::from_static(agent));
    if let Some(id) = request_id.and_then(|id| HeaderValue::from_str(id).ok()) {
        passed.insert(HeaderName::from_static(api::REQUEST_ID), id);
    }
    passed
}

/// Returns what goes to the client of the hosted service's headers; its id of the request has a name of
/// its own.
pub(super) fn to_client(headers: &HeaderMap) -> HeaderMap {
    let mut passed = only(headers, TO_CLIENT);
    if let Some(id) = headers.get(api::REQUEST_ID) {
        passed.insert(HeaderName::from_static(UPSTREAM_REQUEST_ID), id.clone());
    }
    // What has a tag may be kept by the client alone; what has none is not kept at all.
    if passed.contains_key(header::ETAG) {
        passed.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
    passed
}

fn only(headers: &HeaderMap, names: &'static [&'static str]) -> HeaderMap {
    let mut passed = HeaderMap::new();
    for name in names {
        for value in headers.get_all(*name) {
            passed.append(HeaderName::from_static(name), value.clone());
        }
    }
    passed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(names: &[&'static str]) -> HeaderMap {
        names.iter().map(|name| (HeaderName::from_static(name), "1".parse().unwrap())).collect()
    }

    fn names(headers: &HeaderMap) -> Vec<&str> {
        let mut names: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn neither_side_sees_what_is_the_others() {
        let client = map(&[
            "authorization",
            "connection",
            "content-type",
            "cookie",
            "host",
            "if-none-match",
            "origin",
            "proxy-authorization",
            "te",
            "transfer-encoding",
            "x-forwarded-for",
            "x-idempotency-key",
            "x-request-id",
            "x-stockroom",
        ]);
        let sent = to_upstream(&client, "Bearer key".parse().unwrap(), Some("ours"));
        let expected = [
            "authorization",
            "content-type",
            "if-none-match",
            "user-agent",
            "x-idempotency-key",
            "x-request-id",
        ];
        assert_eq!(names(&sent), expected);
        assert_eq!(
            (&sent["authorization"], &sent["x-request-id"]),
            (&"Bearer key".parse().unwrap(), &"ours".parse().unwrap())
        );
        let service = map(&[
            "access-control-allow-origin",
            "cache-control",
            "connection",
            "content-security-policy",
            "etag",
            "location",
            "retry-after",
            "server",
            "set-cookie",
            "transfer-encoding",
            "www-authenticate",
            "x-ratelimit-remaining",
            "x-request-id",
        ]);
        let expected = [
            "cache-control",
            "etag",
            "retry-after",
            "x-ratelimit-remaining",
            "x-upstream-request-id",
        ];
        assert_eq!(names(&to_client(&service)), expected);
    }
}
