//! The demo store: products that a shop in Nouakchott or Dakar might have, the same each time.

use jiff::Timestamp;
use stockroom_api::product::{NewProduct, NewVariant, Status};

use crate::random::{Random, new_id};
use crate::store::data::ProductRow;

/// The demo store's name.
pub const STORE_NAME: &str = "Boutique Tevragh-Zeina";

/// The products that every demo store has.
const PRODUCTS: &str = include_str!("demo/products.json");

/// Ids of demo products start at this time: 1 January 2026.
const FIRST_ID_SECOND: i64 = 1_767_225_600;

/// Returns the first `count` products of the demo store, or all that are written down.
///
/// # Errors
/// [`serde_json::Error`] where the list is not readable, which a test rules out.
pub fn products(count: Option<usize>) -> Result<Vec<ProductRow>, serde_json::Error> {
    let mut products: Vec<NewProduct> = serde_json::from_str(PRODUCTS)?;
    let count = count.unwrap_or(products.len());
    products.truncate(count);
    let generated = (products.len()..count).map(|index| generated(index + 1));
    products.extend(generated);
    // Ids in the order of SKUs keep neighbours in a list neighbours in the file.
    products.sort_by(|a, b| {
        (a.external_id.is_none(), &a.external_id).cmp(&(b.external_id.is_none(), &b.external_id))
    });
    Ok(products.into_iter().enumerate().map(row).collect())
}

/// Ids that are the same each time: a counter instead of chance.
struct Counter(u64);

impl Random for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        let counted = self.0.to_be_bytes();
        for (byte, count) in bytes.iter_mut().rev().zip(counted.iter().rev()) {
            *byte = *count;
        }
    }
}

fn row((index, new): (usize, NewProduct)) -> ProductRow {
    let position = index as u64;
    let id = |number: u64| {
        let second = FIRST_ID_SECOND + i64::try_from(position).unwrap_or(0);
        let time = Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
        new_id(&Counter(number), time)
    };
    ProductRow {
        id: id(position << 16),
        variant_ids: (1..=new.variants.len() as u64)
            .map(|number| id((position << 16) | number))
            .collect(),
        new,
    }
}

fn generated(number: usize) -> NewProduct {
    const KINDS: [&str; 8] = [
        "Savon de Marseille",
        "Boîte de thon",
        "Bougie parfumée",
        "Cahier 96 pages",
        "Huile d’arachide",
        "Foulard coton",
        "Câble USB",
        "Verre à thé",
    ];
    // A small mixer instead of chance: spread, and the same each time.
    let mixed = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
    let quantity = i64::try_from(mixed % 400).unwrap_or(0);
    let threshold = i64::try_from(mixed / 400 % 40).unwrap_or(0);
    NewProduct {
        name: format!("{} n° {number}", KINDS[number % KINDS.len()]),
        price: 500 + i64::try_from(mixed % 900).unwrap_or(0) * 50,
        external_id: Some(format!("GEN-{number:06}")),
        quantity: Some(quantity),
        low_stock_threshold: (!number.is_multiple_of(3)).then_some(threshold),
        status: Some(Status::Active),
        variants: if number.is_multiple_of(10) { sizes(quantity) } else { Vec::new() },
        ..NewProduct::default()
    }
}

fn sizes(quantity: i64) -> Vec<NewVariant> {
    let half = quantity / 2;
    [("Petit", half), ("Grand", quantity - half)]
        .map(|(label, quantity)| NewVariant {
            kind: "SIZE".to_owned(),
            label: label.to_owned(),
            quantity: Some(quantity),
            ..NewVariant::default()
        })
        .into()
}
