//! Records as the first version wrote them: JSON. They are read so that a run which was begun then goes
//! on; nothing is written in this form any more.

use serde::Deserialize;
use stockroom_client::run::Entry;
use stockroom_client::run::old::{OldEntry, OldRun};

use crate::apply_command::asked_levels::{AskedLevel, AskedLevels};
use crate::apply_command::opening::{Head, Opening};

/// What a record of entries begins with: they are a list.
pub(super) const BEGIN_OF_ENTRIES: u8 = b'[';

#[derive(Deserialize)]
struct OldOpening {
    #[serde(flatten)]
    head: Head,
    levels: Vec<Vec<(u32, Option<i64>)>>,
    run: OldRun,
}

/// Reads what a run is.
pub(super) fn read_opening(json: &[u8]) -> Option<Opening> {
    let OldOpening { head, levels: old, run } = serde_json::from_slice(json).ok()?;
    let mut levels = AskedLevels::default();
    for of_item in old {
        levels.push(of_item.into_iter().map(|(line, before)| AskedLevel(line, before)));
    }
    let run = run.run().filter(|run| run.items().len() == levels.items())?;
    Some(Opening { head, levels, run })
}

/// Reads a record of entries.
pub(super) fn read_entries(json: &[u8], entries: &mut Vec<Entry>) -> Option<()> {
    let old: Vec<OldEntry> = serde_json::from_slice(json).ok()?;
    for entry in old {
        entries.push(entry.entry()?);
    }
    Some(())
}
