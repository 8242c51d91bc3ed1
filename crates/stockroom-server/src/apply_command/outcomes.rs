//! What became of each item, for people and as a file, in the order of the source.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use serde::Serialize;
use stockroom_api::bulk::{BulkItem, Mode};
use stockroom_client::run::{End, Halt, Levels, Outcome, Summary};
use stockroom_domain::formula::escape;

use super::asked_levels::AskedLevel;
use super::opening::Opening;

/// One level that the run asked to change.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    line: u32,
    external_id: String,
    variant: Option<String>,
    mode: &'static str,
    value: i64,
    /// As the server told it, else as in the preview.
    before: Option<i64>,
    /// As the server told it.
    after: Option<i64>,
    delta: Option<i64>,
    outcome: &'static str,
    code: Option<String>,
    reason: Option<String>,
}

/// Returns the totals in one line.
pub(super) fn totals(summary: &Summary) -> String {
    let Summary { applied, refused, unknown, not_sent, .. } = summary;
    let items = applied + refused + unknown + not_sent;
    format!(
        "{items} items: {applied} applied, {refused} refused, {unknown} unknown, {not_sent} not sent"
    )
}

/// Returns the rows that were refused or are unknown, as a table; empty where there are none.
pub(super) fn troubles(opening: &Opening) -> String {
    let rows = rows(opening, |known| matches!(known, Outcome::Refused(_) | Outcome::Unknown));
    if rows.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "{:>6}  {:<20}  {:<12}  {:<6}  {:>10}  {:>10}  {:<8}  what\n",
        "line", "sku", "variant", "mode", "value", "before", "outcome"
    );
    for row in rows {
        let before = row.before.map_or_else(|| "-".to_owned(), |units| units.to_string());
        let what = [row.code, row.reason].into_iter().flatten().collect::<Vec<_>>().join(": ");
        let _ = writeln!(
            text,
            "{:>6}  {:<20}  {:<12}  {:<6}  {:>10}  {before:>10}  {:<8}  {what}",
            row.line,
            row.external_id,
            row.variant.as_deref().unwrap_or("-"),
            row.mode,
            row.value,
            row.outcome,
        );
    }
    text
}

/// Returns why a run ended before it was complete, and what to do; `None` where it was complete.
pub(super) fn ending(end: &End) -> Option<String> {
    let said = |message: &Option<String>, status: u16| match message {
        Some(message) => format!("{status}: {}", message.trim_end_matches('.')),
        None => format!("status {status}"),
    };
    Some(match end {
        End::Complete => return None,
        End::Stopped => "The run was stopped.".to_owned(),
        End::Halted(Halt::Denied(fault)) => format!(
            "The run stopped: the server refused the key ({}). Check its rights, or set another.",
            said(&fault.message, fault.status)
        ),
        End::Halted(Halt::Rejected(fault)) => format!(
            "The run stopped: the server did not take the request ({}). Check the address.",
            said(&fault.message, fault.status)
        ),
        End::Halted(Halt::KeyReused) => "The run stopped: the server knows an idempotency key of \
                                         it with another content. Was the journal copied?"
            .to_owned(),
        End::Halted(Halt::NoAnswer(_)) => "The run stopped: the server does not answer.".to_owned(),
    })
}

/// Writes every level with what became of it: NDJSON where the name ends so, else CSV.
///
/// # Errors
/// [`io::Error`] where it cannot be written whole.
pub(super) fn write_report(file: File, path: &Path, opening: &Opening) -> io::Result<()> {
    let rows = rows(opening, |_| true);
    let mut writer = BufWriter::new(file);
    if is_ndjson(path) {
        for row in &rows {
            serde_json::to_writer(&mut writer, row)?;
            writer.write_all(b"\n")?;
        }
    } else {
        write_csv(&mut writer, &rows)?;
    }
    writer.flush()
}

fn is_ndjson(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default();
    ending.eq_ignore_ascii_case("ndjson") || ending.eq_ignore_ascii_case("jsonl")
}

fn write_csv(writer: impl io::Write, rows: &[Row]) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(writer);
    writer.write_record([
        "line",
        "externalId",
        "variant",
        "mode",
        "value",
        "before",
        "after",
        "delta",
        "outcome",
        "code",
        "reason",
    ])?;
    let number = |units: Option<i64>| units.map_or_else(String::new, |units| units.to_string());
    for row in rows {
        let text = |text: &Option<String>| escape(text.as_deref().unwrap_or_default()).into_owned();
        writer.write_record([
            row.line.to_string(),
            escape(&row.external_id).into_owned(),
            text(&row.variant),
            row.mode.to_owned(),
            row.value.to_string(),
            number(row.before),
            number(row.after),
            number(row.delta),
            row.outcome.to_owned(),
            text(&row.code),
            text(&row.reason),
        ])?;
    }
    writer.flush()
}

/// Returns the levels of the items whose outcome is shown, in the order of the source.
fn rows(opening: &Opening, is_shown: fn(&Outcome) -> bool) -> Vec<Row> {
    let shown = opening.items().filter(|(_, _, outcome)| is_shown(outcome));
    let mut rows: Vec<Row> =
        shown.flat_map(|(item, levels, outcome)| rows_of(item.asked(), levels, outcome)).collect();
    rows.sort_by_key(|row| row.line);
    rows
}

fn rows_of(item: &BulkItem, levels: &[AskedLevel], outcome: &Outcome) -> Vec<Row> {
    let (code, reason) = why(outcome);
    let asked = asked(item).into_iter().zip(levels).enumerate();
    let row = |(at, (asked, AskedLevel(line, before))): (usize, (Asked, &AskedLevel))| {
        let told = match outcome {
            Outcome::Applied(Some(levels)) => told(levels, at, item),
            _ => None,
        };
        Row {
            line: *line,
            external_id: item.external_id.clone(),
            mode: asked.mode_word(),
            variant: asked.variant,
            value: asked.value,
            before: told.map_or(*before, |(before, _, _)| before),
            after: told.map(|(_, after, _)| after),
            delta: told.map(|(_, _, delta)| delta),
            outcome: word(outcome),
            code: code.clone(),
            reason: reason.clone(),
        }
    };
    asked.map(row).collect()
}

/// What an item asks of one level.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) variant: Option<String>,
    /// Without one it is an adjust.
    pub(super) mode: Option<Mode>,
    pub(super) value: i64,
}

impl Asked {
    pub(super) fn mode_word(&self) -> &'static str {
        if self.mode == Some(Mode::Set) { "set" } else { "adjust" }
    }
}

/// Returns what an item asks of each level, the product's own before its variants'.
pub(super) fn asked(item: &BulkItem) -> Vec<Asked> {
    let own = own(item).map(|value| Asked { variant: None, mode: item.mode, value });
    let variants = item.variants.iter().filter_map(|variant| {
        Some(Asked {
            variant: Some(variant.label.clone()),
            mode: variant.mode.or(item.mode),
            value: variant.quantity.or(variant.quantity_delta)?,
        })
    });
    own.into_iter().chain(variants).collect()
}

fn own(item: &BulkItem) -> Option<i64> {
    item.quantity.or(item.quantity_delta)
}

/// Returns before, after and delta of the item's level at this place, as the server told them.
fn told(levels: &Levels, at: usize, item: &BulkItem) -> Option<(Option<i64>, i64, i64)> {
    let variant = match own(item) {
        Some(_) if at == 0 => {
            return levels.quantity.map(|level| (level.before, level.after, level.delta));
        }
        own => at - usize::from(own.is_some()),
    };
    let level = levels.variants.get(variant)?;
    Some((level.before, level.after, level.delta))
}

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Applied(_) => "applied",
        Outcome::Refused(_) => "refused",
        Outcome::Unknown => "unknown",
        Outcome::NotSent => "not sent",
    }
}

fn why(outcome: &Outcome) -> (Option<String>, Option<String>) {
    match outcome {
        Outcome::Refused(refused) => {
            let code = refused.code.as_ref().map(|code| code.as_str().to_owned());
            (code, Some(refused.error.clone()).filter(|error| !error.is_empty()))
        }
        Outcome::Unknown => (None, Some("no answer says whether it was applied".to_owned())),
        Outcome::Applied(_) | Outcome::NotSent => (None, None),
    }
}
