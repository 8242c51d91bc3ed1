//! What can be told of a file before its cells are read: what it is, and its delimiter.

use super::{MAX_BYTES, Remark};
use crate::code::Code;

/// The character between the cells of a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Delimiter {
    /// `,`
    #[default]
    Comma,
    /// `;`
    Semicolon,
    /// The tabulator, which spreadsheets put on the clipboard.
    Tab,
    /// `|`
    Pipe,
}

impl Delimiter {
    /// Every delimiter, the likelier first.
    pub const ALL: [Self; 4] = [Self::Comma, Self::Semicolon, Self::Tab, Self::Pipe];

    /// Returns the delimiter's byte.
    pub fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }

    /// Returns the delimiter that a text names: the character itself, or `tab`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "tab" | "\\t" => Some(Self::Tab),
            _ => Self::ALL.into_iter().find(|d| name.as_bytes() == [d.byte()]),
        }
    }
}

/// How many records, and how many bytes, the delimiter is judged by.
const SAMPLE_RECORDS: usize = 64;
pub(super) const SAMPLE_BYTES: usize = 64 * 1024;

/// Returns why bytes cannot be read as text, if so.
pub(super) fn refuse(bytes: &[u8]) -> Option<Remark> {
    let remark = |code, text: String| Some(Remark { line: 0, column: None, code, text });
    if bytes.len() as u64 > MAX_BYTES {
        return remark(Code::TooLarge, bytes.len().to_string());
    }
    if bytes.is_empty() {
        return remark(Code::EmptyFile, String::new());
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return remark(Code::Workbook, String::new());
    }
    has_picture_magic(bytes).then(|| binary(bytes)).flatten()
}

/// Returns why characters are no text: nothing but a program writes zeros.
pub(super) fn binary(text: &[u8]) -> Option<Remark> {
    let zero = memchr::memchr(0, text);
    let is_binary = zero.is_some() || has_picture_magic(text);
    is_binary.then(|| Remark { line: 0, column: None, code: Code::Binary, text: String::new() })
}

fn has_picture_magic(bytes: &[u8]) -> bool {
    [&b"\x89PNG"[..], b"\xff\xd8\xff", b"GIF8", b"%PDF-", b"\x1f\x8b"]
        .iter()
        .any(|magic| bytes.starts_with(magic))
}

/// Returns the length of a first line `sep=;`, its end included, and what it says.
pub(super) fn sep_directive(bytes: &[u8]) -> Option<(usize, Delimiter)> {
    let end = memchr::memchr2(b'\n', b'\r', bytes).unwrap_or(bytes.len());
    let line = std::str::from_utf8(bytes.get(..end)?).ok()?;
    let said = line.trim_matches('"');
    let name = said.get(4..).filter(|_| said[..4].eq_ignore_ascii_case("sep="))?;
    let len = if bytes[end..].starts_with(b"\r\n") { end + 2 } else { end + 1 };
    Some((len.min(bytes.len()), Delimiter::from_name(name)?))
}

/// Returns the delimiter that gives the most consistent number of cells.
pub(super) fn delimiter(bytes: &[u8]) -> Delimiter {
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
    let mut best = (0, 0, Delimiter::Comma);
    for delimiter in Delimiter::ALL {
        let (share, columns) = consistency(sample, delimiter, sample.len() < bytes.len());
        if (share, columns) > (best.0, best.1) {
            best = (share, columns, delimiter);
        }
    }
    best.2
}

/// Returns how many of a thousand records have the commonest number of cells, and that number;
/// nothing where that is a single cell.
fn consistency(sample: &[u8], delimiter: Delimiter, cut: bool) -> (usize, u32) {
    let scanned = super::scan::scan(sample, 0, 1, delimiter, &mut |_| {});
    let mut records = scanned.starts.len();
    if cut && records > 1 {
        records -= 1;
    }
    // At most 64 records: counting each against all is nothing, and sorting would be much code.
    let records = records.min(SAMPLE_RECORDS);
    let widths = || (0..records).map(|record| scanned.widths.width(record));
    let count = |width: u32| widths().filter(|other| *other == width).count();
    match widths().map(|width| (count(width), width)).max() {
        Some((count, width)) if width > 1 => (count * 1000 / records, width),
        _ => (0, 0),
    }
}
