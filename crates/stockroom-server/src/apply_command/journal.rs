//! The journal of a run as a file: what a run needs to go on after a crash at any point.
//!
//! The first line names the format. After it come records: length and CRC-32 in hexadecimal, then
//! bytes (`record`), then the end of a line. The first record says what the run is ([`Opening`]), each
//! later one what changed ([`Entry`]). A record is on the disk before what it tells of leaves, so one that is torn
//! at the end tells of nothing that left, and is cut off. The key is in none of them. The file is
//! locked as long as a process drives its run. Read [`Journal::open`] first.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use flate2::Crc;
use stockroom_client::bytes::Writer;
use stockroom_client::run::{Entry, Run};

use super::opening::Opening;
use crate::commands::{CommandError, Ended};
use crate::file_plan::unusable;

mod old;
mod record;

/// The first line.
const FORMAT: &[u8] = b"stockroom journal 2\n";
/// The first line of journals whose records are JSON. A run of one goes on in it.
const OLD_FORMAT: &[u8] = b"stockroom journal 1\n";
/// What the first line of every journal begins with.
const FAMILY: &[u8] = b"stockroom journal ";

/// The length of what stands before a record's bytes: two numbers, each with a space after it.
const PREFIX: usize = 18;

/// A journal that this process alone writes to.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    path: PathBuf,
    /// The bytes that are kept; 0 where no run is in it yet.
    length: u64,
    /// The record that was written last: its room is used again.
    buffer: Vec<u8>,
}

/// A run as its journal tells it.
#[derive(Debug)]
pub(super) struct Kept {
    /// What the run is, the run itself as it is now.
    pub(super) opening: Opening,
}

/// What the bytes of a journal are.
#[derive(Debug, PartialEq, Eq)]
enum Content<'a> {
    /// Nothing, or a beginning that was torn before any record was whole.
    Unbegun,
    /// Whole records, and the number of bytes that they take.
    Records(Vec<&'a [u8]>, usize),
    /// It begins as no journal does.
    Foreign,
    /// It is a journal of a version that is not known here.
    Unknown,
    /// A record in the middle is not what was written, at this byte.
    Damaged(usize),
}

impl Journal {
    /// Opens the journal at `path`, made where it is missing, with the run that it tells of.
    ///
    /// # Errors
    /// [`CommandError`] where it cannot be opened, is driven by another process, or is no journal.
    pub(super) fn open(path: &Path) -> Ended<(Self, Option<Kept>)> {
        let shown = path.display();
        let failed = |error: io::Error| {
            unusable(format!(
                "cannot use the journal {shown}: {error}. Name another place with --journal."
            ))
        };
        let mut file = locked(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        let (records, length) = match content(&bytes) {
            Content::Unbegun => (Vec::new(), 0),
            Content::Records(records, length) => (records, length),
            Content::Foreign => {
                return Err(unusable(format!(
                    "{shown} is no journal of a run, and is left as it is. Name another file with \
                     --journal."
                )));
            }
            Content::Unknown => {
                return Err(unusable(format!(
                    "the journal {shown} was written by a newer version of this program. Go on with \
                     its run with that version, or name another journal with --journal."
                )));
            }
            Content::Damaged(at) => return Err(damaged(path, at)),
        };
        let mut journal = Self { file, path: path.to_owned(), length: 0, buffer: Vec::new() };
        let kept = match records.split_first() {
            Some((first, entries)) => {
                journal.length = length as u64;
                Some(restore(first, entries).ok_or_else(|| damaged(path, FORMAT.len()))?)
            }
            None => None,
        };
        if journal.length < bytes.len() as u64 {
            journal.file.set_len(journal.length).map_err(failed)?;
        }
        Ok((journal, kept))
    }

    /// Returns where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Begins with a run that has not started, in the place of whatever was in it.
    ///
    /// # Errors
    /// [`io::Error`]; nothing may be sent then.
    pub(super) fn begin(&mut self, opening: &Opening) -> io::Result<()> {
        self.file.set_len(0)?;
        self.length = 0;
        let mut bytes = FORMAT.to_vec();
        add_record(&mut bytes, |writer| record::write_opening(opening, writer));
        self.write(&bytes)?;
        // The file's name, too, must outlast a failure of the machine.
        sync_folder(&self.path)
    }

    /// Adds what changed; it is on the disk when this returns.
    ///
    /// # Errors
    /// [`io::Error`]; what the entries tell of must not be sent then.
    pub(super) fn append(&mut self, entries: &[Entry]) -> io::Result<()> {
        let mut bytes = std::mem::take(&mut self.buffer);
        bytes.clear();
        // One record, so that it is torn as a whole or not at all.
        add_record(&mut bytes, |writer| {
            for entry in entries {
                entry.write(writer);
            }
        });
        let written = self.write(&bytes);
        self.buffer = bytes;
        written
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.length))?;
        self.file.write_all(bytes)?;
        self.file.sync_data()?;
        self.length += bytes.len() as u64;
        Ok(())
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        if self.length == 0 {
            // No run came of it. What cannot be removed is an empty file, and harmless.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Opens and locks the file at `path`.
fn locked(path: &Path) -> Ended<File> {
    let shown = path.display();
    loop {
        let opened =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let file = opened.map_err(|error| {
            unusable(format!(
                "cannot open the journal {shown}: {error}. Name another place with --journal."
            ))
        })?;
        match file.try_lock() {
            Ok(()) if is_at(&file, path) => return Ok(file),
            // It was removed by the process that had it before.
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(unusable(format!(
                    "another process drives the run of {shown}. Wait until it has ended."
                )));
            }
            Err(TryLockError::Error(error)) => {
                return Err(unusable(format!(
                    "cannot lock the journal {shown}: {error}. Name a place on a local disk with \
                     --journal."
                )));
            }
        }
    }
}

/// Tells whether `path` still names this file.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let (Ok(held), Ok(named)) = (file.metadata(), fs::metadata(path)) else { return false };
    (held.dev(), held.ino()) == (named.dev(), named.ino())
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

fn damaged(path: &Path, at: usize) -> CommandError {
    unusable(format!(
        "the journal {} is damaged at byte {at}: what its run has done can no longer be told. \
         Compare the stock with what was wanted, then remove it or name another with --journal.",
        path.display()
    ))
}

fn restore(first: &[u8], records: &[&[u8]]) -> Option<Kept> {
    let mut opening = record::read_opening(first)?;
    let mut entries = Vec::new();
    for record in records {
        record::read_entries(record, &mut entries)?;
    }
    opening.run = Run::restore(opening.run, entries);
    Some(Kept { opening })
}

/// Adds a record of what is written to the bytes.
fn add_record(bytes: &mut Vec<u8>, write: impl FnOnce(&mut Writer)) {
    let begin = bytes.len();
    bytes.resize(begin + PREFIX, b' ');
    let mut writer = Writer::behind(std::mem::take(bytes));
    write(&mut writer);
    *bytes = writer.into_bytes();
    let record = &bytes[begin + PREFIX..];
    let prefix = format!("{:08x} {:08x} ", record.len(), checksum(record));
    bytes[begin..begin + PREFIX].copy_from_slice(prefix.as_bytes());
    bytes.push(b'\n');
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// Returns what the bytes of a journal are.
fn content(bytes: &[u8]) -> Content<'_> {
    let format = bytes.strip_prefix(FORMAT).or_else(|| bytes.strip_prefix(OLD_FORMAT));
    let Some(mut rest) = format else {
        return match bytes.starts_with(FAMILY) {
            _ if FORMAT.starts_with(bytes) || OLD_FORMAT.starts_with(bytes) => Content::Unbegun,
            true => Content::Unknown,
            false => Content::Foreign,
        };
    };
    let mut records = Vec::new();
    while let Some((record, after)) = record(rest) {
        records.push(record);
        rest = after;
    }
    let whole = bytes.len() - rest.len();
    // Only the last write can be torn: a whole record behind one that is not means damage.
    let is_followed = (1..rest.len()).any(|at| record(&rest[at..]).is_some());
    if is_followed {
        Content::Damaged(whole)
    } else if records.is_empty() {
        Content::Unbegun
    } else {
        Content::Records(records, whole)
    }
}

/// Returns the record that the bytes begin with, and what follows it.
fn record(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let prefix = std::str::from_utf8(bytes.get(..PREFIX)?).ok()?;
    let (length, sum) = prefix.strip_suffix(' ')?.split_once(' ')?;
    let length = usize::from_str_radix(length, 16).ok()?;
    let sum = u32::from_str_radix(sum, 16).ok()?;
    let record = bytes.get(PREFIX..)?.get(..length)?;
    let after = bytes[PREFIX + length..].strip_prefix(b"\n")?;
    (checksum(record) == sum).then_some((record, after))
}

#[cfg(test)]
mod tests;
