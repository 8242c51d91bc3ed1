//! What an endpoint is, and what can be done with it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::scope::KeyScope;
use stockroom_api::webhook::{Endpoint, EndpointChanges};

use super::{Doing, Shown};
use crate::browser::{page, random};
use crate::pages::webhooks::telling::{events, standing, tell_briefly};
use crate::ui::{Tone, use_toasts};
use crate::words::{Key, use_words};

/// Address, events, secret, and what can be done.
#[component]
pub fn Facts(shown: Shown) -> impl IntoView {
    let words = use_words();
    let connection = shown.connection;
    let can_manage = Memo::new(move |_| connection.may(KeyScope::EndpointsManage));
    let switch = switch(shown);
    let facts = move || {
        let endpoint = shown.endpoint.get()?;
        let (class, word) = standing(&endpoint);
        let made = words.moment(&endpoint.created_at);
        let until = endpoint.old_secret_until.as_deref().map(|until| {
            let when = words.moment(until);
            let told = words.fill(Key::WebhooksOldUntil, &[("when", &when)]);
            view! { <span class="field-hint">{told}</span> }
        });
        let told = events(words, &endpoint);
        Some(view! {
            <div class="hook-head">
                <h2 class="hook-url"><bdi dir="ltr">{endpoint.url}</bdi></h2>
                <span class=class>{words.text(word)}</span>
            </div>
            <dl class="facts-list">
                <div><dt>{words.text(Key::WebhooksEvents)}</dt><dd>{told}</dd></div>
                <div>
                    <dt>{words.text(Key::WebhooksSecret)}</dt>
                    <dd>{words.text(Key::WebhooksSecretKept)}{until}</dd>
                </div>
                <div><dt>{words.text(Key::WebhooksMade)}</dt><dd>{made}</dd></div>
            </dl>
        })
    };
    let is_active =
        Memo::new(move |_| shown.endpoint.with(|one| one.as_ref().is_some_and(|one| one.active)));
    let with_endpoint = move |doing: fn(Endpoint) -> Doing| {
        shown.doing.set(shown.endpoint.get_untracked().map(doing));
    };
    let busy = move || shown.is_busy.get().then_some("true");
    view! {
        <section class="card section hook-facts" aria-label=words.t(Key::WebhooksOne)>
            {facts}
            <Show when=move || can_manage.get()>
                <div class="hook-acts">
                    <Show when=move || is_active.get()>
                        <button
                            type="button"
                            class="button"
                            aria-disabled=busy
                            on:click=move |_| shown.test()
                        >
                            {words.t(Key::WebhooksTest)}
                        </button>
                    </Show>
                    <button
                        type="button"
                        class="button"
                        on:click=move |_| with_endpoint(Doing::Editing)
                    >
                        {words.t(Key::WebhooksEdit)}
                    </button>
                    <button
                        type="button"
                        class="button"
                        on:click=move |_| shown.doing.set(Some(Doing::Rotating))
                    >
                        {words.t(Key::WebhooksRotate)}
                    </button>
                    <Show when=move || is_active.get()>
                        <button
                            type="button"
                            class="button"
                            aria-disabled=busy
                            on:click=move |_| switch(false)
                        >
                            {words.t(Key::WebhooksSwitchOff)}
                        </button>
                    </Show>
                    <button
                        type="button"
                        class="button hook-delete"
                        on:click=move |_| with_endpoint(Doing::Deleting)
                    >
                        {words.t(Key::WebhooksDelete)}
                    </button>
                </div>
            </Show>
        </section>
    }
}

/// Returns what switches the endpoint on or off.
pub(super) fn switch(shown: Shown) -> impl Fn(bool) + Copy + Send + Sync + 'static {
    let words = use_words();
    let toasts = use_toasts();
    move |active: bool| {
        if shown.is_busy.get_untracked() {
            return;
        }
        shown.is_busy.set(true);
        shown.tested.set(None);
        let id = shown.id.get_untracked();
        spawn_local(async move {
            let changes = EndpointChanges { active: Some(active), ..EndpointChanges::default() };
            let key = random::idempotency_key();
            match shown.connection.change_webhook(&id, &changes, &key).await {
                Ok(endpoint) => {
                    let word =
                        if active { Key::WebhooksSwitchedOn } else { Key::WebhooksSwitchedOff };
                    shown.endpoint.try_set(Some(endpoint));
                    shown.sent.try_update(|count| *count = count.wrapping_add(1));
                    toasts.show(Tone::Good, untrack(|| words.text(word)));
                    // The button that was pressed may be gone with its notice.
                    if page::has_no_focus() {
                        page::focus("page-title");
                    }
                }
                Err(failure) => {
                    toasts.show(Tone::Error, tell_briefly(words, shown.connection, &failure));
                    shown.read();
                }
            }
            shown.is_busy.try_set(false);
        });
    }
}
