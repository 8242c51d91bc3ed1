//! The rows of the view that are on the screen, fetched from the worksheet in runs.

use std::cell::Cell;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::pages::update::desk::Desk;
use stockroom_worksheet::{Ask, Reply, RowView, View};

/// How many rows are asked for at a time.
const RUN: usize = 64;
/// After so long, rows that are awaited are drawn as awaited.
const LATE_MS: u64 = 200;
/// How many runs are kept: what is far away is asked for again.
const KEPT: usize = 24;

/// The rows at hand; copy it into closures.
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    desk: Desk,
    total: RwSignal<usize>,
    /// The runs at hand, by number; so few that they are looked through one by one.
    runs: RwSignal<Vec<Fetched>>,
    /// Counts what made the rows stale; an answer of before is dropped.
    round: StoredValue<u32>,
    asked: StoredValue<Vec<usize>>,
    /// Whether an answer has been awaited for so long that it shows.
    is_late: RwSignal<bool>,
}

/// A run of rows.
#[derive(Clone, Debug)]
struct Fetched {
    /// Its number.
    run: usize,
    /// The round in which it was asked for.
    round: u32,
    rows: Vec<RowView>,
}

impl Rows {
    /// Follows the desk's view and plan.
    pub(super) fn follow(desk: Desk) -> Self {
        let rows = Self {
            desk,
            total: RwSignal::new(0),
            runs: RwSignal::new(Vec::new()),
            round: StoredValue::new(0),
            asked: StoredValue::new(Vec::new()),
            is_late: RwSignal::new(false),
        };
        let key = Memo::new(move |_| desk.with(|model| (model.generation, model.view.clone())));
        Effect::new(move |before: Option<View>| {
            let (round, view) = key.get();
            rows.round.set_value(round);
            rows.asked.set_value(Vec::new());
            let is_other = before.as_ref() != Some(&view);
            let mut wanted: Vec<usize> =
                rows.runs.with_untracked(|runs| runs.iter().map(|fetched| fetched.run).collect());
            if is_other || wanted.is_empty() {
                // The rows of before stay on the screen until the first new ones are there.
                wanted = vec![0];
            }
            for run in wanted {
                rows.ask(run, is_other);
            }
            view
        });
        rows
    }

    /// Tells whether the rows on the screen are not those of their places yet, and follows it.
    pub(super) fn is_late(self) -> bool {
        self.is_late.get()
    }

    /// Returns the number of rows in the view and follows it.
    pub(super) fn total(self) -> usize {
        self.total.get()
    }

    /// Returns a row by its place in the view, asks for it where it is not at hand, follows it.
    pub(super) fn row(self, index: usize) -> Option<RowView> {
        let row = self.runs.with(|runs| {
            let fetched = runs.iter().find(|fetched| fetched.run == index / RUN)?;
            fetched.rows.get(index % RUN).cloned()
        });
        if row.is_none() {
            self.ask(index / RUN, false);
        }
        row
    }

    /// Returns rows of the view where all of them are at hand, and none is of before an edit.
    pub(super) fn at_hand(self, start: usize, count: usize) -> Option<Vec<RowView>> {
        let end = (start + count).min(self.total());
        if count > KEPT * RUN || self.desk.with_untracked(|model| model.edits_awaited > 0) {
            return None;
        }
        let round = self.round.get_value();
        self.runs.with(|runs| {
            let fresh = |index: usize| {
                runs.iter().find(|fetched| fetched.run == index / RUN && fetched.round == round)
            };
            (start..end).map(|index| fresh(index)?.rows.get(index % RUN).cloned()).collect()
        })
    }

    /// Returns a row as the worksheet has it now.
    pub(super) async fn fetch(self, index: usize) -> Option<RowView> {
        let view = self.desk.with_untracked(|model| model.view.clone());
        let start = u32::try_from(index).unwrap_or(u32::MAX);
        match self.desk.ask(Ask::Rows { view, start, count: 1 }).await {
            Some(Reply::Rows { rows, .. }) => rows.into_iter().next(),
            _ => None,
        }
    }

    fn ask(self, run: usize, replaces: bool) {
        let round = self.round.get_value();
        if self.asked.with_value(|asked| asked.contains(&run)) {
            return;
        }
        self.asked.update_value(|asked| asked.push(run));
        let view = self.desk.with_untracked(|model| model.view.clone());
        let start = u32::try_from(run * RUN).unwrap_or(u32::MAX);
        let count = u32::try_from(RUN).unwrap_or(u32::MAX);
        let is_answered = self.await_one();
        spawn_local(async move {
            let reply = self.desk.ask(Ask::Rows { view, start, count }).await;
            is_answered.set(true);
            if self.is_late.try_get_untracked() == Some(true) {
                self.is_late.try_set(false);
            }
            let Some(Reply::Rows { total, rows, .. }) = reply else { return };
            if self.round.try_get_value() != Some(round) {
                return;
            }
            self.runs.try_update(|runs| {
                if replaces || runs.len() > KEPT {
                    runs.clear();
                    // What was put away may be asked for again.
                    self.asked.set_value(vec![run]);
                }
                runs.retain(|old| old.run != run);
                runs.push(Fetched { run, round, rows });
            });
            self.total.try_set(total as usize);
        });
    }

    /// Begins to wait for an answer; what is returned is to be set when it is there.
    fn await_one(self) -> Rc<Cell<bool>> {
        let is_answered = Rc::new(Cell::new(false));
        let answered = is_answered.clone();
        let look = move || {
            if !answered.get() {
                self.is_late.try_set(true);
            }
        };
        set_timeout(look, std::time::Duration::from_millis(LATE_MS));
        is_answered
    }
}
