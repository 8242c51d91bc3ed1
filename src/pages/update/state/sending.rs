//! A confirmed plan on its way: the run, and what one item of it says.

use stockroom_client::answer::Answer;
use stockroom_client::asked::{Expectation, bulk_item};
use stockroom_client::budget::Budget;
use stockroom_client::fingerprint::fingerprint;
use stockroom_client::item::Item;
use stockroom_client::run::{Command, Event, Labels, Phase, Run, Settings};
use stockroom_worksheet::SendItem;

use super::draft::Note;
use super::drift::Drift;
use super::record::{KeptRun, Record, has_ended};
use super::{Apply, Effect, Journal, Model, RunMsg, Step, Unkept};

impl Model {
    pub(super) fn hear_run(&mut self, msg: RunMsg) -> Vec<Effect> {
        match msg {
            RunMsg::Made { items, id, has_extras, budget, now_ms } if self.step == Step::Review => {
                let in_flight = in_flight(items.len(), budget.as_ref());
                let representation = has_extras;
                let settings =
                    Settings { in_flight, representation, budget, ..Settings::default() };
                self.make_run(items, id, settings, now_ms)
            }
            RunMsg::Made { .. } => Vec::new(),
            RunMsg::DriftChecked(drift) => self.take_drift(drift),
            RunMsg::KeepChosen { row, keep } => {
                let moved = self.drift.iter_mut().flat_map(|drift| &mut drift.moved).enumerate();
                for (_, moved) in moved.filter(|(at, _)| row.is_none_or(|row| row == *at)) {
                    moved.keep = keep;
                }
                Vec::new()
            }
            RunMsg::DriftAnswered(is_wanted) => self.settle_drift(is_wanted),
            RunMsg::ReasonChosen(reason) => {
                self.reason = reason;
                Vec::new()
            }
            RunMsg::ResumePressed { now_ms } => self.press_resume(now_ms),
            RunMsg::TwinFound { run, twin, now_ms } => self.take_twin(&run, twin, now_ms),
            RunMsg::TwinAnswered { answer, now_ms } => self.apply_twin(answer, now_ms),
            RunMsg::Kept { fault, now_ms } => self.take_kept(fault, now_ms),
            RunMsg::Anyway { is_wanted, now_ms } => self.run_anyway(is_wanted, now_ms),
            RunMsg::Unkept { fault, now_ms } => self.lose_journal(fault, now_ms),
            RunMsg::Found(kept) => self.take_run(*kept),
            RunMsg::FollowedBy { run, by } => {
                if let Some(apply) = self.apply.as_mut().filter(|apply| apply.run.id() == run) {
                    apply.followed_by = by;
                }
                Vec::new()
            }
            RunMsg::Elsewhere(record) => self.leave_run(record),
            RunMsg::Told { event, now_ms, jitter } => self.tell_run(event, now_ms, jitter),
        }
    }

    /// What moved since the preview is asked about; else the run begins.
    pub(super) fn take_drift(&mut self, drift: Drift) -> Vec<Effect> {
        if !std::mem::take(&mut self.is_checking) || self.step != Step::Review {
            return Vec::new();
        }
        if drift.moved.is_empty() {
            return vec![Effect::MakeRun(drift.items)];
        }
        self.drift = Some(drift);
        Vec::new()
    }

    pub(super) fn settle_drift(&mut self, is_wanted: bool) -> Vec<Effect> {
        match self.drift.take() {
            Some(drift) if is_wanted => vec![Effect::MakeRun(drift.settled())],
            // The preview is made anew, on the levels of now.
            Some(_) => vec![Effect::TakeStock],
            None => Vec::new(),
        }
    }

    pub(super) fn make_run(
        &mut self,
        items: Vec<SendItem>,
        id: String,
        settings: Settings,
        now_ms: u64,
    ) -> Vec<Effect> {
        let reason = self.reason.map(|reason| reason.as_str().to_owned());
        let Some(run) = run_of(&items, id, settings, reason) else { return Vec::new() };
        let fingerprint = run.labels().fingerprint.clone();
        self.apply = Some(Apply {
            items,
            run,
            name: self.name.clone(),
            origin: self.origin,
            started_ms: now_ms,
            ended_ms: None,
            journal: Journal::Awaited,
            follows: self.follows.clone(),
            followed_by: Vec::new(),
            is_looking: fingerprint.is_some(),
            twin: None,
            is_back: false,
        });
        self.step = Step::Apply;
        self.note = None;
        // What is only set can be set twice.
        vec![fingerprint.map_or(Effect::BeginRun, Effect::LookForTwin)]
    }

    /// The journal is begun: the run may start, and has no need of the draft.
    pub(super) fn take_kept(&mut self, fault: Option<Unkept>, now_ms: u64) -> Vec<Effect> {
        let Some(apply) = &mut self.apply else { return Vec::new() };
        if apply.journal != Journal::Awaited {
            return Vec::new();
        }
        if let Some(fault) = fault {
            apply.journal = Journal::Refused(fault);
            return Vec::new();
        }
        apply.journal = Journal::Kept;
        [vec![Effect::DropDraft], self.tell_run(Event::Started, now_ms, 0.5)].concat()
    }

    pub(super) fn run_anyway(&mut self, is_wanted: bool, now_ms: u64) -> Vec<Effect> {
        let Some(apply) = &mut self.apply else { return Vec::new() };
        if !matches!(apply.journal, Journal::Refused(_)) {
            return Vec::new();
        }
        apply.journal = Journal::Without;
        if is_wanted {
            return self.tell_run(Event::Started, now_ms, 0.5);
        }
        self.apply = None;
        self.step = Step::Review;
        Vec::new()
    }

    /// Nothing more is kept of the run: it waits until the merchant knows.
    pub(super) fn lose_journal(&mut self, fault: Unkept, now_ms: u64) -> Vec<Effect> {
        let Some(apply) = &mut self.apply else { return Vec::new() };
        apply.journal = Journal::Lost(fault);
        self.tell_run(Event::PauseAsked, now_ms, 0.5)
    }

    /// Takes in a run of before: what is settled shows at once, and it waits.
    pub(super) fn take_run(&mut self, kept: KeptRun) -> Vec<Effect> {
        if self.is_running() {
            return Vec::new();
        }
        self.set_aside();
        self.step = if has_ended(kept.run.phase()) { Step::Result } else { Step::Apply };
        self.apply = Some(Apply::of(kept));
        vec![Effect::Forget]
    }

    /// Nothing has left, so nothing is to be known of it.
    fn leave_unbegun(&mut self) -> Vec<Effect> {
        let is_back = self.apply.take().is_some_and(|apply| apply.is_back);
        self.step = if is_back { Step::Source } else { Step::Review };
        vec![Effect::DropRun]
    }

    /// Another tab drives the run: this one knows no more of it than the journal.
    pub(super) fn leave_run(&mut self, record: Record) -> Vec<Effect> {
        let generation = self.generation + 1;
        *self = Self { generation, note: Some(Note::RunElsewhere(record)), ..Self::default() };
        vec![Effect::Forget]
    }

    pub(super) fn tell_run(&mut self, event: Event, now_ms: u64, jitter: f64) -> Vec<Effect> {
        let Some(apply) = &mut self.apply else { return Vec::new() };
        let is_ready = *apply.run.phase() == Phase::Ready;
        if matches!(event, Event::ResumeAsked | Event::StopAsked | Event::RetryUnknownAsked) {
            // What the merchant wants now is not what it was looked for.
            apply.is_looking = false;
        }
        let mut effects = Vec::new();
        let event = match event {
            // It was kept, and then the page was gone before it began.
            Event::ResumeAsked if is_ready => Event::Started,
            Event::StopAsked if is_ready => return self.leave_unbegun(),
            Event::ResumeAsked if matches!(apply.journal, Journal::Lost(_)) => {
                effects.push(Effect::DropRun);
                event
            }
            event => event,
        };
        for command in apply.run.handle(event, now_ms, &mut || jitter) {
            match command {
                Command::Save(entry) if apply.journal == Journal::Kept => {
                    effects.push(Effect::Journal(entry));
                }
                Command::Save(_) => {}
                Command::Send(request) => {
                    self.step = Step::Apply;
                    apply.ended_ms = None;
                    effects.push(Effect::Send(request));
                }
                Command::AskDate => {
                    self.step = Step::Apply;
                    apply.ended_ms = None;
                    effects.push(Effect::AskDate);
                }
                Command::WaitUntil(at) => effects.push(Effect::WakeAt(at)),
                Command::Finished(_) => {
                    self.step = Step::Result;
                    apply.ended_ms = Some(now_ms);
                    if apply.journal == Journal::Kept {
                        effects.push(Effect::CloseRun);
                    }
                    effects.extend([Effect::RefreshStock, Effect::DropDraft]);
                }
            }
        }
        effects
    }
}

/// Returns the run of these items; `None` where a product stands in them twice.
pub(super) fn run_of(
    items: &[SendItem],
    id: String,
    settings: Settings,
    reason: Option<String>,
) -> Option<Run> {
    // A server that tells levels compares the expected ones, too.
    let has_extras = settings.representation;
    let expectation = if has_extras { Expectation::Named } else { Expectation::Unnamed };
    let asked: Vec<Item> = asked_items(items, expectation).collect();
    let fingerprint = fingerprint(asked.iter().map(Item::asked));
    let run = Run::new(id, asked, settings).ok()?;
    Some(run.labelled(Labels { reason, fingerprint }))
}

/// Returns what is asked of each product.
pub(super) fn asked_items(
    items: &[SendItem],
    expectation: Expectation,
) -> impl Iterator<Item = Item> {
    items.iter().map(move |item| {
        let SendItem { external_id, product, variants, .. } = item;
        Item::new(bulk_item(external_id, product.as_ref(), variants, expectation))
    })
}

/// Returns how many requests may be under way: one, so that little is unknown where a tab ends, unless
/// there are very many and the server names no limit.
fn in_flight(items: usize, budget: Option<&Budget>) -> u8 {
    const MANY_ITEMS: usize = 20_000;
    // A browser opens six connections to a server: more would wait there.
    const AT_ONCE: u8 = 16;
    let is_free = |budget: &Budget| budget.per_minute.is_none() && budget.per_day.is_none();
    if items > MANY_ITEMS && budget.is_some_and(is_free) { AT_ONCE } else { 1 }
}

/// Returns the event of an answer, or of none.
pub fn answered(batch: u32, answer: Option<Answer>) -> Event {
    match answer {
        Some(answer) => Event::Answered { batch, answer },
        None => Event::Failed { batch },
    }
}
