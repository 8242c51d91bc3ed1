//! New rows from a run of before: what was refused, once more; what was applied, taken back.
//!
//! They are a file in our own layout, read and previewed like any other, with the level that each
//! row expects, so that the preview shows what has moved since.

use serde::{Deserialize, Serialize};
use stockroom_api::ErrorCode;
use stockroom_client::run::{Levels, Outcome};
use stockroom_domain::own_layout::{OwnFile, OwnRow};
use stockroom_domain::plan::ItemChange;
use stockroom_domain::quantity::{Change, Delta, Level, Mode, apply};
use stockroom_worksheet::SendItem;

use super::Apply;

/// The run that a worksheet was made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follows {
    /// Its id.
    pub run: String,
    /// What was made of it.
    pub again: Again,
}

/// What is made of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Again {
    /// What was refused or not sent, as it was asked.
    Rest,
    /// Levels that had moved: set to what was counted all the same.
    KeepCount,
    /// Levels that had moved: changed by what the preview showed.
    KeepDifference,
    /// What nobody knows of and the levels say was not applied.
    Unsettled,
    /// What was applied, taken back; levels that have moved since are left out.
    Undo,
    /// What was applied, taken back; of levels that have moved since the difference.
    UndoDifference,
}

/// Rows that were made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// The file.
    pub text: String,
    /// How many rows it has.
    pub rows: usize,
    /// Levels that are left out because they have moved since, by SKU and variant.
    pub moved: Vec<(String, String)>,
    /// Levels that cannot be taken back: they were not tracked before.
    pub untracked: Vec<(String, String)>,
}

/// A level of an item, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// The level before; `None` where it was not tracked.
    pub before: Option<i64>,
    /// The level after.
    pub after: i64,
    /// What was added.
    pub delta: i64,
    /// How much of a subtraction was left at 0.
    pub floored: i64,
    /// Whether the server said so; else it is what the preview had.
    pub is_told: bool,
}

/// Returns the levels of an item: its product's own, with a blank label, then its variants'.
pub fn levels(item: &SendItem) -> impl Iterator<Item = (&str, ItemChange)> {
    let own = item.product.iter().map(|asked| ("", *asked));
    own.chain(item.variants.iter().map(|(label, asked)| (label.as_str(), *asked)))
}

/// Returns what was done to a level, or would have been.
pub fn done(outcome: &Outcome, label: &str, asked: ItemChange) -> Option<Done> {
    match outcome {
        Outcome::Applied(Some(levels)) => told(levels, label, asked),
        _ => planned(asked),
    }
}

fn told(levels: &Levels, label: &str, asked: ItemChange) -> Option<Done> {
    let (before, after, delta) = if label.is_empty() {
        levels.quantity.as_ref().map(|own| (own.before, own.after, own.delta))?
    } else {
        let variant = levels.variants.iter().find(|variant| variant.label == label)?;
        (variant.before, variant.after, variant.delta)
    };
    let floored = match asked.change {
        Change::Adjust(wanted) => (delta - wanted.get()).max(0),
        Change::Set(_) => 0,
    };
    Some(Done { before, after, delta, floored, is_told: true })
}

fn planned(asked: ItemChange) -> Option<Done> {
    let done = apply(asked.change, asked.before).ok()?;
    Some(Done {
        before: done.before.map(Level::get),
        after: done.after.get(),
        delta: done.delta,
        floored: done.floored,
        is_told: false,
    })
}

/// What the level of now says of a change that nobody knows of; others may have sold meanwhile, so
/// it is no more than that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The level is what was wanted.
    Applied,
    /// The level is what it was before.
    NotApplied,
    /// It is neither, or both.
    Unclear,
}

/// Returns what the level of now says of a change.
pub fn evidence(asked: ItemChange, now: Option<i64>) -> Evidence {
    let Some((done, now)) = planned(asked).zip(now) else { return Evidence::Unclear };
    match (done.before == Some(now), done.after == now) {
        (false, true) => Evidence::Applied,
        (true, false) => Evidence::NotApplied,
        _ => Evidence::Unclear,
    }
}

/// Tells whether an item was refused because its level had moved.
pub fn is_stale(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Refused(error) if error.code == Some(ErrorCode::StaleQuantity))
}

impl Apply {
    /// Returns how many products `again` is about.
    pub fn again(&self, again: Again) -> usize {
        if self.is_settled(again) {
            return 0;
        }
        self.run.outcomes().iter().filter(|outcome| again.is_about(outcome)).count()
    }

    /// Makes rows of the run; `now` returns a level as it is, by SKU and label, where it is known.
    pub fn rows_again(&self, again: Again, now: impl Fn(&str, &str) -> Option<i64>) -> Made {
        let mut made = Made::default();
        let mut file = OwnFile::default();
        for (outcome, item) in self.run.outcomes().iter().zip(&self.items) {
            if !again.is_about(outcome) {
                continue;
            }
            for (label, asked) in levels(item) {
                let now = now(&item.external_id, label);
                let name = || (item.external_id.clone(), label.to_owned());
                let (change, expected) = match again.change(outcome, label, asked, now) {
                    Row::Is(change, expected) => (change, expected),
                    Row::Moved => {
                        made.moved.push(name());
                        continue;
                    }
                    Row::Untracked => {
                        made.untracked.push(name());
                        continue;
                    }
                    Row::Nothing => continue,
                };
                let row = OwnRow {
                    external_id: &item.external_id,
                    name: &item.name,
                    variant: label,
                    level: expected,
                    ..OwnRow::default()
                };
                file.push_change(&row, change);
                made.rows += 1;
            }
        }
        made.text = file.into_text();
        made
    }
}

/// What becomes of a level.
enum Row {
    /// A row with this change, on a level that is expected.
    Is(Change, Option<i64>),
    Moved,
    Untracked,
    Nothing,
}

impl Again {
    /// Tells whether this can no longer be meant once `other` was made of the same run.
    pub fn is_settled_by(self, other: Self) -> bool {
        let kind = |again| match again {
            Self::Rest => 0,
            Self::KeepCount | Self::KeepDifference => 1,
            Self::Unsettled => 2,
            Self::Undo | Self::UndoDifference => 3,
        };
        kind(self) == kind(other)
    }

    fn is_about(self, outcome: &Outcome) -> bool {
        match self {
            Self::Rest => match outcome {
                Outcome::Refused(_) => !is_stale(outcome),
                Outcome::NotSent => true,
                Outcome::Applied(_) | Outcome::Unknown => false,
            },
            Self::KeepCount | Self::KeepDifference => is_stale(outcome),
            Self::Unsettled => *outcome == Outcome::Unknown,
            Self::Undo | Self::UndoDifference => matches!(outcome, Outcome::Applied(_)),
        }
    }

    fn change(self, outcome: &Outcome, label: &str, asked: ItemChange, now: Option<i64>) -> Row {
        match self {
            Self::Rest | Self::KeepCount => Row::Is(asked.change, None),
            Self::KeepDifference => match (asked.change, planned(asked)) {
                (Change::Set(_), Some(done)) => adjust(done.delta, None),
                (change, _) => Row::Is(change, None),
            },
            Self::Unsettled => match (evidence(asked, now), asked.change) {
                (Evidence::Applied, _) => Row::Nothing,
                // To set a level that may be set already does no harm: it is previewed.
                (Evidence::NotApplied, change) | (Evidence::Unclear, change @ Change::Set(_)) => {
                    Row::Is(change, None)
                }
                (Evidence::Unclear, Change::Adjust(_)) => Row::Moved,
            },
            Self::Undo | Self::UndoDifference => match done(outcome, label, asked) {
                None => Row::Nothing,
                Some(done) if done.before.is_none() => Row::Untracked,
                Some(done) if done.delta == 0 => Row::Nothing,
                // It is back already, by an undo of before or otherwise.
                Some(done) if now == done.before => Row::Nothing,
                Some(done) if now == Some(done.after) => inverse(asked, done),
                Some(done) if self == Self::UndoDifference => adjust(-done.delta, now),
                Some(_) => Row::Moved,
            },
        }
    }
}

fn inverse(asked: ItemChange, done: Done) -> Row {
    let before = done.before.and_then(|before| Level::new(before).ok());
    match (asked.change.mode(), before) {
        (Mode::Set, Some(before)) => Row::Is(Change::Set(before), Some(done.after)),
        _ => adjust(-done.delta, Some(done.after)),
    }
}

fn adjust(delta: i64, expected: Option<i64>) -> Row {
    Delta::new(delta).map_or(Row::Nothing, |delta| Row::Is(Change::Adjust(delta), expected))
}

#[cfg(test)]
mod tests;
