//! Where somebody is signed in, and ending it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::account::UserSession;
use stockroom_api::key::Environment;

use super::telling::{is_missing, tell_briefly};
use crate::browser::page;
use crate::connection::failure::tell;
use crate::connection::{Failure, use_connection};
use crate::ui::{Notice, Skeleton, Tone, use_toasts};
use crate::words::{Key, use_words};

/// The id of the list, for the focus.
const LIST_ID: &str = "session-list";

/// The sessions of a person, or one's own.
#[component]
pub fn SessionList(
    /// The person's id; empty is whoever is signed in.
    #[prop(into, optional)]
    user: String,
) -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let toasts = use_toasts();
    let is_own = user.is_empty();
    let user = StoredValue::new((!is_own).then_some(user));
    let sessions = RwSignal::new(None::<Result<Vec<UserSession>, Failure>>);
    let is_busy = RwSignal::new(false);
    let read = move || {
        spawn_local(async move {
            let of = user.try_get_value().flatten();
            let found = connection.sessions(of.as_deref()).await;
            sessions.try_set(Some(found));
        });
    };
    Effect::new(move |_| {
        let _ = connection.sign_ins();
        read();
    });
    let end = move |id: Option<String>| {
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        spawn_local(async move {
            let of = user.try_get_value().flatten();
            let ended = match &id {
                Some(id) => connection.end_session(of.as_deref(), id).await,
                None => connection.end_sessions(of.as_deref()).await,
            };
            match ended {
                Err(failure) if !is_missing(&failure) => {
                    toasts.show(Tone::Error, tell_briefly(words, connection, &failure));
                }
                // One that was over already is over as well.
                _ => toasts.show(Tone::Good, untrack(|| words.text(Key::PeopleEnded))),
            }
            let found = connection.sessions(of.as_deref()).await;
            is_busy.try_set(false);
            if sessions.try_set(Some(found)).is_none() {
                // The button is gone; the next thing is the list.
                request_animation_frame(|| {
                    page::focus(LIST_ID);
                });
            }
        });
    };
    let all = if is_own { Key::PeopleEndOthers } else { Key::PeopleEndAll };
    move || match sessions.get() {
        None => view! { <Skeleton rows=2 label=words.label(Key::AppLoading) /> }.into_any(),
        Some(Err(failure)) => {
            let told = tell(words, connection, &failure);
            view! {
                <Notice tone=Tone::Error title=told.title about=told.about>
                    <button type="button" class="button" on:click=move |_| read()>
                        {words.t(Key::AppRetry)}
                    </button>
                </Notice>
            }
            .into_any()
        }
        Some(Ok(list)) if list.is_empty() => view! {
            <p id=LIST_ID class="field-hint" tabindex="-1">{words.t(Key::PeopleNoSessions)}</p>
        }
        .into_any(),
        Some(Ok(list)) => {
            let others = list.iter().filter(|session| !session.current).count();
            let row = move |session: UserSession| {
                let id = session.id.clone();
                let on_end = move |()| end(Some(id.clone()));
                view! { <SessionRow session=session on_end=on_end /> }
            };
            view! {
                <ul id=LIST_ID class="session-list" tabindex="-1">{list.into_iter().map(row).collect_view()}</ul>
                // One session alone has its button in its row.
                {(others > 1).then(|| view! {
                    <div>
                        <button type="button" class="button" on:click=move |_| end(None)>
                            {words.t(all)}
                        </button>
                    </div>
                })}
            }
            .into_any()
        }
    }
}

/// One session: on what, which data, since when.
#[component]
fn SessionRow(session: UserSession, #[prop(into)] on_end: Callback<()>) -> impl IntoView {
    let words = use_words();
    let UserSession { device, environment, began_at, last_used_at, current, .. } = session;
    let named = device.clone();
    let data = match environment {
        Environment::Test => ("badge test", Key::AppTest),
        Environment::Live => ("badge live", Key::AppLive),
    };
    let device =
        move || device.clone().unwrap_or_else(|| words.text(Key::PeopleUnknownDevice).to_owned());
    let times = move || {
        let (began, used) = (words.moment(&began_at), words.moment(&last_used_at));
        words.fill(Key::PeopleSessionTimes, &[("began", &began), ("used", &used)])
    };
    let spoken = move || {
        let device =
            named.clone().unwrap_or_else(|| words.text(Key::PeopleUnknownDevice).to_owned());
        words.fill(Key::PeopleEndOne, &[("device", &device)])
    };
    view! {
        <li class="session">
            <div class="session-what">
                <p class="session-name">
                    <bdi class="name">{device}</bdi>
                    <span class=data.0>{words.t(data.1)}</span>
                    {current.then(|| view! {
                        <span class="tag good">{words.t(Key::PeopleThisDevice)}</span>
                    })}
                </p>
                <p class="field-hint">{times}</p>
            </div>
            {(!current).then(|| view! {
                <button
                    type="button"
                    class="button small"
                    aria-label=spoken
                    on:click=move |_| on_end.run(())
                >
                    {words.t(Key::PeopleEnd)}
                </button>
            })}
        </li>
    }
}
