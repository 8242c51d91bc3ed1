//! The runs that this browser keeps: when, what, how it ended, and the way to each.

use std::hash::{DefaultHasher, Hash, Hasher};

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::reason::Reason;

use crate::browser::clock;
use crate::connection::use_connection;
use crate::pages::update::desk::use_desk;
use crate::pages::update::draft::source_name;
use crate::pages::update::state::record::Record;
use crate::pages::update::state::{Apply, Model};
use crate::pages::update::tell;
use crate::route::{HistoryView, Route};
use crate::ui::EmptyState;
use crate::words::{Key, Plural, use_words};

/// How often runs that are under way are looked at, in this tab or in another.
const LOOK_MS: i32 = 1_000;

/// The runs, the newest first; those of other keys stand apart.
#[component]
pub fn Runs() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let runs = RwSignal::new(None::<Vec<Record>>);
    let beside = RwSignal::new(Vec::new());
    let look = move || {
        spawn_local(async move {
            let found = desk.runs().await;
            runs.try_set(Some(found));
        });
    };
    look();
    spawn_local(async move {
        let found = desk.runs_beside().await;
        beside.try_set(found.into_iter().map(|(_, record)| record).collect::<Vec<_>>());
    });
    let timer = StoredValue::new_local(clock::every(LOOK_MS, move || {
        let goes_on = |runs: &Option<Vec<Record>>| {
            runs.as_ref().is_some_and(|runs| runs.iter().any(|run| run.ended_ms.is_none()))
        };
        // One that has begun just now may not be kept yet.
        let has_begun = desk.with_untracked(Model::is_running);
        if has_begun || runs.try_with_untracked(goes_on) == Some(true) {
            look();
        }
    }));
    on_cleanup(move || {
        timer.dispose();
    });
    let is_none = Memo::new(move |_| runs.with(|runs| runs.as_ref().is_some_and(Vec::is_empty)));
    let count = Memo::new(move |_| runs.with(|runs| runs.as_ref().map_or(0, Vec::len)));
    let kept =
        move || words.count(Plural::HistoryKept, i64::try_from(count.get()).unwrap_or(0), &[]);
    view! {
        <section class="card history" aria-label=words.t(Key::HistoryRuns)>
            <h2 class="history-title">{words.t(Key::HistoryRuns)}</h2>
            <Show when=move || is_none.get()>
                <EmptyState
                    title=words.label(Key::HistoryNoRuns)
                    about=words.label(Key::HistoryNoRunsAbout)
                />
            </Show>
            <Show when=move || count.get() != 0>
                <List runs=Signal::derive(move || runs.get().unwrap_or_default()) is_own=true />
                <p class="history-kept">{kept}</p>
            </Show>
        </section>
        <Show when=move || beside.with(|runs| !runs.is_empty())>
            <section class="card history" aria-label=words.t(Key::HistoryBeside)>
                <h2 class="history-title">{words.t(Key::HistoryBeside)}</h2>
                <List runs=Signal::derive(move || beside.get()) is_own=false />
                <p class="history-kept">{words.t(Key::HistoryBesideAbout)}</p>
            </section>
        </Show>
    }
}

/// Rows, each of which stays while its run does.
#[component]
fn List(runs: Signal<Vec<Record>>, is_own: bool) -> impl IntoView {
    let words = use_words();
    let key = move |run: &Record| {
        let mut hasher = DefaultHasher::new();
        run.to_bytes().hash(&mut hasher);
        (words.language() as usize, hasher.finish())
    };
    view! {
        <ul class="history-list">
            <For
                each=move || runs.get()
                key=key
                children=move |run| view! { <RunRow run=run is_own=is_own /> }
            />
        </ul>
    }
}

#[component]
fn RunRow(run: Record, is_own: bool) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let connection = use_connection();
    let name = source_name(words, &run.name, run.origin);
    let label = words.fill(Key::HistoryOpenRun, &[("name", &name)]);
    #[expect(clippy::cast_precision_loss, reason = "a time")]
    let at = words.date_time(run.started_ms as f64);
    let reason = run.reason.as_deref().and_then(Reason::of).map(|reason| {
        view! { <span class="tag">{words.t(tell::reason(reason))}</span> }
    });
    let view = HistoryView { run: run.id.clone(), ..HistoryView::default() };
    let levels = Route::History(view).href();
    let href = Route::Run(run.id.clone()).href();
    let is_open = run.is_open();
    let id = run.id.clone();
    let is_here = Memo::new(move |_| {
        let is_it = |apply: &Apply| apply.run.id() == id;
        desk.with(|model| model.is_running() && model.apply.as_ref().is_some_and(is_it))
    });
    let told = move || {
        if !is_here.get() {
            return tell::totals(words, &run);
        }
        // What is on its way is not unknown yet.
        let figure = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let done = words.number(figure(run.applied + run.refused));
        words.count(Plural::UpdateProgressItems, figure(run.items()), &[("done", &done)])
    };
    let state = move || {
        let (class, key) = match (is_here.get(), is_open) {
            (true, _) => ("tag", Key::HistoryUnderWay),
            (false, true) => ("tag warn", Key::HistoryUnfinished),
            (false, false) => return None,
        };
        Some(view! { <span class=class>{words.text(key)}</span> })
    };
    view! {
        <li class="history-run">
            <div class="history-what">
                <a class="history-product" href=href.clone()><bdi class="name">{name}</bdi></a>
                {reason}
                {state}
                <span class="history-totals">{told}</span>
            </div>
            <time class="history-at">{at}</time>
            <div class="history-acts">
                {move || (is_own && connection.capabilities().history).then(|| view! {
                    <a class="button" href=levels.clone()>{words.t(Key::HistoryLevelsOf)}</a>
                })}
                <a class="button" aria-label=label href=href>{words.t(Key::HistoryOpen)}</a>
            </div>
        </li>
    }
}
