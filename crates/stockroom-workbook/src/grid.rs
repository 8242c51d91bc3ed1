//! The filled cells of a sheet, and the text of a table that they make.
//!
//! A sheet can have one cell at its far end: only filled cells are kept.

use crate::{Limits, Measure, WorkbookFault};

/// Rows are padded to a common number of cells up to this many: more than a stock file can have.
const MOST_PADDED: u32 = 1_000;

/// The filled cells of a sheet.
#[derive(Debug)]
pub(crate) struct Grid {
    cells: Vec<Cell>,
    text: String,
    limits: Limits,
    in_order: bool,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    row: u32,
    column: u32,
    start: u32,
    end: u32,
}

impl Grid {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { cells: Vec::new(), text: String::new(), limits, in_order: true }
    }

    /// Fills a cell; nothing fills none. A line break would make two lines of one row: it becomes
    /// a space. NUL would make the table a binary file.
    pub(crate) fn add(&mut self, row: u32, column: u32, text: &str) -> Result<(), WorkbookFault> {
        if text.is_empty() {
            return Ok(());
        }
        let limits = self.limits;
        WorkbookFault::check(Measure::Cells, self.cells.len() as u64 + 1, limits.cells)?;
        let most = limits.text.min(u64::from(u32::MAX));
        WorkbookFault::check(Measure::Text, (self.text.len() + text.len()) as u64, most)?;
        let start = self.text.len();
        push_one_line(&mut self.text, text);
        let (start, end) = (offset(start), offset(self.text.len()));
        self.in_order &=
            self.cells.last().is_none_or(|last| (last.row, last.column) < (row, column));
        self.cells.push(Cell { row, column, start, end });
        Ok(())
    }

    /// Returns the table: commas, `\n`, quotes where they are needed, line N for row N. Every line
    /// that has cells has as many as the widest, since in a sheet nothing shifts; empty rows are
    /// empty lines.
    pub(crate) fn into_text(mut self) -> Result<Vec<u8>, WorkbookFault> {
        if !self.in_order {
            self.cells.sort_by_key(|cell| (cell.row, cell.column));
        }
        let widest = self.cells.iter().map(|cell| cell.column.saturating_add(1)).max().unwrap_or(0);
        let padded = if widest > MOST_PADDED { 0 } else { widest };
        let mut out = Out { bytes: Vec::with_capacity(self.text.len()), most: self.limits.text };
        let mut line = 0;
        let mut rest = self.cells.as_slice();
        while let Some(first) = rest.first() {
            let len = rest.iter().take_while(|cell| cell.row == first.row).count();
            let (row, others) = rest.split_at(len);
            out.repeat(b'\n', first.row.saturating_sub(line))?;
            self.write_row(row, padded, &mut out)?;
            out.repeat(b'\n', 1)?;
            line = first.row.saturating_add(1);
            rest = others;
        }
        Ok(out.bytes)
    }

    fn write_row(&self, row: &[Cell], padded: u32, out: &mut Out) -> Result<(), WorkbookFault> {
        let mut column = 0;
        for (index, cell) in row.iter().enumerate() {
            // Two cells of one place: the later one is the one that a spreadsheet shows.
            if row.get(index + 1).is_some_and(|next| next.column == cell.column) {
                continue;
            }
            out.repeat(b',', cell.column.saturating_sub(column))?;
            column = cell.column;
            out.write(self.text_of(*cell))?;
        }
        out.repeat(b',', padded.saturating_sub(column.saturating_add(1)))
    }

    fn text_of(&self, cell: Cell) -> &str {
        self.text.get(cell.start as usize..cell.end as usize).unwrap_or_default()
    }
}

/// The text as far as it is written.
struct Out {
    bytes: Vec<u8>,
    most: u64,
}

impl Out {
    fn repeat(&mut self, byte: u8, times: u32) -> Result<(), WorkbookFault> {
        self.room(u64::from(times))?;
        self.bytes.resize(self.bytes.len() + times as usize, byte);
        Ok(())
    }

    fn write(&mut self, text: &str) -> Result<(), WorkbookFault> {
        self.room(text.len() as u64 * 2 + 2)?;
        if !text.contains([',', '"']) {
            self.bytes.extend_from_slice(text.as_bytes());
            return Ok(());
        }
        self.bytes.push(b'"');
        for byte in text.bytes() {
            if byte == b'"' {
                self.bytes.push(b'"');
            }
            self.bytes.push(byte);
        }
        self.bytes.push(b'"');
        Ok(())
    }

    fn room(&self, more: u64) -> Result<(), WorkbookFault> {
        WorkbookFault::check(Measure::Text, self.bytes.len() as u64 + more, self.most)
    }
}

fn push_one_line(out: &mut String, text: &str) {
    if !text.contains(['\r', '\n', '\0']) {
        out.push_str(text);
        return;
    }
    let mut after_return = false;
    for c in text.chars() {
        match c {
            '\n' if after_return => {}
            '\r' | '\n' => out.push(' '),
            '\0' => out.push('\u{fffd}'),
            c => out.push(c),
        }
        after_return = c == '\r';
    }
}

fn offset(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(cells: &[(u32, u32, &str)]) -> String {
        let mut grid = Grid::new(Limits::default());
        for (row, column, text) in cells {
            grid.add(*row, *column, text).unwrap();
        }
        String::from_utf8(grid.into_text().unwrap()).unwrap()
    }

    #[test]
    fn line_n_is_row_n() {
        assert_eq!(text(&[(2, 1, "a"), (4, 0, "b"), (4, 2, "c")]), "\n\n,a,\n\nb,,c\n");
    }

    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_stays_on_its_line() {
        assert_eq!(
            text(&[(0, 0, "2,5 m"), (0, 1, "5\""), (1, 0, "a\r\nb\nc")]),
            "\"2,5 m\",\"5\"\"\"\na b c,\n"
        );
    }

    #[test]
    fn the_order_of_cells_does_not_matter_and_the_later_of_two_stays() {
        assert_eq!(text(&[(1, 0, "b"), (0, 1, "x"), (0, 0, "a"), (0, 1, "y")]), "a,y\nb,\n");
    }

    #[test]
    fn a_stray_cell_far_to_the_right_does_not_widen_the_others() {
        assert_eq!(text(&[(0, 0, "a"), (1, 2_000, "b")]).lines().next(), Some("a"));
    }

    #[test]
    fn a_stray_cell_far_below_is_only_lines() {
        assert_eq!(text(&[(1_048_575, 0, "a")]).len(), 1_048_577);
    }

    #[test]
    fn more_text_than_a_table_may_have_is_refused() {
        let mut grid = Grid::new(Limits { text: 10, ..Limits::default() });
        grid.add(20, 0, "a").unwrap();
        let fault = grid.into_text().unwrap_err();
        assert_eq!(fault, WorkbookFault::TooLarge { measure: Measure::Text, found: 20, limit: 10 });
    }
}
