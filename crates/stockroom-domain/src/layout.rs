//! The exports of other systems, known by the names of their columns.
//!
//! The names are facts of those systems' own files; what a column means to us is decided here. A
//! layout that is not known is mapped by hand.

use crate::columns::{Field, key};

/// A layout that files come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Layout {
    /// Our own exports and template.
    Stockroom,
    /// Shopify's inventory export with the level as it is and a blank one to fill in.
    ShopifyNew,
    /// Shopify's inventory export with one level.
    Shopify,
    /// Spree's stock import.
    Spree,
    /// `WooCommerce`'s product export.
    WooCommerce,
    /// Square's item library.
    Square,
    /// Medusa's product export.
    Medusa,
    /// Odoo's physical inventory.
    Odoo,
}

/// How a layout is known, and what its columns mean.
struct Known {
    layout: Layout,
    /// The names that a file of this layout has, each whole or by how it begins.
    has: &'static [&'static str],
    fields: &'static [(&'static str, Field)],
}

/// Names are as people write them; [`key`] makes them comparable. A name that ends in `*` stands
/// for all that begin so. The more telling layout comes first.
const KNOWN: &[Known] = &[
    Known {
        layout: Layout::Stockroom,
        has: &["externalId", "expected", "quantityDelta"],
        fields: &[
            ("externalId", Field::ExternalId),
            ("name", Field::Name),
            ("variant", Field::Variant),
            ("mode", Field::Mode),
            ("expected", Field::Expected),
            ("quantity", Field::Quantity),
            ("quantityDelta", Field::QuantityDelta),
        ],
    },
    Known {
        layout: Layout::ShopifyNew,
        has: &["Handle", "SKU", "Location", "On hand (current)", "On hand (new)"],
        fields: &[
            ("SKU", Field::ExternalId),
            ("Title", Field::Name),
            ("Option1 Value", Field::Option),
            ("Option2 Value", Field::Option),
            ("Option3 Value", Field::Option),
            ("Location", Field::Location),
            ("On hand (current)", Field::Expected),
            ("On hand (new)", Field::Quantity),
        ],
    },
    Known {
        layout: Layout::Shopify,
        has: &["Handle", "SKU", "Location", "On hand"],
        fields: &[
            ("SKU", Field::ExternalId),
            ("Title", Field::Name),
            ("Option1 Value", Field::Option),
            ("Option2 Value", Field::Option),
            ("Option3 Value", Field::Option),
            ("Location", Field::Location),
            ("On hand", Field::Quantity),
        ],
    },
    Known {
        layout: Layout::Spree,
        has: &["sku", "count_on_hand"],
        fields: &[
            ("sku", Field::ExternalId),
            ("product_name", Field::Name),
            ("name", Field::Name),
            ("stock_location", Field::Location),
            ("count_on_hand", Field::Quantity),
            ("adjustment", Field::QuantityDelta),
        ],
    },
    Known {
        layout: Layout::WooCommerce,
        has: &["ID", "Type", "SKU", "Stock"],
        fields: &[("SKU", Field::ExternalId), ("Name", Field::Name), ("Stock", Field::Quantity)],
    },
    Known {
        layout: Layout::Square,
        has: &["Token", "Item Name", "Variation Name", "SKU", "New Quantity*"],
        fields: &[
            ("SKU", Field::ExternalId),
            ("Item Name", Field::Name),
            ("Variation Name", Field::Option),
            ("Current Quantity*", Field::Expected),
            ("New Quantity*", Field::Quantity),
        ],
    },
    Known {
        layout: Layout::Medusa,
        has: &["Product Handle", "Variant SKU", "Variant Inventory Quantity"],
        fields: &[
            ("Variant SKU", Field::ExternalId),
            ("Product Title", Field::Name),
            ("Variant Title", Field::Option),
            ("Variant Inventory Quantity", Field::Quantity),
        ],
    },
    Known {
        layout: Layout::Odoo,
        has: &["Counted Quantity"],
        fields: &[
            ("Internal Reference", Field::ExternalId),
            ("Product/Internal Reference", Field::ExternalId),
            ("Product", Field::Name),
            ("Location", Field::Location),
            ("Quantity", Field::Expected),
            ("Counted Quantity", Field::Quantity),
        ],
    },
];

impl Layout {
    /// Returns the layout that the columns of a file are known as, and what each column is.
    ///
    /// `keys` are the columns' names as [`key`] makes them.
    ///
    /// ```
    /// use stockroom_domain::columns::{Field, key};
    /// use stockroom_domain::layout::Layout;
    /// let keys = ["sku", "count_on_hand", "adjustment"].map(key);
    /// let (layout, fields) = Layout::detect(&keys).unwrap();
    /// assert_eq!(layout, Layout::Spree);
    /// assert_eq!(fields[1], Field::Quantity);
    /// ```
    pub fn detect(keys: &[String]) -> Option<(Self, Vec<Field>)> {
        let has = |name: &&str| keys.iter().any(|key| is_named(key, name));
        let known = KNOWN.iter().find(|known| known.has.iter().all(&has))?;
        let mut fields = vec![Field::Ignored; keys.len()];
        for (name, field) in known.fields {
            let is_free = |column: &usize| fields[*column] == Field::Ignored;
            let is_taken = *field != Field::Option && fields.contains(field);
            let mut columns = (0..keys.len()).filter(is_free).filter(|c| is_named(&keys[*c], name));
            let column = columns.next();
            // Several columns of one kind are several stores: which one counts is the merchant's.
            let is_one_of_several = name.ends_with('*') && columns.next().is_some();
            if let Some(column) = column.filter(|_| !is_taken && !is_one_of_several) {
                fields[column] = *field;
            }
        }
        Some((known.layout, fields))
    }

    /// Returns the layout's name, which is that of its system.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stockroom => "Stockroom",
            Self::ShopifyNew | Self::Shopify => "Shopify",
            Self::Spree => "Spree",
            Self::WooCommerce => "WooCommerce",
            Self::Square => "Square",
            Self::Medusa => "Medusa",
            Self::Odoo => "Odoo",
        }
    }
}

fn is_named(found: &str, name: &str) -> bool {
    match name.strip_suffix('*') {
        Some(start) => found.starts_with(&key(start)),
        None => found == key(name),
    }
}
