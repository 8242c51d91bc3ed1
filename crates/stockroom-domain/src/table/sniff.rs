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
const SAMPLE_BYTES: usize = 64 * 1024;

/// Returns why a file cannot be read as text, if so.
pub(super) fn refuse(bytes: &[u8]) -> Option<Remark> {
    let remark = |line, code, text: String| Some(Remark { line, column: None, code, text });
    if bytes.len() as u64 > MAX_BYTES {
        return remark(0, Code::TooLarge, bytes.len().to_string());
    }
    if bytes.is_empty() {
        return remark(0, Code::EmptyFile, String::new());
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return remark(1, Code::NotUtf8, "UTF-16".to_owned());
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return remark(0, Code::Workbook, String::new());
    }
    if memchr::memchr(0, bytes).is_some() || has_picture_magic(bytes) {
        return remark(0, Code::Binary, String::new());
    }
    let fault = std::str::from_utf8(bytes).err()?;
    let before = &bytes[..fault.valid_up_to()];
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    remark(u32::try_from(line).unwrap_or(u32::MAX), Code::NotUtf8, String::new())
}

fn has_picture_magic(bytes: &[u8]) -> bool {
    [&b"\x89PNG"[..], b"\xff\xd8\xff", b"GIF8", b"%PDF-", b"\x1f\x8b"]
        .iter()
        .any(|magic| bytes.starts_with(magic))
}

/// Returns the length of the byte order mark.
pub(super) fn bom(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }
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
        let (share, columns) = consistency(sample, delimiter.byte(), sample.len() < bytes.len());
        if (share, columns) > (best.0, best.1) {
            best = (share, columns, delimiter);
        }
    }
    best.2
}

/// Returns how many of a thousand records have the commonest number of cells, and that number;
/// nothing where that is a single cell.
fn consistency(sample: &[u8], delimiter: u8, cut: bool) -> (usize, u32) {
    let mut scanned = super::scan::scan(sample, 0, 1, delimiter);
    if cut && scanned.records.len() > 1 {
        scanned.records.pop();
    }
    scanned.records.truncate(SAMPLE_RECORDS);
    // At most 64 records: counting each against all is nothing, and sorting would be much code.
    let records = &scanned.records;
    let count = |len: u32| records.iter().filter(|record| record.len == len).count();
    let lens = records.iter().map(|record| (count(record.len), record.len));
    match lens.max() {
        Some((count, len)) if len > 1 => (count * 1000 / records.len(), len),
        _ => (0, 0),
    }
}
