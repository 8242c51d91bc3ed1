//! What the hosted service can do beyond the plain contract: asked once in a while, whoever wants to know.

use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode};
use stockroom_api::capabilities::Capabilities;
use stockroom_api::envelope::Envelope;
use stockroom_api::key::Environment;
use stockroom_api::path;
use tokio::sync::Mutex;

use super::Gateway;
use super::headers::to_upstream;
use super::passing::no_answer;
use super::sending::{Answered, Content, Failure, Outgoing};
use crate::error::ApiError;

/// How long an answer counts.
const COUNTS_FOR: Duration = Duration::from_mins(10);

/// How long to leave a service alone that did not answer.
const TRIED_EVERY: Duration = Duration::from_secs(5);

/// What is known of it; only one asks at a time.
#[derive(Debug, Default)]
pub(super) struct Abilities(Mutex<Option<(Instant, Result<Capabilities, Failure>)>>);

impl Gateway {
    /// Returns what the hosted service can do, and that people sign in here; a service that does not say
    /// has the plain contract alone.
    ///
    /// # Errors
    /// 502 or 504 where it did not answer.
    pub async fn capabilities(&self) -> Result<Capabilities, ApiError> {
        let mut known = self.abilities.0.lock().await;
        let counts = |at: &Instant, found: &Result<_, _>| {
            at.elapsed() < if found.is_ok() { COUNTS_FOR } else { TRIED_EVERY }
        };
        if let Some((at, found)) = &*known
            && counts(at, found)
        {
            return found.clone().map_err(|failure| no_answer(failure, &Method::GET));
        }
        let found = self.ask().await;
        *known = Some((Instant::now(), found.clone()));
        found.map_err(|failure| no_answer(failure, &Method::GET))
    }

    async fn ask(&self) -> Result<Capabilities, Failure> {
        let environments = [Environment::Live, Environment::Test];
        let key = environments.into_iter().find_map(|environment| self.keys.header(environment));
        let outgoing = Outgoing {
            method: Method::GET,
            address: self.address.of(path::CAPABILITIES).map_err(|_| Failure::NotSent)?,
            headers: to_upstream(&HeaderMap::new(), key.ok_or(Failure::NotSent)?, None),
            body: Bytes::new(),
        };
        let Answered { head, body } = self.sender.send(outgoing).await?;
        let told = match (head.status, body) {
            (StatusCode::OK, Content::Whole(body)) => {
                // What is no answer of ours says nothing, as a page of a proxy does.
                serde_json::from_slice::<Envelope<Capabilities>>(&body).ok().map(|told| told.data)
            }
            (status, _) if status.is_server_error() => return Err(Failure::BrokeOff),
            (StatusCode::TOO_MANY_REQUESTS, _) => return Err(Failure::BrokeOff),
            _ => None,
        };
        let told = told.unwrap_or_default();
        Ok(Capabilities {
            server: concat!("stockroom ", env!("CARGO_PKG_VERSION"), " gateway").to_owned(),
            sessions: true,
            demo: false,
            ..told
        })
    }
}
