//! Joins what rows ask with the stock: targets, merging, verdicts.

use super::guard;
use super::{Issue, Limits, Line, Plan, Target, Verdict};
use crate::code::{Code, Codes};
use crate::columns::Field;
use crate::number::Style;
use crate::quantity::{Applied, Change, Delta, Level, Refusal, apply};
use crate::rows::{Fault, Outcome, Reader, RowAsk, quote};
use crate::sheet::Sheet;
use crate::stock::{Product, Stock, VariantFault};

/// A change is large from more than so many times the level, either way …
const LARGE_RATIO: i64 = 10;
/// … or from more than so many units.
const LARGE_UNITS: i64 = 10_000;

pub(super) const NONE: u32 = u32::MAX;

pub(super) fn plan(sheet: &Sheet, style: Option<Style>, stock: &Stock, limits: Limits) -> Plan {
    let reader = Reader::new(sheet, style);
    let mut planner = Planner::new(sheet, stock);
    for row in 0..sheet.table().rows() {
        planner.take(row, &reader.read(row));
    }
    planner.judge_targets();
    let of_targets = planner.judge_lines();
    let issues = in_file_order(std::mem::take(&mut planner.issues), of_targets);
    let totals = planner.totals();
    let guards = guard::check(&planner.targets, &totals, limits);
    Plan {
        lines: planner.lines,
        targets: planner.targets.into_iter().map(|target| target.target).collect(),
        issues,
        guards,
        totals,
        style: reader.style(),
    }
}

pub(super) struct Planner<'a> {
    sheet: &'a Sheet,
    stock: &'a Stock,
    pub(super) lines: Vec<Line>,
    pub(super) targets: Vec<Merged>,
    issues: Vec<Issue>,
    /// The first target of each product; the others follow by [`Merged::next`].
    pub(super) first_of: Vec<u32>,
}

/// A target while rows are merged into it.
#[derive(Debug)]
pub(super) struct Merged {
    pub(super) target: Target,
    pub(super) next: u32,
    sum: i64,
    expects_other: bool,
    /// Why it cannot be sent, and the line that shows it.
    fault: Option<(Code, u32)>,
}

impl<'a> Planner<'a> {
    fn new(sheet: &'a Sheet, stock: &'a Stock) -> Self {
        let rows = sheet.table().rows();
        Self {
            sheet,
            stock,
            lines: Vec::with_capacity(rows),
            targets: Vec::with_capacity(rows),
            issues: Vec::new(),
            first_of: vec![NONE; stock.products().len()],
        }
    }

    fn take(&mut self, row: usize, ask: &RowAsk<'_>) {
        let mut line = Line {
            line: self.sheet.table().line(row),
            target: None,
            mode: ask.mode,
            value: ask.value,
            verdict: Verdict::Blank,
            codes: ask.notes,
        };
        match &ask.outcome {
            Outcome::Blank => {}
            Outcome::Change(change) => {
                line.verdict = Verdict::Change;
                match self.find(ask) {
                    Ok(target) => {
                        line.target = Some(target);
                        self.merge(target, *change, line.line, ask.expected);
                    }
                    Err(issue) => self.refuse(row, &mut line, issue),
                }
            }
            Outcome::Fault(fault) => {
                self.refuse(row, &mut line, Issue::from(fault));
                if let Ok(target) = self.find(ask) {
                    line.target = Some(target);
                    let merged = &mut self.targets[target as usize];
                    merged.fault.get_or_insert((Code::SameTargetError, line.line));
                }
            }
        }
        self.lines.push(line);
    }

    fn refuse(&mut self, row: usize, line: &mut Line, issue: Issue) {
        line.verdict = Verdict::Error;
        line.codes.add(issue.code);
        self.issues.push(Issue { row: place(row), line: line.line, ..issue });
    }

    /// Returns the target that a row names, a new one where no row did so before.
    fn find(&mut self, ask: &RowAsk<'_>) -> Result<u32, Issue> {
        let column = |field| self.sheet.mapping().column(field).map(place);
        let unknown =
            || Issue::new(Code::UnknownProduct, column(Field::ExternalId), &ask.external_id);
        let product = self.stock.find(&ask.external_id).ok_or_else(unknown)?;
        if ask.variant.is_empty() {
            return Ok(self.target(product, None));
        }
        let fault = match self.stock.find_variant(product, &ask.variant) {
            Ok(variant) => return Ok(self.target(product, Some(place(variant)))),
            Err(fault) => fault,
        };
        let labels = &self.stock.product(product).variants;
        let (code, suggestion) = match fault {
            VariantFault::Unknown { nearest } => {
                (Code::UnknownVariant, nearest.map(|at| labels[at].label.clone()))
            }
            VariantFault::Ambiguous => (Code::AmbiguousVariant, None),
        };
        let issue = Issue::new(code, column(Field::Variant), &ask.variant);
        Err(Issue { suggestion, ..issue })
    }

    fn target(&mut self, product: usize, variant: Option<u32>) -> u32 {
        let mut at = self.first_of[product];
        while at != NONE {
            let merged = &self.targets[at as usize];
            if merged.target.variant == variant {
                return at;
            }
            at = merged.next;
        }
        let at = place(self.targets.len());
        self.targets.push(Merged {
            target: Target {
                product: place(product),
                variant,
                change: None,
                applied: None,
                verdict: Verdict::Error,
                codes: Codes::none(),
                line: 0,
            },
            next: self.first_of[product],
            sum: 0,
            expects_other: false,
            fault: None,
        });
        self.first_of[product] = at;
        at
    }

    fn merge(&mut self, at: u32, change: Change, line: u32, expected: Option<Level>) {
        let level = self.level(at);
        let merged = &mut self.targets[at as usize];
        merged.expects_other |= expected.is_some() && expected != level;
        let Some(earlier) = merged.target.change else {
            merged.target.change = Some(change);
            merged.target.line = line;
            merged.sum = change.value();
            return;
        };
        let fault = match (earlier, change) {
            (Change::Set(one), Change::Set(other)) if one == other => {
                merged.target.codes.add(Code::MergedEqual);
                return;
            }
            (Change::Adjust(_), Change::Adjust(delta)) => {
                merged.target.codes.add(Code::MergedSum);
                merged.sum = merged.sum.saturating_add(delta.get());
                return;
            }
            (Change::Set(_), Change::Set(_)) => Code::ConflictingSets,
            _ => Code::SetAndAdjust,
        };
        merged.fault.get_or_insert((fault, line));
    }

    fn level(&self, at: u32) -> Option<Level> {
        let target = &self.targets[at as usize].target;
        let product = self.stock.product(target.product as usize);
        match target.variant {
            Some(variant) => product.variants[variant as usize].level,
            None => product.level,
        }
    }

    fn judge_targets(&mut self) {
        for at in 0..self.targets.len() {
            let level = self.level(place(at));
            let product = self.stock.product(self.targets[at].target.product as usize);
            self.targets[at].judge(level, product);
        }
        for product in 0..self.first_of.len() {
            if self.total_starts_to_differ(product) {
                self.warn_of_total(product);
            }
        }
    }

    /// Tells whether the product's level equals the sum of its variants now, and not after.
    fn total_starts_to_differ(&self, product: usize) -> bool {
        let mut at = self.first_of[product];
        let known = self.stock.product(product);
        let Some(before) = known.level.filter(|_| at != NONE && !known.variants.is_empty()) else {
            return false;
        };
        let sum: i64 = known.variants.iter().filter_map(|v| v.level).map(Level::get).sum();
        if sum != before.get() {
            return false;
        }
        let (mut own, mut variants) = (0, 0);
        while at != NONE {
            let merged = &self.targets[at as usize];
            let delta = merged.target.applied.map_or(0, |applied| applied.delta);
            match merged.target.variant {
                Some(_) => variants += delta,
                None => own += delta,
            }
            at = merged.next;
        }
        own != variants
    }

    fn warn_of_total(&mut self, product: usize) {
        let mut at = self.first_of[product];
        while at != NONE {
            let merged = &mut self.targets[at as usize];
            if merged.target.verdict.is_sent() {
                merged.target.verdict = Verdict::Warning;
                merged.target.codes.add(Code::TotalDiffers);
            }
            at = merged.next;
        }
    }

    /// Gives each line its target's verdict; returns the issues that come of it, by row.
    fn judge_lines(&mut self) -> Vec<Issue> {
        let mut issues = Vec::new();
        for row in 0..self.lines.len() {
            let line = &mut self.lines[row];
            let Some(target) = line.target else { continue };
            let merged = &self.targets[target as usize];
            if line.verdict == Verdict::Error {
                continue;
            }
            line.verdict = merged.target.verdict;
            line.codes = line.codes.union(merged.target.codes);
            if let Some((code, shown_at)) = merged.fault {
                line.codes.add(code);
                let other = if shown_at == line.line { merged.target.line } else { shown_at };
                issues.push(self.issue_of(row, code, other));
            }
        }
        issues
    }

    /// Returns the issue of a row whose target cannot be sent; it is about the row's value.
    fn issue_of(&self, row: usize, code: Code, other_line: u32) -> Issue {
        let line = &self.lines[row];
        let (column, text) = self.value_cell(row);
        let other_line = Some(other_line).filter(|other| *other != line.line && *other != 0);
        let issue = Issue::new(code, column, &text);
        Issue { row: place(row), line: line.line, other_line, ..issue }
    }

    /// Returns the column and the text of the value that a row asks for.
    fn value_cell(&self, row: usize) -> (Option<u32>, String) {
        let mapping = self.sheet.mapping();
        if let Some(typed) = self.sheet.typed_value(row) {
            let column = mapping.fields().iter().position(|field| field.is_value());
            return (column.map(place), typed.to_owned());
        }
        let cells = [Field::Quantity, Field::QuantityDelta, Field::Amount].map(|field| {
            (mapping.column(field).map(place), self.sheet.file_text(row, field).into_owned())
        });
        let filled = cells.into_iter().find(|(_, text)| !text.trim().is_empty());
        filled.unwrap_or((None, String::new()))
    }
}

impl Merged {
    /// Says what the merged change does to `level`.
    fn judge(&mut self, level: Option<Level>, product: &Product) {
        if self.fault.is_some() {
            return;
        }
        let Some(change) = self.target.change else {
            return;
        };
        let change = match change {
            Change::Set(_) => Ok(change),
            Change::Adjust(_) => Delta::new(self.sum).map(Change::Adjust),
        };
        let Ok(change) = change else {
            self.fault = Some((Code::NumberTooLarge, 0));
            return;
        };
        self.target.change = Some(change);
        match apply(change, level) {
            Ok(applied) => self.accept(change, applied, product),
            Err(Refusal::Untracked) => self.fault = Some((Code::Untracked, 0)),
            Err(Refusal::OverTheTop { .. }) => self.fault = Some((Code::OverTheTop, 0)),
        }
    }

    fn accept(&mut self, change: Change, applied: Applied, product: &Product) {
        self.target.applied = Some(applied);
        if applied.before == Some(applied.after) && applied.floored == 0 {
            self.target.verdict = Verdict::Unchanged;
            return;
        }
        let threshold = product.threshold.filter(|_| self.target.variant.is_none());
        let mut warnings = warnings(applied, threshold);
        if self.expects_other {
            warnings.add(Code::Drift);
        }
        self.target.verdict = if warnings.is_empty() { Verdict::Change } else { Verdict::Warning };
        self.target.codes = self.target.codes.union(warnings);
        if applied.before.is_none() && matches!(change, Change::Set(_)) {
            self.target.codes.add(Code::StartsTracking);
        }
    }
}

fn warnings(applied: Applied, threshold: Option<i64>) -> Codes {
    let before = applied.before.map_or(0, Level::get);
    let after = applied.after.get();
    let tenfold =
        before >= 1 && after >= 1 && (after > before * LARGE_RATIO || before > after * LARGE_RATIO);
    let was_low = applied.before.is_some_and(|level| level.is_low(threshold));
    let found = [
        (Code::Floored, applied.floored > 0),
        (Code::ToZero, after == 0 && before > 0),
        (Code::BecomesLow, applied.after.is_low(threshold) && !was_low),
        (Code::LargeChange, tenfold || applied.delta.abs() > LARGE_UNITS),
    ];
    let holds = found.into_iter().filter(|(_, holds)| *holds);
    holds.fold(Codes::none(), |codes, (code, _)| codes.with(code))
}

impl Issue {
    fn new(code: Code, column: Option<u32>, text: &str) -> Self {
        let text = quote(text);
        Self { row: 0, line: 0, column, code, text, other_line: None, suggestion: None }
    }
}

impl From<&Fault> for Issue {
    fn from(fault: &Fault) -> Self {
        let issue = Issue::new(fault.code, fault.column.map(place), &fault.text);
        Issue { suggestion: fault.hint.map(|units| units.to_string()), ..issue }
    }
}

/// Merges issues of rows and of their targets, both in the file's order.
fn in_file_order(of_rows: Vec<Issue>, of_targets: Vec<Issue>) -> Vec<Issue> {
    let mut merged = Vec::with_capacity(of_rows.len() + of_targets.len());
    let mut of_targets = of_targets.into_iter().peekable();
    for issue in of_rows {
        while let Some(earlier) = of_targets.next_if(|other| other.row < issue.row) {
            merged.push(earlier);
        }
        merged.push(issue);
    }
    merged.extend(of_targets);
    merged
}

/// Rows and products fit: a file is at most 256 MB.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(NONE)
}
