//! Another password of one's own.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::account::{MIN_PASSWORD_CHARACTERS, Password, PasswordChange};

use super::parts::FailureNotice;
use super::telling::{error_text, refused_at};
use crate::browser::page;
use crate::connection::{Failure, use_connection};
use crate::pages::leaving::AskToLeave;
use crate::route::Route;
use crate::ui::{Field, Tone, use_toasts};
use crate::words::{Key, use_words};

/// The ids of the fields, for the focus.
const CURRENT_ID: &str = "own-current";
const PASSWORD_ID: &str = "own-password";

/// The form; whoever changes their password is signed out everywhere else.
#[component]
pub fn ChangePassword(
    /// Called once it was changed.
    #[prop(into)]
    on_changed: Callback<()>,
) -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let toasts = use_toasts();
    let current = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let current_fault = RwSignal::new(None::<Key>);
    let password_fault = RwSignal::new(None::<Key>);
    let failure = RwSignal::new(None::<Failure>);
    let is_busy = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (before, after) = (current.get_untracked(), password.get_untracked());
        let is_short = after.chars().count() < MIN_PASSWORD_CHARACTERS;
        current_fault.set(before.is_empty().then_some(Key::SigninPasswordMissing));
        password_fault.set(is_short.then_some(Key::PeoplePasswordShort));
        failure.set(None);
        if before.is_empty() {
            page::focus(CURRENT_ID);
            return;
        }
        if is_short {
            page::focus(PASSWORD_ID);
            return;
        }
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        let change =
            PasswordChange { current: Password::new(before), password: Password::new(after) };
        spawn_local(async move {
            let changed = connection.change_password(&change).await;
            if is_busy.try_set(false).is_some() {
                return;
            }
            match changed {
                Ok(()) => {
                    current.set(String::new());
                    password.set(String::new());
                    toasts.show(Tone::Good, untrack(|| words.text(Key::PeoplePasswordChanged)));
                    on_changed.run(());
                }
                Err(Failure::WrongPassword) => {
                    current_fault.set(Some(Key::FailureWrongPassword));
                    page::focus(CURRENT_ID);
                }
                Err(found) => match refused_at(&found, "password") {
                    Some(key) => {
                        password_fault.set(Some(key));
                        page::focus(PASSWORD_ID);
                    }
                    None => failure.set(Some(found)),
                },
            }
        });
    };
    // What the browser fills in by itself is not typed.
    let would_lose = move |_: &Route| password.try_with_untracked(String::is_empty) == Some(false);
    let name = move || connection.who().and_then(|who| who.user).map(|user| user.name);
    view! {
        <AskToLeave would_lose=Arc::new(would_lose) />
        <form class="form own-password" novalidate on:submit=submit>
            // Password managers keep the new one under this name.
            <input
                type="text"
                class="visually-hidden"
                autocomplete="username"
                readonly
                tabindex="-1"
                aria-hidden="true"
                prop:value=name
            />
            <FailureNotice failure=failure />
            <Field
                id=CURRENT_ID
                label=words.label(Key::PeopleCurrentPassword)
                value=current
                kind="password"
                autocomplete="current-password"
                error=error_text(words, current_fault)
            />
            <Field
                id=PASSWORD_ID
                label=words.label(Key::PeopleNewPassword)
                value=password
                kind="password"
                autocomplete="new-password"
                hint=words.label(Key::PeoplePasswordHint)
                error=error_text(words, password_fault)
            />
            <div>
                <button
                    type="submit"
                    class="button"
                    aria-disabled=move || is_busy.get().then_some("true")
                >
                    {words.t(Key::PeopleChangePassword)}
                </button>
            </div>
        </form>
    }
}
