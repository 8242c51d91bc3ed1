//! What of all products an address shows, and over which list a product is open.

use stockroom_api::product::Status;

use super::ListQuery;
use super::query::{pairs, query_of};

/// The word by which a product's address says that all products are under it.
const UNDER: &str = "products";

/// What of all products is shown; the default is the first page of everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductsView {
    /// The text searched for.
    pub search: String,
    /// Only those on sale, or only those that are not.
    pub status: Option<Status>,
    /// The page, from 1.
    pub page: u64,
}

/// A list that a product can be open over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Under {
    /// The inventory.
    Inventory(ListQuery),
    /// All products.
    Products(ProductsView),
}

impl Default for ProductsView {
    fn default() -> Self {
        Self { search: String::new(), status: None, page: 1 }
    }
}

impl Default for Under {
    fn default() -> Self {
        Self::Inventory(ListQuery::default())
    }
}

impl ProductsView {
    /// Returns what differs from the default, with its `?`; blank where nothing does.
    pub(super) fn to_query(&self) -> String {
        self.to_query_under("")
    }

    fn to_query_under(&self, under: &str) -> String {
        let page = if self.page > 1 { self.page.to_string() } else { String::new() };
        let status = match self.status {
            Some(Status::Active) => "active",
            Some(Status::Disabled) => "disabled",
            Some(Status::Unknown) | None => "",
        };
        query_of(&[("list", under), ("q", &self.search), ("status", status), ("page", &page)])
    }

    pub(super) fn parse(query: &str) -> Self {
        let mut parsed = Self::default();
        for (name, value) in pairs(query) {
            match name {
                "q" => parsed.search = value,
                "status" if value == "active" => parsed.status = Some(Status::Active),
                "status" if value == "disabled" => parsed.status = Some(Status::Disabled),
                "page" => parsed.page = value.parse().unwrap_or(1).max(1),
                _ => {}
            }
        }
        parsed
    }
}

impl Under {
    pub(super) fn to_query(&self) -> String {
        match self {
            Self::Inventory(list) => list.to_query(),
            Self::Products(view) => view.to_query_under(UNDER),
        }
    }

    pub(super) fn parse(query: &str) -> Self {
        let is_products = pairs(query).any(|(name, value)| name == "list" && value == UNDER);
        if is_products {
            Self::Products(ProductsView::parse(query))
        } else {
            Self::Inventory(ListQuery::parse(query))
        }
    }
}
