//! The tracked products that were read, and what is known of the rest.
//!
//! Pure: no browser, no signals. Start reading at [`StockList`].

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use stockroom_api::inventory::InventoryItem;
use stockroom_api::product::Product;
use stockroom_domain::quantity::Level;

/// Returns a text without case and accents, for searching; the browser's tables in the app.
pub type Fold = fn(&str) -> String;

/// The products that were read, in the API's order.
#[derive(Clone, Debug)]
pub struct StockList {
    rows: Vec<Row>,
    places: HashMap<String, usize>,
    total: Option<u64>,
    low_total: Option<u64>,
    is_whole: bool,
    version: u64,
    fold: Fold,
}

/// Counts the states of all lists.
static VERSIONS: AtomicU64 = AtomicU64::new(0);

/// One product of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The product as the API gave it, with what was changed here since.
    pub item: InventoryItem,
    /// Name, SKU and labels without case and accents.
    folded: String,
    /// The length of the name in `folded`.
    name_length: usize,
}

/// How many products a tab holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// The number.
    pub products: u64,
    /// Whether more may follow once the rest has been read.
    pub is_so_far: bool,
}

fn next_version() -> u64 {
    VERSIONS.fetch_add(1, Ordering::Relaxed)
}

impl StockList {
    /// Returns an empty list.
    pub fn new(fold: Fold) -> Self {
        Self {
            rows: Vec::new(),
            places: HashMap::new(),
            total: None,
            low_total: None,
            is_whole: false,
            version: next_version(),
            fold,
        }
    }

    /// Returns the number of this state of the products, which no other state of any list has; products
    /// that are added behind the others leave it as it is.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Takes in products of a page; those that are there already are replaced where they stand.
    pub fn take(&mut self, items: &[InventoryItem], total: Option<u64>) {
        for item in items {
            let row = Row::new(item.clone(), self.fold);
            if let Some(place) = self.places.get(&item.product_id) {
                if self.rows[*place] != row {
                    self.version = next_version();
                }
                self.rows[*place] = row;
            } else {
                self.places.insert(item.product_id.clone(), self.rows.len());
                self.rows.push(row);
            }
        }
        self.total = total.or(self.total);
    }

    /// Takes in the whole list, which replaces what was there.
    pub fn replace(&mut self, items: Vec<InventoryItem>) {
        let mut earlier: Vec<Option<Row>> = self.rows.drain(..).map(Some).collect();
        let mut places = HashMap::with_capacity(items.len());
        for item in items {
            // Most rows are as they were read a moment ago, folded already.
            let row = self.places.get(&item.product_id).and_then(|place| earlier[*place].take());
            let row = row.filter(|row| row.item == item);
            places.insert(item.product_id.clone(), self.rows.len());
            self.rows.push(row.unwrap_or_else(|| Row::new(item, self.fold)));
        }
        self.places = places;
        self.total = Some(self.rows.len() as u64);
        self.is_whole = true;
        self.version = next_version();
    }

    /// Takes in how many products are low, as the API counts them.
    pub fn set_low_total(&mut self, total: u64) {
        self.low_total = Some(total);
    }

    /// Writes a level that is known to be so now.
    pub fn set_level(&mut self, product_id: &str, variant_id: Option<&str>, level: i64) {
        let Some(row) = self.places.get(product_id).map(|place| &mut self.rows[*place]) else {
            return;
        };
        match variant_id {
            None => row.item.quantity = Some(level),
            Some(id) => {
                let variant = row.item.variants.iter_mut().find(|variant| variant.variant_id == id);
                if let Some(variant) = variant {
                    variant.quantity = Some(level);
                }
            }
        }
        row.judge();
        self.version = next_version();
    }

    /// Writes the levels of a product that was read or saved on its own.
    pub fn put(&mut self, product: &Product) {
        if let Some(quantity) = product.quantity {
            self.set_level(&product.id, None, quantity);
        }
        for variant in &product.variants {
            if let Some(quantity) = variant.quantity {
                self.set_level(&product.id, Some(&variant.id), quantity);
            }
        }
    }

    /// Returns the products.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Returns a product by its id.
    pub fn by_id(&self, product_id: &str) -> Option<&Row> {
        self.places.get(product_id).map(|place| &self.rows[*place])
    }

    /// Returns a product by SKU, or by id where no product has that SKU.
    pub fn by_key(&self, key: &str) -> Option<&Row> {
        let by_sku = self.rows.iter().find(|row| row.item.external_id.as_deref() == Some(key));
        by_sku.or_else(|| self.by_id(key))
    }

    /// Tells whether everything has been read.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Returns how many products the API has, once it said so.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// Returns how many products there are: the API's total while they are being read.
    pub fn all(&self) -> Count {
        let read = self.rows.len() as u64;
        let known = self.total.filter(|_| !self.is_whole);
        Count { products: known.unwrap_or(read), is_so_far: known.is_none() && !self.is_whole }
    }

    /// Returns how many are low: the API's total while they are being read.
    pub fn low(&self) -> Count {
        let read = self.rows.iter().filter(|row| row.is_low()).count() as u64;
        let known = self.low_total.filter(|_| !self.is_whole);
        Count { products: known.unwrap_or(read), is_so_far: known.is_none() && !self.is_whole }
    }

    /// Returns how many are out, or have a variant that is.
    pub fn out(&self) -> Count {
        let read = self.rows.iter().filter(|row| row.is_out()).count() as u64;
        Count { products: read, is_so_far: !self.is_whole }
    }

    /// Returns the units of all products: their own level, else those of their variants.
    pub fn units(&self) -> i64 {
        self.rows.iter().map(Row::units).sum()
    }
}

impl Row {
    fn new(item: InventoryItem, fold: Fold) -> Self {
        let mut folded = fold(&item.name);
        let name_length = folded.len();
        let labels = item.variants.iter().map(|variant| variant.label.as_str());
        for text in item.external_id.as_deref().into_iter().chain(labels) {
            folded.push('\n');
            folded.push_str(&fold(text));
        }
        Self { item, folded, name_length }
    }

    /// Returns the text by which addresses name the product: its SKU, else its id.
    pub fn key(&self) -> &str {
        self.item.external_id.as_deref().unwrap_or(&self.item.product_id)
    }

    /// Returns the name without case and accents.
    pub fn folded_name(&self) -> &str {
        &self.folded[..self.name_length]
    }

    /// Tells whether name, SKU or a label contains all of `words`, which are folded.
    pub fn matches(&self, words: &[&str]) -> bool {
        words.iter().all(|word| self.folded.contains(word))
    }

    /// Tells whether the API calls it low.
    pub fn is_low(&self) -> bool {
        self.item.is_low_stock
    }

    /// Tells whether it is out, or a variant is.
    pub fn is_out(&self) -> bool {
        self.item.quantity == Some(0) || self.first_variant_out().is_some()
    }

    /// Returns the label of the first variant that is out.
    pub fn first_variant_out(&self) -> Option<&str> {
        let out = self.item.variants.iter().find(|variant| variant.quantity == Some(0));
        out.map(|variant| variant.label.as_str())
    }

    /// Returns the units: the product's own level, else those of its variants.
    pub fn units(&self) -> i64 {
        let variants = || self.item.variants.iter().filter_map(|variant| variant.quantity).sum();
        self.item.quantity.unwrap_or_else(variants)
    }

    /// Judges anew whether it is low, after its level was changed here.
    fn judge(&mut self) {
        let level = self.item.quantity.and_then(|units| Level::new(units).ok());
        let threshold = self.item.low_stock_threshold;
        self.item.is_low_stock = level.is_some_and(|level| level.is_low(threshold));
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use stockroom_api::inventory::InventoryVariant;

    use super::*;

    pub(crate) fn lower(text: &str) -> String {
        text.to_lowercase().replace('é', "e")
    }

    pub(crate) fn product(
        sku: &str,
        name: &str,
        quantity: i64,
        threshold: Option<i64>,
    ) -> InventoryItem {
        InventoryItem {
            product_id: format!("id-{sku}"),
            external_id: Some(sku.to_owned()),
            name: name.to_owned(),
            quantity: Some(quantity),
            low_stock_threshold: threshold,
            is_low_stock: threshold.is_some_and(|threshold| quantity < threshold),
            variants: Vec::new(),
        }
    }

    pub(crate) fn variant(label: &str, quantity: i64) -> InventoryVariant {
        InventoryVariant {
            variant_id: format!("id-{label}"),
            label: label.to_owned(),
            quantity: Some(quantity),
        }
    }

    fn count(products: u64, is_so_far: bool) -> Count {
        Count { products, is_so_far }
    }

    #[test]
    fn counts_follow_the_api_until_all_is_read() {
        let mut list = StockList::new(lower);
        let items = [product("A", "Riz", 3, Some(5)), product("B", "Lait", 0, None)];
        list.take(&items, Some(120));
        list.set_low_total(17);
        assert_eq!(list.all(), count(120, false));
        assert_eq!(list.low(), count(17, false));
        assert_eq!(list.out(), count(1, true));
        list.replace(items.to_vec());
        assert_eq!(
            (list.all(), list.low(), list.out()),
            (count(2, false), count(1, false), count(1, false))
        );
    }

    #[test]
    fn a_level_written_here_is_judged_at_once() {
        let mut list = StockList::new(lower);
        let mut item = product("THIEB-001", "Thiéboudienne", 3, Some(5));
        item.variants = vec![variant("Normal", 2), variant("Grand", 1)];
        list.replace(vec![item]);
        list.set_level("id-THIEB-001", None, 5);
        list.set_level("id-THIEB-001", Some("id-Grand"), 0);
        let row = list.by_key("THIEB-001").unwrap();
        assert!(!row.is_low() && row.is_out());
        assert_eq!((row.first_variant_out(), row.units(), list.units()), (Some("Grand"), 5, 5));
    }

    #[test]
    fn search_finds_every_word_in_name_sku_or_label() {
        let mut item = product("BAZIN-RGE", "Bazin riché", 3, None);
        item.variants = vec![variant("Été", 2)];
        let row = Row::new(item, lower);
        assert!(row.matches(&["bazin", "ete"]) && row.matches(&["riche"]) && row.matches(&[]));
        assert!(!row.matches(&["bazin", "hiver"]));
        assert_eq!(row.folded_name(), "bazin riche");
    }

    #[test]
    fn products_behind_the_others_leave_the_version_and_whatever_else_changes_does_not() {
        let mut list = StockList::new(lower);
        let (a, b) = (product("A", "A", 1, None), product("B", "B", 2, None));
        let mut known = vec![list.version(), StockList::new(lower).version()];
        list.take(std::slice::from_ref(&a), None);
        list.take(&[a.clone(), b.clone()], None);
        assert_eq!(list.version(), known[0]);
        let changes: [&dyn Fn(&mut StockList); 3] = [
            &|list| list.take(&[product("A", "A", 5, None)], None),
            &|list| list.set_level("id-B", None, 9),
            &|list| list.replace(vec![a.clone(), b.clone()]),
        ];
        for change in changes {
            change(&mut list);
            assert!(!known.contains(&list.version()));
            known.push(list.version());
        }
    }
}
