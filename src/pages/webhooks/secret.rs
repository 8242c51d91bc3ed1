//! A secret, shown once, in both forms.

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::webhook::Endpoint;

use crate::browser::{clock, files};
use crate::ui::{Dialog, Icon, Sign, Tone, use_toasts};
use crate::words::{Key, use_words};

/// The secret that an answer carries; it is left by its button alone, as it is not shown again.
#[component]
pub fn SecretDialog(
    /// The endpoint, with its secret.
    endpoint: Endpoint,
    /// Called when it was copied.
    #[prop(into)]
    on_done: Callback<()>,
) -> impl IntoView {
    let words = use_words();
    let Endpoint { url, secret, signing_secret, .. } = endpoint;
    view! {
        <Dialog
            title=words.label(Key::WebhooksSecretTitle)
            close=words.label(Key::WebhooksDone)
            has_cross=false
            on_close=|()| ()
        >
            <div class="dialog-body">
                <p class="prose">{words.t(Key::WebhooksSecretAbout)}</p>
                <p class="hook-url"><bdi dir="ltr">{url}</bdi></p>
                {signing_secret.map(|secret| view! {
                    <Copied id="webhook-secret-library" label=Key::WebhooksSecretLibrary secret=secret />
                })}
                {secret.map(|secret| view! {
                    <Copied id="webhook-secret-hex" label=Key::WebhooksSecretHex secret=secret />
                })}
            </div>
            <footer class="dialog-foot">
                <button type="button" class="button primary" on:click=move |_| on_done.run(())>
                    {words.t(Key::WebhooksDone)}
                </button>
            </footer>
        </Dialog>
    }
}

/// One form of it, with a button that copies it.
#[component]
fn Copied(id: &'static str, label: Key, secret: String) -> impl IntoView {
    let words = use_words();
    let toasts = use_toasts();
    let is_copied = RwSignal::new(false);
    let text = secret.clone();
    let copy = move |_| {
        let text = text.clone();
        spawn_local(async move {
            if files::copy(&text).await {
                is_copied.try_set(true);
                toasts.announce(untrack(|| words.text(Key::WebhooksCopied)));
                clock::sleep(2_000).await;
                is_copied.try_set(false);
            } else {
                let text = untrack(|| words.text(Key::WebhooksNotCopied));
                toasts.show(Tone::Warning, text);
            }
        });
    };
    let (word, sign) = (
        move || if is_copied.get() { Key::WebhooksCopied } else { Key::WebhooksCopy },
        move || if is_copied.get() { Sign::Check } else { Sign::Copy },
    );
    let button_id = format!("{id}-copy");
    let named = format!("{button_id} {id}-label");
    view! {
        <div class="field">
            <label id=format!("{id}-label") for=id>{words.t(label)}</label>
            <div class="hook-secret">
                <input
                    id=id
                    class="input"
                    dir="ltr"
                    readonly
                    spellcheck="false"
                    prop:value=secret
                    on:focus:target=|event| event.target().select()
                />
                <button
                    type="button"
                    id=button_id
                    class="button"
                    aria-labelledby=named
                    on:click=copy
                >
                    {move || view! { <Icon sign=sign() /> }}
                    <span>{move || words.text(word())}</span>
                </button>
            </div>
        </div>
    }
}
