//! Excel's three formats, read by calamine, and the text of their cells.
//!
//! New workbooks are read cell by cell, so that a cell at the far end of a sheet costs nothing.

use std::io::Cursor;

use calamine::{
    Data, DataRef, Reader, SheetType, SheetVisible, Xls, XlsError, Xlsb, Xlsx, XlsxError,
};

use crate::biff::{self, Padded};
use crate::grid::Grid;
use crate::ole::Ole;
use crate::workbook::{Sheet, Size};
use crate::{Limits, WorkbookFault, value};

type Bytes = Cursor<Vec<u8>>;

/// An open workbook of one of Excel's formats.
pub(crate) enum Excel {
    Xlsx(Box<Xlsx<Bytes>>),
    Xlsb(Box<Xlsb<Bytes>>),
    Xls(Box<Xls<Bytes>>, Vec<Padded>),
}

/// A sheet of cells, by the place that it has among all sheets.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    name: String,
    index: usize,
}

impl Excel {
    pub(crate) fn open_xlsx(bytes: Vec<u8>) -> Result<Self, WorkbookFault> {
        let workbook = Xlsx::new(Cursor::new(bytes)).map_err(|error| match error {
            XlsxError::Password => WorkbookFault::Encrypted,
            error => WorkbookFault::damaged(error),
        })?;
        Ok(Self::Xlsx(Box::new(workbook)))
    }

    pub(crate) fn open_xlsb(bytes: Vec<u8>) -> Result<Self, WorkbookFault> {
        let workbook = Xlsb::new(Cursor::new(bytes)).map_err(WorkbookFault::damaged)?;
        Ok(Self::Xlsb(Box::new(workbook)))
    }

    /// Opens an old workbook, or tells that it is an encrypted new one.
    pub(crate) fn open_xls(mut bytes: Vec<u8>, limits: Limits) -> Result<Self, WorkbookFault> {
        let ole = Ole::open(&bytes)?;
        if ole.has("EncryptedPackage") {
            return Err(WorkbookFault::Encrypted);
        }
        let stream = match ole.stream("Workbook")? {
            Some(stream) => Some(stream),
            None => ole.stream("Book")?,
        };
        let stream = stream.ok_or(WorkbookFault::Unknown)?;
        let found = biff::check(&stream.bytes, limits)?;
        for (at, pair) in found.silenced {
            for (at, byte) in (at..).zip(pair) {
                if let Some(place) = stream.place(at).and_then(|place| bytes.get_mut(place)) {
                    *place = byte;
                }
            }
        }
        let workbook = Xls::new(Cursor::new(bytes)).map_err(|error| match error {
            XlsError::Password => WorkbookFault::Encrypted,
            error => WorkbookFault::damaged(error),
        })?;
        Ok(Self::Xls(Box::new(workbook), found.padded))
    }

    /// Lists the sheets of cells; charts and macros are no sheets here.
    pub(crate) fn sheets(&mut self) -> Vec<(Place, Sheet)> {
        let all = match self {
            Self::Xlsx(workbook) => workbook.sheets_metadata(),
            Self::Xlsb(workbook) => workbook.sheets_metadata(),
            Self::Xls(workbook, _) => workbook.sheets_metadata(),
        };
        let all: Vec<_> = all
            .iter()
            .enumerate()
            .filter(|(_, sheet)| sheet.typ == SheetType::WorkSheet)
            .map(|(index, sheet)| {
                let hidden = sheet.visible != SheetVisible::Visible;
                (Place { name: sheet.name.clone(), index }, hidden)
            })
            .collect();
        all.into_iter()
            .map(|(place, hidden)| {
                let size = self.size(&place);
                (place.clone(), Sheet { name: place.name, hidden, size })
            })
            .collect()
    }

    /// Returns the cells of a sheet.
    pub(crate) fn cells(&mut self, place: &Place, limits: Limits) -> Result<Grid, WorkbookFault> {
        let mut grid = Grid::new(limits);
        match self {
            Self::Xlsx(workbook) => read_xlsx(workbook, &place.name, &mut grid)?,
            Self::Xlsb(workbook) => read_xlsb(workbook, &place.name, &mut grid)?,
            Self::Xls(workbook, padded) => {
                read_xls(workbook, place, padded.get(place.index), &mut grid)?;
            }
        }
        Ok(grid)
    }

    /// Returns what a sheet says of its size, or that it is empty, where that costs next to nothing.
    fn size(&mut self, place: &Place) -> Option<Size> {
        let (end, has_cell) = match self {
            Self::Xlsx(workbook) => {
                let mut cells = workbook.worksheet_cells_reader(&place.name).ok()?;
                let end = cells.dimensions().end;
                (end, end != (0, 0) || !matches!(cells.next_cell(), Ok(None)))
            }
            Self::Xlsb(workbook) => {
                let mut cells = workbook.worksheet_cells_reader(&place.name).ok()?;
                let end = cells.dimensions().end;
                (end, end != (0, 0) || !matches!(cells.next_cell(), Ok(None)))
            }
            Self::Xls(workbook, _) => {
                let range = workbook.worksheet_range(&place.name).ok()?;
                (range.end().unwrap_or_default(), range.end().is_some())
            }
        };
        if !has_cell {
            return Some(Size::default());
        }
        // Many programs write nothing, or the first cell.
        let size = Size { rows: end.0.saturating_add(1), columns: end.1.saturating_add(1) };
        (end != (0, 0)).then_some(size)
    }
}

impl std::fmt::Debug for Excel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Xlsx(_) => "Xlsx",
            Self::Xlsb(_) => "Xlsb",
            Self::Xls(..) => "Xls",
        })
    }
}

fn read_xlsx(workbook: &mut Xlsx<Bytes>, name: &str, grid: &mut Grid) -> Result<(), WorkbookFault> {
    let mut cells = workbook.worksheet_cells_reader(name).map_err(WorkbookFault::damaged)?;
    let format = |style: &calamine::Style| {
        style.number_format.as_ref().map_or(0, |format| value::padding(&format.format_code))
    };
    let digits: Vec<usize> = cells.styles().iter().map(format).collect();
    let mut text = String::new();
    loop {
        match cells.next_cell_with_style_id() {
            Ok(Some((cell, style))) => {
                let digits = digits.get(style).copied().unwrap_or(0);
                let (row, column) = cell.get_position();
                text.clear();
                value::write(cell.get_value(), digits, &mut text);
                grid.add(row, column, &text)?;
            }
            // Errors newer than the reader (`#SPILL!`): their cell stays empty, which asks nothing.
            Err(XlsxError::CellError(_)) => {}
            Ok(None) => return Ok(()),
            Err(error) => return Err(WorkbookFault::damaged(error)),
        }
    }
}

fn read_xlsb(workbook: &mut Xlsb<Bytes>, name: &str, grid: &mut Grid) -> Result<(), WorkbookFault> {
    let mut cells = workbook.worksheet_cells_reader(name).map_err(WorkbookFault::damaged)?;
    let mut text = String::new();
    while let Some(cell) = cells.next_cell().map_err(WorkbookFault::damaged)? {
        let (row, column) = cell.get_position();
        text.clear();
        value::write(cell.get_value(), 0, &mut text);
        grid.add(row, column, &text)?;
    }
    Ok(())
}

fn read_xls(
    workbook: &mut Xls<Bytes>,
    place: &Place,
    padded: Option<&Padded>,
    grid: &mut Grid,
) -> Result<(), WorkbookFault> {
    let range = workbook.worksheet_range(&place.name).map_err(WorkbookFault::damaged)?;
    let Some((first_row, first_column)) = range.start() else {
        return Ok(());
    };
    let mut text = String::new();
    for (row, column, data) in range.used_cells() {
        let row = first_row.saturating_add(u32::try_from(row).unwrap_or(u32::MAX));
        let column = first_column.saturating_add(u32::try_from(column).unwrap_or(u32::MAX));
        let digits = padded.and_then(|padded| padded.get(&(row, column))).copied().unwrap_or(0);
        text.clear();
        value::write(&borrowed(data), digits, &mut text);
        grid.add(row, column, &text)?;
    }
    Ok(())
}

fn borrowed(data: &Data) -> DataRef<'_> {
    match data {
        Data::Empty => DataRef::Empty,
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
            DataRef::SharedString(text)
        }
        Data::Bool(value) => DataRef::Bool(*value),
        Data::Int(value) => DataRef::Int(*value),
        Data::Float(value) => DataRef::Float(*value),
        Data::DateTime(value) => DataRef::DateTime(*value),
        Data::Error(error) => DataRef::Error(error.clone()),
    }
}
