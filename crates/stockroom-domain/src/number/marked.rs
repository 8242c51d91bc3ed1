//! Runs of digits with marks between them, and what they are in a style.

use super::{NumberFault, Style, is_space};
use crate::quantity::MAX_UNITS;

/// The longest text that can still be a number, marks and spaces included.
const MAX_TEXT: usize = 48;

/// A mark between digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Comma,
    Dot,
    Space,
    Apostrophe,
    /// The Arabic decimal separator, which means nothing else.
    Decimal,
}

/// Runs of digits with marks between them: `1.234,5` is 1, 234 and 5.
pub(super) struct Marked {
    digits: [u8; MAX_TEXT],
    /// Where each run ends in `digits`; the first `runs` count.
    ends: [u8; MAX_TEXT],
    marks: [Mark; MAX_TEXT],
    runs: usize,
}

/// A number in one reading: its whole part, and whether something follows the decimal mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Value {
    whole: i64,
    fraction: bool,
}

impl Marked {
    pub(super) fn parse(text: &str) -> Result<Self, NumberFault> {
        let mut marked = Self {
            digits: [0; MAX_TEXT],
            ends: [0; MAX_TEXT],
            marks: [Mark::Space; MAX_TEXT],
            runs: 0,
        };
        let mut len: u8 = 0;
        let mut start = 0;
        for c in text.chars() {
            if let Some(digit) = digit(c) {
                if usize::from(len) == MAX_TEXT {
                    return Err(NumberFault::TooLarge);
                }
                marked.digits[usize::from(len)] = digit;
                len += 1;
            } else {
                let mark = mark(c).ok_or(NumberFault::Invalid)?;
                if len == start {
                    return Err(NumberFault::Invalid);
                }
                marked.ends[marked.runs] = len;
                marked.marks[marked.runs] = mark;
                marked.runs += 1;
                start = len;
            }
        }
        if len == start {
            return Err(NumberFault::Invalid);
        }
        if marked.runs == MAX_TEXT {
            return Err(NumberFault::TooLarge);
        }
        marked.ends[marked.runs] = len;
        marked.runs += 1;
        Ok(marked)
    }

    pub(super) fn units(&self, style: Option<Style>) -> Result<i64, NumberFault> {
        let value = match style {
            Some(style) => self.value(style),
            None => match (self.value(Style::Comma), self.value(Style::Dot)) {
                (Some(comma), Some(dot)) if comma != dot => {
                    let grouped = comma.whole.max(dot.whole);
                    return Err(NumberFault::Ambiguous { grouped });
                }
                (comma, dot) => comma.or(dot),
            },
        };
        match value {
            None => Err(NumberFault::Invalid),
            Some(Value { fraction: true, .. }) => Err(NumberFault::Fraction),
            Some(Value { whole, .. }) if whole > MAX_UNITS => Err(NumberFault::TooLarge),
            Some(Value { whole, .. }) => Ok(whole),
        }
    }

    /// Returns the hundredths of an amount of money, which has two decimals at most.
    pub(super) fn hundredths(&self, style: Option<Style>) -> Result<i64, NumberFault> {
        let amount = |style| self.whole_digits(style).map(|end| self.amount(end));
        let found = match style {
            Some(style) => amount(style),
            None => match (amount(Style::Comma), amount(Style::Dot)) {
                (Some(comma), Some(dot)) if comma != dot => {
                    let whole = |style| self.value(style).map_or(0, |value| value.whole);
                    let grouped = whole(Style::Comma).max(whole(Style::Dot));
                    return Err(NumberFault::Ambiguous { grouped });
                }
                (comma, dot) => comma.or(dot),
            },
        };
        found.ok_or(NumberFault::Invalid)?.ok_or(NumberFault::Fraction)
    }

    /// Returns the hundredths that the digits are, the first `end` of which are whole; `None` where
    /// there is more than two decimals can say.
    fn amount(&self, end: usize) -> Option<i64> {
        let all = usize::from(self.ends[self.runs - 1]);
        let decimals = &self.digits[end..all];
        let significant = decimals.iter().rposition(|digit| *digit != 0).map_or(0, |at| at + 1);
        if significant > 2 {
            return None;
        }
        let decimal = |at: usize| decimals.get(at).copied().unwrap_or(0);
        let digits = self.digits[..end].iter().copied().chain([decimal(0), decimal(1)]);
        Some(
            digits
                .fold(0_i64, |sum, digit| sum.saturating_mul(10).saturating_add(i64::from(digit))),
        )
    }

    /// Returns the number that this is in a style, if it is one.
    pub(super) fn value(&self, style: Style) -> Option<Value> {
        let end = self.whole_digits(style)?;
        let all = usize::from(self.ends[self.runs - 1]);
        let whole = self.digits[..end]
            .iter()
            .fold(0_i64, |sum, digit| sum.saturating_mul(10).saturating_add(i64::from(*digit)));
        Some(Value { whole, fraction: self.digits[end..all].iter().any(|digit| *digit != 0) })
    }

    /// Returns how many of the digits stand before the decimal mark, where this is a number in a style.
    fn whole_digits(&self, style: Style) -> Option<usize> {
        let marks = &self.marks[..self.runs - 1];
        let grouping = match marks.split_last() {
            Some((last, rest)) if style.is_decimal(*last) => rest,
            _ => marks,
        };
        let whole_runs = grouping.len() + 1;
        if let Some(first) = grouping.first() {
            let alike = grouping.iter().all(|mark| mark == first);
            if !style.groups(*first) || !alike || !self.groups_of_three(whole_runs) {
                return None;
            }
        }
        Some(usize::from(self.ends[whole_runs - 1]))
    }

    fn groups_of_three(&self, runs: usize) -> bool {
        let first = self.ends[0];
        (1..=3).contains(&first)
            && self.digits[0] != 0
            && self.ends[..runs].windows(2).all(|pair| pair[1] - pair[0] == 3)
    }
}

impl Style {
    fn groups(self, mark: Mark) -> bool {
        match mark {
            Mark::Comma => self == Self::Comma,
            Mark::Dot => self == Self::Dot,
            Mark::Space | Mark::Apostrophe => self != Self::Plain,
            Mark::Decimal => false,
        }
    }

    fn is_decimal(self, mark: Mark) -> bool {
        match mark {
            Mark::Comma => self != Self::Comma,
            Mark::Dot => self != Self::Dot,
            Mark::Decimal => true,
            Mark::Space | Mark::Apostrophe => false,
        }
    }
}

fn digit(c: char) -> Option<u8> {
    let zero = match c {
        '0'..='9' => '0',
        '٠'..='٩' => '٠',
        '۰'..='۹' => '۰',
        _ => return None,
    };
    u8::try_from(u32::from(c) - u32::from(zero)).ok()
}

fn mark(c: char) -> Option<Mark> {
    match c {
        ',' => Some(Mark::Comma),
        '.' => Some(Mark::Dot),
        '\'' | '’' | '٬' => Some(Mark::Apostrophe),
        '٫' => Some(Mark::Decimal),
        _ if is_space(c) && !matches!(c, '\n' | '\r' | '\t') => Some(Mark::Space),
        _ => None,
    }
}
