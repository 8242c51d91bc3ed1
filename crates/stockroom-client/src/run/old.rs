//! Runs and entries as earlier versions kept them: JSON, each text and position written out.
//!
//! They are read so that a run which was begun before goes on, and history stays. Nothing is written
//! in this form any more.

use std::collections::BTreeMap;

use serde::Deserialize;
use stockroom_api::bulk::{BulkItem, ItemError, ItemResult};

use super::outcomes::Outcomes;
use super::server_clock::ServerClock;
use super::{Batch, Batches, Entry, Labels, Levels, Outcome, Phase, Run, Settings, Stage};
use crate::item::Item;
use crate::pace::Pace;

/// A run, as JSON.
#[derive(Debug, Deserialize)]
pub struct OldRun {
    id: String,
    settings: Settings,
    items: Vec<OldItem>,
    outcomes: Vec<OldOutcome>,
    batches: BTreeMap<u32, OldBatch>,
    made: u32,
    closed: u32,
    phase: Phase,
    #[serde(default)]
    labels: Labels,
    #[serde(default)]
    pace: Pace,
    #[serde(default)]
    server_clock: ServerClock,
}

/// An entry, as JSON.
#[derive(Debug, Deserialize)]
pub struct OldEntry {
    batches: Vec<OldBatch>,
    closed: Vec<u32>,
    outcomes: Vec<(usize, OldOutcome)>,
    phase: Option<Phase>,
    #[serde(default)]
    items: Vec<(usize, OldItem)>,
    #[serde(default)]
    pace: Option<Box<Pace>>,
    #[serde(default)]
    server_ms: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct OldItem {
    /// What it asks for, as it was sent.
    json: String,
}

#[derive(Debug, Deserialize)]
enum OldOutcome {
    NotSent,
    Applied(Option<ItemResult>),
    Refused(ItemError),
    Unknown,
}

/// A request; its key and its body are told by the run and its items.
#[derive(Debug, Deserialize)]
struct OldBatch {
    number: u32,
    positions: Vec<usize>,
    stage: Stage,
    tries: u8,
    waits: u8,
    not_before: u64,
    first_sent: Option<u64>,
    #[serde(default)]
    first_sent_there: Option<u64>,
    last_sent: u64,
    unclear: bool,
    overwrites: bool,
}

impl OldRun {
    /// Returns the run; `None` where an item of it asks for nothing that is known.
    pub fn run(self) -> Option<Run> {
        let items = self.items.into_iter().map(OldItem::item).collect::<Option<Vec<_>>>()?;
        let mut outcomes = Outcomes::unsent(items.len());
        for (position, outcome) in self.outcomes.into_iter().enumerate() {
            outcomes.set(position, outcome.outcome());
        }
        let mut batches = Batches::default();
        for batch in self.batches.into_values() {
            batches.insert(batch.batch());
        }
        Some(Run {
            id: self.id,
            settings: self.settings,
            items,
            outcomes,
            batches,
            made: self.made,
            closed: self.closed,
            phase: self.phase,
            labels: self.labels,
            dead_ends: 0,
            waited: false,
            pace: self.pace,
            server_clock: self.server_clock,
            unsaved: Entry::default(),
        })
    }
}

impl OldEntry {
    /// Returns the entry; `None` where an item of it asks for nothing that is known.
    pub fn entry(self) -> Option<Entry> {
        let items = self.items.into_iter().map(|(position, item)| Some((position, item.item()?)));
        let outcomes = self.outcomes.into_iter();
        Some(Entry {
            batches: self.batches.into_iter().map(|b| (b.number, b.batch())).collect(),
            closed: self.closed,
            outcomes: outcomes.map(|(position, outcome)| (position, outcome.outcome())).collect(),
            phase: self.phase,
            items: items.collect::<Option<_>>()?,
            pace: self.pace,
            server_ms: self.server_ms,
        })
    }
}

impl OldItem {
    fn item(self) -> Option<Item> {
        Some(Item::new(serde_json::from_str::<BulkItem>(&self.json).ok()?))
    }
}

impl OldOutcome {
    fn outcome(self) -> Outcome {
        match self {
            Self::NotSent => Outcome::NotSent,
            Self::Unknown => Outcome::Unknown,
            Self::Refused(error) => Outcome::Refused(Box::new(error)),
            Self::Applied(told) => Outcome::Applied(told.map(|told| {
                let ItemResult { quantity, variants, .. } = told;
                Levels { quantity, variants }
            })),
        }
    }
}

impl OldBatch {
    fn batch(self) -> Batch {
        Batch {
            number: self.number,
            positions: self.positions.into(),
            stage: self.stage,
            tries: self.tries,
            waits: self.waits,
            not_before: self.not_before,
            first_sent: self.first_sent,
            first_sent_there: self.first_sent_there,
            last_sent: self.last_sent,
            unclear: self.unclear,
            overwrites: self.overwrites,
        }
    }
}

#[cfg(test)]
mod tests;
