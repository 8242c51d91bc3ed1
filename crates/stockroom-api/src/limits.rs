//! The contract's limits.

/// The most items of a bulk request.
pub const MAX_BULK_ITEMS: usize = 200;
/// The most products of a page, and the number where none is asked for.
pub const MAX_PAGE_SIZE: u64 = 100;
/// The longest SKU, in characters.
pub const MAX_EXTERNAL_ID_CHARACTERS: usize = stockroom_domain::external_id::MAX_CHARACTERS;
/// The highest level and the largest delta either way.
pub const MAX_UNITS: i64 = stockroom_domain::quantity::MAX_UNITS;
/// The longest product name, in characters.
pub const MAX_NAME_CHARACTERS: usize = stockroom_domain::product_import::MAX_NAME_CHARACTERS;
/// The longest description, in characters.
pub const MAX_DESCRIPTION_CHARACTERS: usize =
    stockroom_domain::product_import::MAX_DESCRIPTION_CHARACTERS;
/// The highest price in hundredths of MRU: ten digits before the decimal mark.
pub const MAX_PRICE: i64 = stockroom_domain::number::MAX_HUNDREDTHS;
/// The most variants of a product.
pub const MAX_VARIANTS: usize = 250;
/// The longest label, type or value of a variant, in characters.
pub const MAX_LABEL_CHARACTERS: usize = 100;
/// The longest address of a picture, in characters.
pub const MAX_URL_CHARACTERS: usize = stockroom_domain::product_import::MAX_URL_CHARACTERS;
/// The longest idempotency key, in characters.
pub const MAX_IDEMPOTENCY_KEY_CHARACTERS: usize = 255;
/// The hours for which an answer is kept under its idempotency key.
pub const IDEMPOTENCY_HOURS: u32 = 24;
/// The most rows of an import of products.
pub const MAX_IMPORT_ROWS: usize = stockroom_domain::product_import::MAX_ROWS;
/// The largest body of an import of products, in bytes.
pub const MAX_IMPORT_BYTES: usize = 8 * 1024 * 1024;
/// The largest request body of our server otherwise, in bytes.
pub const MAX_BODY_BYTES: usize = 2 * 1024 * 1024;
