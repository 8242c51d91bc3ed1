//! What a run tells of itself: its items, what is known of each, how far it is.

use std::collections::BTreeSet;

use stockroom_api::limits::MAX_BULK_ITEMS;

use super::outcomes::Counts;
use super::{Batch, Labels, Outcome, Phase, Progress, Run, Settings, Stage, Summary, batch};
use crate::budget::Day;
use crate::item::Item;
use crate::pace::MINUTE_MS;
use crate::repeated::{Line, lines};

impl Run {
    /// Returns the run's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns what its requests say of it.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Returns the items in the order they were given.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Returns what is known of each item, in the same order.
    pub fn outcomes(&self) -> &[Outcome] {
        self.outcomes.each()
    }

    /// Returns where the run stands.
    pub fn phase(&self) -> &Phase {
        &self.phase
    }

    /// Tells whether a request is under way.
    pub fn is_flying(&self) -> bool {
        self.flying() > 0
    }

    /// Returns the requests that are not settled.
    pub fn open_batches(&self) -> impl Iterator<Item = &Batch> {
        self.batches.iter()
    }

    /// Returns the idempotency key of the request with this number.
    pub fn key(&self, batch: u32) -> String {
        format!("{}-{batch}", self.id)
    }

    /// Tells whether items that were not sent would set levels blindly, too late after `since_ms`,
    /// the time of their preview: what was sold meanwhile would be wiped out.
    pub fn would_overwrite(&self, since_ms: u64, now_ms: u64) -> bool {
        let blind =
            |(item, outcome): (&Item, &Outcome)| item.overwrites() && *outcome == Outcome::NotSent;
        now_ms.saturating_sub(since_ms) >= batch::OVERWRITE_MS
            && self.items.iter().zip(self.outcomes()).any(blind)
    }

    /// Returns how many unknown items [`super::Event::RetryUnknownAsked`] would send again now.
    pub fn retryable(&self, now_ms: u64) -> usize {
        let there_ms = self.server_clock.now(now_ms);
        let retried = self.batches.begun().filter(|batch| batch.may_be_retried(now_ms, there_ms));
        retried.map(|batch| batch.positions.len()).sum()
    }

    /// Returns the totals.
    pub fn summary(&self) -> Summary {
        let Counts { applied, refused, unknown, not_sent } = self.outcomes.counts();
        Summary {
            end: match &self.phase {
                Phase::Ended(end) => Some(end.clone()),
                _ => None,
            },
            applied,
            refused,
            unknown,
            not_sent,
        }
    }

    /// Returns how far the run is at `now_ms`.
    pub fn progress(&self, now_ms: u64) -> Progress {
        let Counts { applied, refused, .. } = self.outcomes.counts();
        let planned = self.items.len().div_ceil(MAX_BULK_ITEMS);
        let open = match self.phase {
            Phase::Ready => planned,
            _ => self.batches.len(),
        };
        let waiting = self.batches.begun().filter(|b| b.stage == Stage::Waiting);
        let fresh = self.batches.has_fresh().then_some(0);
        let held = waiting.map(|b| b.not_before).chain(fresh);
        let held = held.map(|at| at.max(self.pace.opens_at()));
        Progress {
            items_done: applied + refused,
            items: self.items.len(),
            requests_done: self.closed as usize,
            requests: self.closed as usize + open,
            held_until: held.min().filter(|at| *at > now_ms && !self.is_flying()),
            left_ms: self.left_ms(open as u64, now_ms),
        }
    }

    fn left_ms(&self, requests: u64, now_ms: u64) -> u64 {
        let at_once = self.most_at_once() as u64;
        match &self.settings.budget {
            Some(budget) if at_once == 1 => self.pace.left_within(requests, budget, now_ms),
            _ => self.pace.left_ms(requests, now_ms) / at_once,
        }
    }

    /// Returns what the server last said of the day, without what has left since.
    pub fn day(&self) -> Option<Day> {
        self.pace.day()
    }

    /// Tells whether it only waits for the next day: sending, or so until it was kept, and held by a
    /// limit, with nothing under way or unknown. Such a run goes on by itself when it comes back.
    pub fn waits_for_day(&self) -> bool {
        let minute_ms = self.settings.budget.map_or(MINUTE_MS, |budget| budget.minute_ms);
        (self.waited || self.is_waiting()) && self.pace.waits_for_day(minute_ms)
    }

    /// Tells whether it is sending and nothing is under way or unknown.
    pub(super) fn is_waiting(&self) -> bool {
        let is_held = |batch: &Batch| batch.stage == Stage::Waiting && !batch.unclear;
        self.phase == Phase::Running && self.batches.begun().all(is_held)
    }

    /// Takes note of the time that the server told when it was asked at `asked_ms`, outside of any
    /// event; 0 where nobody knows when that was.
    ///
    /// A driver whose server tells its time says it before a run begins, and before one that came back
    /// goes on: a request that leaves without any is only as old as this side's clock says.
    pub fn hear_date(&mut self, server_ms: u64, asked_ms: u64) {
        self.server_clock.heard(server_ms, asked_ms);
    }

    /// Returns how it sends.
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// Returns the lines that it adjusted, or may have.
    pub fn lines_applied(&self) -> BTreeSet<Line> {
        self.lines_of(|outcome| matches!(outcome, Outcome::Applied(_) | Outcome::Unknown))
    }

    /// Returns the lines that it has yet to adjust.
    pub fn lines_left(&self) -> BTreeSet<Line> {
        self.lines_of(|outcome| *outcome == Outcome::NotSent)
    }

    fn lines_of(&self, is_meant: impl Fn(&Outcome) -> bool) -> BTreeSet<Line> {
        let items = self.items.iter().zip(self.outcomes());
        let meant = items.filter(|(_, outcome)| is_meant(outcome));
        meant.flat_map(|(item, _)| lines(item.asked())).collect()
    }
}
