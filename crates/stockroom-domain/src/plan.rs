//! What a sheet would do to the stock, before anything is sent.
//!
//! [`Plan::new`] joins what the rows ask with the stock as last read. Only a plan from which the
//! errors have been left out ([`CleanPlan`]) can be confirmed, and only a [`ConfirmedPlan`] has
//! items to send: the types hold that, not a flag.

mod confirm;
mod facts;
mod guard;
mod issues;
mod merge;
mod planner;
mod totals;

use hashbrown::HashMap;

use crate::code::{Code, Codes};
use crate::number::Style;
use crate::quantity::{Applied, Change, Mode};
use crate::sheet::Sheet;
use crate::stock::Stock;
use facts::Facts;
use merge::Merged;

pub use confirm::{CleanPlan, ConfirmedPlan, GuardsUnconfirmed, Item, ItemChange};
pub use guard::{Guard, GuardCode, Limits};
pub use issues::{Issue, level_named};

/// The most products of one bulk request.
pub const ITEMS_PER_REQUEST: usize = 200;

/// What a sheet would do to the stock.
///
/// Kept small, so that a million rows fit: what can be told again from sheet and stock is.
#[derive(Clone, Debug)]
pub struct Plan {
    facts: Facts,
    targets: Vec<Merged>,
    /// The first target of each product; the others follow by [`Merged::next`].
    first_of: Vec<u32>,
    /// The target that is each product's own level, near at hand: most rows name it.
    own_of: Vec<u32>,
    /// The targets of rows that leave the level of a location as it is, where locations are added
    /// up; else nothing.
    left: HashMap<u32, u32>,
    guards: Vec<Guard>,
    totals: Totals,
    style: Option<Style>,
    limits: Limits,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The target in [`Plan::target_at`]; `None` where the row names none.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// let applied = plan.applied(0).unwrap();
    /// assert_eq!((applied.after.get(), applied.floored), (0, 7));
    /// assert_eq!(plan.line(0).verdict, Verdict::Warning);
    /// ```
    pub fn new(sheet: &Sheet, style: Option<Style>, stock: &Stock, limits: Limits) -> Self {
        Self::new_telling(sheet, style, stock, limits, &mut |_| {})
    }

    /// Returns the number of rows.
    pub fn rows(&self) -> usize {
        self.facts.len()
    }

    /// Returns what becomes of a row.
    pub fn line(&self, row: usize) -> Line {
        let target = self.facts.targets[row];
        let mut codes = self.facts.notes(row);
        if let Some(code) = self.facts.fault(row) {
            codes.add(code);
        } else if let Some(merged) = self.targets.get(target as usize) {
            codes = codes.union(merged.codes);
            codes = merged.fault.map_or(codes, |code| codes.with(code));
        }
        Line {
            target: Some(target).filter(|target| *target != planner::NONE),
            mode: self.facts.mode(row),
            value: self.facts.value(row),
            verdict: self.verdict(row),
            codes,
        }
    }

    /// Returns how a row stands.
    pub fn verdict(&self, row: usize) -> Verdict {
        if self.facts.has_fault(row) {
            return Verdict::Error;
        }
        let target = self.targets.get(self.facts.targets[row] as usize);
        target.map_or(Verdict::Blank, |merged| merged.verdict)
    }

    /// Returns how many levels rows ask to change.
    pub fn targets(&self) -> usize {
        self.targets.len()
    }

    /// Returns a level that rows ask to change.
    pub fn target_at(&self, at: u32) -> Target {
        self.targets[at as usize].target()
    }

    /// Returns the number of the level that a row asks to change, for [`Plan::target_at`].
    pub fn target_number(&self, row: usize) -> Option<u32> {
        Some(self.facts.targets[row]).filter(|target| *target != planner::NONE)
    }

    /// Returns the level that a row asks to change.
    pub fn target(&self, row: usize) -> Option<Target> {
        self.targets.get(self.facts.targets[row] as usize).map(Merged::target)
    }

    /// Returns what is done to a row's target; `None` for errors and blanks.
    pub fn applied(&self, row: usize) -> Option<Applied> {
        if self.facts.has_fault(row) {
            return None;
        }
        self.targets.get(self.facts.targets[row] as usize)?.applied()
    }

    /// Tells whether a row is sent and its level goes to 0.
    pub fn is_sent_to_zero(&self, row: usize) -> bool {
        self.verdict(row).is_sent() && self.goes_to_zero(row)
    }

    /// Returns the rows that name a target, in the file's order.
    pub fn rows_of(&self, target: u32) -> impl Iterator<Item = u32> {
        self.facts.rows_of(target)
    }

    /// Returns the rows that ask for nothing and whose location counts with the level it has, where
    /// locations are added up, each with the target that it counts for; in the file's order.
    pub fn rows_left(&self) -> Vec<(u32, u32)> {
        let mut left: Vec<(u32, u32)> = self.left.iter().map(|(row, at)| (*row, *at)).collect();
        left.sort_unstable();
        left
    }

    /// Returns the rows that are faulty in this way, in the file's order.
    pub fn rows_with(&self, code: Code) -> impl Iterator<Item = u32> {
        self.facts.rows_with(code)
    }

    /// Tells whether any row names a product of the stock, by its place.
    pub fn names_product(&self, product: usize) -> bool {
        let mut at = self.first_of.get(product).copied().unwrap_or(planner::NONE);
        while let Some(merged) = self.targets.get(at as usize) {
            if merged.is_named() {
                return true;
            }
            at = merged.next;
        }
        false
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
}

/// Rows and products fit: a file is at most 256 MB.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(planner::NONE)
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
