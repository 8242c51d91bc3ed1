//! How far the worksheet is, and why a source cannot be used.

/// How far a long work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many bytes of so many have been read; a total of 0 is not known.
    Reading {
        /// The bytes so far.
        done: u64,
        /// All of them.
        total: u64,
    },
    /// So many rows of so many have been planned.
    Planning {
        /// The rows so far.
        done: u32,
        /// All of them.
        total: u32,
    },
}

/// Why a source cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The file is larger than can be read.
    TooLarge {
        /// Its bytes.
        bytes: u64,
    },
    /// The browser cannot read the file: moved, changed, locked.
    Unreadable,
    /// The worker ended; the file has to be read again.
    WorkerEnded,
    /// The worker that unpacks workbooks ended.
    WorkbookEnded,
    /// The page is older than the server's files and must be loaded again.
    OtherBuild,
}
