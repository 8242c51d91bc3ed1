//! What file and stock do not have in common: SKUs that nobody knows, products that no row names.

use hashbrown::HashMap;
use stockroom_domain::code::Code;
use stockroom_domain::columns::key;
use stockroom_domain::quantity::Level;
use stockroom_domain::repair::Repairs;
use stockroom_domain::sheet::{Edit, EditField};
use stockroom_domain::stock::Product;

use super::{Engine, index};
use crate::message::{Repair, Reply};

/// The most repairs and names that the page is shown.
const SHOWN: usize = 1_000;
const NAMES: usize = 20;

impl Engine {
    pub(super) fn unknown(&self, most: usize) -> Reply {
        let unknown = self.unknown_skus();
        Reply::Unknown(unknown.into_iter().map(|(sku, _)| sku).take(most).collect())
    }

    /// Returns the SKUs that the stock does not have, each once in the file's order, with how
    /// many rows have it.
    fn unknown_skus(&self) -> Vec<(String, u32)> {
        let (Some(sheet), Some(plan)) = (&self.sheet, &self.plan) else { return Vec::new() };
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut found: Vec<(String, u32)> = Vec::new();
        for row in plan.rows_with(Code::UnknownProduct) {
            let sku = sheet.external_id(row as usize).trim().to_owned();
            let place = *places.entry(sku).or_insert_with_key(|sku| {
                found.push((sku.clone(), 0));
                found.len() - 1
            });
            found[place].1 += 1;
        }
        found
    }

    pub(super) fn repairs(&self) -> Reply {
        let repairs = Repairs::new(&self.stock);
        let offered = self.unknown_skus().into_iter().filter_map(|(from, rows)| {
            let (damage, product) = repairs.of(&from)?;
            let known = product.map(|at| self.stock.product(at));
            let to = known.and_then(|product| product.external_id.clone()).unwrap_or_default();
            let name = known.map(|product| product.name.clone()).unwrap_or_default();
            Some(Repair { from, to, name, damage, rows })
        });
        Reply::Repairs(offered.take(SHOWN).collect())
    }

    /// Returns the edits that mend SKUs as they were offered.
    pub(super) fn repair(&self, repairs: &[Repair]) -> Vec<Edit> {
        let (Some(sheet), Some(plan)) = (&self.sheet, &self.plan) else { return Vec::new() };
        let offered = repairs.iter().filter(|repair| !repair.to.is_empty());
        let to: HashMap<&str, &str> =
            offered.map(|repair| (repair.from.as_str(), repair.to.as_str())).collect();
        let mend = |row: u32| {
            let text = to.get(sheet.external_id(row as usize).trim())?;
            Some(Edit { row, field: EditField::ExternalId, text: Some((*text).to_owned()) })
        };
        plan.rows_with(Code::UnknownProduct).filter_map(mend).collect()
    }

    pub(super) fn missing(&self, search: &str) -> Reply {
        let missing = self.missing_products(search);
        let levels = || missing.iter().flat_map(|product| levels_above_zero(product));
        Reply::Missing {
            products: index(missing.len()),
            levels: index(levels().count()),
            units: missing.iter().map(|product| product.units()).sum(),
            names: missing.iter().take(NAMES).map(|product| product.name.clone()).collect(),
        }
    }

    /// Returns the edits that add a row for each level above 0 that no row names, set to 0.
    pub(super) fn missing_as_edits(&self, search: &str) -> Vec<Edit> {
        let Some(sheet) = &self.sheet else { return Vec::new() };
        let mut row = index(sheet.rows());
        let mut edits = Vec::new();
        for product in self.missing_products(search) {
            for label in levels_above_zero(product) {
                let mut put = |field, text: &str| {
                    edits.push(Edit { row, field, text: Some(text.to_owned()) });
                };
                put(EditField::ExternalId, product.external_id.as_deref().unwrap_or_default());
                if !label.is_empty() {
                    put(EditField::Variant, label);
                }
                put(EditField::Value, "=0");
                row += 1;
            }
        }
        edits
    }

    /// Returns the products with stock that no row of the file names.
    fn missing_products(&self, search: &str) -> Vec<&Product> {
        let (Some(sheet), Some(plan)) = (&self.sheet, &self.plan) else { return Vec::new() };
        let wanted = key(search);
        let mut is_named = vec![false; self.stock.products().len()];
        for row in 0..plan.rows() {
            if let Some(target) = plan.target(row) {
                is_named[target.product as usize] = true;
            } else if let Some(at) = self.stock.find(sheet.external_id(row).trim()) {
                // A row that asks for nothing still names its product: it was counted, or left be.
                is_named[at] = true;
            }
        }
        let holds = |text: &str| wanted.is_empty() || key(text).contains(&wanted);
        let products = self.stock.products().iter().zip(is_named);
        let missing = products.filter(|(product, is_named)| {
            let sku = product.external_id.as_deref();
            !is_named
                && levels_above_zero(product).next().is_some()
                && sku.is_some_and(|sku| holds(sku) || holds(&product.name))
        });
        missing.map(|(product, _)| product).collect()
    }
}

/// Returns the labels of the levels above 0, blank for the product's own.
fn levels_above_zero(product: &Product) -> impl Iterator<Item = &str> {
    let has_units = |level: Option<Level>| level.is_some_and(|level| level > Level::ZERO);
    let own = has_units(product.level).then_some("");
    let variants = product.variants.iter().filter(move |variant| has_units(variant.level));
    own.into_iter().chain(variants.map(|variant| variant.label.as_str()))
}
