//! What the page and the worker of workbooks say to each other.
//!
//! A message is `[number, bytes, file?]`, its answer `[number, bytes, text?]` with the same
//! number. A file is asked to be opened by being there; a sheet's text stands beside its answer,
//! so that it is handed over and not copied.

use serde::{Deserialize, Serialize};

use crate::{Limits, Sheet, Workbook, WorkbookFault};

/// What the page asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ask {
    /// Which sheets these bytes have.
    Open(Vec<u8>),
    /// The text of a sheet of the open workbook.
    Sheet(u32),
}

/// What the worker answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// The worker listens; its build id.
    Ready(String),
    /// A workbook is open; its sheets.
    Opened(Vec<Sheet>),
    /// The text stands beside.
    Text,
    /// It cannot be.
    Fault(WorkbookFault),
}

/// The open workbook, if there is one.
#[derive(Debug, Default)]
pub struct Desk {
    workbook: Option<Workbook>,
}

impl Desk {
    /// Answers; the second part is a sheet's text.
    pub fn answer(&mut self, ask: Ask) -> (Reply, Option<Vec<u8>>) {
        let answered = match ask {
            Ask::Open(bytes) => self.open(bytes).map(|sheets| (Reply::Opened(sheets), None)),
            Ask::Sheet(index) => self.text(index).map(|text| (Reply::Text, Some(text))),
        };
        answered.unwrap_or_else(|fault| (Reply::Fault(fault), None))
    }

    fn open(&mut self, bytes: Vec<u8>) -> Result<Vec<Sheet>, WorkbookFault> {
        // The one before goes first: both may be large.
        self.workbook = None;
        let workbook = Workbook::open(bytes, Limits::default())?;
        let sheets = workbook.sheets().to_vec();
        self.workbook = Some(workbook);
        Ok(sheets)
    }

    fn text(&mut self, index: u32) -> Result<Vec<u8>, WorkbookFault> {
        let missing = WorkbookFault::UnknownSheet { index, sheets: 0 };
        self.workbook.as_mut().ok_or(missing)?.sheet_as_text(index as usize)
    }
}
