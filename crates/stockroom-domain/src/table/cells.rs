//! The cells of one record, read where they stand.

use std::borrow::Cow;

use super::marks::{Marks, WIDTH};

/// The cells of a record, from the first to the last, exactly as they stand, quotes included.
#[derive(Clone, Debug)]
pub struct RawCells<'a> {
    bytes: &'a [u8],
    at: usize,
    delimiter: u8,
    is_done: bool,
}

impl<'a> RawCells<'a> {
    /// Returns the cells of the record that begins at `start`.
    pub(super) fn new(bytes: &'a [u8], start: usize, delimiter: u8) -> Self {
        Self { bytes, at: start, delimiter, is_done: false }
    }

    /// Passes the next cell and returns where it stands.
    fn pass(&mut self) -> Option<(usize, usize)> {
        if self.is_done {
            return None;
        }
        let start = self.at;
        let mut end = start;
        if self.bytes.get(end) == Some(&b'"') {
            end = behind_quote(self.bytes, end + 1);
        }
        end = end_of_cell(self.bytes, end, self.delimiter);
        self.is_done = self.bytes.get(end) != Some(&self.delimiter);
        self.at = if self.is_done { end } else { end + 1 };
        Some((start, end))
    }

    /// Passes the next cell without looking into it; tells whether there was one.
    pub(crate) fn skip_one(&mut self) -> bool {
        self.pass().is_some()
    }
}

impl<'a> Iterator for RawCells<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let (start, end) = self.pass()?;
        // Cells end at ASCII marks of a text that was checked, so this never falls back.
        Some(std::str::from_utf8(&self.bytes[start..end]).unwrap_or(""))
    }
}

/// Writes where the first cells of a record stand, as [`RawCells`] passes them, and returns how many
/// there are: as many as asked for, or all.
///
/// One pass over several bytes at a time for all of them: what a million rows need.
pub(super) fn bounds<'f>(
    bytes: &[u8],
    start: usize,
    delimiter: u8,
    found: &'f mut [(usize, usize)],
) -> &'f [(usize, usize)] {
    let (mut count, mut cell, mut is_quoted, mut passed) = (0, start, false, start);
    for at in (start..bytes.len()).step_by(WIDTH) {
        for mark in Marks::with_quotes(bytes, at, delimiter).map(|mark| at + mark) {
            if bytes[mark] == b'"' {
                match bytes.get(mark + 1) {
                    // The second of a pair.
                    _ if mark < passed => {}
                    Some(b'"') if is_quoted => passed = mark + 2,
                    _ => is_quoted = mark == cell,
                }
            } else if !is_quoted {
                found[count] = (cell, mark);
                count += 1;
                if count == found.len() || bytes[mark] != delimiter {
                    return &found[..count];
                }
                cell = mark + 1;
            }
        }
    }
    found[count] = (cell, bytes.len());
    &found[..=count]
}

/// Returns the place of the mark that ends a cell without quotes, or the end.
fn end_of_cell(bytes: &[u8], mut at: usize, delimiter: u8) -> usize {
    while let Some(mut marks) = Marks::of(bytes, at, delimiter) {
        if let Some(first) = marks.next() {
            return at + first;
        }
        at += WIDTH;
    }
    let ends = |byte: &u8| *byte == delimiter || matches!(byte, b'\n' | b'\r');
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().position(ends).map_or(bytes.len(), |len| at + len)
}

/// Returns the place behind the quote that closes a cell, or the end.
fn behind_quote(bytes: &[u8], mut at: usize) -> usize {
    while let Some(len) = memchr::memchr(b'"', &bytes[at..]) {
        at += len + 1;
        if bytes.get(at) != Some(&b'"') {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

/// Tells whether a quoted cell holds a line break and goes on after its quote: the quote that
/// closes it was another cell's.
pub(super) fn runs_away(raw: &str) -> bool {
    if !raw.starts_with('"') {
        return false;
    }
    let (quoted, after) = raw.split_at(behind_quote(raw.as_bytes(), 1));
    quoted.contains(['\n', '\r']) && !after.trim().is_empty()
}

/// Takes the quotes off a cell: `"25"" screen"` is `25" screen`.
///
/// Text after a closing quote belongs to the cell, as the csv crate reads it.
pub(crate) fn unquote(raw: &str) -> Cow<'_, str> {
    let Some(inner) = raw.strip_prefix('"') else {
        return Cow::Borrowed(raw);
    };
    match memchr::memchr(b'"', inner.as_bytes()) {
        None => return Cow::Borrowed(inner),
        Some(at) if at + 1 == inner.len() => return Cow::Borrowed(&inner[..at]),
        Some(_) => {}
    }
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = memchr::memchr(b'"', rest.as_bytes()) {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                text.push('"');
                rest = after;
            }
            None => break,
        }
    }
    text.push_str(rest);
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        /// All at once stand the cells where they stand one by one.
        #[test]
        fn bounds_are_those_of_the_cells(
            text in "[a,;\"\n\ré]{0,40}",
            start in 0_usize..8,
            wanted in 1_usize..9,
        ) {
            let bytes = text.as_bytes();
            let start = (start..=bytes.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let mut found = vec![(0, 0); wanted];
            let bounds = bounds(bytes, start, b',', &mut found);
            let mut cells = RawCells::new(bytes, start, b',');
            let one_by_one: Vec<_> = std::iter::from_fn(|| cells.pass()).take(wanted).collect();
            prop_assert_eq!(bounds, &one_by_one[..]);
        }
    }
}
