//! A worksheet as it is kept, and how it comes back.
//!
//! The head says how the source is read and where the merchant stands, the log what was typed.
//! Coming back goes the same way as the first time, with the answers given already: opened,
//! read as it was read, mapped, the log made again, and then the stock as it is now.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use stockroom_api::reason::Reason;
use stockroom_domain::columns::{Field, Locations};
use stockroom_domain::number::Style;
use stockroom_domain::quantity::Mode;
use stockroom_domain::table::ReadOptions;
use stockroom_worksheet::{Ask, Logged, Shape, View};

use super::record::Record;
use super::{Effect, Model, Step};

/// The first byte of every record: what another format wrote is not read.
///
/// Raise it whenever [`Head`] or [`Logged`] change; `a_draft_is_kept_in_this_form` tells.
pub const FORMAT: u8 = 2;

/// Where the rows came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// A file.
    #[default]
    File,
    /// Pasted cells.
    Cells,
    /// Products that were selected.
    Products,
    /// A run of before.
    Run,
}

/// What is kept beside source and log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The name of the file.
    pub name: String,
    /// Where the rows came from.
    pub origin: Origin,
    /// Where the merchant stood.
    pub step: Step,
    /// The sheet that is the source, where the file is a workbook, by its place.
    pub sheet: Option<u32>,
    /// How the file is read.
    pub options: ReadOptions,
    /// What each column is.
    pub fields: Vec<Field>,
    /// How amounts are meant where their row does not say.
    pub default_mode: Option<Mode>,
    /// Which locations count.
    pub locations: Locations,
    /// The number style that was chosen.
    pub style: Option<Style>,
    /// Why levels are changed.
    pub reason: Option<Reason>,
    /// Which rows were shown.
    pub view: View,
    /// Row and column of the cursor, by their places in the view.
    pub cursor: Option<(u32, u32)>,
    /// When it was kept, in milliseconds since 1970.
    pub kept_ms: u64,
}

/// A draft that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Its head.
    pub head: Head,
    /// What was typed, step by step.
    pub steps: Vec<Logged>,
}

/// What is to be said about a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// It is the worksheet at hand.
    Back(Source),
    /// It is kept, but not opened.
    Aside(Source),
    /// It could not be brought back.
    Lost,
    /// A run goes on in another tab.
    RunElsewhere(Record),
}

/// What a draft is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name of the file.
    pub name: String,
    /// Where the rows came from.
    pub origin: Origin,
    /// When it was kept, in milliseconds since 1970; `None` just now.
    pub kept_ms: Option<u64>,
    /// Whether it was being sent when the page was left.
    pub was_sending: bool,
}

/// A draft on its way back.
#[derive(Clone, Debug)]
pub(super) struct Restoring {
    draft: Draft,
    stage: Stage,
}

/// What is awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Opened,
    Reread,
    Mapped,
    Replayed,
}

/// Returns something as it is kept.
pub fn encode<T: Serialize>(what: &T) -> Vec<u8> {
    let mut bytes = vec![FORMAT];
    // Nothing that is kept here can fail to be written.
    bytes.extend(postcard::to_allocvec(what).unwrap_or_default());
    bytes
}

/// Reads what was kept; `None` where another format wrote it.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    match bytes.split_first() {
        Some((&FORMAT, rest)) => postcard::from_bytes(rest).ok(),
        _ => None,
    }
}

impl Head {
    /// Returns what the draft is of.
    pub fn source(&self) -> Source {
        Source {
            name: self.name.clone(),
            origin: self.origin,
            kept_ms: Some(self.kept_ms),
            was_sending: self.step == Step::Apply,
        }
    }
}

impl Model {
    /// Tells whether there is nothing that opening a draft would take away.
    pub fn is_empty(&self) -> bool {
        self.step == Step::Source
            && !self.is_busy
            && self.restoring.is_none()
            && self.trouble.is_none()
            && self.shape.refusal.is_none()
    }

    /// Tells whether nothing is there but a word about why.
    pub fn is_empty_but_for_trouble(&self) -> bool {
        self.step == Step::Source && !self.is_busy
    }

    /// Tells whether a draft is on its way back.
    pub fn is_restoring(&self) -> bool {
        self.restoring.is_some()
    }

    /// Tells whether a worksheet is on its way for which no file has to be chosen.
    pub fn is_opening(&self) -> bool {
        self.is_restoring() || (self.is_busy && self.origin == Origin::Products)
    }

    /// Tells whether the worksheet is one that is kept.
    pub fn is_kept(&self) -> bool {
        let is_worksheet = matches!(self.step, Step::Columns | Step::Review | Step::Apply);
        is_worksheet && !self.is_head && self.restoring.is_none()
    }

    /// Tells whether anything was typed that another source would take away.
    pub fn has_edits(&self) -> bool {
        self.is_kept() && self.summary.as_ref().is_some_and(|summary| summary.steps.0 > 0)
    }

    /// Returns what is kept beside source and log.
    pub fn head(&self, cursor: Option<(u32, u32)>, kept_ms: u64) -> Head {
        Head {
            name: self.name.clone(),
            origin: self.origin,
            step: self.step,
            sheet: self.workbook.as_ref().and_then(|workbook| workbook.chosen),
            options: self.options,
            fields: self.shape.fields.clone(),
            default_mode: self.shape.default_mode,
            locations: self.shape.locations.clone(),
            style: self.style,
            reason: self.reason,
            view: self.view.clone(),
            cursor,
            kept_ms,
        }
    }

    pub(super) fn restore(&mut self, draft: Draft) -> Vec<Effect> {
        if !self.is_empty_but_for_trouble() {
            return Vec::new();
        }
        *self = Self {
            name: draft.head.name.clone(),
            origin: draft.head.origin,
            generation: self.generation + 1,
            is_busy: true,
            restoring: Some(Restoring { draft, stage: Stage::Opened }),
            ..Self::default()
        };
        vec![Effect::OpenFile]
    }

    /// Takes in a shape while a draft comes back, and goes on to what it still needs.
    pub(super) fn restore_shape(&mut self, shape: Shape) -> Vec<Effect> {
        let Some(Restoring { draft, stage }) = &mut self.restoring else { return Vec::new() };
        self.shape = shape;
        let head = &draft.head;
        if self.shape.refusal.is_some() || self.shape.fields.len() != head.fields.len() {
            // Read in another way it may have other columns: that comes next.
            let may_differ = *stage == Stage::Opened && head.options != ReadOptions::default();
            if self.shape.refusal.is_some() || !may_differ {
                return self.lose_draft();
            }
        }
        if *stage == Stage::Opened && head.options != ReadOptions::default() {
            *stage = Stage::Reread;
            self.options = head.options;
            return vec![Effect::Ask(Ask::Reread(head.options))];
        }
        if *stage != Stage::Mapped {
            *stage = Stage::Mapped;
            let (fields, default_mode) = (head.fields.clone(), head.default_mode);
            let locations = head.locations.clone();
            return vec![Effect::Ask(Ask::Map { fields, default_mode, locations })];
        }
        self.style = head.style;
        self.view = head.view.clone();
        if draft.steps.is_empty() {
            return self.restore_end();
        }
        *stage = Stage::Replayed;
        vec![Effect::Ask(Ask::Replay(draft.steps.clone()))]
    }

    /// Returns the sheet that a draft on its way back is of.
    pub(super) fn restored_sheet(&self) -> Option<u32> {
        self.restoring.as_ref()?.draft.head.sheet
    }

    /// Stands where the merchant stood, and says so.
    pub(super) fn restore_end(&mut self) -> Vec<Effect> {
        let Some(Restoring { draft, .. }) = self.restoring.take() else { return Vec::new() };
        self.is_busy = false;
        self.progress = None;
        self.note = Some(Note::Back(draft.head.source()));
        self.reason = draft.head.reason;
        // What is remembered of such files came first; the draft has the last word.
        self.recall.found = None;
        self.recall.note(&self.shape);
        self.recall.is_by_hand = draft.head.step == Step::Columns;
        if draft.head.step == Step::Columns || self.shape.unusable.is_some() {
            self.step = Step::Columns;
            return Vec::new();
        }
        self.review()
    }

    /// Leaves a draft where it is kept.
    pub(super) fn set_aside(&mut self) {
        let source = match &self.restoring {
            Some(restoring) => Some(restoring.draft.head.source()),
            None if self.is_kept() => {
                let (name, origin) = (self.name.clone(), self.origin);
                Some(Source { name, origin, kept_ms: None, was_sending: false })
            }
            None => None,
        };
        let generation = self.generation + 1;
        // What lies aside already is still there.
        let lies = self.note.take().filter(|note| !matches!(note, Note::Back(_)));
        *self = Self { generation, note: source.map(Note::Aside).or(lies), ..Self::default() };
    }

    pub(super) fn lose_draft(&mut self) -> Vec<Effect> {
        let generation = self.generation + 1;
        *self = Self { generation, note: Some(Note::Lost), ..Self::default() };
        vec![Effect::Forget, Effect::DropDraft]
    }
}

#[cfg(test)]
mod tests;
