//! Workbooks: which sheets there are, and a sheet as the text of a table.
//!
//! `.xlsx`, `.xlsm`, `.xlsb`, `.xls` and `.ods` are told apart by their bytes. Nothing is unpacked
//! before its size is known and within [`Limits`]. A sheet becomes UTF-8 text with commas in which
//! line N is row N, so that the table reader treats it like any file and a merchant finds "line 12"
//! as row 12. No I/O happens here. Start at [`Workbook::open`].

mod archive;
mod biff;
mod excel;
mod fault;
mod grid;
mod limits;
pub mod message;
mod ods;
mod ole;
mod value;
mod workbook;

pub use fault::{Measure, WorkbookFault};
pub use limits::Limits;
pub use workbook::{Sheet, Size, Workbook};
