//! Update stock, as a machine: what the page is, what happens to it, what is to be done then.
//!
//! Pure: no view and no browser, so every way through the steps is tested natively.
//! [`Model::update`] takes a [`Msg`], a fact, and returns [`Effect`]s for `desk` to carry out.

use stockroom_api::reason::Reason;
use stockroom_client::run::Phase;
use stockroom_domain::number::Style;
use stockroom_domain::sheet::EditField;
use stockroom_domain::table::{MAX_BYTES, ReadOptions};

use again::Follows;
use draft::{Note, Origin, Restoring};
use drift::Drift;
use serde::{Deserialize, Serialize};
use stockroom_worksheet::{Ask, Logged, Reply, Shape, Summary, View};

pub mod again;
mod apply;
pub mod draft;
pub mod drift;
pub mod kept;
mod message;
mod opening;
pub mod record;
pub mod remembered;
pub mod rest;
mod sending;
mod trouble;
mod twin;
pub mod workbook;

pub use apply::{Apply, Journal, Unkept};
pub use message::{Effect, Msg, RunMsg};
pub use sending::answered;
pub use trouble::{Progress, Trouble};
pub use twin::{Source, Twin, TwinAnswer};

/// How many SKUs that the stock does not have are looked up one by one.
pub const LOOKED_UP: u32 = 30;

/// Where the merchant stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Step {
    /// Choose a file or paste.
    #[default]
    Source,
    /// Say what the columns mean.
    Columns,
    /// See every change before it happens.
    Review,
    /// Send them.
    Apply,
    /// See what happened to each.
    Result,
}

/// Update stock as it stands.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Model {
    /// The step.
    pub step: Step,
    /// The name of the file; blank for a paste.
    pub name: String,
    /// The workbook that the file is, where it is one.
    pub workbook: Option<workbook::Workbook>,
    /// Whether an answer of the worksheet is awaited that changes the step.
    pub is_busy: bool,
    /// How far the worksheet is with what it does now.
    pub progress: Option<Progress>,
    /// Why the source cannot be used, where that is not the file's own refusal.
    pub trouble: Option<Trouble>,
    /// Whether the shape is that of the file's beginning, while the rest is read.
    pub is_head: bool,
    /// Cells of the last paste that would have gone where nothing can be typed.
    pub skipped_cells: u32,
    /// How many edits are on their way: rows at hand are of before.
    pub edits_awaited: u32,
    /// The row that was taken back or made again last, by its place in the view.
    pub shown_again: Option<u32>,
    /// What was said before about files like this one.
    pub recall: remembered::Recall,
    /// How the file is read.
    pub options: ReadOptions,
    /// What the file looks like.
    pub shape: Shape,
    /// What the plan comes to; `None` while it is not made.
    pub summary: Option<Summary>,
    /// Whether the plan is made on the whole stock, or on what is read so far.
    pub is_stock_whole: bool,
    /// Whether SKUs that the stock does not have are to be looked up after the next plan.
    wants_look_up: bool,
    /// The number style the merchant chose.
    pub style: Option<Style>,
    /// Which rows are shown.
    pub view: View,
    /// Counts what makes the rows on the screen stale.
    pub generation: u32,
    /// Whether the number that guards ask for is being typed.
    pub is_confirming: bool,
    /// The run that the rows were made of.
    pub follows: Option<Follows>,
    /// Whether it is being looked what moved since the preview.
    pub is_checking: bool,
    /// What moved since the preview, while it is asked what is to become of it.
    pub drift: Option<Drift>,
    /// Why levels are changed.
    pub reason: Option<Reason>,
    /// The run, once there is one.
    pub apply: Option<Apply>,
    /// Where the rows came from.
    pub origin: Origin,
    /// What is to be said about a draft.
    pub note: Option<Note>,
    /// A draft on its way back.
    restoring: Option<Restoring>,
}

impl Model {
    /// Takes in what happened and returns what is to be done.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::FileChosen { name, bytes } => self.open(name, bytes, Effect::OpenFile),
            Msg::CellsPasted(text) => {
                let open = Effect::Ask(Ask::Open(text.into_bytes()));
                let effects = self.open(String::new(), 0, open);
                self.origin = Origin::Cells;
                effects
            }
            Msg::Workbook(msg) => self.tell_workbook(msg),
            Msg::Recalled(found) => self.take_recalled(found),
            Msg::RowsMade { name, text, follows } => {
                let open = Effect::Ask(Ask::Open(text.into_bytes()));
                let effects = self.open(name, 0, open);
                self.origin = Origin::Run;
                self.follows = Some(follows);
                [vec![Effect::LeaveRun], effects].concat()
            }
            Msg::ProductsChosen(_) if self.is_running() => Vec::new(),
            Msg::ProductsChosen(skus) => {
                let effects = self.open(String::new(), 0, Effect::OpenProducts(skus));
                self.origin = Origin::Products;
                effects
            }
            Msg::DraftFound(draft) => self.restore(*draft),
            Msg::DraftLost => self.lose_draft(),
            Msg::Replied(reply) => self.take(reply),
            Msg::Told(news) => self.hear(news),
            Msg::WaitingLeft => {
                self.set_aside();
                vec![Effect::Forget]
            }
            Msg::WorkerGone(trouble) => self.lose_worker(trouble),
            Msg::ReadingChosen(options) => {
                self.keep_fields();
                self.options = options;
                // What was typed was typed over other rows.
                vec![Effect::DropSteps, Effect::Ask(Ask::Reread(options))]
            }
            Msg::ColumnAssigned(column, field) => self.assign(column, field),
            Msg::DefaultModeChosen(mode) => {
                self.shape.default_mode = mode;
                self.map()
            }
            Msg::LocationsChosen(locations) => {
                self.shape.locations = locations;
                self.map()
            }
            Msg::ColumnsConfirmed => [self.remember(), self.review()].concat(),
            Msg::ColumnsReopened => {
                self.step = Step::Columns;
                Vec::new()
            }
            Msg::StyleChosen(style) => {
                self.style = style;
                self.generation += 1;
                if self.step == Step::Columns {
                    // The plan that follows is made with it.
                    return Vec::new();
                }
                [self.remember(), vec![Effect::Ask(Ask::Plan(style))]].concat()
            }
            Msg::ViewChosen(view) => {
                self.skipped_cells = 0;
                self.view = view;
                self.generation += 1;
                Vec::new()
            }
            Msg::StockTaken { is_whole } => {
                self.is_stock_whole = is_whole;
                self.wants_look_up = is_whole;
                self.plan()
            }
            Msg::ProductsFound => self.plan(),
            Msg::Edited(ask) => {
                self.wants_look_up |= names_products(&ask);
                self.edits_awaited += 1;
                vec![Effect::Ask(ask)]
            }
            Msg::ErrorsAsked => vec![Effect::WriteErrors],
            Msg::ApplyPressed => self.press_apply(),
            Msg::NumberTyped(number) => {
                self.is_confirming = false;
                Self::confirm(Some(number))
            }
            Msg::ConfirmLeft => {
                self.is_confirming = false;
                Vec::new()
            }
            Msg::Run(msg) => self.hear_run(msg),
            Msg::StartedOver => {
                *self = Self::default();
                vec![Effect::Forget, Effect::DropDraft]
            }
            Msg::StoreChanged => {
                *self = Self::default();
                vec![Effect::Forget]
            }
        }
    }

    /// Tells whether there is a run that has not ended.
    pub fn is_running(&self) -> bool {
        self.step == Step::Apply
    }

    /// Tells whether leaving now would stop something that is under way.
    pub fn is_sending(&self) -> bool {
        let phase = self.apply.as_ref().map(|apply| apply.run.phase());
        matches!(phase, Some(Phase::Running | Phase::Ending(_)))
    }

    /// Tells whether a file of what was not applied can be written: items that did not go, and,
    /// while they are here, rows that were left out because something is wrong with them.
    pub fn has_rest(&self) -> bool {
        let Some(apply) = &self.apply else { return false };
        let has_errors = self.summary.as_ref().is_some_and(|plan| plan.totals.errors > 0);
        has_errors || apply.has_rest()
    }

    fn open(&mut self, name: String, bytes: u64, open: Effect) -> Vec<Effect> {
        *self = Self { name, generation: self.generation + 1, ..Self::default() };
        if bytes > MAX_BYTES {
            self.trouble = Some(Trouble::TooLarge { bytes });
            return Vec::new();
        }
        self.is_busy = true;
        vec![open]
    }

    fn take(&mut self, reply: Reply) -> Vec<Effect> {
        match reply {
            Reply::Shape(shape) => self.take_shape(*shape),
            Reply::Summary(summary) => {
                self.skipped_cells = 0;
                self.take_summary(summary)
            }
            Reply::Pasted { summary, skipped } => {
                self.skipped_cells = skipped;
                self.take_summary(summary)
            }
            Reply::Unknown(skus) if !skus.is_empty() => vec![Effect::LookUp(skus)],
            // Pressed twice, it is still one run.
            Reply::Confirmed(items) if self.step == Step::Review && !self.is_checking => {
                self.is_checking = true;
                vec![Effect::CheckDrift(items)]
            }
            Reply::Unconfirmed if self.step == Step::Review => {
                // The plan is another since the number was typed.
                self.is_confirming =
                    self.summary.as_ref().is_some_and(|summary| !summary.guards.is_empty());
                Vec::new()
            }
            Reply::Unreadable => self.lose_worker(Trouble::Unreadable),
            Reply::File(bytes) => {
                let name = if self.step == Step::Result {
                    self.rest_file_name()
                } else {
                    file_name(&self.name, "errors")
                };
                vec![Effect::Save { name, bytes }]
            }
            Reply::Ready(_)
            | Reply::Done
            | Reply::Confirmed(_)
            | Reply::Rows { .. }
            | Reply::Place(_)
            | Reply::Text(_)
            | Reply::Unknown(_)
            | Reply::Repairs(_)
            | Reply::Missing { .. }
            | Reply::Unconfirmed => Vec::new(),
        }
    }

    fn take_summary(&mut self, mut summary: Summary) -> Vec<Effect> {
        if self.is_restoring() {
            return self.restore_end();
        }
        let mut effects = Vec::new();
        self.edits_awaited = self.edits_awaited.saturating_sub(1);
        self.shown_again = None;
        if let Some(logged) = summary.logged.take() {
            if matches!(logged, Logged::Undone | Logged::Redone) {
                self.shown_again = summary.place;
            }
            self.note = None;
            effects.push(Effect::KeepStep(logged));
        }
        self.summary = Some(summary);
        self.is_busy = false;
        self.progress = None;
        self.generation += 1;
        if std::mem::take(&mut self.wants_look_up) {
            effects.push(Effect::Ask(Ask::Unknown { most: LOOKED_UP }));
        }
        effects
    }

    fn lose_worker(&mut self, trouble: Trouble) -> Vec<Effect> {
        // A run needs no worksheet: it goes on. Only what was never sent can no longer be written.
        if matches!(self.step, Step::Apply | Step::Result) {
            self.summary = None;
            return Vec::new();
        }
        self.set_aside();
        self.trouble = Some(trouble);
        vec![Effect::Forget]
    }

    fn review(&mut self) -> Vec<Effect> {
        if self.shape.unusable.is_some() || self.is_head {
            return Vec::new();
        }
        self.step = Step::Review;
        self.summary = None;
        self.is_stock_whole = false;
        self.is_busy = true;
        vec![Effect::TakeStock]
    }

    fn plan(&mut self) -> Vec<Effect> {
        if self.step != Step::Review {
            return Vec::new();
        }
        vec![Effect::Ask(Ask::Plan(self.style))]
    }

    fn press_apply(&mut self) -> Vec<Effect> {
        let Some(summary) = &self.summary else { return Vec::new() };
        if summary.totals.targets == 0 || !self.is_stock_whole {
            return Vec::new();
        }
        if summary.guards.is_empty() {
            return Self::confirm(None);
        }
        self.is_confirming = true;
        Vec::new()
    }

    fn confirm(typed: Option<u32>) -> Vec<Effect> {
        // The button's own words say that errors are left out.
        vec![Effect::Ask(Ask::Confirm { leave_out_errors: true, typed })]
    }

    /// Returns the name of the file of what the run at hand did not apply.
    pub fn rest_file_name(&self) -> String {
        file_name(self.apply.as_ref().map_or(&self.name, |apply| &apply.name), "not-applied")
    }
}

fn file_name(of: &str, what: &str) -> String {
    let stem = of.rsplit_once('.').map_or(of, |(stem, _)| stem);
    let stem = if stem.is_empty() { "stock" } else { stem };
    format!("{stem}-{what}.csv")
}

/// Tells whether an edit may name products that were not looked up yet.
fn names_products(ask: &Ask) -> bool {
    match ask {
        Ask::Edit(edits) => edits.iter().any(|edit| edit.field == EditField::ExternalId),
        Ask::Paste { .. } | Ask::Replay(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
