//! The cells of one record, read where they stand.

use std::borrow::Cow;

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
        while let Some(byte) = self.bytes.get(end) {
            if *byte == self.delimiter || matches!(byte, b'\n' | b'\r') {
                break;
            }
            end += 1;
        }
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
