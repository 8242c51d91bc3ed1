//! What is known of an item as bytes.

use stockroom_api::ErrorCode;
use stockroom_api::bulk::{ItemError, LevelChange, VariantChange};

use crate::bytes::{Reader, Writer};
use crate::run::{Levels, Outcome};

const NOT_SENT: u8 = 0;
const UNKNOWN: u8 = 1;
const APPLIED: u8 = 2;
const REFUSED: u8 = 3;
const KINDS: u8 = 3;
/// The server told levels.
const TOLD: u8 = 4;
const QUANTITY: u8 = 8;
const VARIANTS: u8 = 16;

/// Writes an outcome.
pub(super) fn write(outcome: &Outcome, writer: &mut Writer) {
    match outcome {
        Outcome::NotSent => writer.byte(NOT_SENT),
        Outcome::Unknown => writer.byte(UNKNOWN),
        Outcome::Applied(None) => writer.byte(APPLIED),
        Outcome::Applied(Some(levels)) => write_levels(levels, writer),
        Outcome::Refused(error) => {
            writer.byte(REFUSED);
            write_error(error, writer);
        }
    }
}

/// Reads an outcome.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<Outcome> {
    let flags = reader.byte()?;
    Some(match flags & KINDS {
        NOT_SENT => Outcome::NotSent,
        UNKNOWN => Outcome::Unknown,
        APPLIED if flags & TOLD == 0 => Outcome::Applied(None),
        APPLIED => Outcome::Applied(Some(read_levels(flags, reader)?)),
        _ => Outcome::Refused(Box::new(read_error(reader)?)),
    })
}

fn write_levels(levels: &Levels, writer: &mut Writer) {
    let Levels { quantity, variants } = levels;
    let quantity_there = if quantity.is_some() { QUANTITY } else { 0 };
    let variants_there = if variants.is_empty() { 0 } else { VARIANTS };
    writer.byte(APPLIED | TOLD | quantity_there | variants_there);
    if let Some(change) = quantity {
        write_change(*change, writer);
    }
    if !variants.is_empty() {
        writer.count(variants.len());
    }
    for VariantChange { label, variant_id, before, after, delta } in variants {
        writer.text(label);
        writer.text(variant_id);
        write_change(LevelChange { before: *before, after: *after, delta: *delta }, writer);
    }
}

fn read_levels(flags: u8, reader: &mut Reader<'_>) -> Option<Levels> {
    let mut levels = Levels::default();
    if flags & QUANTITY != 0 {
        levels.quantity = Some(read_change(reader)?);
    }
    let variants = if flags & VARIANTS != 0 { reader.count()? } else { 0 };
    levels.variants.reserve_exact(variants);
    for _ in 0..variants {
        let (label, variant_id) = (reader.text()?.to_owned(), reader.text()?.to_owned());
        let LevelChange { before, after, delta } = read_change(reader)?;
        levels.variants.push(VariantChange { label, variant_id, before, after, delta });
    }
    Some(levels)
}

/// Writes levels as what they add up to, which is nothing more than the delta where they do.
fn write_change(change: LevelChange, writer: &mut Writer) {
    let LevelChange { before, after, delta } = change;
    writer.byte(before.is_some().into());
    if let Some(before) = before {
        writer.signed(before);
    }
    writer.signed(delta);
    writer.signed(after.wrapping_sub(before.unwrap_or(0)).wrapping_sub(delta));
}

fn read_change(reader: &mut Reader<'_>) -> Option<LevelChange> {
    let before = match reader.byte()? {
        0 => None,
        _ => Some(reader.signed()?),
    };
    let delta = reader.signed()?;
    let after = reader.signed()?.wrapping_add(before.unwrap_or(0)).wrapping_add(delta);
    Some(LevelChange { before, after, delta })
}

fn write_error(error: &ItemError, writer: &mut Writer) {
    let ItemError { external_id, error, code, path, current_quantity } = error;
    writer.text(external_id);
    writer.text(error);
    writer.maybe_text(code.as_ref().map(ErrorCode::as_str));
    writer.maybe_text(path.as_deref());
    writer.maybe_number(current_quantity.map(i64::cast_unsigned));
}

fn read_error(reader: &mut Reader<'_>) -> Option<ItemError> {
    Some(ItemError {
        external_id: reader.text()?.to_owned(),
        error: reader.text()?.to_owned(),
        code: reader.maybe_text()?.map(ErrorCode::from_api),
        path: reader.maybe_text()?.map(str::to_owned),
        current_quantity: reader.maybe_number()?.map(u64::cast_signed),
    })
}
