//! Checks on the plan as a whole, which past their limit must be confirmed.

use super::merge::Merged;
use super::{Totals, Verdict};
use crate::code::Code;

/// How far a plan may go before it must be confirmed by typing; a check trips above its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Limits {
    /// Levels that go to 0 …
    pub to_zero: i64,
    /// … or this percentage of the levels that are sent, whichever is more.
    pub to_zero_percent: i64,
    /// The percentage of the touched levels' units that may be lost.
    pub units_lost_percent: i64,
    /// Large changes.
    pub large_changes: i64,
    /// The percentage of rows that may be errors.
    pub errors_percent: i64,
}

/// A check that is past its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Guard {
    /// Which check.
    pub code: GuardCode,
    /// What was found: a number, or a percentage rounded up.
    pub value: i64,
    /// What needs no confirmation.
    pub limit: i64,
}

/// The checks on a plan as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum GuardCode {
    /// So many levels go to 0.
    ProductsToZero,
    /// So many percent of the touched levels' units are lost.
    UnitsLost,
    /// So many changes are large.
    LargeChanges,
    /// So many percent of the rows are errors.
    ErrorsShare,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            to_zero: 10,
            to_zero_percent: 5,
            units_lost_percent: 20,
            large_changes: 5,
            errors_percent: 20,
        }
    }
}

impl GuardCode {
    /// Returns the code as it is written in JSON and in the documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ProductsToZero => "products_to_zero",
            Self::UnitsLost => "units_lost",
            Self::LargeChanges => "large_changes",
            Self::ErrorsShare => "errors_share",
        }
    }
}

pub(super) fn check(targets: &[Merged], totals: &Totals, limits: Limits) -> Vec<Guard> {
    let sent = |code: Code| {
        let is = |m: &&Merged| m.verdict == Verdict::Warning && m.codes.has(code);
        count(targets.iter().filter(is).count())
    };
    let to_zero_limit = limits.to_zero.max(count(totals.targets) * limits.to_zero_percent / 100);
    let lost = percent(totals.units_before - totals.units_after, totals.units_before);
    let errors = percent(count(totals.errors), count(totals.rows));
    [
        (GuardCode::ProductsToZero, sent(Code::ToZero), to_zero_limit),
        (GuardCode::UnitsLost, lost, limits.units_lost_percent),
        (GuardCode::LargeChanges, sent(Code::LargeChange), limits.large_changes),
        (GuardCode::ErrorsShare, errors, limits.errors_percent),
    ]
    .into_iter()
    .filter(|(_, value, limit)| value > limit)
    .map(|(code, value, limit)| Guard { code, value, limit })
    .collect()
}

/// Rounds up, so that a share just above a limit of whole percents is above it.
fn percent(part: i64, whole: i64) -> i64 {
    if part <= 0 || whole <= 0 { 0 } else { (part * 100 + whole - 1) / whole }
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
