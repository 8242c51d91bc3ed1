//! What page and worker say to each other.
//!
//! Page and worker are of the same build, which the worker's first word proves, so this is no
//! contract: it is encoded compactly and never stored.

use serde::{Deserialize, Serialize};
use stockroom_domain::code::{Code, Codes};
use stockroom_domain::columns::{Field, Locations};
use stockroom_domain::layout::Layout;
use stockroom_domain::number::Style;
use stockroom_domain::plan::{Guard, ItemChange, Limits, Totals, Verdict};
use stockroom_domain::quantity::Mode;
use stockroom_domain::repair::Damage;
use stockroom_domain::sheet::{Edit, EditField};
use stockroom_domain::stock::Product;
use stockroom_domain::table::{Delimiter, Encoding, ReadOptions, Remark};

/// What the page asks of the worksheet; each has one [`Reply`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Ask {
    /// Read this text as a file; answered by [`Reply::Shape`]. A file itself is handed over beside
    /// the message.
    Open(Vec<u8>),
    /// Read this text as it is said to be: a workbook's sheet, of which nothing need be found out;
    /// answered by [`Reply::Shape`]. Its bytes may be handed over beside the message too.
    OpenAs(Vec<u8>, ReadOptions),
    /// Read the file again in another way; answered by [`Reply::Shape`].
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
    /// Say how numbers are written; answered by [`Reply::Summary`].
    Style(Option<Style>),
    /// Forget the stock, it will be read again; answered by [`Reply::Done`].
    ClearStock,
    /// Take these products into the stock; answered by [`Reply::Done`].
    AddStock(Vec<Product>),
    /// Plan with what is known; answered by [`Reply::Summary`].
    Plan(Limits),
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
    WriteErrors(Sentences),
    /// Write rows as a file like their source; answered by [`Reply::File`].
    WriteRows(Vec<(u32, String)>),
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

/// How far a long work is; sent while its [`Reply`] is awaited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum News {
    /// The first rows of a file that is still being read.
    Head(Box<Shape>),
    /// So many bytes of a file have been read.
    Read {
        /// The bytes so far.
        done: u64,
        /// All of them.
        total: u64,
    },
    /// So many rows have been planned.
    Planned {
        /// The rows so far.
        done: u32,
        /// All of them.
        total: u32,
    },
}

/// What the worksheet answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// The worker is up; the text is its build id.
    Ready(String),
    /// It is done.
    Done,
    /// What the file looks like.
    Shape(Box<Shape>),
    /// What the plan comes to.
    Summary(Summary),
    /// What a paste did.
    Pasted {
        /// What the plan comes to.
        summary: Summary,
        /// Cells that would have gone where nothing can be typed.
        skipped: u32,
    },
    /// Rows of a view.
    Rows {
        /// How many rows the view has.
        total: u32,
        /// The place of the first row in the view.
        start: u32,
        /// The rows.
        rows: Vec<RowView>,
    },
    /// The place of a row in a view.
    Place(Option<u32>),
    /// Cells, tab-separated.
    Text(String),
    /// SKUs that the stock does not have, each once.
    Unknown(Vec<String>),
    /// SKUs that may have been damaged, each once.
    Repairs(Vec<Repair>),
    /// Products that no row names.
    Missing {
        /// How many products.
        products: u32,
        /// How many levels above 0 they have.
        levels: u32,
        /// Their units.
        units: i64,
        /// The names of the first few.
        names: Vec<String>,
    },
    /// What to send.
    Confirmed(Vec<SendItem>),
    /// The plan has errors, or the number typed is not the button's.
    Unconfirmed,
    /// A file.
    File(Vec<u8>),
}

/// What a file looks like, and what its columns mean.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// The number of rows.
    pub rows: u32,
    /// The delimiter, given or found.
    pub delimiter: Delimiter,
    /// The encoding, given, found or guessed.
    pub encoding: Encoding,
    /// The layout that the columns are known as.
    pub layout: Option<Layout>,
    /// The locations that the file names, where it has a column for them.
    pub location_names: Vec<String>,
    /// Which of them count.
    pub locations: Locations,
    /// Whether the first record names the columns.
    pub has_header: bool,
    /// The names of the columns, blank without a header.
    pub names: Vec<String>,
    /// The first rows, cell by cell, with their lines.
    pub first_rows: Vec<(u32, Vec<String>)>,
    /// What each column is.
    pub fields: Vec<Field>,
    /// How amounts are meant where their row does not say.
    pub default_mode: Option<Mode>,
    /// Why the columns cannot be used as they are mapped.
    pub unusable: Option<Code>,
    /// Why the file cannot be used at all.
    pub refusal: Option<Remark>,
    /// What was noticed.
    pub remarks: Vec<Remark>,
    /// Where a quote opens that never closes.
    pub unclosed_quote: Option<u32>,
    /// Lines skipped because nothing stood in them.
    pub blank_lines: u32,
}

/// What the plan comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The plan in figures.
    pub totals: Totals,
    /// What must be confirmed by typing.
    pub guards: Vec<Guard>,
    /// The number style, given or settled by the file.
    pub style: Option<Style>,
    /// Rows whose number can be read in two ways.
    pub ambiguous: u32,
    /// Edits that can be taken back, and made again.
    pub steps: (u32, u32),
    /// The row that the last undo or redo touched.
    pub touched: Option<u32>,
    /// Products in the stock.
    pub products: u32,
    /// Rows whose SKU the stock does not have.
    pub unknown: u32,
    /// The step that was made, for the draft.
    pub logged: Option<Logged>,
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
    /// Those that change without a warning.
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

/// A row as the grid shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowView {
    /// The row, from 0.
    pub row: u32,
    /// The physical line where it starts.
    pub line: u32,
    /// The SKU.
    pub external_id: String,
    /// The product's name, where the SKU is known.
    pub name: Option<String>,
    /// The variant, as the row names it.
    pub variant: String,
    /// How the value is meant.
    pub mode: Option<Mode>,
    /// The value as it is written: typed, or the file's.
    pub value: String,
    /// Whether it was added here and does not stand in the file.
    pub is_added: bool,
    /// The fields that were typed over.
    pub edited: Vec<EditField>,
    /// The level before.
    pub before: Option<i64>,
    /// The level after.
    pub after: Option<i64>,
    /// The units really added.
    pub delta: Option<i64>,
    /// The units that are not applied because the level reaches 0.
    pub floored: i64,
    /// How the row stands.
    pub verdict: Option<Verdict>,
    /// What is to be said about it.
    pub codes: Codes,
    /// The level that the file expected, where it is another.
    pub expected: Option<i64>,
    /// What is wrong with it.
    pub issues: Vec<IssueView>,
}

/// Something wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueView {
    /// What.
    pub code: Code,
    /// The cell.
    pub field: EditField,
    /// The text that is wrong.
    pub text: String,
    /// The line that it is in conflict with.
    pub other_line: Option<u32>,
    /// What may have been meant.
    pub suggestion: Option<String>,
}

/// What is sent for one product, and the rows that asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendItem {
    /// The SKU.
    pub external_id: String,
    /// The product's name.
    pub name: String,
    /// The change of the product's own level.
    pub product: Option<ItemChange>,
    /// The changes of variants, by label.
    pub variants: Vec<(String, ItemChange)>,
    /// The rows, from 0.
    pub rows: Vec<u32>,
}
