//! The runs that this browser keeps: when, what, how it ended, and the way back into each.

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::reason::Reason;

use crate::connection::use_connection;
use crate::pages::update::desk::{Desk, use_desk};
use crate::pages::update::draft::source_name;
use crate::pages::update::state::record::Record;
use crate::pages::update::tell;
use crate::route::{HistoryView, Navigator, Route, use_navigator};
use crate::ui::{EmptyState, Toasts, Tone, use_toasts};
use crate::words::{Key, Words, use_words};

/// The runs, the newest first.
#[component]
pub fn Runs() -> impl IntoView {
    let words = use_words();
    let opener =
        Opener { words, desk: use_desk(), navigator: use_navigator(), toasts: use_toasts() };
    let connection = use_connection();
    let has_levels = Memo::new(move |_| connection.capabilities().history);
    let runs = RwSignal::new(None::<Vec<Record>>);
    spawn_local(async move {
        let found = opener.desk.runs().await;
        runs.try_set(Some(found));
    });
    let rows = move || {
        let runs = runs.get()?;
        if runs.is_empty() {
            let (title, about) = (Key::HistoryNoRuns, Key::HistoryNoRunsAbout);
            return Some(
                view! {
                    <EmptyState title=words.label(title) about=words.label(about) />
                }
                .into_any(),
            );
        }
        let rows = runs.into_iter().map(|run| row(opener, has_levels, run)).collect_view();
        Some(view! { <ul class="history-list">{rows}</ul> }.into_any())
    };
    view! {
        <section class="card history" aria-label=words.t(Key::HistoryRuns)>
            <h2 class="history-title">{words.t(Key::HistoryRuns)}</h2>
            {rows}
        </section>
    }
}

fn row(opener: Opener, has_levels: Memo<bool>, run: Record) -> impl IntoView {
    let words = opener.words;
    let name = source_name(words, &run.name, run.origin);
    let label = words.fill(Key::HistoryOpenRun, &[("name", &name)]);
    #[expect(clippy::cast_precision_loss, reason = "a time")]
    let at = words.date_time(run.started_ms as f64);
    let reason = run.reason.as_deref().and_then(Reason::of).map(|reason| {
        view! { <span class="tag">{words.t(tell::reason(reason))}</span> }
    });
    let levels = HistoryView { run: run.id.clone(), ..HistoryView::default() };
    let levels = Route::History(levels).href();
    let told = totals(words, &run);
    let is_open = run.is_open();
    let id = run.id;
    view! {
        <li class="history-run">
            <div class="history-what">
                <bdi class="name">{name}</bdi>
                {reason}
                {is_open.then(|| view! { <span class="tag warn">{words.t(Key::HistoryUnfinished)}</span> })}
                <span class="history-totals">{told}</span>
            </div>
            <time class="history-at">{at}</time>
            <div class="history-acts">
                {move || has_levels.get().then(|| view! {
                    <a class="button" href=levels.clone()>{words.t(Key::HistoryLevelsOf)}</a>
                })}
                <button
                    type="button"
                    class="button"
                    aria-label=label
                    on:click=move |_| opener.open(id.clone())
                >
                    {words.t(Key::HistoryOpen)}
                </button>
            </div>
        </li>
    }
}

/// Returns how many products came to what, leaving out what none did.
fn totals(words: Words, run: &Record) -> String {
    let counts = [
        (run.applied, Key::UpdateApplied),
        (run.refused, Key::UpdateRefusedItems),
        (run.unknown, Key::UpdateUnknownItems),
        (run.not_sent, Key::UpdateNotSentItems),
    ];
    let some = counts.into_iter().filter(|(count, _)| *count > 0);
    let told = some.map(|(count, name)| {
        let count = words.number(i64::try_from(count).unwrap_or(i64::MAX));
        words.fill(Key::HistoryCount, &[("name", words.text(name)), ("count", &count)])
    });
    told.collect::<Vec<_>>().join(" · ")
}

/// Opens a run of before; copy it into closures.
#[derive(Clone, Copy)]
struct Opener {
    words: Words,
    desk: Desk,
    navigator: Navigator,
    toasts: Toasts,
}

impl Opener {
    fn open(self, id: String) {
        spawn_local(async move {
            if self.desk.open_run(&id).await {
                self.navigator.go(&Route::Update);
            } else {
                let text = untrack(|| self.words.text(Key::HistoryNotOpened));
                self.toasts.show(Tone::Warning, text);
            }
        });
    }
}
