//! What rows, refusals and ends of runs are in words.

use stockroom_api::ErrorCode;
use stockroom_api::bulk::ItemError;
use stockroom_api::reason::Reason;
use stockroom_client::run::{Halt, Outcome};
use stockroom_domain::code::Code;
use stockroom_domain::columns::Field;
use stockroom_domain::number::Style;
use stockroom_domain::plan::{Guard, GuardCode, Totals, Verdict};
use stockroom_domain::table::Delimiter;

use super::state::again::levels;
use super::state::record::Record;
use super::state::rest::stale_place;
use crate::words::{Key, Plural, Words};
use stockroom_worksheet::{IssueView, RowView, SendItem, Sentences};

/// Returns what is wrong with a row, and what may have been meant.
pub(super) fn issue(words: Words, issue: &IssueView) -> String {
    let other = issue.other_line.map(|line| words.number(line.into())).unwrap_or_default();
    let text = shortened(&issue.text);
    let mut sentence = fill(words, key(issue.code), &[("text", &text), ("other", &other)]);
    if let Some(suggestion) = issue.suggestion.as_deref().filter(|_| is_offered(issue.code)) {
        sentence.push(' ');
        sentence.push_str(&words.fill(Key::CodeDidYouMean, &[("suggestion", suggestion)]));
    }
    sentence
}

/// Only labels are offered: a number is the merchant's to type.
fn is_offered(code: Code) -> bool {
    code == Code::UnknownVariant
}

/// Returns the sentences for what is wrong with rows, for the worksheet to fill in.
pub(super) fn sentences(words: Words) -> Sentences {
    let of_codes = Code::ALL.iter().map(|code| (*code, words.text(key(*code)).to_owned()));
    let did_you_mean = words.text(Key::CodeDidYouMean).to_owned();
    Sentences { of_codes: of_codes.collect(), did_you_mean }
}

/// Returns what is to be said about the file as a whole.
pub(in crate::pages) fn remark(words: Words, code: Code, line: u32, text: &str) -> String {
    let line = words.number(line.into());
    fill(words, key(code), &[("text", &shortened(text)), ("line", &line), ("other", "")])
}

/// Returns the note of a row: what is wrong, else the warnings, else the notes.
pub(super) fn note(words: Words, row: &RowView) -> String {
    if !row.issues.is_empty() {
        return row.issues.iter().map(|one| issue(words, one)).collect::<Vec<_>>().join(" ");
    }
    let number = |units: Option<i64>| words.number(units.unwrap_or_default());
    let taken = number(row.delta.map(i64::abs));
    let values = [
        ("taken", taken.as_str()),
        ("floored", &number(Some(row.floored))),
        ("expected", &number(row.expected)),
        ("before", &number(row.before)),
    ];
    // A level that stops at 0 goes to 0: one sentence says both.
    let said =
        row.codes.iter().filter(|code| !(*code == Code::ToZero && row.codes.has(Code::Floored)));
    let notes: Vec<String> = said.map(|code| fill(words, key(code), &values)).collect();
    match row.verdict {
        Some(Verdict::Blank) if notes.is_empty() => words.text(Key::UpdateBlankNote).to_owned(),
        Some(Verdict::Unchanged) if notes.is_empty() => words.text(Key::UpdateNotSent).to_owned(),
        _ => notes.join(" · "),
    }
}

/// Returns why an item was refused.
fn refusal(words: Words, error: &ItemError) -> String {
    let code = match &error.code {
        Some(ErrorCode::StaleQuantity) => {
            return words.fill(Key::CodeStale, &[("now", &now(words, error))]);
        }
        Some(ErrorCode::ProductNotFound) => Key::CodeUnknownProduct,
        // The server's own words name the variant, the field, the bounds.
        _ => return words.fill(Key::FailureSaid, &[("message", &error.error)]),
    };
    words.fill(code, &[("text", &error.external_id)])
}

/// Returns why a run stopped itself.
pub(super) fn halt(words: Words, halt: &Halt) -> &'static str {
    words.text(match halt {
        Halt::Denied(_) => Key::UpdateHaltedDenied,
        Halt::Rejected(_) => Key::UpdateHaltedRejected,
        Halt::KeyReused => Key::UpdateHaltedReused,
        Halt::NoAnswer(_) => Key::UpdateHaltedSilent,
    })
}

/// Returns the title and the sentence of a guard.
pub(super) fn guard(words: Words, guard: Guard, totals: &Totals) -> (String, String) {
    // Rounded down: what is nearly all of them is not all of them.
    let share = |part: i64, whole: i64| {
        #[expect(clippy::cast_precision_loss, reason = "a percentage")]
        let share = (part.max(0) * 100 / whole.max(1)) as f64 / 100.0;
        words.percent(share)
    };
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let percent = match guard.code {
        GuardCode::ErrorsShare => share(count(totals.errors), count(totals.rows)),
        _ => share(totals.units_before - totals.units_after, totals.units_before),
    };
    let units = [
        ("before", words.number(totals.units_before)),
        ("after", words.number(totals.units_after)),
    ];
    let units: Vec<(&str, &str)> = units.iter().map(|(name, n)| (*name, n.as_str())).collect();
    match guard.code {
        GuardCode::ProductsToZero => (
            words.count(Plural::UpdateGuardZero, guard.value, &[]),
            words.text(Key::UpdateGuardZeroAbout).to_owned(),
        ),
        GuardCode::UnitsLost => (
            words.fill(Key::UpdateGuardUnits, &[("percent", &percent)]),
            words.fill(Key::UpdateGuardUnitsAbout, &units),
        ),
        GuardCode::LargeChanges => (
            words.count(Plural::UpdateGuardLarge, guard.value, &[]),
            words.text(Key::UpdateGuardLargeAbout).to_owned(),
        ),
        GuardCode::ErrorsShare => (
            words.fill(Key::UpdateGuardErrors, &[("percent", &percent)]),
            words.text(Key::UpdateGuardErrorsAbout).to_owned(),
        ),
    }
}

fn now(words: Words, error: &ItemError) -> String {
    error.current_quantity.map(|now| words.number(now)).unwrap_or_default()
}

/// Returns why an item, or a level of it by its place, was not applied; `None` where it was.
///
/// An item is all or nothing: where one level had moved, the others say which.
pub(super) fn not_applied(
    words: Words,
    outcome: &Outcome,
    item: &SendItem,
    level: Option<usize>,
) -> Option<String> {
    match outcome {
        Outcome::Applied(_) => None,
        Outcome::Refused(error) => {
            let moved = stale_place(outcome, item).filter(|moved| level != Some(*moved));
            let label = moved.and_then(|moved| Some(levels(item).nth(moved)?.0));
            let (Some(label), true) = (label, levels(item).count() > 1) else {
                return Some(refusal(words, error));
            };
            let name = if label.is_empty() { words.text(Key::CodeStaleOwn) } else { label };
            Some(words.fill(Key::CodeStaleOf, &[("name", name), ("now", &now(words, error))]))
        }
        Outcome::Unknown => Some(words.text(Key::UpdateUnknownReason).to_owned()),
        Outcome::NotSent => Some(words.text(Key::UpdateNotSentReason).to_owned()),
    }
}

/// Returns the word for how a row stands.
pub(super) fn verdict(words: Words, verdict: Verdict) -> &'static str {
    words.text(match verdict {
        Verdict::Error => Key::UpdateIsError,
        Verdict::Warning => Key::UpdateIsWarning,
        Verdict::Change => Key::UpdateIsChange,
        Verdict::Unchanged => Key::UpdateIsUnchanged,
        Verdict::Blank => Key::UpdateIsBlank,
    })
}

/// Returns the name of a field.
pub(super) fn field(words: Words, field: Field) -> &'static str {
    words.text(match field {
        Field::ExternalId => Key::UpdateFieldExternalId,
        Field::Variant => Key::UpdateFieldVariant,
        Field::Mode => Key::UpdateFieldMode,
        Field::Quantity => Key::UpdateFieldQuantity,
        Field::QuantityDelta => Key::UpdateFieldQuantityDelta,
        Field::Amount => Key::UpdateFieldAmount,
        Field::Expected => Key::UpdateFieldExpected,
        Field::Name => Key::UpdateFieldName,
        Field::Option => Key::UpdateFieldOption,
        Field::Location => Key::UpdateFieldLocation,
        Field::Ignored => Key::UpdateFieldIgnored,
    })
}

/// Returns the name of a delimiter.
pub(in crate::pages) fn delimiter(words: Words, delimiter: Delimiter) -> &'static str {
    words.text(match delimiter {
        Delimiter::Comma => Key::UpdateComma,
        Delimiter::Semicolon => Key::UpdateSemicolon,
        Delimiter::Tab => Key::UpdateTab,
        Delimiter::Pipe => Key::UpdatePipe,
    })
}

/// Returns the name of a number style; `None` is automatic.
pub(in crate::pages) fn style(words: Words, style: Option<Style>) -> &'static str {
    words.text(match style {
        None => Key::SettingsNumberAuto,
        Some(Style::Plain) => Key::SettingsNumberPlain,
        Some(Style::Comma) => Key::SettingsNumberComma,
        Some(Style::Dot) => Key::SettingsNumberDot,
        Some(Style::Space) => Key::SettingsNumberSpace,
    })
}

fn key(code: Code) -> Key {
    match code {
        Code::EmptyFile => Key::CodeEmptyFile,
        Code::Binary => Key::CodeBinary,
        Code::Workbook => Key::CodeWorkbook,
        Code::TooLarge => Key::CodeTooLarge,
        Code::EncodingGuessed => Key::CodeEncodingGuessed,
        Code::TextBroken => Key::CodeTextBroken,
        Code::LocationUnchosen => Key::CodeLocationUnchosen,
        Code::OtherLocation => Key::CodeOtherLocation,
        Code::TooManyColumns => Key::CodeTooManyColumns,
        Code::NoSkuColumn => Key::CodeNoSkuColumn,
        Code::NoValueColumn => Key::CodeNoValueColumn,
        Code::NoDefaultMode => Key::CodeNoDefaultMode,
        Code::FieldTwice => Key::CodeFieldTwice,
        Code::NoRows => Key::CodeNoRows,
        Code::DuplicateHeader => Key::CodeDuplicateHeader,
        Code::BlankHeader => Key::CodeBlankHeader,
        Code::UnclosedQuote => Key::CodeUnclosedQuote,
        Code::TooManyFields => Key::CodeTooManyFields,
        Code::ExternalIdMissing => Key::CodeExternalIdMissing,
        Code::ExternalIdTooLong => Key::CodeExternalIdTooLong,
        Code::ModeUnknown => Key::CodeModeUnknown,
        Code::ModeMissing => Key::CodeModeMissing,
        Code::QuantityAndDelta => Key::CodeQuantityAndDelta,
        Code::ModeMismatch => Key::CodeModeMismatch,
        Code::NumberAmbiguous => Key::CodeNumberAmbiguous,
        Code::NumberFraction => Key::CodeNumberFraction,
        Code::NumberSigned => Key::CodeNumberSigned,
        Code::NumberParentheses => Key::CodeNumberParentheses,
        Code::NumberTooLarge => Key::CodeNumberTooLarge,
        Code::NumberInvalid => Key::CodeNumberInvalid,
        Code::UnknownProduct => Key::CodeUnknownProduct,
        Code::UnknownVariant => Key::CodeUnknownVariant,
        Code::AmbiguousVariant => Key::CodeAmbiguousVariant,
        Code::Untracked => Key::CodeUntracked,
        Code::OverTheTop => Key::CodeOverTheTop,
        Code::ConflictingSets => Key::CodeConflictingSets,
        Code::SetAndAdjust => Key::CodeSetAndAdjust,
        Code::SameTargetError => Key::CodeSameTargetError,
        Code::LocationBlank => Key::CodeLocationBlank,
        Code::Floored => Key::CodeFloored,
        Code::ToZero => Key::CodeToZero,
        Code::BecomesLow => Key::CodeBecomesLow,
        Code::LargeChange => Key::CodeLargeChange,
        Code::Drift => Key::CodeDrift,
        Code::TotalDiffers => Key::CodeTotalDiffers,
        Code::MergedEqual => Key::CodeMergedEqual,
        Code::MergedSum => Key::CodeMergedSum,
        Code::StartsTracking => Key::CodeStartsTracking,
        Code::TooFewFields => Key::CodeTooFewFields,
        Code::NotStocked => Key::CodeNotStocked,
    }
}

fn fill(words: Words, key: Key, values: &[(&str, &str)]) -> String {
    words.fill(key, values)
}

/// A cell is quoted so far that it is recognised.
fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    match line.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// Returns how many products a run did what to, leaving out what it did to none.
pub(in crate::pages) fn totals(words: Words, run: &Record) -> String {
    let counts = [
        (run.applied, Plural::HistoryApplied),
        (run.refused, Plural::HistoryRefused),
        (run.unknown, Plural::HistoryUnknown),
        (run.not_sent, Plural::HistoryNotSent),
    ];
    let some = counts.into_iter().filter(|(count, _)| *count > 0);
    let told = some
        .map(|(count, plural)| words.count(plural, i64::try_from(count).unwrap_or(i64::MAX), &[]));
    told.collect::<Vec<_>>().join(" · ")
}

/// Returns the word for a reason.
pub(in crate::pages) fn reason(reason: Reason) -> Key {
    match reason {
        Reason::Correction => Key::UpdateReasonCorrection,
        Reason::Count => Key::UpdateReasonCount,
        Reason::Received => Key::UpdateReasonReceived,
        Reason::Return => Key::UpdateReasonReturn,
        Reason::Damaged => Key::UpdateReasonDamaged,
        Reason::TheftOrLoss => Key::UpdateReasonTheft,
        Reason::Promotion => Key::UpdateReasonPromotion,
    }
}
