//! What page and worker say to each other.
//!
//! Page and worker are of the same build, which the worker's first word proves, so this is no
//! contract: it is encoded compactly and never stored.

mod reply;

use serde::{Deserialize, Serialize};
use stockroom_domain::code::Code;
use stockroom_domain::columns::{Field, Locations};
use stockroom_domain::number::Style;
use stockroom_domain::quantity::Mode;
use stockroom_domain::repair::Damage;
use stockroom_domain::sheet::{Edit, EditField};
use stockroom_domain::stock::Product;
use stockroom_domain::table::ReadOptions;

pub use reply::{IssueView, News, Reply, RowView, SendItem, Shape, Summary};

/// What the page asks of the worksheet; each has one [`Reply`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Ask {
    /// Read this text as a file; answered by [`Reply::Shape`]. A file itself is handed over beside
    /// the message.
    Open(Vec<u8>),
    /// Read this text as it is said to be: a workbook's sheet, of which nothing need be found out;
    /// answered by [`Reply::Shape`]. Its bytes may be handed over beside the message too.
    OpenAs(Vec<u8>, ReadOptions),
    /// Read the file again in another way; answered by [`Reply::Shape`], or by
    /// [`Reply::Unreadable`] where that needs its bytes and they are gone.
    Reread(ReadOptions),
    /// Begin with these products, a row for each level; answered by [`Reply::Shape`].
    OpenProducts(Vec<String>),
    /// The text that the rows are read from, for a draft; answered by [`Reply::File`].
    Source,
    /// Say what the columns mean; answered by [`Reply::Shape`].
    Map {
        /// What each column is.
        fields: Vec<Field>,
        /// How amounts are meant where their row does not say.
        default_mode: Option<Mode>,
        /// Which locations count.
        locations: Locations,
    },
    /// The stock was read again: what is added from here on takes its place with the next
    /// [`Ask::Plan`]; answered by [`Reply::Done`].
    NewStock,
    /// Take these products into the stock, with the next [`Ask::Plan`]; answered by
    /// [`Reply::Done`].
    AddStock(Vec<Product>),
    /// Plan with what is known now and numbers in this style; without one the file's own cells
    /// settle it. Answered by [`Reply::Summary`].
    Plan(Option<Style>),
    /// Show rows; answered by [`Reply::Rows`].
    Rows {
        /// Which rows in which order.
        view: View,
        /// The first, by its place in the view.
        start: u32,
        /// How many.
        count: u32,
    },
    /// Find the row that starts on a line, or the last before it; answered by [`Reply::Place`].
    PlaceOfLine {
        /// Which rows in which order.
        view: View,
        /// The physical line.
        line: u32,
    },
    /// Type over cells as one step; answered by [`Reply::Summary`].
    Edit(Vec<Edit>),
    /// Type the same over many rows as one step; answered by [`Reply::Summary`].
    Fill {
        /// Which rows in which order.
        view: View,
        /// The first, by its place in the view.
        start: u32,
        /// How many.
        count: u32,
        /// What.
        fill: Fill,
    },
    /// Write cells into the rows of a view as one step; answered by [`Reply::Pasted`].
    Paste {
        /// Which rows in which order.
        view: View,
        /// The first row, by its place in the view; rows beyond the last are added.
        start: u32,
        /// The first column, by its place among the columns of the grid.
        column: GridColumn,
        /// The cells, row by row.
        cells: Vec<Vec<String>>,
    },
    /// The cells of a range as a spreadsheet takes them; answered by [`Reply::Text`].
    Copy {
        /// Which rows in which order.
        view: View,
        /// The first row, by its place in the view.
        start: u32,
        /// How many.
        count: u32,
        /// The first column.
        first: GridColumn,
        /// The last column.
        last: GridColumn,
    },
    /// Add blank rows behind the last; answered by [`Reply::Summary`].
    AddRows(u32),
    /// Take the last step back; answered by [`Reply::Summary`].
    Undo,
    /// Make it again; answered by [`Reply::Summary`].
    Redo,
    /// Make the steps of a draft again; answered by [`Reply::Summary`].
    Replay(Vec<Logged>),
    /// SKUs that the stock does not have; answered by [`Reply::Unknown`].
    Unknown {
        /// The most to name.
        most: u32,
    },
    /// SKUs that a spreadsheet may have damaged; answered by [`Reply::Repairs`].
    Repairs,
    /// Mend SKUs as they were offered, as one step; answered by [`Reply::Summary`].
    Repair(Vec<Repair>),
    /// Products that no row names; answered by [`Reply::Missing`].
    Missing {
        /// A text that their SKU or name must hold; blank for all.
        search: String,
    },
    /// Add a row that sets to 0 for each level that no row names; answered by [`Reply::Summary`].
    AddMissing {
        /// A text that their SKU or name must hold; blank for all.
        search: String,
    },
    /// The merchant's word; answered by [`Reply::Confirmed`] or [`Reply::Unconfirmed`].
    Confirm {
        /// Whether good rows go without the bad ones.
        leave_out_errors: bool,
        /// The number typed where guards ask for it.
        typed: Option<u32>,
    },
    /// Write all rows with errors as a file like their source; answered by [`Reply::File`].
    WriteErrors {
        /// What is wrong with them, in words.
        sentences: Sentences,
        /// Rows that go into the file as well, each with why.
        others: Vec<(u32, String)>,
    },
}

/// A column of the grid that can be typed over, in the order in which it shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum GridColumn {
    /// The SKU.
    Sku,
    /// The product's name, which is only shown.
    Product,
    /// The variant.
    Variant,
    /// The mode, which is only shown.
    Mode,
    /// The value.
    Value,
}

/// What is typed over many rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fill {
    /// A text in a field.
    Text {
        /// The field.
        field: EditField,
        /// The text.
        text: String,
    },
    /// The level changed by so many hundredths of a per cent, rounded.
    Percent {
        /// `-1000` takes a tenth away.
        hundredths: i32,
        /// How the result is rounded.
        rounding: Rounding,
    },
    /// The first row's own texts, down to the last row, in the columns from one to another.
    Down(GridColumn, GridColumn),
    /// Nothing, in the columns from one to another.
    Clear(GridColumn, GridColumn),
    /// The file's own text again.
    File(EditField),
}

/// How a part of a unit becomes whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Rounding {
    /// To the nearest unit, halves up.
    #[default]
    Nearest,
    /// To the next lower unit.
    Down,
    /// To the next higher unit.
    Up,
}

/// A step of editing as a draft keeps it: what to do, without the stock that it was found by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Logged {
    /// Cells were typed over: each text with the runs of rows that it was typed into.
    Edits(Vec<LoggedText>),
    /// Blank rows were added.
    Added(u32),
    /// The last step was taken back.
    Undone,
    /// It was made again.
    Redone,
}

/// A text, and the rows it was typed into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedText {
    /// The field.
    pub field: EditField,
    /// The text; `None` takes the file's own back.
    pub text: Option<String>,
    /// Runs of rows: the first, and how many.
    pub runs: Vec<(u32, u32)>,
}

/// The sentences for what is wrong with rows, by code; `{text}` and the like are filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentences {
    /// The sentence for each code.
    pub of_codes: Vec<(Code, String)>,
    /// The sentence that offers `{suggestion}`.
    pub did_you_mean: String,
}

/// A SKU that may have been damaged, and what it may have been.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    /// The SKU as the rows have it.
    pub from: String,
    /// The SKU that it may have been; blank where none fits.
    pub to: String,
    /// The name of that product.
    pub name: String,
    /// What was damaged.
    pub damage: Damage,
    /// How many rows have it.
    pub rows: u32,
}

/// Which rows, in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct View {
    /// Which rows.
    pub filter: Filter,
    /// A text that their SKU, product or variant must hold.
    pub search: String,
    /// In which order.
    pub sort: Sort,
    /// Whether the order is turned round.
    pub descending: bool,
}

/// Which rows are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Filter {
    /// All.
    #[default]
    All,
    /// Those with errors.
    Errors,
    /// Those with warnings.
    Warnings,
    /// Those that are sent, with a warning or without.
    Changes,
    /// Those whose level goes to 0.
    ToZero,
    /// Those whose level is already that.
    Unchanged,
}

/// What rows are ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Sort {
    /// Their place in the file.
    #[default]
    Line,
    /// The SKU.
    Sku,
    /// The product's name.
    Product,
    /// The units really added.
    Delta,
}
