//! Our own layout: what every export and template of ours is written in.
//!
//! A file of it tells levels as they are and asks for nothing: `expected` is filled, `quantity` is
//! for the merchant to fill.

use crate::export::{ERROR_COLUMN, text_cell};
use crate::quantity::{Change, Mode};

/// The names of its columns.
pub const HEADER: [&str; 8] = [
    "externalId",
    "name",
    "variant",
    "mode",
    "expected",
    "quantity",
    "quantityDelta",
    "lowStockThreshold",
];

/// A file in our own layout, row by row.
#[derive(Clone, Debug)]
pub struct OwnFile {
    text: String,
    has_errors: bool,
}

/// A level as it is: a product's own, or a variant's.
#[derive(Clone, Copy, Debug, Default)]
pub struct OwnRow<'a> {
    /// The product's SKU; blank where it has none.
    pub external_id: &'a str,
    /// The product's name.
    pub name: &'a str,
    /// The variant's label; blank for the product's own level.
    pub variant: &'a str,
    /// The level; `None` where it is not tracked.
    pub level: Option<i64>,
    /// The product is low when its level is strictly below this.
    pub threshold: Option<i64>,
}

impl Default for OwnFile {
    /// Returns a file with a header and no rows: the template.
    fn default() -> Self {
        // Spreadsheets know UTF-8 by its mark.
        Self { text: format!("\u{feff}{}\r\n", HEADER.join(",")), has_errors: false }
    }
}

impl OwnFile {
    /// Returns a file without rows that has one more column: what is wrong with each.
    pub fn with_errors() -> Self {
        let text = format!("\u{feff}{},{ERROR_COLUMN}\r\n", HEADER.join(","));
        Self { text, has_errors: true }
    }

    /// Adds a row that asks for nothing.
    pub fn push(&mut self, row: &OwnRow<'_>) {
        self.push_cells(row, ["", "", ""], "");
    }

    /// Adds a row that asks for a change, on the level that it expects.
    pub fn push_change(&mut self, row: &OwnRow<'_>, change: Change) {
        self.push_failed(row, change, "");
    }

    /// Adds a row that asks for a change which was not made, with why; only a file
    /// [with errors](Self::with_errors) has a column for that.
    pub fn push_failed(&mut self, row: &OwnRow<'_>, change: Change, why: &str) {
        let value = change.value().to_string();
        self.push_cells(
            row,
            match change.mode() {
                Mode::Set => ["set", &value, ""],
                Mode::Adjust => ["adjust", "", &value],
            },
            why,
        );
    }

    fn push_cells(&mut self, row: &OwnRow<'_>, [mode, quantity, delta]: [&str; 3], why: &str) {
        for cell in [row.external_id, row.name, row.variant] {
            self.text.push_str(&text_cell(cell, ','));
            self.text.push(',');
        }
        let figure = |figure: Option<i64>| figure.map(|f| f.to_string()).unwrap_or_default();
        let (level, threshold) = (figure(row.level), figure(row.threshold));
        self.text.extend([mode, ",", &level, ",", quantity, ",", delta, ",", &threshold]);
        if self.has_errors {
            self.text.push(',');
            self.text.push_str(&text_cell(why, ','));
        }
        self.text.push_str("\r\n");
    }

    /// Returns the file's text.
    pub fn into_text(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::Mapping;
    use crate::plan::{Limits, Plan};
    use crate::sheet::Sheet;
    use crate::stock::Stock;
    use crate::table::{ReadOptions, Table};

    #[test]
    fn what_is_written_is_read_back_and_asks_for_nothing() {
        let mut file = OwnFile::default();
        let row = OwnRow {
            external_id: "-1+1",
            name: "=cmd \"x\", y",
            variant: "@Grand",
            level: Some(3),
            threshold: Some(5),
        };
        file.push(&row);
        file.push(&OwnRow { external_id: " A\n", ..OwnRow::default() });
        let text = file.into_text();
        let expected = "\u{feff}externalId,name,variant,mode,expected,quantity,quantityDelta,lowStockThreshold\r\n\
            '-1+1,\"'=cmd \"\"x\"\", y\",'@Grand,,3,,,5\r\n\" A\n\",,,,,,,\r\n";
        assert_eq!(text, expected);
        let table = Table::read(text.into_bytes(), ReadOptions::default());
        let mapping = Mapping::guess(&table.names());
        let sheet = Sheet::new(table, mapping);
        assert_eq!((sheet.external_id(0), sheet.variant(0)), ("-1+1".into(), "@Grand".into()));
        let plan = Plan::new(&sheet, None, &Stock::new(str::to_owned), Limits::default());
        assert_eq!((plan.totals().rows, plan.totals().blank), (2, 2));
    }
}
