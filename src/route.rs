//! Every address of the app, built and read in one place.
//!
//! Pure: [`Route::parse`] and [`Route::href`] are inverse to each other and tested natively. What a
//! view shows is in its address, so the query of the inventory is part of its route. The only
//! part that knows a browser is [`Navigator`].

mod navigator;

pub use navigator::{Navigator, use_navigator};

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
        list: ListQuery,
    },
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

/// What of the stock history is shown; blank is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct HistoryView {
    /// Of which product, by SKU or id.
    pub product: String,
    /// Of which run.
    pub run: String,
    /// With which reason.
    pub reason: String,
    /// From which day on, `2026-11-24`.
    pub from: String,
    /// To the end of which day.
    pub to: String,
}

impl HistoryView {
    fn fields(&self) -> [(&'static str, &str); 5] {
        let Self { product, run, reason, from, to } = self;
        [("product", product), ("run", run), ("reason", reason), ("from", from), ("to", to)]
    }

    fn to_query(&self) -> String {
        let mut query = String::new();
        for (name, value) in self.fields().into_iter().filter(|(_, value)| !value.is_empty()) {
            let sign = if query.is_empty() { '?' } else { '&' };
            query.extend([sign.to_string().as_str(), name, "=", &encode(value)]);
        }
        query
    }

    fn parse(query: &str) -> Self {
        let mut parsed = Self::default();
        for pair in query.trim_start_matches('?').split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let field = match name {
                "product" => &mut parsed.product,
                "run" => &mut parsed.run,
                "reason" => &mut parsed.reason,
                "from" => &mut parsed.from,
                "to" => &mut parsed.to,
                _ => continue,
            };
            *field = decode(&value.replace('+', " "));
        }
        parsed
    }
}

/// What the inventory shows, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ListQuery {
    /// Which products.
    pub tab: Tab,
    /// The text searched for.
    pub search: String,
    /// The column sorted by.
    pub sort: Column,
    /// Whether the largest comes first.
    pub descending: bool,
    /// The product whose variants are shown, by SKU or id.
    pub open: Option<String>,
}

/// A tab of the inventory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tab {
    /// Everything that is tracked.
    #[default]
    All,
    /// Below the threshold.
    Low,
    /// At 0, or with a variant at 0.
    Out,
}

/// A column that the inventory can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Column {
    /// The SKU, the order of the API.
    #[default]
    Sku,
    /// The name.
    Name,
    /// The level as a share of the threshold.
    Health,
    /// The threshold.
    Threshold,
    /// The level.
    Stock,
}

impl Tab {
    /// All tabs in their order.
    pub const ALL: [Self; 3] = [Self::All, Self::Low, Self::Out];

    /// Returns the tab's word in an address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Low => "low",
            Self::Out => "out",
        }
    }
}

impl Column {
    /// All columns in their order on the screen.
    pub const ALL: [Self; 5] = [Self::Name, Self::Sku, Self::Health, Self::Threshold, Self::Stock];

    /// Returns the column's word in an address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sku => "sku",
            Self::Name => "name",
            Self::Health => "health",
            Self::Threshold => "threshold",
            Self::Stock => "stock",
        }
    }
}

impl ListQuery {
    /// Returns the query with what differs from the default, with its `?`.
    fn to_query(&self) -> String {
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        if self.tab != Tab::default() {
            pairs.push(("tab", self.tab.as_str()));
        }
        if !self.search.is_empty() {
            pairs.push(("q", &self.search));
        }
        if self.sort != Column::default() {
            pairs.push(("sort", self.sort.as_str()));
        }
        if self.descending {
            pairs.push(("dir", "desc"));
        }
        if let Some(open) = &self.open {
            pairs.push(("open", open));
        }
        let mut query = String::new();
        for (name, value) in pairs {
            query.push(if query.is_empty() { '?' } else { '&' });
            query.push_str(name);
            query.push('=');
            query.push_str(&encode(value));
        }
        query
    }

    fn parse(query: &str) -> Self {
        let mut parsed = Self::default();
        for pair in query.trim_start_matches('?').split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decode(&value.replace('+', " "));
            match name {
                "tab" => {
                    let tab = Tab::ALL.into_iter().find(|tab| tab.as_str() == value);
                    parsed.tab = tab.unwrap_or_default();
                }
                "q" => parsed.search = value,
                "sort" => {
                    let column = Column::ALL.into_iter().find(|column| column.as_str() == value);
                    parsed.sort = column.unwrap_or_default();
                }
                "dir" => parsed.descending = value == "desc",
                "open" if !value.is_empty() => parsed.open = Some(value),
                _ => {}
            }
        }
        parsed
    }
}

impl Route {
    /// Reads an address: the path, and the query with or without its `?`.
    pub fn parse(path: &str, query: &str) -> Self {
        let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match segments.as_slice() {
            [] | ["index.html"] => Self::Inventory(ListQuery::parse(query)),
            ["products", "new"] => Self::NewProduct,
            ["products", "import"] => Self::ImportProducts,
            ["products", id, "edit"] => Self::EditProduct(decode(id)),
            ["products", id] => Self::Product { id: decode(id), list: ListQuery::parse(query) },
            ["update"] => Self::Update,
            ["history"] => Self::History(HistoryView::parse(query)),
            ["history", run] => Self::Run(decode(run)),
            ["settings"] => Self::Settings,
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
            Self::Product { id, list } => format!("/products/{}{}", segment(id), list.to_query()),
            Self::NewProduct => "/products/new".to_owned(),
            Self::ImportProducts => "/products/import".to_owned(),
            Self::EditProduct(id) => format!("/products/{}/edit", segment(id)),
            Self::Update => "/update".to_owned(),
            Self::History(view) => format!("/history{}", view.to_query()),
            Self::Run(run) => format!("/history/{}", encode(run)),
            Self::Settings => "/settings".to_owned(),
            Self::Webhooks => "/webhooks".to_owned(),
            Self::Webhook { id, delivery: None } => format!("/webhooks/{}", encode(id)),
            Self::Webhook { id, delivery: Some(delivery) } => {
                format!("/webhooks/{}/{}", encode(id), encode(delivery))
            }
            Self::Unknown => "/".to_owned(),
        }
    }

    /// Tells whether both are in the same part of the app, whatever they show of it.
    pub fn is_same_screen(&self, other: &Self) -> bool {
        let screen = |route: &Self| match route {
            Self::Inventory(_)
            | Self::Product { .. }
            | Self::NewProduct
            | Self::EditProduct(_)
            | Self::ImportProducts => 0,
            Self::Update => 1,
            Self::Settings | Self::Webhooks | Self::Webhook { .. } => 2,
            Self::History(_) | Self::Run(_) => 3,
            Self::Unknown => 4,
        };
        screen(self) == screen(other)
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

/// Undoes [`encode`]; what is no escape stays as it is.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escaped = (first == b'%')
            .then(|| tail.get(..2))
            .flatten()
            .and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        if let Some(byte) = escaped {
            bytes.push(byte);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
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
            round_trip(&Route::Product { id: id.into(), list: ListQuery::default() }, href);
        }
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
            &Route::Product { id: "CAFÉ/1 %".into(), list },
            &format!("/products/CAF%C3%89%2F1%20%25{query}"),
        );
    }

    #[test]
    fn nonsense_falls_back() {
        assert_eq!(Route::parse("/nowhere/at/all", ""), Route::Unknown);
        let list = ListQuery { search: "%zz".into(), ..ListQuery::default() };
        let parsed = Route::parse("/", "?tab=none&sort=x&dir=up&q=%zz&&=");
        assert_eq!(parsed, Route::Inventory(list));
    }
}
