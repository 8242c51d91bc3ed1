//! Which part of the stock history is asked for.
//!
//! A place is where a page ended: the page after it begins behind that place, whatever was written
//! meanwhile. As text a place is a cursor, which clients send back as it is.

use std::fmt;

use jiff::Timestamp;

/// Which entries of the history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryFilter {
    /// Of the product with this id, else with this SKU.
    pub product: Option<String>,
    /// Of this run.
    pub run_id: Option<String>,
    /// With this reason.
    pub reason: Option<String>,
    /// By the key or the person with this id.
    pub author_id: Option<String>,
    /// Not before this time.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
}

/// The part of a list behind a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<P> {
    /// Where the part before ended; `None` is the beginning.
    pub after: Option<P>,
    /// The most rows of the part.
    pub limit: u64,
}

/// A place in the history: one of its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryPlace {
    /// When the write came, in Unix milliseconds.
    pub at: i64,
    /// The write's number.
    pub write: i64,
    /// The line of the write.
    pub line: i64,
}

/// A place in the list of runs: the number of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunPlace(pub i64);

/// A place that can be written as a cursor.
pub trait Place: Sized + fmt::Display {
    /// Returns the place that a cursor names, or `None` where it is no cursor of ours.
    fn parse(cursor: &str) -> Option<Self>;
}

impl fmt::Display for HistoryPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{:x}-{:x}", self.at, self.write, self.line)
    }
}

impl Place for HistoryPlace {
    fn parse(cursor: &str) -> Option<Self> {
        let mut parts = cursor.split('-').map(number);
        let place = Self { at: parts.next()??, write: parts.next()??, line: parts.next()?? };
        parts.next().is_none().then_some(place)
    }
}

impl fmt::Display for RunPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.0)
    }
}

impl Place for RunPlace {
    fn parse(cursor: &str) -> Option<Self> {
        number(cursor).map(Self)
    }
}

fn number(text: &str) -> Option<i64> {
    let is_ours = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    // A number below 0 is written as its bits, and none of them is out of range.
    is_ours.then(|| u64::from_str_radix(text, 16).ok()).flatten().map(u64::cast_signed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_read_back_and_nothing_else_is_one() {
        for at in [-1, 0, 1_795_000_000_000, i64::MAX] {
            let place = HistoryPlace { at, write: 7, line: 199 };
            assert_eq!(HistoryPlace::parse(&place.to_string()), Some(place));
        }
        assert_eq!(RunPlace::parse(&RunPlace(77).to_string()), Some(RunPlace(77)));
        for text in ["", "-", "1-2", "1-2-3-4", "1-2-x", "+1-2-3", "1--3", "11112222333344445-1-1"]
        {
            assert_eq!(HistoryPlace::parse(text), None, "{text}");
        }
        assert_eq!(RunPlace::parse("1-2"), None);
    }
}
