//! The import of products from a CSV (how its preview and confirmation look is our server's own).
//!
//! A file is sent twice: for a preview, which says what each row would do, and to confirm that preview
//! by its token. The same file then does just that, or nothing where a product that it is about has
//! changed meanwhile.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The file that a merchant fills.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportTemplate {
    /// The file's text.
    pub csv: String,
    /// What to call the file.
    pub filename: String,
}

/// The body of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ImportRequest {
    /// The file's text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub csv: Option<String>,
    /// The file's bytes in Base64, instead of its text: so that its encoding is found out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub csv_base64: Option<String>,
    /// Whether it is looked at or done; without it it is looked at.
    pub mode: ImportMode,
    /// What the preview said, to confirm it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// What becomes of the good rows where others have errors.
    pub if_errors: IfErrors,
    /// How numbers are written: `plain`, `comma`, `dot` or `space`, by the mark that groups thousands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_style: Option<String>,
    /// The file's encoding, such as `windows-1252`; only with its bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// The character between cells, or `tab`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<String>,
    /// What each column is; null for one that means nothing here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<Option<String>>>,
}

/// Whether an import is looked at or done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum ImportMode {
    /// It is looked at; nothing is changed.
    #[default]
    Preview,
    /// What the preview said is done.
    Confirm,
}

/// What becomes of the good rows of an import where others have errors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum IfErrors {
    /// They are done without the others.
    #[default]
    Skip,
    /// Nothing is done.
    Stop,
}

/// What an import would do, or has done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ImportResult {
    /// Whether this is a preview, or was done.
    pub mode: ImportMode,
    /// What confirms this preview; null where there is nothing to do, and once it was done.
    pub token: Option<String>,
    /// How many rows do what.
    pub totals: ImportTotals,
    /// What each row does, in the order of the file.
    pub rows: Vec<ImportRowShown>,
    /// Why the file is unusable; then it has no rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<ImportNote>,
    /// What was noticed about the file as a whole.
    #[serde(default)]
    pub remarks: Vec<ImportRemark>,
    /// The file's columns.
    pub columns: Vec<ImportColumnShown>,
    /// The file's encoding, given or found.
    pub encoding: String,
    /// The character between cells, given or found.
    pub delimiter: String,
    /// How numbers are written, where that was given or settled.
    #[serde(default)]
    pub number_style: Option<String>,
}

/// How many rows of an import do what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ImportTotals {
    /// All rows.
    pub rows: usize,
    /// Those that add a product.
    pub create: usize,
    /// Those that change one.
    pub update: usize,
    /// Those that ask for what is.
    pub unchanged: usize,
    /// Those with errors, which do nothing.
    pub error: usize,
}

/// What a row of an import does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ImportRowShown {
    /// The physical line, from 1, on which the row starts.
    pub line: u32,
    /// What it does.
    pub action: ImportAction,
    /// Its SKU; null where it has none.
    #[serde(default)]
    pub sku: Option<String>,
    /// Its name.
    pub name: String,
    /// The product's id; null before it is there.
    #[serde(default)]
    pub product_id: Option<String>,
    /// What changes; of a product that is added all that it gets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<ImportChange>,
    /// What is the matter with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ImportNote>,
    /// What its merchant may want to know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<ImportNote>,
}

/// What a row of an import does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum ImportAction {
    /// It adds a product.
    Create,
    /// It changes one.
    Update,
    /// It asks for what is.
    Unchanged,
    /// It does nothing, for its errors.
    Error,
}

/// A value that a row of an import changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportChange {
    /// The column: `name`, `price`, `description`, `sku`, `quantity` or `image_url`.
    pub field: String,
    /// The value before: a text, a level, or a price in hundredths of MRU; null where there was none.
    pub before: Value,
    /// The value after.
    pub after: Value,
}

/// What is the matter with a row or a file of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportNote {
    /// The column, where it is one cell's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What it is, in a word that programs can rely on.
    pub code: String,
    /// The text it is about: a cell's, a number, a line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// What it is and what to do, in words.
    pub message: String,
}

/// What was noticed about the file of an import as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportRemark {
    /// The physical line, from 1; 0 where it concerns no line.
    pub line: u32,
    /// The column, from 0, where it concerns one.
    #[serde(default)]
    pub column: Option<u32>,
    /// What it is, in a word that programs can rely on.
    pub code: String,
    /// The text it is about: a name, a number.
    #[serde(default)]
    pub text: String,
}

/// A column of the file of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportColumnShown {
    /// Its name in the file.
    pub name: String,
    /// What it is; null where it means nothing here.
    pub field: Option<String>,
}
