//! The hosted service behind this server: the same addresses, passed on for those who are signed in here,
//! with a key that only this process knows.
//!
//! Who may do what is decided here, by the rule of the endpoint ([`crate::routes::Rule`]); what was asked
//! and answered is not looked into. Requests wait in one fair queue for each of live and test data.
//! Start at [`passing::pass_on`].

mod abilities;
pub mod address;
mod budget;
mod connecting;
mod headers;
mod noting;
pub mod passing;
pub mod queue;
mod sending;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use stockroom_api::key::Environment;
use tokio::sync::Semaphore;

use self::abilities::Abilities;
use self::address::{Address, Keys};
pub use self::connecting::RootsError;
use self::queue::{Bounds, Queue, Standing};
use self::sending::Sender;

/// The most long answers that are passed on at once.
const STREAMS: usize = 8;

/// Where the hosted service is, and how it is talked to.
#[derive(Clone, Debug)]
pub struct Upstream {
    /// Its address.
    pub address: Address,
    /// The keys for it.
    pub keys: Keys,
    /// A file with the certificates that vouch for it; without one, those that browsers know.
    pub roots: Option<PathBuf>,
    /// How long it may take to answer.
    pub time: Duration,
    /// How much waits for it.
    pub bounds: Bounds,
}

/// The hosted service as this process talks to it.
pub struct Gateway {
    address: Address,
    keys: Keys,
    sender: Sender,
    live: Queue,
    test: Queue,
    streams: Arc<Semaphore>,
    abilities: Abilities,
}

impl Gateway {
    /// Returns a gateway; nothing is sent yet.
    ///
    /// # Errors
    /// [`RootsError`].
    pub fn new(upstream: Upstream) -> Result<Self, RootsError> {
        Ok(Self {
            sender: Sender::new(upstream.roots.as_deref(), upstream.time)?,
            address: upstream.address,
            keys: upstream.keys,
            live: Queue::new(upstream.bounds),
            test: Queue::new(upstream.bounds),
            streams: Arc::new(Semaphore::new(STREAMS)),
            abilities: Abilities::default(),
        })
    }

    /// Returns where the hosted service is.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Tells whether there is a key for this data.
    pub fn serves(&self, environment: Environment) -> bool {
        self.keys.has(environment)
    }

    /// Returns how it stands with the queue for this data.
    pub(crate) fn standing(&self, environment: Environment) -> Standing {
        self.queue(environment).standing()
    }

    fn queue(&self, environment: Environment) -> &Queue {
        match environment {
            Environment::Live => &self.live,
            Environment::Test => &self.test,
        }
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gateway({})", self.address)
    }
}
