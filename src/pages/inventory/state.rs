//! What the inventory shows: lines, their order, the figures of the strip.
//!
//! Pure: neither leptos nor the browser.

use std::cmp::Ordering;

use stockroom_api::inventory::InventoryItem;
use stockroom_domain::own_layout::{OwnFile, OwnRow};

use crate::route::{Column, ListQuery, Tab};
use crate::stock::health::Health;
use crate::stock::list::{Row, StockList};

/// One line of the grid: a product, or a variant of the product above it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Line {
    /// The product's id.
    pub product_id: String,
    /// The variant's id, on a variant's line.
    pub variant_id: Option<String>,
}

/// What is being edited: a product's own level, or a variant's.
pub type Target = Line;

/// How many products stand how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shares {
    pub out: u64,
    pub low: u64,
    pub fine: u64,
    pub plenty: u64,
    pub unset: u64,
}

impl Line {
    /// Returns the line of a product itself.
    pub fn product(id: &str) -> Self {
        Self { product_id: id.to_owned(), variant_id: None }
    }

    /// Returns the line of a variant.
    pub fn variant(id: &str, variant_id: &str) -> Self {
        Self { product_id: id.to_owned(), variant_id: Some(variant_id.to_owned()) }
    }
}

/// Returns the lines that `query` shows, in its order; `search` is its text, folded.
pub fn lines(list: &StockList, query: &ListQuery, search: &str) -> Vec<Line> {
    let words: Vec<&str> = search.split_whitespace().collect();
    let is_shown = |row: &&Row| is_in(query.tab, row) && row.matches(&words);
    let mut rows: Vec<&Row> = list.rows().iter().filter(is_shown).collect();
    if query.sort != Column::Sku || query.descending {
        rows.sort_by(|a, b| compare(query, a, b));
    }
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        lines.push(Line::product(&row.item.product_id));
        if query.open.as_deref() == Some(row.key()) {
            let variants = row.item.variants.iter();
            lines.extend(variants.map(|v| Line::variant(&row.item.product_id, &v.variant_id)));
        }
    }
    lines
}

fn is_in(tab: Tab, row: &Row) -> bool {
    match tab {
        Tab::All => true,
        Tab::Low => row.is_low(),
        Tab::Out => row.is_out(),
    }
}

/// Compares by the column; equal ones by SKU, those without one last, whatever the direction.
fn compare(query: &ListQuery, a: &Row, b: &Row) -> Ordering {
    let by_sku = || sku_order(&a.item).cmp(&sku_order(&b.item));
    let by_column = match query.sort {
        Column::Sku => return if query.descending { reversed_sku(a, b) } else { by_sku() },
        Column::Name => a.folded_name().cmp(b.folded_name()),
        Column::Health => share(a).total_cmp(&share(b)),
        Column::Threshold => {
            return absent_last(query, a.item.low_stock_threshold, b.item.low_stock_threshold)
                .then_with(by_sku);
        }
        Column::Stock => {
            return absent_last(query, a.item.quantity, b.item.quantity).then_with(by_sku);
        }
    };
    directed(query, by_column).then_with(by_sku)
}

fn directed(query: &ListQuery, order: Ordering) -> Ordering {
    if query.descending { order.reverse() } else { order }
}

fn absent_last(query: &ListQuery, a: Option<i64>, b: Option<i64>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => directed(query, a.cmp(&b)),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

fn sku_order(item: &InventoryItem) -> (bool, &str) {
    (item.external_id.is_none(), item.external_id.as_deref().unwrap_or(&item.product_id))
}

fn reversed_sku(a: &Row, b: &Row) -> Ordering {
    let ((a_none, a_key), (b_none, b_key)) = (sku_order(&a.item), sku_order(&b.item));
    a_none.cmp(&b_none).then_with(|| b_key.cmp(a_key))
}

/// Returns the level as a share of the threshold; what has none counts as plenty.
fn share(row: &Row) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "an order needs no more digits")]
    match (row.item.quantity, row.item.low_stock_threshold.filter(|t| *t > 0)) {
        (Some(0), _) => -1.0,
        (Some(level), Some(threshold)) => level as f64 / threshold as f64,
        _ => f64::MAX,
    }
}

/// Returns how many products stand how, by their own level.
pub fn shares(list: &StockList) -> Shares {
    let mut shares = Shares::default();
    for row in list.rows() {
        let slot = match Health::of(row.units(), row.item.low_stock_threshold) {
            Health::Out => &mut shares.out,
            Health::Low => &mut shares.low,
            Health::Fine => &mut shares.fine,
            Health::Plenty => &mut shares.plenty,
            Health::Unset => &mut shares.unset,
        };
        *slot += 1;
    }
    shares
}

/// Returns the query after a click on a column's heading.
pub fn sorted_by(query: &ListQuery, column: Column) -> ListQuery {
    let same = query.sort == column;
    ListQuery { sort: column, descending: same && !query.descending, ..query.clone() }
}

/// Returns the products of `lines` as a file in our own layout; `expected` holds the level and
/// `quantity` is blank, so that reading it back asks for nothing.
pub fn export(list: &StockList, lines: &[Line]) -> String {
    let mut file = OwnFile::default();
    let products = lines.iter().filter(|line| line.variant_id.is_none());
    for row in products.filter_map(|line| list.by_id(&line.product_id)) {
        let item = &row.item;
        let external_id = item.external_id.as_deref().unwrap_or_default();
        let own = OwnRow {
            external_id,
            name: &item.name,
            variant: "",
            level: item.quantity,
            threshold: item.low_stock_threshold,
        };
        file.push(&own);
        for variant in &item.variants {
            let (variant, level) = (variant.label.as_str(), variant.quantity);
            file.push(&OwnRow { variant, level, threshold: None, ..own });
        }
    }
    file.into_text()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stock::list::tests::{lower, product, variant};

    fn list() -> StockList {
        let mut list = StockList::new(lower);
        let mut thieb = product("THIEB-001", "Thiéboudienne", 3, Some(5));
        thieb.variants = vec![variant("Normal", 2), variant("Grand", 0)];
        let mut nameless = product("X", "Sans", 8, None);
        nameless.external_id = None;
        list.replace(vec![
            product("ATAYA-250", "Thé vert", 0, Some(12)),
            product("RIZ-25", "Riz", 112, Some(20)),
            thieb,
            nameless,
        ]);
        list
    }

    fn check(query: &ListQuery, expected: &[&str]) {
        let lines = lines(&list(), query, &query.search);
        let shown: Vec<String> = lines
            .iter()
            .map(|line| line.variant_id.clone().unwrap_or(line.product_id.clone()))
            .map(|id| id.trim_start_matches("id-").to_owned())
            .collect();
        assert_eq!(shown, expected);
    }

    fn by(sort: Column, descending: bool) -> ListQuery {
        ListQuery { sort, descending, ..ListQuery::default() }
    }

    #[test]
    fn tabs_filter() {
        let tab = |tab| ListQuery { tab, ..ListQuery::default() };
        check(&tab(Tab::All), &["ATAYA-250", "RIZ-25", "THIEB-001", "X"]);
        check(&tab(Tab::Low), &["ATAYA-250", "THIEB-001"]);
        check(&tab(Tab::Out), &["ATAYA-250", "THIEB-001"]);
    }

    #[test]
    fn search_and_variants() {
        let query = ListQuery {
            search: "grand thie".into(),
            open: Some("THIEB-001".into()),
            ..ListQuery::default()
        };
        check(&query, &["THIEB-001", "Normal", "Grand"]);
    }

    #[test]
    fn sorts_with_absent_values_last_either_way() {
        check(&by(Column::Sku, true), &["THIEB-001", "RIZ-25", "ATAYA-250", "X"]);
        check(&by(Column::Name, false), &["RIZ-25", "X", "ATAYA-250", "THIEB-001"]);
        check(&by(Column::Threshold, false), &["THIEB-001", "ATAYA-250", "RIZ-25", "X"]);
        check(&by(Column::Threshold, true), &["RIZ-25", "ATAYA-250", "THIEB-001", "X"]);
        check(&by(Column::Stock, true), &["RIZ-25", "X", "THIEB-001", "ATAYA-250"]);
        check(&by(Column::Health, false), &["ATAYA-250", "THIEB-001", "RIZ-25", "X"]);
    }

    #[test]
    fn a_second_click_turns_the_order() {
        let first = sorted_by(&ListQuery::default(), Column::Stock);
        assert_eq!((first.sort, first.descending), (Column::Stock, false));
        assert!(sorted_by(&first, Column::Stock).descending);
        assert!(!sorted_by(&sorted_by(&first, Column::Stock), Column::Name).descending);
    }

    #[test]
    fn counts_every_product_once() {
        let shares = shares(&list());
        assert_eq!(shares, Shares { out: 1, low: 1, fine: 0, plenty: 1, unset: 1 });
    }

    #[test]
    fn exports_a_row_for_each_level() {
        let mut list = StockList::new(lower);
        let mut item = product("LAIT", "Lait, 400 g", 3, Some(5));
        item.variants = vec![variant("Grand", 2)];
        list.replace(vec![item]);
        let lines = lines(&list, &ListQuery::default(), "");
        let file = export(&list, &lines);
        let rows: Vec<&str> = file.lines().skip(1).collect();
        assert_eq!(rows, ["LAIT,\"Lait, 400 g\",,,3,,,5", "LAIT,\"Lait, 400 g\",Grand,,2,,,"]);
    }
}
