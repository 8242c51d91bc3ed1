//! The journal of a run as a file: what a run needs to go on after a crash at any point.
//!
//! The first line names the format. Each line after it is a record: its length and its CRC-32 in
//! hexadecimal, then JSON. The first record says what the run is ([`Opening`]), each later one what
//! changed ([`Entry`]). A record is on the disk before what it tells of leaves, so one that is torn
//! at the end tells of nothing that left, and is cut off. The key is in none of them. The file is
//! locked as long as a process drives its run. Read [`Journal::open`] first.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use flate2::Crc;
use serde::Serialize;
use stockroom_client::run::{Entry, Run};

use super::opening::Opening;
use crate::commands::{CommandError, Ended};
use crate::file_plan::unusable;

/// The first line.
const FORMAT: &[u8] = b"stockroom journal 1\n";

/// The length of what stands before a record's JSON: two numbers, each with a space after it.
const PREFIX: usize = 18;

/// A journal that this process alone writes to.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    path: PathBuf,
    /// The bytes that are kept; 0 where no run is in it yet.
    length: u64,
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
            Content::Damaged(at) => return Err(damaged(path, at)),
        };
        let mut journal = Self { file, path: path.to_owned(), length: 0 };
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
        add_record(&mut bytes, opening)?;
        self.write(&bytes)?;
        // The file's name, too, must outlast a failure of the machine.
        sync_folder(&self.path)
    }

    /// Adds what changed; it is on the disk when this returns.
    ///
    /// # Errors
    /// [`io::Error`]; what the entries tell of must not be sent then.
    pub(super) fn append(&mut self, entries: &[Entry]) -> io::Result<()> {
        let mut bytes = Vec::new();
        // One record, so that it is torn as a whole or not at all.
        add_record(&mut bytes, entries)?;
        self.write(&bytes)
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

fn restore(first: &[u8], entries: &[&[u8]]) -> Option<Kept> {
    let mut opening: Opening = serde_json::from_slice(first).ok()?;
    let mut all = Vec::new();
    for record in entries {
        let some: Vec<Entry> = serde_json::from_slice(record).ok()?;
        all.extend(some);
    }
    opening.run = Run::restore(opening.run, all);
    Some(Kept { opening })
}

fn add_record<T: Serialize + ?Sized>(bytes: &mut Vec<u8>, record: &T) -> io::Result<()> {
    let json = serde_json::to_vec(record)?;
    write!(bytes, "{:08x} {:08x} ", json.len(), checksum(&json))?;
    bytes.extend_from_slice(&json);
    bytes.push(b'\n');
    Ok(())
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// Returns what the bytes of a journal are.
fn content(bytes: &[u8]) -> Content<'_> {
    let Some(mut rest) = bytes.strip_prefix(FORMAT) else {
        let is_torn = FORMAT.starts_with(bytes);
        return if is_torn { Content::Unbegun } else { Content::Foreign };
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
    let json = bytes.get(PREFIX..)?.get(..length)?;
    let after = bytes[PREFIX + length..].strip_prefix(b"\n")?;
    (checksum(json) == sum).then_some((json, after))
}

#[cfg(test)]
mod tests;
