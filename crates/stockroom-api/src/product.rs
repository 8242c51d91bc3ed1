//! Products in full, their creation and their change.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
    /// Where its picture is; absent where it has none (our server only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
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
    /// Where its picture is, by http or https (our server only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
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

/// What a change does to a value that may be none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// The value stays: the field is absent.
    #[default]
    Keep,
    /// There is no value any more: the field is null.
    Clear,
    /// The value is replaced.
    Set(T),
}

/// The body that changes a product: fields that are absent stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ProductUpdate {
    /// The new name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The new price in hundredths of MRU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<i64>,
    /// The new description.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub description: Patch<String>,
    /// The new SKU.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub external_id: Patch<String>,
    /// The new category's id, opaque.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub category_id: Patch<String>,
    /// The new level; null ends tracking.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub quantity: Patch<i64>,
    /// The level the product must have, else 409 `STALE_QUANTITY` (our server only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_quantity: Option<i64>,
    /// The new threshold; null is never low.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub low_stock_threshold: Patch<i64>,
    /// Whether it is on sale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Where its picture is, by http or https (our server only).
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub image_url: Patch<String>,
    /// All variants that the product has from now on, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variants: Option<Vec<VariantUpdate>>,
}

/// A variant that a product has from now on.
///
/// It is the one with this id, else the one with this type and label, and then what is absent stays;
/// else it is new, and needs a type and a label.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct VariantUpdate {
    /// The id of a variant that the product has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `COLOR`, `SIZE` or a word of the shop's own.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The label by which stock updates name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The value behind the label.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub value: Patch<String>,
    /// What the variant adds to the price, in hundredths of MRU.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub price_adjustment: Patch<i64>,
    /// The new level; null ends tracking.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub quantity: Patch<i64>,
    /// The level the variant must have, else 409 `STALE_QUANTITY` (our server only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_quantity: Option<i64>,
}

/// The answer to a deletion.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DeletedProduct {
    /// The id that the product had.
    pub id: String,
    /// The SKU that it had.
    #[serde(default)]
    pub external_id: Option<String>,
    /// Always true.
    pub deleted: bool,
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

/// Which products a list is asked for; the default is the first page of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductQuery {
    /// Only those whose SKU begins with this, or whose name has it.
    pub search: Option<String>,
    /// Only those on sale, or only those that are not.
    pub status: Option<Status>,
    /// The page, from 1; `None` is the first.
    pub page: Option<u64>,
    /// The products of a page; `None` is 100, which is the most.
    pub limit: Option<u64>,
}

impl Status {
    /// Returns the API's word for this status.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Disabled => "DISABLED",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// Returns the status that the API's word names.
    pub fn from_api(word: &str) -> Option<Self> {
        match word {
            "ACTIVE" => Some(Self::Active),
            "DISABLED" => Some(Self::Disabled),
            _ => None,
        }
    }
}

impl<T> Patch<T> {
    /// Tells whether the value stays.
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// Returns what a value that was `before` is afterwards.
    pub fn apply(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// Returns the same patch of what `map` makes of its value.
    ///
    /// # Errors
    /// That of `map`.
    pub fn try_map<U, E>(self, map: impl FnOnce(T) -> Result<U, E>) -> Result<Patch<U>, E> {
        Ok(match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(map(value)?),
        })
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Keep | Self::Clear => serializer.serialize_none(),
            Self::Set(value) => value.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // An absent field does not come here: its default is to keep.
        let value = Option::deserialize(deserializer)?;
        Ok(value.map_or(Self::Clear, Self::Set))
    }
}
