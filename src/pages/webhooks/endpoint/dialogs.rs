//! Changing an endpoint, deleting it, giving it a new secret.

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::webhook::{Endpoint, GRACE_HOURS};

use super::{Doing, Shown};
use crate::browser::random;
use crate::connection::Failure;
use crate::pages::webhooks::form::EndpointForm;
use crate::pages::webhooks::secret::SecretDialog;
use crate::pages::webhooks::telling::{is_missing, tell, tell_briefly};
use crate::route::{Route, use_navigator};
use crate::ui::{Confirm, Dialog, Notice, Tone, use_toasts};
use crate::words::{Key, Plural, use_words};

/// For how many hours the old secret can be kept: none, an hour, a day, three days, a week.
const GRACES: [i64; 5] = [0, 1, 24, 72, 168];

/// The form, the questions and the secret.
#[component]
pub fn Dialogs(shown: Shown) -> impl IntoView {
    let words = use_words();
    let navigator = use_navigator();
    let toasts = use_toasts();
    let connection = shown.connection;
    let saved = move |endpoint: Option<Endpoint>| {
        shown.doing.set(None);
        if let Some(endpoint) = endpoint {
            shown.endpoint.set(Some(endpoint));
            toasts.show(Tone::Good, untrack(|| words.text(Key::WebhooksSaved)));
        }
    };
    let delete = move |yes: bool| {
        shown.doing.set(None);
        if !yes {
            return;
        }
        let id = shown.id.get_untracked();
        spawn_local(async move {
            match connection.delete_webhook(&id, &random::idempotency_key()).await {
                Err(failure) if !is_missing(&failure) => {
                    toasts.show(Tone::Error, tell_briefly(words, connection, &failure));
                }
                _ => {
                    toasts.show(Tone::Good, untrack(|| words.text(Key::WebhooksDeleted)));
                    navigator.replace(&Route::Webhooks);
                }
            }
        });
    };
    move || match shown.doing.get() {
        None => ().into_any(),
        Some(Doing::Editing(endpoint)) => {
            view! { <EndpointForm of=endpoint on_done=saved /> }.into_any()
        }
        Some(Doing::Deleting(endpoint)) => {
            let url = endpoint.url;
            let about =
                Signal::derive(move || words.fill(Key::WebhooksDeleteAbout, &[("url", &url)]));
            view! {
                <Confirm
                    title=words.label(Key::WebhooksDeleteTitle)
                    about=about
                    yes=words.label(Key::WebhooksDelete)
                    no=words.label(Key::AppCancel)
                    is_dangerous=true
                    on_answer=delete
                />
            }
            .into_any()
        }
        Some(Doing::Rotating) => view! { <Rotate shown=shown /> }.into_any(),
        Some(Doing::Copying(endpoint)) => {
            let done = move |()| shown.doing.set(None);
            view! { <SecretDialog endpoint=endpoint on_done=done /> }.into_any()
        }
    }
}

/// The question before a new secret, and for how long the old one stays.
#[component]
fn Rotate(shown: Shown) -> impl IntoView {
    let words = use_words();
    let connection = shown.connection;
    let grace = RwSignal::new(GRACE_HOURS);
    let failure = RwSignal::new(None::<Failure>);
    let is_busy = RwSignal::new(false);
    // A secret that was made without an answer is told by the same request again.
    let key = StoredValue::new((grace.get_untracked(), random::idempotency_key()));
    let close = move |()| shown.doing.set(None);
    let rotate = move |_| {
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        failure.set(None);
        let hours = grace.get_untracked();
        if key.with_value(|(of, _)| *of != hours) {
            key.set_value((hours, random::idempotency_key()));
        }
        let (id, key) = (shown.id.get_untracked(), key.with_value(|(_, key)| key.clone()));
        spawn_local(async move {
            let made = connection.rotate_webhook(&id, hours, &key).await;
            if is_busy.try_set(false).is_some() {
                return;
            }
            match made {
                Ok(endpoint) => {
                    let told = Endpoint { secret: None, signing_secret: None, ..endpoint.clone() };
                    shown.endpoint.set(Some(told));
                    shown.doing.set(Some(Doing::Copying(endpoint)));
                }
                Err(fault) => failure.set(Some(fault)),
            }
        });
    };
    let length = move |hours: i64| match hours {
        0 => words.text(Key::WebhooksGraceNone).to_owned(),
        1..=24 => words.count(Plural::WebhooksHours, hours, &[]),
        _ => words.count(Plural::WebhooksDays, hours / 24, &[]),
    };
    let option = move |hours: i64| {
        view! {
            <option value=hours.to_string() selected=move || grace.get() == hours>
                {move || length(hours)}
            </option>
        }
    };
    view! {
        <Dialog
            title=words.label(Key::WebhooksRotateTitle)
            close=words.label(Key::AppClose)
            has_cross=false
            on_close=close
        >
            <div class="dialog-body">
                {move || failure.get().map(|failure| {
                    let told = tell(words, connection, &failure);
                    view! { <Notice tone=Tone::Error title=told.title about=told.about /> }
                })}
                <p class="prose">{words.t(Key::WebhooksRotateAbout)}</p>
                <div class="field">
                    <label for="webhook-grace">{words.t(Key::WebhooksGrace)}</label>
                    <select
                        id="webhook-grace"
                        class="select"
                        on:change:target=move |event| {
                            grace.set(event.target().value().parse().unwrap_or_default());
                        }
                    >
                        {GRACES.map(option)}
                    </select>
                </div>
            </div>
            <footer class="dialog-foot">
                <button type="button" class="button" on:click=move |_| close(())>
                    {words.t(Key::AppCancel)}
                </button>
                <button
                    type="button"
                    class="button primary"
                    aria-disabled=move || is_busy.get().then_some("true")
                    on:click=rotate
                >
                    {words.t(Key::WebhooksRotateGo)}
                </button>
            </footer>
        </Dialog>
    }
}
