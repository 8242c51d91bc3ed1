//! What leaves, and when: requests are made, chosen and paced here.

use std::sync::Arc;

use stockroom_api::{header, path};

use super::{Batch, Command, End, Labels, Outcome, Parked, Phase, Request, Run, Stage, Summary};
use crate::item;

/// So many requests may be under way whatever the server takes for each.
const FEW: usize = 4;

impl Run {
    /// Makes a request of these items, under a key of its own.
    pub(super) fn open(&mut self, positions: Arc<[usize]>) {
        let number = self.made;
        self.made += 1;
        let overwrites = positions.iter().any(|p| self.items[*p].overwrites());
        let batch = Batch::new(number, positions, overwrites);
        self.unsaved.make(&batch);
        self.batches.insert(batch);
    }

    /// Returns the commands that the state asks for at `now_ms`.
    pub(super) fn next(&mut self, now_ms: u64) -> Vec<Command> {
        self.park_what_is_too_late(now_ms);
        let mut commands = Vec::new();
        let mut wake: Option<u64> = None;
        for number in self.candidates() {
            let Some(batch) = self.batches.get(number) else { continue };
            let due = batch.not_before.max(self.pace.opens_at());
            let is_timeless = batch.needs_date() && self.server_clock.now(now_ms).is_none();
            if due <= now_ms && is_timeless {
                // What the server has to say is waited for.
                if self.server_clock.asks(now_ms) {
                    commands.push(Command::AskDate);
                }
            } else if due <= now_ms {
                commands.extend(self.send(number, now_ms).map(Command::Send));
            } else {
                wake = Some(wake.map_or(due, |wake| wake.min(due)));
            }
        }
        if let Some(at) = wake {
            commands.push(Command::WaitUntil(at));
        }
        if self.is_quiet() {
            commands.push(Command::Finished(self.end()));
        }
        commands
    }

    /// Returns the requests that may leave as soon as their time has come.
    ///
    /// A request whose fate is unknown keeps its place in the number that may be under way: a
    /// server that does not answer is not given more to do.
    fn candidates(&self) -> Vec<u32> {
        let waiting = |b: &&Batch| b.stage == Stage::Waiting;
        let number = |b: &Batch| b.number;
        let unclear = self.batches.begun().filter(waiting).filter(|b| b.unclear);
        let mut chosen: Vec<u32> = match &self.phase {
            Phase::Running | Phase::Ending(End::Stopped | End::Complete) => {
                unclear.map(number).collect()
            }
            _ => return Vec::new(),
        };
        let free = self.room();
        chosen.truncate(free);
        if self.phase == Phase::Running {
            let fresh = self.batches.iter().filter(waiting).filter(|b| !b.unclear).map(number);
            chosen.extend(fresh.take(free - chosen.len()));
        }
        chosen
    }

    /// Returns how many more requests may be under way now.
    ///
    /// Where they are many, half of them leave together: the journal is written once for all of those,
    /// and there are enough on their way while it is.
    fn room(&self) -> usize {
        let (most, flying) = (self.most_at_once(), self.flying());
        if most <= FEW || flying <= most / 2 { most.saturating_sub(flying) } else { 0 }
    }

    /// Returns how many requests may be under way as long as answers take what they took so far.
    pub(super) fn most_at_once(&self) -> usize {
        let most = usize::from(self.settings.in_flight);
        if self.pace.is_quick() { most } else { most.min(FEW) }
    }

    /// Returns how many requests are under way.
    pub(super) fn flying(&self) -> usize {
        self.batches.begun().filter(|b| b.stage == Stage::Flying).count()
    }

    fn park_what_is_too_late(&mut self, now_ms: u64) {
        let there_ms = self.server_clock.now(now_ms);
        let forbids = |batch: &Batch| match batch.stage {
            Stage::Waiting => batch.forbids_replay(now_ms, there_ms),
            _ => None,
        };
        let late = self.batches.begun().filter_map(|b| Some((b.number, forbids(b)?)));
        for (number, why) in late.collect::<Vec<_>>() {
            self.change(number, |batch| batch.stage = Stage::Parked(why));
        }
    }

    fn send(&mut self, number: u32, now_ms: u64) -> Option<Request> {
        let mut batch = self.batches.remove(number)?;
        let items = &self.items;
        let body = item::body(batch.positions.iter().map(|p| &items[*p]));
        batch.stage = Stage::Flying;
        batch.tries = batch.tries.saturating_add(1);
        batch.last_sent = now_ms;
        if !batch.unclear {
            batch.first_sent = Some(now_ms);
            batch.first_sent_there = self.server_clock.at_least();
        }
        for position in batch.positions.iter() {
            self.outcomes.set(*position, Outcome::Unknown);
        }
        let leave_by = batch.replayable_until(now_ms, &self.server_clock);
        let day = self.settings.budget.map_or(0, |budget| budget.day_of(now_ms));
        self.pace.leaves(now_ms, day);
        self.unsaved.note(&batch);
        self.batches.insert(batch);
        let mut headers = vec![
            ("content-type", "application/json".to_owned()),
            (header::IDEMPOTENCY_KEY, self.key(number)),
        ];
        if self.settings.representation {
            headers.push((header::PREFER, header::RETURN_REPRESENTATION.to_owned()));
            headers.push((header::RUN_ID, self.id.clone()));
            let Labels { reason, fingerprint } = self.labels.clone();
            headers.extend(reason.map(|reason| (header::RUN_REASON, reason)));
            headers.extend(fingerprint.map(|text| (header::RUN_FINGERPRINT, text)));
        }
        let (method, path) = ("PATCH", path::BULK);
        let asked_at = now_ms;
        Some(Request { batch: number, method, path, headers, body, leave_by, asked_at })
    }

    /// Tells whether nothing is under way and nothing will leave by itself.
    fn is_quiet(&self) -> bool {
        let mut begun = self.batches.begun();
        match &self.phase {
            Phase::Ready | Phase::Ended(_) => false,
            Phase::Running | Phase::Paused => {
                !self.batches.has_fresh() && begun.all(|b| matches!(b.stage, Stage::Parked(_)))
            }
            Phase::Ending(End::Halted(_)) => begun.all(|b| b.stage != Stage::Flying),
            Phase::Ending(_) => begun.all(|b| match b.stage {
                Stage::Flying => false,
                Stage::Waiting => !b.unclear,
                Stage::Parked(_) => true,
            }),
        }
    }

    fn end(&mut self) -> Summary {
        let end = match &self.phase {
            Phase::Ending(end) => end.clone(),
            _ => End::Complete,
        };
        self.enter(Phase::Ended(end));
        self.summary()
    }

    /// Leaves a request as it is, its items unknown.
    pub(super) fn park(&mut self, mut batch: Batch, why: Parked) {
        batch.stage = Stage::Parked(why);
        batch.unclear = true;
        self.keep(batch);
    }

    /// Puts a request back among the open ones.
    pub(super) fn keep(&mut self, batch: Batch) {
        for position in batch.positions.iter() {
            let known = if batch.unclear { Outcome::Unknown } else { Outcome::NotSent };
            self.outcomes.set(*position, known);
        }
        self.unsaved.note(&batch);
        self.batches.insert(batch);
    }
}
