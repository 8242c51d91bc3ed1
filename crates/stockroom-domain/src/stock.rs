//! The stock as it was last read: products, their variants and levels, found by SKU.

mod sku_index;

use crate::label::{LabelKey, Nfc};
use crate::quantity::Level;
use sku_index::SkuIndex;

/// A product as the inventory lists it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Product {
    /// The server's id, opaque.
    pub id: String,
    /// The SKU; a product without one cannot be named by files.
    pub external_id: Option<String>,
    /// The name, for people.
    pub name: String,
    /// The product's own level; `None` where it is not tracked.
    pub level: Option<Level>,
    /// The product is low when its level is strictly below this.
    pub threshold: Option<i64>,
    /// The variants, in the server's order.
    pub variants: Vec<Variant>,
}

/// A variant of a product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Variant {
    /// The server's id, opaque.
    pub id: String,
    /// The label, as the shop writes it.
    pub label: String,
    /// The variant's level; `None` where it is not tracked.
    pub level: Option<Level>,
}

/// The stock as it was last read, in the order of reading.
#[derive(Clone, Debug)]
pub struct Stock {
    products: Vec<Product>,
    keys: Vec<Vec<LabelKey>>,
    by_external_id: SkuIndex,
    nfc: Nfc,
}

/// Why a label names no single variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariantFault {
    /// No variant has this label; `nearest` is the one most like it.
    Unknown {
        /// The place of the nearest variant, where one is near.
        nearest: Option<usize>,
    },
    /// Several variants have this label.
    Ambiguous,
}

impl Stock {
    /// Returns a stock of nothing; `nfc` is the normalization that labels are matched by.
    pub fn new(nfc: Nfc) -> Self {
        Self { products: Vec::new(), keys: Vec::new(), by_external_id: SkuIndex::default(), nfc }
    }

    /// Makes room for so many more products at once, where it is known how many come.
    pub fn reserve(&mut self, products: usize) {
        self.products.reserve(products);
        self.keys.reserve(products);
        self.by_external_id.reserve(products);
    }

    /// Adds a product, or replaces the one with the same SKU.
    pub fn put(&mut self, product: Product) {
        let keys = product.variants.iter().map(|v| LabelKey::new(&v.label, self.nfc)).collect();
        let known = product.external_id.as_deref().and_then(|id| self.find(id));
        if let Some(at) = known {
            self.products[at] = product;
            self.keys[at] = keys;
            return;
        }
        if let Some(id) = &product.external_id {
            self.by_external_id.add(id, self.products.len());
        }
        self.products.push(product);
        self.keys.push(keys);
    }

    /// Returns the place of the product with this SKU.
    pub fn find(&self, external_id: &str) -> Option<usize> {
        self.find_utf8(external_id.as_bytes())
    }

    /// Returns the place of the product with this SKU, given in UTF-8.
    pub(crate) fn find_utf8(&self, external_id: &[u8]) -> Option<usize> {
        self.by_external_id.find(external_id)
    }

    /// Returns the place of the product's variant that `label` names.
    ///
    /// # Errors
    /// [`VariantFault`] where none or several have it.
    pub fn find_variant(&self, product: usize, label: &str) -> Result<usize, VariantFault> {
        let keys = &self.keys[product];
        let label = label.trim();
        let plain = if label.is_ascii() {
            // Keys are folded already, and most labels are plain: no copy is needed to compare.
            only(keys.iter().map(|key| key.as_str().eq_ignore_ascii_case(label)))
        } else {
            Only::None
        };
        match plain {
            Only::One(at) => return Ok(at),
            Only::Several => return Err(VariantFault::Ambiguous),
            Only::None => {}
        }
        let wanted = LabelKey::new(label, self.nfc);
        match only(keys.iter().map(|key| *key == wanted)) {
            Only::One(at) => Ok(at),
            Only::Several => Err(VariantFault::Ambiguous),
            Only::None => Err(VariantFault::Unknown { nearest: self.nearest(product, &wanted) }),
        }
    }

    /// Returns a product by its place.
    pub fn product(&self, at: usize) -> &Product {
        &self.products[at]
    }

    /// Returns every product, in the order of reading.
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    /// Returns the products alone.
    pub fn into_products(self) -> Vec<Product> {
        self.products
    }

    fn nearest(&self, product: usize, wanted: &LabelKey) -> Option<usize> {
        let distances =
            self.keys[product].iter().map(|key| distance(key.as_str(), wanted.as_str()));
        let (at, distance) = distances.enumerate().min_by_key(|(_, distance)| *distance)?;
        let longest = wanted.as_str().chars().count().max(3);
        (distance * 2 <= longest).then_some(at)
    }
}

impl Product {
    /// Returns the units that count for the shop: the product's level, or its variants' where it
    /// has none of its own.
    pub fn units(&self) -> i64 {
        self.level.map_or_else(
            || self.variants.iter().filter_map(|v| v.level).map(Level::get).sum(),
            Level::get,
        )
    }

    /// Tells whether the level is strictly below the threshold.
    pub fn is_low(&self) -> bool {
        self.level.is_some_and(|level| level.is_low(self.threshold))
    }

    /// Tells whether the product, or one of its variants, is at 0.
    pub fn is_out(&self) -> bool {
        self.level == Some(Level::ZERO)
            || self.variants.iter().any(|variant| variant.level == Some(Level::ZERO))
    }
}

/// Returns the place of the one that is so.
fn only(are: impl Iterator<Item = bool>) -> Only {
    let mut places = are.enumerate().filter(|(_, is)| *is).map(|(at, _)| at);
    match (places.next(), places.next()) {
        (None, _) => Only::None,
        (Some(at), None) => Only::One(at),
        (Some(_), Some(_)) => Only::Several,
    }
}

/// How many are so.
enum Only {
    None,
    One(usize),
    Several,
}

/// The number of letters to change, add or drop to get from one text to the other.
fn distance(from: &str, to: &str) -> usize {
    const LONGEST: usize = 64;
    let to: Vec<char> = to.chars().take(LONGEST).collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().take(LONGEST).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let kept = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = kept.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(distance("rouge", "rouge"), 0);
        assert_eq!(distance("roug", "rouge"), 1);
        assert_eq!(distance("grand", "petit"), 5);
        assert_eq!(distance("", "xl"), 2);
    }

    #[test]
    fn a_product_put_again_is_replaced() {
        let mut stock = Stock::new(str::to_owned);
        for level in [1, 2] {
            let level = Level::new(level).ok();
            let external_id = Some("RIZ-25KG".to_owned());
            stock.put(Product { external_id, level, ..Product::default() });
        }
        stock.put(Product::default());
        stock.put(Product::default());
        assert_eq!(stock.products().len(), 3);
        assert_eq!(stock.find("RIZ-25KG"), Some(0));
        assert_eq!(stock.product(0).level, Level::new(2).ok());
        assert_eq!(stock.find("riz-25kg"), None);
    }
}
