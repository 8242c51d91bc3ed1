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
use super::sending::{Answered, Content, Failure, Outgoing};

/// How long an answer counts.
const COUNTS_FOR: Duration = Duration::from_mins(10);

/// How long to leave a service alone that did not answer.
const TRIED_EVERY: Duration = Duration::from_secs(5);

/// How long the app waits to be told.
const TIME: Duration = Duration::from_secs(5);

/// What is known of it; only one asks at a time.
#[derive(Debug, Default)]
pub(super) struct Abilities(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// What it said last.
    told: Option<Capabilities>,
    ask_again_at: Option<Instant>,
}

impl Gateway {
    /// Returns what the hosted service can do. One that does not say has the plain contract alone; so has
    /// one that does not answer, unless it did before.
    pub async fn capabilities(&self) -> Capabilities {
        let mut known = self.abilities.0.lock().await;
        if known.ask_again_at.is_none_or(|at| at <= Instant::now()) {
            let found = tokio::time::timeout(TIME, self.ask()).await;
            let counts_for = if let Ok(Ok(told)) = found {
                known.told = Some(told);
                COUNTS_FOR
            } else {
                TRIED_EVERY
            };
            known.ask_again_at = Some(Instant::now() + counts_for);
        }
        known.told.clone().unwrap_or_default()
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
        Ok(told.unwrap_or_default())
    }
}
