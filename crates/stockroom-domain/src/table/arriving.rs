//! A table whose bytes arrive piece by piece: what can be done with a piece is done while the next
//! one is on its way.
//!
//! Nearly every file is UTF-8 without zeros. For such, checking and finding records keep pace with
//! the bytes, and little is left to do after the last. Any other file is read when it is whole.

use memchr::memchr;

use super::encoding::{Encoding, all_marks, mark_of, unmarked_utf16};
use super::scan::Scan;
use super::{Extent, ReadOptions, Table, sniff};

/// Bytes on their way to a [`Table`].
#[derive(Debug, Default)]
pub struct Arriving {
    options: ReadOptions,
    /// How many bytes there will be, as far as that is known.
    size: usize,
    bytes: Vec<u8>,
    pace: Pace,
}

/// How far the work on the bytes is.
#[derive(Debug, Default)]
enum Pace {
    /// Too few have arrived to tell what they are.
    #[default]
    Waiting,
    /// They are UTF-8 so far.
    Keeping(Box<Ahead>),
    /// They are read when all have arrived.
    Behind,
}

/// What is known of the bytes so far, which are UTF-8 without a mark.
#[derive(Debug)]
struct Ahead {
    mark: usize,
    /// So many bytes are known to be text.
    checked: usize,
    scan: Scan,
    /// A record that goes on is looked at again when so many bytes have arrived.
    look_again: usize,
}

impl Arriving {
    /// Returns a table of nothing yet, of a file of `size` bytes.
    pub fn new(options: ReadOptions, size: usize) -> Self {
        let bytes = Vec::with_capacity(size);
        let is_text = options.encoding.is_none_or(|encoding| encoding == Encoding::Utf8);
        let pace = if is_text { Pace::Waiting } else { Pace::Behind };
        Self { options, size, bytes, pace }
    }

    /// Takes `len` more bytes, which `fill` writes.
    pub fn take(&mut self, len: usize, fill: impl FnOnce(&mut [u8])) {
        let start = self.bytes.len();
        self.bytes.resize(start + len, 0);
        fill(&mut self.bytes[start..]);
        if matches!(self.pace, Pace::Waiting) && self.bytes.len() > sniff::SAMPLE_BYTES {
            self.pace = self.begin();
        }
        self.go_on(false);
    }

    /// Returns the bytes so far, without the mark that they may have begun with.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns how many bytes have arrived.
    pub fn len(&self) -> usize {
        self.bytes.len() + self.mark()
    }

    /// Tells whether none have.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the table, now that all bytes have arrived; `told` hears now and then how many of
    /// them have been passed, where they were not passed while they arrived.
    pub fn finish(mut self, told: &mut dyn FnMut(usize)) -> Table {
        self.go_on(true);
        let is_text = |ahead: &Ahead| ahead.checked == self.bytes.len();
        if matches!(&self.pace, Pace::Keeping(ahead) if !is_text(ahead)) {
            self.fall_behind();
        }
        match self.pace {
            Pace::Keeping(ahead) => {
                let mut table = Table { header: self.options.header, ..Table::default() };
                table.has_bom = ahead.mark > 0;
                table.text = self.bytes;
                table.delimiter = ahead.scan.delimiter();
                table.records = ahead.scan.into_scanned();
                table.remark_on_shape();
                table
            }
            _ => Table::read_telling(self.bytes, self.options, Extent::Whole, told),
        }
    }

    fn mark(&self) -> usize {
        if let Pace::Keeping(ahead) = &self.pace { ahead.mark } else { 0 }
    }

    /// Tells by the first bytes whether their text can be read as it arrives.
    fn begin(&mut self) -> Pace {
        let mark = mark_of(&self.bytes);
        let is_utf8 = match mark {
            Some(mark) => mark == Encoding::Utf8,
            None => self.options.encoding.is_some() || unmarked_utf16(&self.bytes).is_none(),
        };
        let is_refused =
            sniff::refuse(&self.bytes).is_some() || self.size as u64 > super::MAX_BYTES;
        if !is_utf8 || is_refused {
            return Pace::Behind;
        }
        let mark = mark.map_or(0, |mark| all_marks(&self.bytes, mark.bom()));
        self.bytes.drain(..mark);
        let Some(scan) = self.begin_scan() else {
            self.put_back(mark);
            return Pace::Behind;
        };
        Pace::Keeping(Box::new(Ahead { mark, checked: 0, scan, look_again: 0 }))
    }

    /// Returns a scan of the bytes where the first of them tell how they are to be read.
    fn begin_scan(&self) -> Option<Scan> {
        if sniff::binary(&self.bytes).is_some() {
            return None;
        }
        let directive = sniff::sep_directive(&self.bytes);
        let (start, said) = directive.map_or((0, None), |(len, said)| (len, Some(said)));
        let rest = &self.bytes[start..];
        // What is no longer than the sample might be judged otherwise as a whole.
        if rest.len() <= sniff::SAMPLE_BYTES || memchr(b'\n', rest).is_none() {
            return None;
        }
        let delimiter = self.options.delimiter.or(said).unwrap_or_else(|| sniff::delimiter(rest));
        let line = if start > 0 { 2 } else { 1 };
        Some(Scan::new(start, line, delimiter, self.size))
    }

    /// Checks what has arrived and finds the records that have ended.
    fn go_on(&mut self, is_end: bool) {
        let Pace::Keeping(ahead) = &mut self.pace else { return };
        let new = &self.bytes[ahead.checked..];
        let valid = match simdutf8::compat::from_utf8(new) {
            Ok(_) => Some(new.len()),
            // A character that the end of the piece cuts through.
            Err(fault) if fault.error_len().is_none() => Some(fault.valid_up_to()),
            Err(_) => None,
        };
        match valid.filter(|len| memchr(0, &new[..*len]).is_none()) {
            Some(len) => ahead.checked += len,
            None => return self.fall_behind(),
        }
        let arrived = self.bytes.len();
        if is_end || arrived >= ahead.look_again {
            ahead.scan.go_on(&self.bytes, is_end);
            // Twice as far at least, so that a quote that never closes is not passed for each piece.
            ahead.look_again = arrived + (arrived - ahead.scan.at()) / 2;
        }
    }

    fn fall_behind(&mut self) {
        self.put_back(self.mark());
        self.pace = Pace::Behind;
    }

    /// Puts a mark of so many bytes back where it stood.
    fn put_back(&mut self, mark: usize) {
        self.bytes.splice(0..0, Encoding::Utf8.bom().iter().copied().cycle().take(mark));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::table::Header;

    fn texts() -> impl Strategy<Value = Vec<u8>> {
        let line = select(vec![
            "A,1\n",
            "é;2\r\n",
            "\"a, b\",3\r\n",
            "\"x\ny\";4\n",
            "\n",
            ",,\n",
            "B,\"",
            "ش,5\r",
            "\"\"q,6\n",
        ]);
        let lines = prop::collection::vec(line, 1..30).prop_map(|lines| lines.concat());
        let odd = select(vec![&b""[..], b"", b"", b"\0", b"\xff", b"\xc3", b"\"", b"\r"]);
        let start = select(vec!["", "\u{feff}", "\u{feff}\u{feff}", "sep=;\n", "\u{feff}%PDF-"]);
        (start, lines, odd, any::<prop::sample::Index>()).prop_map(|(start, lines, odd, at)| {
            // Longer than the sample, with something odd somewhere.
            let many = sniff::SAMPLE_BYTES * 2 / lines.len();
            let mut bytes = [start, &lines.repeat(many)].concat().into_bytes();
            let at = at.index(bytes.len() + 1);
            bytes.splice(at..at, odd.iter().copied());
            bytes
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn however_it_arrives_it_is_the_same_table(
            bytes in texts(),
            piece in 1_000_usize..200_000,
            has_header in any::<bool>(),
            encoding in select(vec![None, None, Some(Encoding::Utf8), Some(Encoding::MacRoman)]),
        ) {
            let header = if has_header { Header::First } else { Header::None };
            let options = ReadOptions { header, encoding, ..ReadOptions::default() };
            let whole = Table::read(bytes.clone(), options);
            let mut arriving = Arriving::new(options, bytes.len());
            for piece in bytes.chunks(piece) {
                arriving.take(piece.len(), |slot| slot.copy_from_slice(piece));
            }
            prop_assert_eq!(arriving.len(), bytes.len());
            prop_assert_eq!(arriving.finish(&mut |_| {}), whole);
        }
    }

    #[test]
    fn what_is_not_that_long_is_read_when_it_is_whole() {
        for bytes in [&b""[..], b"a,b\n1,2", b"\xef\xbb\xbfa\n\xe9"] {
            let mut arriving = Arriving::new(ReadOptions::default(), bytes.len());
            for byte in bytes {
                arriving.take(1, |slot| slot[0] = *byte);
            }
            let whole = Table::read(bytes.to_vec(), ReadOptions::default());
            assert_eq!(arriving.finish(&mut |_| {}), whole);
        }
    }
}
