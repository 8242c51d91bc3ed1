//! The short way for rows that are nothing but a SKU and a number, as most rows of a large file are.

use super::{Reader, is_plain};
use crate::columns::Field;
use crate::external_id;
use crate::number;
use crate::quantity::{Change, Mode};

/// What a plain row asks for: a SKU and a number, nothing to be said about either.
///
/// Most rows of a large file are plain; [`Reader::read`] would say the same at greater length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlainRow<'a> {
    /// The SKU in UTF-8: it is only looked up.
    pub external_id: &'a [u8],
    /// What is asked.
    pub change: Change,
}

/// Rows whose last cell that is read stands behind so many are not plain.
const MOST_CELLS: usize = 16;

impl<'a> Reader<'a> {
    /// Returns what a row asks for where that is plain; any other row must be [read](Self::read).
    pub fn read_plain(&self, row: usize) -> Option<PlainRow<'a>> {
        let mode = self.plain_mode?;
        let table = self.sheet.table();
        let is_whole = row < table.rows()
            && !self.sheet.has_edit(row)
            && table.width(row) == self.columns
            && self.open != Some(row)
            && !table.may_span_lines(row);
        if !is_whole {
            return None;
        }
        let (mut external_id, mut units): (&[u8], _) = (&[], None);
        let mut found = [(0, 0); MOST_CELLS];
        let found = table.bounds(row, found.get_mut(..self.slots.len())?);
        if found.len() < self.slots.len() {
            return None;
        }
        for (field, (start, end)) in self.slots.iter().zip(found) {
            let cell = table.text().get(*start..*end)?;
            match field {
                Field::ExternalId => external_id = cell,
                Field::Quantity | Field::QuantityDelta => units = number::plain(cell),
                Field::Ignored | Field::Name | Field::Location => {}
                _ if cell.is_empty() => {}
                _ => return None,
            }
        }
        let (units, signed) = units?;
        let is_sku = !external_id.is_empty()
            && external_id.len() <= external_id::MAX_CHARACTERS
            && is_plain(external_id);
        if !is_sku || (signed && mode == Mode::Set) {
            return None;
        }
        mode.change(units).ok().map(|change| PlainRow { external_id, change })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Outcome;
    use super::*;
    use crate::columns::Mapping;
    use crate::sheet::Sheet;
    use crate::table::{ReadOptions, Table};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3_000))]

        /// The short way says what the long way says, for any cells.
        #[test]
        fn a_plain_row_is_read_as_any_other(
            skus in prop::collection::vec("[ 'A-Z0-9é\"]{0,4}", 1..6),
            values in prop::collection::vec("[ +0-9,.x\"-]{0,4}", 6),
            header in prop::sample::select(vec![
                "sku,name,quantity", "sku,name,delta", "sku,expected,delta", "sku,variant,quantity",
                "sku,mode,quantity", "sku,quantity,delta", "sku,amount,quantity",
            ]),
            middle in prop::sample::select(vec!["", "x", "\"a, b\"", "set", "5"]),
        ) {
            let rows = skus.iter().zip(&values).map(|(sku, value)| format!("{sku},{middle},{value}\n"));
            let text = format!("{header}\n{}", rows.collect::<String>());
            let table = Table::read(text.into_bytes(), ReadOptions::default());
            let mapping = Mapping::guess(&table.names());
            let sheet = Sheet::new(table, mapping);
            let mut reader = Reader::new(&sheet, None);
            for row in 0..sheet.rows() {
                let Some(plain) = reader.read_plain(row) else { continue };
                let ask = reader.read(row);
                prop_assert_eq!(ask.external_id.as_bytes(), plain.external_id);
                prop_assert_eq!(ask.outcome, Outcome::Change(plain.change));
                prop_assert_eq!(ask.variant.as_ref(), "");
                prop_assert_eq!((ask.expected, ask.expects_no_level, ask.has_marks), (None, false, false));
                prop_assert!(ask.notes.is_empty());
            }
        }
    }
}
