//! A secret that is shown once, to be copied.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::{clock, files};
use crate::ui::{Icon, Sign, Tone, use_toasts};
use crate::words::{Key, use_words};

/// The secret in a field that cannot be changed, with a button that copies it.
#[component]
pub fn Copied(
    /// The field's id, unique in the page.
    id: &'static str,
    /// What the secret is.
    label: Key,
    /// The secret.
    secret: String,
) -> impl IntoView {
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
            <div class="copied">
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
