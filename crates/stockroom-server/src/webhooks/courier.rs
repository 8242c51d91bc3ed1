//! The worker inside `serve`: takes what is due, sends it, writes what came of it.
//!
//! What is taken belongs to this process for 30 seconds; where it ends before it has written what came
//! of a request, the same event is sent again under the same id. An endpoint that does not answer holds
//! up its own few requests and no other endpoint's.

use std::time::Duration;

use jiff::SignedDuration;
use stockroom_api::webhook::DisabledReason;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::schedule::{after_failure, is_lasting, is_recovered};
use super::sending::{Sender, TIME};
use crate::app::App;
use crate::store::webhooks::{AttemptRow, ClaimBounds, Claimed, Fate, WebhookTransaction as _};
use crate::store::{Store, StoreError, Stored};

/// How long a claimed delivery is this process's own; longer than a request can take.
const LEASE: SignedDuration = SignedDuration::from_secs(30);

/// How many requests go to one endpoint at once.
const FOR_ENDPOINT: usize = 4;

/// How many requests are on their way at once.
const IN_ALL: usize = 32;

/// How often it is looked for what is due.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How often, and after what waits, it is tried to write what came of a request.
const WRITES: u32 = 5;
const WRITE_WAIT: Duration = Duration::from_millis(200);

/// The worker of one process.
#[derive(Debug)]
pub struct Courier<S> {
    app: App<S>,
    sender: Sender,
    look_every: Duration,
}

impl<S: Store> Courier<S> {
    /// Returns the worker of `app`.
    pub fn new(app: App<S>) -> Self {
        let sender = Sender::new(app.settings.webhook_targets, TIME);
        Self { app, sender, look_every: LOOK_EVERY }
    }

    /// Returns the same worker with another patience, so that a test need not wait.
    #[must_use]
    pub fn with_times(mut self, look_every: Duration, request: Duration) -> Self {
        self.sender = Sender::new(self.app.settings.webhook_targets, request);
        self.look_every = look_every;
        self
    }

    /// Delivers until `stopping` changes, and ends once what is on its way has ended.
    pub async fn run(self, mut stopping: watch::Receiver<()>) {
        let mut sending = JoinSet::new();
        loop {
            let room = IN_ALL.saturating_sub(sending.len());
            match self.claim(room).await {
                Ok(claimed) => {
                    for claimed in claimed {
                        sending.spawn(deliver(self.app.clone(), self.sender.clone(), claimed));
                    }
                }
                // Whoever is busy is so for a moment.
                Err(StoreError::Busy | StoreError::Conflict(_)) => {}
                Err(error) => tracing::error!(%error, "deliveries of webhooks were not looked for"),
            }
            tokio::select! {
                _ = stopping.changed() => break,
                Some(_) = sending.join_next(), if !sending.is_empty() => {
                    while sending.try_join_next().is_some() {}
                }
                () = tokio::time::sleep(self.look_every) => {}
            }
        }
        while sending.join_next().await.is_some() {}
    }

    async fn claim(&self, room: usize) -> Stored<Vec<Claimed>> {
        let now = self.app.now();
        if room == 0 || !self.app.store.has_due_deliveries(now).await? {
            return Ok(Vec::new());
        }
        let until = now.checked_add(LEASE).unwrap_or(now);
        let bounds = ClaimBounds { for_endpoint: FOR_ENDPOINT, in_all: room };
        let work = self.app.store.write(move |tx| {
            Box::pin(async move { tx.claim_deliveries(now, until, bounds).await })
        });
        work.await
    }
}

async fn deliver<S: Store>(app: App<S>, sender: Sender, claimed: Claimed) {
    let now = app.now();
    let sent = tokio::task::spawn_blocking(move || {
        let attempt = sender.send(&claimed, now);
        (claimed, attempt)
    });
    // Where sending panicked, the lease ends and it is sent again.
    let Ok((claimed, attempt)) = sent.await else { return };
    let mut wait = WRITE_WAIT;
    for _ in 0..WRITES {
        match finish(&app, &claimed, &attempt).await {
            Ok(()) => return,
            Err(error) => {
                tracing::warn!(%error, endpoint = %claimed.endpoint_id, "a delivery was not noted");
                tokio::time::sleep(wait).await;
                wait *= 2;
            }
        }
    }
}

/// Writes what came of a request, and turns an endpoint off that nobody listens at.
async fn finish<S: Store>(app: &App<S>, claimed: &Claimed, attempt: &AttemptRow) -> Stored<()> {
    let now = app.now();
    let is_gone = attempt.status == Some(410);
    let fate = match attempt {
        AttemptRow { error: None, .. } => Fate::Delivered,
        _ if is_gone => Fate::GivenUp,
        _ => after_failure(claimed.tries, &*app.random, now),
    };
    let (id, event) = (claimed.endpoint_id.clone(), claimed.event_id.clone());
    let (claimed, attempt) = (claimed.clone(), attempt.clone());
    let work = app.store.write(move |tx| {
        Box::pin(async move {
            let Some(health) = tx.finish_attempt(&claimed, &attempt, fate).await? else {
                return Ok(None);
            };
            let reason = match fate {
                Fate::GivenUp if is_gone => DisabledReason::Gone,
                Fate::GivenUp if is_lasting(health, now) => DisabledReason::Failing,
                Fate::Delivered if is_recovered(health, now) => {
                    tx.hasten_deliveries(claimed.scope, claimed.endpoint, now).await?;
                    return Ok(None);
                }
                _ => return Ok(None),
            };
            tx.disable_endpoint(claimed.scope, claimed.endpoint, reason, now).await?;
            Ok::<_, StoreError>(Some(reason))
        })
    });
    let turned_off = work.await?;
    app.metrics.count_delivery(fate);
    if let Some(reason) = turned_off {
        tracing::warn!(endpoint = %id, ?reason, "a webhook endpoint was turned off");
    } else if fate == Fate::GivenUp {
        tracing::warn!(endpoint = %id, %event, "a webhook was given up after its last try");
    }
    Ok(())
}
