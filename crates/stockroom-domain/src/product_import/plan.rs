//! What each row of a file would do to the products that there are.

use std::collections::HashMap;

use super::column::ImportColumn;
use super::file::{ImportFile, ImportRow};
use super::{AskedProduct, ImportCode, Note};

/// A product that there is already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownProduct<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its price in hundredths of MRU.
    pub price: i64,
    /// Its description.
    pub description: Option<&'a str>,
    /// Its own level; `None` where it is not tracked.
    pub quantity: Option<i64>,
    /// Where its picture is.
    pub image_url: Option<&'a str>,
}

/// What every row of a file would do, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportPlan {
    /// One for each row.
    pub rows: Vec<PlannedRow>,
    /// How many rows do what.
    pub totals: Totals,
}

/// What one row would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedRow {
    /// What it would do.
    pub action: Action,
    /// What is the matter with it; it does something only where there is nothing.
    pub faults: Vec<Note>,
    /// What its merchant may want to know.
    pub warnings: Vec<Note>,
}

/// What a row would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Add a product.
    Create,
    /// Change these columns of the product with its SKU.
    Update(Vec<ImportColumn>),
    /// Nothing: all is as it asks.
    Unchanged,
    /// Nothing: something is the matter with it.
    Error,
}

/// How many rows do what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// The rows that add a product.
    pub create: usize,
    /// The rows that change one.
    pub update: usize,
    /// The rows that ask for what is.
    pub unchanged: usize,
    /// The rows that do nothing for their faults.
    pub error: usize,
}

impl ImportPlan {
    /// Plans the rows of a file; `find` returns the product with a SKU.
    pub fn new<'a>(file: &ImportFile, find: impl Fn(&str) -> Option<KnownProduct<'a>>) -> Self {
        let skus = Skus::of(&file.rows);
        let rows: Vec<PlannedRow> = file
            .rows
            .iter()
            .enumerate()
            .map(|(at, row)| skus.plan(&file.rows, at, row, &find))
            .collect();
        let mut totals = Totals::default();
        for row in &rows {
            *match row.action {
                Action::Create => &mut totals.create,
                Action::Update(_) => &mut totals.update,
                Action::Unchanged => &mut totals.unchanged,
                Action::Error => &mut totals.error,
            } += 1;
        }
        Self { rows, totals }
    }
}

/// The rows of each SKU that more than one row names; what one with a fault would have asked of it is
/// not known, so it differs from all others.
struct Skus<'a> {
    repeated: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Skus<'a> {
    fn of(rows: &'a [ImportRow]) -> Self {
        let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, row) in rows.iter().enumerate() {
            if !row.sku.is_empty() {
                places.entry(&row.sku).or_default().push(at);
            }
        }
        places.retain(|_, rows| rows.len() > 1);
        Self { repeated: places }
    }

    fn plan<'k>(
        &self,
        rows: &[ImportRow],
        at: usize,
        row: &ImportRow,
        find: &impl Fn(&str) -> Option<KnownProduct<'k>>,
    ) -> PlannedRow {
        let asked = match &row.asked {
            Ok(asked) => asked,
            Err(faults) => {
                let faults = faults.clone();
                return PlannedRow { action: Action::Error, faults, warnings: Vec::new() };
            }
        };
        let note = |code, text| Note { column: Some(ImportColumn::Sku), code, text };
        let mut planned =
            PlannedRow { action: Action::Create, faults: Vec::new(), warnings: Vec::new() };
        let Some(sku) = &asked.sku else {
            planned.warnings.push(note(ImportCode::SkuMissing, String::new()));
            return planned;
        };
        if let Some(places) = self.repeated.get(sku.as_str()) {
            let is_other = |place: &&usize| rows[**place].asked != row.asked;
            if let Some(other) = places.iter().find(is_other) {
                let line = rows[*other].line.to_string();
                planned.faults.push(note(ImportCode::SkuTwice, line));
                planned.action = Action::Error;
                return planned;
            }
            if let Some(first) = places.first().filter(|first| **first != at) {
                let line = rows[*first].line.to_string();
                planned.warnings.push(note(ImportCode::RowRepeated, line));
                planned.action = Action::Unchanged;
                return planned;
            }
        }
        if let Some(known) = find(sku) {
            let changed = changed(asked, &known);
            planned.action =
                if changed.is_empty() { Action::Unchanged } else { Action::Update(changed) };
        }
        planned
    }
}

/// Returns the columns in which a product is not as it is asked to be; a blank cell asks nothing.
fn changed(asked: &AskedProduct, known: &KnownProduct<'_>) -> Vec<ImportColumn> {
    let is_changed = |column: &ImportColumn| match column {
        ImportColumn::Name => asked.name != known.name,
        ImportColumn::Price => asked.price != known.price,
        ImportColumn::Description => {
            asked.description.is_some() && asked.description.as_deref() != known.description
        }
        // A product is found by its SKU.
        ImportColumn::Sku => false,
        ImportColumn::Quantity => {
            asked.quantity.is_some_and(|level| Some(level.get()) != known.quantity)
        }
        ImportColumn::ImageUrl => {
            asked.image_url.is_some() && asked.image_url.as_deref() != known.image_url
        }
    };
    ImportColumn::ALL.into_iter().filter(is_changed).collect()
}
