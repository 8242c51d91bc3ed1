//! The runs that this browser keeps: found again, shown, offered, and the oldest dropped.

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_client::budget::{Budget, Day};

use super::lock_of;
use crate::browser::locks::{self, Lock};
use crate::browser::random;
use crate::browser::runs::{self, Journal};
use crate::pages::update::desk::telling::Telling;
use crate::pages::update::desk::{Desk, now_ms};
use crate::pages::update::draft::source_name;
use crate::pages::update::state::kept::to_drop;
use crate::pages::update::state::record::{KeptRun, Record};
use crate::pages::update::state::{Model, Msg, RunMsg};
use crate::route::Route;
use crate::ui::Tone;
use crate::words::Key;

impl Desk {
    /// Finds what was made of the run at hand since.
    pub(in crate::pages::update::desk) async fn find_followers(self) {
        let Some((place, run)) = self.place().zip(self.run_id()) else { return };
        let follows = |record: Record| {
            let has_effect = record.has_effect();
            record.follows.filter(|follows| has_effect && follows.run == run)
        };
        let by = records(&place).await.into_iter().filter_map(follows).map(|f| f.again).collect();
        self.tell(Msg::Run(RunMsg::FollowedBy { run, by }));
    }

    /// Keeps that the merchant leaves the run at hand as it is, where it could go on.
    pub(in crate::pages::update::desk) fn mark_left(self) {
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
    pub(in crate::pages::update::desk) async fn restore_run(self, place: &str) -> bool {
        let open = records(place).await.into_iter().find(Record::is_open);
        match open {
            Some(record) => self.take_run(place.to_owned(), record).await,
            None => false,
        }
    }

    /// Says on another page that a run waits to go on.
    pub(in crate::pages::update::desk) fn tell_of_open_run(self) {
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
            let Some(lock) = locks::hold(&lock_of(&record.id)).await else { return };
            let name = untrack(|| source_name(self.words, &record.name, record.origin));
            let say = |tone, key| {
                toasts.show(tone, untrack(|| self.words.fill(key, &[("name", &name)])));
            };
            if record.waits_for_day {
                self.take_held(place, record, lock).await;
            }
            // The run of a day that is over needs nobody.
            let is_on = |model: &Model| model.is_sending() || model.looks_for_twin();
            if self.with_untracked(is_on) {
                say(Tone::Info, Key::UpdateBackGoesOn);
            } else {
                say(Tone::Warning, Key::UpdateBackToast);
            }
        });
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

    /// Returns what the server last said of the day's requests, and how many this browser has made of
    /// runs in the day of the service, which begins at midnight in UTC.
    pub async fn day_so_far(self) -> (Option<Day>, u64) {
        let Some(place) = self.place() else { return (None, 0) };
        let budget = Budget::of(&self.connection.capabilities_untracked());
        let today = budget.day_of(now_ms());
        let runs = records(&place).await;
        let told = runs.iter().filter_map(|run| run.day).max_by_key(|day| day.at_ms);
        let of_today = runs.iter().filter(|run| budget.day_of(run.started_ms) == today);
        (told, of_today.map(|run| run.requests as u64).sum())
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
        self.take_held(place, record, lock).await
    }

    /// Takes a run over whose lock this tab holds.
    async fn take_held(self, place: String, record: Record, lock: Lock) -> bool {
        let run = record.id.clone();
        let journal = Journal { place, run, owner: random::idempotency_key() };
        let Ok(Some(found)) = runs::take(&journal).await else { return false };
        let Some(mut kept) = KeptRun::read(record.clone(), &found.base, &found.entries) else {
            // Another version wrote it: it stays in the list and is not offered again.
            let head = Record { is_left: true, ..record }.to_bytes();
            let _ = runs::put_head(&journal, &head).await;
            return false;
        };
        let is_free = self.model.try_with_untracked(|model| !model.is_running());
        if is_free != Some(true) {
            return false;
        }
        if let Some(server_ms) = self.connection.latest_date() {
            // Heard at some time before; what leaves now is no older than that.
            kept.run.hear_date(server_ms, 0);
        }
        let next = kept.next;
        self.leave_draft();
        self.tell(Msg::Run(RunMsg::Found(Box::new(kept))));
        self.driving.0.try_update_value(|driver| {
            (driver.journal, driver.next, driver.lock) = (journal, next, Some(lock));
        });
        self.find_followers().await;
        let goes_on = |model: &Model| {
            model.apply.as_ref().is_some_and(|apply| apply.goes_on_by_itself(now_ms()))
        };
        if self.with_untracked(goes_on) && untrack(|| self.connection.can_write()) {
            self.resume();
        }
        true
    }
}

/// Returns the runs that this browser keeps of a place, the newest first.
pub(in crate::pages::update::desk) async fn records(place: &str) -> Vec<Record> {
    let heads = runs::heads(place).await.unwrap_or_default();
    let mut records: Vec<Record> =
        heads.iter().filter_map(|head| Record::from_bytes(head)).collect();
    records.sort_by_key(|record| std::cmp::Reverse(record.started_ms));
    records
}

pub(super) async fn drop_oldest(place: &str) {
    let old = to_drop(&records(place).await);
    if !old.is_empty() {
        // What stays is dropped after the next run.
        let _ = runs::drop_runs(place, &old).await;
    }
}
