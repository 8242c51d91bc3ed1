//! The address of every endpoint, below the server's own address.

use std::fmt::Write as _;

use crate::history::{HistoryQuery, RunQuery};
use crate::inventory::{InventoryQuery, Which};
use crate::product::{ProductQuery, Status};

/// The base path of the API.
pub const BASE: &str = "/api/v1";
/// The bulk inventory update (PATCH).
pub const BULK: &str = "/api/v1/dev/store/inventory/bulk";
/// The inventory list (GET).
pub const INVENTORY: &str = "/api/v1/dev/store/inventory";
/// All tracked products as one stream (GET, our server only).
pub const SNAPSHOT: &str = "/api/v1/dev/store/inventory/snapshot";
/// The stock history (GET, our server only).
pub const HISTORY: &str = "/api/v1/dev/store/inventory/history";
/// The runs in the history (GET, our server only).
pub const RUNS: &str = "/api/v1/dev/store/inventory/runs";
/// Products: list (GET) and create (POST).
pub const PRODUCTS: &str = "/api/v1/dev/store/products";
/// The import of products from a CSV (POST).
pub const IMPORT: &str = "/api/v1/dev/store/products/import-csv";
/// The file that a merchant fills for an import (GET).
pub const IMPORT_TEMPLATE: &str = "/api/v1/dev/store/products/import/template";
/// Endpoints of webhooks: list (GET) and make (POST).
pub const WEBHOOK_ENDPOINTS: &str = "/api/v1/dev/webhooks/endpoints";
/// Deliveries of webhooks, each by its id.
pub const WEBHOOK_DELIVERIES: &str = "/api/v1/dev/webhooks/deliveries";
/// What the server can do beyond the contract (GET, without a key).
pub const CAPABILITIES: &str = "/api/v1/capabilities";
/// The app's session (POST, GET, DELETE).
pub const SESSION: &str = "/api/session";

/// The sessions of whoever is signed in by name (GET, DELETE).
pub const OWN_SESSIONS: &str = "/api/account/sessions";
/// The password of whoever is signed in by name (PUT).
pub const OWN_PASSWORD: &str = "/api/account/password";
/// People: list (GET) and add (POST); for owners.
pub const USERS: &str = "/api/users";
/// What was passed on to a hosted service (GET); for owners.
pub const AUDIT: &str = "/api/audit";

/// Returns the address of one of one's own sessions (DELETE).
pub fn own_session(id: &str) -> String {
    format!("{OWN_SESSIONS}/{}", encode(id))
}

/// Returns the address of one person (PATCH, DELETE).
pub fn user(id: &str) -> String {
    format!("{USERS}/{}", encode(id))
}

/// Returns the address of the password of one person (PUT).
pub fn user_password(id: &str) -> String {
    format!("{}/password", user(id))
}

/// Returns the address of the sessions of one person (GET, DELETE).
pub fn user_sessions(id: &str) -> String {
    format!("{}/sessions", user(id))
}

/// Returns the address of one session of one person (DELETE).
pub fn user_session(id: &str, session_id: &str) -> String {
    format!("{}/{}", user_sessions(id), encode(session_id))
}

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

/// Returns the address of the stock of one variant (PATCH), by the product's id or SKU and the
/// variant's id.
pub fn variant_stock(id: &str, variant_id: &str) -> String {
    format!("{PRODUCTS}/{}/variants/{}/stock", encode(id), encode(variant_id))
}

/// Returns the address of a page of the product list; what is default is left out.
pub fn products(query: &ProductQuery) -> String {
    let page = query.page.map(|page| page.to_string());
    let limit = query.limit.map(|limit| limit.to_string());
    with_parameters(
        PRODUCTS,
        &[
            ("q", query.search.as_deref()),
            ("status", query.status.map(Status::as_str)),
            ("page", page.as_deref()),
            ("limit", limit.as_deref()),
        ],
    )
}

/// Returns the address of one endpoint of webhooks (GET, PUT, DELETE).
pub fn webhook_endpoint(id: &str) -> String {
    format!("{WEBHOOK_ENDPOINTS}/{}", encode(id))
}

/// Returns the address of one delivery of a webhook (GET).
pub fn webhook_delivery(id: &str) -> String {
    format!("{WEBHOOK_DELIVERIES}/{}", encode(id))
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

/// Returns the address of a page of the stock history; what is default is left out.
///
/// ```
/// use stockroom_api::history::HistoryQuery;
/// let query = HistoryQuery { product_id: Some("CAFÉ/1".to_owned()), ..HistoryQuery::default() };
/// assert_eq!(
///     stockroom_api::path::history(&query),
///     "/api/v1/dev/store/inventory/history?productId=CAF%C3%89%2F1",
/// );
/// ```
pub fn history(query: &HistoryQuery) -> String {
    let limit = query.limit.map(|limit| limit.to_string());
    with_parameters(
        HISTORY,
        &[
            ("productId", query.product_id.as_deref()),
            ("runId", query.run_id.as_deref()),
            ("reason", query.reason.as_deref()),
            ("keyId", query.key_id.as_deref()),
            ("userId", query.user_id.as_deref()),
            ("from", query.from.as_deref()),
            ("to", query.to.as_deref()),
            ("cursor", query.cursor.as_deref()),
            ("limit", limit.as_deref()),
        ],
    )
}

/// Returns the address of a page of the runs; what is default is left out.
pub fn runs(query: &RunQuery) -> String {
    let limit = query.limit.map(|limit| limit.to_string());
    with_parameters(
        RUNS,
        &[
            ("fingerprint", query.fingerprint.as_deref()),
            ("cursor", query.cursor.as_deref()),
            ("limit", limit.as_deref()),
        ],
    )
}

fn with_parameters(path: &str, parameters: &[(&str, Option<&str>)]) -> String {
    let mut address = path.to_owned();
    let given = parameters.iter().filter_map(|(name, value)| Some((name, (*value)?)));
    for (index, (name, value)) in given.enumerate() {
        let mark = if index == 0 { '?' } else { '&' };
        // Writing to a String cannot fail.
        let _ = write!(address, "{mark}{name}={}", encode(value));
    }
    address
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
    fn parts_of_the_history_are_asked_for_by_name() {
        assert_eq!(history(&HistoryQuery::default()), HISTORY);
        let query = HistoryQuery {
            run_id: Some("run 1".to_owned()),
            from: Some("2026-11-23T08:00:00+01:00".to_owned()),
            limit: Some(20),
            ..HistoryQuery::default()
        };
        let asked = "?runId=run%201&from=2026-11-23T08%3A00%3A00%2B01%3A00&limit=20";
        assert_eq!(history(&query), format!("{HISTORY}{asked}"));
        let query = RunQuery { fingerprint: Some("a+b".to_owned()), ..RunQuery::default() };
        assert_eq!(runs(&query), format!("{RUNS}?fingerprint=a%2Bb"));
    }

    #[test]
    fn products_are_asked_for_by_what_is_not_default() {
        assert_eq!(products(&ProductQuery::default()), PRODUCTS);
        let query = ProductQuery {
            search: Some("thé v".to_owned()),
            status: Some(Status::Active),
            page: Some(2),
            limit: None,
        };
        assert_eq!(products(&query), format!("{PRODUCTS}?q=th%C3%A9%20v&status=ACTIVE&page=2"));
    }

    #[test]
    fn ids_are_escaped_whole() {
        assert_eq!(stock("A B/ç?#%"), "/api/v1/dev/store/products/A%20B%2F%C3%A7%3F%23%25/stock");
        assert_eq!(variant_stock("A/1", "v 1"), format!("{PRODUCTS}/A%2F1/variants/v%201/stock"));
    }
}
