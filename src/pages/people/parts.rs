//! What several forms about people are made of.

use std::sync::Arc;

use leptos::prelude::*;
use stockroom_api::account::Role;

use super::telling::{role_about, role_word, tell};
use crate::connection::{Failure, use_connection};
use crate::pages::leaving::AskToLeave;
use crate::route::Route;
use crate::ui::{Confirm, Notice, Tone};
use crate::words::{Key, use_words};

/// The roles, each with what it may do.
#[component]
pub fn RoleChoice(
    /// The one that is chosen.
    role: RwSignal<Role>,
    /// Whether it cannot be changed.
    #[prop(optional)]
    is_fixed: bool,
) -> impl IntoView {
    let words = use_words();
    let choice = move |one: Role| {
        let id = format!("person-role-{one}");
        let (label, about) = (format!("{id}-label"), format!("{id}-about"));
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="person-role"
                    aria-labelledby=label.clone()
                    aria-describedby=about.clone()
                    disabled=is_fixed
                    prop:checked=move || role.get() == one
                    on:change=move |_| role.set(one)
                />
                <span>
                    <span id=label>{words.t(role_word(one))}</span>
                    <span id=about class="field-hint">{words.t(role_about(one))}</span>
                </span>
            </label>
        }
    };
    view! {
        <fieldset class="choices roles">
            <legend>{words.t(Key::PeopleRole)}</legend>
            {Role::ALL.map(choice).collect_view()}
        </fieldset>
    }
}

/// Why something was not done.
#[component]
pub fn FailureNotice(failure: RwSignal<Option<Failure>>) -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    move || {
        failure.get().map(|failure| {
            let told = tell(words, connection, &failure);
            view! { <Notice tone=Tone::Error title=told.title about=told.about /> }
        })
    }
}

/// The question before typed text goes: when a dialog is closed, and when the page is left under it.
#[component]
pub fn AskToClose(
    /// Whether something would be lost; it does not follow what it reads.
    would_lose: Arc<dyn Fn() -> bool + Send + Sync>,
    /// Whether the question is asked.
    asks: RwSignal<bool>,
    /// Called to close all the same.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    let words = use_words();
    let answer = move |yes: bool| {
        asks.set(false);
        if yes {
            on_close.run(());
        }
    };
    view! {
        <AskToLeave would_lose=Arc::new(move |_: &Route| would_lose()) />
        {move || asks.get().then(|| view! {
            <Confirm
                title=words.label(Key::ProductUnsavedTitle)
                about=words.label(Key::ProductUnsavedAbout)
                yes=words.label(Key::ProductLeave)
                no=words.label(Key::ProductStay)
                on_answer=answer
            />
        })}
    }
}
