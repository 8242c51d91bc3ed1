//! A run as this browser keeps it: what lists show of it, and all that is needed to go on.

use serde::{Deserialize, Serialize};
use stockroom_client::asked::Expectation;
use stockroom_client::budget::Day;
use stockroom_client::bytes::{Reader, Writer};
use stockroom_client::item::Item;
use stockroom_client::run::old::{OldEntry, OldRun};
use stockroom_client::run::{End, Entry, Phase, Run};
use stockroom_worksheet::SendItem;

use super::again::{Again, Follows};
use super::draft::Origin;
use super::sending::asked_items;
use super::{Apply, Journal};

/// What the bytes of a run begin with. Those of an earlier version begin with a number, which is never
/// written like this.
const FORM: [u8; 2] = [0x80, 0];

/// What lists show of a run.
///
/// New fields come with `#[serde(default)]`: what an older version kept is read, too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Record {
    /// The run's id.
    pub id: String,
    /// The name of the file; blank where there was none.
    pub name: String,
    /// Where the rows came from.
    pub origin: Origin,
    /// The run that it was made of.
    pub follows: Option<Follows>,
    /// Whether it stopped itself.
    pub is_halted: bool,
    /// Whether the merchant has left it as it is.
    pub is_left: bool,
    /// Why levels were changed.
    pub reason: Option<String>,
    /// The fingerprint of the changes; `None` where levels were only set.
    pub fingerprint: Option<String>,
    /// The requests that were made of it.
    pub requests: usize,
    /// What the server last said of the day's requests.
    pub day: Option<Day>,
    /// Whether it only waits for the next day.
    pub waits_for_day: bool,
    /// When it began, in milliseconds since 1970.
    pub started_ms: u64,
    /// When it ended; `None` while it has not.
    pub ended_ms: Option<u64>,
    /// Whether everything was sent.
    pub is_complete: bool,
    /// Items applied.
    pub applied: usize,
    /// Items refused.
    pub refused: usize,
    /// Items of which nobody knows.
    pub unknown: usize,
    /// Items that were not sent.
    pub not_sent: usize,
}

/// A run that was found in this browser's journal.
#[derive(Clone, Debug)]
pub struct KeptRun {
    /// What lists show of it.
    pub record: Record,
    /// What is sent, in the order of the run's items.
    pub items: Vec<SendItem>,
    /// The run: what was under way is unknown, and it waits for somebody to let it go on.
    pub run: Run,
    /// The number of the next entry of its journal.
    pub next: u32,
}

impl Record {
    /// Returns the record as it is kept.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Nothing that is kept here can fail to be written.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads what was kept.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// Returns how many items it has.
    pub fn items(&self) -> usize {
        self.applied + self.refused + self.unknown + self.not_sent
    }

    /// Tells whether there is something left that only this run can do.
    pub fn is_open(&self) -> bool {
        !self.is_left && (self.ended_ms.is_none() || self.is_halted)
    }

    /// Tells whether it may have changed anything.
    pub fn has_effect(&self) -> bool {
        self.applied + self.unknown > 0
    }
}

impl Apply {
    /// Tells whether what it has not sent would be set blindly, too late after its preview.
    pub fn is_late(&self, now_ms: u64) -> bool {
        self.run.would_overwrite(self.started_ms, now_ms)
    }

    /// Tells whether a request of it is under way.
    pub fn is_flying(&self) -> bool {
        self.run.is_flying()
    }

    /// Tells whether it goes on by itself when it comes back: it only waited for the next day, and no
    /// level would be set blindly and late.
    pub fn goes_on_by_itself(&self, now_ms: u64) -> bool {
        self.is_back && self.run.waits_for_day() && !self.is_late(now_ms)
    }

    /// Tells whether this was made of the run already, so that it cannot be meant again.
    pub fn is_settled(&self, again: Again) -> bool {
        self.followed_by.iter().any(|by| again.is_settled_by(*by))
    }

    /// Returns what lists show of the run.
    pub fn record(&self) -> Record {
        let summary = self.run.summary();
        Record {
            id: self.run.id().to_owned(),
            name: self.name.clone(),
            origin: self.origin,
            follows: self.follows.clone(),
            is_halted: matches!(summary.end, Some(End::Halted(_))),
            is_left: false,
            reason: self.run.labels().reason.clone(),
            fingerprint: self.run.labels().fingerprint.clone(),
            requests: self.run.progress(self.started_ms).requests_done,
            day: self.run.day(),
            waits_for_day: self.run.waits_for_day(),
            started_ms: self.started_ms,
            ended_ms: self.ended_ms,
            is_complete: summary.end == Some(End::Complete),
            applied: summary.applied,
            refused: summary.refused,
            unknown: summary.unknown,
            not_sent: summary.not_sent,
        }
    }

    /// Returns all that is needed to go on, as it is kept: what is sent, and the run without its items,
    /// which are made of it.
    pub fn base(&self) -> Vec<u8> {
        let is_expecting = self.run.settings().representation;
        // Nothing that is kept here can fail to be written.
        let kept = postcard::to_extend(&(is_expecting, &self.items), FORM.to_vec());
        let mut writer = Writer::behind(kept.unwrap_or_default());
        self.run.write(&mut writer);
        writer.into_bytes()
    }

    /// Returns the run that was kept, as it can go on.
    pub fn of(kept: KeptRun) -> Self {
        let KeptRun { record, items, run, .. } = kept;
        Self {
            items,
            run,
            name: record.name,
            origin: record.origin,
            started_ms: record.started_ms,
            ended_ms: record.ended_ms,
            journal: Journal::Kept,
            follows: record.follows,
            followed_by: Vec::new(),
            is_looking: false,
            twin: None,
            is_back: true,
        }
    }
}

impl KeptRun {
    /// Reads a run: as it was made, and what changed since; `None` where another version wrote it.
    pub fn read(record: Record, base: &[u8], entries: &[Vec<u8>]) -> Option<Self> {
        let (items, run) = match base.strip_prefix(&FORM) {
            Some(base) => read_base(base)?,
            None => read_old_base(base)?,
        };
        let next = u32::try_from(entries.len()).ok()?;
        let mut all = Vec::new();
        for entries in entries {
            read_entries(entries, &mut all)?;
        }
        let run = Run::restore(run, all);
        (run.items().len() == items.len()).then_some(Self { record, items, run, next })
    }
}

fn read_base(base: &[u8]) -> Option<(Vec<SendItem>, Run)> {
    let ((is_expecting, items), run): ((bool, Vec<SendItem>), _) =
        postcard::take_from_bytes(base).ok()?;
    let expectation = if is_expecting { Expectation::Named } else { Expectation::Unnamed };
    let asked = asked_items(&items, expectation).collect::<Vec<Item>>();
    Some((items, Run::read(&mut Reader::new(run), asked)?))
}

/// Reads what versions before this one kept.
fn read_old_base(base: &[u8]) -> Option<(Vec<SendItem>, Run)> {
    let (items, run): (Vec<SendItem>, String) = postcard::from_bytes(base).ok()?;
    Some((items, serde_json::from_str::<OldRun>(&run).ok()?.run()?))
}

/// Returns entries as they are kept.
pub fn entry_bytes(entries: &[Entry]) -> Vec<u8> {
    let mut writer = Writer::default();
    for entry in entries {
        entry.write(&mut writer);
    }
    writer.into_bytes()
}

fn read_entries(bytes: &[u8], all: &mut Vec<Entry>) -> Option<()> {
    if bytes.first() == Some(&b'{') {
        // One entry of a version before this one.
        all.push(serde_json::from_slice::<OldEntry>(bytes).ok()?.entry()?);
        return Some(());
    }
    let mut reader = Reader::new(bytes);
    while !reader.is_done() {
        all.push(Entry::read(&mut reader)?);
    }
    Some(())
}

/// Tells whether a run in this phase has ended for now.
pub fn has_ended(phase: &Phase) -> bool {
    matches!(phase, Phase::Ended(_))
}

#[cfg(test)]
mod tests;
