//! What page and worker say to each other.
//!
//! Page and worker are of the same build, which the worker's first word proves, so this is no
//! contract: it is encoded compactly and never stored.

use serde::{Deserialize, Serialize};
use stockroom_domain::code::{Code, Codes};
use stockroom_domain::columns::Field;
use stockroom_domain::number::Style;
use stockroom_domain::plan::{Guard, ItemChange, Limits, Totals, Verdict};
use stockroom_domain::quantity::Mode;
use stockroom_domain::sheet::EditField;
use stockroom_domain::stock::Product;
use stockroom_domain::table::{Delimiter, ReadOptions, Remark};

/// What the page asks of the worksheet; each has one [`Reply`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Ask {
    /// Read these bytes as a file; answered by [`Reply::Shape`].
    Open(Vec<u8>),
    /// Read the kept bytes again in another way; answered by [`Reply::Shape`].
    Reread(ReadOptions),
    /// Say what the columns mean; answered by [`Reply::Shape`].
    Map {
        /// What each column is.
        fields: Vec<Field>,
        /// How amounts are meant where their row does not say.
        default_mode: Option<Mode>,
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
    /// Type over a field; `None` takes the file's own text back. Answered by [`Reply::Summary`].
    Edit {
        /// The row, from 0.
        row: u32,
        /// What is typed over.
        field: EditField,
        /// The text.
        text: Option<String>,
    },
    /// Take the last edit back; answered by [`Reply::Summary`].
    Undo,
    /// Make it again; answered by [`Reply::Summary`].
    Redo,
    /// SKUs that the stock does not have; answered by [`Reply::Unknown`].
    Unknown {
        /// The most to name.
        most: u32,
    },
    /// The merchant's word; answered by [`Reply::Confirmed`] or [`Reply::Unconfirmed`].
    Confirm {
        /// Whether good rows go without the bad ones.
        leave_out_errors: bool,
        /// The number typed where guards ask for it.
        typed: Option<u32>,
    },
    /// All rows with errors, to write their reasons; answered by [`Reply::Faults`].
    Faults,
    /// Write rows as a file like their source; answered by [`Reply::File`].
    WriteRows(Vec<(u32, String)>),
}

/// What the worksheet answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Reply {
    /// The worker is up; the text is its build id.
    Ready(String),
    /// It is done.
    Done,
    /// What the file looks like.
    Shape(Box<Shape>),
    /// What the plan comes to.
    Summary(Summary),
    /// Rows of a view.
    Rows {
        /// How many rows the view has.
        total: u32,
        /// The place of the first row in the view.
        start: u32,
        /// The rows.
        rows: Vec<RowView>,
    },
    /// SKUs that the stock does not have, each once.
    Unknown(Vec<String>),
    /// What to send.
    Confirmed(Vec<SendItem>),
    /// The plan has errors, or the number typed is not the button's.
    Unconfirmed,
    /// Rows with errors.
    Faults(Vec<RowFaults>),
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

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFaults {
    /// The row, from 0.
    pub row: u32,
    /// What is wrong.
    pub issues: Vec<IssueView>,
}
