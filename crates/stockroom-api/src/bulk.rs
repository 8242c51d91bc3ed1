//! The bulk inventory update: up to 200 products in one request.

use serde::{Deserialize, Serialize};

use crate::code::ErrorCode;

/// The body of a bulk inventory update.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkRequest {
    /// The items, 1 to [`crate::limits::MAX_BULK_ITEMS`], each one product.
    pub items: Vec<BulkItem>,
}

/// What a bulk request asks of one product; absent optional fields are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct BulkItem {
    /// The product's SKU.
    pub external_id: String,
    /// How the values are meant; without it `adjust`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// The new level, for `set`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<i64>,
    /// The change, for `adjust`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity_delta: Option<i64>,
    /// The level the product must have, else the item is refused (our server only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_quantity: Option<i64>,
    /// What is asked of the product's variants.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<BulkVariant>,
}

/// What a bulk item asks of one variant, named by its label.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct BulkVariant {
    /// The variant's label, matched without case.
    pub label: String,
    /// How the value is meant; without it as the item's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// The new level, for `set`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<i64>,
    /// The change, for `adjust`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity_delta: Option<i64>,
    /// The level the variant must have, else the item is refused (our server only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_quantity: Option<i64>,
}

/// The API's words for the domain's [`stockroom_domain::quantity::Mode`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Replaces the level.
    Set,
    /// Adds to the level.
    Adjust,
}

/// What a bulk request did: the `data` of its answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkOutcome {
    /// The number of items applied.
    pub updated: u32,
    /// The number of items refused.
    pub failed: u32,
    /// The refused items, in the order of the request.
    #[serde(default)]
    pub errors: Vec<ItemError>,
    /// The applied items in the order of the request, where `Prefer: return=representation` was
    /// honoured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub results: Option<Vec<ItemResult>>,
}

/// Why one item of a bulk request was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ItemError {
    /// The item's SKU as it was sent.
    #[serde(default)]
    pub external_id: String,
    /// What is wrong and what to do, in words.
    #[serde(default)]
    pub error: String,
    /// The kind of refusal (our server; the plain contract has only words).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub code: Option<ErrorCode>,
    /// The place in the request, such as `items[3].variants[0].quantity` (our server).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// With `STALE_QUANTITY`: the level as it is now; absent where it is not tracked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_quantity: Option<i64>,
}

/// What was really done for one applied item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ItemResult {
    /// The item's SKU.
    pub external_id: String,
    /// The product's own level, where the item asked something of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<LevelChange>,
    /// The variants that the item named, in its order.
    #[serde(default)]
    pub variants: Vec<VariantChange>,
}

/// A product's level before and after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LevelChange {
    /// The level before; null where it was not tracked.
    pub before: Option<i64>,
    /// The level after.
    pub after: i64,
    /// The units really added.
    pub delta: i64,
}

/// A variant's level before and after.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct VariantChange {
    /// The variant's label as the store writes it.
    pub label: String,
    /// The variant's id.
    pub variant_id: String,
    /// The level before; null where it was not tracked.
    pub before: Option<i64>,
    /// The level after.
    pub after: i64,
    /// The units really added.
    pub delta: i64,
}

impl From<stockroom_domain::quantity::Mode> for Mode {
    fn from(mode: stockroom_domain::quantity::Mode) -> Self {
        match mode {
            stockroom_domain::quantity::Mode::Set => Self::Set,
            stockroom_domain::quantity::Mode::Adjust => Self::Adjust,
        }
    }
}

impl From<Mode> for stockroom_domain::quantity::Mode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Set => Self::Set,
            Mode::Adjust => Self::Adjust,
        }
    }
}
