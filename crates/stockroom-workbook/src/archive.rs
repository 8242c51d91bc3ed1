//! Zipped workbooks: looked through before anything in them is read.
//!
//! The readers of workbooks unpack by themselves and believe what an archive says of its sizes.
//! So the sizes are checked first, then every file inside is unpacked once into nothing, and no
//! further than it says. What the readers unpack afterwards is the same, by the same code.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use crate::{Limits, Measure, WorkbookFault};

/// What a zipped workbook is, by what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Xlsx,
    Xlsb,
    Ods,
}

/// Checks an archive and returns what it is.
pub(crate) fn check(bytes: &[u8], limits: Limits) -> Result<Kind, WorkbookFault> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(fault)?;
    WorkbookFault::check(Measure::Entries, archive.len() as u64, limits.entries)?;
    check_declared(&mut archive, limits)?;
    let kind = kind(&archive)?;
    for index in 0..archive.len() {
        unpack(&mut archive.by_index(index).map_err(fault)?)?;
    }
    Ok(kind)
}

/// Returns the fault of an archive that cannot be read.
pub(crate) fn fault(error: ZipError) -> WorkbookFault {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => WorkbookFault::Encrypted,
        error => WorkbookFault::damaged(error),
    }
}

fn check_declared(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    limits: Limits,
) -> Result<(), WorkbookFault> {
    let mut total = 0_u64;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(fault)?;
        let (packed, unpacked) = (entry.compressed_size(), entry.size());
        if unpacked > limits.small && unpacked / limits.ratio > packed {
            return Err(bomb(&entry, unpacked));
        }
        total = total.saturating_add(unpacked);
    }
    WorkbookFault::check(Measure::Unpacked, total, limits.unpacked)
}

fn kind(archive: &ZipArchive<Cursor<&[u8]>>) -> Result<Kind, WorkbookFault> {
    let has = |wanted: &str| {
        archive.file_names().any(|name| name.is_ok_and(|name| name.eq_ignore_ascii_case(wanted)))
    };
    if has("xl/workbook.bin") {
        Ok(Kind::Xlsb)
    } else if has("[Content_Types].xml") || has("_rels/.rels") {
        Ok(Kind::Xlsx)
    } else if has("content.xml") {
        Ok(Kind::Ods)
    } else {
        Err(WorkbookFault::Unknown)
    }
}

/// Unpacks a file into nothing, and no further than it says.
fn unpack<R: Read>(entry: &mut ZipFile<'_, R>) -> Result<(), WorkbookFault> {
    let declared = entry.size();
    let mut counts = Counts::of(&name_of(entry));
    let mut buffer = vec![0; 64 * 1024];
    let mut unpacked = 0_u64;
    loop {
        let len = match entry.read(&mut buffer) {
            Ok(len) => len,
            // Said in words only; a fixture that lies sees to it that they stay these.
            Err(error) if error.to_string().contains("larger than its declared") => {
                return Err(bomb(entry, declared.saturating_add(1)));
            }
            Err(error) => return Err(WorkbookFault::damaged(error)),
        };
        if len == 0 {
            break;
        }
        unpacked += len as u64;
        if unpacked > declared {
            return Err(bomb(entry, unpacked));
        }
        counts.look_at(&buffer[..len]);
    }
    if unpacked < declared {
        return Err(WorkbookFault::damaged("a file inside is shorter than it says"));
    }
    // Each string takes some bytes of its own: more strings than bytes is a lie.
    if counts.largest > declared {
        return Err(WorkbookFault::damaged("more shared strings than bytes"));
    }
    Ok(())
}

fn name_of<R: Read>(entry: &ZipFile<'_, R>) -> String {
    entry.name().map(std::borrow::Cow::into_owned).unwrap_or_default()
}

fn bomb<R: Read>(entry: &ZipFile<'_, R>, unpacked: u64) -> WorkbookFault {
    WorkbookFault::Bomb { entry: name_of(entry), packed: entry.compressed_size(), unpacked }
}

/// The number of strings that a table of shared strings says it has.
///
/// Its reader makes room for as many before it reads the first.
struct Counts {
    is_strings: bool,
    matched: usize,
    number: Option<u64>,
    largest: u64,
}

const COUNT: &[u8] = b"uniqueCount";

impl Counts {
    fn of(name: &str) -> Self {
        let is_strings = name.to_ascii_lowercase().ends_with("sharedstrings.xml");
        Self { is_strings, matched: 0, number: None, largest: 0 }
    }

    fn look_at(&mut self, bytes: &[u8]) {
        if self.is_strings {
            for byte in bytes {
                self.step(*byte);
            }
        }
    }

    fn step(&mut self, byte: u8) {
        if self.matched < COUNT.len() {
            let goes_on = COUNT[self.matched] == byte;
            self.matched = if goes_on { self.matched + 1 } else { usize::from(byte == COUNT[0]) };
            return;
        }
        match byte {
            b'0'..=b'9' => {
                let digit = u64::from(byte - b'0');
                let number = self.number.unwrap_or(0).saturating_mul(10).saturating_add(digit);
                self.number = Some(number);
                self.largest = self.largest.max(number);
            }
            b'=' | b'"' | b'\'' | b'+' | b' ' | b'\t' | b'\r' | b'\n' if self.number.is_none() => {}
            _ => (self.matched, self.number) = (0, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_strings_is_found_across_pieces() {
        let mut counts = Counts::of("xl/sharedStrings.xml");
        counts.look_at(b"<sst count='7' uniqueuniqueCo");
        counts.look_at(b"unt = \"12");
        counts.look_at(b"34\"><si>");
        assert_eq!(counts.largest, 1234);
    }
}
