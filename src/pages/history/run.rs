//! One run of before at an address of its own: what became of each level, and the way back.

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::reason::Reason;

use super::levels::{Levels, Of};
use crate::app::frame::PageHead;
use crate::connection::use_connection;
use crate::pages::update::desk::{Seen, use_desk};
use crate::pages::update::draft::source_name;
use crate::pages::update::result::ResultStep;
use crate::pages::update::result::acting::ShownApart;
use crate::pages::update::state::Apply;
use crate::pages::update::tell;
use crate::route::{HistoryView, Route, use_navigator};
use crate::ui::{EmptyState, Icon, Notice, Sign, Skeleton, Tone};
use crate::words::{Key, use_words};

/// The screen.
#[component]
pub fn RunPage() -> impl IntoView {
    let words = use_words();
    let navigator = use_navigator();
    let connection = use_connection();
    let main = use_desk();
    let desk = main.beside();
    let id = Memo::new(move |_| match navigator.route() {
        Route::Run(id) => id,
        _ => String::new(),
    });
    let seen = RwSignal::new(None::<Seen>);
    Effect::new(move |_| {
        let (id, place) = (id.get(), connection.who().map(|who| who.place()));
        seen.set(None);
        if id.is_empty() || place.is_none() {
            return;
        }
        spawn_local(async move {
            let found = desk.see_run(main, &id).await;
            if navigator.route_untracked() != Route::Run(id) {
                return;
            }
            if found == Seen::GoesOn {
                navigator.replace(&Route::Update);
            } else {
                seen.try_set(Some(found));
            }
        });
    });
    let record = Memo::new(move |_| {
        let is_here = matches!(seen.get(), Some(Seen::Here { .. }));
        is_here.then(|| desk.with(|model| model.apply.as_ref().map(Apply::record))).flatten()
    });
    let title = Signal::derive(move || match record.get() {
        Some(record) => {
            let name = source_name(words, &record.name, record.origin);
            words.fill(Key::HistoryRunOf, &[("name", &name)])
        }
        None => words.text(Key::HistoryRun).to_owned(),
    });
    let about = move || {
        let record = record.get()?;
        #[expect(clippy::cast_precision_loss, reason = "a time")]
        let at = words.date_time(record.started_ms as f64);
        let reason = record.reason.as_deref().and_then(Reason::of);
        let reason = reason.map(|reason| format!(" · {}", words.text(tell::reason(reason))));
        let about = at + &reason.unwrap_or_default();
        // A text alone is left out where there is little room.
        Some(view! { <span>{about}</span> })
    };
    view! {
        <PageHead title=title about=about>
            <a class="button" href=Route::History(HistoryView::default()).href()>
                <Icon sign=Sign::Clock />
                <span>{words.t(Key::HistoryBack)}</span>
            </a>
        </PageHead>
        {move || match seen.get() {
            None => view! {
                <section class="card"><Skeleton rows=4 label=words.label(Key::AppLoading) /></section>
            }
            .into_any(),
            Some(Seen::Here { is_own }) => {
                provide_context(desk);
                provide_context(ShownApart { main, is_own });
                view! {
                    {(!is_own).then(|| view! {
                        <Notice
                            tone=Tone::Info
                            title=words.label(Key::HistoryBeside)
                            about=words.label(Key::HistoryBesideAbout)
                        />
                    })}
                    <ResultStep />
                }
                .into_any()
            }
            Some(_) => view! { <Missing id=id seen=seen /> }.into_any(),
        }}
    }
}

/// This browser cannot show it; our server may know of it all the same.
#[component]
fn Missing(id: Memo<String>, seen: RwSignal<Option<Seen>>) -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let view = Memo::new(move |_| HistoryView { run: id.get(), ..HistoryView::default() });
    let has_levels = Memo::new(move |_| connection.capabilities().history);
    let title = move || {
        words.text(match seen.get() {
            Some(Seen::Unreadable) => Key::HistoryUnreadable,
            _ => Key::HistoryMissing,
        })
    };
    let about = move || {
        words.text(if has_levels.get() {
            Key::HistoryMissingServer
        } else {
            Key::HistoryMissingAbout
        })
    };
    let title = Signal::derive(move || title().to_owned());
    let about = Signal::derive(move || about().to_owned());
    view! {
        <Show
            when=move || has_levels.get()
            fallback=move || view! {
                <section class="card"><EmptyState title=title about=about /></section>
            }
        >
            <Notice tone=Tone::Info title=title about=about />
            <Levels view=view of=Of::Run />
        </Show>
    }
}
