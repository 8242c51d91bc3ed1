//! Products in full, and their creation.

use serde::{Deserialize, Serialize};

/// A product in full.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Product {
    /// The product's id, opaque.
    pub id: String,
    /// The SKU; null where the product has none.
    #[serde(default)]
    pub external_id: Option<String>,
    /// The product's name.
    #[serde(default)]
    pub name: String,
    /// The product's description.
    #[serde(default)]
    pub description: Option<String>,
    /// The price in hundredths of MRU.
    #[serde(default)]
    pub price: i64,
    /// Whether the product is on sale.
    #[serde(default)]
    pub status: Status,
    /// The product's own level; null is not tracked.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// Below this level the product is low; null is never.
    #[serde(default)]
    pub low_stock_threshold: Option<i64>,
    /// The product's variants.
    #[serde(default)]
    pub variants: Vec<Variant>,
    /// When it was created, ISO 8601 in UTC.
    #[serde(default)]
    pub created_at: Option<String>,
    /// When it was last changed, ISO 8601 in UTC.
    #[serde(default)]
    pub updated_at: Option<String>,
}

/// A product's variant in full.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Variant {
    /// The variant's id, opaque.
    pub id: String,
    /// `COLOR`, `SIZE` or a word of the shop's own.
    #[serde(default, rename = "type")]
    pub kind: String,
    /// The label by which stock updates name it.
    pub label: String,
    /// The value behind the label, such as a colour's code.
    #[serde(default)]
    pub value: Option<String>,
    /// What the variant adds to the price, in hundredths of MRU.
    #[serde(default)]
    pub price_adjustment: Option<i64>,
    /// The variant's level; null is not tracked.
    #[serde(default)]
    pub quantity: Option<i64>,
}

/// Whether a product is on sale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// On sale.
    Active,
    /// Not on sale; its stock is kept all the same.
    #[default]
    Disabled,
    /// A status that this version does not know.
    #[serde(other)]
    Unknown,
}

/// The body that creates a product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewProduct {
    /// The product's name.
    pub name: String,
    /// The price in hundredths of MRU.
    pub price: i64,
    /// The product's description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The SKU.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// The category's id, opaque.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category_id: Option<String>,
    /// The first level; without it stock is not tracked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<i64>,
    /// Below this level the product is low.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low_stock_threshold: Option<i64>,
    /// Whether it is on sale; without it `DISABLED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The variants.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<NewVariant>,
}

/// A variant of a product that is being created.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewVariant {
    /// `COLOR`, `SIZE` or a word of the shop's own.
    #[serde(rename = "type")]
    pub kind: String,
    /// The label by which stock updates name it.
    pub label: String,
    /// The value behind the label, such as a colour's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What the variant adds to the price, in hundredths of MRU.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_adjustment: Option<i64>,
    /// The first level; without it the variant's stock is not tracked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<i64>,
}

/// One page of the product list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ProductPage {
    /// The products of this page.
    pub items: Vec<Product>,
    /// The number of products on all pages.
    pub total: u64,
    /// This page's number, from 1.
    pub page: u64,
    /// The products per page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Whether a page follows.
    pub has_more: bool,
}
