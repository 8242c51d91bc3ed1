//! One request to an endpoint: signed, to a checked address, within a time, never led elsewhere.

use std::io::Read as _;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use stockroom_api::header::{WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP};
use ureq::Agent;
use ureq::config::AutoHeaderValue;
use ureq::http::Response;
use ureq::unversioned::transport::DefaultConnector;

use super::signing;
use super::target::{CheckedResolver, Targets};
use crate::store::webhooks::{AttemptRow, Claimed};

/// How long a request may take in all.
pub const TIME: Duration = Duration::from_secs(10);

/// How much of an answer is read, so that its connection can be used again.
const READ_BYTES: u64 = 64 * 1024;

/// How much of an answer is kept.
const KEPT_BYTES: usize = 1024;

/// What sends requests; a clone shares its connections.
#[derive(Clone, Debug)]
pub struct Sender {
    agent: Agent,
}

impl Sender {
    /// Returns a sender to these addresses, whose requests may take so long.
    pub fn new(targets: Targets, time: Duration) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(time))
            // A proxy of the environment would look names up by itself, unchecked.
            .proxy(None)
            .user_agent(concat!("stockroom/", env!("CARGO_PKG_VERSION")))
            .accept_encoding(AutoHeaderValue::None)
            .build();
        let resolver = CheckedResolver::new(targets);
        Self { agent: Agent::with_parts(config, DefaultConnector::default(), resolver) }
    }

    /// Sends a delivery and tells what came of it; blocks meanwhile.
    pub fn send(&self, claimed: &Claimed, now: Timestamp) -> AttemptRow {
        let started = Instant::now();
        let timestamp = now.as_second();
        let (id, body) = (claimed.event_id.as_str(), claimed.body.as_str());
        let answer = self
            .agent
            .post(&claimed.url)
            .header("content-type", "application/json")
            .header(WEBHOOK_ID, id)
            .header(WEBHOOK_TIMESTAMP, timestamp.to_string())
            .header(WEBHOOK_SIGNATURE, signing::signatures(&claimed.secrets, id, timestamp, body))
            .send(body);
        let mut attempt = match answer {
            Ok(answer) => attempt_of(answer),
            Err(error) => empty(Some(in_words(&error))),
        };
        attempt.at = now;
        attempt.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        attempt
    }
}

fn empty(error: Option<String>) -> AttemptRow {
    let at = Timestamp::UNIX_EPOCH;
    AttemptRow { at, duration_ms: 0, status: None, error, response: None }
}

fn attempt_of(mut answer: Response<ureq::Body>) -> AttemptRow {
    let status = answer.status();
    let error = match status.as_u16() {
        200..300 => None,
        300..400 => {
            Some("The endpoint answered with a redirect, which is not followed.".to_owned())
        }
        410 => Some("The endpoint answered that it is gone for good.".to_owned()),
        code => Some(format!("The endpoint answered {code}.")),
    };
    let mut body = Vec::new();
    // The status is what counts: an answer that breaks off after it is an answer.
    let _ = answer.body_mut().as_reader().take(READ_BYTES).read_to_end(&mut body);
    body.truncate(KEPT_BYTES);
    let text = String::from_utf8_lossy(&body).into_owned();
    AttemptRow {
        status: Some(status.as_u16()),
        response: (!text.is_empty()).then_some(text),
        ..empty(error)
    }
}

fn in_words(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "The endpoint did not answer in time.".to_owned(),
        ureq::Error::HostNotFound => "The name of the endpoint is not known.".to_owned(),
        error => format!("Nothing was sent: {error}."),
    }
}
