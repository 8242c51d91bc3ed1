//! What a request asks of levels, in the domain's terms.

use std::collections::HashSet;

use stockroom_domain::label::{LabelKey, Nfc};
use stockroom_domain::quantity::{Change, Level, MAX_UNITS, Mode};

use super::Refusal;
use super::integer::Integer;
use super::place::Place;

/// What is asked of a product's level and its variants' levels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StockAsk {
    /// What is asked of the product's own level.
    pub product: LevelAsk,
    /// What is asked of variants, each label once.
    pub variants: Vec<VariantAsk>,
}

/// What is asked of one level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LevelAsk {
    /// The change; `None` asks nothing.
    pub change: Option<Change>,
    /// The level that must be there.
    pub expected: Option<Level>,
}

/// What is asked of one variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantAsk {
    /// The label as it was sent.
    pub label: String,
    /// By which the label matches.
    pub key: LabelKey,
    /// The change; a variant that is named is asked something.
    pub change: Change,
    /// The level that must be there.
    pub expected: Option<Level>,
}

/// The numbers of an item or a variant, well typed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    pub(super) quantity: Option<Integer>,
    pub(super) delta: Option<Integer>,
    pub(super) expected: Option<Integer>,
}

/// A variant as it was sent, well typed.
#[derive(Clone, Debug)]
pub(super) struct NamedNumbers {
    pub(super) label: String,
    pub(super) mode: Mode,
    pub(super) numbers: Numbers,
}

impl Numbers {
    /// Returns what the numbers ask in `mode`; `place` is that of their object.
    pub(super) fn ask(self, mode: Mode, place: Place<'_>) -> Result<LevelAsk, Refusal> {
        let (field, value) = match (mode, self.quantity, self.delta) {
            (Mode::Set, None, Some(_)) => return Err(delta_in_set(place)),
            (Mode::Adjust, Some(_), None) => return Err(quantity_in_adjust(place)),
            (Mode::Set, quantity, _) => ("quantity", quantity),
            (Mode::Adjust, _, delta) => ("quantityDelta", delta),
        };
        let change = value.map(|value| change(mode, value, place.field(field))).transpose()?;
        let expected =
            self.expected.map(|value| level(value, place.field("expectedQuantity"))).transpose()?;
        Ok(LevelAsk { change, expected })
    }
}

/// Returns what the variants ask, each label once; `place` is that of their list.
pub(super) fn read_variants(
    sent: Vec<NamedNumbers>,
    place: Place<'_>,
    nfc: Nfc,
) -> Result<Vec<VariantAsk>, Refusal> {
    let mut seen = HashSet::with_capacity(sent.len());
    let mut asks = Vec::with_capacity(sent.len());
    for (index, variant) in sent.into_iter().enumerate() {
        let place = place.element(index);
        let key = LabelKey::new(&variant.label, nfc);
        if key.is_empty() {
            let message = "The variant's label is empty. Name the variant by its label.";
            return Err(Refusal::at(place.field("label"), message));
        }
        if !seen.insert(key.clone()) {
            let message =
                format!("The label \"{}\" is named twice. Send each variant once.", variant.label);
            return Err(Refusal::at(place.field("label"), message));
        }
        let ask = variant.numbers.ask(variant.mode, place)?;
        let Some(change) = ask.change else {
            return Err(no_value(variant.mode, place));
        };
        asks.push(VariantAsk { label: variant.label, key, change, expected: ask.expected });
    }
    Ok(asks)
}

/// Returns the refusal of an object that names no value.
pub(super) fn no_value(mode: Mode, place: Place<'_>) -> Refusal {
    let field = match mode {
        Mode::Set => "quantity",
        Mode::Adjust => "quantityDelta",
    };
    let message =
        format!("Nothing is asked: mode \"{}\" needs `{field}`, which is missing.", mode.as_str());
    Refusal::at(place.field(field), message)
}

fn quantity_in_adjust(place: Place<'_>) -> Refusal {
    let message = "Mode \"adjust\" (the default) needs `quantityDelta`, but only `quantity` was \
                   sent. To replace the level send \"mode\": \"set\"; to change it send \
                   `quantityDelta`.";
    Refusal::at(place.field("quantity"), message)
}

fn delta_in_set(place: Place<'_>) -> Refusal {
    let message = "Mode \"set\" needs `quantity`, but only `quantityDelta` was sent. To change \
                   the level send \"mode\": \"adjust\"; to replace it send `quantity`.";
    Refusal::at(place.field("quantityDelta"), message)
}

fn change(mode: Mode, value: Integer, place: Place<'_>) -> Result<Change, Refusal> {
    let lowest = match mode {
        Mode::Set => 0,
        Mode::Adjust => -MAX_UNITS,
    };
    match value {
        Integer::Fits(units) => {
            mode.change(units).map_err(|_| out_of_range(Some(units), lowest, place))
        }
        Integer::Beyond => Err(out_of_range(None, lowest, place)),
    }
}

/// Returns the level that `value` is.
pub(super) fn level(value: Integer, place: impl Into<String>) -> Result<Level, Refusal> {
    match value {
        Integer::Fits(units) => Level::new(units).map_err(|_| out_of_range(Some(units), 0, place)),
        Integer::Beyond => Err(out_of_range(None, 0, place)),
    }
}

fn out_of_range(units: Option<i64>, lowest: i64, place: impl Into<String>) -> Refusal {
    let found = units.map_or_else(|| "The number".to_owned(), |units| units.to_string());
    Refusal::at(
        place,
        format!("{found} is out of range: send a whole number from {lowest} to {MAX_UNITS}."),
    )
}
