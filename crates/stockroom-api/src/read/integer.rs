//! Integers of JSON: any number that is mathematically whole.

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

/// A whole number of a request, perhaps too large to be anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Integer {
    /// A number that fits.
    Fits(i64),
    /// A whole number beyond 64 bits.
    Beyond,
}

impl Integer {
    /// Returns the integer that a JSON number is, or `None` where it is a fraction or no number.
    ///
    /// ```
    /// use stockroom_api::read::integer::Integer;
    /// assert_eq!(Integer::parse("12.0"), Some(Integer::Fits(12)));
    /// assert_eq!(Integer::parse("1.2e1"), Some(Integer::Fits(12)));
    /// assert_eq!(Integer::parse("1e400"), Some(Integer::Beyond));
    /// assert_eq!(Integer::parse("12.5"), None);
    /// ```
    pub fn parse(number: &str) -> Option<Self> {
        if let Ok(units) = number.parse::<i64>() {
            return Some(Self::Fits(units));
        }
        let (negative, number) = match number.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, number),
        };
        if !number.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        Self::scaled(whole, fraction, saturating_exponent(exponent)?, negative)
    }

    fn scaled(whole: &str, fraction: &str, exponent: i64, negative: bool) -> Option<Self> {
        let digits = format!("{whole}{fraction}");
        let significant = digits.trim_end_matches('0');
        let trimmed = digits.len() - significant.len();
        let significant = significant.trim_start_matches('0');
        if significant.is_empty() {
            return Some(Self::Fits(0));
        }
        let shift = length(trimmed) - length(fraction.len());
        let zeros = u32::try_from(exponent.saturating_add(shift)).ok()?;
        if significant.len() > 19 || zeros > 19 {
            return Some(Self::Beyond);
        }
        let magnitude = significant.parse::<i128>().ok()? * 10_i128.pow(zeros);
        let units = if negative { -magnitude } else { magnitude };
        Some(i64::try_from(units).map_or(Self::Beyond, Self::Fits))
    }
}

fn length(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// Returns the exponent, cut to ±2³¹: nothing in a body of megabytes can tell the difference.
fn saturating_exponent(text: &str) -> Option<i64> {
    let (sign, digits) = match text.as_bytes() {
        [b'-', ..] => (-1, &text[1..]),
        [b'+', ..] => (1, &text[1..]),
        _ => (1, text),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let magnitude = i64::from(digits.parse::<u32>().unwrap_or(u32::MAX)).min(i64::from(i32::MAX));
    Some(sign * magnitude)
}

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The text itself is read: through a float, 0.99999999999999999 would be 1.
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        Self::parse(raw)
            .ok_or_else(|| D::Error::custom(format_args!("{} is not a whole number", shown(raw))))
    }
}

/// Returns a piece of JSON short enough for a message.
fn shown(raw: &str) -> String {
    match raw.as_bytes().first() {
        Some(b'[') => "an array".to_owned(),
        Some(b'{') => "an object".to_owned(),
        _ if raw.chars().count() > 40 => format!("{}…", raw.chars().take(40).collect::<String>()),
        _ => raw.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_integers_however_they_are_written() {
        for (text, units) in [
            ("0", 0),
            ("-0", 0),
            ("-0.0e-5", 0),
            ("12.0", 12),
            ("1.20e1", 12),
            ("1200e-2", 12),
            ("-5e0", -5),
            ("1E+3", 1000),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
            ("0e99999999999999", 0),
        ] {
            assert_eq!(Integer::parse(text), Some(Integer::Fits(units)), "{text}");
        }
    }

    #[test]
    fn fractions_and_other_values_are_not() {
        for text in [
            "12.5",
            "1e-1",
            "0.99999999999999999999",
            "1e-99999999999",
            "\"12\"",
            "[]",
            "true",
            "null",
            "",
            "-",
            "1e",
            "nan",
        ] {
            assert_eq!(Integer::parse(text), None, "{text}");
        }
    }

    #[test]
    fn huge_whole_numbers_are_beyond() {
        for text in ["9223372036854775808", "1e400", "-1e99999999999", "123456789012345678901"] {
            assert_eq!(Integer::parse(text), Some(Integer::Beyond), "{text}");
        }
    }
}
