//! What an answer, or none, changes.

use super::{Batch, End, Halt, Outcome, Parked, Phase, Run, Stage};
use crate::answer::{Answer, Fault};
use crate::bulk::{Meaning, Settled, Unclear, meaning, refused_by};
use crate::pace::{DAY_MS, backoff_ms};

/// How often a request is asked again while its first try is still running.
const MOST_WAITS: u8 = 30;
/// After so many requests in a row that came to nothing the run stops itself.
const MOST_DEAD_ENDS: u8 = 3;

impl Run {
    pub(super) fn answered(
        &mut self,
        number: u32,
        answer: &Answer,
        now_ms: u64,
        jitter: &mut dyn FnMut() -> f64,
    ) {
        let Some(batch) = self.landed(number) else {
            return;
        };
        if let Some(seconds) = answer.headers.date() {
            self.server_clock.heard(seconds.saturating_mul(1000), batch.last_sent);
        }
        self.pace.observe(&answer.headers, self.flying() as u64, now_ms);
        if answer.status != 429 {
            self.pace.passed();
        }
        let items = batch.positions.iter().map(|p| self.items[*p].external_id());
        let sent: Vec<&str> = items.collect();
        let wait = answer.headers.retry_after_ms().map(|wait| wait.min(DAY_MS));
        match meaning(answer, &sent) {
            Meaning::Settled(settled) => {
                self.pace.took(now_ms.saturating_sub(batch.last_sent));
                self.dead_ends = 0;
                self.close(&batch, settled);
            }
            Meaning::Unclear(why) => self.unclear(batch, why, wait, now_ms, jitter),
            Meaning::InProgress => self.in_progress(batch, wait, now_ms, jitter),
            Meaning::Limited => self.limited(batch, wait, now_ms, jitter),
            Meaning::KeyReused => {
                self.park(batch, Parked::KeyReused);
                self.halt(Halt::KeyReused);
            }
            Meaning::Denied(fault) => self.put_back(batch, Halt::Denied(fault)),
            Meaning::Rejected(fault) => self.put_back(batch, Halt::Rejected(fault)),
            // Splitting makes new keys: only safe where no earlier try can have been done.
            Meaning::Invalid(..) | Meaning::TooLarge(_) if batch.unclear => {
                self.park(batch, Parked::Contradicted);
            }
            Meaning::Invalid(Some(index), fault) => self.leave_out(&batch, index, &fault),
            Meaning::Invalid(None, fault) | Meaning::TooLarge(fault) => self.halve(&batch, &fault),
        }
    }

    pub(super) fn failed(&mut self, number: u32, now_ms: u64, jitter: &mut dyn FnMut() -> f64) {
        if let Some(batch) = self.landed(number) {
            self.unclear(batch, Unclear::NoAnswer, None, now_ms, jitter);
        }
    }

    /// The server told its time, or did not when it was asked: then what waits for that has failed once
    /// more.
    pub(super) fn date_told(
        &mut self,
        server_ms: Option<u64>,
        now_ms: u64,
        jitter: &mut dyn FnMut() -> f64,
    ) {
        let asked_ms = self.server_clock.asked();
        if let Some(server_ms) = server_ms {
            match asked_ms {
                Some(asked_ms) => self.server_clock.heard(server_ms, asked_ms),
                // Nobody knows how long ago that was.
                None => self.server_clock.kept(server_ms),
            }
            return;
        }
        let waits = |batch: &Batch| {
            batch.stage == Stage::Waiting && batch.needs_date() && batch.not_before <= now_ms
        };
        if asked_ms.is_none() {
            return;
        }
        for number in self.batches.begun_where(waits) {
            if let Some(mut batch) = self.batches.remove(number) {
                batch.tries = batch.tries.saturating_add(1);
                self.unclear(batch, Unclear::NoAnswer, None, now_ms, jitter);
            }
        }
    }

    /// Takes the request out, unless it is not under way: then the answer is a late or second one,
    /// and what is known already is better.
    fn landed(&mut self, number: u32) -> Option<Batch> {
        let flying = self.batches.get(number)?.stage == Stage::Flying;
        let mut batch = flying.then(|| self.batches.remove(number))??;
        batch.stage = Stage::Waiting;
        Some(batch)
    }

    fn close(&mut self, batch: &Batch, settled: Vec<Settled>) {
        for (position, settled) in batch.positions.iter().zip(settled) {
            self.know(
                *position,
                match settled {
                    Settled::Applied(levels) => Outcome::Applied(levels),
                    Settled::Refused(error) => Outcome::Refused(Box::new(error)),
                },
            );
        }
        self.closed(batch);
    }

    fn know(&mut self, position: usize, outcome: Outcome) {
        self.unsaved.outcomes.push((position, outcome.clone()));
        self.outcomes.set(position, outcome);
    }

    pub(super) fn closed(&mut self, batch: &Batch) {
        self.closed += 1;
        self.unsaved.closed.push(batch.number);
    }

    fn unclear(
        &mut self,
        mut batch: Batch,
        why: Unclear,
        wait: Option<u64>,
        now_ms: u64,
        jitter: &mut dyn FnMut() -> f64,
    ) {
        batch.unclear = true;
        if batch.tries < self.settings.tries {
            let wait = wait.unwrap_or_else(|| backoff_ms(batch.tries.into(), jitter()));
            batch.not_before = now_ms.saturating_add(wait);
            self.keep(batch);
            return;
        }
        self.park(batch, Parked::TriesUsedUp);
        self.dead_ends = self.dead_ends.saturating_add(1);
        // Where nobody answers, every further request would only be one more unknown.
        if why == Unclear::NoAnswer || self.dead_ends >= MOST_DEAD_ENDS {
            self.halt(Halt::NoAnswer(why));
        }
    }

    fn in_progress(
        &mut self,
        mut batch: Batch,
        wait: Option<u64>,
        now_ms: u64,
        jitter: &mut dyn FnMut() -> f64,
    ) {
        batch.unclear = true;
        batch.tries = batch.tries.saturating_sub(1);
        batch.waits += 1;
        if batch.waits > MOST_WAITS {
            self.park(batch, Parked::TriesUsedUp);
            return;
        }
        let wait = wait.unwrap_or_else(|| backoff_ms(batch.waits.into(), jitter()));
        batch.not_before = now_ms.saturating_add(wait);
        self.keep(batch);
    }

    /// A limit holds every request, and was no try of this one.
    fn limited(
        &mut self,
        mut batch: Batch,
        wait: Option<u64>,
        now_ms: u64,
        jitter: &mut dyn FnMut() -> f64,
    ) {
        batch.tries = batch.tries.saturating_sub(1);
        self.pace.limited(wait, now_ms, jitter());
        self.keep(batch);
    }

    fn put_back(&mut self, mut batch: Batch, halt: Halt) {
        batch.tries = batch.tries.saturating_sub(1);
        self.keep(batch);
        self.halt(halt);
    }

    fn halt(&mut self, halt: Halt) {
        let end = End::Halted(halt);
        if !matches!(self.phase, Phase::Ending(End::Halted(_)) | Phase::Ended(_)) {
            self.enter(Phase::Ending(end));
        }
    }

    fn leave_out(&mut self, batch: &Batch, index: usize, fault: &Fault) {
        let mut rest = batch.positions.to_vec();
        let position = rest.remove(index);
        let refused = refused_by(fault, self.items[position].external_id());
        self.know(position, Outcome::Refused(Box::new(refused)));
        self.split(batch, &[&rest]);
    }

    fn halve(&mut self, batch: &Batch, fault: &Fault) {
        if let [_] = batch.positions[..] {
            self.leave_out(batch, 0, fault);
        } else {
            let (first, second) = batch.positions.split_at(batch.positions.len() / 2);
            self.split(batch, &[first, second]);
        }
    }

    fn split(&mut self, batch: &Batch, parts: &[&[usize]]) {
        self.closed(batch);
        for positions in parts.iter().filter(|part| !part.is_empty()) {
            for position in *positions {
                self.outcomes.set(*position, Outcome::NotSent);
            }
            self.open((*positions).into());
        }
    }
}
