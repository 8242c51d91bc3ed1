//! What every handler shares.

use std::sync::Arc;

use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};

use crate::accounts::passwords::Hashing;
use crate::clock::Clock;
use crate::gateway::Gateway;
use crate::idempotency::InFlight;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::random::Random;
use crate::readiness::Readiness;
use crate::store::Store;
use crate::webhooks::target::Targets;

/// The parts that handlers work with; a clone shares them.
#[derive(Clone)]
pub struct App<S> {
    /// Where data is kept.
    pub store: S,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where ids and tokens come from.
    pub random: Arc<dyn Random>,
    /// The settings of this process.
    pub settings: Arc<Settings>,
    /// The idempotency keys whose first request is running.
    pub in_flight: InFlight,
    /// Who hashes passwords.
    pub hashing: Hashing,
    /// What this process counts about itself.
    pub metrics: Arc<Metrics>,
    /// Whether this process should be sent requests.
    pub readiness: Arc<Readiness>,
    /// The hosted service, where requests are passed on to one.
    pub gateway: Option<Arc<Gateway>>,
}

/// The settings of a server.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Whether the store is a demo.
    pub demo: Demo,
    /// Whether writes must carry an idempotency key.
    pub idempotency: Idempotency,
    /// How session cookies travel.
    pub cookies: Cookies,
    /// The origins that browsers may call the API from.
    pub allowed_origins: Vec<String>,
    /// How many requests are taken; `None` is any number.
    pub limits: Option<Limits>,
    /// The proxies that are believed for whom they ask.
    pub trusted_proxies: Vec<IpNet>,
    /// Where webhooks may go.
    pub webhook_targets: Targets,
    /// A folder that holds the app instead of the built-in one.
    pub app_dir: Option<std::path::PathBuf>,
}

/// Whether the store is a demo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Demo {
    /// A demo store: anybody may sign in.
    On,
    /// A shop's own store.
    #[default]
    Off,
}

/// Whether writes must carry an idempotency key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Idempotency {
    /// As the contract's own examples: it may be left out.
    #[default]
    Optional,
    /// As the hosted service's reference says.
    Required,
}

/// How session cookies travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cookies {
    /// Over plain HTTP as well.
    #[default]
    Plain,
    /// Only over HTTPS.
    Secure,
}

impl<S: Store> App<S> {
    /// Returns the time now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Returns the time since which kept answers count.
    pub fn kept_since(&self) -> Timestamp {
        let hours = i64::from(stockroom_api::limits::IDEMPOTENCY_HOURS);
        self.now().checked_sub(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl<S> std::fmt::Debug for App<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("settings", &self.settings).finish_non_exhaustive()
    }
}
