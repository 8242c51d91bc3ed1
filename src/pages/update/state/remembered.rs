//! What the merchant once said about the columns of a file, for the next one with its header.
//!
//! Known by the names of the columns as the file was first read, whatever was chosen then: a file
//! that comes again is first read the same way. [`Memory`] is what a browser keeps.

use serde::{Deserialize, Serialize};
use stockroom_domain::columns::{Field, Locations, key};
use stockroom_domain::number::Style;
use stockroom_domain::quantity::Mode;
use stockroom_domain::table::ReadOptions;
use stockroom_worksheet::{Ask, Shape};

use super::draft::{decode, encode};
use super::{Effect, Model};

/// The most headers that are kept.
const MOST: usize = 50;

/// What was said about files with a header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// The names of the columns as the file was first read, made comparable.
    pub names: Vec<String>,
    /// How it is read.
    pub options: ReadOptions,
    /// What each column is.
    pub fields: Vec<Field>,
    /// How amounts are meant where their row does not say.
    pub default_mode: Option<Mode>,
    /// Which locations count.
    pub locations: Locations,
    /// How numbers are written.
    pub style: Option<Style>,
}

/// All that is remembered, the last first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory(Vec<Remembered>);

/// What the file at hand has to do with what is remembered.
#[derive(Clone, Debug, Default)]
pub struct Recall {
    /// What its header is known by.
    names: Vec<String>,
    /// What was found and is not yet done.
    pub(super) found: Option<Remembered>,
    /// Whether the worksheet is asked for it now: what it then answers is the file's first shape.
    is_under_way: bool,
    /// Whether the columns are as last time, and not as their names alone tell.
    pub is_applied: bool,
    /// Whether the merchant said something about this file.
    pub is_by_hand: bool,
    /// What each column was, while the file is read again in another way.
    kept_fields: Option<Vec<Field>>,
}

impl Memory {
    /// Reads what was kept; nothing where that cannot be read.
    pub fn from_text(text: &str) -> Self {
        let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
        let pairs = digits.unwrap_or_default();
        let byte = |pair: &[u32]| u8::try_from(pair[0] * 16 + pair[1]).unwrap_or_default();
        let bytes: Vec<u8> = pairs.chunks_exact(2).map(byte).collect();
        decode(&bytes).unwrap_or_default()
    }

    /// Returns what is to be kept.
    pub fn to_text(&self) -> String {
        let digits = encode(self).into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
    }

    /// Returns how many headers are known.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells whether none is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns what was said about files that look so.
    pub fn find(&self, shape: &Shape) -> Option<&Remembered> {
        let names = comparable(shape)?;
        self.0.iter().find(|kept| kept.names == names)
    }

    /// Remembers; the oldest is forgotten where there are too many.
    pub fn keep(&mut self, said: Remembered) {
        self.0.retain(|kept| kept.names != said.names);
        self.0.insert(0, said);
        self.0.truncate(MOST);
    }
}

impl Recall {
    /// Notes what a file's header is known by, when it is first read.
    pub(super) fn note(&mut self, shape: &Shape) {
        if self.names.is_empty() {
            self.names = comparable(shape).unwrap_or_default();
        }
    }
}

fn comparable(shape: &Shape) -> Option<Vec<String>> {
    let names: Vec<String> = shape.names.iter().map(|name| key(name)).collect();
    names.iter().any(|name| !name.is_empty()).then_some(names)
}

impl Model {
    /// Tells whether the worksheet's next shape is the first of a whole file.
    pub fn awaits_first_shape(&self) -> bool {
        let is_at_source = self.step == super::Step::Source || self.is_head;
        is_at_source && !self.recall.is_under_way
    }

    pub(super) fn take_recalled(&mut self, found: Remembered) -> Vec<Effect> {
        self.recall.found = Some(found);
        Vec::new()
    }

    /// Tells whether the shape that came is part of a file's opening.
    pub(super) fn continues_opening(&mut self) -> bool {
        std::mem::take(&mut self.recall.is_under_way)
    }

    /// Asks the worksheet for what was remembered, one thing at a time; nothing when all is done.
    pub(super) fn go_on_recalling(&mut self) -> Vec<Effect> {
        if let Some(found) = &self.recall.found
            && found.options != self.options
        {
            self.options = found.options;
            return self.ask_for_recalled(Ask::Reread(self.options));
        }
        if let Some(found) = self.recall.found.take() {
            self.style = found.style;
            self.recall.is_applied |= found.style.is_some();
            let shape = &mut self.shape;
            let is_same = shape.fields == found.fields && shape.default_mode == found.default_mode;
            let has_choice = found.locations != Locations::Unchosen;
            if shape.fields.len() == found.fields.len() && (!is_same || has_choice) {
                shape.fields = found.fields;
                shape.default_mode = found.default_mode;
                shape.locations = found.locations;
                let map = self.mapped();
                return self.ask_for_recalled(map);
            }
        }
        if let Locations::Only(name) = &self.shape.locations
            && !self.shape.location_names.contains(name)
        {
            self.shape.locations = Locations::Unchosen;
            let map = self.mapped();
            return self.ask_for_recalled(map);
        }
        Vec::new()
    }

    fn ask_for_recalled(&mut self, ask: Ask) -> Vec<Effect> {
        self.recall.is_under_way = true;
        self.recall.is_applied = true;
        self.is_busy = true;
        vec![Effect::Ask(ask)]
    }

    /// Says what the columns mean, as the shape at hand has it.
    pub(super) fn mapped(&self) -> Ask {
        let fields = self.shape.fields.clone();
        let (default_mode, locations) = (self.shape.default_mode, self.shape.locations.clone());
        Ask::Map { fields, default_mode, locations }
    }

    /// Keeps the columns over a reading that leaves their number as it is.
    pub(super) fn keep_fields(&mut self) {
        if std::mem::replace(&mut self.recall.is_by_hand, true) {
            self.recall.kept_fields = Some(self.shape.fields.clone());
        }
    }

    /// Says again what the columns are, where the file was only read in another way.
    pub(super) fn refit_fields(&mut self) -> Vec<Effect> {
        match self.recall.kept_fields.take() {
            Some(fields) if fields.len() == self.shape.fields.len() => {
                self.shape.fields = fields;
                vec![Effect::Ask(self.mapped())]
            }
            _ => Vec::new(),
        }
    }

    /// Has what was said about this file remembered.
    pub(super) fn remember(&self) -> Vec<Effect> {
        let Recall { names, is_by_hand, is_applied, .. } = &self.recall;
        if names.is_empty() || !(*is_by_hand || *is_applied || self.style.is_some()) {
            return Vec::new();
        }
        vec![Effect::Remember(Remembered {
            names: names.clone(),
            options: self.options,
            fields: self.shape.fields.clone(),
            default_mode: self.shape.default_mode,
            locations: self.shape.locations.clone(),
            style: self.style,
        })]
    }
}

#[cfg(test)]
mod tests;
