//! What is typed for many rows at once: a value as in a cell, or a percentage.
//!
//! Pure: a value is read by the domain, as in every other field.

use stockroom_domain::number::{NumberFault, Style, read_entry};
use stockroom_domain::sheet::EditField;
use stockroom_worksheet::{Fill, Rounding};

/// The most that a percentage may add: a thousandfold.
const MOST_HUNDREDTHS: i64 = 10_000_000;

/// Why nothing can be filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The value is none.
    Number(NumberFault),
    /// A percentage without a sign: of what is left, or taken away?
    Unsigned,
    /// More than everything would be taken away, or more than a thousandfold added.
    OutOfRange,
    /// What stands before the sign of per cent is no number with at most two decimals.
    NotAPercentage,
}

/// Tells whether a text is meant as a percentage.
pub fn is_percentage(text: &str) -> bool {
    plain(text).ends_with('%')
}

/// Reads what is typed; `None` where nothing is.
///
/// # Errors
/// [`Fault`].
pub fn read(text: &str, style: Option<Style>, rounding: Rounding) -> Result<Option<Fill>, Fault> {
    let plain = plain(text);
    if let Some(share) = plain.strip_suffix('%') {
        let hundredths = hundredths(share)?;
        return Ok(Some(Fill::Percent { hundredths, rounding }));
    }
    let change = read_entry(text, style).map_err(Fault::Number)?;
    let field = EditField::Value;
    Ok(change.map(|_| Fill::Text { field, text: text.trim().to_owned() }))
}

/// Returns a text without spaces and marks of direction, with the signs that programs know.
fn plain(text: &str) -> String {
    let shown = text.chars().filter(|c| !c.is_whitespace() && !is_direction(*c));
    shown.map(as_typed).collect()
}

fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{2066}'..='\u{2069}')
}

fn as_typed(c: char) -> char {
    let digit = |zero: u32| char::from_digit(u32::from(c).wrapping_sub(zero), 10);
    match c {
        '\u{0660}'..='\u{0669}' => digit(0x0660).unwrap_or(c),
        '\u{06f0}'..='\u{06f9}' => digit(0x06f0).unwrap_or(c),
        '\u{066a}' | '\u{ff05}' | '\u{fe6a}' => '%',
        '\u{2212}' | '\u{2013}' | '\u{fe63}' | '\u{ff0d}' => '-',
        '\u{ff0b}' => '+',
        '\u{066b}' | ',' => '.',
        _ => c,
    }
}

fn hundredths(share: &str) -> Result<i32, Fault> {
    let (is_less, digits) = match share.chars().next() {
        Some('-') => (true, &share[1..]),
        Some('+') => (false, &share[1..]),
        Some('0'..='9') => return Err(Fault::Unsigned),
        _ => return Err(Fault::NotAPercentage),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(part) || part.len() > 2 {
        return Err(Fault::NotAPercentage);
    }
    let number = format!("{whole}{part:0<2}").parse::<i64>().map_err(|_| Fault::OutOfRange)?;
    let most = if is_less { 10_000 } else { MOST_HUNDREDTHS };
    if number > most {
        return Err(Fault::OutOfRange);
    }
    let number = i32::try_from(number).map_err(|_| Fault::OutOfRange)?;
    Ok(if is_less { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<i32, Fault>) {
        let got = read(text, None, Rounding::Down).map(|fill| match fill {
            Some(Fill::Percent { hundredths, rounding: Rounding::Down }) => hundredths,
            other => panic!("{text:?}: {other:?}"),
        });
        assert_eq!(got, expected, "{text:?}");
        assert!(is_percentage(text), "{text:?}");
    }

    #[test]
    fn percentages_as_people_write_them() {
        check("-10%", Ok(-1000));
        check(" \u{2212}10 % ", Ok(-1000));
        check("+5\u{a0}%", Ok(500));
        check("+12,5 %", Ok(1250));
        check("\u{200f}-\u{0661}\u{0660}\u{066b}\u{0662}\u{0665}\u{066a}", Ok(-1025));
        check("-100%", Ok(-10_000));
    }

    #[test]
    fn percentages_that_could_mean_anything_are_asked_about() {
        check("10 %", Err(Fault::Unsigned));
        check("-101 %", Err(Fault::OutOfRange));
        check("+99999999999 %", Err(Fault::OutOfRange));
        check("+1.234 %", Err(Fault::NotAPercentage));
        check("=5 %", Err(Fault::NotAPercentage));
        check("%", Err(Fault::NotAPercentage));
        check("+ %", Err(Fault::NotAPercentage));
    }

    #[test]
    fn values_are_those_of_a_cell() {
        let text = |typed: &str| match read(typed, None, Rounding::Nearest) {
            Ok(Some(Fill::Text { field: EditField::Value, text })) => Ok(Some(text)),
            Ok(None) => Ok(None),
            Ok(Some(other)) => panic!("{typed:?}: {other:?}"),
            Err(fault) => Err(fault),
        };
        for typed in ["=0", "12", "+10", "-3", "\u{2212}3", "\u{0661}\u{0662}"] {
            assert_eq!(text(typed), Ok(Some(typed.to_owned())), "{typed:?}");
        }
        assert_eq!(text("  "), Ok(None));
        assert_eq!(text("x"), Err(Fault::Number(NumberFault::Invalid)));
        assert!(text("1.5").is_err() && text("=-3").is_err() && !is_percentage("12"));
    }
}
