//! What the records of a journal hold, as bytes.
//!
//! Each begins with the number of its form; one that begins as JSON is of an earlier version
//! ([`super::old`]).

use stockroom_client::bytes::{Reader, Writer};
use stockroom_client::item::{read_items, write_items};
use stockroom_client::run::{Entry, Run};

use super::old;
use crate::apply_command::asked_levels::{AskedLevel, AskedLevels};
use crate::apply_command::opening::Opening;

/// The form that is written.
const FORM: u8 = 2;

/// Writes what a run is.
pub(super) fn write_opening(opening: &Opening, writer: &mut Writer) {
    let Opening { head, levels, run } = opening;
    writer.byte(FORM);
    // Nothing that is kept here can fail to be written.
    writer.text(&serde_json::to_string(head).unwrap_or_default());
    write_items(run.items(), writer);
    write_levels(levels, writer);
    run.write(writer);
}

/// Reads what a run is; `None` where no version has written this.
pub(super) fn read_opening(bytes: &[u8]) -> Option<Opening> {
    let mut reader = Reader::new(bytes);
    if reader.byte()? != FORM {
        return old::read_opening(bytes);
    }
    let head = serde_json::from_str(reader.text()?).ok()?;
    let items = read_items(&mut reader)?;
    let levels = read_levels(&mut reader).filter(|levels| levels.items() == items.len())?;
    let run = Run::read(&mut reader, items)?;
    reader.is_done().then_some(Opening { head, levels, run })
}

/// Reads a record of entries; `None` where no version has written this.
pub(super) fn read_entries(bytes: &[u8], entries: &mut Vec<Entry>) -> Option<()> {
    if bytes.first() == Some(&old::BEGIN_OF_ENTRIES) {
        return old::read_entries(bytes, entries);
    }
    let mut reader = Reader::new(bytes);
    while !reader.is_done() {
        entries.push(Entry::read(&mut reader)?);
    }
    Some(())
}

/// Writes levels; a line is most often the one behind the line before.
fn write_levels(levels: &AskedLevels, writer: &mut Writer) {
    writer.count(levels.items());
    let mut next = 0;
    for of_item in levels.iter() {
        writer.count(of_item.len());
        for AskedLevel(line, before) in of_item {
            writer.signed(i64::from(*line) - next);
            next = i64::from(*line) + 1;
            writer.byte(before.is_some().into());
            if let Some(before) = before {
                writer.signed(*before);
            }
        }
    }
}

fn read_levels(reader: &mut Reader<'_>) -> Option<AskedLevels> {
    let mut levels = AskedLevels::default();
    let mut next = 0;
    for _ in 0..reader.count()? {
        let mut of_item = Vec::new();
        for _ in 0..reader.count()? {
            let line = u32::try_from(reader.signed()?.checked_add(next)?).ok()?;
            next = i64::from(line) + 1;
            let before = match reader.byte()? {
                0 => None,
                _ => Some(reader.signed()?),
            };
            of_item.push(AskedLevel(line, before));
        }
        levels.push(of_item);
    }
    Some(levels)
}
