//! What the process counts about itself, and how it is told in the text format of Prometheus.
//!
//! Labels have few values by construction: an address counts as the template of its route, never as
//! it was sent, so no key, SKU or id can get into a metric. Read [`Metrics`] first; the figures of the
//! database are the store's ([`crate::store::data::StoreFigures`]).

pub mod histogram;
mod process;
mod text;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{Method, StatusCode};

use self::histogram::{Counted, Histogram};
use self::text::Exposition;
use crate::gateway::queue::Standing;
use crate::store::data::StoreFigures;
use crate::store::webhooks::Fate;

/// The bounds of times, in microseconds.
pub const TIMES: &[u64] = &[
    500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    2_500_000, 5_000_000, 10_000_000,
];

/// What the process has counted since it was started; shared by all requests.
#[derive(Debug, Default)]
pub struct Metrics {
    /// By route and method, in the order in which they are told.
    requests: Mutex<BTreeMap<String, BTreeMap<&'static str, Requests>>>,
    under_way: AtomicU64,
    items_updated: AtomicU64,
    items_failed: AtomicU64,
    limited: Mutex<BTreeMap<&'static str, u64>>,
    /// Tries to deliver an event, by what came of them.
    deliveries: Mutex<BTreeMap<&'static str, u64>>,
    /// Requests to the hosted service by the first digit of the status, or `none`.
    upstream: Mutex<BTreeMap<&'static str, u64>>,
}

/// The requests to one route by one method.
#[derive(Debug)]
struct Requests {
    /// By the first digit of the status, or `aborted`.
    by_class: BTreeMap<&'static str, u64>,
    times: Histogram,
}

impl Default for Requests {
    fn default() -> Self {
        Self { by_class: BTreeMap::new(), times: Histogram::new(TIMES) }
    }
}

impl Metrics {
    /// Notes that a request came; [`Self::ended`] must follow.
    pub(crate) fn began(&self) {
        self.under_way.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes that a request ended; without a status nobody waited for its answer any more.
    pub(crate) fn ended(
        &self,
        route: &str,
        method: &Method,
        status: Option<StatusCode>,
        took: Duration,
    ) {
        self.under_way.fetch_sub(1, Ordering::Relaxed);
        let mut routes = lock(&self.requests);
        if !routes.contains_key(route) {
            routes.insert(route.to_owned(), BTreeMap::new());
        }
        if let Some(methods) = routes.get_mut(route) {
            let requests = methods.entry(method_word(method)).or_default();
            *requests.by_class.entry(class(status)).or_default() += 1;
            requests.times.record(micros(took));
        }
    }

    /// Notes what became of the items of a bulk request.
    pub(crate) fn count_items(&self, updated: u32, failed: u32) {
        self.items_updated.fetch_add(updated.into(), Ordering::Relaxed);
        self.items_failed.fetch_add(failed.into(), Ordering::Relaxed);
    }

    /// Notes that a request of this class was refused for its limits.
    pub(crate) fn count_limited(&self, class: &'static str) {
        *lock(&self.limited).entry(class).or_default() += 1;
    }

    /// Notes what came of a try to deliver an event.
    pub(crate) fn count_delivery(&self, fate: Fate) {
        let outcome = match fate {
            Fate::Delivered => "delivered",
            Fate::Again(_) => "failed",
            Fate::GivenUp => "givenUp",
        };
        *lock(&self.deliveries).entry(outcome).or_default() += 1;
    }

    /// Notes that a request to the hosted service ended; without a status there was no answer.
    pub(crate) fn count_upstream(&self, status: Option<StatusCode>) {
        let class = status.map_or("none", |status| class(Some(status)));
        *lock(&self.upstream).entry(class).or_default() += 1;
    }

    /// Returns everything in the text format of Prometheus; without the store's figures where it
    /// could not tell them.
    pub fn text(&self, store: Option<&StoreFigures>, queues: &[(&str, Standing)]) -> String {
        let mut out = Exposition::default();
        out.head("stockroom_build_info", "gauge", "The version that runs; always 1.");
        out.line("", &[("version", env!("CARGO_PKG_VERSION"))], 1);
        self.write_requests(&mut out);
        self.write_items(&mut out);
        self.write_deliveries(&mut out);
        if let Some(figures) = store {
            write_store(&mut out, figures);
        }
        if !queues.is_empty() {
            self.write_upstream(&mut out, queues);
        }
        out.head("stockroom_database_up", "gauge", "Whether the database told its figures.");
        out.line("", &[], u64::from(store.is_some()));
        process::write(&mut out);
        out.into_text()
    }

    fn write_requests(&self, out: &mut Exposition) {
        let routes = lock(&self.requests);
        out.head(
            "stockroom_http_requests_total",
            "counter",
            "Answered requests by route, method and class of status; \"aborted\" where the client \
             went away.",
        );
        for (route, methods) in &*routes {
            for (method, requests) in methods {
                for (class, number) in &requests.by_class {
                    let labels = [("method", *method), ("route", route), ("status", class)];
                    out.line("", &labels, *number);
                }
            }
        }
        out.head(
            "stockroom_http_request_duration_seconds",
            "histogram",
            "Seconds from a request's head to the beginning of its answer.",
        );
        for (route, methods) in &*routes {
            for (method, requests) in methods {
                let labels = [("method", *method), ("route", route.as_str())];
                out.histogram(&labels, &requests.times.counted(), text::SECONDS);
            }
        }
        out.head("stockroom_http_requests_in_flight", "gauge", "Requests without an answer yet.");
        out.line("", &[], self.under_way.load(Ordering::Relaxed));
    }

    fn write_items(&self, out: &mut Exposition) {
        out.head(
            "stockroom_bulk_items_total",
            "counter",
            "Items of bulk requests by what became of them; replayed answers do not count.",
        );
        for (outcome, items) in [("updated", &self.items_updated), ("failed", &self.items_failed)] {
            out.line("", &[("outcome", outcome)], items.load(Ordering::Relaxed));
        }
        out.head(
            "stockroom_rate_limited_total",
            "counter",
            "Requests refused with 429, by class of limit.",
        );
        for (class, number) in &*lock(&self.limited) {
            out.line("", &[("class", class)], *number);
        }
    }

    fn write_deliveries(&self, out: &mut Exposition) {
        out.head(
            "stockroom_webhook_deliveries_total",
            "counter",
            "Tries to deliver an event, by what came of them: \"failed\" is tried again, \"givenUp\" \
             is not.",
        );
        for (outcome, number) in &*lock(&self.deliveries) {
            out.line("", &[("outcome", outcome)], *number);
        }
    }

    fn write_upstream(&self, out: &mut Exposition, queues: &[(&str, Standing)]) {
        out.head(
            "stockroom_upstream_requests_total",
            "counter",
            "Requests to the hosted service by class of status; \"none\" where no answer came.",
        );
        for (class, number) in &*lock(&self.upstream) {
            out.line("", &[("status", class)], *number);
        }
        out.head("stockroom_upstream_waiting", "gauge", "Requests that wait for their turn.");
        for (environment, standing) in queues {
            out.line("", &[("environment", environment)], standing.waiting as u64);
        }
        out.head("stockroom_upstream_in_flight", "gauge", "Requests on their way.");
        for (environment, standing) in queues {
            out.line("", &[("environment", environment)], standing.under_way as u64);
        }
    }
}

fn write_store(out: &mut Exposition, figures: &StoreFigures) {
    let mut histogram = |name, help, counted: &Counted, unit| {
        out.head(name, "histogram", help);
        out.histogram(&[], counted, unit);
    };
    histogram(
        "stockroom_writer_group_size",
        "Requests that were committed together.",
        &figures.group_sizes,
        text::NUMBER,
    );
    histogram(
        "stockroom_writer_commit_seconds",
        "Seconds that a commit took.",
        &figures.commit_times,
        text::SECONDS,
    );
    out.head("stockroom_writer_queue_depth", "gauge", "Writes that wait for the writer.");
    out.line("", &[], figures.queued);
    out.head("stockroom_database_size_bytes", "gauge", "Bytes of the database and of its journal.");
    out.line("", &[("file", "database")], figures.database_bytes);
    out.line("", &[("file", "journal")], figures.journal_bytes);
    out.head("stockroom_sessions", "gauge", "Sessions of the app that are not over.");
    out.line("", &[], figures.sessions);
    if let Some(reads) = figures.replica {
        out.head("stockroom_list_reads_total", "counter", "Lists by where they were read.");
        out.line("", &[("from", "replica")], reads.replica);
        out.line("", &[("from", "primary")], reads.primary);
    }
}

/// Returns a time in whole microseconds, as [`TIMES`] has its bounds.
pub(crate) fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

fn class(status: Option<StatusCode>) -> &'static str {
    match status.map(|status| status.as_u16() / 100) {
        None => "aborted",
        Some(1) => "1xx",
        Some(2) => "2xx",
        Some(3) => "3xx",
        Some(4) => "4xx",
        Some(_) => "5xx",
    }
}

/// Returns the method's word; clients may make up any number of others.
pub(crate) fn method_word(method: &Method) -> &'static str {
    const KNOWN: [(Method, &str); 7] = [
        (Method::GET, "GET"),
        (Method::HEAD, "HEAD"),
        (Method::POST, "POST"),
        (Method::PUT, "PUT"),
        (Method::PATCH, "PATCH"),
        (Method::DELETE, "DELETE"),
        (Method::OPTIONS, "OPTIONS"),
    ];
    KNOWN.iter().find(|(known, _)| known == method).map_or("other", |(_, word)| word)
}

/// Counts are whole after every step, so that a panic elsewhere does not end the counting.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(text: &str, line: &str) {
        assert!(text.lines().any(|found| found == line), "{line} is not in:\n{text}");
    }

    #[test]
    fn requests_count_by_route_method_and_class() {
        let metrics = Metrics::default();
        for (status, millis) in [(Some(200), 3), (Some(204), 3), (Some(404), 700), (None, 20_000)] {
            metrics.began();
            let status = status.map(|status| StatusCode::from_u16(status).unwrap());
            metrics.ended("/a/{id}", &Method::GET, status, Duration::from_millis(millis));
        }
        metrics.began();
        metrics.count_items(198, 2);
        metrics.count_limited("bulkInventory");
        let again = Fate::Again(jiff::Timestamp::UNIX_EPOCH);
        for fate in [Fate::Delivered, again, again, Fate::GivenUp] {
            metrics.count_delivery(fate);
        }
        let text = metrics.text(None, &[]);
        let labels = r#"method="GET",route="/a/{id}""#;
        has(&text, &format!("stockroom_http_requests_total{{{labels},status=\"2xx\"}} 2"));
        has(&text, &format!("stockroom_http_requests_total{{{labels},status=\"4xx\"}} 1"));
        has(&text, &format!("stockroom_http_requests_total{{{labels},status=\"aborted\"}} 1"));
        let bucket = "stockroom_http_request_duration_seconds_bucket";
        has(&text, &format!("{bucket}{{{labels},le=\"0.0025\"}} 0"));
        has(&text, &format!("{bucket}{{{labels},le=\"0.005\"}} 2"));
        has(&text, &format!("{bucket}{{{labels},le=\"1\"}} 3"));
        has(&text, &format!("{bucket}{{{labels},le=\"+Inf\"}} 4"));
        has(&text, &format!("stockroom_http_request_duration_seconds_sum{{{labels}}} 20.706"));
        has(&text, &format!("stockroom_http_request_duration_seconds_count{{{labels}}} 4"));
        has(&text, "stockroom_http_requests_in_flight 1");
        has(&text, "stockroom_bulk_items_total{outcome=\"updated\"} 198");
        has(&text, "stockroom_rate_limited_total{class=\"bulkInventory\"} 1");
        for (outcome, tries) in [("delivered", 1), ("failed", 2), ("givenUp", 1)] {
            let line =
                format!("stockroom_webhook_deliveries_total{{outcome=\"{outcome}\"}} {tries}");
            has(&text, &line);
        }
        has(&text, "stockroom_database_up 0");
    }

    #[test]
    fn methods_that_are_made_up_are_one() {
        let metrics = Metrics::default();
        for name in ["BREW", "STEEP"] {
            metrics.began();
            let method = Method::from_bytes(name.as_bytes()).unwrap();
            metrics.ended("other", &method, Some(StatusCode::METHOD_NOT_ALLOWED), Duration::ZERO);
        }
        let labels = r#"method="other",route="other",status="4xx""#;
        has(&metrics.text(None, &[]), &format!("stockroom_http_requests_total{{{labels}}} 2"));
    }
}
