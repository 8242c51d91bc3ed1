//! The cells that are chosen in the worksheet, and how keys move through them.
//!
//! Pure: no view and no browser, so every key is tested natively. Start at [`Selection::moved`].

use stockroom_worksheet::GridColumn;

/// A cell, by its row's place in the view and its column's among [`GridColumn::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// The row, by its place in the view.
    pub row: usize,
    /// The column.
    pub column: usize,
}

/// A rectangle of cells, one of which has the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Where it began.
    pub anchor: Cell,
    /// Where the cursor is: the corner opposite.
    pub cursor: Cell,
}

/// What of a selection lies in one row: most rows have nothing of it, and need not look again when
/// they show another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InRow {
    columns: Option<(usize, usize)>,
    cursor: Option<usize>,
    is_range: bool,
}

impl InRow {
    /// Tells whether a column is in the rectangle.
    pub fn has(self, column: usize) -> bool {
        self.columns.is_some_and(|(first, last)| (first..=last).contains(&column))
    }

    /// Tells whether a column is one of several cells that are chosen.
    pub fn is_chosen(self, column: usize) -> bool {
        self.is_range && self.has(column)
    }

    /// Tells whether the cursor is in a column.
    pub fn has_cursor(self, column: usize) -> bool {
        self.cursor == Some(column)
    }
}

/// A way to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many rows down, or up.
    Rows(isize),
    /// So many columns on, or back.
    Columns(isize),
    /// The first column of the row.
    RowStart,
    /// The last column of the row.
    RowEnd,
    /// The first cell of all.
    First,
    /// The last cell of all.
    Last,
    /// The first row, in the same column.
    Top,
    /// The last row, in the same column.
    Bottom,
    /// The next cell to type into, row after row.
    NextEditable,
    /// The one before.
    PreviousEditable,
}

/// What a move does with the rectangle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The cursor goes alone.
    Move,
    /// The rectangle grows or shrinks with it.
    Extend,
}

impl Default for Selection {
    fn default() -> Self {
        let cell = Cell { row: 0, column: GridColumn::Value as usize };
        Self { anchor: cell, cursor: cell }
    }
}

impl Selection {
    /// Returns one cell.
    pub fn at(cell: Cell) -> Self {
        Self { anchor: cell, cursor: cell }
    }

    /// Returns every cell of `total` rows.
    pub fn all(total: usize) -> Self {
        let last = Cell { row: total.saturating_sub(1), column: LAST_COLUMN };
        Self { anchor: last, cursor: Cell::default() }
    }

    /// Returns the selection after a step in a view of `total` rows.
    #[must_use]
    pub fn moved(self, step: Step, reach: Reach, total: usize) -> Self {
        let last = total.saturating_sub(1);
        let Cell { row, column } = self.cursor;
        let cursor = match step {
            Step::Rows(by) => Cell { row: row.saturating_add_signed(by).min(last), column },
            Step::Columns(by) => {
                Cell { row, column: column.saturating_add_signed(by).min(LAST_COLUMN) }
            }
            Step::RowStart => Cell { row, column: 0 },
            Step::RowEnd => Cell { row, column: LAST_COLUMN },
            Step::First => Cell::default(),
            Step::Last => Cell { row: last, column: LAST_COLUMN },
            Step::Top => Cell { row: 0, column },
            Step::Bottom => Cell { row: last, column },
            Step::NextEditable => next_editable(self.cursor, last),
            Step::PreviousEditable => previous_editable(self.cursor),
        };
        let anchor = if reach == Reach::Extend { self.anchor } else { cursor };
        Self { anchor, cursor }
    }

    /// Returns the selection where no row lies behind `last`.
    #[must_use]
    pub fn within(self, last: usize) -> Self {
        let within = |cell: Cell| Cell { row: cell.row.min(last), ..cell };
        Self { anchor: within(self.anchor), cursor: within(self.cursor) }
    }

    /// Returns the selection with its rectangle drawn out to a cell.
    #[must_use]
    pub fn extended_to(self, cell: Cell) -> Self {
        Self { anchor: self.anchor, cursor: cell }
    }

    /// Returns the rows, the first and how many.
    pub fn rows(self) -> (usize, usize) {
        let (a, b) = (self.anchor.row, self.cursor.row);
        (a.min(b), a.abs_diff(b) + 1)
    }

    /// Returns the first and the last column.
    pub fn columns(self) -> (GridColumn, GridColumn) {
        let (a, b) = (self.anchor.column, self.cursor.column);
        (GridColumn::ALL[a.min(b).min(LAST_COLUMN)], GridColumn::ALL[a.max(b).min(LAST_COLUMN)])
    }

    /// Returns what of it lies in a row.
    pub fn in_row(self, row: usize) -> InRow {
        let (first, count) = self.rows();
        let (a, b) = (self.anchor.column, self.cursor.column);
        InRow {
            columns: (first..first + count).contains(&row).then(|| (a.min(b), a.max(b))),
            cursor: (row == self.cursor.row).then_some(self.cursor.column),
            is_range: self.is_range(),
        }
    }

    /// Tells whether it is more than the cursor's cell.
    pub fn is_range(self) -> bool {
        self.anchor != self.cursor
    }
}

const LAST_COLUMN: usize = GridColumn::ALL.len() - 1;

fn is_editable(column: usize) -> bool {
    GridColumn::ALL[column].field().is_some()
}

fn next_editable(cell: Cell, last: usize) -> Cell {
    let next = (cell.column + 1..=LAST_COLUMN).find(|column| is_editable(*column));
    match next {
        Some(column) => Cell { row: cell.row, column },
        None if cell.row < last => Cell { row: cell.row + 1, column: 0 },
        None => cell,
    }
}

fn previous_editable(cell: Cell) -> Cell {
    let before = (0..cell.column).rev().find(|column| is_editable(*column));
    match before {
        Some(column) => Cell { row: cell.row, column },
        None if cell.row > 0 => Cell { row: cell.row - 1, column: LAST_COLUMN },
        None => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(row: usize, column: GridColumn) -> Selection {
        Selection::at(Cell { row, column: column as usize })
    }

    fn check(from: Selection, step: Step, row: usize, column: GridColumn) {
        let moved = from.moved(step, Reach::Move, 1_000_000);
        assert_eq!(moved, at(row, column), "{step:?}");
    }

    #[test]
    fn keys_stay_inside_the_sheet() {
        check(at(0, GridColumn::Sku), Step::Rows(-1), 0, GridColumn::Sku);
        check(at(999_990, GridColumn::Sku), Step::Rows(20), 999_999, GridColumn::Sku);
        check(at(5, GridColumn::Value), Step::Columns(1), 5, GridColumn::Value);
        check(at(5, GridColumn::Sku), Step::Columns(-1), 5, GridColumn::Sku);
        check(at(5, GridColumn::Mode), Step::Last, 999_999, GridColumn::Value);
        check(at(5, GridColumn::Mode), Step::Bottom, 999_999, GridColumn::Mode);
        let none = Selection::default().moved(Step::Rows(1), Reach::Move, 0);
        assert_eq!(none.cursor.row, 0);
    }

    #[test]
    fn tab_goes_from_one_cell_that_can_be_typed_into_to_the_next() {
        check(at(5, GridColumn::Sku), Step::NextEditable, 5, GridColumn::Variant);
        check(at(5, GridColumn::Variant), Step::NextEditable, 5, GridColumn::Value);
        check(at(5, GridColumn::Value), Step::NextEditable, 6, GridColumn::Sku);
        check(at(6, GridColumn::Sku), Step::PreviousEditable, 5, GridColumn::Value);
        check(at(0, GridColumn::Sku), Step::PreviousEditable, 0, GridColumn::Sku);
        check(at(999_999, GridColumn::Value), Step::NextEditable, 999_999, GridColumn::Value);
    }

    #[test]
    fn a_rectangle_is_the_same_from_any_corner() {
        let from = at(7, GridColumn::Value).extended_to(Cell { row: 3, column: 2 });
        assert_eq!(
            (from.rows(), from.columns()),
            ((3, 5), (GridColumn::Variant, GridColumn::Value))
        );
        let of_row = from.in_row(5);
        assert!(of_row.has(3) && of_row.is_chosen(2) && !of_row.has(1) && !of_row.has_cursor(2));
        assert!(from.in_row(3).has_cursor(2) && !from.in_row(8).has(3));
        assert!(at(5, GridColumn::Sku).in_row(5).has(0), "a single cell is selected");
        assert!(!at(5, GridColumn::Sku).in_row(5).is_chosen(0), "and no range");
        let grown = from.moved(Step::Rows(-2), Reach::Extend, 100);
        assert_eq!((grown.rows(), grown.is_range()), ((1, 7), true));
        assert_eq!(Selection::all(100).rows(), (0, 100));
    }
}
