//! A server of the Store API as the terminal talks to it: one request at a time, answers as they
//! come. What an answer means is `stockroom-client`'s.

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader};
use std::net::IpAddr;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use stockroom_api::capabilities::Capabilities;
use stockroom_api::history::{HistoryPage, HistoryQuery, RunPage, RunQuery, RunShown};
use stockroom_api::inventory::{InventoryItem, Which};
use stockroom_api::snapshot::SnapshotHead;
use stockroom_api::{header, path, product as api};
use stockroom_client::answer::{self, Answer, Unread};
use stockroom_client::headers::Headers;
use stockroom_client::pages::Reading;
use stockroom_client::repeated::{Line, line_of};
use stockroom_client::run::{Request, Settings};
use stockroom_domain::stock::Stock;
use ureq::http::Response;
use ureq::{Agent, Body};

use super::{stock_of, unusable};
use crate::commands::{CommandError, Ended, tell};

/// The most SKUs that are looked up one by one.
pub(crate) const MAX_LOOK_UPS: usize = 200;

/// The most runs with one fingerprint that are read, the newest first.
const MAX_TWINS: u64 = 10;

/// How often a request is sent again because of a rate limit, and the longest wait each time.
const MAX_WAITS: usize = 5;
const LONGEST_WAIT: u64 = 120;

/// How many connections are kept for the next requests: one for each that a run has under way.
const MOST_CONNECTIONS: usize = Settings::MOST_IN_FLIGHT as usize;

/// How long one request may take, and how long the whole stock as one stream.
const REQUEST_TIME: Duration = Duration::from_mins(1);
const STREAM_TIME: Duration = Duration::from_mins(10);

/// The largest answer that is read, in bytes.
const LARGEST_ANSWER: u64 = 256 * 1024 * 1024;

/// Where the key is when it is in no file.
const KEY_VARIABLE: &str = "STOCKROOM_KEY";

/// A server, and the right to talk to it.
pub(crate) struct StoreClient {
    agent: Agent,
    base: String,
    authorization: String,
    /// Whether an answer has told of a rate limit.
    is_limited: AtomicBool,
    /// The requests so far that read.
    reads: AtomicU64,
    /// What the server can do, once it has been asked.
    capabilities: OnceLock<Capabilities>,
    /// The time that the server told last, in milliseconds since 1970.
    latest_date: AtomicU64,
}

/// Returns the key from `file`, else from the environment.
pub(crate) fn key(file: Option<&Path>) -> Ended<String> {
    let key = match file {
        Some(file) => std::fs::read_to_string(file)
            .map_err(|error| unusable(format!("cannot read {}: {error}.", file.display())))?,
        None => std::env::var(KEY_VARIABLE).map_err(|_| {
            unusable(format!("there is no key. Set {KEY_VARIABLE}, or name a file: --key-file."))
        })?,
    };
    Ok(key.trim().to_owned())
}

impl StoreClient {
    pub(crate) fn new(url: &str, key: &str) -> Self {
        let base = url.trim_end_matches('/');
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_idle_connections(MOST_CONNECTIONS)
            .max_idle_connections_per_host(MOST_CONNECTIONS)
            .timeout_global(Some(REQUEST_TIME));
        if is_here(base) {
            config = config.accept_encoding("identity");
        }
        Self {
            agent: config.build().into(),
            base: base.strip_suffix(path::BASE).unwrap_or(base).to_owned(),
            authorization: format!("Bearer {key}"),
            is_limited: AtomicBool::new(false),
            reads: AtomicU64::new(0),
            capabilities: OnceLock::new(),
            latest_date: AtomicU64::new(0),
        }
    }

    /// Returns the server's address, without the base path of the API.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Tells whether an answer so far told of a rate limit.
    pub(crate) fn is_limited(&self) -> bool {
        self.is_limited.load(Ordering::Relaxed)
    }

    /// Returns how many requests so far read, those that a rate limit refused among them.
    pub(crate) fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    /// Returns the time in milliseconds since 1970 that the server told last; `None` where it told none.
    pub(crate) fn latest_date(&self) -> Option<u64> {
        Some(self.latest_date.load(Ordering::Relaxed)).filter(|date| *date > 0)
    }

    /// Asks the server for its time now; `None` where no answer came, or none that tells it.
    pub(crate) fn ask_date(&self) -> Option<u64> {
        date(&self.call(path::CAPABILITIES, REQUEST_TIME).ok()?)
    }

    /// Returns what the server can do; a server that does not say has the plain contract alone.
    pub(crate) fn capabilities(&self) -> Ended<&Capabilities> {
        if let Some(known) = self.capabilities.get() {
            return Ok(known);
        }
        let answer = self.get(path::CAPABILITIES)?;
        Ok(self.capabilities.get_or_init(|| answer::read(&answer).unwrap_or_default()))
    }

    /// Reads all tracked products, as one stream where the server has that.
    pub(crate) fn stock(&self) -> Ended<Stock> {
        if self.capabilities()?.snapshot { self.snapshot() } else { self.pages() }
    }

    fn pages(&self) -> Ended<Stock> {
        let mut reading = Reading::new(Which::All);
        while let Some(path) = reading.next_path() {
            let answer = self.get(&path)?;
            if answer.status == 404 {
                return Err(self.failed(&path, "404: there is no Store API at this address"));
            }
            reading.read(&answer).map_err(|unread| self.unread(&path, unread))?;
        }
        Ok(stock_of(reading.into_items().into_iter().map(Into::into)))
    }

    fn snapshot(&self) -> Ended<Stock> {
        let mut answer = self.ask(path::SNAPSHOT, STREAM_TIME)?;
        if answer.status() != 200 {
            let fault = answer::fault(&self.answer(path::SNAPSHOT, answer)?);
            return Err(self.unread(path::SNAPSHOT, Unread::Refused(fault)));
        }
        let body = answer.body_mut().with_config().limit(u64::MAX).reader();
        read_snapshot(BufReader::with_capacity(256 * 1024, body))
            .map_err(|error| self.failed(path::SNAPSHOT, &error.to_string()))
    }

    /// Looks SKUs up one by one; only the first are, and those that no product has are left out.
    pub(crate) fn look_up(&self, external_ids: &[String]) -> Ended<Vec<api::Product>> {
        if external_ids.len() > MAX_LOOK_UPS {
            tell(&format!(
                "of {} SKUs to look up one by one, the first {MAX_LOOK_UPS} are; the others count \
                 as unknown\n",
                external_ids.len()
            ));
        }
        let mut found = Vec::new();
        for external_id in external_ids.iter().take(MAX_LOOK_UPS) {
            let path = path::product(external_id);
            let answer = self.get(&path)?;
            if answer.status == 404 {
                continue;
            }
            let product: api::Product =
                answer::read(&answer).map_err(|unread| self.unread(&path, unread))?;
            // The address takes ids too, a file names SKUs only.
            found.extend(Some(product).filter(|p| p.external_id.as_ref() == Some(external_id)));
        }
        Ok(found)
    }

    /// Returns the runs whose changes had this fingerprint, the newest first; none where the server
    /// keeps no fingerprints.
    pub(crate) fn runs_with(&self, fingerprint: &str) -> Ended<Vec<RunShown>> {
        if !self.capabilities()?.fingerprints {
            return Ok(Vec::new());
        }
        let fingerprint = Some(fingerprint.to_owned());
        let path = path::runs(&RunQuery { fingerprint, limit: Some(MAX_TWINS), cursor: None });
        let page: RunPage =
            answer::read(&self.get(&path)?).map_err(|unread| self.unread(&path, unread))?;
        Ok(page.items)
    }

    /// Returns the latest runs, the newest first; none where the server keeps no history.
    pub(crate) fn latest_runs(&self) -> Ended<Vec<RunShown>> {
        if !self.capabilities()?.history {
            return Ok(Vec::new());
        }
        let path = path::runs(&RunQuery::default());
        let page: RunPage =
            answer::read(&self.get(&path)?).map_err(|unread| self.unread(&path, unread))?;
        Ok(page.items)
    }

    /// Returns the levels that a run adjusted, as the history has them.
    pub(crate) fn lines_of(&self, run: &RunShown) -> Ended<BTreeSet<Line>> {
        let mut lines = BTreeSet::new();
        let run_id = Some(run.run_id.clone());
        let mut query = HistoryQuery { run_id, ..HistoryQuery::default() };
        loop {
            let path = path::history(&query);
            let page: HistoryPage =
                answer::read(&self.get(&path)?).map_err(|unread| self.unread(&path, unread))?;
            lines.extend(page.items.iter().filter_map(line_of));
            match page.next_cursor {
                Some(cursor) if page.has_more => query.cursor = Some(cursor),
                _ => return Ok(lines),
            }
        }
    }

    /// Sends a request of a run; `None` where no answer arrived, or not all of it.
    pub(crate) fn send(&self, request: &Request) -> Option<Answer> {
        let url = format!("{}{}", self.base, request.path);
        let mut asked = self.agent.patch(&url).header("authorization", &self.authorization);
        for (name, value) in &request.headers {
            asked = asked.header(*name, value.as_str());
        }
        // An answer from elsewhere would be no answer to this.
        let asked = asked.config().max_redirects(0).max_redirects_will_error(false).build();
        read(asked.send(request.body.as_str()).ok()?).ok()
    }

    fn get(&self, path: &str) -> Ended<Answer> {
        self.answer(path, self.ask(path, REQUEST_TIME)?)
    }

    /// Returns the answer at `path`, after waiting for a rate limit where there is one.
    fn ask(&self, path: &str, time: Duration) -> Ended<Response<Body>> {
        let mut answer = self.call(path, time)?;
        for _ in 0..MAX_WAITS {
            if answer.status() != 429 {
                break;
            }
            let wait = retry_after(&answer);
            tell(&format!("the server's rate limit is reached; going on in {wait} s\n"));
            std::thread::sleep(Duration::from_secs(wait));
            answer = self.call(path, time)?;
        }
        if answer.status() == 429 || answer.headers().contains_key(header::RATE_LIMIT) {
            self.is_limited.store(true, Ordering::Relaxed);
        }
        Ok(answer)
    }

    fn call(&self, path: &str, time: Duration) -> Ended<Response<Body>> {
        let url = format!("{}{path}", self.base);
        let asked = self.agent.get(&url).header("authorization", &self.authorization);
        let asked = asked.config().timeout_global(Some(time)).build();
        self.reads.fetch_add(1, Ordering::Relaxed);
        let answer = asked.call().map_err(|error| self.failed(path, &error.to_string()))?;
        self.latest_date.fetch_max(date(&answer).unwrap_or(0), Ordering::Relaxed);
        Ok(answer)
    }

    fn answer(&self, path: &str, response: Response<Body>) -> Ended<Answer> {
        read(response).map_err(|error| self.failed(path, &error.to_string()))
    }

    fn unread(&self, path: &str, unread: Unread) -> CommandError {
        let fault = match unread {
            Unread::NotUnderstood { .. } => {
                return self.failed(path, "the answer is not understood");
            }
            Unread::Refused(fault) => fault,
        };
        let reason = match (fault.status, fault.message) {
            (status, Some(message)) => format!("{status}: {}", message.trim_end_matches('.')),
            (429, None) => "429: the rate limit is reached, try again later".to_owned(),
            (status, None) => format!("the server answered with status {status}"),
        };
        self.failed(path, &reason)
    }

    fn failed(&self, path: &str, reason: &str) -> CommandError {
        unusable(format!(
            "cannot read the stock from {}{path}: {reason}. Nothing was changed.",
            self.base
        ))
    }
}

/// Reads a stream of all products: a line that tells how many there are, then a line for each.
///
/// Each line is read as its type at once: of a million, that takes half the time of a reading that
/// makes do with less code.
fn read_snapshot(mut lines: impl BufRead) -> io::Result<Stock> {
    /// For how many there is room before they have come, whatever the answer promises.
    const MOST_EXPECTED: usize = 2_000_000;
    let broken_off = || io::Error::new(io::ErrorKind::UnexpectedEof, "the answer broke off");
    let mut line = Vec::new();
    lines.read_until(b'\n', &mut line)?;
    let head: SnapshotHead = serde_json::from_slice(&line)?;
    let mut stock = stock_of([]);
    stock.reserve(usize::try_from(head.total).unwrap_or(MOST_EXPECTED).min(MOST_EXPECTED));
    for _ in 0..head.total {
        line.clear();
        lines.read_until(b'\n', &mut line)?;
        if line.last() != Some(&b'\n') {
            return Err(broken_off());
        }
        let item: InventoryItem = serde_json::from_slice(&line)?;
        stock.put(item.into());
    }
    Ok(stock)
}

/// Tells whether a server is on this machine, where to pack an answer costs more than to send it.
fn is_here(base: &str) -> bool {
    let host = base.split_once("://").map_or(base, |(_, rest)| rest);
    let host = host.split(['/', '?']).next().unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(name, _)| name);
    match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => host == "localhost",
    }
}

/// Reads an answer to its end.
fn read(mut response: Response<Body>) -> Result<Answer, ureq::Error> {
    let body = response.body_mut().with_config().limit(LARGEST_ANSWER).lossy_utf8(true);
    let body = body.read_to_string()?;
    let pairs = response.headers().iter();
    let text = |value: &ureq::http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let headers = Headers::new(pairs.map(|(name, value)| (name.as_str(), text(value))));
    Ok(Answer { status: response.status().as_u16(), headers, body })
}

/// Returns the server's time in an answer, in milliseconds since 1970.
fn date(answer: &Response<Body>) -> Option<u64> {
    let text = answer.headers().get("date")?.to_str().ok()?;
    Some(Headers::new([("date", text)]).date()?.saturating_mul(1000))
}

fn retry_after(answer: &Response<Body>) -> u64 {
    let seconds = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    seconds.and_then(|text| text.parse().ok()).unwrap_or(5).clamp(1, LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\"total\":2}\n{\"productId\":\"p1\",\"externalId\":\"THÉ\",\"quantity\":3}\n\
        {\"productId\":\"p2\",\"quantity\":0}\n";

    #[test]
    fn a_snapshot_is_whole_or_none() {
        let stock = read_snapshot(TEXT.as_bytes()).unwrap();
        assert_eq!(stock.products().len(), 2);
        assert_eq!(stock.product(0).external_id.as_deref(), Some("THÉ"));
        for length in 0..TEXT.len() {
            let cut = &TEXT.as_bytes()[..length];
            assert!(read_snapshot(cut).is_err(), "cut to {length}");
        }
        assert!(read_snapshot(&b"<html>\n"[..]).is_err());
    }

    #[test]
    fn a_server_on_this_machine_is_known_by_its_address() {
        let here =
            ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:80/x", "http://127.1.2.3/"];
        assert_eq!(here.map(is_here), [true; 4]);
        let away =
            ["https://stock.example.com", "http://10.0.0.1:8080", "http://localhost.example", ""];
        assert_eq!(away.map(is_here), [false; 4]);
    }
}
