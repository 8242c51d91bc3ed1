//! The text of a value, as a merchant would have typed it.
//!
//! Numbers have the fifteen digits that a spreadsheet has. What a spreadsheet has lost cannot be
//! brought back: a longer number is written in its exponent form, so that the loss is seen.

use calamine::{DataRef, ExcelDateTime};

/// From here on, a whole number has more digits than a spreadsheet keeps.
const MOST_WHOLE: f64 = 1e15;

/// Writes a value; nothing for an empty cell.
///
/// `digits` is the number of digits to which the cell's format pads whole numbers.
pub(crate) fn write(value: &DataRef<'_>, digits: usize, out: &mut String) {
    match value {
        DataRef::Empty => {}
        DataRef::String(text) | DataRef::DurationIso(text) => out.push_str(text),
        DataRef::DateTimeIso(text) => {
            out.push_str(text.strip_suffix("T00:00:00").unwrap_or(text));
        }
        DataRef::SharedString(text) => out.push_str(text),
        DataRef::Bool(value) => out.push_str(if *value { "TRUE" } else { "FALSE" }),
        #[expect(clippy::cast_precision_loss, reason = "a spreadsheet has no larger ones")]
        DataRef::Int(value) => out.push_str(&number(*value as f64, digits)),
        DataRef::Float(value) => out.push_str(&number(*value, digits)),
        DataRef::DateTime(value) => out.push_str(&date_time(value)),
        DataRef::Error(error) => out.push_str(&error.to_string()),
    }
}

/// Returns a number as a spreadsheet's field for typing shows it, padded with zeros where its
/// format says so.
pub(crate) fn number(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return "#NUM!".to_owned();
    }
    #[expect(clippy::float_cmp, reason = "a whole number is exactly its whole part")]
    let is_whole = value.trunc() == value && value.abs() < MOST_WHOLE;
    if is_whole {
        #[expect(clippy::cast_possible_truncation, reason = "it has at most fifteen digits")]
        let whole = value as i64;
        return if whole < 0 { whole.to_string() } else { format!("{whole:0>digits$}") };
    }
    let exact = format!("{value:.14e}");
    if value.abs() >= MOST_WHOLE || value.abs() < 1e-9 {
        return exponent(&exact);
    }
    exact.parse::<f64>().map_or(exact, |rounded| rounded.to_string())
}

/// Returns the number of digits to which a format pads whole numbers: 6 for `000000`, 0 for one
/// that pads nothing.
pub(crate) fn padding(format: &str) -> usize {
    let first = format.split(';').next().unwrap_or_default();
    let is_padding = first.len() >= 2 && first.len() <= 32 && first.bytes().all(|b| b == b'0');
    if is_padding { first.len() } else { 0 }
}

/// Turns `9.78014000000000e12` into `9.78014E+12`.
fn exponent(text: &str) -> String {
    let (mantissa, power) = text.split_once('e').unwrap_or((text, "0"));
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    let power: i32 = power.parse().unwrap_or_default();
    format!("{mantissa}E{power:+03}")
}

/// Returns a date as `2026-11-03`, with a time as `2026-11-03T14:30:00`, a time or a duration
/// alone as `14:30:00`.
fn date_time(value: &ExcelDateTime) -> String {
    let serial = value.as_f64();
    if value.is_duration() || (0.0..1.0).contains(&serial) {
        return duration(serial);
    }
    let (year, month, day, hour, minute, second, milli) = value.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (hour, minute, second, milli) {
        (0, 0, 0, 0) => date,
        (.., 0) => format!("{date}T{hour:02}:{minute:02}:{second:02}"),
        _ => format!("{date}T{hour:02}:{minute:02}:{second:02}.{milli:03}"),
    }
}

fn duration(days: f64) -> String {
    let seconds = (days.abs() * 86_400.0).round();
    if !seconds.is_finite() || seconds >= MOST_WHOLE {
        return number(days, 0);
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is not negative and has at most fifteen digits"
    )]
    let seconds = seconds as u64;
    let sign = if days < 0.0 && seconds > 0 { "-" } else { "" };
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    format!("{sign}{hours:02}:{minutes:02}:{:02}", seconds % 60)
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType::{DateTime, TimeDelta};

    use super::*;

    #[test]
    fn whole_numbers_have_no_decimals_and_no_exponent() {
        assert_eq!(number(12.0, 0), "12");
        assert_eq!(number(-3.0, 0), "-3");
        assert_eq!(number(-0.0, 0), "0");
        assert_eq!(number(6_111_234_567_890.0, 0), "6111234567890");
        assert_eq!(number(999_999_999_999_999.0, 0), "999999999999999");
    }

    #[test]
    fn more_digits_than_a_spreadsheet_keeps_are_seen() {
        assert_eq!(number(1_234_567_890_123_456_768.0, 0), "1.23456789012346E+18");
        assert_eq!(number(1e15, 0), "1E+15");
        assert_eq!(number(1.5e-12, 0), "1.5E-12");
    }

    #[test]
    fn fractions_have_the_digits_that_a_spreadsheet_shows() {
        assert_eq!(number(12.5, 0), "12.5");
        assert_eq!(number(0.1 + 0.2, 0), "0.3");
        assert_eq!(number(11.999_999_999_999_998, 0), "12");
        assert_eq!(number(f64::NAN, 0), "#NUM!");
    }

    #[test]
    fn a_format_of_zeros_pads() {
        assert_eq!(number(123.0, padding("000000")), "000123");
        assert_eq!(number(1_234_567.0, padding("000000;@")), "1234567");
        assert_eq!(number(12.5, padding("000000")), "12.5");
        assert_eq!(number(-5.0, padding("000000")), "-5");
        assert_eq!(
            (padding("0"), padding("General"), padding("0.00"), padding("00-00")),
            (0, 0, 0, 0)
        );
    }

    #[test]
    fn dates_are_iso() {
        let date = |serial| date_time(&ExcelDateTime::new(serial, DateTime, false));
        assert_eq!(date(46_329.0), "2026-11-03");
        assert_eq!(date(46_329.604_166_666_664), "2026-11-03T14:30:00");
        assert_eq!(date(0.604_166_666_666_666_6), "14:30:00");
        assert_eq!(date_time(&ExcelDateTime::new(1.25, TimeDelta, false)), "30:00:00");
        assert_eq!(date_time(&ExcelDateTime::new(f64::INFINITY, TimeDelta, false)), "#NUM!");
    }
}
