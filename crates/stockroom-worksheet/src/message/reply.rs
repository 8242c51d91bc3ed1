//! What the worksheet answers, and what it tells while the page waits.

use serde::{Deserialize, Serialize};
use stockroom_domain::code::{Code, Codes};
use stockroom_domain::columns::{Field, Locations};
use stockroom_domain::layout::Layout;
use stockroom_domain::number::Style;
use stockroom_domain::plan::{Guard, ItemChange, Totals, Verdict};
use stockroom_domain::quantity::Mode;
use stockroom_domain::sheet::EditField;
use stockroom_domain::table::{Delimiter, Encoding, Remark};

use super::{Logged, Repair};

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
    /// The file cannot be read any more; all is as it was.
    Unreadable,
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
    /// The first row that the step touched.
    pub touched: Option<u32>,
    /// Its place in the view.
    pub place: Option<u32>,
    /// Products in the stock.
    pub products: u32,
    /// Rows whose SKU the stock does not have.
    pub unknown: u32,
    /// The step that was made, for the draft.
    pub logged: Option<Logged>,
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
