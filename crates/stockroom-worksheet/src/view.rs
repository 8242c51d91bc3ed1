//! Which rows a view shows, and in which order, quickly on a million of them.
//!
//! What can be told once for a product or a target is not told again for each of its rows.

use stockroom_domain::columns::key;
use stockroom_domain::order::{by_key, sort_places};
use stockroom_domain::plan::{Plan, Verdict};
use stockroom_domain::sheet::Sheet;
use stockroom_domain::stock::Stock;

use super::message::{Filter, Sort, View};

/// The products in the order of their SKUs and of their names, made when first asked for.
#[derive(Debug, Default)]
pub(super) struct Ranks {
    by_sku: Option<Vec<u32>>,
    by_name: Option<Vec<u32>>,
}

/// Returns the rows of a view in its order.
pub(super) fn rows(
    view: &View,
    sheet: &Sheet,
    plan: &Plan,
    stock: &Stock,
    ranks: &mut Ranks,
) -> Vec<u32> {
    let count = u32::try_from(plan.rows()).unwrap_or(u32::MAX);
    let shown = Shown { sheet, plan, stock };
    let mut rows: Vec<u32> =
        (0..count).filter(|row| shown.passes(view.filter, *row as usize)).collect();
    let wanted = key(&view.search);
    if !wanted.is_empty() {
        let holds = shown.targets_that_hold(&wanted);
        rows.retain(|row| shown.holds(*row as usize, &wanted, &holds));
    }
    let keys = match view.sort {
        Sort::Line => None,
        Sort::Sku => Some(shown.sku_keys(&rows, ranks)),
        Sort::Product => Some(shown.name_keys(&rows, ranks)),
        Sort::Delta => Some(rows.iter().map(|row| shown.delta_key(*row as usize)).collect()),
    };
    if let Some(keys) = keys {
        rows = by_key(&rows, &keys);
    }
    if view.descending {
        rows.reverse();
    }
    rows
}

struct Shown<'a> {
    sheet: &'a Sheet,
    plan: &'a Plan,
    stock: &'a Stock,
}

impl<'a> Shown<'a> {
    fn passes(&self, filter: Filter, row: usize) -> bool {
        match filter {
            Filter::All => true,
            Filter::Errors => self.plan.verdict(row) == Verdict::Error,
            Filter::Warnings => self.plan.verdict(row) == Verdict::Warning,
            Filter::Changes => self.plan.verdict(row).is_sent(),
            Filter::ToZero => self.plan.is_sent_to_zero(row),
            Filter::Unchanged => self.plan.verdict(row) == Verdict::Unchanged,
        }
    }

    /// Tells for each target whether its product's SKU or name or its label holds a text.
    fn targets_that_hold(&self, wanted: &str) -> Vec<bool> {
        let holds = |text: &str| key(text).contains(wanted);
        let products: Vec<bool> = self
            .stock
            .products()
            .iter()
            .map(|p| holds(&p.name) || p.external_id.as_deref().is_some_and(holds))
            .collect();
        let targets = 0..u32::try_from(self.plan.targets()).unwrap_or(u32::MAX);
        let of_target = |at: u32| {
            let target = self.plan.target_at(at);
            let product = target.product as usize;
            let label = target.variant.map(|at| &self.stock.product(product).variants[at as usize]);
            products[product] || label.is_some_and(|variant| holds(&variant.label))
        };
        targets.map(of_target).collect()
    }

    fn holds(&self, row: usize, wanted: &str, targets: &[bool]) -> bool {
        if let Some(target) = self.plan.target_number(row) {
            return targets[target as usize];
        }
        let sku = self.sheet.external_id(row);
        key(&sku).contains(wanted)
            || key(&self.sheet.variant(row)).contains(wanted)
            || self.name_of(sku.trim()).is_some_and(|name| key(name).contains(wanted))
    }

    fn name_of(&self, sku: &str) -> Option<&'a str> {
        Some(self.stock.product(self.stock.find(sku)?).name.as_str())
    }

    fn product(&self, row: usize) -> Option<u32> {
        let target = self.plan.target_number(row)?;
        Some(self.plan.target_at(target).product)
    }

    /// Returns a key for each row that orders by SKU; rows that no product stands for are placed
    /// among the products by their own text.
    fn sku_keys(&self, rows: &[u32], ranks: &mut Ranks) -> Vec<u32> {
        let sku = |at: u32| self.stock.product(at as usize).external_id.as_deref().unwrap_or("");
        let sorted = ranks.by_sku.get_or_insert_with(|| {
            let mut places = self.places();
            sort_places(&mut places, &|a, b| sku(a).cmp(sku(b)));
            places
        });
        let rank_of = inverse(sorted);
        let mut own: Vec<(u32, String)> = Vec::new();
        let mut keys: Vec<u32> = Vec::with_capacity(rows.len());
        for (at, row) in rows.iter().enumerate() {
            if let Some(product) = self.product(*row as usize) {
                keys.push(rank_of[product as usize]);
                continue;
            }
            let text = self.sheet.external_id(*row as usize);
            let known = self.stock.find(text.trim()).map(|product| rank_of[product]);
            if known.is_none() {
                own.push((u32::try_from(at).unwrap_or(u32::MAX), text.trim().to_owned()));
            }
            keys.push(known.unwrap_or(0));
        }
        // Rows of their own get keys between the products', which are spread to make room.
        let mut order: Vec<u32> = (0..u32::try_from(own.len()).unwrap_or(u32::MAX)).collect();
        sort_places(&mut order, &|a, b| own[a as usize].1.cmp(&own[b as usize].1));
        let spread = Spread::new(sorted.len(), &order, |at| {
            let text = own[at as usize].1.as_str();
            sorted.partition_point(|product| sku(*product) < text)
        });
        for key in &mut keys {
            *key = spread.of_product(*key);
        }
        for (at, key) in spread.of_own(|a, b| own[a as usize].1 == own[b as usize].1) {
            keys[own[at as usize].0 as usize] = key;
        }
        keys
    }

    /// Returns a key for each row that orders by the product's name; rows without one come first.
    fn name_keys(&self, rows: &[u32], ranks: &mut Ranks) -> Vec<u32> {
        let sorted = ranks.by_name.get_or_insert_with(|| {
            let names: Vec<String> = self.stock.products().iter().map(|p| key(&p.name)).collect();
            let mut places = self.places();
            sort_places(&mut places, &|a, b| names[a as usize].cmp(&names[b as usize]));
            places
        });
        let rank_of = inverse(sorted);
        let product = |row: usize| {
            let known = || self.stock.find(self.sheet.external_id(row).trim());
            self.product(row).map(|at| at as usize).or_else(known)
        };
        let key = |row: &u32| product(*row as usize).map_or(0, |at| rank_of[at] + 1);
        rows.iter().map(key).collect()
    }

    /// Returns a key that orders by the units really added; rows that add none come first.
    fn delta_key(&self, row: usize) -> u32 {
        let applied = self.plan.applied(row);
        applied.map_or(0, |applied| u32::try_from(applied.delta + (1 << 31)).unwrap_or(u32::MAX))
    }

    fn places(&self) -> Vec<u32> {
        (0..u32::try_from(self.stock.products().len()).unwrap_or(u32::MAX)).collect()
    }
}

/// Returns for each place its rank in `sorted`.
fn inverse(sorted: &[u32]) -> Vec<u32> {
    let mut ranks = vec![0; sorted.len()];
    for (rank, place) in sorted.iter().enumerate() {
        ranks[*place as usize] = u32::try_from(rank).unwrap_or(u32::MAX);
    }
    ranks
}

/// Keys for products in order, with room for texts that stand between them.
struct Spread {
    /// For each product, how many texts stand before it.
    before: Vec<u32>,
    /// The texts in order, each with the number of products before it.
    own: Vec<(u32, u32)>,
}

impl Spread {
    fn new(products: usize, order: &[u32], products_before: impl Fn(u32) -> usize) -> Self {
        let mut before = vec![0_u32; products + 1];
        let mut own = Vec::with_capacity(order.len());
        for at in order {
            let place = products_before(*at);
            before[place] += 1;
            own.push((*at, u32::try_from(place).unwrap_or(u32::MAX)));
        }
        let mut sum = 0;
        for count in &mut before {
            sum += *count;
            *count = sum;
        }
        Self { before, own }
    }

    fn of_product(&self, rank: u32) -> u32 {
        rank + self.before.get(rank as usize).copied().unwrap_or(0)
    }

    /// Returns the key of each text; the same texts have the same key.
    fn of_own(&self, is_same: impl Fn(u32, u32) -> bool) -> Vec<(u32, u32)> {
        let mut keys: Vec<(u32, u32)> = Vec::with_capacity(self.own.len());
        for (number, (at, place)) in self.own.iter().enumerate() {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let key = match keys.last() {
                Some((last, key)) if is_same(*last, *at) => *key,
                _ => place + number,
            };
            keys.push((*at, key));
        }
        keys
    }
}
