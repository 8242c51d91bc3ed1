//! Importing products from a table: what its columns are, what its rows ask, and what each would do.
//!
//! Pure, so that a page and the server come to the same. Every fault is one row's, and none stops the
//! others. The way of a file: [`Table`](crate::table::Table) → [`ImportFile`] → [`ImportPlan`].

mod column;
mod file;
mod plan;

use crate::code::Code;
use crate::quantity::Level;

pub use column::{HEADER, ImportColumn, template};
pub use file::{ImportFile, ImportOptions, ImportRow};
pub use plan::{Action, ImportPlan, KnownProduct, PlannedRow, Totals};

/// The longest name of a product, in characters.
pub const MAX_NAME_CHARACTERS: usize = 200;
/// The longest description, in characters.
pub const MAX_DESCRIPTION_CHARACTERS: usize = 2_000;
/// The longest address of a picture, in characters.
pub const MAX_URL_CHARACTERS: usize = 2_048;
/// The most rows of one import.
pub const MAX_ROWS: usize = 10_000;

/// What a row asks of a product; what is `None` stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedProduct {
    /// The name.
    pub name: String,
    /// The price in hundredths of MRU.
    pub price: i64,
    /// The description.
    pub description: Option<String>,
    /// The SKU, by which a product that there is already is found.
    pub sku: Option<String>,
    /// The product's own level.
    pub quantity: Option<Level>,
    /// Where its picture is.
    pub image_url: Option<String>,
}

/// What is the matter with a file or a row, in a word that programs can rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportCode {
    /// What can be the matter with any table: its text, its quotes, its numbers.
    Table(Code),
    /// No column holds names.
    NoNameColumn,
    /// No column holds prices.
    NoPriceColumn,
    /// The file has more than [`MAX_ROWS`] rows.
    TooManyRows,
    /// The row has no name.
    NameMissing,
    /// The name is too long.
    NameTooLong,
    /// The row has no price.
    PriceMissing,
    /// The description is too long.
    DescriptionTooLong,
    /// The SKU is too long.
    SkuTooLong,
    /// Another row asks something else of the same SKU; the text is its line.
    SkuTwice,
    /// The picture's address is none of http or https.
    ImageUrlInvalid,
    /// The picture's address is too long.
    ImageUrlTooLong,
    /// Without a SKU the product is added again each time that the file is imported.
    SkuMissing,
    /// An earlier row asks the same; the text is its line.
    RowRepeated,
}

/// What is the matter with a cell or a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The column, where it is one cell's.
    pub column: Option<ImportColumn>,
    /// What it is.
    pub code: ImportCode,
    /// The text it is about: a cell's, a number, a line.
    pub text: String,
}

impl ImportCode {
    /// Returns the code as it is written in JSON and in the documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table(code) => code.as_str(),
            Self::NoNameColumn => "no_name_column",
            Self::NoPriceColumn => "no_price_column",
            Self::TooManyRows => "too_many_rows",
            Self::NameMissing => "name_missing",
            Self::NameTooLong => "name_too_long",
            Self::PriceMissing => "price_missing",
            Self::DescriptionTooLong => "description_too_long",
            Self::SkuTooLong => "sku_too_long",
            Self::SkuTwice => "sku_twice",
            Self::ImageUrlInvalid => "image_url_invalid",
            Self::ImageUrlTooLong => "image_url_too_long",
            Self::SkuMissing => "sku_missing",
            Self::RowRepeated => "row_repeated",
        }
    }
}

/// Tells whether a text is an address that begins with `http://` or `https://` and names a host.
///
/// ```
/// use stockroom_domain::product_import::is_web_address;
/// assert!(is_web_address("https://shop.example/the.jpg"));
/// assert!(!is_web_address("ftp://shop.example/the.jpg") && !is_web_address("https://"));
/// ```
pub fn is_web_address(text: &str) -> bool {
    let scheme = |name: &str| {
        let (start, rest) = text.split_at_checked(name.len())?;
        start.eq_ignore_ascii_case(name).then_some(rest)
    };
    let rest = scheme("https://").or_else(|| scheme("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    !host.is_empty() && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}
