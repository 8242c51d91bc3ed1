//! What is said about drafts: one that came back, one on its way, and that none is kept.

use leptos::prelude::*;

use super::desk::use_desk;
use super::state::draft::{Note, Origin, Source};
use super::state::record::Record;
use super::state::{Model, Msg, Progress};
use crate::browser::clock;
use crate::browser::drafts::Fault;
use crate::ui::{Notice, Tone};
use crate::words::{Key, Words, use_words};

/// The name of a source for people.
pub(in crate::pages) fn source_name(words: Words, name: &str, origin: Origin) -> String {
    match origin {
        Origin::Products => words.text(Key::DraftProducts).to_owned(),
        _ if name.is_empty() => words.text(Key::UpdatePasted).to_owned(),
        _ => name.to_owned(),
    }
}

/// What is to be said about a draft, above the step.
#[component]
pub fn DraftNotes() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let note = Memo::new(move |_| desk.with(|model| model.note.clone()));
    move || match note.get()? {
        Note::Back(source) => Some(view! { <Back source=source /> }.into_any()),
        Note::Aside(source) => Some(view! { <Aside source=source /> }.into_any()),
        Note::RunElsewhere(record) => Some(view! { <Elsewhere record=record /> }.into_any()),
        Note::Lost => {
            let title = words.label(Key::DraftLost);
            let about = words.label(Key::DraftLostAbout);
            Some(view! { <Notice tone=Tone::Warning title=title about=about /> }.into_any())
        }
    }
}

/// Returns what a draft is of, and how old it is.
fn title(words: Words, source: &Source) -> String {
    let name = match source.origin {
        Origin::Products => words.text(Key::DraftSomeProducts),
        Origin::Cells => words.text(Key::DraftSomeCells),
        Origin::File | Origin::Run => &source.name,
    };
    let Some(kept_ms) = source.kept_ms else {
        return words.fill(Key::DraftOf, &[("name", name)]);
    };
    #[expect(clippy::cast_precision_loss, reason = "a time")]
    let seconds = ((clock::now_ms() - kept_ms as f64) / 1000.0).max(1.0);
    words.fill(Key::DraftOfAgo, &[("name", name), ("ago", &words.ago(seconds))])
}

/// The draft is the worksheet at hand.
#[component]
fn Back(source: Source) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let (tone, about) = if source.was_sending {
        (Tone::Warning, Key::DraftWasSending)
    } else {
        (Tone::Info, Key::DraftBackAbout)
    };
    view! {
        <Notice
            tone=tone
            title=Signal::derive(move || title(words, &source))
            about=words.label(about)
        >
            <button type="button" class="button" on:click=move |_| desk.tell(Msg::StartedOver)>
                {words.t(Key::DraftStartOver)}
            </button>
        </Notice>
    }
}

/// The draft is kept and can be opened.
#[component]
fn Aside(source: Source) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    view! {
        <Notice
            tone=Tone::Info
            title=Signal::derive(move || title(words, &source))
            about=words.label(Key::DraftAsideAbout)
        >
            <button type="button" class="button" on:click=move |_| desk.reopen()>
                {words.t(Key::DraftOpen)}
            </button>
            <button type="button" class="button" on:click=move |_| desk.tell(Msg::StartedOver)>
                {words.t(Key::DraftDiscard)}
            </button>
        </Notice>
    }
}

/// A run goes on in another tab.
#[component]
fn Elsewhere(record: Record) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let title = move || {
        let name = source_name(words, &record.name, record.origin);
        words.fill(Key::DraftRunElsewhere, &[("name", &name)])
    };
    view! {
        <Notice
            tone=Tone::Warning
            title=Signal::derive(title)
            about=words.label(Key::DraftRunElsewhereAbout)
        >
            <button type="button" class="button" on:click=move |_| desk.look_again()>
                {words.t(Key::DraftRunLookAgain)}
            </button>
        </Notice>
    }
}

/// Says once that this browser does not keep the worksheet.
#[component]
pub fn KeepingFault() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    move || {
        let (title, about) = match desk.keeping_fault()? {
            Fault::Blocked => (Key::DraftBlocked, Key::DraftBlockedAbout),
            Fault::Full => (Key::DraftFull, Key::DraftBlockedAbout),
            Fault::Elsewhere => (Key::DraftElsewhere, Key::DraftElsewhereAbout),
        };
        Some(view! {
            <Notice tone=Tone::Warning title=words.label(title) about=words.label(about)>
                <button type="button" class="button" on:click=move |_| desk.leave_keeping_fault()>
                    {words.t(Key::AppClose)}
                </button>
            </Notice>
        })
    }
}

/// A draft on its way back, or products on theirs: how far it is, and the way out.
#[component]
pub fn Opening() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let name = move || {
        let name = desk.with(|model| source_name(words, &model.name, model.origin));
        let is_restoring = desk.with(Model::is_restoring);
        let key = if is_restoring { Key::DraftRestoring } else { Key::DraftOpening };
        words.fill(key, &[("name", &name)])
    };
    let share = Memo::new(move |_| match desk.with(|model| model.progress) {
        Some(Progress::Reading { done, total }) if total > 0 => per_cent(done, total),
        Some(Progress::Planning { done, total }) if total > 0 => {
            per_cent(done.into(), total.into())
        }
        _ => None,
    });
    view! {
        <section class="card run" aria-busy="true">
            <p class="run-title" role="status">{name}</p>
            <progress max="100" value=move || share.get() aria-label=name></progress>
            <div class="run-actions">
                <button type="button" class="button" on:click=move |_| desk.tell(Msg::WaitingLeft)>
                    {words.t(Key::AppCancel)}
                </button>
            </div>
        </section>
    }
}

fn per_cent(done: u64, total: u64) -> Option<u32> {
    u32::try_from(done.saturating_mul(100) / total).ok()
}
