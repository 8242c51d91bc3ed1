//! Changes that were applied before: looked for before a run begins or goes on, and asked about.

use std::collections::BTreeSet;

use stockroom_client::repeated::Line;
use stockroom_client::run::Event;
use stockroom_domain::plan::ItemChange;
use stockroom_domain::quantity::Change;
use stockroom_worksheet::SendItem;

use super::again::levels;
use super::draft::Origin;
use super::sending::run_of;
use super::{Apply, Effect, Journal, Model, Step};

/// A run that applied the changes at hand, or a large part of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twin {
    /// Its id.
    pub run: String,
    /// Where its rows came from.
    pub source: Source,
    /// When it began, in milliseconds since 1970.
    pub at_ms: u64,
    /// How many products it changed.
    pub products: usize,
    /// The lines that it applied, or may have, of those at hand.
    pub repeated: BTreeSet<Line>,
    /// How many lines are at hand.
    pub asked: usize,
}

/// Where the rows of a run came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// This browser sent it: the name of the file, and what it was.
    Here(String, Origin),
    /// Another one, or a terminal.
    Elsewhere,
}

/// What is to become of changes that were applied before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TwinAnswer {
    /// They are applied once more.
    All,
    /// The others are applied.
    LeaveOut,
    /// The merchant looks at the preview again.
    Back,
}

impl Twin {
    /// Tells whether it applied all that is at hand.
    pub fn is_whole(&self) -> bool {
        self.repeated.len() == self.asked
    }
}

impl Apply {
    /// Tells whether something is left of a run that has not begun without what was applied before.
    pub fn can_leave_out(&self) -> bool {
        let Some(twin) = &self.twin else { return false };
        self.journal == Journal::Awaited && self.items.iter().any(|item| has_other(item, twin))
    }
}

impl Model {
    /// Tells whether it is being looked if the changes of the run were applied before.
    pub fn looks_for_twin(&self) -> bool {
        self.apply.as_ref().is_some_and(|apply| apply.is_looking)
    }

    /// Lets the run go on; one of before first looks whether its changes were applied meanwhile.
    pub(super) fn press_resume(&mut self, now_ms: u64) -> Vec<Effect> {
        let Some(apply) = &mut self.apply else { return Vec::new() };
        if apply.is_looking || apply.twin.is_some() {
            return Vec::new();
        }
        let has_rest = apply.is_back && apply.run.summary().not_sent > 0;
        match apply.run.labels().fingerprint.clone().filter(|_| has_rest) {
            Some(fingerprint) => {
                apply.is_looking = true;
                vec![Effect::LookForTwin(fingerprint)]
            }
            None => self.tell_run(Event::ResumeAsked, now_ms, 0.5),
        }
    }

    /// The changes of `run` were applied before, or not: the merchant decides. What was looked for
    /// another run, or for what the merchant no longer wants, changes nothing.
    pub(super) fn take_twin(&mut self, run: &str, twin: Option<Twin>, now_ms: u64) -> Vec<Effect> {
        let awaits = |apply: &&mut Apply| apply.is_looking && apply.run.id() == run;
        let Some(apply) = self.apply.as_mut().filter(awaits) else { return Vec::new() };
        apply.is_looking = false;
        apply.twin = twin;
        if apply.twin.is_none() { self.go_on(now_ms) } else { Vec::new() }
    }

    pub(super) fn apply_twin(&mut self, answer: TwinAnswer, now_ms: u64) -> Vec<Effect> {
        let Some(apply) = &mut self.apply else { return Vec::new() };
        let can_leave_out = apply.can_leave_out();
        let Some(twin) = apply.twin.take() else { return Vec::new() };
        match answer {
            TwinAnswer::All => return self.go_on(now_ms),
            TwinAnswer::LeaveOut if can_leave_out => return self.leave_out(&twin),
            TwinAnswer::LeaveOut | TwinAnswer::Back if apply.journal == Journal::Awaited => {
                self.apply = None;
                self.step = Step::Review;
            }
            TwinAnswer::LeaveOut | TwinAnswer::Back => {}
        }
        Vec::new()
    }

    /// Begins the run at hand, or lets it go on.
    fn go_on(&mut self, now_ms: u64) -> Vec<Effect> {
        match self.apply.as_ref().map(|apply| apply.journal) {
            Some(Journal::Awaited) => vec![Effect::BeginRun],
            Some(_) => self.tell_run(Event::ResumeAsked, now_ms, 0.5),
            None => Vec::new(),
        }
    }

    /// Makes the run, which has not begun, of the other changes; another run may have applied some
    /// of those.
    fn leave_out(&mut self, twin: &Twin) -> Vec<Effect> {
        let Some(apply) = &mut self.apply else { return Vec::new() };
        let others = apply.items.iter().filter_map(|item| others(item, twin)).collect::<Vec<_>>();
        let (settings, reason) = (apply.run.settings(), apply.run.labels().reason.clone());
        let id = apply.run.id().to_owned();
        let Some(run) = run_of(&others, id, settings, reason) else { return Vec::new() };
        let fingerprint = run.labels().fingerprint.clone();
        (apply.items, apply.run, apply.is_looking) = (others, run, fingerprint.is_some());
        vec![fingerprint.map_or(Effect::BeginRun, Effect::LookForTwin)]
    }
}

fn is_other(external_id: &str, label: &str, asked: ItemChange, twin: &Twin) -> bool {
    match asked.change {
        Change::Adjust(delta) => {
            !twin.repeated.contains(&Line::new(external_id, label, delta.get()))
        }
        // To set a level twice does no harm.
        Change::Set(_) => true,
    }
}

fn has_other(item: &SendItem, twin: &Twin) -> bool {
    levels(item).any(|(label, asked)| is_other(&item.external_id, label, asked, twin))
}

/// Returns an item without what was applied before; `None` where nothing is left of it.
fn others(item: &SendItem, twin: &Twin) -> Option<SendItem> {
    let keeps = |label: &str, asked: &ItemChange| is_other(&item.external_id, label, *asked, twin);
    let product = item.product.filter(|asked| keeps("", asked));
    let variants = item.variants.iter().filter(|(label, asked)| keeps(label, asked));
    let variants: Vec<_> = variants.cloned().collect();
    let is_left = product.is_some() || !variants.is_empty();
    is_left.then(|| SendItem { product, variants, ..item.clone() })
}

#[cfg(test)]
mod tests {
    use stockroom_client::run::Phase;
    use stockroom_domain::quantity::{Delta, Level};

    use super::super::record::{KeptRun, entry_bytes};
    use super::super::{Msg, RunMsg};
    use super::*;

    fn adjust(units: i64) -> ItemChange {
        let change = Change::Adjust(Delta::new(units).unwrap());
        ItemChange { change, before: Level::new(100).ok() }
    }

    fn item(sku: &str, product: Option<ItemChange>, variants: &[(&str, ItemChange)]) -> SendItem {
        SendItem {
            external_id: sku.to_owned(),
            name: String::new(),
            product,
            variants: variants.iter().map(|(label, asked)| ((*label).to_owned(), *asked)).collect(),
            rows: vec![0],
        }
    }

    fn set(units: i64) -> ItemChange {
        let change = Change::Set(Level::new(units).unwrap());
        ItemChange { change, before: Level::new(100).ok() }
    }

    /// A run that was just made; it is looked whether its changes were applied before.
    fn made(id: &str, items: Vec<SendItem>) -> Model {
        let mut model = Model { step: Step::Review, ..Model::default() };
        let made =
            RunMsg::Made { items, id: id.to_owned(), has_extras: true, budget: None, now_ms: 7 };
        assert!(matches!(model.update(Msg::Run(made))[..], [Effect::LookForTwin(_)]));
        model
    }

    fn items() -> Vec<SendItem> {
        vec![
            item("A", Some(adjust(12)), &[("Grand", adjust(6)), ("Petit", set(4))]),
            item("B", Some(adjust(24)), &[]),
            item("C", Some(adjust(-2)), &[]),
        ]
    }

    fn twin(lines: &[(&str, &str, i64)], asked: usize) -> Twin {
        Twin {
            run: "run-0".to_owned(),
            source: Source::Elsewhere,
            at_ms: 1,
            products: 2,
            repeated: lines.iter().map(|(sku, label, by)| Line::new(sku, label, *by)).collect(),
            asked,
        }
    }

    fn found(run: &str, twin: Option<Twin>) -> Msg {
        Msg::Run(RunMsg::TwinFound { run: run.to_owned(), twin, now_ms: 9 })
    }

    fn answer(answer: TwinAnswer) -> Msg {
        Msg::Run(RunMsg::TwinAnswered { answer, now_ms: 9 })
    }

    #[test]
    fn the_same_changes_twice_are_asked_about_before_anything_is_kept() {
        let twin = twin(&[("A", "", 12), ("A", "grand", 6), ("B", "", 24)], 4);
        let asked = || {
            let mut model = made("run-1", items());
            assert!(model.update(found("run-1", Some(twin.clone()))).is_empty());
            assert_eq!(
                model.apply.as_ref().and_then(|apply| apply.twin.clone()),
                Some(twin.clone())
            );
            model
        };
        let mut model = asked();
        assert!(model.update(answer(TwinAnswer::Back)).is_empty());
        assert_eq!((model.step, model.apply.is_none()), (Step::Review, true));
        let mut model = asked();
        assert!(matches!(model.update(answer(TwinAnswer::All))[..], [Effect::BeginRun]));
        assert!(model.update(answer(TwinAnswer::All)).is_empty(), "once");
    }

    #[test]
    fn what_was_applied_before_is_left_out_and_the_rest_looked_for() {
        let mut model = made("run-1", items());
        let part = twin(&[("A", "", 12), ("A", "grand", 6), ("B", "", 24)], 4);
        model.update(found("run-1", Some(part)));
        let before = model.apply.as_ref().unwrap().run.labels().fingerprint.clone();
        let effects = model.update(answer(TwinAnswer::LeaveOut));
        let [Effect::LookForTwin(fingerprint)] = &effects[..] else { panic!("{effects:?}") };
        assert_ne!(Some(fingerprint), before.as_ref());
        let apply = model.apply.as_ref().unwrap();
        let left = [item("A", None, &[("Petit", set(4))]), item("C", Some(adjust(-2)), &[])];
        assert_eq!((&apply.items[..], apply.run.id()), (&left[..], "run-1"));
        assert!(apply.run.items()[0].json().contains("expectedQuantity"));
        assert!(matches!(model.update(found("run-1", None))[..], [Effect::BeginRun]));
    }

    #[test]
    fn where_all_was_applied_before_nothing_can_be_left_out_but_sets_stay() {
        let deltas = vec![item("B", Some(adjust(24)), &[])];
        let all = || Some(twin(&[("B", "", 24)], 1));
        let mut model = made("run-1", deltas.clone());
        model.update(found("run-1", all()));
        assert!(!model.apply.as_ref().unwrap().can_leave_out());
        let mut model = made("run-1", [deltas, vec![item("D", Some(set(3)), &[])]].concat());
        model.update(found("run-1", all()));
        assert!(model.apply.as_ref().unwrap().can_leave_out());
        assert!(matches!(model.update(answer(TwinAnswer::LeaveOut))[..], [Effect::BeginRun]));
        assert_eq!(model.apply.as_ref().map(|apply| apply.items.len()), Some(1));
    }

    /// A run of before with an item that it has not sent.
    fn back(id: &str) -> Model {
        let mut many: Vec<SendItem> =
            (0..200).map(|n| item(&format!("A{n:03}"), Some(adjust(5)), &[])).collect();
        many.push(item("Z", Some(adjust(5)), &[]));
        let mut model = made(id, many);
        model.update(found(id, None));
        let apply = model.apply.clone().unwrap();
        let effects = model.update(Msg::Run(RunMsg::Kept { fault: None, now_ms: 8 }));
        let [_, Effect::Journal(entry), _] = &effects[..] else { panic!("{effects:?}") };
        let kept = KeptRun::read(
            apply.record(),
            &apply.base(),
            &[entry_bytes(std::slice::from_ref(entry))],
        )
        .unwrap();
        let mut model = Model::default();
        model.update(Msg::Run(RunMsg::Found(Box::new(kept))));
        model
    }

    fn phase(model: &Model) -> Option<Phase> {
        model.apply.as_ref().map(|apply| apply.run.phase().clone())
    }

    #[test]
    fn a_run_of_before_looks_for_its_changes_once_and_then_goes_on() {
        let mut model = back("run-1");
        let press = || Msg::Run(RunMsg::ResumePressed { now_ms: 9 });
        assert!(matches!(model.update(press())[..], [Effect::LookForTwin(_)]));
        assert!(model.update(press()).is_empty(), "it looks already");
        assert_eq!(phase(&model), Some(Phase::Paused));
        let effects = model.update(found("run-1", None));
        assert!(matches!(effects[..], [Effect::Journal(_), Effect::Send(_)]), "{effects:?}");
        assert!(model.update(found("run-1", None)).is_empty(), "an answer counts once");
    }

    #[test]
    fn an_answer_that_comes_too_late_lets_no_other_run_go_on() {
        let mut model = back("run-2");
        // Of the run that was at hand before.
        assert!(model.update(found("run-1", None)).is_empty());
        // Nobody asked.
        assert!(model.update(found("run-2", None)).is_empty());
        model.update(Msg::Run(RunMsg::ResumePressed { now_ms: 9 }));
        assert!(model.update(found("run-1", None)).is_empty());
        assert!(model.update(found("run-1", Some(twin(&[("Z", "", 5)], 1)))).is_empty());
        assert_eq!(phase(&model), Some(Phase::Paused));
        assert!(model.apply.as_ref().unwrap().twin.is_none());
        // Stopped meanwhile, it does not go on.
        let stop = RunMsg::Told { event: Event::StopAsked, now_ms: 9, jitter: 0.5 };
        model.update(Msg::Run(stop));
        let stopped = phase(&model);
        assert!(model.update(found("run-2", None)).is_empty());
        assert_eq!(phase(&model), stopped);
    }
}
