//! A secret, shown once, in both forms.

use leptos::prelude::*;
use stockroom_api::webhook::Endpoint;

use crate::pages::copied::Copied;
use crate::ui::Dialog;
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
