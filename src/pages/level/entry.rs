//! From a typed text to before → after.
//!
//! Pure: the reading of numbers and the arithmetic are the domain's.

use stockroom_domain::number::{NumberFault, Style, read_entry};
use stockroom_domain::quantity::{Applied, Change, Level, Refusal, apply};

/// Which level of a product.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The product's own.
    Product,
    /// A variant's.
    Variant {
        /// The variant's id.
        id: String,
        /// The label by which the API takes it.
        label: String,
    },
}

/// What a typed text asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// Nothing.
    Blank,
    /// A change, and what it does.
    Goes(Change, Applied),
    /// It is no number that can be read in one way.
    Unreadable(NumberFault),
    /// It is a number, but cannot be done.
    Refused(Refusal),
}

/// Returns what `text` asks of a level.
pub fn read(text: &str, before: Option<i64>, style: Option<Style>) -> Typed {
    let change = match read_entry(text, style) {
        Ok(None) => return Typed::Blank,
        Ok(Some(change)) => change,
        Err(fault) => return Typed::Unreadable(fault),
    };
    let level = before.and_then(|units| Level::new(units).ok());
    match apply(change, level) {
        Ok(applied) => Typed::Goes(change, applied),
        Err(refusal) => Typed::Refused(refusal),
    }
}

impl Typed {
    /// Returns the change where it would move the level.
    pub fn moves(self) -> Option<Change> {
        match self {
            Self::Goes(change, applied) if applied.before != Some(applied.after) => Some(change),
            _ => None,
        }
    }

    /// Tells whether it keeps the rest from being saved.
    pub fn is_fault(self) -> bool {
        matches!(self, Self::Unreadable(_) | Self::Refused(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, before: Option<i64>, after: Option<i64>) {
        let got = match read(text, before, None) {
            Typed::Goes(_, applied) => Some(applied.after.get()),
            _ => None,
        };
        assert_eq!(got, after, "{text:?}");
    }

    #[test]
    fn digits_set_and_signs_adjust() {
        check("12", Some(3), Some(12));
        check("+5", Some(3), Some(8));
        check("-5", Some(3), Some(0));
        check("", Some(3), None);
        check("+5", None, None);
        check("5", None, Some(5));
        check("1,000", Some(3), None);
    }

    #[test]
    fn only_what_moves_is_sent() {
        assert!(read("3", Some(3), None).moves().is_none());
        assert!(read("0", None, None).moves().is_some());
        assert!(read("+0", Some(3), None).moves().is_none());
        assert!(read("+5", None, None).is_fault() && read("x", Some(3), None).is_fault());
    }
}
