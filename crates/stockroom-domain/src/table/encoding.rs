//! How a file's bytes become characters, and characters its bytes again.
//!
//! A byte order mark decides; else strict UTF-8; else a guess that is named as one. The tables
//! are our own, so that browser, terminal and server read the same, and a file can go back in the
//! encoding it came in.

mod tables;

use tables::Table;

/// An encoding of text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Encoding {
    /// UTF-8.
    #[default]
    Utf8,
    /// UTF-16, the low byte first.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
    /// Western Europe, as Windows writes it.
    Windows1252,
    /// Arabic, as Windows writes it.
    Windows1256,
    /// Western Europe, as the Macintosh wrote it.
    MacRoman,
    /// Western Europe, with the euro sign.
    Iso8859_15,
    /// Arabic, by ISO.
    Iso8859_6,
    /// Central Europe, as Windows writes it.
    Windows1250,
    /// Cyrillic, as Windows writes it.
    Windows1251,
    /// Turkish, as Windows writes it.
    Windows1254,
}

/// A text, and how it was found in the bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Decoded {
    /// The text in UTF-8.
    pub(super) text: Vec<u8>,
    pub(super) encoding: Encoding,
    pub(super) has_bom: bool,
    /// The first place, in the bytes, that is not UTF-8, where neither a mark nor the merchant
    /// said what else it is.
    pub(super) guessed_at: Option<usize>,
    /// How many characters could not be read.
    pub(super) broken: usize,
}

impl Encoding {
    /// Every encoding, in the order in which a merchant is offered them.
    pub const ALL: [Self; 11] = [
        Self::Utf8,
        Self::Windows1252,
        Self::Windows1256,
        Self::MacRoman,
        Self::Utf16Le,
        Self::Utf16Be,
        Self::Iso8859_15,
        Self::Iso8859_6,
        Self::Windows1250,
        Self::Windows1251,
        Self::Windows1254,
    ];

    /// Returns the encoding's name, as the web's standards write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1252 => "windows-1252",
            Self::Windows1256 => "windows-1256",
            Self::MacRoman => "macintosh",
            Self::Iso8859_15 => "iso-8859-15",
            Self::Iso8859_6 => "iso-8859-6",
            Self::Windows1250 => "windows-1250",
            Self::Windows1251 => "windows-1251",
            Self::Windows1254 => "windows-1254",
        }
    }

    /// Returns the encoding of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|encoding| encoding.as_str().eq_ignore_ascii_case(name))
    }

    /// Returns `text` in this encoding; `None` where it has a character that cannot be written.
    ///
    /// ```
    /// use stockroom_domain::table::Encoding;
    /// assert_eq!(Encoding::Windows1252.encode("Thé"), Some(b"Th\xe9".to_vec()));
    /// assert_eq!(Encoding::Windows1252.encode("شاي"), None);
    /// ```
    pub fn encode(self, text: &str) -> Option<Vec<u8>> {
        let units = |to_bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to_bytes).collect();
        match self {
            Self::Utf8 => Some(text.as_bytes().to_vec()),
            Self::Utf16Le => Some(units(u16::to_le_bytes)),
            Self::Utf16Be => Some(units(u16::to_be_bytes)),
            _ => text.chars().map(|c| self.byte_of(c)).collect(),
        }
    }

    /// Returns the mark that a file of this encoding may begin with.
    pub fn bom(self) -> &'static [u8] {
        match self {
            Self::Utf8 => b"\xef\xbb\xbf",
            Self::Utf16Le => b"\xff\xfe",
            Self::Utf16Be => b"\xfe\xff",
            _ => b"",
        }
    }

    fn table(self) -> Option<&'static Table> {
        Some(match self {
            Self::Utf8 | Self::Utf16Le | Self::Utf16Be => return None,
            Self::Windows1252 => &tables::WINDOWS_1252,
            Self::Windows1256 => &tables::WINDOWS_1256,
            Self::MacRoman => &tables::MAC_ROMAN,
            Self::Iso8859_15 => &tables::ISO_8859_15,
            Self::Iso8859_6 => &tables::ISO_8859_6,
            Self::Windows1250 => &tables::WINDOWS_1250,
            Self::Windows1251 => &tables::WINDOWS_1251,
            Self::Windows1254 => &tables::WINDOWS_1254,
        })
    }

    fn byte_of(self, c: char) -> Option<u8> {
        if c.is_ascii() {
            return u8::try_from(c).ok();
        }
        let at = self.table()?.iter().position(|unit| u32::from(*unit) == u32::from(c))?;
        u8::try_from(at + 0x80).ok()
    }
}

/// Reads bytes as text; `said` is the merchant's word for the encoding.
pub(super) fn decode(bytes: Vec<u8>, said: Option<Encoding>) -> Decoded {
    let marked = mark_of(&bytes);
    let encoding = said.or(marked).or_else(|| unmarked_utf16(&bytes));
    let skip = match (encoding, marked) {
        (Some(encoding), Some(marked)) if encoding == marked => all_marks(&bytes, marked.bom()),
        _ => 0,
    };
    let is_guess = encoding.is_none();
    let (encoding, guessed_at) = match encoding {
        Some(encoding) => (encoding, None),
        None => guess(&bytes),
    };
    let is_checked = is_guess && guessed_at.is_none();
    let (text, broken) = match encoding.table() {
        Some(table) => single_bytes(&bytes[skip..], table),
        // The guess has looked at every byte already.
        None if is_checked => (bytes, 0),
        None if encoding == Encoding::Utf8 => utf8(bytes, skip),
        None => utf16(&bytes[skip..], encoding == Encoding::Utf16Be),
    };
    Decoded { text, encoding, has_bom: skip > 0, guessed_at, broken }
}

/// Returns the encoding whose mark bytes begin with.
pub(super) fn mark_of(bytes: &[u8]) -> Option<Encoding> {
    let marked = [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be];
    marked.into_iter().find(|encoding| bytes.starts_with(encoding.bom()))
}

/// Returns the length of the marks that a file begins with: joined files may have several.
pub(super) fn all_marks(bytes: &[u8], mark: &[u8]) -> usize {
    bytes.chunks_exact(mark.len()).take_while(|chunk| *chunk == mark).count() * mark.len()
}

/// Returns the encoding of bytes that nothing names, and the first place that is not UTF-8.
///
/// A text with many characters of UTF-8 and few faults was UTF-8 before something broke it.
fn guess(bytes: &[u8]) -> (Encoding, Option<usize>) {
    let Err(fault) = simdutf8::compat::from_utf8(bytes) else { return (Encoding::Utf8, None) };
    let first = fault.valid_up_to();
    let (mut faults, mut characters) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        faults += usize::from(!chunk.invalid().is_empty());
        characters += chunk.valid().bytes().filter(|byte| *byte >= 0xc0).count();
    }
    let is_utf8 = characters > faults.saturating_mul(4);
    (if is_utf8 { Encoding::Utf8 } else { Encoding::Windows1252 }, Some(first))
}

/// Tells UTF-16 without a mark by the zeros that plain letters leave in every other byte.
pub(super) fn unmarked_utf16(bytes: &[u8]) -> Option<Encoding> {
    let sample = bytes.get(..bytes.len().min(512) & !1).filter(|sample| sample.len() >= 8)?;
    let pairs = sample.len() / 2;
    let zeros = |at: usize| sample.iter().skip(at).step_by(2).filter(|byte| **byte == 0).count();
    let (high_first, low_first) = (zeros(0), zeros(1));
    if low_first * 3 > pairs && high_first == 0 {
        return Some(Encoding::Utf16Le);
    }
    (high_first * 3 > pairs && low_first == 0).then_some(Encoding::Utf16Be)
}

fn utf8(mut bytes: Vec<u8>, skip: usize) -> (Vec<u8>, usize) {
    bytes.drain(..skip);
    if simdutf8::basic::from_utf8(&bytes).is_ok() {
        return (bytes, 0);
    }
    let broken = bytes.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count();
    (String::from_utf8_lossy(&bytes).into_owned().into_bytes(), broken)
}

fn utf16(bytes: &[u8], is_big_endian: bool) -> (Vec<u8>, usize) {
    let mut broken = bytes.len() % 2;
    let read = if is_big_endian { u16::from_be_bytes } else { u16::from_le_bytes };
    let units = bytes.chunks_exact(2).map(|pair| read([pair[0], pair[1]]));
    let mut text = String::with_capacity(bytes.len() / 2);
    for character in char::decode_utf16(units) {
        broken += usize::from(character.is_err());
        text.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    if bytes.len() % 2 == 1 {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    (text.into_bytes(), broken)
}

fn single_bytes(bytes: &[u8], table: &Table) -> (Vec<u8>, usize) {
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 16);
    let mut broken = 0;
    let mut rest = bytes;
    while !rest.is_empty() {
        let plain = rest.iter().position(|byte| *byte >= 0x80).unwrap_or(rest.len());
        // Bytes below 0x80 are text, so nothing is lost here.
        text.push_str(std::str::from_utf8(&rest[..plain]).unwrap_or(""));
        rest = &rest[plain..];
        let Some((byte, after)) = rest.split_first() else { break };
        let unit = u32::from(table[usize::from(byte & 0x7f)]);
        let character = char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER);
        broken += usize::from(character == char::REPLACEMENT_CHARACTER);
        text.push(character);
        rest = after;
    }
    (text.into_bytes(), broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_what_the_standard_says() {
        let bytes: Vec<u8> = (0..=255).collect();
        for encoding in Encoding::ALL.into_iter().filter(|encoding| encoding.table().is_some()) {
            let oracle = encoding_rs::Encoding::for_label(encoding.as_str().as_bytes()).unwrap();
            let wanted = oracle.decode_without_bom_handling(&bytes).0;
            let decoded = decode(bytes.clone(), Some(encoding));
            let text = String::from_utf8(decoded.text).unwrap();
            assert_eq!(text, wanted, "{}", encoding.as_str());
            if decoded.broken == 0 {
                assert_eq!(encoding.encode(&text), Some(bytes.clone()));
            }
        }
    }

    #[test]
    fn marks_and_zeros_decide_before_the_guess() {
        let check = |bytes: &[u8], encoding, text: &str| {
            let decoded = decode(bytes.to_vec(), None);
            assert_eq!((decoded.encoding, &*decoded.text), (encoding, text.as_bytes()));
            decoded
        };
        assert!(check(b"\xef\xbb\xbfa", Encoding::Utf8, "a").has_bom);
        assert!(check(b"\xff\xfea\0\xe9\0", Encoding::Utf16Le, "aé").has_bom);
        assert!(check(b"\xfe\xff\0a\x06\x27", Encoding::Utf16Be, "aا").has_bom);
        assert!(!check(b"s\0k\0u\0,\0q\0", Encoding::Utf16Le, "sku,q").has_bom);
        assert_eq!(check(b"\0s\0k\0u\0,\0q", Encoding::Utf16Be, "sku,q").guessed_at, None);
        assert_eq!(check(b"Th\xe9", Encoding::Windows1252, "Thé").guessed_at, Some(2));
        assert_eq!(check("Thé".as_bytes(), Encoding::Utf8, "Thé").guessed_at, None);
        let broken = ["été café théière ".as_bytes(), b"\xff"].concat();
        let decoded = decode(broken, None);
        assert_eq!((decoded.encoding, decoded.broken), (Encoding::Utf8, 1));
        let odd = decode(b"\xff\xfea\0b".to_vec(), None);
        assert_eq!((&*odd.text, odd.broken), ("a\u{fffd}".as_bytes(), 1));
    }
}
