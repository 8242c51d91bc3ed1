//! Numbers and texts in few bytes, for what is kept.
//!
//! A number takes seven bits a byte, the lowest first; a signed one has its sign in the lowest bit,
//! so that small ones are short on both sides of 0. A text is its length and its UTF-8. What is read
//! is never trusted: bytes that end early, or are no text, are `None`.

/// Bytes that are being written.
#[derive(Clone, Debug, Default)]
pub struct Writer(Vec<u8>);

/// Bytes that are being read, from the first.
#[derive(Clone, Debug)]
pub struct Reader<'a>(&'a [u8]);

impl Writer {
    /// Returns a writer that goes on behind these bytes.
    ///
    /// ```
    /// use stockroom_client::bytes::{Reader, Writer};
    /// let mut writer = Writer::behind(vec![7]);
    /// writer.number(300);
    /// writer.signed(-2);
    /// writer.text("THÉ");
    /// let bytes = writer.into_bytes();
    /// let mut reader = Reader::new(&bytes[1..]);
    /// assert_eq!((reader.number(), reader.signed(), reader.text()), (Some(300), Some(-2), Some("THÉ")));
    /// ```
    pub fn behind(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Returns what was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Writes one byte as it is.
    pub fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    /// Writes a number.
    #[expect(clippy::cast_possible_truncation, reason = "seven bits and then the rest")]
    pub fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    /// Writes how many there are of something, or where it is.
    pub fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    /// Writes a number that may be below 0.
    pub fn signed(&mut self, number: i64) {
        self.number(((number << 1) ^ (number >> 63)).cast_unsigned());
    }

    /// Writes a text.
    pub fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    /// Writes a number where there is one.
    pub fn maybe_number(&mut self, number: Option<u64>) {
        self.byte(number.is_some().into());
        if let Some(number) = number {
            self.number(number);
        }
    }

    /// Writes a text where there is one.
    pub fn maybe_text(&mut self, text: Option<&str>) {
        self.byte(text.is_some().into());
        if let Some(text) = text {
            self.text(text);
        }
    }
}

impl<'a> Reader<'a> {
    /// Returns a reader of these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Tells whether everything has been read.
    pub fn is_done(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads one byte.
    pub fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    /// Reads a number.
    pub fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return None;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// Reads how many there are of something; never more than there are bytes left, so that it can be
    /// made room for.
    pub fn count(&mut self) -> Option<usize> {
        self.place().filter(|count| *count <= self.0.len())
    }

    /// Reads where something is.
    pub fn place(&mut self) -> Option<usize> {
        self.number()?.try_into().ok()
    }

    /// Reads a number that fits into 32 bits.
    pub fn short(&mut self) -> Option<u32> {
        self.number()?.try_into().ok()
    }

    /// Reads a number that may be below 0.
    pub fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// Reads a text.
    pub fn text(&mut self) -> Option<&'a str> {
        let length = self.count()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }

    /// Reads a number where there is one.
    pub fn maybe_number(&mut self) -> Option<Option<u64>> {
        match self.byte()? {
            0 => Some(None),
            1 => self.number().map(Some),
            _ => None,
        }
    }

    /// Reads a text where there is one.
    pub fn maybe_text(&mut self) -> Option<Option<&'a str>> {
        match self.byte()? {
            0 => Some(None),
            1 => self.text().map(Some),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_comes_back_and_small_ones_are_short() {
        for number in [0, 1, 127, 128, 16_383, 16_384, u64::from(u32::MAX), u64::MAX - 1, u64::MAX]
        {
            let mut writer = Writer::default();
            writer.number(number);
            writer.signed(number.cast_signed());
            writer.maybe_number(Some(number));
            writer.maybe_number(None);
            let bytes = writer.into_bytes();
            let mut reader = Reader::new(&bytes);
            assert_eq!(reader.number(), Some(number));
            assert_eq!(reader.signed(), Some(number.cast_signed()));
            assert_eq!(
                (reader.maybe_number(), reader.maybe_number()),
                (Some(Some(number)), Some(None))
            );
            assert!(reader.is_done());
        }
        let length = |number| {
            let mut writer = Writer::default();
            writer.signed(number);
            writer.into_bytes().len()
        };
        assert_eq!([-64, 63, 64, i64::MIN, i64::MAX].map(length), [1, 1, 2, 10, 10]);
    }

    #[test]
    fn what_ends_early_or_is_no_text_is_nothing() {
        let mut writer = Writer::default();
        writer.maybe_text(Some("RIZ"));
        let bytes = writer.into_bytes();
        for length in 0..bytes.len() {
            assert_eq!(Reader::new(&bytes[..length]).maybe_text(), None);
        }
        assert_eq!(Reader::new(&[2, 0xff, 0xfe]).text(), None);
        assert_eq!(Reader::new(&[0x80; 10]).number(), None);
        assert_eq!(
            Reader::new(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]).number(),
            None
        );
        assert_eq!(
            Reader::new(&[200, 1, 0]).count(),
            None,
            "no room is made for what is not there"
        );
        assert_eq!(Reader::new(&[2, 1]).maybe_number(), None);
    }
}
