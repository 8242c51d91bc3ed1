//! What a sheet would do to the stock, before anything is sent.
//!
//! [`Plan::new`] joins what the rows ask with the stock as last read. Only a plan from which the
//! errors have been left out ([`CleanPlan`]) can be confirmed, and only a [`ConfirmedPlan`] has
//! items to send: the types hold that, not a flag.

mod confirm;
mod guard;
mod planner;
mod totals;

use crate::code::{Code, Codes};
use crate::number::Style;
use crate::quantity::{Applied, Change, Mode};
use crate::sheet::Sheet;
use crate::stock::Stock;

pub use confirm::{CleanPlan, ConfirmedPlan, GuardsUnconfirmed, Item, ItemChange};
pub use guard::{Guard, GuardCode, Limits};

/// The most products of one bulk request.
pub const ITEMS_PER_REQUEST: usize = 200;

/// What a sheet would do to the stock.
#[derive(Clone, Debug)]
pub struct Plan {
    lines: Vec<Line>,
    targets: Vec<Target>,
    issues: Vec<Issue>,
    guards: Vec<Guard>,
    totals: Totals,
    style: Option<Style>,
}

/// How a line stands, the most severe first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Verdict {
    /// Not sent: something is wrong.
    Error,
    /// Sent, and shown.
    Warning,
    /// Sent.
    Change,
    /// Not sent: the level is already that.
    Unchanged,
    /// Not sent: nothing is asked.
    Blank,
}

/// What becomes of one row of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The physical line, from 1, where the row starts.
    pub line: u32,
    /// The target in [`Plan::targets`]; `None` where the row names none.
    pub target: Option<u32>,
    /// How the row's own value is meant, where that can be told.
    pub mode: Option<Mode>,
    /// The row's own value.
    pub value: Option<i64>,
    /// How it stands.
    pub verdict: Verdict,
    /// Everything that is to be said about it.
    pub codes: Codes,
}

/// A level that rows ask to change: a product's own or a variant's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The product's place in the stock.
    pub product: u32,
    /// The variant's place in the product; `None` is the product's own level.
    pub variant: Option<u32>,
    /// What is asked once rows are merged.
    pub change: Option<Change>,
    /// What it does; `None` where it is an error.
    pub applied: Option<Applied>,
    /// How it stands.
    pub verdict: Verdict,
    /// What is to be said about it.
    pub codes: Codes,
    /// The physical line of the first row that asks.
    pub line: u32,
}

/// Something that is wrong with a row, at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// The row, from 0.
    pub row: u32,
    /// The physical line, from 1.
    pub line: u32,
    /// The column, from 0, where it is one's.
    pub column: Option<u32>,
    /// What is wrong.
    pub code: Code,
    /// The text that is wrong.
    pub text: String,
    /// The line that it is in conflict with.
    pub other_line: Option<u32>,
    /// What may have been meant: a label, a number.
    pub suggestion: Option<String>,
}

/// The plan in figures. Rows are counted by verdict, targets and items where they are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Totals {
    /// The rows of the file.
    pub rows: usize,
    /// Rows that are not sent because something is wrong.
    pub errors: usize,
    /// Rows that are sent and shown.
    pub warnings: usize,
    /// Rows that are sent.
    pub changes: usize,
    /// Rows whose level is already that.
    pub unchanged: usize,
    /// Rows that ask for nothing.
    pub blank: usize,
    /// Rows whose level goes to 0.
    pub to_zero: usize,
    /// Levels that are sent.
    pub targets: usize,
    /// Products that are sent: items of the API.
    pub items: usize,
    /// Requests of up to [`ITEMS_PER_REQUEST`] items.
    pub requests: usize,
    /// The units of the touched levels before. A variant's count where its product's own level
    /// is not tracked or not touched, so that nothing counts twice.
    pub units_before: i64,
    /// The same units after.
    pub units_after: i64,
}

impl Plan {
    /// Returns what `sheet` would do to `stock`; without a style the file's own cells settle it.
    ///
    /// ```
    /// use stockroom_domain::columns::Mapping;
    /// use stockroom_domain::plan::{Limits, Plan, Verdict};
    /// use stockroom_domain::quantity::Level;
    /// use stockroom_domain::sheet::Sheet;
    /// use stockroom_domain::stock::{Product, Stock};
    /// use stockroom_domain::table::{ReadOptions, Table};
    ///
    /// let mut stock = Stock::new(str::to_owned);
    /// stock.put(Product {
    ///     external_id: Some("LAIT-400".to_owned()),
    ///     level: Level::new(5).ok(),
    ///     ..Product::default()
    /// });
    /// let table = Table::read(b"sku,delta\nLAIT-400,-12\n".to_vec(), ReadOptions::default());
    /// let mapping = Mapping::guess(&table.names());
    /// let plan = Plan::new(&Sheet::new(table, mapping), None, &stock, Limits::default());
    /// let applied = plan.applied(&plan.lines()[0]).unwrap();
    /// assert_eq!((applied.after.get(), applied.floored), (0, 7));
    /// assert_eq!(plan.lines()[0].verdict, Verdict::Warning);
    /// ```
    pub fn new(sheet: &Sheet, style: Option<Style>, stock: &Stock, limits: Limits) -> Self {
        planner::plan(sheet, style, stock, limits)
    }

    /// Returns a line for each row, in the file's order.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Returns the levels that rows ask to change, in the order of their first row.
    pub fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// Returns what is wrong, in the file's order.
    pub fn issues(&self) -> &[Issue] {
        &self.issues
    }

    /// Returns the issues of one row.
    pub fn issues_of(&self, row: usize) -> &[Issue] {
        let start = self.issues.partition_point(|issue| (issue.row as usize) < row);
        let end = self.issues.partition_point(|issue| issue.row as usize <= row);
        &self.issues[start..end]
    }

    /// Returns the checks that are past their limit and must be confirmed.
    pub fn guards(&self) -> &[Guard] {
        &self.guards
    }

    /// Returns the plan in figures.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Returns the number style that the cells were read in, if one is settled.
    pub fn style(&self) -> Option<Style> {
        self.style
    }

    /// Returns the target that a line asks to change.
    pub fn target(&self, line: &Line) -> Option<&Target> {
        self.targets.get(line.target? as usize)
    }

    /// Returns what is done to a line's target; `None` for errors and blanks.
    pub fn applied(&self, line: &Line) -> Option<Applied> {
        self.target(line).filter(|_| line.verdict != Verdict::Error)?.applied
    }
}

impl Verdict {
    /// Returns the verdict's name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Change => "change",
            Self::Unchanged => "unchanged",
            Self::Blank => "blank",
        }
    }

    /// Tells whether what stands so is sent.
    pub fn is_sent(self) -> bool {
        matches!(self, Self::Warning | Self::Change)
    }
}
