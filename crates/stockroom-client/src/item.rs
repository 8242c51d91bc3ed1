//! One product's part of a run, and the body that items make.

mod packed;

use stockroom_api::bulk::{BulkItem, Mode};

pub(crate) use packed::{read_item, write_item};
pub use packed::{read_items, write_items};

/// An item of a bulk request, whose every try is written in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item(BulkItem);

impl Item {
    /// Returns the item that asks for this.
    ///
    /// ```
    /// use stockroom_api::bulk::{BulkItem, Mode};
    /// use stockroom_client::item::Item;
    /// let item = Item::new(BulkItem {
    ///     external_id: "THIEB-001".into(),
    ///     mode: Some(Mode::Set),
    ///     quantity: Some(50),
    ///     ..BulkItem::default()
    /// });
    /// assert_eq!(item.json(), r#"{"externalId":"THIEB-001","mode":"set","quantity":50}"#);
    /// ```
    pub fn new(item: BulkItem) -> Self {
        Self(item)
    }

    /// Returns the product's SKU.
    pub fn external_id(&self) -> &str {
        self.0.external_id.trim()
    }

    /// Returns what it asks for.
    pub fn asked(&self) -> &BulkItem {
        &self.0
    }

    /// Returns the item as it is sent.
    pub fn json(&self) -> String {
        // An item is strings and whole numbers: there is nothing that cannot be written.
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    /// Tells whether it sets a level without naming the one it expects: sent late, it would wipe
    /// out what was sold meanwhile.
    pub fn overwrites(&self) -> bool {
        let blind = |mode: Option<Mode>, quantity: Option<i64>, expected: Option<i64>| {
            mode == Some(Mode::Set) && quantity.is_some() && expected.is_none()
        };
        let BulkItem { mode, quantity, expected_quantity, variants, .. } = &self.0;
        blind(*mode, *quantity, *expected_quantity)
            || variants.iter().any(|v| blind(v.mode.or(*mode), v.quantity, v.expected_quantity))
    }
}

/// Returns the body of a bulk request of these items: the same bytes for the same items, in every
/// version of this program, because a key is of one body.
pub(crate) fn body<'a>(items: impl ExactSizeIterator<Item = &'a Item>) -> String {
    /// What an item takes, more or less.
    const ITEM_BYTES: usize = 96;
    let mut body = Vec::with_capacity(16 + items.len() * ITEM_BYTES);
    body.extend_from_slice(br#"{"items":["#);
    for (index, item) in items.enumerate() {
        if index > 0 {
            body.push(b',');
        }
        // A vector takes all that is written.
        let _ = serde_json::to_writer(&mut body, &item.0);
    }
    body.extend_from_slice(b"]}");
    String::from_utf8(body).unwrap_or_default()
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

    fn variant(mode: Option<Mode>, expected: Option<i64>) -> BulkVariant {
        BulkVariant {
            label: "Grand".into(),
            mode,
            quantity: Some(1),
            expected_quantity: expected,
            ..BulkVariant::default()
        }
    }

    #[test]
    fn only_a_blind_set_overwrites() {
        let with = |variant| BulkItem { variants: vec![variant], ..set(5, Some(3)) };
        assert!(Item::new(set(5, None)).overwrites());
        assert!(!Item::new(set(5, Some(3))).overwrites());
        assert!(Item::new(with(variant(None, None))).overwrites());
        assert!(!Item::new(with(variant(None, Some(2)))).overwrites());
        assert!(!Item::new(with(variant(Some(Mode::Adjust), None))).overwrites());
    }

    #[test]
    fn a_body_is_what_the_contract_reads() {
        let asked = vec![set(5, None), set(6, Some(4))];
        let items: Vec<Item> = asked.iter().cloned().map(Item::new).collect();
        let read: BulkRequest = serde_json::from_str(&body(items.iter())).unwrap();
        assert_eq!(read.items, asked);
    }

    /// A journal keeps what is asked and not its JSON: a body that is made again after a newer version
    /// took the place of this one must have the bytes that its key stands for.
    #[test]
    fn the_bytes_of_a_body_never_change() {
        let adjust = BulkItem {
            external_id: "THÉ \"VERT\"\t1".into(),
            mode: Some(Mode::Adjust),
            quantity_delta: Some(-2),
            variants: vec![variant(None, Some(2)), variant(Some(Mode::Set), None)],
            ..BulkItem::default()
        };
        let items = [set(5, None), set(6, Some(4)), adjust].map(Item::new);
        assert_eq!(
            body(items.iter()),
            concat!(
                r#"{"items":[{"externalId":"TISSU-BAZIN","mode":"set","quantity":5},"#,
                r#"{"externalId":"TISSU-BAZIN","mode":"set","quantity":6,"expectedQuantity":4},"#,
                r#"{"externalId":"THÉ \"VERT\"\t1","mode":"adjust","quantityDelta":-2,"variants":["#,
                r#"{"label":"Grand","quantity":1,"expectedQuantity":2},"#,
                r#"{"label":"Grand","mode":"set","quantity":1}]}]}"#
            )
        );
    }
}
