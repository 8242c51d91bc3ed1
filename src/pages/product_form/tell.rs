//! Fields of the form and what is wrong with them, in the merchant's words.

use stockroom_api::limits::MAX_UNITS;
use stockroom_domain::number::NumberFault;

use super::draft::{Fault, Place, Slot, VariantSlot};
use crate::words::{Key, Words};

/// Returns a field's name.
pub(super) fn label(place: Place) -> Key {
    match place {
        Place::Product(slot) => match slot {
            Slot::Name => Key::UpdateFieldName,
            Slot::Price => Key::ProductsPriceLabel,
            Slot::Sku => Key::InventorySku,
            Slot::Description => Key::ProductsDescription,
            Slot::Quantity => Key::ProductsQuantity,
            Slot::Threshold => Key::ProductsThreshold,
            Slot::Image => Key::ProductsImage,
        },
        Place::Variant(_, slot) => match slot {
            VariantSlot::Kind => Key::ProductsType,
            VariantSlot::Label => Key::ProductsLabel,
            VariantSlot::Value => Key::ProductsValue,
            VariantSlot::Price => Key::ProductsDifference,
            VariantSlot::Quantity => Key::ProductsQuantity,
        },
    }
}

/// Returns what a field is for, where its name does not say it.
pub(super) fn hint(place: Place) -> Option<Key> {
    match place {
        Place::Product(Slot::Sku) => Some(Key::ProductsSkuHint),
        Place::Product(Slot::Quantity) => Some(Key::ProductsQuantityHint),
        Place::Product(Slot::Threshold) => Some(Key::ProductsThresholdHint),
        _ => None,
    }
}

/// Returns what is wrong with a field in which `text` stands.
pub(super) fn fault(words: Words, text: &str, fault: &Fault) -> String {
    let number = |n: usize| words.number(i64::try_from(n).unwrap_or(i64::MAX));
    let key = match fault {
        Fault::Missing => Key::ProductsNeeded,
        Fault::TooLong(count, most) => {
            let values = [("count", &*number(*count)), ("max", &number(*most))];
            return words.fill(Key::ProductsLongest, &values);
        }
        Fault::Level(NumberFault::TooLarge) => {
            let most = words.number(MAX_UNITS);
            return words.fill(Key::EntryOutOfRange, &[("text", text.trim()), ("max", &most)]);
        }
        Fault::Level(NumberFault::Fraction) => Key::EntryFraction,
        Fault::Price(NumberFault::TooLarge) => Key::ProductsPriceLarge,
        Fault::Price(NumberFault::Fraction) => Key::ProductsPriceFraction,
        Fault::Price(NumberFault::Invalid) => Key::CodeNumberInvalid,
        Fault::Level(fault) | Fault::Price(fault) => match fault {
            NumberFault::Ambiguous { .. } => Key::EntryAmbiguous,
            NumberFault::Signed { .. } | NumberFault::Parentheses { .. } => Key::ProductsSigned,
            _ => Key::EntryNotANumber,
        },
        Fault::NotAnAddress => Key::ProductsNotAnAddress,
        Fault::Taken => Key::ProductsTaken,
        Fault::Stale(now) => {
            let now = match now {
                Some(now) => words.number(*now),
                None => words.text(Key::InventoryNotTracked).to_owned(),
            };
            return words.fill(Key::ProductsStale, &[("now", &now)]);
        }
        Fault::Said(message) => return words.fill(Key::FailureSaid, &[("message", message)]),
    };
    words.fill(key, &[("text", text.trim())])
}
