//! A plan as JSON, whose shape is stable, and as a table for people.

use std::fmt::Write as _;

use serde::Serialize;
use stockroom_domain::plan::{Plan, Verdict};
use stockroom_domain::quantity::Level;
use stockroom_domain::stock::Stock;

use super::Planned;

/// How many rows or faults of a kind a summary shows.
const SHOWN: usize = 10;

#[derive(Serialize)]
struct PlanJson {
    lines: Vec<LineJson>,
    issues: Vec<IssueJson>,
    guards: Vec<GuardJson>,
    totals: TotalsJson,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LineJson {
    line: u32,
    external_id: Option<String>,
    variant: Option<String>,
    mode: Option<&'static str>,
    value: Option<i64>,
    before: Option<i64>,
    after: Option<i64>,
    delta: Option<i64>,
    verdict: &'static str,
    codes: Vec<&'static str>,
}

#[derive(Serialize)]
struct IssueJson {
    line: u32,
    column: Option<String>,
    code: &'static str,
    text: String,
}

#[derive(Serialize)]
struct GuardJson {
    code: &'static str,
    value: i64,
    limit: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TotalsJson {
    rows: usize,
    errors: usize,
    warnings: usize,
    changes: usize,
    unchanged: usize,
    blank: usize,
    targets: usize,
    items: usize,
    requests: usize,
    units_before: i64,
    units_after: i64,
}

/// Returns the plan as one line of JSON.
pub(crate) fn json(planned: &Planned) -> serde_json::Result<String> {
    let mut text = serde_json::to_string(&plan_json(planned))?;
    text.push('\n');
    Ok(text)
}

/// Returns the plan as a table, its rows that change nothing only counted.
pub(crate) fn table(planned: &Planned) -> String {
    let mut text = heading();
    let is_shown = |verdict| !matches!(verdict, Verdict::Unchanged | Verdict::Blank);
    for row in rows_that(planned, is_shown) {
        write_line(&mut text, &line_json(planned, row));
    }
    for issue in issues_json(planned) {
        write_issue(&mut text, &issue);
    }
    write_guards(&mut text, &planned.plan);
    write_totals(&mut text, &planned.plan);
    text.push_str("Nothing was sent.\n");
    text
}

/// Returns the plan in short: its totals, the first rows that are sent, and the first faults.
pub(crate) fn summary(planned: &Planned) -> String {
    let mut text = heading();
    for kind in [Verdict::Warning, Verdict::Change] {
        for row in rows_that(planned, |verdict| verdict == kind).take(SHOWN) {
            write_line(&mut text, &line_json(planned, row));
        }
        write_more(&mut text, rows_that(planned, |verdict| verdict == kind).count());
    }
    let mut issues = issues_json(planned);
    for issue in issues.by_ref().take(SHOWN) {
        write_issue(&mut text, &issue);
    }
    write_more(&mut text, SHOWN + issues.count());
    write_guards(&mut text, &planned.plan);
    write_totals(&mut text, &planned.plan);
    text
}

fn write_more(text: &mut String, count: usize) {
    if let Some(more) = count.checked_sub(SHOWN).filter(|more| *more > 0) {
        let _ = writeln!(text, "        … and {more} more");
    }
}

fn heading() -> String {
    format!(
        "{:>6}  {:<20}  {:<12}  {:<6}  {:>10}  {:>10}  {:>10}  {:>8}  {:<8}  what\n",
        "line", "sku", "variant", "mode", "value", "before", "after", "delta", "verdict"
    )
}

fn rows_that(planned: &Planned, is_shown: impl Fn(Verdict) -> bool) -> impl Iterator<Item = usize> {
    (0..planned.plan.rows()).filter(move |row| is_shown(planned.plan.verdict(*row)))
}

fn write_issue(text: &mut String, issue: &IssueJson) {
    let column = issue.column.as_deref().map(|name| format!(", column {name}"));
    let (line, column) = (issue.line, column.unwrap_or_default());
    let _ = writeln!(text, "line {line}{column}: {} \"{}\"", issue.code, issue.text);
}

fn write_guards(text: &mut String, plan: &Plan) {
    for guard in plan.guards() {
        let (code, value, limit) = (guard.code.as_str(), guard.value, guard.limit);
        let _ = writeln!(text, "to be confirmed: {code} is {value}, without asking up to {limit}");
    }
}

/// Returns a column's name, or its number from 1 where it has none.
pub(crate) fn column_name(names: &[String], at: usize) -> String {
    match names.get(at) {
        Some(name) if !name.is_empty() => name.clone(),
        _ => (at + 1).to_string(),
    }
}

fn plan_json(planned: &Planned) -> PlanJson {
    let plan = &planned.plan;
    let guards = plan.guards().iter();
    PlanJson {
        lines: (0..plan.rows()).map(|row| line_json(planned, row)).collect(),
        issues: issues_json(planned).collect(),
        guards: guards
            .map(|guard| GuardJson {
                code: guard.code.as_str(),
                value: guard.value,
                limit: guard.limit,
            })
            .collect(),
        totals: totals_json(plan),
    }
}

fn line_json(planned: &Planned, row: usize) -> LineJson {
    let Planned { sheet, stock, plan } = planned;
    let line = plan.line(row);
    let text = |text: &str| Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
    let external_id = text(&sheet.external_id(row));
    let variant = text(&sheet.variant(row));
    let applied = plan.applied(row).filter(|_| line.verdict != Verdict::Blank);
    let before = match plan.target(row) {
        Some(target) => level(stock, target.product as usize, target.variant.map(|v| v as usize)),
        None => external_id.as_deref().and_then(|id| found(stock, id, variant.as_deref())),
    };
    LineJson {
        line: sheet.line(row),
        external_id,
        variant,
        mode: line.mode.map(stockroom_domain::quantity::Mode::as_str),
        value: line.value,
        before: before.map(Level::get),
        after: applied.map(|applied| applied.after.get()),
        delta: applied.map(|applied| applied.delta),
        verdict: line.verdict.as_str(),
        codes: line.codes.iter().map(stockroom_domain::code::Code::as_str).collect(),
    }
}

/// Returns the level that a row without a target names.
fn found(stock: &Stock, external_id: &str, variant: Option<&str>) -> Option<Level> {
    let product = stock.find(external_id)?;
    let variant = variant.map(|label| stock.find_variant(product, label));
    level(stock, product, variant.transpose().ok()?)
}

fn level(stock: &Stock, product: usize, variant: Option<usize>) -> Option<Level> {
    let product = stock.product(product);
    variant.map_or(product.level, |variant| product.variants[variant].level)
}

fn issues_json(planned: &Planned) -> impl Iterator<Item = IssueJson> {
    let Planned { sheet, stock, plan } = planned;
    let names = sheet.table().names();
    let name = move |column: Option<u32>| column.map(|at| column_name(&names, at as usize));
    let of_rows_name = name.clone();
    // What concerns the file as a whole stands at its first line.
    let of_file = sheet.table().remarks().iter().map(move |remark| IssueJson {
        line: remark.line.max(1),
        column: name(remark.column),
        code: remark.code.as_str(),
        text: remark.text.clone(),
    });
    let of_rows = plan.issues(sheet, stock).map(move |issue| IssueJson {
        line: issue.line,
        column: of_rows_name(issue.column),
        code: issue.code.as_str(),
        text: issue.text,
    });
    of_file.chain(of_rows)
}

fn totals_json(plan: &Plan) -> TotalsJson {
    let totals = plan.totals();
    TotalsJson {
        rows: totals.rows,
        errors: totals.errors,
        warnings: totals.warnings,
        changes: totals.changes,
        unchanged: totals.unchanged,
        blank: totals.blank,
        targets: totals.targets,
        items: totals.items,
        requests: totals.requests,
        units_before: totals.units_before,
        units_after: totals.units_after,
    }
}

fn write_line(text: &mut String, line: &LineJson) {
    let number = |units: Option<i64>| units.map_or_else(|| "-".to_owned(), |u| u.to_string());
    let delta = line.delta.map_or_else(|| "-".to_owned(), |delta| format!("{delta:+}"));
    let _ = writeln!(
        text,
        "{:>6}  {:<20}  {:<12}  {:<6}  {:>10}  {:>10}  {:>10}  {delta:>8}  {:<8}  {}",
        line.line,
        line.external_id.as_deref().unwrap_or("-"),
        line.variant.as_deref().unwrap_or("-"),
        line.mode.unwrap_or("-"),
        number(line.value),
        number(line.before),
        number(line.after),
        line.verdict,
        line.codes.join(", "),
    );
}

fn write_totals(text: &mut String, plan: &Plan) {
    let totals = plan.totals();
    let _ = writeln!(
        text,
        "{} rows: {} errors, {} warnings, {} changes, {} unchanged, {} blank",
        totals.rows, totals.errors, totals.warnings, totals.changes, totals.unchanged, totals.blank
    );
    let _ = writeln!(
        text,
        "to send: {} levels of {} products in {} requests; units {} → {}.",
        totals.targets, totals.items, totals.requests, totals.units_before, totals.units_after
    );
}
