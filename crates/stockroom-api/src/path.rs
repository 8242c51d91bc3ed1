//! The address of every endpoint, below the server's own address.

use std::fmt::Write as _;

use crate::inventory::{InventoryQuery, Which};

/// The base path of the API.
pub const BASE: &str = "/api/v1";
/// The bulk inventory update (PATCH).
pub const BULK: &str = "/api/v1/dev/store/inventory/bulk";
/// The inventory list (GET).
pub const INVENTORY: &str = "/api/v1/dev/store/inventory";
/// All tracked products as one stream (GET, our server only).
pub const SNAPSHOT: &str = "/api/v1/dev/store/inventory/snapshot";
/// Products: list (GET) and create (POST).
pub const PRODUCTS: &str = "/api/v1/dev/store/products";
/// What the server can do beyond the contract (GET, without a key).
pub const CAPABILITIES: &str = "/api/v1/capabilities";
/// The app's session (POST, GET, DELETE).
pub const SESSION: &str = "/api/session";

/// Returns the address of one product, by id or SKU.
///
/// ```
/// assert_eq!(
///     stockroom_api::path::product("CAFÉ/1"),
///     "/api/v1/dev/store/products/CAF%C3%89%2F1",
/// );
/// ```
pub fn product(id: &str) -> String {
    format!("{PRODUCTS}/{}", encode(id))
}

/// Returns the address of one product's stock (PATCH), by id or SKU.
pub fn stock(id: &str) -> String {
    format!("{PRODUCTS}/{}/stock", encode(id))
}

/// Returns the address of a page of the inventory list; what is default is left out.
pub fn inventory(query: InventoryQuery) -> String {
    let low = match query.which {
        Which::All => None,
        Which::Low => Some("lowStock=true".to_owned()),
    };
    let page = query.page.map(|page| format!("page={page}"));
    let limit = query.limit.map(|limit| format!("limit={limit}"));
    let parts: Vec<String> = [low, page, limit].into_iter().flatten().collect();
    if parts.is_empty() { INVENTORY.to_owned() } else { format!("{INVENTORY}?{}", parts.join("&")) }
}

/// Returns `text` as one segment of a path: everything but unreserved characters is escaped.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_name_only_what_is_not_default() {
        assert_eq!(inventory(InventoryQuery::default()), INVENTORY);
        let query = InventoryQuery { which: Which::Low, page: Some(2), limit: Some(50) };
        assert_eq!(inventory(query), "/api/v1/dev/store/inventory?lowStock=true&page=2&limit=50");
    }

    #[test]
    fn ids_are_escaped_whole() {
        assert_eq!(stock("A B/ç?#%"), "/api/v1/dev/store/products/A%20B%2F%C3%A7%3F%23%25/stock");
    }
}
