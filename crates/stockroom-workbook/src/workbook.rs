//! A workbook: its sheets, and a sheet as text.

use serde::{Deserialize, Serialize};

use crate::archive::{self, Kind};
use crate::excel::{Excel, Place};
use crate::ods::Ods;
use crate::{Limits, Measure, WorkbookFault, ole};

/// A workbook whose sheets can be read.
#[derive(Debug)]
pub struct Workbook {
    source: Source,
    sheets: Vec<Sheet>,
    limits: Limits,
}

/// A sheet of cells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// Its name, as on its tab.
    pub name: String,
    /// Whether its tab is hidden.
    pub hidden: bool,
    /// How large it is, where that is known without reading it.
    pub size: Option<Size>,
}

/// How large a sheet is: up to its last row and column, as it says itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Rows, from the first one of the sheet.
    pub rows: u32,
    /// Columns, from A.
    pub columns: u32,
}

/// How a zipped file begins.
const ZIP_MAGIC: &[u8] = b"PK\x03\x04";

#[derive(Debug)]
enum Source {
    Excel(Box<Excel>, Vec<Place>),
    Ods(Box<Ods>),
}

impl Workbook {
    /// Tells whether a file that begins so may be a workbook, whatever it is called.
    pub fn looks_like(first_bytes: &[u8]) -> bool {
        first_bytes.starts_with(ZIP_MAGIC) || first_bytes.starts_with(&ole::MAGIC)
    }

    /// Opens a workbook: its bytes say what it is, whatever the file is called.
    ///
    /// # Errors
    /// [`WorkbookFault`], for everything that is no workbook, broken, encrypted or too large.
    ///
    /// # Panics
    /// Never by itself; the reader of Excel's formats can on a file that was broken on purpose.
    ///
    /// ```
    /// use stockroom_workbook::{Limits, Workbook};
    /// # let bytes = include_bytes!("../../../tests/fixtures/workbooks/types.xlsx").to_vec();
    /// let mut workbook = Workbook::open(bytes, Limits::default())?;
    /// assert_eq!(workbook.sheets()[0].name, "Stock");
    /// let text = String::from_utf8_lossy(&workbook.sheet_as_text(0)?).into_owned();
    /// assert_eq!(text.lines().next(), Some("sku,quantity,note"));
    /// # Ok::<(), stockroom_workbook::WorkbookFault>(())
    /// ```
    pub fn open(bytes: Vec<u8>, limits: Limits) -> Result<Self, WorkbookFault> {
        WorkbookFault::check(Measure::File, bytes.len() as u64, limits.file)?;
        let (source, sheets) = if bytes.starts_with(ZIP_MAGIC) {
            match archive::check(&bytes, limits)? {
                Kind::Ods => {
                    let (ods, sheets) = Ods::open(bytes, limits)?;
                    (Source::Ods(Box::new(ods)), sheets)
                }
                Kind::Xlsx => excel(Excel::open_xlsx(bytes)?),
                Kind::Xlsb => excel(Excel::open_xlsb(bytes)?),
            }
        } else if bytes.starts_with(&ole::MAGIC) {
            excel(Excel::open_xls(bytes, limits)?)
        } else {
            return Err(WorkbookFault::Unknown);
        };
        if sheets.is_empty() {
            return Err(WorkbookFault::NoSheets);
        }
        Ok(Self { source, sheets, limits })
    }

    /// Returns the sheets, as their tabs stand from left to right, hidden ones too.
    pub fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }

    /// Returns a sheet as the text of a table: UTF-8, commas, `\n`, quotes where they are needed;
    /// line N is row N, and the first cell of a line is column A.
    ///
    /// Text stays as it is, numbers have no exponent up to fifteen digits and the zeros of their
    /// format, dates are ISO, formulas are their last value. A line break in a cell is a space.
    ///
    /// # Errors
    /// [`WorkbookFault`], where there is no such sheet, or it is broken or too large.
    pub fn sheet_as_text(&mut self, index: usize) -> Result<Vec<u8>, WorkbookFault> {
        if index >= self.sheets.len() {
            let number = |number| u32::try_from(number).unwrap_or(u32::MAX);
            let (index, sheets) = (number(index), number(self.sheets.len()));
            return Err(WorkbookFault::UnknownSheet { index, sheets });
        }
        let grid = match &mut self.source {
            Source::Excel(workbook, places) => workbook.cells(&places[index], self.limits)?,
            Source::Ods(workbook) => workbook.cells(index)?,
        };
        grid.into_text()
    }
}

fn excel(mut workbook: Excel) -> (Source, Vec<Sheet>) {
    let (places, sheets) = workbook.sheets().into_iter().unzip();
    (Source::Excel(Box::new(workbook), places), sheets)
}
