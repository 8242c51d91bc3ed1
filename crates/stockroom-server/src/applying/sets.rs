//! Levels that are set or end by the way: while products are created, changed, deleted or imported.
//!
//! They go the way of all levels, so that each has its line in the history, and whatever follows a
//! change of levels follows these too.

use stockroom_api::history::Ended;
use stockroom_domain::quantity::{Applied, Change, Level, Mode};

use super::item::{Done, step};
use super::{Entry, Fault, Shelf};
use crate::store::data::{EndedLevel, HistoryLine, Scope, StockRow, WriteRecord};
use crate::store::{Stored, Transaction};

/// What is to become of a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// It stays as it is.
    Keep,
    /// It is set, and tracked from now on.
    Set(Level),
    /// It is not tracked any more.
    End(Ended),
}

/// The levels that one request sets, of any number of products.
#[derive(Debug, Default)]
pub struct LevelSets(Shelf);

impl LevelSets {
    /// Adds what is to become of a product's own level, and of its variants' in their order.
    ///
    /// # Errors
    /// [`Fault`] where a level cannot be set.
    pub fn add(&mut self, row: StockRow, product: Aim, variants: &[Aim]) -> Result<(), Fault> {
        let Self(sets) = self;
        let mut entry = Entry::new(row);
        let mut done = Done { product: set(product, entry.row.quantity)?, variants: Vec::new() };
        for (index, (aim, variant)) in variants.iter().zip(&entry.row.variants).enumerate() {
            let change = set(*aim, variant.quantity)?;
            done.variants.extend(change.map(|(change, applied)| (index, change, applied)));
        }
        entry.take(&done, &mut sets.history);
        let aims = variants.iter().enumerate().map(|(index, aim)| (Some(index), *aim));
        for (variant, aim) in [(None, product)].into_iter().chain(aims) {
            let Aim::End(how) = aim else { continue };
            if let Some(line) = entry.last_line(variant) {
                sets.ended.push(EndedLevel { line: sets.history.len(), how });
                sets.history.push(line);
            }
        }
        sets.entries.push(entry);
        Ok(())
    }

    /// Writes all levels with their history, as one write.
    ///
    /// # Errors
    /// [`StoreError`](crate::store::StoreError) where the store failed.
    pub async fn write<T: Transaction>(
        self,
        tx: &mut T,
        scope: Scope,
        record: &WriteRecord,
    ) -> Stored<()> {
        let writes = self.0.into_writes();
        if writes.history.is_empty() {
            return Ok(());
        }
        tx.write_levels(scope, record, &writes).await
    }
}

impl Entry {
    /// Returns the line that ends a level, if there is one: it counts as set to 0.
    fn last_line(&mut self, variant: Option<usize>) -> Option<HistoryLine> {
        let level = match variant {
            None => self.row.quantity.take(),
            Some(index) => self.row.variants.get_mut(index)?.quantity.take(),
        };
        let before = level?;
        Some(HistoryLine {
            product: self.row.number,
            previous_write: self.row.last_write,
            variant_id: variant.map(|index| self.row.variants[index].id.clone()),
            mode: Mode::Set,
            asked: 0,
            before: Some(before),
            after: 0,
            delta: -before,
        })
    }
}

/// Returns the change that an aim is, and what it does.
fn set(aim: Aim, level: Option<i64>) -> Result<Option<(Change, Applied)>, Fault> {
    let Aim::Set(level_wanted) = aim else { return Ok(None) };
    let change = Change::Set(level_wanted);
    Ok(Some((change, step(change, level, "")?)))
}
