//! What is known of every request from outside: an id, one line of log, one count.
//!
//! A line names the route by its template, the key or the person by their id: what was sent, in the address, in
//! headers or in the body, is not logged.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use stockroom_api::header::REQUEST_ID;
use tracing::Instrument as _;

use crate::app::App;
use crate::client_address::{client_address, is_from_proxy};
use crate::metrics::{Metrics, method_word};
use crate::random::new_id;
use crate::store::Store;
use crate::store::data::Who;

/// The longest id of a request that is taken from a proxy.
const MAX_ID_CHARACTERS: usize = 128;

/// The route of what matches none: files of the app, and addresses that there are not.
const NO_ROUTE: &str = "other";

/// What is known of a request while it is under way; it goes with the request.
#[derive(Clone, Debug)]
pub struct Trace {
    id: Arc<str>,
    author: Arc<OnceLock<Who>>,
}

/// A request that is under way; dropped, it is counted and logged.
struct UnderWay {
    trace: Trace,
    metrics: Arc<Metrics>,
    method: Method,
    route: Option<MatchedPath>,
    address: std::net::IpAddr,
    began: Instant,
    /// Missing where the client went away before there was an answer.
    status: Option<StatusCode>,
}

/// Gives every request an id and tells what became of it.
pub async fn observe<S: Store>(
    State(app): State<App<S>>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let trusted = &app.settings.trusted_proxies;
    let said = is_from_proxy(&parts, trusted).then(|| sane_id(&parts.headers)).flatten();
    let id = said.unwrap_or_else(|| new_id(&*app.random, app.now()));
    let trace = Trace { id: id.into(), author: Arc::default() };
    let mut under_way = UnderWay {
        trace: trace.clone(),
        metrics: Arc::clone(&app.metrics),
        method: parts.method.clone(),
        route: parts.extensions.get::<MatchedPath>().cloned(),
        address: client_address(&parts, trusted),
        began: Instant::now(),
        status: None,
    };
    app.metrics.began();
    let span = tracing::info_span!("request", id = &*trace.id);
    let value = HeaderValue::from_str(&trace.id);
    name_host(&mut parts);
    parts.extensions.insert(trace);
    let mut response = next.run(Request::from_parts(parts, body)).instrument(span).await;
    under_way.status = Some(response.status());
    if let Ok(value) = value {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Returns the id of a request, where it has one.
pub fn request_id(parts: &Parts) -> Option<&str> {
    parts.extensions.get::<Trace>().map(|trace| &*trace.id)
}

/// Notes who was let in with a request: the line of log has the id of the key or of the person.
pub fn note_author(parts: &Parts, who: &Who) {
    if let Some(trace) = parts.extensions.get::<Trace>() {
        // A request is let in once.
        let _ = trace.author.set(who.clone());
    }
}

/// Says the host in the header where HTTP/2 says it in the address.
fn name_host(parts: &mut Parts) {
    if parts.headers.contains_key(header::HOST) {
        return;
    }
    let host = parts.uri.authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok());
    if let Some(host) = host {
        parts.headers.insert(header::HOST, host);
    }
}

/// Returns the id that a proxy gave, where it can stand in a log and in the history as it is.
fn sane_id(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(REQUEST_ID)?.to_str().ok()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    let is_sane = (1..=MAX_ID_CHARACTERS).contains(&text.len()) && text.bytes().all(is_plain);
    is_sane.then(|| text.to_owned())
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.status = Some(StatusCode::INTERNAL_SERVER_ERROR);
        }
        let took = self.began.elapsed();
        let route = self.route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
        self.metrics.ended(route, &self.method, self.status, took);
        let status = self.status.map(|status| status.as_u16());
        // What asks every few seconds whether all is well is no news as long as it is.
        let is_probe = matches!(route, "/healthz" | "/readyz") && status == Some(200);
        let (key_id, user_id) = match self.trace.author.get() {
            Some(Who::Key(id)) => (Some(id), None),
            Some(Who::Person(person)) => (None, Some(&person.id)),
            None => (None, None),
        };
        macro_rules! log {
            ($level:ident) => {
                tracing::$level!(
                    request_id = &*self.trace.id,
                    method = method_word(&self.method),
                    route,
                    status,
                    duration_ms = took.as_secs_f64() * 1000.0,
                    key_id,
                    user_id,
                    address = %self.address,
                    "request"
                )
            };
        }
        if is_probe {
            log!(debug);
        } else {
            log!(info);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, is_sane: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(REQUEST_ID, HeaderValue::from_bytes(text.as_bytes()).unwrap());
        assert_eq!(sane_id(&headers).is_some(), is_sane, "{text}");
    }

    #[test]
    fn only_plain_ids_of_some_length_are_taken() {
        check("0190-ab.CD_ef:1", true);
        check(&"a".repeat(128), true);
        check(&"a".repeat(129), false);
        check("", false);
        check("a b", false);
        check("{\"a\":1}", false);
        check("é", false);
    }
}
