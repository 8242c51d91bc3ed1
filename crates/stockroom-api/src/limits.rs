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
pub const MAX_NAME_CHARACTERS: usize = 200;
/// The longest description, in characters.
pub const MAX_DESCRIPTION_CHARACTERS: usize = 2_000;
/// The highest price in hundredths of MRU: ten digits before the decimal mark.
pub const MAX_PRICE: i64 = 999_999_999_999;
/// The most variants of a product.
pub const MAX_VARIANTS: usize = 250;
/// The longest label, type or value of a variant, in characters.
pub const MAX_LABEL_CHARACTERS: usize = 100;
/// The longest address of a picture, in characters.
pub const MAX_URL_CHARACTERS: usize = 2_048;
/// The longest idempotency key, in characters.
pub const MAX_IDEMPOTENCY_KEY_CHARACTERS: usize = 255;
/// The hours for which an answer is kept under its idempotency key.
pub const IDEMPOTENCY_HOURS: u32 = 24;
/// The largest request body of our server, in bytes.
pub const MAX_BODY_BYTES: usize = 2 * 1024 * 1024;
