//! Open document spreadsheets, read cell by cell.
//!
//! Read here and not by the reader of the other formats: that one repeats cells, rows and spaces
//! as often as the file says before it looks how many there are, and does not tell what a cell
//! shows, which is where a number's leading zeros are.

use std::io::{BufRead, BufReader, Cursor};

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use zip::ZipArchive;

use crate::grid::Grid;
use crate::workbook::{Sheet, Size};
use crate::{Limits, WorkbookFault, archive, value};

mod cell;

use cell::Cell;

type Archive = ZipArchive<Cursor<Vec<u8>>>;

/// An open document spreadsheet.
#[derive(Debug)]
pub(crate) struct Ods {
    archive: Archive,
    limits: Limits,
}

/// What to read.
#[derive(Clone, Copy, Debug)]
enum Wanted {
    /// Only how large each sheet is.
    Sizes,
    /// The cells of one sheet.
    Cells(usize),
}

/// What is read so far.
struct Tables {
    wanted: Wanted,
    hidden_styles: Vec<String>,
    sheets: Vec<Sheet>,
    grid: Grid,
}

impl Ods {
    /// Opens a checked archive and lists its sheets.
    pub(crate) fn open(
        bytes: Vec<u8>,
        limits: Limits,
    ) -> Result<(Self, Vec<Sheet>), WorkbookFault> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(archive::fault)?;
        let mut ods = Self { archive, limits };
        if ods.is_encrypted()? {
            return Err(WorkbookFault::Encrypted);
        }
        let sheets = ods.read(Wanted::Sizes)?.sheets;
        Ok((ods, sheets))
    }

    /// Returns the cells of a sheet.
    pub(crate) fn cells(&mut self, index: usize) -> Result<Grid, WorkbookFault> {
        Ok(self.read(Wanted::Cells(index))?.grid)
    }

    fn is_encrypted(&mut self) -> Result<bool, WorkbookFault> {
        if self.archive.index_for_name("META-INF/manifest.xml").is_none() {
            return Ok(false);
        }
        let mut xml = self.part("META-INF/manifest.xml")?;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer).map_err(WorkbookFault::damaged)? {
                Event::Start(e) | Event::Empty(e)
                    if e.local_name().as_ref() == "encryption-data" =>
                {
                    return Ok(true);
                }
                Event::Eof => return Ok(false),
                _ => {}
            }
        }
    }

    fn part(&mut self, name: &str) -> Result<Reader<impl BufRead + use<'_>>, WorkbookFault> {
        let file = self.archive.by_name(name).map_err(archive::fault)?;
        let mut xml = Reader::from_reader(BufReader::new(file));
        xml.config_mut().check_end_names = false;
        Ok(xml)
    }

    fn read(&mut self, wanted: Wanted) -> Result<Tables, WorkbookFault> {
        let mut tables = Tables {
            wanted,
            hidden_styles: Vec::new(),
            sheets: Vec::new(),
            grid: Grid::new(self.limits),
        };
        let mut xml = self.part("content.xml")?;
        let mut buffer = Vec::new();
        let mut style = String::new();
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer).map_err(WorkbookFault::damaged)? {
                Event::Start(e) if e.name().as_ref() == "table:table" => {
                    tables.begin(&e)?;
                    tables.read_table(&mut xml)?;
                }
                Event::Start(e) | Event::Empty(e) => match e.name().as_ref() {
                    "style:style" => style = attribute(&e, "style:name")?.unwrap_or_default(),
                    "style:table-properties"
                        if attribute(&e, "table:display")?.as_deref() == Some("false") =>
                    {
                        tables.hidden_styles.push(style.clone());
                    }
                    _ => {}
                },
                Event::Eof => return Ok(tables),
                _ => {}
            }
        }
    }
}

impl Tables {
    fn begin(&mut self, e: &BytesStart<'_>) -> Result<(), WorkbookFault> {
        let style = attribute(e, "table:style-name")?.unwrap_or_default();
        let name = attribute(e, "table:name")?.unwrap_or_default();
        let hidden = self.hidden_styles.contains(&style);
        self.sheets.push(Sheet { name, hidden, size: Some(Size::default()) });
        Ok(())
    }

    fn read_table<R: BufRead>(&mut self, xml: &mut Reader<R>) -> Result<(), WorkbookFault> {
        let mut buffer = Vec::new();
        let mut row = 0_u32;
        let mut inner_tables = 0_u32;
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer).map_err(WorkbookFault::damaged)? {
                Event::Start(e) if e.name().as_ref() == "table:table" => inner_tables += 1,
                Event::End(e) if e.name().as_ref() == "table:table" => {
                    if inner_tables == 0 {
                        return Ok(());
                    }
                    inner_tables -= 1;
                }
                Event::Start(e) if e.name().as_ref() == "table:table-row" && inner_tables == 0 => {
                    let times = repeated(&e, "table:number-rows-repeated")?;
                    self.read_row(xml, row, times)?;
                    row = row.saturating_add(times);
                }
                Event::Empty(e) if e.name().as_ref() == "table:table-row" && inner_tables == 0 => {
                    row = row.saturating_add(repeated(&e, "table:number-rows-repeated")?);
                }
                Event::Eof => return Err(WorkbookFault::damaged("a table does not end")),
                _ => {}
            }
        }
    }

    fn read_row<R: BufRead>(
        &mut self,
        xml: &mut Reader<R>,
        row: u32,
        times: u32,
    ) -> Result<(), WorkbookFault> {
        let mut buffer = Vec::new();
        let mut column = 0_u32;
        let mut filled = Vec::new();
        loop {
            buffer.clear();
            let (e, is_closed) =
                match xml.read_event_into(&mut buffer).map_err(WorkbookFault::damaged)? {
                    Event::Start(e) => (e, false),
                    Event::Empty(e) => (e, true),
                    Event::End(e) if e.name().as_ref() == "table:table-row" => break,
                    Event::Eof => return Err(WorkbookFault::damaged("a row does not end")),
                    _ => continue,
                };
            if !matches!(e.name().as_ref(), "table:table-cell" | "table:covered-table-cell") {
                continue;
            }
            let repeats = repeated(&e, "table:number-columns-repeated")?;
            let mut cell = Cell::read(&e)?;
            if !is_closed {
                cell.read_content(xml)?;
            }
            let text = cell.into_text();
            if !text.is_empty() {
                self.count(row.saturating_add(times), column.saturating_add(repeats));
                filled.push((column, repeats, text));
            }
            column = column.saturating_add(repeats);
        }
        if matches!(self.wanted, Wanted::Cells(index) if index + 1 == self.sheets.len()) {
            self.fill(row, times, &filled)?;
        }
        Ok(())
    }

    fn fill(
        &mut self,
        row: u32,
        times: u32,
        filled: &[(u32, u32, String)],
    ) -> Result<(), WorkbookFault> {
        if filled.is_empty() {
            return Ok(());
        }
        for row in row..row.saturating_add(times) {
            for (column, repeats, text) in filled {
                for column in *column..column.saturating_add(*repeats) {
                    self.grid.add(row, column, text)?;
                }
            }
        }
        Ok(())
    }

    fn count(&mut self, rows: u32, columns: u32) {
        if let Some(size) = self.sheets.last_mut().and_then(|sheet| sheet.size.as_mut()) {
            size.rows = size.rows.max(rows);
            size.columns = size.columns.max(columns);
        }
    }
}

/// Returns how often a cell or a row stands there.
fn repeated(e: &BytesStart<'_>, name: &str) -> Result<u32, WorkbookFault> {
    let times = attribute(e, name)?;
    times.map_or(Ok(1), |times| times.trim().parse().map_err(WorkbookFault::damaged))
}

/// Returns an attribute's text.
fn attribute(e: &BytesStart<'_>, name: &str) -> Result<Option<String>, WorkbookFault> {
    for attribute in e.attributes().with_checks(false) {
        let attribute = attribute.map_err(WorkbookFault::damaged)?;
        if attribute.key.as_ref() == name {
            let text = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(WorkbookFault::damaged)?;
            return Ok(Some(text.into_owned()));
        }
    }
    Ok(None)
}
