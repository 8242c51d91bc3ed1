//! Carries out what [`Model`] asks for: worker, requests, files, time.
//!
//! Lives at the app's root, so that a worksheet and a run outlast a walk to another page.

mod again;
mod giving;
mod keeping;
mod memory;
mod reading;
mod rest;
mod running;
mod telling;
mod workbook;

pub use memory::headers_kept;
pub use reading::{Seen, ToClear};

use std::collections::HashSet;

use js_sys::Math;
use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_client::budget::Budget;
use stockroom_client::run::Event;
use stockroom_domain::table::ReadOptions;
use web_sys::File;

use giving::Given;
use keeping::Keeping;
use running::{Driving, Due};
use telling::Telling;

use super::state::{Effect, Model, Msg, RunMsg, Trouble};
use super::tell;
use crate::browser::worker::{Gone, SheetText, WorkbookLink, WorkerLink};
use crate::browser::{clock, files, page, random};
use crate::connection::Connection;
use crate::stock::Stock;
use crate::words::Words;
use stockroom_worksheet::{Ask, News, Reply, SendItem};

/// Stock that was read longer ago is read again before a plan is made on it.
const FRESH_MS: f64 = 30_000.0;

/// The desk; copy it into closures.
#[derive(Clone, Copy, Debug)]
pub struct Desk {
    model: RwSignal<Model>,
    connection: Connection,
    stock: Stock,
    words: Words,
    tools: StoredValue<Tools, LocalStorage>,
    keeping: Keeping,
    driving: Driving,
    telling: Telling,
}

/// What cannot be seen from outside.
#[derive(Debug, Default)]
struct Tools {
    link: Option<WorkerLink>,
    workbook: Option<WorkbookLink>,
    file: Option<File>,
    /// SKUs that were looked up for the file at hand.
    looked_up: HashSet<String>,
    /// Whether the worksheet waits for the stock.
    wants_stock: bool,
    /// How often it was given the stock.
    feedings: u32,
    /// What the worker has of it.
    given: Option<Given>,
}

/// Returns the desk that the app provides.
pub fn use_desk() -> Desk {
    expect_context::<Desk>()
}

impl Desk {
    /// Sets the desk up; call it once, at the app's root.
    pub fn start(connection: Connection, stock: Stock, words: Words) -> Self {
        let model = RwSignal::new(Model::default());
        let tools = StoredValue::new_local(Tools::default());
        let (keeping, driving) = (Keeping::new(), Driving::new());
        let telling = Telling::start();
        let desk = Self { model, connection, stock, words, tools, keeping, driving, telling };
        leptos::prelude::Effect::new(move |_| {
            let (is_reading, has_failed) = (stock.progress().is_reading, stock.failure().is_some());
            if !is_reading && desk.tools.with_value(|tools| tools.wants_stock) {
                // A reading that stopped half-way is not the whole stock.
                spawn_local(desk.feed_stock(!has_failed));
            }
        });
        page::on_leaving(move || desk.with_untracked(Model::is_sending));
        desk.keep_on_hiding();
        desk.tell_of_ends();
        leptos::prelude::Effect::new(move |before: Option<Option<String>>| {
            let place = connection.who().map(|who| who.place());
            let before = before.flatten();
            if before == place {
                return place;
            }
            if let Some(left) = before {
                desk.leave_store(left, place.is_none());
            }
            desk.tell_of_open_run();
            place
        });
        desk
    }

    /// Returns the words of the page.
    pub fn words(self) -> Words {
        self.words
    }

    /// Says what happened.
    pub fn tell(self, msg: Msg) {
        if msg.replaces_all() {
            self.mark_left();
        }
        let effects = self.model.try_update(|model| model.update(msg)).unwrap_or_default();
        for effect in effects {
            self.carry_out(effect);
        }
        self.keep_head_soon();
    }

    /// Another store, or nobody, is signed in now; only who leaves by choice drops the draft.
    fn leave_store(self, place: String, is_by_choice: bool) {
        self.leave_draft();
        self.tell(Msg::StoreChanged);
        if is_by_choice {
            spawn_local(keeping::drop_place(place));
        }
    }

    /// Has a file read.
    pub fn open(self, file: File) {
        if self.with_untracked(|model| model.is_busy || model.is_head) {
            // What is still being read is no longer wanted.
            self.forget();
        }
        let (name, bytes) = (file.name(), file.size());
        self.tools.update_value(|tools| tools.file = Some(file));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a file's size is a whole number from 0"
        )]
        let bytes = bytes as u64;
        self.tell(Msg::FileChosen { name, bytes });
    }

    /// Calls `with` with the model and follows it.
    pub fn with<T>(self, with: impl FnOnce(&Model) -> T) -> T {
        self.model.with(with)
    }

    /// Calls `with` with the model without following it.
    pub fn with_untracked<T>(self, with: impl FnOnce(&Model) -> T) -> T {
        self.model.with_untracked(with)
    }

    /// Tells whether it is being looked if the changes of the run were applied before, and follows it.
    pub fn looks_for_twin(self) -> Memo<bool> {
        Memo::new(move |_| self.with(Model::looks_for_twin))
    }

    /// Asks the worksheet for something that is only shown.
    pub async fn ask(self, ask: Ask) -> Option<Reply> {
        let link = self.tools.try_with_value(|tools| tools.link.clone()).flatten()?;
        link.ask(&ask).await.ok()
    }

    /// Tells the run something.
    pub fn tell_run(self, event: Event) {
        self.tell(Msg::Run(RunMsg::Told { event, now_ms: now_ms(), jitter: Math::random() }));
    }

    fn carry_out(self, effect: Effect) {
        match effect {
            Effect::OpenFile => {
                self.begin();
                spawn_local(self.open_file());
            }
            Effect::Remember(said) => memory::keep(said),
            Effect::Workbook(effect) => self.carry_out_workbook(effect),
            Effect::Ask(ask) => {
                if matches!(ask, Ask::Open(_)) {
                    self.begin();
                }
                spawn_local(self.reply_of(Asked::Ask(ask)));
            }
            Effect::TakeStock => self.take_stock(),
            Effect::LookUp(skus) => spawn_local(self.look_up(skus)),
            Effect::CheckDrift(items) => spawn_local(self.check_drift(items)),
            Effect::MakeRun(items) => self.make_run(items),
            Effect::LookForTwin(fingerprint) => spawn_local(self.look_for_twin(fingerprint)),
            Effect::BeginRun => self.drive(Due::Begin),
            Effect::Journal(entry) => self.drive(Due::Write(entry)),
            Effect::Send(request) => self.drive(Due::Send(request)),
            Effect::AskDate => spawn_local(self.ask_date()),
            Effect::WakeAt(at) => self.drive(Due::WakeAt(at)),
            Effect::LeaveRun => self.driving.leave(),
            Effect::CloseRun => self.drive(Due::Close),
            Effect::DropRun => self.drive(Due::Drop),
            Effect::WriteErrors if self.with_untracked(|model| model.summary.is_none()) => {
                self.write_rest();
            }
            Effect::WriteErrors => {
                let sentences = tell::sentences(self.words);
                let others = self.not_applied();
                self.carry_out(Effect::Ask(Ask::WriteErrors { sentences, others }));
            }
            Effect::Save { name, bytes } => {
                files::save_bytes(&name, "text/csv", &bytes);
            }
            Effect::RefreshStock => self.stock.refresh(),
            Effect::Forget => self.forget(),
            Effect::KeepSource => self.keep_source(),
            Effect::KeepStep(logged) => self.keep_step(&logged),
            Effect::DropSteps => self.drop_steps(),
            Effect::DropDraft => self.drop_draft(),
            Effect::OpenProducts(skus) => spawn_local(self.open_products(skus)),
        }
    }

    fn begin(self) {
        self.end_workbook();
        self.tools.update_value(|tools| {
            tools.looked_up.clear();
            tools.wants_stock = false;
        });
    }

    fn forget(self) {
        self.end_workbook();
        self.driving.leave();
        self.tools.update_value(|tools| {
            if let Some(link) = tools.link.take() {
                link.end();
            }
            *tools = Tools::default();
        });
    }

    /// Returns the worker, started where there is none.
    fn link(self) -> Result<WorkerLink, Gone> {
        if let Some(link) = self.tools.with_value(|tools| tools.link.clone()) {
            return Ok(link);
        }
        let link = WorkerLink::start(move |news: News| self.tell(Msg::Told(news)))?;
        self.tools.update_value(|tools| tools.link = Some(link.clone()));
        Ok(link)
    }

    async fn reply_of(self, asked: Asked) {
        let reply = match self.link() {
            Ok(link) => match &asked {
                Asked::File(file) => link.open(file).await,
                Asked::Ask(ask) => link.ask(ask).await,
                Asked::Text(text, options) => link.open_text(text, *options).await,
            },
            Err(gone) => Err(gone),
        };
        match reply {
            Ok(reply) => {
                self.recall(&reply);
                self.tell(Msg::Replied(reply));
            }
            Err(gone) => self.lose_worker(gone),
        }
    }

    fn lose_worker(self, gone: Gone) {
        let trouble = match gone {
            Gone::Dismissed => return,
            Gone::Ended => Trouble::WorkerEnded,
            Gone::OtherBuild => Trouble::OtherBuild,
        };
        self.tools.update_value(|tools| (tools.link, tools.given) = (None, None));
        self.tell(Msg::WorkerGone(trouble));
    }

    /// Has a worksheet of these products, with their levels as they were read.
    async fn open_products(self, skus: Vec<String>) {
        self.begin();
        self.give_stock().await;
        self.reply_of(Asked::Ask(Ask::OpenProducts(skus))).await;
    }

    fn make_run(self, items: Vec<SendItem>) {
        let capabilities = self.connection.capabilities_untracked();
        self.tell(Msg::Run(RunMsg::Made {
            items,
            id: random::idempotency_key(),
            has_extras: capabilities.expected_quantity && capabilities.representation,
            budget: Some(Budget::of(&capabilities)),
            now_ms: now_ms(),
        }));
    }
}

enum Asked {
    File(File),
    Ask(Ask),
    Text(SheetText, ReadOptions),
}

/// Returns milliseconds since 1970.
pub fn now_ms() -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "milliseconds since 1970 are a whole number for a long time to come"
    )]
    let now = clock::now_ms() as u64;
    now
}
