//! Looks at runs of before without taking them over, and drops what this browser keeps of them.

use leptos::prelude::*;

use super::keeping::Keeping;
use super::running::{Driving, lock_of, records};
use super::{Desk, Tools};
use crate::browser::{locks, runs};
use crate::pages::update::state::record::{KeptRun, Record};
use crate::pages::update::state::{Apply, Model, Msg, RunMsg};

/// What became of the wish to see a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It is at this desk.
    Here {
        /// Whether it was made with the key of now.
        is_own: bool,
    },
    /// It is on its way, or was cut off: it goes on in Update stock.
    GoesOn,
    /// It is kept, but cannot be read.
    Unreadable,
    /// This browser does not keep it.
    Missing,
}

/// How many runs clearing would drop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ToClear {
    /// All of them.
    pub runs: usize,
    /// Those of which something is unknown or was not sent.
    pub unsettled: usize,
}

impl Desk {
    /// Returns a desk beside this one, at which a run of before can be looked at while this one has
    /// a worksheet or a run; it ends with the page that made it.
    #[must_use]
    pub fn beside(self) -> Self {
        Self {
            model: RwSignal::new(Model::default()),
            tools: StoredValue::new_local(Tools::default()),
            keeping: Keeping::new(),
            driving: Driving::new(),
            ..self
        }
    }

    /// Looks at a run; `main` is the desk that goes on with what was cut off.
    pub async fn see_run(self, main: Self, id: &str) -> Seen {
        let Some(place) = self.place() else { return Seen::Missing };
        let is_at_hand = main.run_id().as_deref() == Some(id);
        if is_at_hand && main.model.try_with_untracked(Model::is_running) == Some(true) {
            return Seen::GoesOn;
        }
        let own = records(&place).await.into_iter().find(|record| record.id == id);
        // Where another run is under way, it can only be looked at.
        if own.as_ref().is_some_and(|own| own.ended_ms.is_none()) && main.open_run(id).await {
            return Seen::GoesOn;
        }
        let is_own = own.is_some();
        let found = match own {
            Some(record) => Some((place, record)),
            None => self.runs_beside().await.into_iter().find(|(_, record)| record.id == id),
        };
        let Some((place, record)) = found else { return Seen::Missing };
        let Ok(found) = runs::read(&place, id).await else { return Seen::Unreadable };
        let Some(kept) = KeptRun::read(record, &found.base, &found.entries) else {
            return Seen::Unreadable;
        };
        self.model.try_set(Model::default());
        self.tell(Msg::Run(RunMsg::Found(Box::new(kept))));
        if is_own {
            self.find_followers().await;
        }
        // The levels of now are what is known of changes that nobody knows of.
        let has_unknown = self.model.try_with_untracked(|model| {
            let is_unknown = |apply: &Apply| apply.run.summary().unknown > 0;
            model.apply.as_ref().is_some_and(is_unknown)
        });
        if has_unknown == Some(true) && untrack(|| self.stock.read_at()).is_none() {
            self.stock.refresh();
        }
        Seen::Here { is_own }
    }

    /// Returns the runs that were made with other keys of the same server, each with its place, the
    /// newest first; none where the server says whose store it is.
    pub async fn runs_beside(self) -> Vec<(String, Record)> {
        let Some(who) = untrack(|| self.connection.who()) else { return Vec::new() };
        let all = runs::everywhere().await.unwrap_or_default();
        let beside = all.into_iter().filter(|kept| who.is_beside(&kept.place));
        let mut beside: Vec<(String, Record)> =
            beside.filter_map(|kept| Some((kept.place, Record::from_bytes(&kept.head)?))).collect();
        beside.sort_by_key(|(_, record)| std::cmp::Reverse(record.started_ms));
        beside
    }

    /// Returns how many runs clearing would drop now.
    pub async fn runs_to_clear(self) -> ToClear {
        let all = self.clearable().await;
        let unsettled = all.chunk_by(is_same_place).map(|some| {
            let known: Vec<Record> = some.iter().filter_map(|one| one.record.clone()).collect();
            known.iter().filter(|record| record.is_unsettled(&known)).count()
        });
        ToClear { runs: all.len(), unsettled: unsettled.sum() }
    }

    /// Drops the runs of all stores but those that are under way, here or in another tab.
    pub(super) async fn clear_runs(self) {
        for some in self.clearable().await.chunk_by(is_same_place) {
            let ids: Vec<String> = some.iter().map(|one| one.kept.run.clone()).collect();
            // Where nothing can be dropped, nothing was kept.
            let _ = runs::drop_runs(&some[0].kept.place, &ids).await;
        }
    }

    /// Returns the runs that nobody drives, in the order of their places.
    async fn clearable(self) -> Vec<Clearable> {
        let is_running = self.model.try_with_untracked(Model::is_running) == Some(true);
        let driven = self.run_id().filter(|_| is_running);
        let mut clearable = Vec::new();
        for kept in runs::everywhere().await.unwrap_or_default() {
            let record = Record::from_bytes(&kept.head);
            let has_ended = record.as_ref().is_some_and(|record| record.ended_ms.is_some());
            if driven.as_ref() != Some(&kept.run)
                && (has_ended || locks::hold(&lock_of(&kept.run)).await.is_some())
            {
                clearable.push(Clearable { kept, record });
            }
        }
        clearable
    }
}

/// A run that may be dropped; of one that another version wrote nothing is known.
struct Clearable {
    kept: runs::Kept,
    record: Option<Record>,
}

fn is_same_place(one: &Clearable, other: &Clearable) -> bool {
    one.kept.place == other.kept.place
}
