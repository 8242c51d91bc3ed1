//! The inventory list: a compact view of all tracked products.

use serde::{Deserialize, Serialize};

/// One page of the inventory list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct InventoryPage {
    /// The products of this page, ordered by SKU, those without one last.
    pub items: Vec<InventoryItem>,
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

/// One tracked product in the inventory list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct InventoryItem {
    /// The product's id, opaque; a snapshot written by hand may lack it.
    #[serde(default)]
    pub product_id: String,
    /// The SKU; null where the product has none.
    #[serde(default)]
    pub external_id: Option<String>,
    /// The product's name.
    #[serde(default)]
    pub name: String,
    /// The product's own level; null is not tracked (only in snapshots of our own).
    #[serde(default)]
    pub quantity: Option<i64>,
    /// Below this level the product is low; null is never.
    #[serde(default)]
    pub low_stock_threshold: Option<i64>,
    /// Whether the level is strictly below the threshold.
    #[serde(default)]
    pub is_low_stock: bool,
    /// The product's variants.
    #[serde(default)]
    pub variants: Vec<InventoryVariant>,
}

/// One variant in the inventory list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct InventoryVariant {
    /// The variant's id, opaque; a snapshot written by hand may lack it.
    #[serde(default)]
    pub variant_id: String,
    /// The label by which stock updates name it.
    pub label: String,
    /// The variant's level; null is not tracked.
    #[serde(default)]
    pub quantity: Option<i64>,
}

/// The parameters of the inventory list; the default is the first hundred products.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InventoryQuery {
    /// Which products are listed.
    pub which: Which,
    /// The page, from 1; `None` is 1.
    pub page: Option<u64>,
    /// The products per page; `None` is 100.
    pub limit: Option<u64>,
}

/// Which products the inventory list holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Which {
    /// All tracked products.
    #[default]
    All,
    /// Only those strictly below their threshold.
    Low,
}
