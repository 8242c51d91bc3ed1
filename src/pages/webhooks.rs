//! Webhooks: which addresses are told of low stock, whether it arrives there, and sending it again.

pub mod deliveries;
pub mod delivery;
pub mod endpoint;
pub mod endpoints;
pub mod form;
pub mod secret;
mod telling;

use leptos::prelude::*;
use stockroom_api::scope::KeyScope;

use crate::app::frame::PageHead;
use crate::connection::failure::tell;
use crate::connection::{Failure, use_connection};
use crate::ui::{EmptyState, Notice, Tone};
use crate::words::{Key, use_words};
use endpoints::Endpoints;

/// All endpoints.
#[component]
pub fn WebhooksPage() -> impl IntoView {
    let words = use_words();
    view! {
        <Guarded fallback=move || view! { <PageHead title=words.label(Key::WebhooksTitle) /> }.into_any()>
            <Endpoints />
        </Guarded>
    }
}

/// Says that something could not be read, with a way to try again.
#[component]
fn Unread(
    failure: Failure,
    /// Called to try again.
    #[prop(into)]
    again: Callback<()>,
) -> impl IntoView {
    let words = use_words();
    let told = tell(words, use_connection(), &failure);
    view! {
        <div class="hooks-notice">
            <Notice tone=Tone::Error title=told.title about=told.about>
                <button type="button" class="button" on:click=move |_| again.run(())>
                    {words.t(Key::AppRetry)}
                </button>
            </Notice>
        </div>
    }
}

/// Shows its children where the server has webhooks and the key may see them, else says why not.
#[component]
fn Guarded(
    /// The page's head where it does not show them.
    #[prop(into)]
    fallback: ViewFn,
    children: ChildrenFn,
) -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let has_webhooks = Memo::new(move |_| connection.capabilities().webhooks);
    let may_see = Memo::new(move |_| connection.may(KeyScope::EndpointsRead));
    let children = StoredValue::new_local(children);
    let fallback = StoredValue::new_local(fallback);
    let not_allowed = Signal::derive(move || {
        let scope = KeyScope::EndpointsRead.as_str();
        words.fill(Key::WebhooksNotAllowedAbout, &[("scope", scope)])
    });
    move || {
        if !has_webhooks.get() {
            return view! {
                {fallback.with_value(ViewFn::run)}
                <section class="card hooks-late">
                    <EmptyState
                        title=words.label(Key::WebhooksNotHere)
                        about=words.label(Key::WebhooksNotHereAbout)
                    />
                </section>
            }
            .into_any();
        }
        if !may_see.get() {
            return view! {
                {fallback.with_value(ViewFn::run)}
                <section class="card">
                    <EmptyState title=words.label(Key::WebhooksNotAllowed) about=not_allowed />
                </section>
            }
            .into_any();
        }
        children.with_value(|children| children()).into_any()
    }
}
