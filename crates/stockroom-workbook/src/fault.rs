//! Why a workbook or a sheet cannot be read.

use serde::{Deserialize, Serialize};

/// Why a workbook or a sheet cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WorkbookFault {
    /// The bytes are no workbook, whatever the file is called: text and web pages are often named
    /// `.xls`.
    Unknown,
    /// The file is broken.
    Damaged {
        /// What its reader met, for logs and not for merchants.
        detail: String,
    },
    /// A password is needed.
    Encrypted,
    /// There is more of something than is read.
    TooLarge {
        /// Of what.
        measure: Measure,
        /// How much there is, or how much was met before reading stopped.
        found: u64,
        /// How much is read.
        limit: u64,
    },
    /// A file inside is far larger than it is packed, or larger than it says.
    Bomb {
        /// The file's name inside the workbook.
        entry: String,
        /// Its bytes, packed.
        packed: u64,
        /// Its bytes, unpacked; at least these where it lied.
        unpacked: u64,
    },
    /// There is no sheet of cells.
    NoSheets,
    /// There is no sheet of this index.
    UnknownSheet {
        /// The index asked for.
        index: u32,
        /// How many sheets there are.
        sheets: u32,
    },
}

/// What a [`WorkbookFault::TooLarge`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Measure {
    /// Bytes of the file.
    File,
    /// Files inside the workbook.
    Entries,
    /// Bytes of all files inside, unpacked.
    Unpacked,
    /// Cells.
    Cells,
    /// Bytes of a sheet as text.
    Text,
}

impl WorkbookFault {
    /// Returns the fault's code.
    ///
    /// ```
    /// use stockroom_workbook::{Limits, Workbook};
    /// let fault = Workbook::open(b"sku;quantity\n".to_vec(), Limits::default()).unwrap_err();
    /// assert_eq!(fault.as_str(), "workbook_unknown");
    /// ```
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Unknown => "workbook_unknown",
            Self::Damaged { .. } => "workbook_damaged",
            Self::Encrypted => "workbook_encrypted",
            Self::TooLarge { .. } => "workbook_too_large",
            Self::Bomb { .. } => "workbook_bomb",
            Self::NoSheets => "workbook_no_sheets",
            Self::UnknownSheet { .. } => "workbook_unknown_sheet",
        }
    }

    /// Returns the fault of a broken file.
    #[expect(clippy::needless_pass_by_value, reason = "made to be given to `map_err`")]
    pub(crate) fn damaged(detail: impl ToString) -> Self {
        Self::Damaged { detail: detail.to_string() }
    }

    /// Checks that there is not more of something than is read.
    pub(crate) fn check(measure: Measure, found: u64, limit: u64) -> Result<(), Self> {
        if found > limit {
            return Err(Self::TooLarge { measure, found, limit });
        }
        Ok(())
    }
}

impl Measure {
    /// Returns the measure's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Entries => "entries",
            Self::Unpacked => "unpacked",
            Self::Cells => "cells",
            Self::Text => "text",
        }
    }
}

impl std::fmt::Display for WorkbookFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())?;
        match self {
            Self::Unknown | Self::Encrypted | Self::NoSheets => Ok(()),
            Self::Damaged { detail } => write!(f, ": {detail}"),
            Self::TooLarge { measure, found, limit } => {
                write!(f, ": {} {found} > {limit}", measure.as_str())
            }
            Self::Bomb { entry, packed, unpacked } => {
                write!(f, ": {entry} {packed} -> {unpacked}")
            }
            Self::UnknownSheet { index, sheets } => write!(f, ": {index} of {sheets}"),
        }
    }
}

impl std::error::Error for WorkbookFault {}
