//! From what is asked to what is written: reads levels, lets the domain decide, writes levels.
//!
//! An item is all or nothing; every after comes from [`stockroom_domain::quantity::apply`].

mod item;
mod sets;

use std::collections::HashMap;

use stockroom_api::bulk::{BulkOutcome, ItemError, ItemResult, LevelChange, VariantChange};
use stockroom_api::code::ErrorCode;
use stockroom_api::read::ask::StockAsk;
use stockroom_api::read::bulk::BulkAsk;
use stockroom_api::webhook::EventKind;
use stockroom_domain::quantity::Level;
use unicode_normalization::UnicodeNormalization as _;

use self::item::{Done, outcome};
pub use self::item::{Fault, expect_level};
pub use self::sets::{Aim, LevelSets};
use crate::store::data::{
    EndedLevel, Flip, HistoryLine, LevelWrites, Number, Scope, StockRow, VariantLevel, WriteRecord,
};
use crate::store::webhooks::Crossing;
use crate::store::{Stored, Transaction};

/// An item as it was read: what it asks, or why it is refused already.
pub type ReadItem = Result<BulkAsk, ItemError>;

/// Whether somebody asked what each item did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Results {
    /// They are made.
    Wanted,
    /// They are left out.
    LeftOut,
}

/// Returns `text` in Unicode normalization form C.
pub fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// Applies the items of a bulk request in order.
pub async fn apply_bulk<T: Transaction>(
    tx: &mut T,
    scope: Scope,
    record: &WriteRecord,
    items: Vec<ReadItem>,
    results: Results,
) -> Stored<BulkOutcome> {
    let mut shelf = Shelf::read(tx, scope, &items).await?;
    let mut errors = Vec::new();
    let mut done = Vec::new();
    let mut updated = 0;
    for (index, item) in items.into_iter().enumerate() {
        match item.and_then(|ask| shelf.apply_item(index, &ask, results)) {
            Ok(result) => {
                updated += 1;
                done.extend(result);
            }
            Err(error) => errors.push(error),
        }
    }
    let writes = shelf.into_writes();
    if !writes.history.is_empty() {
        tx.write_levels(scope, record, &writes).await?;
    }
    Ok(BulkOutcome {
        updated,
        failed: count(errors.len()),
        errors,
        results: (results == Results::Wanted).then_some(done),
    })
}

/// Applies a single update to the product of `row`, or says why not.
pub async fn apply_single<T: Transaction>(
    tx: &mut T,
    scope: Scope,
    record: &WriteRecord,
    row: StockRow,
    ask: &StockAsk,
) -> Stored<Result<(), Fault>> {
    let mut shelf = Shelf::default();
    let mut entry = Entry::new(row);
    let applied = entry.apply(ask, &mut shelf.history);
    if let Err(fault) = applied {
        return Ok(Err(fault));
    }
    shelf.entries.push(entry);
    tx.write_levels(scope, record, &shelf.into_writes()).await?;
    Ok(Ok(()))
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}

/// The levels that a request touches, as they are after the items so far.
#[derive(Debug, Default)]
struct Shelf {
    entries: Vec<Entry>,
    by_external_id: HashMap<String, usize>,
    history: Vec<HistoryLine>,
    ended: Vec<EndedLevel>,
}

/// One product on the shelf.
#[derive(Debug)]
struct Entry {
    row: StockRow,
    first_quantity: Option<i64>,
    is_changed: bool,
    changed_variants: Vec<usize>,
}

impl Shelf {
    async fn read<T: Transaction>(tx: &mut T, scope: Scope, items: &[ReadItem]) -> Stored<Self> {
        let asks = || items.iter().flatten();
        let mut ids: Vec<&str> = asks().map(|ask| ask.external_id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut shelf = Self::default();
        for mut row in tx.stock_by_external_id(scope, &ids).await? {
            if let Some(external_id) = row.external_id.take() {
                shelf.by_external_id.insert(external_id, shelf.entries.len());
            }
            shelf.entries.push(Entry::new(row));
        }
        let with_variants = asks().filter(|ask| !ask.stock.variants.is_empty());
        let wanted: Vec<usize> = with_variants
            .filter_map(|ask| shelf.by_external_id.get(ask.external_id.as_str()).copied())
            .collect();
        shelf.read_variants(tx, scope, wanted).await?;
        Ok(shelf)
    }

    async fn read_variants<T: Transaction>(
        &mut self,
        tx: &mut T,
        scope: Scope,
        mut wanted: Vec<usize>,
    ) -> Stored<()> {
        wanted.sort_unstable();
        wanted.dedup();
        if wanted.is_empty() {
            return Ok(());
        }
        let numbers: Vec<Number> =
            wanted.iter().map(|index| self.entries[*index].row.number).collect();
        let by_number: HashMap<Number, usize> = numbers.iter().copied().zip(wanted).collect();
        for (product, variant) in tx.variants_of(scope, &numbers).await? {
            if let Some(&index) = by_number.get(&product) {
                self.entries[index].row.variants.push(variant);
            }
        }
        Ok(())
    }

    /// Applies one item and returns what it did, where that is wanted.
    fn apply_item(
        &mut self,
        index: usize,
        ask: &BulkAsk,
        results: Results,
    ) -> Result<Option<ItemResult>, ItemError> {
        let external_id = ask.external_id.as_str();
        let refuse = |fault: Fault| ItemError {
            external_id: external_id.to_owned(),
            error: fault.message,
            code: Some(fault.code),
            path: Some(format!("items[{index}].{}", fault.place)),
            current_quantity: fault.current_quantity,
        };
        let Some(&at) = self.by_external_id.get(external_id) else {
            return Err(refuse(Fault {
                code: ErrorCode::ProductNotFound,
                message: "Product not found".to_owned(),
                place: "externalId".to_owned(),
                current_quantity: None,
            }));
        };
        let entry = &mut self.entries[at];
        let done = entry.apply(&ask.stock, &mut self.history).map_err(refuse)?;
        Ok((results == Results::Wanted).then(|| entry.result(external_id, &done)))
    }

    fn into_writes(self) -> LevelWrites {
        let (history, ended) = (self.history, self.ended);
        let mut writes = LevelWrites { history, ended, ..LevelWrites::default() };
        for entry in self.entries {
            entry.write_into(&mut writes);
        }
        writes
    }
}

impl Entry {
    fn new(row: StockRow) -> Self {
        Self { first_quantity: row.quantity, row, is_changed: false, changed_variants: Vec::new() }
    }

    /// Applies all of `ask`, or nothing.
    fn apply(&mut self, ask: &StockAsk, history: &mut Vec<HistoryLine>) -> Result<Done, Fault> {
        let done = outcome(&self.row, ask)?;
        self.take(&done, history);
        Ok(done)
    }

    /// Takes over what was decided.
    fn take(&mut self, done: &Done, history: &mut Vec<HistoryLine>) {
        if let Some((change, applied)) = &done.product {
            history.push(self.line(None, *change, applied));
            self.row.quantity = Some(applied.after.get());
            self.is_changed = true;
        }
        for (index, change, applied) in &done.variants {
            history.push(self.line(Some(*index), *change, applied));
            self.row.variants[*index].quantity = Some(applied.after.get());
            if !self.changed_variants.contains(index) {
                self.changed_variants.push(*index);
            }
        }
    }

    fn line(
        &self,
        variant: Option<usize>,
        change: stockroom_domain::quantity::Change,
        applied: &stockroom_domain::quantity::Applied,
    ) -> HistoryLine {
        HistoryLine {
            product: self.row.number,
            previous_write: self.row.last_write,
            variant_id: variant.map(|index| self.row.variants[index].id.clone()),
            mode: change.mode(),
            asked: change.value(),
            before: applied.before.map(Level::get),
            after: applied.after.get(),
            delta: applied.delta,
        }
    }

    fn result(&self, external_id: &str, done: &Done) -> ItemResult {
        ItemResult {
            external_id: external_id.to_owned(),
            quantity: done.product.as_ref().map(|(_, applied)| LevelChange {
                before: applied.before.map(Level::get),
                after: applied.after.get(),
                delta: applied.delta,
            }),
            variants: done
                .variants
                .iter()
                .map(|(index, _, applied)| VariantChange {
                    label: self.row.variants[*index].label.clone(),
                    variant_id: self.row.variants[*index].id.clone(),
                    before: applied.before.map(Level::get),
                    after: applied.after.get(),
                    delta: applied.delta,
                })
                .collect(),
        }
    }

    fn write_into(self, writes: &mut LevelWrites) {
        let row = self.row;
        for index in self.changed_variants {
            let variant = &row.variants[index];
            writes.variants.push(VariantLevel {
                product: row.number,
                variant_id: variant.id.clone(),
                quantity: variant.quantity.unwrap_or(0),
            });
        }
        let (true, Some(quantity)) = (self.is_changed, row.quantity) else {
            return;
        };
        let is_low = |level: Option<i64>| {
            let level = level.and_then(|units| Level::new(units).ok());
            level.is_some_and(|level| level.is_low(row.low_stock_threshold))
        };
        let (was_low, is_low) = (is_low(self.first_quantity), is_low(row.quantity));
        if self.first_quantity.is_none() || was_low != is_low {
            writes.flips.push(Flip { product: row.number, is_low });
        }
        // A product that starts to be tracked had no level that could cross anything.
        if let Some(before) = self.first_quantity {
            let mut cross = |kind| {
                let product = row.number;
                writes.crossings.push(Crossing { product, kind, before, after: quantity });
            };
            if is_low && !was_low {
                cross(EventKind::StockLow);
            }
            if quantity == 0 && before > 0 {
                cross(EventKind::StockOut);
            }
        }
        writes.products.push((row.number, quantity));
    }
}
