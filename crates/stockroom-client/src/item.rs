//! One product's part of a run, written once as the JSON that is sent.

use serde::{Deserialize, Serialize};
use stockroom_api::bulk::{BulkItem, Mode};

/// An item of a bulk request: its SKU, its JSON, and whether a late replay would harm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    external_id: String,
    json: String,
    overwrites: bool,
}

impl Item {
    /// Returns the item with its JSON, which every try sends as it is.
    ///
    /// ```
    /// use stockroom_api::bulk::{BulkItem, Mode};
    /// use stockroom_client::item::Item;
    /// let item = Item::new(&BulkItem {
    ///     external_id: "THIEB-001".into(),
    ///     mode: Some(Mode::Set),
    ///     quantity: Some(50),
    ///     ..BulkItem::default()
    /// });
    /// assert_eq!(item.json(), r#"{"externalId":"THIEB-001","mode":"set","quantity":50}"#);
    /// ```
    pub fn new(item: &BulkItem) -> Self {
        Self {
            external_id: item.external_id.trim().to_owned(),
            // An item is strings and whole numbers: there is nothing that cannot be written.
            json: serde_json::to_string(item).unwrap_or_default(),
            overwrites: overwrites(item),
        }
    }

    /// Returns the product's SKU.
    pub fn external_id(&self) -> &str {
        &self.external_id
    }

    /// Returns the item as it is sent.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// Tells whether it sets a level without naming the one it expects: sent late, it would wipe
    /// out what was sold meanwhile.
    pub fn overwrites(&self) -> bool {
        self.overwrites
    }
}

fn overwrites(item: &BulkItem) -> bool {
    let blind = |mode: Option<Mode>, quantity: Option<i64>, expected: Option<i64>| {
        mode == Some(Mode::Set) && quantity.is_some() && expected.is_none()
    };
    let mut variants = item.variants.iter();
    blind(item.mode, item.quantity, item.expected_quantity)
        || variants.any(|v| blind(v.mode.or(item.mode), v.quantity, v.expected_quantity))
}

/// Returns the body of a bulk request of these items.
pub(crate) fn body<'a>(items: impl Iterator<Item = &'a Item>) -> String {
    let mut body = String::from(r#"{"items":["#);
    for (index, item) in items.enumerate() {
        if index > 0 {
            body.push(',');
        }
        body.push_str(item.json());
    }
    body.push_str("]}");
    body
}

#[cfg(test)]
mod tests {
    use stockroom_api::bulk::{BulkRequest, BulkVariant};

    use super::*;

    fn set(quantity: i64, expected: Option<i64>) -> BulkItem {
        BulkItem {
            external_id: "TISSU-BAZIN".into(),
            mode: Some(Mode::Set),
            quantity: Some(quantity),
            expected_quantity: expected,
            ..BulkItem::default()
        }
    }

    #[test]
    fn only_a_blind_set_overwrites() {
        let variant = |mode, expected| BulkVariant {
            label: "Grand".into(),
            mode,
            quantity: Some(1),
            expected_quantity: expected,
            ..BulkVariant::default()
        };
        let with = |variant| BulkItem { variants: vec![variant], ..set(5, Some(3)) };
        assert!(Item::new(&set(5, None)).overwrites());
        assert!(!Item::new(&set(5, Some(3))).overwrites());
        assert!(Item::new(&with(variant(None, None))).overwrites());
        assert!(!Item::new(&with(variant(None, Some(2)))).overwrites());
        assert!(!Item::new(&with(variant(Some(Mode::Adjust), None))).overwrites());
    }

    #[test]
    fn a_body_is_what_the_contract_reads() {
        let asked = vec![set(5, None), set(6, Some(4))];
        let items: Vec<Item> = asked.iter().map(Item::new).collect();
        let read: BulkRequest = serde_json::from_str(&body(items.iter())).unwrap();
        assert_eq!(read.items, asked);
    }
}
