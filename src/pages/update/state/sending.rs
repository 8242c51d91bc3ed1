//! A confirmed plan on its way: the run, and what one item of it says.

use stockroom_api::bulk::{BulkItem, BulkVariant, Mode as ApiMode};
use stockroom_client::answer::Answer;
use stockroom_client::item::Item;
use stockroom_client::run::{Command, Event, Run, Settings};
use stockroom_domain::plan::ItemChange;
use stockroom_domain::quantity::{Change, Level, Mode};
use stockroom_worksheet::SendItem;

use super::{Apply, Effect, Model, Step};

impl Model {
    pub(super) fn make_run(
        &mut self,
        items: Vec<SendItem>,
        id: String,
        has_extras: bool,
        now_ms: u64,
    ) -> Vec<Effect> {
        let sent = items.iter().map(|item| Item::new(&bulk_item(item, has_extras))).collect();
        let settings = Settings { representation: has_extras, ..Settings::default() };
        let Ok(run) = Run::new(id, sent, settings) else { return Vec::new() };
        let journal = Vec::new();
        self.apply = Some(Apply { items, run, started_ms: now_ms, ended_ms: None, journal });
        self.step = Step::Apply;
        self.note = None;
        self.tell_run(Event::Started, now_ms, 0.5)
    }

    pub(super) fn tell_run(&mut self, event: Event, now_ms: u64, jitter: f64) -> Vec<Effect> {
        let Some(apply) = &mut self.apply else { return Vec::new() };
        let mut effects = Vec::new();
        for command in apply.run.handle(event, now_ms, &mut || jitter) {
            match command {
                Command::Save(entry) => apply.journal.push(entry),
                Command::Send(request) => {
                    self.step = Step::Apply;
                    effects.push(Effect::Send(request));
                }
                Command::WaitUntil(at) => effects.push(Effect::WakeAt(at)),
                Command::Finished(_) => {
                    self.step = Step::Result;
                    apply.ended_ms = Some(now_ms);
                    effects.extend([Effect::RefreshStock, Effect::DropDraft]);
                }
            }
        }
        effects
    }
}

/// Returns the event of an answer, or of none.
pub fn answered(batch: u32, answer: Option<Answer>) -> Event {
    match answer {
        Some(answer) => Event::Answered { batch, answer },
        None => Event::Failed { batch },
    }
}

/// Returns what is sent for one product; `has_extras` adds the level that a set expects.
fn bulk_item(item: &SendItem, has_extras: bool) -> BulkItem {
    let expects = |asked: &ItemChange| match asked.change {
        // An adjust is right on any level.
        Change::Set(_) if has_extras => asked.before.map(Level::get),
        _ => None,
    };
    let mode = |asked: &ItemChange| match asked.change.mode() {
        Mode::Set => ApiMode::Set,
        Mode::Adjust => ApiMode::Adjust,
    };
    let of = |asked: &ItemChange, wanted: Mode| {
        Some(asked.change).filter(|change| change.mode() == wanted).map(Change::value)
    };
    let product = item.product.as_ref();
    let variant = |(label, asked): &(String, ItemChange)| BulkVariant {
        label: label.clone(),
        mode: Some(mode(asked)),
        quantity: of(asked, Mode::Set),
        quantity_delta: of(asked, Mode::Adjust),
        expected_quantity: expects(asked),
    };
    BulkItem {
        external_id: item.external_id.clone(),
        mode: product.map(mode),
        quantity: product.and_then(|asked| of(asked, Mode::Set)),
        quantity_delta: product.and_then(|asked| of(asked, Mode::Adjust)),
        expected_quantity: product.and_then(expects),
        variants: item.variants.iter().map(variant).collect(),
    }
}
