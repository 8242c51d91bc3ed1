//! From what the API answers to the stock that the rules know.

use stockroom_domain::quantity::Level;
use stockroom_domain::stock;

use crate::inventory::InventoryItem;
use crate::product::Product;

/// A level of the API; what no level can be counts as not tracked.
fn level(units: Option<i64>) -> Option<Level> {
    units.and_then(|units| Level::new(units).ok())
}

fn variant(id: String, label: String, units: Option<i64>) -> stock::Variant {
    stock::Variant { id, label, level: level(units) }
}

impl From<InventoryItem> for stock::Product {
    fn from(item: InventoryItem) -> Self {
        let variants = item.variants.into_iter();
        Self {
            id: item.product_id,
            external_id: item.external_id,
            name: item.name,
            level: level(item.quantity),
            threshold: item.low_stock_threshold,
            variants: variants.map(|v| variant(v.variant_id, v.label, v.quantity)).collect(),
        }
    }
}

impl From<Product> for stock::Product {
    fn from(product: Product) -> Self {
        let variants = product.variants.into_iter();
        Self {
            id: product.id,
            external_id: product.external_id,
            name: product.name,
            level: level(product.quantity),
            threshold: product.low_stock_threshold,
            variants: variants.map(|v| variant(v.id, v.label, v.quantity)).collect(),
        }
    }
}
