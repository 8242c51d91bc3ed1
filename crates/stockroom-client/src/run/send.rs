//! What leaves, and when: requests are made, chosen and paced here.

use stockroom_api::{header, path};

use super::{
    Batch, Command, End, Entry, Labels, Outcome, Parked, Phase, Request, Run, Stage, Summary,
};
use crate::item;

impl Run {
    /// Makes a request of these items, under a key of its own.
    pub(super) fn open(&mut self, positions: Vec<usize>) {
        let number = self.made;
        self.made += 1;
        let overwrites = positions.iter().any(|p| self.items[*p].overwrites());
        let batch = Batch {
            number,
            key: format!("{}-{number}", self.id),
            positions,
            body: None,
            stage: Stage::Waiting,
            tries: 0,
            waits: 0,
            not_before: 0,
            first_sent: None,
            first_sent_there: None,
            last_sent: 0,
            unclear: false,
            overwrites,
        };
        self.unsaved.note(&batch);
        self.batches.insert(number, batch);
    }

    /// Returns the commands that the state asks for at `now_ms`.
    pub(super) fn next(&mut self, now_ms: u64) -> Vec<Command> {
        self.park_what_is_too_late(now_ms);
        let mut commands = Vec::new();
        let mut wake: Option<u64> = None;
        for number in self.candidates() {
            let batch = &self.batches[&number];
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
        let open = self.batches.values();
        let unclear = open.clone().filter(waiting).filter(|b| b.unclear);
        let mut chosen: Vec<u32> = match &self.phase {
            Phase::Running | Phase::Ending(End::Stopped | End::Complete) => {
                unclear.map(number).collect()
            }
            _ => return Vec::new(),
        };
        let flying = open.clone().filter(|b| b.stage == Stage::Flying).count();
        let free = usize::from(self.settings.in_flight).saturating_sub(flying);
        chosen.truncate(free);
        if self.phase == Phase::Running {
            let fresh = open.filter(waiting).filter(|b| !b.unclear).map(number);
            chosen.extend(fresh.take(free - chosen.len()));
        }
        chosen
    }

    fn park_what_is_too_late(&mut self, now_ms: u64) {
        let there_ms = self.server_clock.now(now_ms);
        for batch in self.batches.values_mut() {
            if batch.stage == Stage::Waiting
                && let Some(why) = batch.forbids_replay(now_ms, there_ms)
            {
                batch.stage = Stage::Parked(why);
                self.unsaved.note(batch);
            }
        }
    }

    fn send(&mut self, number: u32, now_ms: u64) -> Option<Request> {
        let batch = self.batches.get_mut(&number)?;
        let items = &self.items;
        let body = batch
            .body
            .get_or_insert_with(|| item::body(batch.positions.iter().map(|p| &items[*p])))
            .clone();
        batch.stage = Stage::Flying;
        batch.tries = batch.tries.saturating_add(1);
        batch.last_sent = now_ms;
        if !batch.unclear {
            batch.first_sent = Some(now_ms);
            batch.first_sent_there = self.server_clock.at_least();
        }
        for position in &batch.positions {
            self.outcomes[*position] = Outcome::Unknown;
        }
        let leave_by = batch.replayable_until(now_ms, &self.server_clock);
        let day = self.settings.budget.map_or(0, |budget| budget.day_of(now_ms));
        self.pace.leaves(now_ms, day);
        self.unsaved.note(batch);
        let mut headers = vec![
            ("content-type", "application/json".to_owned()),
            (header::IDEMPOTENCY_KEY, batch.key.clone()),
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
        let mut open = self.batches.values();
        match &self.phase {
            Phase::Ready | Phase::Ended(_) => false,
            Phase::Running | Phase::Paused => open.all(|b| matches!(b.stage, Stage::Parked(_))),
            Phase::Ending(End::Halted(_)) => open.all(|b| b.stage != Stage::Flying),
            Phase::Ending(_) => open.all(|b| match b.stage {
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
        let outcome = if batch.unclear { Outcome::Unknown } else { Outcome::NotSent };
        for position in &batch.positions {
            self.outcomes[*position] = outcome.clone();
        }
        self.unsaved.note(&batch);
        self.batches.insert(batch.number, batch);
    }
}

impl Entry {
    /// Notes a request as it is now, in the place of an earlier note.
    pub(super) fn note(&mut self, batch: &Batch) {
        match self.batches.iter_mut().find(|b| b.number == batch.number) {
            Some(noted) => *noted = batch.clone(),
            None => self.batches.push(batch.clone()),
        }
    }
}
