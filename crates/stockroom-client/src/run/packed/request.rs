//! A request of a run as bytes.

use super::Place;
use crate::bytes::{Reader, Writer};
use crate::run::{Batch, Parked, Stage};

const UNCLEAR: u8 = 16;
const OVERWRITES: u8 = 32;
/// Where a request is, by its number here.
const STAGES: [Stage; 7] = [
    Stage::Waiting,
    Stage::Flying,
    Stage::Parked(Parked::TriesUsedUp),
    Stage::Parked(Parked::KeyExpired),
    Stage::Parked(Parked::WouldOverwrite),
    Stage::Parked(Parked::KeyReused),
    Stage::Parked(Parked::Contradicted),
];

/// Writes a request.
pub(super) fn write(batch: &Batch, writer: &mut Writer) {
    writer.number(batch.number.into());
    writer.count(batch.positions.len());
    let mut place = Place::default();
    for position in batch.positions.iter() {
        place.write(*position, writer);
    }
    let stages = (0..).zip(STAGES);
    let stage = stages.filter(|(_, stage)| *stage == batch.stage).fold(0, |_, (at, _)| at);
    let unclear = if batch.unclear { UNCLEAR } else { 0 };
    let overwrites = if batch.overwrites { OVERWRITES } else { 0 };
    writer.byte(stage | unclear | overwrites);
    writer.byte(batch.tries);
    writer.byte(batch.waits);
    writer.number(batch.not_before);
    writer.maybe_number(batch.first_sent);
    writer.maybe_number(batch.first_sent_there);
    writer.number(batch.last_sent);
}

/// Reads a request.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<Batch> {
    let number = reader.short()?;
    let count = reader.count()?;
    let mut positions = Vec::with_capacity(count);
    let mut place = Place::default();
    for _ in 0..count {
        positions.push(place.read(reader)?);
    }
    let flags = reader.byte()?;
    let stage = *STAGES.get(usize::from(flags & !(UNCLEAR | OVERWRITES)))?;
    Some(Batch {
        number,
        positions: positions.into(),
        stage,
        tries: reader.byte()?,
        waits: reader.byte()?,
        not_before: reader.number()?,
        first_sent: reader.maybe_number()?,
        first_sent_there: reader.maybe_number()?,
        last_sent: reader.number()?,
        unclear: flags & UNCLEAR != 0,
        overwrites: flags & OVERWRITES != 0,
    })
}
