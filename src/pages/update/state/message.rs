//! What happens to Update stock, and what is to be done then.

use stockroom_api::reason::Reason;
use stockroom_client::budget::Budget;
use stockroom_client::run::{Entry, Event, Request};
use stockroom_domain::columns::{Field, Locations};
use stockroom_domain::number::Style;
use stockroom_domain::quantity::Mode;
use stockroom_domain::table::ReadOptions;
use stockroom_worksheet::{Ask, Logged, News, Reply, SendItem, View};

use super::again::{Again, Follows};
use super::draft::Draft;
use super::drift::{Drift, Keep};
use super::record::{KeptRun, Record};
use super::remembered::Remembered;
use super::workbook::{WorkbookEffect, WorkbookMsg};
use super::{Trouble, Twin, TwinAnswer, Unkept};

/// What happened.
#[derive(Clone, Debug)]
pub enum Msg {
    /// A file was chosen or dropped.
    FileChosen {
        /// Its name.
        name: String,
        /// Its size in bytes.
        bytes: u64,
    },
    /// Cells were pasted.
    CellsPasted(String),
    /// Rows were made of a run of before.
    RowsMade {
        /// What they are called.
        name: String,
        /// A file in our own layout.
        text: String,
        /// Of which run, and what.
        follows: Follows,
    },
    /// Something happened to a workbook.
    Workbook(WorkbookMsg),
    /// This was said before about files with the header that comes next.
    Recalled(Remembered),
    /// Products were selected, by SKU.
    ProductsChosen(Vec<String>),
    /// A draft of before was found.
    DraftFound(Box<Draft>),
    /// One was found that cannot be read.
    DraftLost,
    /// The worksheet answered.
    Replied(Reply),
    /// The worksheet told how far it is.
    Told(News),
    /// The merchant does not want to wait for it.
    WaitingLeft,
    /// The worksheet is gone.
    WorkerGone(Trouble),
    /// Delimiter or header were chosen.
    ReadingChosen(ReadOptions),
    /// A column was said to be a field.
    ColumnAssigned(usize, Field),
    /// The mode of amounts was chosen.
    DefaultModeChosen(Option<Mode>),
    /// It was chosen which of the file's locations count.
    LocationsChosen(Locations),
    /// The columns are right.
    ColumnsConfirmed,
    /// The columns shall be changed.
    ColumnsReopened,
    /// The number style was chosen.
    StyleChosen(Option<Style>),
    /// Other rows shall be shown.
    ViewChosen(View),
    /// The worksheet has the stock; `is_whole` when nothing is missing.
    StockTaken {
        /// Whether all products are read.
        is_whole: bool,
    },
    /// Products that were looked up are in the worksheet's stock.
    ProductsFound,
    /// Rows were edited in some way: typed over, filled, pasted, added, mended, taken back.
    Edited(Ask),
    /// The file of rows with errors was asked for; after a run, of all rows that were not applied.
    ErrorsAsked,
    /// Apply was pressed.
    ApplyPressed,
    /// The number that guards ask for was typed.
    NumberTyped(u32),
    /// The merchant thought better of it.
    ConfirmLeft,
    /// Another file shall be read.
    StartedOver,
    /// Somebody signed in to another store; the draft of this one stays.
    StoreChanged,
    /// Something happened to the run, or on the way to it.
    Run(RunMsg),
}

impl Msg {
    /// Tells whether it puts something else in the place of all that is there.
    pub fn replaces_all(&self) -> bool {
        matches!(
            self,
            Self::FileChosen { .. }
                | Self::CellsPasted(_)
                | Self::ProductsChosen(_)
                | Self::RowsMade { .. }
                | Self::StartedOver
        )
    }
}

/// What happened to a run, or on the way to it.
#[derive(Clone, Debug)]
pub enum RunMsg {
    /// The plan is confirmed and shall run under this id.
    Made {
        /// What is sent.
        items: Vec<SendItem>,
        /// A new id.
        id: String,
        /// Whether levels are sent as expected, and asked for in the answer.
        has_extras: bool,
        /// The limits of the server.
        budget: Option<Budget>,
        /// Now, in milliseconds since 1970.
        now_ms: u64,
    },
    /// It was looked what moved since the preview.
    DriftChecked(Drift),
    /// It was chosen what becomes of a level that moved, or of all.
    KeepChosen {
        /// Its place in the list; `None` for all.
        row: Option<usize>,
        /// What.
        keep: Keep,
    },
    /// The levels that moved are settled, or the merchant goes back to the preview.
    DriftAnswered(bool),
    /// A reason was chosen, or none.
    ReasonChosen(Option<Reason>),
    /// The run shall go on; one of before only after it was looked for its changes.
    ResumePressed {
        /// Now, in milliseconds since 1970.
        now_ms: u64,
    },
    /// It was looked whether a run's changes were applied before.
    TwinFound {
        /// The run whose changes they are.
        run: String,
        /// The other run.
        twin: Option<Twin>,
        /// Now, in milliseconds since 1970.
        now_ms: u64,
    },
    /// It was answered whether the same changes are meant once more.
    TwinAnswered {
        /// The answer.
        answer: TwinAnswer,
        /// Now, in milliseconds since 1970.
        now_ms: u64,
    },
    /// The run's journal is begun, or cannot be.
    Kept {
        /// Why not.
        fault: Option<Unkept>,
        /// Now, in milliseconds since 1970.
        now_ms: u64,
    },
    /// It was answered whether to run without a journal.
    Anyway {
        /// The answer.
        is_wanted: bool,
        /// Now, in milliseconds since 1970.
        now_ms: u64,
    },
    /// The journal could not be gone on with.
    Unkept {
        /// Why.
        fault: Unkept,
        /// Now, in milliseconds since 1970.
        now_ms: u64,
    },
    /// A run was found in the journal.
    Found(Box<KeptRun>),
    /// It was found what was made of the run at hand since.
    FollowedBy {
        /// The run.
        run: String,
        /// What.
        by: Vec<Again>,
    },
    /// A run goes on in another tab.
    Elsewhere(Record),
    /// Something happened to the run.
    Told {
        /// What.
        event: Event,
        /// Now, in milliseconds since 1970.
        now_ms: u64,
        /// A random number from 0 to 1.
        jitter: f64,
    },
}

/// What is to be done.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Have the chosen file read.
    OpenFile,
    /// Do something with a workbook.
    Workbook(WorkbookEffect),
    /// Remember what was said about the columns.
    Remember(Remembered),
    /// Ask the worksheet.
    Ask(Ask),
    /// See that the worksheet has the stock of now.
    TakeStock,
    /// Look these SKUs up one by one.
    LookUp(Vec<String>),
    /// Look whether levels of these confirmed items moved since the preview.
    CheckDrift(Vec<SendItem>),
    /// Make a run of these items.
    MakeRun(Vec<SendItem>),
    /// Look whether the changes of the run at hand, which have this fingerprint, were applied before.
    LookForTwin(String),
    /// Begin the run's journal.
    BeginRun,
    /// Write an entry, and go on when it is kept for good.
    Journal(Entry),
    /// Keep the run at hand no longer.
    DropRun,
    /// The run at hand is left where it is kept.
    LeaveRun,
    /// The run has ended: keep it as it is, and nobody drives it any more.
    CloseRun,
    /// Send a request of the run.
    Send(Request),
    /// Ask the server for its time, and tell the run.
    AskDate,
    /// Tell the run that time has passed, at this time.
    WakeAt(u64),
    /// Write the rows with errors, and those of items that were not applied, as a file.
    WriteErrors,
    /// Save a file.
    Save {
        /// Its name.
        name: String,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// The run has changed the stock: read it again.
    RefreshStock,
    /// Forget the file.
    Forget,
    /// Begin a draft with the source at hand.
    KeepSource,
    /// Keep a step behind the last.
    KeepStep(Logged),
    /// Keep the draft without its steps.
    DropSteps,
    /// Keep the draft no longer.
    DropDraft,
    /// Have a worksheet of these products.
    OpenProducts(Vec<String>),
}
