//! Drives a run: its journal before everything, what it sends in the order it says.
//!
//! What a run asks for waits in one line, so that nothing leaves before its entry is kept. Whoever
//! drives a run holds its lock and writes its journal under a mark of their own.

use std::collections::VecDeque;

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_client::budget::Budget;
use stockroom_client::run::{Entry, Event, Request};

use super::telling::Telling;
use super::{Desk, now_ms};
use crate::browser::locks::{self, Lock};
use crate::browser::runs::{self, Fault, Journal};
use crate::browser::{clock, random};
use crate::connection::Method;
use crate::pages::update::draft::source_name;
use crate::pages::update::state::kept::to_drop;
use crate::pages::update::state::record::{KeptRun, Record, entry_bytes};
use crate::pages::update::state::{Apply, Model, Msg, RunMsg, Twin, Unkept, answered};
use crate::route::Route;
use crate::ui::Tone;
use crate::words::Key;

/// The run that this tab drives; copy it into closures.
#[derive(Clone, Copy, Debug)]
pub(super) struct Driving(StoredValue<Driver, LocalStorage>);

#[derive(Debug, Default)]
struct Driver {
    journal: Journal,
    /// The number of the next entry.
    next: u32,
    lock: Option<Lock>,
    line: VecDeque<Due>,
    is_busy: bool,
    wake: Option<clock::Timer>,
}

/// What a run asks for.
#[derive(Debug)]
pub(super) enum Due {
    /// Begin the journal.
    Begin,
    /// Write an entry.
    Write(Entry),
    /// Send a request.
    Send(Request),
    /// Come back at this time.
    WakeAt(u64),
    /// Keep the run as it ended.
    Close,
    /// Keep it no longer.
    Drop,
}

impl Driving {
    pub(super) fn new() -> Self {
        Self(StoredValue::new_local(Driver::default()))
    }

    /// Drives nothing any more.
    pub(super) fn leave(self) {
        let left = self.0.try_update_value(|driver| {
            let is_busy = driver.is_busy;
            std::mem::replace(driver, Driver { is_busy, ..Driver::default() })
        });
        // A timer must not be dropped while it calls.
        spawn_local(async move { drop(left) });
    }
}

impl Desk {
    /// Does what a run asks for, after all that it asked for before.
    pub(super) fn drive(self, due: Due) {
        let is_busy = self.driving.0.try_update_value(|driver| {
            driver.line.push_back(due);
            std::mem::replace(&mut driver.is_busy, true)
        });
        if is_busy != Some(false) {
            return;
        }
        spawn_local(async move {
            let next = move || self.driving.0.try_update_value(|d| d.line.pop_front()).flatten();
            while let Some(due) = next() {
                self.do_due(due).await;
            }
            self.driving.0.try_update_value(|driver| driver.is_busy = false);
        });
    }

    async fn do_due(self, due: Due) {
        match due {
            Due::Begin => {
                let fault = self.begin_journal().await.err();
                self.tell(Msg::Run(RunMsg::Kept { fault: fault.map(unkept), now_ms: now_ms() }));
            }
            Due::Write(entry) => {
                if let Err(fault) = self.write_entry(&entry).await {
                    self.lose_journal(fault);
                }
            }
            Due::Send(request) => spawn_local(self.send(request)),
            Due::WakeAt(at) => {
                let wait = i32::try_from(at.saturating_sub(now_ms())).unwrap_or(i32::MAX);
                let timer = clock::after(wait, move || self.tell_run(Event::TimePassed));
                self.driving.0.try_update_value(|driver| driver.wake = timer);
            }
            Due::Close => self.close_journal().await,
            Due::Drop => self.drop_journal().await,
        }
    }

    /// Keeps the run as it was made.
    async fn begin_journal(self) -> Result<(), Fault> {
        let place = self.place().ok_or(Fault::Blocked)?;
        let kept = self.model.with_untracked(|model| {
            let apply = model.apply.as_ref()?;
            Some((apply.run.id().to_owned(), apply.record().to_bytes(), apply.base()))
        });
        let (run, head, base) = kept.ok_or(Fault::Blocked)?;
        let journal = Journal { place, run, owner: random::idempotency_key() };
        let lock = locks::hold(&lock_of(&journal.run)).await;
        runs::begin(&journal, &head, &base).await?;
        self.driving.0.try_update_value(|driver| {
            (driver.journal, driver.next, driver.lock) = (journal, 0, lock);
        });
        Ok(())
    }

    async fn write_entry(self, entry: &Entry) -> Result<(), Fault> {
        let (journal, number) = self
            .driving
            .0
            .try_update_value(|driver| {
                let number = driver.next;
                driver.next += 1;
                (driver.journal.clone(), number)
            })
            .ok_or(Fault::Blocked)?;
        let head = self.record().ok_or(Fault::Blocked)?.to_bytes();
        runs::append(&journal, number, &entry_bytes(entry), &head).await
    }

    /// Puts the run as it ended in the place of its entries.
    async fn close_journal(self) {
        let kept = self.model.with_untracked(|model| {
            let apply = model.apply.as_ref()?;
            Some((apply.record().to_bytes(), apply.base()))
        });
        let journal = self.driving.0.try_with_value(|driver| driver.journal.clone());
        let (Some((head, base)), Some(journal)) = (kept, journal) else { return };
        // Where this fails, the entries tell the same.
        if runs::begin(&journal, &head, &base).await.is_ok() {
            self.driving.0.try_update_value(|driver| driver.next = 0);
        }
        drop_oldest(&journal.place).await;
    }

    fn lose_journal(self, fault: Fault) {
        if fault == Fault::Elsewhere {
            let record = self.record().unwrap_or_default();
            self.driving.leave();
            return self.tell(Msg::Run(RunMsg::Elsewhere(record)));
        }
        self.tell(Msg::Run(RunMsg::Unkept { fault: unkept(fault), now_ms: now_ms() }));
        // What would have left behind that entry has not: a journal that does not know of it stays
        // true until the merchant lets the run go on without one.
        let line = self.driving.0.try_update_value(|driver| std::mem::take(&mut driver.line));
        for due in line.unwrap_or_default() {
            if let Due::Send(request) = due {
                self.tell_run(answered(request.batch, None));
            }
        }
    }

    /// Forgets the journal: it would tell less than what is done.
    async fn drop_journal(self) {
        let journal = self.driving.0.try_with_value(|driver| driver.journal.clone());
        if let Some(Journal { place, run, .. }) = journal {
            // There is room for less, even where there is none for more.
            let _ = runs::drop_runs(&place, &[run]).await;
        }
    }

    fn record(self) -> Option<Record> {
        self.model.try_with_untracked(|model| model.apply.as_ref().map(Apply::record))?
    }

    async fn send(self, request: Request) {
        let run = self.run_id();
        let answer = if request.is_too_late(now_ms()) {
            None
        } else {
            let headers: Vec<(&str, &str)> =
                request.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let (path, body) = (request.path, Some(request.body.as_str()));
            self.connection.send(Method::Patch, path, &headers, body).await.ok()
        };
        // Another run may be at hand by now, whose requests have the same numbers.
        if self.run_id() == run {
            self.tell_run(answered(request.batch, answer));
        }
    }

    /// Returns the id of the run at hand.
    pub fn run_id(self) -> Option<String> {
        let id = |apply: &Apply| apply.run.id().to_owned();
        self.model.try_with_untracked(|model| model.apply.as_ref().map(id))?
    }

    /// Looks whether the same changes were applied before: from this browser, or from another
    /// where the server knows.
    pub(super) async fn look_for_twin(self, fingerprint: String) {
        let own = self.run_id();
        let here = match self.place() {
            Some(place) => records(&place).await,
            None => Vec::new(),
        };
        let is_same = |record: &Record| {
            record.has_effect()
                && Some(&record.id) != own.as_ref()
                && record.fingerprint.as_deref() == Some(fingerprint.as_str())
        };
        let mut twin = here.into_iter().find(is_same).map(|record| Twin {
            at_ms: record.started_ms,
            products: record.applied + record.unknown,
        });
        if twin.is_none() && self.connection.capabilities_untracked().fingerprints {
            let found = self.connection.runs_with(fingerprint).await.into_iter();
            let mut others = found.filter(|run| Some(&run.run_id) != own.as_ref());
            twin = others.next().map(|run| Twin {
                at_ms: clock::time_of(&run.started_at).unwrap_or_default(),
                products: usize::try_from(run.products).unwrap_or_default(),
            });
        }
        self.tell(Msg::Run(RunMsg::TwinFound { twin, now_ms: now_ms() }));
    }

    /// Answers whether the same changes are meant once more.
    pub fn answer_twin(self, is_wanted: bool) {
        self.tell(Msg::Run(RunMsg::TwinAnswered { is_wanted, now_ms: now_ms() }));
    }

    /// Lets the run go on; one of before first looks whether its changes were applied meanwhile.
    pub fn resume(self) {
        let fingerprint = self.model.with_untracked(|model| {
            let apply = model.apply.as_ref().filter(|apply| apply.is_back)?;
            let has_rest = apply.run.summary().not_sent > 0;
            apply.run.labels().fingerprint.clone().filter(|_| has_rest)
        });
        match fingerprint {
            Some(fingerprint) => spawn_local(self.look_for_twin(fingerprint)),
            None => self.tell_run(Event::ResumeAsked),
        }
    }

    /// Finds what was made of the run at hand since.
    pub(super) async fn find_followers(self) {
        let Some((place, run)) = self.place().zip(self.run_id()) else { return };
        let follows = |record: Record| {
            let has_effect = record.has_effect();
            record.follows.filter(|follows| has_effect && follows.run == run)
        };
        let by = records(&place).await.into_iter().filter_map(follows).map(|f| f.again).collect();
        self.tell(Msg::Run(RunMsg::FollowedBy { run, by }));
    }

    /// Keeps that the merchant leaves the run at hand as it is, where it could go on.
    pub(super) fn mark_left(self) {
        let kept = self.record().filter(|record| record.ended_ms.is_some() && record.is_halted);
        let journal = self.driving.0.try_with_value(|driver| driver.journal.clone());
        let (Some(record), Some(journal)) = (kept, journal) else { return };
        spawn_local(async move {
            let head = Record { is_left: true, ..record }.to_bytes();
            // Where it cannot be kept it is offered once more.
            let _ = runs::put_head(&journal, &head).await;
        });
    }

    /// Brings a run back that was left before it had ended; tells whether there is one.
    pub(super) async fn restore_run(self, place: &str) -> bool {
        let open = records(place).await.into_iter().find(Record::is_open);
        match open {
            Some(record) => self.take_run(place.to_owned(), record).await,
            None => false,
        }
    }

    /// Says on another page that a run waits to go on.
    pub(super) fn tell_of_open_run(self) {
        let Some(place) = self.place() else { return };
        let Telling { toasts, navigator } = self.telling;
        spawn_local(async move {
            let open = records(&place).await.into_iter().find(Record::is_open);
            let Some(record) = open else { return };
            // There it is taken up at once, which needs its lock.
            if matches!(navigator.route_untracked(), Route::Update | Route::Run(_)) {
                return;
            }
            // What another tab has goes on there.
            if locks::hold(&lock_of(&record.id)).await.is_some() {
                let name = untrack(|| source_name(self.words, &record.name, record.origin));
                let text = untrack(|| self.words.fill(Key::UpdateBackToast, &[("name", &name)]));
                toasts.show(Tone::Warning, text);
            }
        });
    }

    /// Answers whether to run without a journal.
    pub fn run_anyway(self, is_wanted: bool) {
        self.tell(Msg::Run(RunMsg::Anyway { is_wanted, now_ms: now_ms() }));
    }

    /// Shows a run of before, with all that can still be done with it.
    pub async fn open_run(self, id: &str) -> bool {
        let Some(place) = self.place() else { return false };
        if self.run_id().as_deref() == Some(id) {
            return true;
        }
        if self.with_untracked(Model::is_running) {
            return false;
        }
        let record = records(&place).await.into_iter().find(|record| record.id == id);
        match record {
            Some(record) => self.take_run(place, record).await,
            None => false,
        }
    }

    /// Returns how many requests this browser has made of runs in the day of the service, which
    /// begins at midnight in UTC.
    pub async fn requests_today(self) -> u64 {
        let Some(place) = self.place() else { return 0 };
        let day_ms = Budget::of(&self.connection.capabilities_untracked()).day_ms.max(1);
        let today = now_ms() / day_ms * day_ms;
        let runs = records(&place).await.into_iter();
        runs.filter(|run| run.started_ms >= today).map(|run| run.requests as u64).sum()
    }

    /// Returns the runs that this browser keeps of the store, the newest first.
    pub async fn runs(self) -> Vec<Record> {
        match self.place() {
            Some(place) => records(&place).await,
            None => Vec::new(),
        }
    }

    async fn take_run(self, place: String, record: Record) -> bool {
        if self.run_id().as_ref() == Some(&record.id) {
            // It is at hand.
            return true;
        }
        let Some(lock) = locks::hold(&lock_of(&record.id)).await else {
            self.tell(Msg::Run(RunMsg::Elsewhere(record)));
            return true;
        };
        let run = record.id.clone();
        let journal = Journal { place, run, owner: random::idempotency_key() };
        let Ok(Some(found)) = runs::take(&journal).await else { return false };
        let Some(kept) = KeptRun::read(record.clone(), &found.base, &found.entries) else {
            // Another version wrote it: it stays in the list and is not offered again.
            let head = Record { is_left: true, ..record }.to_bytes();
            let _ = runs::put_head(&journal, &head).await;
            return false;
        };
        let is_free = self.model.try_with_untracked(|model| !model.is_running());
        if is_free != Some(true) {
            return false;
        }
        let next = kept.next;
        self.leave_draft();
        self.tell(Msg::Run(RunMsg::Found(Box::new(kept))));
        self.driving.0.try_update_value(|driver| {
            (driver.journal, driver.next, driver.lock) = (journal, next, Some(lock));
        });
        self.find_followers().await;
        true
    }
}

/// Returns the runs that this browser keeps of a place, the newest first.
pub(super) async fn records(place: &str) -> Vec<Record> {
    let heads = runs::heads(place).await.unwrap_or_default();
    let mut records: Vec<Record> =
        heads.iter().filter_map(|head| Record::from_bytes(head)).collect();
    records.sort_by_key(|record| std::cmp::Reverse(record.started_ms));
    records
}

async fn drop_oldest(place: &str) {
    let old = to_drop(&records(place).await);
    if !old.is_empty() {
        // What stays is dropped after the next run.
        let _ = runs::drop_runs(place, &old).await;
    }
}

pub(super) fn lock_of(run: &str) -> String {
    format!("stockroom-run-{run}")
}

fn unkept(fault: Fault) -> Unkept {
    match fault {
        Fault::Full => Unkept::Full,
        Fault::Blocked | Fault::Elsewhere => Unkept::Blocked,
    }
}
