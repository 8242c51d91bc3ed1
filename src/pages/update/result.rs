//! What happened to each item.

use leptos::prelude::*;
use stockroom_client::run::{End, Event, Outcome, Summary};
use stockroom_domain::quantity::{Change, Level, apply};

use super::desk::use_desk;
use super::state::{Apply, Msg};
use super::tell;
use crate::app::viewport::use_viewport;
use crate::browser::clock;
use crate::ui::{ChangeView, Chip, Delta, Notice, Tone, VirtualRows};
use crate::words::{Key, Plural, Words, use_words};

/// The height of a row, and of a card with the gap after it; the style sheet says the same.
const ROW_PX: u32 = 40;
const CARD_PX: u32 = 112;

/// Which outcomes are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Applied,
    Refused,
    Unknown,
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
    let kind = RwSignal::new(first);
    let told = move || summary.get().map(|summary| headline(words, &summary));
    let has_refused = move || summary.with(|s| s.as_ref().is_some_and(|s| s.refused > 0));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time")]
    let can_retry = move || {
        let now = clock::now_ms() as u64;
        desk.with(|m| m.apply.as_ref().is_some_and(|a| a.run.retryable(now) > 0))
    };
    let can_resume = move || {
        summary.with(|s| {
            let s = s.as_ref();
            s.is_some_and(|s| s.not_sent > 0 && !matches!(s.end, Some(End::Complete)))
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
        {move || told().map(|(tone, title, about)| view! { <Notice tone=tone title=title about=about /> })}
        <section class="card">
            <div class="card-bar review-bar">
                <div class="chips">
                    {[Kind::Applied, Kind::Refused, Kind::Unknown, Kind::NotSent].map(chip)}
                </div>
            </div>
            <Items kind=kind />
            <footer class="card-foot">
                <p class="foot-about">{move || took(words, desk.with(|m| m.apply.as_ref().map(|a| (a.started_ms, a.ended_ms))))}</p>
                <Show when=has_refused>
                    <button type="button" class="button" on:click=move |_| desk.tell(Msg::RefusedAsked)>
                        {move || words.text(Key::UpdateDownloadRefused)}
                    </button>
                </Show>
                <Show when=can_retry>
                    <button type="button" class="button" on:click=move |_| desk.tell_run(Event::RetryUnknownAsked)>
                        {move || words.text(Key::UpdateRetryUnknown)}
                    </button>
                </Show>
                <Show when=can_resume>
                    <button type="button" class="button" on:click=move |_| desk.tell_run(Event::ResumeAsked)>
                        {move || words.text(Key::UpdateResume)}
                    </button>
                </Show>
                <a class="button primary" href="/">{move || words.text(Key::AppToInventory)}</a>
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

#[component]
fn Items(kind: RwSignal<Kind>) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let viewport = use_viewport();
    let places = Memo::new(move |_| {
        desk.with(|model| {
            let outcomes = model.apply.as_ref().map_or(&[][..], |apply| apply.run.outcomes());
            let wanted = kind.get();
            (0..outcomes.len()).filter(|at| Kind::of(&outcomes[*at]) == wanted).collect::<Vec<_>>()
        })
    });
    let total = Signal::derive(move || places.with(Vec::len));
    let height = Signal::derive(move || if viewport.is_narrow() { CARD_PX } else { ROW_PX });
    let key = move |index: usize| places.with(|all| all.get(index).map_or(0, |at| *at as u64));
    let row = move |index: usize| {
        let at = places.with_untracked(|all| all.get(index).copied())?;
        desk.with_untracked(|model| {
            model.apply.as_ref().map(|apply| item_row(words, index, apply, at))
        })
    };
    view! {
        <div
            class="grid results"
            role="grid"
            aria-label=move || words.text(Key::UpdateResults)
            aria-rowcount=move || (total.get() + 1).to_string()
            aria-colcount="4"
        >
            <div class="grid-head" role="rowgroup">
                <div class="grid-row" role="row" aria-rowindex="1">
                    <div class="c-sku" role="columnheader">{move || words.text(Key::UpdateSku)}</div>
                    <div class="c-product" role="columnheader">{move || words.text(Key::UpdateProduct)}</div>
                    <div class="c-after" role="columnheader">{move || words.text(Key::UpdateChange)}</div>
                    <div class="c-note" role="columnheader">{move || words.text(Key::UpdateNote)}</div>
                </div>
            </div>
            <VirtualRows total=total height=height key=key row=row covered=40 />
        </div>
    }
}

fn item_row(words: Words, index: usize, apply: &Apply, at: usize) -> impl IntoView + use<> {
    let item = &apply.items[at];
    let outcome = &apply.run.outcomes()[at];
    let note = match outcome {
        Outcome::Refused(error) => tell::refusal(words, error),
        _ => String::new(),
    };
    let labels: Vec<&str> = item.variants.iter().map(|(label, _)| label.as_str()).collect();
    let variants = if labels.is_empty() { String::new() } else { words.list(&labels) };
    let changes = matches!(outcome, Outcome::Applied(_)).then(|| applied(words, apply, at));
    view! {
        <div class="grid-row" role="row" aria-rowindex=(index + 2).to_string()>
            <div class="c-sku" role="gridcell"><bdi class="sku">{item.external_id.clone()}</bdi></div>
            <div class="c-product" role="gridcell">
                <bdi class="name">{item.name.clone()}</bdi>
                " "
                <bdi class="muted">{variants}</bdi>
            </div>
            <div class="c-after" role="gridcell">{changes}</div>
            <div class="c-note" role="gridcell" title=note.clone()><span dir="auto">{note.clone()}</span></div>
        </div>
    }
}

/// Returns the change of an applied item: as the server told it, else as the preview had it.
fn applied(words: Words, applied: &Apply, at: usize) -> Option<impl IntoView + use<>> {
    let item = &applied.items[at];
    let told = match &applied.run.outcomes()[at] {
        Outcome::Applied(Some(result)) => {
            let own = result.quantity.as_ref().map(|q| (q.before, q.after, q.delta));
            own.or_else(|| result.variants.first().map(|v| (v.before, v.after, v.delta)))
        }
        _ => None,
    };
    let asked = item.product.or_else(|| item.variants.first().map(|(_, asked)| *asked))?;
    let floored = match asked.change {
        Change::Adjust(_) => apply(asked.change, asked.before).map_or(0, |done| done.floored),
        Change::Set(_) => 0,
    };
    let planned = apply(asked.change, asked.before).ok();
    let planned = planned.map(|done| (done.before.map(Level::get), done.after.get(), done.delta));
    let (before, after, delta) = told.or(planned)?;
    let before = before.map(|before| words.number(before)).unwrap_or_default();
    let after = words.number(after);
    let values = [("before", before.as_str()), ("after", after.as_str())];
    let spoken = words.fill(Key::ChangeGoes, &values);
    Some(view! {
        <ChangeView
            before=before
            after=after.clone()
            pill=words.signed(delta)
            delta=Delta::of(delta, floored)
            spoken=spoken
        />
    })
}
