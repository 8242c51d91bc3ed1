//! The stock update of one product.

use serde::{Deserialize, Serialize};

/// The body of a single stock update; every value is an absolute level.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct StockUpdate {
    /// The product's new level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<i64>,
    /// The level the product must have, else 409 `STALE_QUANTITY` (our server only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_quantity: Option<i64>,
    /// The variants' new levels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<StockVariant>,
}

/// One variant's new level, the variant named by its label.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct StockVariant {
    /// The variant's label, matched without case.
    pub label: String,
    /// The variant's new level.
    pub quantity: i64,
    /// The level the variant must have, else 409 `STALE_QUANTITY` (our server only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_quantity: Option<i64>,
}

/// The body that sets the stock of one variant, named by its id in the address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct VariantStockUpdate {
    /// The variant's new level.
    pub quantity: i64,
    /// The level the variant must have, else 409 `STALE_QUANTITY` (our server only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_quantity: Option<i64>,
}
