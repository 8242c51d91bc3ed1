//! Why nothing is sent to an endpoint, or nothing arrives; what became of a test.

use leptos::prelude::*;
use stockroom_api::scope::KeyScope;
use stockroom_api::webhook::{DisabledReason, Endpoint};

use super::facts::switch;
use super::{Shown, Tested};
use crate::pages::webhooks::telling::{status, tell, took};
use crate::route::Route;
use crate::ui::{Notice, Tone};
use crate::words::{Key, use_words};

/// Why nothing is sent, or nothing arrives; and what became of a test.
#[component]
pub fn State(shown: Shown) -> impl IntoView {
    let words = use_words();
    let connection = shown.connection;
    let switch = switch(shown);
    let can_manage = move || connection.may(KeyScope::EndpointsManage);
    let stopped = move || {
        let endpoint = shown.endpoint.get()?;
        let when = |at: &Option<String>| words.moment(at.as_deref().unwrap_or_default());
        let (tone, title, about) = match &endpoint {
            Endpoint { active: false, disabled_at, disabled_reason: Some(reason), .. } => {
                let about = match reason {
                    DisabledReason::Gone => Key::WebhooksStoppedGone,
                    DisabledReason::Failing => Key::WebhooksStoppedFailing,
                    DisabledReason::Unknown => Key::WebhooksStoppedOther,
                };
                let title = words.fill(Key::WebhooksStoppedTitle, &[("when", &when(disabled_at))]);
                (Tone::Error, title, about)
            }
            Endpoint { active: false, .. } => {
                let title = words.text(Key::WebhooksOffTitle).to_owned();
                (Tone::Info, title, Key::WebhooksOffAbout)
            }
            Endpoint { failing_since: since @ Some(_), .. } => {
                let title = words.fill(Key::WebhooksFailingTitle, &[("when", &when(since))]);
                (Tone::Warning, title, Key::WebhooksFailingAbout)
            }
            _ => return None,
        };
        let about = words.label(about);
        let on_again = (!endpoint.active && can_manage()).then(|| {
            view! {
                <button type="button" class="button" on:click=move |_| switch(true)>
                    {words.t(Key::WebhooksOnAgain)}
                </button>
            }
        });
        Some(view! {
            <div class="hook-state">
                <Notice tone=tone title=title about=about>{on_again}</Notice>
            </div>
        })
    };
    view! {
        {stopped}
        {move || shown.tested.get().map(|tested| view! {
            <div class="hook-state"><Outcome shown=shown tested=tested /></div>
        })}
    }
}

/// What became of a test.
#[component]
fn Outcome(shown: Shown, tested: Tested) -> impl IntoView {
    let words = use_words();
    let (tone, title, about, delivery) = match tested {
        Tested::Sending => {
            (Tone::Info, words.text(Key::WebhooksTesting).to_owned(), String::new(), None)
        }
        Tested::Waits => {
            let text = |key| words.text(key).to_owned();
            (Tone::Info, text(Key::WebhooksTestWaits), text(Key::WebhooksTestWaitsAbout), None)
        }
        Tested::Failed(failure) => {
            let told = tell(words, shown.connection, &failure);
            (Tone::Error, told.title, told.about, None)
        }
        Tested::Answered(delivery) => {
            let Some(attempt) = delivery.last_attempt.clone() else { return ().into_any() };
            match &attempt.error {
                None => {
                    let status =
                        attempt.status.map(|status| status.to_string()).unwrap_or_default();
                    let time = took(words, attempt.duration_ms);
                    let title =
                        words.fill(Key::WebhooksTested, &[("status", &status), ("time", &time)]);
                    (Tone::Good, title, String::new(), Some(delivery))
                }
                Some(error) => {
                    let answer = status(words, attempt.status);
                    let about = match attempt.status {
                        // The words say the same again.
                        Some(_) => answer,
                        None => format!("{answer}. {error}"),
                    };
                    let title = words.text(Key::WebhooksTestFailed).to_owned();
                    (Tone::Error, title, about, Some(delivery))
                }
            }
        }
    };
    let open = delivery.map(|delivery| {
        let route = Route::Webhook { id: delivery.endpoint_id, delivery: Some(delivery.id) };
        view! { <a class="button" href=route.href()>{words.t(Key::WebhooksTestOpen)}</a> }
    });
    view! { <Notice tone=tone title=title about=about>{open}</Notice> }.into_any()
}
