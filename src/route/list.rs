//! What the inventory shows, as its address says it.

use super::query::{pairs, query_of};

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
    /// Returns what differs from the default, with its `?`; blank where nothing does.
    pub(super) fn to_query(&self) -> String {
        let default = Self::default();
        let tab = if self.tab == default.tab { "" } else { self.tab.as_str() };
        let sort = if self.sort == default.sort { "" } else { self.sort.as_str() };
        query_of(&[
            ("tab", tab),
            ("q", &self.search),
            ("sort", sort),
            ("dir", if self.descending { "desc" } else { "" }),
            ("open", self.open.as_deref().unwrap_or_default()),
        ])
    }

    pub(super) fn parse(query: &str) -> Self {
        let mut parsed = Self::default();
        for (name, value) in pairs(query) {
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
