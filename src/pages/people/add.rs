//! The form for a person who is not there yet.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::account::{NewUser, Role};

use super::made_password::{Made, make};
use super::parts::{AskToClose, FailureNotice, RoleChoice};
use super::telling::{error_text, fault_of_name, refused_at};
use crate::browser::page;
use crate::connection::{Failure, use_connection};
use crate::ui::{Dialog, Field, Tone, use_toasts};
use crate::words::{Key, use_words};

/// The id of the name's field, for the focus.
const NAME_ID: &str = "person-name";

/// A dialog that adds a person with a password that the browser makes.
#[component]
pub fn AddPerson(
    /// Called with who was added, or with nothing where somebody left.
    #[prop(into)]
    on_done: Callback<Option<Made>>,
) -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let toasts = use_toasts();
    let name = RwSignal::new(String::new());
    let role = RwSignal::new(Role::Editor);
    let fault = RwSignal::new(None::<Key>);
    let failure = RwSignal::new(None::<Failure>);
    let is_busy = RwSignal::new(false);
    let asks = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = name.get_untracked().trim().to_owned();
        fault.set(fault_of_name(&typed));
        if fault.get_untracked().is_some() {
            page::focus(NAME_ID);
            return;
        }
        if is_busy.get_untracked() {
            return;
        }
        let Some(password) = make() else {
            let text = untrack(|| words.text(Key::PeopleNoPassword));
            return toasts.show(Tone::Error, text);
        };
        is_busy.set(true);
        failure.set(None);
        let role = role.get_untracked();
        let new = NewUser { name: typed, role, password };
        spawn_local(async move {
            let added = connection.add_person(&new).await;
            if is_busy.try_set(false).is_some() {
                return;
            }
            match added {
                Ok(user) => {
                    let NewUser { password, .. } = new;
                    on_done.run(Some(Made { name: user.name, password }));
                }
                Err(found) => match refused_at(&found, "name") {
                    Some(key) => {
                        fault.set(Some(key));
                        page::focus(NAME_ID);
                    }
                    None => failure.set(Some(found)),
                },
            }
        });
    };
    let would_lose = move || name.try_with_untracked(|name| name.trim().is_empty()) == Some(false);
    let close = move |()| {
        if would_lose() { asks.set(true) } else { on_done.run(None) }
    };
    view! {
        <Dialog
            title=words.label(Key::PeopleAdd)
            close=words.label(Key::AppClose)
            on_close=close
        >
            <form class="panel" novalidate on:submit=submit>
                <div class="dialog-body">
                    <FailureNotice failure=failure />
                    <Field
                        id=NAME_ID
                        label=words.label(Key::SigninName)
                        value=name
                        hint=words.label(Key::PeopleNameHint)
                        error=error_text(words, fault)
                    />
                    <RoleChoice role=role />
                    <p class="field-hint">{words.t(Key::PeopleMadeAbout)}</p>
                </div>
                <footer class="dialog-foot">
                    <button type="button" class="button" on:click=move |_| close(())>
                        {words.t(Key::AppCancel)}
                    </button>
                    <button
                        type="submit"
                        class="button primary"
                        aria-disabled=move || is_busy.get().then_some("true")
                    >
                        {move || words.text(if is_busy.get() { Key::ProductSaving } else { Key::PeopleAddGo })}
                    </button>
                </footer>
            </form>
        </Dialog>
        <AskToClose would_lose=Arc::new(would_lose) asks=asks on_close=move |()| on_done.run(None) />
    }
}
