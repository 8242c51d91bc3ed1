//! Reading numbers, never guessing them.
//!
//! One reader for files, pastes and typing. A text that can be read in two ways is a fault until
//! the rest of the file ([`Evidence`]) or the merchant ([`Style`]) settles what its marks mean.
//! Start at [`read`].

mod marked;

use marked::Marked;

use crate::code::Code;
use crate::quantity::{Change, Delta, Level};

/// The most that an amount of money can be, in hundredths: ten digits before the decimal mark.
pub const MAX_HUNDREDTHS: i64 = 999_999_999_999;

/// The currency of the contract, as people write it beside an amount.
const CURRENCY: &str = "MRU";

/// How a file writes large numbers, named by its grouping mark; the other marks are decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Style {
    /// No grouping: `1000`.
    Plain,
    /// `1,000`; the dot is the decimal mark.
    Comma,
    /// `1.000`; the comma is the decimal mark.
    Dot,
    /// `1 000` or `1'000`; comma and dot are decimal marks.
    Space,
}

/// What a cell says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Nothing.
    Blank,
    /// Nothing, in words: `not stocked`, `n/a`, a dash.
    NotStocked,
    /// A whole number.
    Number(Number),
}

/// A whole number, and whether a sign was written before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// The units, within ±[`MAX_UNITS`](crate::quantity::MAX_UNITS).
    pub units: i64,
    /// Whether it had a `+` or a minus.
    pub signed: bool,
}

/// Why a text is no number; the text itself is quoted by whoever shows this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberFault {
    /// It can be read as `grouped` or with a decimal mark.
    Ambiguous {
        /// What it is if the mark groups thousands.
        grouped: i64,
    },
    /// It is not whole.
    Fraction,
    /// A sign where a level is due; `units` may be meant as an adjust.
    Signed {
        /// The number with its sign.
        units: i64,
    },
    /// It stands in parentheses; `units` is what accountants mean by that.
    Parentheses {
        /// The negative number.
        units: i64,
    },
    /// It is beyond ±[`MAX_UNITS`](crate::quantity::MAX_UNITS).
    TooLarge,
    /// It is something else.
    Invalid,
}

/// What the number cells of a file say about its marks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    comma_groups: bool,
    dot_groups: bool,
}

/// Returns what `text` says; `style` is the file's, or `None` while nothing has settled it.
///
/// # Errors
/// [`NumberFault`], for everything that is neither blank nor a whole number in one reading.
///
/// ```
/// use stockroom_domain::number::{NumberFault, Reading, Style, read};
/// let units = |text, style| match read(text, style) {
///     Ok(Reading::Number(number)) => Some(number.units),
///     _ => None,
/// };
/// assert_eq!(units("1 350", None), Some(1350));
/// assert_eq!(read("1,000", None), Err(NumberFault::Ambiguous { grouped: 1000 }));
/// assert_eq!(units("1,000", Some(Style::Comma)), Some(1000));
/// assert_eq!(read("12 pcs", None), Err(NumberFault::Invalid));
/// ```
pub fn read(text: &str, style: Option<Style>) -> Result<Reading, NumberFault> {
    if text.is_empty() {
        return Ok(Reading::Blank);
    }
    if let Some((units, signed)) = plain(text.as_bytes()) {
        return Ok(Reading::Number(Number { units, signed }));
    }
    let text = trim(text);
    if text.is_empty() {
        return Ok(Reading::Blank);
    }
    if says_not_stocked(text) {
        return Ok(Reading::NotStocked);
    }
    let parenthesised = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let (signed, negative, body) = sign(parenthesised.unwrap_or(text));
    if parenthesised.is_some() && signed {
        return Err(NumberFault::Invalid);
    }
    let units = Marked::parse(body)?.units(style)?;
    if parenthesised.is_some() {
        return Err(NumberFault::Parentheses { units: -units });
    }
    let units = if negative { -units } else { units };
    Ok(Reading::Number(Number { units, signed }))
}

/// Reads an amount of money as hundredths; nothing where the cell is blank.
///
/// The currency may stand before or after it.
///
/// # Errors
/// [`NumberFault`], as [`read`]: a third decimal is [`NumberFault::Fraction`], a sign is
/// [`NumberFault::Signed`].
///
/// ```
/// use stockroom_domain::number::{NumberFault, Style, read_money};
/// assert_eq!(read_money("500.00", None), Ok(Some(50_000)));
/// assert_eq!(read_money("1 250,5 MRU", None), Ok(Some(125_050)));
/// assert_eq!(read_money("1,250", None), Err(NumberFault::Ambiguous { grouped: 1250 }));
/// assert_eq!(read_money("1,250", Some(Style::Comma)), Ok(Some(125_000)));
/// ```
pub fn read_money(text: &str, style: Option<Style>) -> Result<Option<i64>, NumberFault> {
    let text = trim(text);
    if text.is_empty() {
        return Ok(None);
    }
    let (signed, negative, body) = sign(without_currency(text));
    let hundredths = Marked::parse(body)?.hundredths(style)?;
    if hundredths > MAX_HUNDREDTHS {
        return Err(NumberFault::TooLarge);
    }
    if signed {
        let units = hundredths / 100;
        return Err(NumberFault::Signed { units: if negative { -units } else { units } });
    }
    Ok(Some(hundredths))
}

/// Reads what is typed into a grid cell: `=12` or `12` sets, `+5` and `-3` adjust.
///
/// Returns `None` for a blank cell: nothing is asked.
///
/// # Errors
/// [`NumberFault`], as [`read`]; a sign after `=` is [`NumberFault::Signed`].
///
/// ```
/// use stockroom_domain::number::read_entry;
/// use stockroom_domain::quantity::{Change, Delta, Level};
/// assert_eq!(read_entry("=12", None), Ok(Some(Change::Set(Level::new(12)?))));
/// assert_eq!(read_entry("-3", None), Ok(Some(Change::Adjust(Delta::new(-3)?))));
/// assert_eq!(read_entry(" ", None), Ok(None));
/// # Ok::<(), stockroom_domain::quantity::OutOfRange>(())
/// ```
pub fn read_entry(text: &str, style: Option<Style>) -> Result<Option<Change>, NumberFault> {
    let text = trim(text);
    let set = text.strip_prefix('=');
    let number = match read(set.unwrap_or(text), style)? {
        Reading::Number(number) => number,
        Reading::Blank if set.is_some() => return Err(NumberFault::Invalid),
        Reading::Blank | Reading::NotStocked => return Ok(None),
    };
    if number.signed && set.is_none() {
        return Ok(Some(Change::Adjust(number.delta()?)));
    }
    Ok(Some(Change::Set(number.level()?)))
}

impl Number {
    /// Returns the number as a level.
    ///
    /// # Errors
    /// [`NumberFault::Signed`] where a sign was written.
    pub fn level(self) -> Result<Level, NumberFault> {
        if self.signed {
            return Err(NumberFault::Signed { units: self.units });
        }
        Level::new(self.units).map_err(|_| NumberFault::TooLarge)
    }

    /// Returns the number as a delta.
    ///
    /// # Errors
    /// [`NumberFault::TooLarge`], never from a number that [`read`] returned.
    pub fn delta(self) -> Result<Delta, NumberFault> {
        Delta::new(self.units).map_err(|_| NumberFault::TooLarge)
    }
}

impl NumberFault {
    /// Returns the code of this fault.
    pub fn code(self) -> Code {
        match self {
            Self::Ambiguous { .. } => Code::NumberAmbiguous,
            Self::Fraction => Code::NumberFraction,
            Self::Signed { .. } => Code::NumberSigned,
            Self::Parentheses { .. } => Code::NumberParentheses,
            Self::TooLarge => Code::NumberTooLarge,
            Self::Invalid => Code::NumberInvalid,
        }
    }
}

impl Style {
    /// Returns the style's name: its grouping mark.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Comma => "comma",
            Self::Dot => "dot",
            Self::Space => "space",
        }
    }

    /// Returns the style of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Plain, Self::Comma, Self::Dot, Self::Space].into_iter().find(|s| s.as_str() == name)
    }
}

impl Evidence {
    /// Takes note of a number cell: only one that can be read in a single way says something.
    pub fn note(&mut self, text: &str) {
        if !text.bytes().any(|byte| matches!(byte, b',' | b'.')) {
            return;
        }
        let text = without_currency(trim(text));
        let body = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(text);
        let Ok(marked) = Marked::parse(sign(body).2) else {
            return;
        };
        let (comma, dot) = (marked.value(Style::Comma), marked.value(Style::Dot));
        self.comma_groups |= comma.is_some() && dot.is_none();
        self.dot_groups |= dot.is_some() && comma.is_none();
    }

    /// Returns the style that the file's own cells settle, unless they contradict each other.
    pub fn style(self) -> Option<Style> {
        match (self.comma_groups, self.dot_groups) {
            (true, false) => Some(Style::Comma),
            (false, true) => Some(Style::Dot),
            _ => None,
        }
    }
}

/// Returns the number of a text that is plain digits, perhaps with a sign, and whether it has one.
pub(crate) fn plain(text: &[u8]) -> Option<(i64, bool)> {
    match text {
        [b'-', digits @ ..] => plain_digits(digits).map(|units| (-units, true)),
        [b'+', digits @ ..] => plain_digits(digits).map(|units| (units, true)),
        digits => plain_digits(digits).map(|units| (units, false)),
    }
}

/// The common case, fast: up to nine ASCII digits and nothing else.
fn plain_digits(bytes: &[u8]) -> Option<i64> {
    if bytes.is_empty() || bytes.len() > 9 {
        return None;
    }
    bytes.iter().try_fold(0, |sum: i64, byte| {
        byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0'))
    })
}

/// Strips spaces and the marks of writing direction around a text, and a leading apostrophe.
fn trim(text: &str) -> &str {
    let text = text.trim_matches(is_space);
    text.strip_prefix(['\'', '’']).map_or(text, |rest| rest.trim_matches(is_space))
}

/// Takes the currency off the beginning or end of an amount.
fn without_currency(text: &str) -> &str {
    let length = CURRENCY.len();
    let is_currency = |part: &str| part.eq_ignore_ascii_case(CURRENCY);
    let start = text.split_at_checked(length).filter(|(start, _)| is_currency(start));
    let end = text.len().checked_sub(length).and_then(|at| text.split_at_checked(at));
    let end = end.filter(|(_, end)| is_currency(end));
    let rest = start.map(|(_, rest)| rest).or(end.map(|(rest, _)| rest));
    rest.map_or(text, |rest| rest.trim_matches(is_space))
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}')
}

fn sign(text: &str) -> (bool, bool, &str) {
    let mut chars = text.chars();
    match chars.next() {
        Some('+') => (true, false, chars.as_str().trim_start_matches(is_space)),
        Some('-' | '−') => (true, true, chars.as_str().trim_start_matches(is_space)),
        _ => (false, false, text),
    }
}

fn says_not_stocked(text: &str) -> bool {
    matches!(text, "-" | "–" | "—" | "−")
        || ["not stocked", "n/a"].iter().any(|words| text.eq_ignore_ascii_case(words))
}
