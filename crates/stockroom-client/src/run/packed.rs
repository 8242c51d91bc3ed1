//! A run and its entries as bytes. The items of a run are kept by whoever keeps it
//! ([`crate::item::write_items`], or what they were made of): they are never in here twice.
//!
//! Both begin with a number for their form. What an earlier form holds is JSON, which begins with
//! none of these numbers and is read by [`super::old`].

mod outcome;
mod request;

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::outcomes::Outcomes;
use super::server_clock::ServerClock;
use super::{Batches, Entry, Labels, Phase, Run, Settings};
use crate::bytes::{Reader, Writer};
use crate::item::{Item, read_item, write_item};
use crate::pace::Pace;

/// The form that is written.
const FORM: u8 = 2;

/// The part of a run that is short, whatever it holds.
#[derive(Serialize, Deserialize)]
struct Head {
    id: String,
    settings: Settings,
    labels: Labels,
    phase: Phase,
    pace: Pace,
    server_clock: ServerClock,
}

impl Run {
    /// Writes the run as it is now, without its items.
    ///
    /// ```
    /// use stockroom_client::bytes::{Reader, Writer};
    /// use stockroom_client::{item::Item, run::{Run, Settings}};
    /// let items = vec![Item::new(Default::default())];
    /// let run = Run::new("run-7f3a", items.clone(), Settings::default()).unwrap();
    /// let mut writer = Writer::default();
    /// run.write(&mut writer);
    /// let bytes = writer.into_bytes();
    /// let back = Run::read(&mut Reader::new(&bytes), items).unwrap();
    /// assert_eq!(back.id(), "run-7f3a");
    /// ```
    pub fn write(&self, writer: &mut Writer) {
        writer.byte(FORM);
        write_json(
            writer,
            &Head {
                id: self.id.clone(),
                settings: self.settings,
                labels: self.labels.clone(),
                phase: self.phase.clone(),
                pace: self.pace.clone(),
                server_clock: self.server_clock,
            },
        );
        writer.number(self.made.into());
        writer.number(self.closed.into());
        writer.count(self.batches.len());
        for batch in self.batches.iter() {
            request::write(batch, writer);
        }
        // Most runs are kept before anything is known of their items.
        let known = self.outcomes.counts().not_sent < self.items.len();
        writer.byte(known.into());
        for outcome in self.outcomes().iter().filter(|_| known) {
            outcome::write(outcome, writer);
        }
    }

    /// Reads what [`Run::write`] wrote of a run of these items; `None` where it did not.
    pub fn read(reader: &mut Reader<'_>, items: Vec<Item>) -> Option<Self> {
        if reader.byte()? != FORM {
            return None;
        }
        let Head { id, settings, labels, phase, pace, server_clock } = read_json(reader)?;
        let (made, closed) = (reader.short()?, reader.short()?);
        let mut batches = Batches::default();
        for _ in 0..reader.count()? {
            let batch = request::read(reader)?;
            let is_of_these = batch.positions.iter().all(|position| *position < items.len());
            batches.insert(Some(batch).filter(|_| is_of_these)?);
        }
        let mut outcomes = Outcomes::unsent(items.len());
        if reader.byte()? != 0 {
            for position in 0..items.len() {
                outcomes.set(position, outcome::read(reader)?);
            }
        }
        Some(Self {
            id,
            settings,
            items,
            outcomes,
            batches,
            made,
            closed,
            phase,
            labels,
            dead_ends: 0,
            waited: false,
            pace,
            server_clock,
            unsaved: Entry::default(),
        })
    }
}

impl Entry {
    /// Writes what changed.
    pub fn write(&self, writer: &mut Writer) {
        writer.byte(FORM);
        writer.count(self.batches.len());
        for batch in self.batches.values() {
            request::write(batch, writer);
        }
        writer.count(self.closed.len());
        for number in &self.closed {
            writer.number((*number).into());
        }
        writer.count(self.outcomes.len());
        let mut place = Place::default();
        for (position, outcome) in &self.outcomes {
            place.write(*position, writer);
            outcome::write(outcome, writer);
        }
        writer.byte(self.phase.is_some().into());
        if let Some(phase) = &self.phase {
            write_json(writer, phase);
        }
        writer.count(self.items.len());
        for (position, item) in &self.items {
            writer.count(*position);
            write_item(item, "", writer);
        }
        writer.byte(self.pace.is_some().into());
        if let Some(pace) = &self.pace {
            pace.write(writer);
        }
        writer.maybe_number(self.server_ms);
    }

    /// Reads what [`Entry::write`] wrote; `None` where it did not.
    pub fn read(reader: &mut Reader<'_>) -> Option<Self> {
        if reader.byte()? != FORM {
            return None;
        }
        let mut entry = Self::default();
        let mut batches = BTreeMap::new();
        for _ in 0..reader.count()? {
            let batch = request::read(reader)?;
            batches.insert(batch.number, batch);
        }
        entry.batches = batches;
        for _ in 0..reader.count()? {
            entry.closed.push(reader.short()?);
        }
        let count = reader.count()?;
        entry.outcomes.reserve_exact(count);
        let mut place = Place::default();
        for _ in 0..count {
            let position = place.read(reader)?;
            entry.outcomes.push((position, outcome::read(reader)?));
        }
        entry.phase = match reader.byte()? {
            0 => None,
            _ => Some(read_json(reader)?),
        };
        for _ in 0..reader.count()? {
            entry.items.push((reader.place()?, read_item("", reader)?));
        }
        entry.pace = match reader.byte()? {
            0 => None,
            _ => Some(Box::new(Pace::read(reader)?)),
        };
        entry.server_ms = reader.maybe_number()?;
        Some(entry)
    }
}

/// Positions, each as the way from the one before.
#[derive(Default)]
struct Place {
    next: i64,
}

impl Place {
    fn write(&mut self, position: usize, writer: &mut Writer) {
        let position = position as u64;
        writer.signed(position.cast_signed().wrapping_sub(self.next));
        self.next = position.cast_signed().wrapping_add(1);
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Option<usize> {
        let position = self.next.wrapping_add(reader.signed()?);
        self.next = position.wrapping_add(1);
        position.try_into().ok()
    }
}

fn write_json(writer: &mut Writer, value: &impl Serialize) {
    // Nothing that is kept here can fail to be written.
    writer.text(&serde_json::to_string(value).unwrap_or_default());
}

fn read_json<T: DeserializeOwned>(reader: &mut Reader<'_>) -> Option<T> {
    serde_json::from_str(reader.text()?).ok()
}

#[cfg(test)]
mod tests;
