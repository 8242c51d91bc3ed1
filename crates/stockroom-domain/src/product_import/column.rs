//! What the columns of a file of products are, by their names.

use crate::columns::key;

/// The names of the template's columns.
pub const HEADER: [&str; 6] = ["name", "price", "description", "sku", "quantity", "image_url"];

/// What a column can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImportColumn {
    /// The product's name.
    Name,
    /// Its price in MRU.
    Price,
    /// Its description.
    Description,
    /// Its SKU.
    Sku,
    /// Its own level.
    Quantity,
    /// Where its picture is.
    ImageUrl,
}

/// The names that columns are known by; within a column the earlier name wins where a file has
/// several.
const NAMES: &[(ImportColumn, &[&str])] = &[
    (
        ImportColumn::Name,
        &[
            "name",
            "product name",
            "title",
            "product",
            "nom",
            "nom du produit",
            "désignation",
            "libellé",
            "produit",
            "الاسم",
            "اسم المنتج",
            "المنتج",
        ],
    ),
    (
        ImportColumn::Price,
        &[
            "price",
            "price mru",
            "price (mru)",
            "unit price",
            "prix",
            "prix mru",
            "prix (mru)",
            "prix unitaire",
            "prix de vente",
            "tarif",
            "السعر",
            "سعر البيع",
        ],
    ),
    (ImportColumn::Description, &["description", "details", "détails", "الوصف"]),
    (
        ImportColumn::Sku,
        &[
            "sku",
            "external id",
            "product sku",
            "item code",
            "code",
            "ref",
            "reference",
            "référence produit",
            "رمز المنتج",
            "الرمز",
        ],
    ),
    (
        ImportColumn::Quantity,
        &["quantity", "qty", "stock", "on hand", "quantité", "qté", "الكمية", "المخزون"],
    ),
    (
        ImportColumn::ImageUrl,
        &[
            "image url",
            "image",
            "image link",
            "image src",
            "photo",
            "url image",
            "lien image",
            "رابط الصورة",
            "الصورة",
        ],
    ),
];

impl ImportColumn {
    /// Every column, in the template's order.
    pub const ALL: [Self; 6] =
        [Self::Name, Self::Price, Self::Description, Self::Sku, Self::Quantity, Self::ImageUrl];

    /// Returns the column's name in files and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Price => "price",
            Self::Description => "description",
            Self::Sku => "sku",
            Self::Quantity => "quantity",
            Self::ImageUrl => "image_url",
        }
    }

    /// Returns the column of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.as_str() == name)
    }
}

/// Returns what each column is by its name, each thing once; unknown ones are `None`.
pub(super) fn guess(names: &[String]) -> Vec<Option<ImportColumn>> {
    let keys: Vec<String> = names.iter().map(|name| key(name)).collect();
    let mut columns = vec![None; names.len()];
    for (column, known) in NAMES {
        let found = known.iter().find_map(|name| {
            let wanted = key(name);
            (0..keys.len()).find(|at| columns[*at].is_none() && keys[*at] == wanted)
        });
        if let Some(at) = found {
            columns[at] = Some(*column);
        }
    }
    columns
}

/// Returns the file that a merchant fills: the names of its columns, and no rows.
///
/// Spreadsheets know UTF-8 by the mark at its beginning.
pub fn template() -> String {
    format!("\u{feff}{}\r\n", HEADER.join(","))
}
