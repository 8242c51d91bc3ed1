//! What of the stock history an address shows.

use super::query::{pairs, query_of};

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

    pub(super) fn to_query(&self) -> String {
        query_of(&self.fields())
    }

    pub(super) fn parse(query: &str) -> Self {
        let mut parsed = Self::default();
        for (name, value) in pairs(query) {
            let field = match name {
                "product" => &mut parsed.product,
                "run" => &mut parsed.run,
                "reason" => &mut parsed.reason,
                "from" => &mut parsed.from,
                "to" => &mut parsed.to,
                _ => continue,
            };
            *field = value;
        }
        parsed
    }
}
