//! Every address of the app, built and read in one place.
//!
//! Pure: [`Route::parse`] and [`Route::href`] are inverse to each other and tested natively. What a
//! view shows is in its address, so the query of the inventory is part of its route. The only
//! part that knows a browser is [`Navigator`].

mod history;
mod list;
mod navigator;
mod products;
mod query;

pub use history::HistoryView;
pub use list::{Column, ListQuery, Tab};
pub use navigator::{Navigator, use_navigator};
pub use products::{ProductsView, Under};

use query::decode;
use stockroom_api::path::encode;

/// A screen with what it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// All tracked products.
    Inventory(ListQuery),
    /// One product, as a panel over the list.
    Product {
        /// The SKU, or the id where the product has none.
        id: String,
        /// The list under it.
        under: Under,
    },
    /// All products, tracked or not.
    Products(ProductsView),
    /// A form for a product that is not there yet.
    NewProduct,
    /// The form of a product, by SKU or id.
    EditProduct(String),
    /// The import of products from a file.
    ImportProducts,
    /// The worksheet that changes many levels.
    Update,
    /// Runs, and the stock history.
    History(HistoryView),
    /// One run, by its id.
    Run(String),
    /// Connection, language, theme.
    Settings,
    /// Who may sign in.
    People,
    /// The endpoints of webhooks.
    Webhooks,
    /// One endpoint, by its id.
    Webhook {
        /// The endpoint's id.
        id: String,
        /// The delivery that is open over it, by its id.
        delivery: Option<String>,
    },
    /// An address that leads nowhere.
    Unknown,
}

/// A part of the app, as the rail names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Tracked products and their levels.
    Inventory,
    /// Many changes at once.
    Update,
    /// What became of the stock.
    History,
    /// All products: their form, their import.
    Products,
    /// Who is told.
    Webhooks,
    /// Who may sign in.
    People,
    /// What is set here.
    Settings,
}

impl Route {
    /// Reads an address: the path, and the query with or without its `?`.
    pub fn parse(path: &str, query: &str) -> Self {
        let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match segments.as_slice() {
            [] | ["index.html"] => Self::Inventory(ListQuery::parse(query)),
            ["products"] => Self::Products(ProductsView::parse(query)),
            ["products", "new"] => Self::NewProduct,
            ["products", "import"] => Self::ImportProducts,
            ["products", id, "edit"] => Self::EditProduct(decode(id)),
            ["products", id] => Self::Product { id: decode(id), under: Under::parse(query) },
            ["update"] => Self::Update,
            ["history"] => Self::History(HistoryView::parse(query)),
            ["history", run] => Self::Run(decode(run)),
            ["settings"] => Self::Settings,
            ["people"] => Self::People,
            ["webhooks"] => Self::Webhooks,
            ["webhooks", id] => Self::Webhook { id: decode(id), delivery: None },
            ["webhooks", id, delivery] => {
                Self::Webhook { id: decode(id), delivery: Some(decode(delivery)) }
            }
            _ => Self::Unknown,
        }
    }

    /// Returns the address.
    pub fn href(&self) -> String {
        match self {
            Self::Inventory(list) => format!("/{}", list.to_query()),
            Self::Product { id, under } => format!("/products/{}{}", segment(id), under.to_query()),
            Self::Products(view) => format!("/products{}", view.to_query()),
            Self::NewProduct => "/products/new".to_owned(),
            Self::ImportProducts => "/products/import".to_owned(),
            Self::EditProduct(id) => format!("/products/{}/edit", segment(id)),
            Self::Update => "/update".to_owned(),
            Self::History(view) => format!("/history{}", view.to_query()),
            Self::Run(run) => format!("/history/{}", encode(run)),
            Self::Settings => "/settings".to_owned(),
            Self::People => "/people".to_owned(),
            Self::Webhooks => "/webhooks".to_owned(),
            Self::Webhook { id, delivery: None } => format!("/webhooks/{}", encode(id)),
            Self::Webhook { id, delivery: Some(delivery) } => {
                format!("/webhooks/{}/{}", encode(id), encode(delivery))
            }
            Self::Unknown => "/".to_owned(),
        }
    }

    /// Returns a list of products.
    pub fn of_list(list: Under) -> Self {
        match list {
            Under::Inventory(list) => Self::Inventory(list),
            Under::Products(view) => Self::Products(view),
        }
    }

    /// Returns the product with this SKU or id, over the whole inventory.
    pub fn product(id: String) -> Self {
        Self::Product { id, under: Under::default() }
    }

    /// Returns the list of products that is shown, alone or under one of them.
    pub fn list(&self) -> Option<Under> {
        match self {
            Self::Inventory(list) => Some(Under::Inventory(list.clone())),
            Self::Products(view) => Some(Under::Products(view.clone())),
            Self::Product { under, .. } => Some(under.clone()),
            _ => None,
        }
    }

    /// Returns the part of the app that it is in, whatever it shows of it; none for nowhere.
    pub fn place(&self) -> Option<Place> {
        Some(match self {
            Self::Inventory(_) | Self::Product { under: Under::Inventory(_), .. } => {
                Place::Inventory
            }
            Self::Update => Place::Update,
            Self::History(_) | Self::Run(_) => Place::History,
            Self::Products(_)
            | Self::Product { .. }
            | Self::NewProduct
            | Self::EditProduct(_)
            | Self::ImportProducts => Place::Products,
            Self::Webhooks | Self::Webhook { .. } => Place::Webhooks,
            Self::People => Place::People,
            Self::Settings => Place::Settings,
            Self::Unknown => return None,
        })
    }
}

/// Returns a product's SKU or id as one segment; one that is the word of a screen has its first
/// letter escaped, so that both have an address.
fn segment(id: &str) -> String {
    match id {
        "new" => "%6Eew".to_owned(),
        "import" => "%69mport".to_owned(),
        _ => encode(id),
    }
}

#[cfg(test)]
mod tests {
    use stockroom_api::product::Status;

    use super::*;

    fn round_trip(route: &Route, href: &str) {
        assert_eq!(route.href(), href);
        let (path, query) = href.split_once('?').unwrap_or((href, ""));
        assert_eq!(&Route::parse(path, query), route);
    }

    #[test]
    fn every_route_reads_back() {
        round_trip(&Route::Inventory(ListQuery::default()), "/");
        round_trip(&Route::Update, "/update");
        round_trip(&Route::Settings, "/settings");
        round_trip(&Route::NewProduct, "/products/new");
        round_trip(&Route::ImportProducts, "/products/import");
        round_trip(&Route::EditProduct("A/1".into()), "/products/A%2F1/edit");
        for (id, href) in [("new", "/products/%6Eew"), ("import", "/products/%69mport")] {
            round_trip(&Route::product(id.into()), href);
        }
        round_trip(&Route::People, "/people");
        round_trip(&Route::Webhooks, "/webhooks");
        let id = "we/1".to_owned();
        round_trip(&Route::Webhook { id: id.clone(), delivery: None }, "/webhooks/we%2F1");
        let delivery = Some("dlv 7".to_owned());
        round_trip(&Route::Webhook { id, delivery }, "/webhooks/we%2F1/dlv%207");
        round_trip(&Route::History(HistoryView::default()), "/history");
        let view = HistoryView {
            product: "A&B 1".into(),
            to: "2026-11-24".into(),
            ..HistoryView::default()
        };
        round_trip(&Route::History(view), "/history?product=A%26B%201&to=2026-11-24");
        round_trip(&Route::Run("4f/1 é".into()), "/history/4f%2F1%20%C3%A9");
        let list = ListQuery {
            tab: Tab::Low,
            search: "thé & riz+".into(),
            sort: Column::Stock,
            descending: true,
            open: Some("A/1".into()),
        };
        let query = "?tab=low&q=th%C3%A9%20%26%20riz%2B&sort=stock&dir=desc&open=A%2F1";
        round_trip(&Route::Inventory(list.clone()), &format!("/{query}"));
        round_trip(
            &Route::Product { id: "CAFÉ/1 %".into(), under: Under::Inventory(list) },
            &format!("/products/CAF%C3%89%2F1%20%25{query}"),
        );
        round_trip(&Route::Products(ProductsView::default()), "/products");
        let view = ProductsView { search: "thé".into(), status: Some(Status::Disabled), page: 3 };
        let query = "q=th%C3%A9&status=disabled&page=3";
        round_trip(&Route::Products(view.clone()), &format!("/products?{query}"));
        round_trip(
            &Route::Product { id: "A/1".into(), under: Under::Products(view) },
            &format!("/products/A%2F1?list=products&{query}"),
        );
    }

    #[test]
    fn nonsense_falls_back() {
        assert_eq!(Route::parse("/nowhere/at/all", ""), Route::Unknown);
        let list = ListQuery { search: "%zz".into(), ..ListQuery::default() };
        let parsed = Route::parse("/", "?tab=none&sort=x&dir=up&q=%zz&&=");
        assert_eq!(parsed, Route::Inventory(list));
        let parsed = Route::parse("/products", "?status=x&page=-3&q=");
        assert_eq!(parsed, Route::Products(ProductsView::default()));
    }
}
