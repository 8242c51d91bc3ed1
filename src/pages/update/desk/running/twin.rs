//! Whether the changes of a run were applied before: by a run of this browser, or of another device
//! where the server knows.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use stockroom_api::history::{HistoryQuery, RunShown};
use stockroom_client::repeated::{COMPARED_MS, Line, line_of, readable, repeated};

use super::kept::records;
use crate::browser::{clock, runs};
use crate::pages::update::desk::{Desk, now_ms};
use crate::pages::update::state::again::Again;
use crate::pages::update::state::record::{KeptRun, Record};
use crate::pages::update::state::{Apply, Model, Msg, RunMsg, Source, Twin, TwinAnswer};

/// How many items of this browser's runs are compared line by line: reading more would be felt.
const MOST_ITEMS: usize = 100_000;

/// What is looked for.
struct Sought {
    run: String,
    /// The run that it was made of, which it means to repeat.
    follows: Option<String>,
    fingerprint: String,
    /// What is to be adjusted, once there is something to compare it with.
    lines: OnceCell<BTreeSet<Line>>,
    /// The time from which on another run matters, in milliseconds since 1970.
    since_ms: u64,
}

impl Desk {
    /// Looks whether the changes of the run at hand were applied before.
    pub(in crate::pages::update::desk) async fn look_for_twin(self, fingerprint: String) {
        let now_ms = now_ms();
        let sought = self.model.try_with_untracked(|model| {
            model.apply.as_ref().map(|apply| Sought::of(apply, fingerprint, now_ms))
        });
        let Some(sought) = sought.flatten() else { return };
        let twin = self.twin_of(&sought).await;
        let run = sought.run;
        self.tell(Msg::Run(RunMsg::TwinFound { run, twin, now_ms: self::now_ms() }));
    }

    async fn twin_of(self, sought: &Sought) -> Option<Twin> {
        let place = self.place()?;
        let here = records(&place).await;
        let others: Vec<&Record> = here.iter().filter(|record| sought.is_about(record)).collect();
        // What was taken back since is compared line by line.
        let is_same = |record: &&&Record| {
            record.fingerprint.as_ref() == Some(&sought.fingerprint)
                && undone_by(&here, record).next().is_none()
        };
        if let Some(same) = others.iter().find(is_same) {
            return Some(sought.twin_here(self, same, sought.lines(self).clone()));
        }
        let capabilities = self.connection.capabilities_untracked();
        if capabilities.fingerprints {
            let found = self.connection.runs_with(sought.fingerprint.clone()).await;
            if let Some(same) = found.into_iter().find(|run| !sought.knows(&here, run)) {
                return Some(sought.twin_elsewhere(self, &same, sought.lines(self).clone()));
            }
        }
        let mut twins = self.part_here(sought, &place, &here, others).await;
        if capabilities.history && twins.iter().all(|twin| !twin.is_whole()) {
            twins.extend(self.part_elsewhere(sought, &here).await);
        }
        // Of two that repeat as much the first is the newer one.
        twins.into_iter().rev().max_by_key(|twin| twin.repeated.len())
    }

    /// Returns what this browser's runs of the last days applied of it, the newest first.
    async fn part_here(
        self,
        sought: &Sought,
        place: &str,
        here: &[Record],
        others: Vec<&Record>,
    ) -> Vec<Twin> {
        let mut items = 0;
        let mut twins = Vec::new();
        for record in others {
            items += record.items();
            if items > MOST_ITEMS {
                break;
            }
            let is_late = record.ended_ms.is_some_and(|ended| ended < sought.since_ms);
            if is_late || record.fingerprint.is_none() {
                continue;
            }
            let mut former = lines_here(place, record).await;
            for undo in undone_by(here, record) {
                for line in lines_here(place, undo).await {
                    former.remove(&Line { delta: -line.delta, ..line });
                }
            }
            let lines = repeated(sought.lines(self), &former);
            twins.extend((!lines.is_empty()).then(|| sought.twin_here(self, record, lines)));
        }
        twins
    }

    /// Returns what runs of other devices applied of it in the last days, as far as that can be read
    /// by a few requests.
    async fn part_elsewhere(self, sought: &Sought, here: &[Record]) -> Vec<Twin> {
        let mut runs = self.connection.latest_runs().await;
        runs.retain(|run| {
            let ended = clock::time_of(&run.ended_at).unwrap_or(u64::MAX);
            !sought.knows(here, run) && ended >= sought.since_ms
        });
        let mut twins = Vec::new();
        for run in readable(runs) {
            let former = self.lines_elsewhere(&run).await;
            let lines = repeated(sought.lines(self), &former);
            twins.extend((!lines.is_empty()).then(|| sought.twin_elsewhere(self, &run, lines)));
        }
        twins
    }

    async fn lines_elsewhere(self, run: &RunShown) -> BTreeSet<Line> {
        let mut lines = BTreeSet::new();
        let mut query =
            HistoryQuery { run_id: Some(run.run_id.clone()), ..HistoryQuery::default() };
        loop {
            // What cannot be read is not compared.
            let Ok(page) = self.connection.history(&query).await else { return lines };
            lines.extend(page.items.iter().filter_map(line_of));
            match page.next_cursor {
                Some(cursor) if page.has_more => query.cursor = Some(cursor),
                _ => return lines,
            }
        }
    }

    /// Answers what is to become of changes that were applied before.
    pub fn answer_twin(self, answer: TwinAnswer) {
        self.tell(Msg::Run(RunMsg::TwinAnswered { answer, now_ms: now_ms() }));
    }

    /// Lets the run go on; one of before first looks whether its changes were applied meanwhile.
    pub fn resume(self) {
        self.tell(Msg::Run(RunMsg::ResumePressed { now_ms: now_ms() }));
    }
}

/// Returns the lines that a run of this browser applied, or may have; none where another version
/// wrote it.
async fn lines_here(place: &str, record: &Record) -> BTreeSet<Line> {
    let found = runs::read(place, &record.id).await.ok();
    let kept = found.and_then(|found| KeptRun::read(record.clone(), &found.base, &found.entries));
    kept.map(|kept| kept.run.lines_applied()).unwrap_or_default()
}

/// Returns the runs that took back what a run did.
fn undone_by<'r>(here: &'r [Record], record: &'r Record) -> impl Iterator<Item = &'r Record> {
    here.iter().filter(|undo| {
        let follows = undo.follows.as_ref().filter(|follows| follows.run == record.id);
        let again = follows.map(|follows| follows.again);
        undo.has_effect() && matches!(again, Some(Again::Undo | Again::UndoDifference))
    })
}

impl Sought {
    fn of(apply: &Apply, fingerprint: String, now_ms: u64) -> Self {
        // Before it began its changes were compared with those of earlier runs.
        let began = if apply.is_back { apply.started_ms } else { 0 };
        Self {
            run: apply.run.id().to_owned(),
            follows: apply.follows.as_ref().map(|follows| follows.run.clone()),
            fingerprint,
            lines: OnceCell::new(),
            since_ms: began.max(now_ms.saturating_sub(COMPARED_MS)),
        }
    }

    fn is_about(&self, record: &Record) -> bool {
        record.has_effect() && record.id != self.run && Some(&record.id) != self.follows.as_ref()
    }

    /// Tells whether a server's run is this one, or one that is known here, and better.
    fn knows(&self, here: &[Record], run: &RunShown) -> bool {
        let id = &run.run_id;
        *id == self.run || Some(id) == self.follows.as_ref() || here.iter().any(|own| own.id == *id)
    }

    /// Returns what is to be adjusted; of a million items that takes a while.
    fn lines(&self, desk: Desk) -> &BTreeSet<Line> {
        self.lines.get_or_init(|| {
            let left = |model: &Model| model.apply.as_ref().map(|apply| apply.run.lines_left());
            desk.model.try_with_untracked(left).flatten().unwrap_or_default()
        })
    }

    fn twin_here(&self, desk: Desk, record: &Record, repeated: BTreeSet<Line>) -> Twin {
        Twin {
            run: record.id.clone(),
            source: Source::Here(record.name.clone(), record.origin),
            at_ms: record.started_ms,
            products: record.applied + record.unknown,
            repeated,
            asked: self.lines(desk).len(),
        }
    }

    fn twin_elsewhere(&self, desk: Desk, run: &RunShown, repeated: BTreeSet<Line>) -> Twin {
        Twin {
            run: run.run_id.clone(),
            source: Source::Elsewhere,
            at_ms: clock::time_of(&run.started_at).unwrap_or_default(),
            products: usize::try_from(run.products).unwrap_or_default(),
            repeated,
            asked: self.lines(desk).len(),
        }
    }
}
