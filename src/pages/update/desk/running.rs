//! Drives a run: its journal before everything, what it sends in the order it says.
//!
//! What a run asks for waits in one line, so that nothing leaves before its entry is kept. Whoever
//! drives a run holds its lock and writes its journal under a mark of their own.

mod kept;
mod twin;

use std::collections::VecDeque;

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_client::run::{Entry, Event, Request};

use super::{Desk, now_ms};
use crate::browser::locks::{self, Lock};
use crate::browser::runs::{self, Fault, Journal, Opened};
use crate::browser::{clock, random};
use crate::connection::Method;
use crate::pages::update::state::record::{Record, entry_bytes};
use crate::pages::update::state::{Apply, Model, Msg, RunMsg, Unkept, answered};
use kept::drop_oldest;
pub(super) use kept::records;

/// How long entries that nothing waits for are held back, in milliseconds.
const HELD_MS: i32 = 100;

/// The run that this tab drives; copy it into closures.
#[derive(Clone, Copy, Debug)]
pub(super) struct Driving(StoredValue<Driver, LocalStorage>);

#[derive(Debug, Default)]
struct Driver {
    journal: Journal,
    /// The number of the next entry.
    next: u32,
    lock: Option<Lock>,
    /// Where entries are written, from the first on.
    opened: Option<Opened>,
    /// Entries that nothing waits for.
    held: Vec<Entry>,
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
    /// Write the entries that nothing has waited for, unless the entry of this number has taken them.
    WriteHeld(u32),
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
                // A key is no younger than that.
                if let server_ms @ Some(_) = self.connection.latest_date() {
                    self.tell_run(Event::DateTold { server_ms });
                }
                let fault = self.begin_journal().await.err();
                self.tell(Msg::Run(RunMsg::Kept { fault: fault.map(unkept), now_ms: now_ms() }));
            }
            Due::Write(entry) => {
                let (entries, requests) = self.take_what_came(entry);
                if requests.is_empty() && self.may_hold() {
                    self.hold(entries);
                } else {
                    self.write(entries, requests).await;
                }
            }
            Due::WriteHeld(number) => {
                let held = self.driving.0.try_update_value(|driver| {
                    let is_meant = driver.next == number && !driver.held.is_empty();
                    is_meant.then(|| std::mem::take(&mut driver.held))
                });
                if let Some(held) = held.flatten() {
                    self.write(held, Vec::new()).await;
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

    /// Writes entries, then sends the requests that waited for them.
    async fn write(self, entries: Vec<Entry>, requests: Vec<Request>) {
        match self.write_entries(&entries).await {
            Ok(()) => requests.into_iter().for_each(|one| spawn_local(self.send(one))),
            Err(fault) => self.lose_journal(fault, requests),
        }
    }

    /// Tells whether an entry that nothing waits for may wait for the next one: that comes soon, as long
    /// as other requests are under way.
    fn may_hold(self) -> bool {
        let is_flying = |model: &Model| model.apply.as_ref().is_some_and(Apply::is_flying);
        self.model.try_with_untracked(is_flying) == Some(true)
    }

    /// Keeps entries back for a moment. Should the tab end meanwhile, the requests that they settle are
    /// unknown, and a replay is answered as they were.
    fn hold(self, entries: Vec<Entry>) {
        let first = self.driving.0.try_update_value(|driver| {
            let is_first = driver.held.is_empty();
            driver.held.extend(entries);
            is_first.then_some(driver.next)
        });
        if let Some(number) = first.flatten() {
            spawn_local(async move {
                clock::sleep(HELD_MS).await;
                self.drive(Due::WriteHeld(number));
            });
        }
    }

    /// Takes what was held, and what stands in line behind an entry, up to what is neither an entry nor
    /// a request: one write keeps it all before any of the requests leaves.
    fn take_what_came(self, entry: Entry) -> (Vec<Entry>, Vec<Request>) {
        let (mut entries, mut requests) = (Vec::new(), Vec::new());
        self.driving.0.try_update_value(|driver| {
            entries.append(&mut driver.held);
            entries.push(entry);
            while let Some(due) = driver.line.pop_front() {
                match due {
                    Due::Write(entry) => entries.push(entry),
                    Due::Send(request) => requests.push(request),
                    other => return driver.line.push_front(other),
                }
            }
        });
        (entries, requests)
    }

    async fn write_entries(self, entries: &[Entry]) -> Result<(), Fault> {
        let (journal, number, opened) = self
            .driving
            .0
            .try_update_value(|driver| {
                let number = driver.next;
                driver.next += 1;
                (driver.journal.clone(), number, driver.opened.clone())
            })
            .ok_or(Fault::Blocked)?;
        let opened = match opened {
            Some(opened) => opened,
            None => self.hold_open().await?,
        };
        let head = self.record().ok_or(Fault::Blocked)?.to_bytes();
        runs::append(&opened, &journal, number, &entry_bytes(entries), &head).await
    }

    async fn hold_open(self) -> Result<Opened, Fault> {
        let opened = runs::hold_open().await?;
        self.driving.0.try_update_value(|driver| driver.opened = Some(opened.clone()));
        Ok(opened)
    }

    /// Puts the run as it ended in the place of its entries.
    async fn close_journal(self) {
        let kept = self.model.with_untracked(|model| {
            let apply = model.apply.as_ref()?;
            Some((apply.record().to_bytes(), apply.base()))
        });
        let journal = self.driving.0.try_update_value(|driver| {
            driver.opened = None;
            driver.journal.clone()
        });
        let (Some((head, base)), Some(journal)) = (kept, journal) else { return };
        // Where this fails, the entries tell the same.
        if runs::begin(&journal, &head, &base).await.is_ok() {
            self.driving.0.try_update_value(|driver| driver.next = 0);
        }
        drop_oldest(&journal.place).await;
    }

    /// Says that entries are not kept, with the requests that were to leave behind them.
    fn lose_journal(self, fault: Fault, requests: Vec<Request>) {
        if fault == Fault::Elsewhere {
            let record = self.record().unwrap_or_default();
            self.driving.leave();
            return self.tell(Msg::Run(RunMsg::Elsewhere(record)));
        }
        self.tell(Msg::Run(RunMsg::Unkept { fault: unkept(fault), now_ms: now_ms() }));
        // What would have left behind that entry has not: a journal that does not know of it stays
        // true until the merchant lets the run go on without one.
        let line = self.driving.0.try_update_value(|driver| std::mem::take(&mut driver.line));
        let behind = line.unwrap_or_default().into_iter().filter_map(|due| match due {
            Due::Send(request) => Some(request),
            _ => None,
        });
        for request in requests.into_iter().chain(behind) {
            self.tell_run(answered(request.batch, None));
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

    /// Asks the server for its time, by which the run tells the age of a key.
    pub(super) async fn ask_date(self) {
        let run = self.run_id();
        let server_ms = self.connection.ask_date().await;
        if self.run_id() == run {
            self.tell_run(Event::DateTold { server_ms });
        }
    }

    /// Returns the id of the run at hand.
    pub fn run_id(self) -> Option<String> {
        let id = |apply: &Apply| apply.run.id().to_owned();
        self.model.try_with_untracked(|model| model.apply.as_ref().map(id))?
    }

    /// Answers whether to run without a journal.
    pub fn run_anyway(self, is_wanted: bool) {
        self.tell(Msg::Run(RunMsg::Anyway { is_wanted, now_ms: now_ms() }));
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
