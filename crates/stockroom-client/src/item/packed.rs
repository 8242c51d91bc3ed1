//! Items in few bytes: a SKU is what it does not share with the one before.

use stockroom_api::bulk::{BulkItem, BulkVariant, Mode};

use super::Item;
use crate::bytes::{Reader, Writer};

const SET: u8 = 1;
const ADJUST: u8 = 2;
const MODES: u8 = SET | ADJUST;
const QUANTITY: u8 = 4;
const DELTA: u8 = 8;
const EXPECTED: u8 = 16;
const VARIANTS: u8 = 32;

/// Values of a level, as an item and each of its variants ask for them.
#[derive(Clone, Copy)]
struct Values {
    mode: Option<Mode>,
    quantity: Option<i64>,
    delta: Option<i64>,
    expected: Option<i64>,
}

/// Writes items, in their order.
pub fn write_items(items: &[Item], writer: &mut Writer) {
    writer.count(items.len());
    let mut before = "";
    for item in items {
        write_item(item, before, writer);
        before = &item.asked().external_id;
    }
}

/// Reads items; `None` where these are none.
pub fn read_items(reader: &mut Reader<'_>) -> Option<Vec<Item>> {
    let count = reader.count()?;
    let mut items: Vec<Item> = Vec::with_capacity(count);
    for _ in 0..count {
        let before = items.last().map_or("", |item| &item.asked().external_id);
        let item = read_item(before, reader)?;
        items.push(item);
    }
    Some(items)
}

/// Writes an item behind one with the SKU `before`.
pub(crate) fn write_item(item: &Item, before: &str, writer: &mut Writer) {
    let BulkItem { external_id, mode, quantity, quantity_delta, expected_quantity, variants } =
        item.asked();
    let values = Values {
        mode: *mode,
        quantity: *quantity,
        delta: *quantity_delta,
        expected: *expected_quantity,
    };
    values.write(if variants.is_empty() { 0 } else { VARIANTS }, writer);
    let shared = shared(before, external_id);
    writer.count(shared);
    writer.text(&external_id[shared..]);
    if !variants.is_empty() {
        writer.count(variants.len());
    }
    for variant in variants {
        let BulkVariant { label, mode, quantity, quantity_delta, expected_quantity } = variant;
        let values = Values {
            mode: *mode,
            quantity: *quantity,
            delta: *quantity_delta,
            expected: *expected_quantity,
        };
        values.write(0, writer);
        writer.text(label);
    }
}

/// Reads an item behind one with the SKU `before`.
pub(crate) fn read_item(before: &str, reader: &mut Reader<'_>) -> Option<Item> {
    let (values, flags) = Values::read(reader)?;
    let shared = before.get(..reader.place()?)?;
    let external_id = [shared, reader.text()?].concat();
    let mut variants = Vec::new();
    if flags & VARIANTS != 0 {
        let count = reader.count()?;
        variants.reserve_exact(count);
        for _ in 0..count {
            let (Values { mode, quantity, delta, expected }, _) = Values::read(reader)?;
            let label = reader.text()?.to_owned();
            let (quantity_delta, expected_quantity) = (delta, expected);
            variants.push(BulkVariant { label, mode, quantity, quantity_delta, expected_quantity });
        }
    }
    let Values { mode, quantity, delta, expected } = values;
    let (quantity_delta, expected_quantity) = (delta, expected);
    let item =
        BulkItem { external_id, mode, quantity, quantity_delta, expected_quantity, variants };
    Some(Item::new(item))
}

/// Returns how many bytes two texts begin with alike, in whole characters.
fn shared(before: &str, text: &str) -> usize {
    let alike = before.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
    (0..=alike).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

impl Values {
    fn write(self, flags: u8, writer: &mut Writer) {
        let Self { mode, quantity, delta, expected } = self;
        let mode = mode.map_or(0, |mode| if mode == Mode::Set { SET } else { ADJUST });
        let numbers = [(quantity, QUANTITY), (delta, DELTA), (expected, EXPECTED)];
        let there = numbers.iter().filter(|(number, _)| number.is_some());
        writer.byte(there.fold(flags | mode, |flags, (_, flag)| flags | flag));
        for number in numbers.iter().filter_map(|(number, _)| *number) {
            writer.signed(number);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Option<(Self, u8)> {
        let flags = reader.byte()?;
        let mode = match flags & MODES {
            0 => None,
            SET => Some(Mode::Set),
            ADJUST => Some(Mode::Adjust),
            _ => return None,
        };
        let mut number = |flag: u8| match flags & flag {
            0 => Some(None),
            _ => reader.signed().map(Some),
        };
        let (quantity, delta, expected) = (number(QUANTITY)?, number(DELTA)?, number(EXPECTED)?);
        Some((Self { mode, quantity, delta, expected }, flags))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items() -> Vec<Item> {
        let variant =
            |label: &str, mode, quantity, quantity_delta, expected_quantity| BulkVariant {
                label: label.to_owned(),
                mode,
                quantity,
                quantity_delta,
                expected_quantity,
            };
        let of = |sku: &str, mode, quantity, delta, expected, variants: &[BulkVariant]| {
            Item::new(BulkItem {
                external_id: sku.to_owned(),
                mode,
                quantity,
                quantity_delta: delta,
                expected_quantity: expected,
                variants: variants.to_vec(),
            })
        };
        let variants = [
            variant("Grand", Some(Mode::Set), Some(4), None, Some(-1)),
            variant("", None, None, Some(i64::MIN), None),
        ];
        vec![
            of("SKU-0001", Some(Mode::Adjust), None, Some(1), None, &[]),
            of("SKU-0002", Some(Mode::Set), Some(0), None, Some(i64::MAX), &[]),
            // These begin with the same byte of another letter.
            of("é", None, None, None, None, &variants),
            of("è", None, Some(1), Some(2), Some(3), &[]),
            of(" è ", Some(Mode::Set), None, None, None, &variants[..1]),
            of("", None, None, None, None, &[]),
        ]
    }

    #[test]
    fn items_come_back_and_neighbours_are_short() {
        let mut writer = Writer::default();
        write_items(&items(), &mut writer);
        let bytes = writer.into_bytes();
        let mut reader = Reader::new(&bytes);
        assert_eq!(read_items(&mut reader), Some(items()));
        assert!(reader.is_done());
        let mut writer = Writer::default();
        write_items(&items()[..1], &mut writer);
        let one = writer.into_bytes().len();
        let mut writer = Writer::default();
        let pair = [items()[0].clone(), items()[0].clone()];
        write_items(&pair, &mut writer);
        assert_eq!(writer.into_bytes().len() - one, 4);
    }

    #[test]
    fn what_ends_early_is_nothing() {
        let mut writer = Writer::default();
        write_items(&items(), &mut writer);
        let bytes = writer.into_bytes();
        for length in 0..bytes.len() {
            assert_eq!(read_items(&mut Reader::new(&bytes[..length])), None, "cut to {length}");
        }
    }
}
