//! The cells of one record, read where they stand.

use std::borrow::Cow;

/// The cells of a record, from the first to the last, exactly as they stand, quotes included.
#[derive(Clone, Debug)]
pub struct RawCells<'a> {
    text: &'a str,
    at: usize,
    delimiter: u8,
    is_done: bool,
}

impl<'a> RawCells<'a> {
    /// Returns the cells of the record that begins at `start`.
    pub(super) fn new(text: &'a str, start: usize, delimiter: u8) -> Self {
        Self { text, at: start, delimiter, is_done: false }
    }
}

impl<'a> Iterator for RawCells<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if self.is_done {
            return None;
        }
        let bytes = self.text.as_bytes();
        let start = self.at;
        let mut end = start;
        if bytes.get(end) == Some(&b'"') {
            end = behind_quote(bytes, end + 1);
        }
        while let Some(byte) = bytes.get(end) {
            if *byte == self.delimiter || matches!(byte, b'\n' | b'\r') {
                break;
            }
            end += 1;
        }
        self.is_done = bytes.get(end) != Some(&self.delimiter);
        self.at = if self.is_done { end } else { end + 1 };
        // Cells begin and end at ASCII marks.
        self.text.get(start..end)
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
