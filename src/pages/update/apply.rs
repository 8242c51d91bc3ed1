//! The run while it is under way.

use leptos::prelude::*;
use stockroom_client::run::{End, Event, Phase, Progress};

use super::desk::{now_ms, use_desk};
use super::draft::source_name;
use super::seen_before::{ResumeButton, SeenBefore};
use super::state::{self, Apply, Journal};
use crate::browser::clock;
use crate::connection::use_connection;
use crate::ui::{Confirm, Notice, Tone};
use crate::words::{Key, Plural, Words, use_words};

/// How often progress is shown anew, in milliseconds: a long run has hundreds of answers a second, and
/// each figure is a text that somebody has to read.
const SHOWN_MS: i32 = 250;

/// Progress in items and requests, time left, and the ways to hold it.
#[component]
pub fn ApplyStep() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let connection = use_connection();
    let now = RwSignal::new(clock::now_ms());
    let timer = StoredValue::new_local(clock::every(SHOWN_MS, move || {
        now.try_set(clock::now_ms());
    }));
    on_cleanup(move || timer.dispose());
    let phase = Memo::new(move |_| {
        desk.with(|model| model.apply.as_ref().map(|apply| apply.run.phase().clone()))
    });
    let progress = Memo::new(move |_| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time")]
        let now = now.get() as u64;
        phase.with(|_| ());
        let run = |model: &super::state::Model| model.apply.as_ref().map(|a| a.run.progress(now));
        desk.with_untracked(run).unwrap_or_default()
    });
    let is_stopping = move || matches!(phase.get(), Some(Phase::Ending(End::Stopped)));
    let is_flying =
        Memo::new(move |_| desk.with(|m| m.apply.as_ref().is_some_and(Apply::is_flying)));
    // What would be set blindly is previewed once more instead.
    let is_late = Memo::new(move |_| {
        let now = now_ms();
        desk.with(|model| model.apply.as_ref().is_some_and(|apply| apply.is_late(now)))
    });
    let is_looking = desk.looks_for_twin();
    let is_back = Memo::new(move |_| {
        phase.with(|phase| matches!(phase, Some(Phase::Ready | Phase::Paused)))
            && desk.with(|model| model.apply.as_ref().is_some_and(|apply| apply.is_back))
    });
    let is_paused = move || {
        phase.with(|phase| {
            *phase == Some(Phase::Paused) || is_back.get() && *phase == Some(Phase::Ready)
        })
    };
    view! {
        <Show when=move || is_back.get()>
            <CutOff />
        </Show>
        <Show when=move || is_paused() && is_late.get()>
            <Notice
                tone=Tone::Warning
                title=words.label(Key::UpdateLateTitle)
                about=words.label(Key::UpdateLateAbout)
            />
        </Show>
        <Asked />
        <section class="card run">
            <p class="run-title">
                {move || words.text(if is_paused() { Key::UpdatePausedTitle } else { Key::UpdateApplying })}
            </p>
            <progress
                max=move || progress.get().items.max(1).to_string()
                prop:value=move || js_value(progress.get().items_done)
                aria-label=words.t(Key::UpdateApplying)
            ></progress>
            <p class="run-figures">{move || figures(words, progress.get())}</p>
            <p class="run-state" role="status">
                {move || if is_looking.get() {
                    Some(words.text(Key::UpdateTwinLooking).to_owned())
                } else {
                    // The notice above says it of a run that was cut off.
                    (!is_back.get()).then(|| {
                        state(words, phase.get().as_ref(), progress.get(), is_flying.get(), now.get())
                    })
                }}
            </p>
            <div class="run-actions">
                <Show
                    when=is_paused
                    fallback=move || {
                        view! {
                            <button
                                type="button"
                                class="button"
                                disabled=move || phase.get() != Some(Phase::Running)
                                on:click=move |_| desk.tell_run(Event::PauseAsked)
                            >
                                {words.t(Key::UpdatePause)}
                            </button>
                        }
                    }
                >
                    <Show when=move || !is_late.get() && connection.can_write()>
                        <ResumeButton is_primary=true />
                    </Show>
                </Show>
                <button
                    type="button"
                    class="button"
                    disabled=is_stopping
                    on:click=move |_| desk.tell_run(Event::StopAsked)
                >
                    {words.t(Key::UpdateStop)}
                </button>
            </div>
        </section>
        <Show when=move || !is_paused()>
            <Notice tone=Tone::Info title=words.label(Key::UpdateKeepOpen) />
        </Show>
    }
}

/// What the merchant has to decide or know before the run goes on.
#[component]
pub fn Asked() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let journal = Memo::new(move |_| desk.with(|m| m.apply.as_ref().map(|apply| apply.journal)));
    let twin = Memo::new(move |_| {
        desk.with(|model| model.apply.as_ref().and_then(|apply| apply.twin.clone()))
    });
    view! {
        {move || twin.get().map(|twin| view! { <SeenBefore twin=twin /> })}
        {move || match journal.get()? {
            Journal::Refused(why) => Some(view! { <Unkept why=why /> }.into_any()),
            Journal::Lost(_) => {
                let title = words.label(Key::UpdateLostTitle);
                let about = words.label(Key::UpdateLostAbout);
                Some(view! { <Notice tone=Tone::Warning title=title about=about /> }.into_any())
            }
            Journal::Awaited | Journal::Kept | Journal::Without => None,
        }}
    }
}

/// What is known of a run that was cut off.
#[component]
fn CutOff() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let told = Memo::new(move |_| desk.with(|model| model.apply.as_ref().map(Apply::record)));
    let title = move || {
        let record = told.get().unwrap_or_default();
        let name = source_name(words, &record.name, record.origin);
        words.fill(Key::UpdateBackTitle, &[("name", &name)])
    };
    let about = move || {
        let record = told.get().unwrap_or_default();
        let number = |n: usize| words.number(i64::try_from(n).unwrap_or(i64::MAX));
        let done = number(record.applied + record.refused);
        let unknown = number(record.unknown);
        let total = i64::try_from(record.items()).unwrap_or(i64::MAX);
        let settled = words.count(Plural::UpdateBackSettled, total, &[("done", &*done)]);
        let values = [("settled", &*settled), ("unknown", &*unknown)];
        let key = match record.unknown {
            0 => Key::UpdateBackAboutKnown,
            _ => Key::UpdateBackAbout,
        };
        words.fill(key, &values)
    };
    view! { <Notice tone=Tone::Warning title=Signal::derive(title) about=Signal::derive(about) /> }
}

/// Asks whether to run where nothing can be kept.
#[component]
fn Unkept(why: state::Unkept) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let about = match why {
        state::Unkept::Blocked => Key::UpdateUnkeptBlocked,
        state::Unkept::Full => Key::UpdateUnkeptFull,
    };
    view! {
        <Confirm
            title=words.label(Key::UpdateUnkeptTitle)
            about=words.label(about)
            yes=words.label(Key::UpdateUnkeptGo)
            no=words.label(Key::UpdateUnkeptBack)
            on_answer=move |yes| desk.run_anyway(yes)
        />
    }
}

fn js_value(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn figures(words: Words, progress: Progress) -> String {
    let number = |n: usize| words.number(i64::try_from(n).unwrap_or(i64::MAX));
    let of = |plural, done, total| {
        let total = i64::try_from(total).unwrap_or(i64::MAX);
        words.count(plural, total, &[("done", &number(done))])
    };
    let mut figures = vec![
        of(Plural::UpdateProgressItems, progress.items_done, progress.items),
        of(Plural::UpdateProgressRequests, progress.requests_done, progress.requests),
    ];
    if progress.left_ms >= 1_000 {
        let time = words.duration(seconds(progress.left_ms));
        figures.push(words.fill(Key::UpdateTimeLeft, &[("time", &time)]));
    }
    figures.join(" · ")
}

fn state(
    words: Words,
    phase: Option<&Phase>,
    progress: Progress,
    is_flying: bool,
    now: f64,
) -> String {
    match phase {
        Some(Phase::Paused) if is_flying => words.text(Key::UpdatePausing).to_owned(),
        Some(Phase::Paused) => words.text(Key::UpdatePaused).to_owned(),
        Some(Phase::Ending(End::Stopped)) => words.text(Key::UpdateStopping).to_owned(),
        _ => match progress.held_until {
            Some(at) => {
                let time = words.duration((seconds(at) - now / 1_000.0).max(1.0).ceil());
                words.fill(Key::UpdateWaiting, &[("time", &time)])
            }
            None => String::new(),
        },
    }
}

#[expect(clippy::cast_precision_loss, reason = "times stay far below 2^53")]
fn seconds(milliseconds: u64) -> f64 {
    milliseconds as f64 / 1_000.0
}
