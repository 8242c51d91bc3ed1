//! Products as they are kept: what is read to be changed, and given back changed.

use stockroom_api::product::{NewProduct, NewVariant, Status};

use super::data::{Number, StockRow, VariantRow, WriteNumber};

/// A product as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductRecord {
    /// The store's own name of the product.
    pub number: Number,
    /// The product's id.
    pub id: String,
    /// All but its levels.
    pub fields: ProductFields,
    /// Its own level.
    pub quantity: Option<i64>,
    /// The write that changed its levels last.
    pub last_write: Option<WriteNumber>,
    /// Its variants, in order.
    pub variants: Vec<VariantRecord>,
}

/// A product without its levels and variants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductFields {
    /// The SKU.
    pub external_id: Option<String>,
    /// The name.
    pub name: String,
    /// The description.
    pub description: Option<String>,
    /// The price in hundredths of MRU.
    pub price: i64,
    /// The category's id.
    pub category_id: Option<String>,
    /// Whether it is on sale.
    pub status: Status,
    /// Below this level it is low.
    pub low_stock_threshold: Option<i64>,
    /// Where its picture is.
    pub image_url: Option<String>,
}

/// A variant as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantRecord {
    /// The variant's id.
    pub id: String,
    /// All but its level.
    pub fields: VariantFields,
    /// Its level.
    pub quantity: Option<i64>,
}

/// A variant without its level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantFields {
    /// `COLOR`, `SIZE` or a word of the shop's own.
    pub kind: String,
    /// The label.
    pub label: String,
    /// The value behind the label.
    pub value: Option<String>,
    /// What it adds to the price, in hundredths of MRU.
    pub price_adjustment: Option<i64>,
}

/// Which products a list holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductFilter {
    /// Those whose SKU begins with this, or whose name has it, whatever the case of ASCII letters.
    pub search: Option<String>,
    /// Those with this status.
    pub status: Option<Status>,
}

impl ProductRecord {
    /// Returns the product's levels.
    pub fn stock(&self) -> StockRow {
        StockRow {
            number: self.number,
            external_id: self.fields.external_id.clone(),
            quantity: self.quantity,
            low_stock_threshold: self.fields.low_stock_threshold,
            last_write: self.last_write,
            variants: self.variants.iter().map(VariantRecord::level).collect(),
        }
    }
}

impl VariantRecord {
    /// Returns the variant's level.
    pub fn level(&self) -> VariantRow {
        VariantRow {
            id: self.id.clone(),
            label: self.fields.label.clone(),
            quantity: self.quantity,
        }
    }
}

impl From<&NewProduct> for ProductFields {
    fn from(new: &NewProduct) -> Self {
        Self {
            external_id: new.external_id.clone(),
            name: new.name.clone(),
            description: new.description.clone(),
            price: new.price,
            category_id: new.category_id.clone(),
            status: new.status.unwrap_or_default(),
            low_stock_threshold: new.low_stock_threshold,
            image_url: new.image_url.clone(),
        }
    }
}

impl From<&NewVariant> for VariantFields {
    fn from(new: &NewVariant) -> Self {
        Self {
            kind: new.kind.clone(),
            label: new.label.clone(),
            value: new.value.clone(),
            price_adjustment: new.price_adjustment,
        }
    }
}
