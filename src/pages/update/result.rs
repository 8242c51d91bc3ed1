//! What happened to each item.

pub mod acting;
pub mod again;

use leptos::prelude::*;
use stockroom_client::run::{End, Event, Outcome, Summary};
use stockroom_domain::plan::ItemChange;

use acting::Acting;
use again::{AgainButtons, FollowedNotice, StaleNotice};

use super::apply::Asked;
use super::desk::{Desk, now_ms, use_desk};
use super::seen_before::ResumeButton;
use super::state::again::{Again, Done, Evidence, done, evidence};
use super::state::{Apply, Model, Msg};
use super::tell;
use crate::app::viewport::use_viewport;
use crate::browser::clock;
use crate::stock::use_stock;
use crate::ui::{ChangeView, Chip, Delta, Icon, Notice, Sign, Tone, VirtualRows};
use crate::words::{Key, Plural, Words, use_words};

/// The height of a row, and of a card with the gap after it; the style sheet says the same.
const ROW_PX: u32 = 40;
const CARD_PX: u32 = 120;

/// Which outcomes are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Done.
    Applied,
    /// Refused, nothing done.
    Refused,
    /// No answer says.
    Unknown,
    /// Not sent.
    NotSent,
}

impl Kind {
    fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Applied(_) => Self::Applied,
            Outcome::Refused(_) => Self::Refused,
            Outcome::Unknown => Self::Unknown,
            Outcome::NotSent => Self::NotSent,
        }
    }

    fn count(self, summary: &Summary) -> usize {
        match self {
            Self::Applied => summary.applied,
            Self::Refused => summary.refused,
            Self::Unknown => summary.unknown,
            Self::NotSent => summary.not_sent,
        }
    }

    fn name(self) -> Key {
        match self {
            Self::Applied => Key::UpdateApplied,
            Self::Refused => Key::UpdateRefusedItems,
            Self::Unknown => Key::UpdateUnknownItems,
            Self::NotSent => Key::UpdateNotSentItems,
        }
    }
}

/// Applied, refused, unknown, not sent: in totals and for each.
#[component]
pub fn ResultStep() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let summary = Memo::new(move |_| desk.with(|m| m.apply.as_ref().map(|a| a.run.summary())));
    let first = summary.with_untracked(|summary| {
        let kinds = [Kind::Unknown, Kind::Refused, Kind::NotSent, Kind::Applied];
        let some = |kind: &Kind| summary.as_ref().is_some_and(|s| kind.count(s) > 0);
        kinds.into_iter().find(some).unwrap_or(Kind::Applied)
    });
    let acting = Acting::start();
    let kind = RwSignal::new(first);
    let told = move || summary.get().map(|summary| headline(words, &summary));
    let has_rest = move || desk.with(Model::has_rest);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time")]
    let can_retry = move || {
        let now = clock::now_ms() as u64;
        acting.can_act()
            && desk.with(|m| m.apply.as_ref().is_some_and(|a| a.run.retryable(now) > 0))
    };
    let can_resume = move || {
        summary.with(|s| {
            let s = s.as_ref();
            s.is_some_and(|s| s.not_sent > 0 && !matches!(s.end, Some(End::Complete)))
        }) && acting.can_act()
            && desk.with(|model| {
                model
                    .apply
                    .as_ref()
                    .is_some_and(|apply| !apply.is_settled(Again::Rest) && !apply.is_late(now_ms()))
            })
    };
    let chip = move |one: Kind| {
        let count = move || summary.with(|s| s.as_ref().map_or(0, |s| one.count(s)));
        let shown = move || words.number(i64::try_from(count()).unwrap_or(i64::MAX));
        view! {
            <Chip
                label=Signal::derive(move || words.text(one.name()).to_owned())
                count=Signal::derive(shown)
                is_on=Signal::derive(move || kind.get() == one)
                on_press=Callback::new(move |()| kind.set(one))
                tone=match one { Kind::Refused => "bad", Kind::Unknown => "warn", _ => "" }
            />
        }
    };
    view! {
        {move || told().map(|(tone, title, about)| view! {
            <Notice tone=tone title=title about=about>
                <Show when=can_resume>
                    <ResumeButton />
                </Show>
            </Notice>
        })}
        <Asked />
        <FollowedNotice />
        <StaleNotice />
        <section class="card">
            <div class="card-bar review-bar">
                <div class="chips">
                    {[Kind::Applied, Kind::Refused, Kind::Unknown, Kind::NotSent].map(chip)}
                </div>
            </div>
            <Items kind=kind />
            <footer class="card-foot">
                <p class="foot-about">{move || took(words, desk.with(|m| m.apply.as_ref().map(|a| (a.started_ms, a.ended_ms))))}</p>
                <Show when=has_rest>
                    <button type="button" class="button fold" on:click=move |_| desk.tell(Msg::ErrorsAsked)>
                        <Icon sign=Sign::Download />
                        <span>{words.t(Key::UpdateDownloadRest)}</span>
                    </button>
                </Show>
                <AgainButtons />
                <Show when=can_retry>
                    <button type="button" class="button" on:click=move |_| acting.act(|desk| desk.tell_run(Event::RetryUnknownAsked))>
                        {words.t(Key::UpdateRetryUnknown)}
                    </button>
                </Show>
                <a class="button primary" href="/">{words.t(Key::AppToInventory)}</a>
            </footer>
        </section>
    }
}

/// Returns what the run came to: its tone, its title, its sentence.
fn headline(words: Words, summary: &Summary) -> (Tone, String, String) {
    let applied = i64::try_from(summary.applied).unwrap_or(i64::MAX);
    let title = words.count(Plural::UpdateDoneTitle, applied, &[]);
    let text = |key| words.text(key).to_owned();
    match &summary.end {
        Some(End::Halted(halt)) => {
            let about = tell::halt(words, halt).to_owned();
            (Tone::Error, format!("{} · {title}", words.text(Key::UpdateHalted)), about)
        }
        None => (Tone::Warning, title, text(Key::UpdateCutOffAbout)),
        _ if summary.unknown > 0 => (Tone::Warning, title, text(Key::UpdateUnknownAbout)),
        Some(End::Stopped) => (Tone::Info, title, text(Key::UpdateStoppedAbout)),
        _ if summary.refused > 0 => (Tone::Warning, title, text(Key::UpdatePartlyAbout)),
        _ => (Tone::Good, title, text(Key::UpdateDoneAbout)),
    }
}

fn took(words: Words, times: Option<(u64, Option<u64>)>) -> Option<String> {
    let (start, end) = times?;
    #[expect(clippy::cast_precision_loss, reason = "a length of time")]
    let seconds = (end?.saturating_sub(start) as f64 / 1000.0).max(1.0).round();
    Some(words.fill(Key::UpdateTook, &[("time", &words.duration(seconds))]))
}

/// The levels of the outcomes that are shown, one a row.
#[component]
fn Items(kind: RwSignal<Kind>) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let viewport = use_viewport();
    let stock = use_stock();
    let places = Memo::new(move |_| {
        let wanted = kind.get();
        desk.with(|model| model.apply.as_ref().map(|a| levels(a, wanted)).unwrap_or_default())
    });
    let total = Signal::derive(move || places.with(Vec::len));
    let height = Signal::derive(move || if viewport.is_narrow() { CARD_PX } else { ROW_PX });
    // What the levels say of unknown items is said anew when they are read anew.
    let read_at = Memo::new(move |_| stock.read_at().filter(|_| kind.get() == Kind::Unknown));
    let key = move |index: usize| {
        let place = places.with(|all| all.get(index).copied().unwrap_or_default());
        ((place.item as u64) << 16) | place.level as u64 | (words.language() as u64) << 60
    };
    let row = move |index: usize| {
        let place = places.with_untracked(|all| all.get(index).copied())?;
        let row = desk
            .with_untracked(|model| untrack(|| Some(Row::of(words, model.apply.as_ref()?, place))));
        row.map(|row| untrack(|| row_view(words, desk, index, &row)))
    };
    view! {
        <div
            class="grid results"
            role="table"
            aria-label=words.t(Key::UpdateResults)
            aria-rowcount=move || (total.get() + 1).to_string()
            aria-colcount="5"
        >
            <div class="grid-head" role="rowgroup">
                <div class="grid-row" role="row" aria-rowindex="1">
                    <div class="c-sku" role="columnheader">{words.t(Key::UpdateSku)}</div>
                    <div class="c-product" role="columnheader">{words.t(Key::UpdateProduct)}</div>
                    <div class="c-variant" role="columnheader">{words.t(Key::UpdateVariant)}</div>
                    <div class="c-after" role="columnheader">{words.t(Key::UpdateChange)}</div>
                    <div class="c-note" role="columnheader">{words.t(Key::UpdateNote)}</div>
                </div>
            </div>
            {move || {
                let _ = read_at.get();
                view! { <VirtualRows total=total height=height key=key row=row covered=40 /> }
            }}
        </div>
    }
}

/// A level of an item: its product's own, then its variants' in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Place {
    item: usize,
    level: usize,
}

fn levels(apply: &Apply, wanted: Kind) -> Vec<Place> {
    let outcomes = apply.run.outcomes();
    let items = (0..outcomes.len()).filter(|at| Kind::of(&outcomes[*at]) == wanted);
    items
        .flat_map(|item| {
            let sent = &apply.items[item];
            let levels = usize::from(sent.product.is_some()) + sent.variants.len();
            (0..levels).map(move |level| Place { item, level })
        })
        .collect()
}

/// What is shown of a level.
struct Row {
    external_id: String,
    name: String,
    variant: String,
    asked: Option<ItemChange>,
    change: Option<Done>,
    outcome: Outcome,
    /// Why it was not applied.
    why: Option<String>,
}

impl Row {
    fn of(words: Words, apply: &Apply, place: Place) -> Self {
        let item = &apply.items[place.item];
        let outcome = &apply.run.outcomes()[place.item];
        let own = usize::from(item.product.is_some());
        let variant = place.level.checked_sub(own).map(|at| &item.variants[at]);
        let asked = variant.map(|(_, asked)| *asked).or(item.product);
        let label = variant.map(|(label, _)| label.clone()).unwrap_or_default();
        let change = asked.and_then(|asked| done(outcome, &label, asked));
        let why = tell::not_applied(words, outcome, item, Some(place.level));
        let (external_id, name) = (item.external_id.clone(), item.name.clone());
        Self { external_id, name, variant: label, asked, change, outcome: outcome.clone(), why }
    }
}

fn row_view(words: Words, desk: Desk, index: usize, row: &Row) -> impl IntoView + use<> {
    let evidence = row.asked.filter(|_| row.outcome == Outcome::Unknown).and_then(|asked| {
        let now = desk.level_now(&row.external_id, &row.variant)?;
        Some(evidence_of(words, row, asked, now))
    });
    let note = evidence.or_else(|| row.why.clone()).unwrap_or_default();
    let class = match Kind::of(&row.outcome) {
        Kind::Applied => "grid-row",
        Kind::Refused => "grid-row is-open is-refused",
        Kind::Unknown | Kind::NotSent => "grid-row is-open",
    };
    view! {
        <div class=class role="row" aria-rowindex=(index + 2).to_string()>
            <div class="c-sku" role="cell"><bdi>{row.external_id.clone()}</bdi></div>
            <div class="c-product" role="cell"><bdi class="name">{row.name.clone()}</bdi></div>
            <div class="c-variant" role="cell"><bdi>{row.variant.clone()}</bdi></div>
            <div class="c-after" role="cell">{row.change.map(|told| change_view(words, told))}</div>
            <div class="c-note" role="cell" title=note.clone()><span>{note.clone()}</span></div>
        </div>
    }
}

/// Returns what the level of now says of a change that nobody knows of, with all three figures.
fn evidence_of(words: Words, row: &Row, asked: ItemChange, now: i64) -> String {
    let key = match evidence(asked, Some(now)) {
        Evidence::Applied => Key::UpdateEvidenceDone,
        Evidence::NotApplied => Key::UpdateEvidenceNot,
        Evidence::Unclear => Key::UpdateEvidenceUnclear,
    };
    let figure = |figure: Option<i64>| figure.map(|n| words.number(n)).unwrap_or_default();
    let before = figure(row.change.and_then(|change| change.before));
    let (wanted, now) = (figure(row.change.map(|change| change.after)), words.number(now));
    words.fill(key, &[("before", &before), ("wanted", &wanted), ("now", &now)])
}

fn change_view(words: Words, told: Done) -> impl IntoView + use<> {
    let before = told.before.map(|before| words.number(before)).unwrap_or_default();
    let after = words.number(told.after);
    let values = [("before", before.as_str()), ("after", after.as_str())];
    let spoken = words.fill(Key::ChangeGoes, &values);
    view! {
        <ChangeView
            before=before
            after=after.clone()
            pill=words.signed(told.delta)
            delta=Delta::of(told.delta, told.floored)
            spoken=spoken
        />
    }
}
