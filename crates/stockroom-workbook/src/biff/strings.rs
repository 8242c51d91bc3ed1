//! How long the shared strings of an old workbook are.
//!
//! A cell names its string by number, and the reader copies it for each. A string of 64 KB that a
//! million cells name would be more than any memory.

use super::{broken, u16_at, u32_at};
use crate::WorkbookFault;

/// The pieces of a table of strings: its record, and those that continue it.
#[derive(Debug, Default)]
pub(super) struct Strings<'a> {
    pieces: Vec<&'a [u8]>,
}

/// Where reading stands.
struct Place<'a> {
    data: &'a [u8],
    rest: std::slice::Iter<'a, &'a [u8]>,
}

impl<'a> Strings<'a> {
    pub(super) fn add(&mut self, piece: &'a [u8]) {
        self.pieces.push(piece);
    }

    /// Returns the length of each string, in UTF-16 units.
    pub(super) fn lengths(&self) -> Result<Vec<u16>, WorkbookFault> {
        let mut rest = self.pieces.iter();
        let Some(first) = rest.next() else {
            return Ok(Vec::new());
        };
        let data = first.get(8..).ok_or_else(|| broken("strings"))?;
        let mut place = Place { data, rest };
        let mut lengths = Vec::new();
        while !place.data.is_empty() || place.go_on() {
            lengths.push(place.read_string()?);
        }
        Ok(lengths)
    }
}

impl Place<'_> {
    /// Goes to the next piece.
    fn go_on(&mut self) -> bool {
        self.rest.next().is_some_and(|next| {
            self.data = next;
            true
        })
    }

    fn read_string(&mut self) -> Result<u16, WorkbookFault> {
        if self.data.is_empty() {
            return Ok(0);
        }
        let units = u16_at(self.data, 0)?;
        let flags = *self.data.get(2).ok_or_else(|| broken("string"))?;
        self.data = &self.data[3..];
        let runs = if flags & 8 == 0 { 0 } else { usize::from(self.take_u16()?) * 4 };
        let more = if flags & 4 == 0 { 0 } else { self.take_u32()? as usize };
        self.skip_units(usize::from(units), flags & 1 != 0)?;
        self.skip(runs)?;
        self.skip(more)?;
        Ok(units)
    }

    /// Skips characters; each piece says anew how wide they are.
    fn skip_units(&mut self, mut units: usize, mut wide: bool) -> Result<(), WorkbookFault> {
        loop {
            let width = if wide { 2 } else { 1 };
            let here = units.min(self.data.len() / width);
            self.data = &self.data[here * width..];
            units -= here;
            if units == 0 {
                return Ok(());
            }
            let flags = if self.go_on() { self.data.split_first() } else { None };
            let (flags, rest) = flags.ok_or_else(|| broken("string"))?;
            (wide, self.data) = (flags & 1 != 0, rest);
        }
    }

    fn skip(&mut self, mut len: usize) -> Result<(), WorkbookFault> {
        while len > 0 {
            if self.data.is_empty() && !self.go_on() {
                return Err(broken("string"));
            }
            let here = len.min(self.data.len());
            self.data = &self.data[here..];
            len -= here;
        }
        Ok(())
    }

    fn take_u16(&mut self) -> Result<u16, WorkbookFault> {
        let number = u16_at(self.data, 0)?;
        self.data = &self.data[2..];
        Ok(number)
    }

    fn take_u32(&mut self) -> Result<u32, WorkbookFault> {
        let number = u32_at(self.data, 0)?;
        self.data = &self.data[4..];
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_goes_on_in_the_next_piece() {
        let mut strings = Strings::default();
        strings.add(b"\0\0\0\0\0\0\0\0\x02\0\0ab\x03\0\x01a\0");
        strings.add(b"\0bc\x01\0\x08\x01\0zrrrr");
        assert_eq!(strings.lengths().unwrap(), [2, 3, 1]);
    }

    #[test]
    fn a_string_that_does_not_end_is_broken() {
        let mut strings = Strings::default();
        strings.add(b"\0\0\0\0\0\0\0\0\x09\0\0ab");
        assert_eq!(strings.lengths().unwrap_err().as_str(), "workbook_damaged");
    }
}
