//! One person, in a panel over the list: name and role, another password, sessions, turning off and removing.

use std::future::Future;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::account::{Role, User, UserChanges};

use super::made_password::{Made, make};
use super::parts::{AskToClose, FailureNotice, RoleChoice};
use super::sessions::SessionList;
use super::telling::{error_text, fault_of_name, is_missing, refused_at, tell_briefly};
use crate::browser::page;
use crate::connection::{Connection, Failure, use_connection};
use crate::route::Route;
use crate::ui::{Confirm, Dialog, Field, Placement, Toasts, Tone, use_toasts};
use crate::words::{Key, Words, use_words};

/// The id of the name's field, for the focus.
const NAME_ID: &str = "person-new-name";

/// Whose panel it is, and how it ends; copy it into closures.
#[derive(Clone, Copy)]
struct Panel {
    words: Words,
    connection: Connection,
    toasts: Toasts,
    user: StoredValue<User>,
    /// Whether it is whoever is signed in.
    is_own: bool,
    /// Whether nobody else is an owner who may sign in.
    is_last_owner: bool,
    is_busy: RwSignal<bool>,
    on_done: Callback<Option<Made>>,
}

impl Panel {
    fn id(self) -> String {
        self.user.with_value(|user| user.id.clone())
    }

    fn name(self) -> String {
        self.user.with_value(|user| user.name.clone())
    }

    /// Does some work, then closes with what it made and says so; or says why it was not done.
    fn finish(
        self,
        work: impl Future<Output = Result<Option<Made>, Failure>> + 'static,
        said: Key,
        failed: impl FnOnce(Failure) + 'static,
    ) {
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        spawn_local(async move {
            let done = work.await;
            if self.is_busy.try_set(false).is_some() {
                return;
            }
            match done {
                Ok(made) => {
                    if made.is_none() {
                        self.toasts.show(Tone::Good, untrack(|| self.words.text(said)));
                    }
                    self.on_done.run(made);
                }
                // Another owner was quicker.
                Err(found) if is_missing(&found) => {
                    let text = tell_briefly(self.words, self.connection, &found);
                    self.toasts.show(Tone::Error, text);
                    self.on_done.run(None);
                }
                Err(found) => failed(found),
            }
        });
    }
}

/// A panel over the list; what is done in it closes it, but for ending sessions.
#[component]
pub fn PersonPanel(
    /// Who.
    user: User,
    /// Whether nobody else is an owner who may sign in.
    is_last_owner: bool,
    /// Called when it is left, with a password that was made.
    #[prop(into)]
    on_done: Callback<Option<Made>>,
) -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let is_own = untrack(|| connection.person_id()).is_some_and(|id| id == user.id);
    let panel = Panel {
        words,
        connection,
        toasts: use_toasts(),
        user: StoredValue::new(user.clone()),
        is_own,
        is_last_owner,
        is_busy: RwSignal::new(false),
        on_done,
    };
    let name = RwSignal::new(user.name.clone());
    let role = RwSignal::new(user.role);
    let asks = RwSignal::new(false);
    let shown = user.name.clone();
    let would_lose = move || {
        let is_other = |before: &User| {
            let is_typed = name.try_with_untracked(|name| name.trim() != before.name);
            is_typed == Some(true) || role.try_get_untracked().is_some_and(|r| r != before.role)
        };
        panel.user.try_with_value(is_other) == Some(true)
    };
    let close = move |()| {
        if would_lose() { asks.set(true) } else { on_done.run(None) }
    };
    let sessions = if is_own { String::new() } else { user.id };
    view! {
        <Dialog
            title=Signal::derive(move || shown.clone())
            close=words.label(Key::AppClose)
            placement=Placement::Side
            on_close=close
        >
            <div class="dialog-body person-parts">
                <Details panel=panel name=name role=role />
                <section class="person-part">
                    <h3>{words.t(Key::PeopleSessions)}</h3>
                    <SessionList user=sessions />
                </section>
                {if is_own {
                    view! { <Own panel=panel /> }.into_any()
                } else {
                    view! { <Reset panel=panel /> <Ending panel=panel /> }.into_any()
                }}
            </div>
        </Dialog>
        <AskToClose would_lose=Arc::new(would_lose) asks=asks on_close=move |()| on_done.run(None) />
    }
}

/// Name and role.
#[component]
fn Details(panel: Panel, name: RwSignal<String>, role: RwSignal<Role>) -> impl IntoView {
    let words = panel.words;
    let failure = RwSignal::new(None::<Failure>);
    let fault = RwSignal::new(None::<Key>);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        failure.set(None);
        let typed = name.get_untracked().trim().to_owned();
        fault.set(fault_of_name(&typed));
        if fault.get_untracked().is_some() {
            page::focus(NAME_ID);
            return;
        }
        let chosen = role.get_untracked();
        let changes = panel.user.with_value(|user| UserChanges {
            name: (typed != user.name).then_some(typed),
            role: (chosen != user.role).then_some(chosen),
            disabled: None,
        });
        if changes == UserChanges::default() {
            return panel.on_done.run(None);
        }
        let (connection, id) = (panel.connection, panel.id());
        let save = async move {
            connection.change_person(&id, &changes).await?;
            if panel.is_own {
                connection.ask_session_again().await;
            }
            Ok(None)
        };
        panel.finish(save, Key::ProductSaved, move |found| match refused_at(&found, "name") {
            Some(key) => {
                fault.set(Some(key));
                page::focus(NAME_ID);
            }
            None => failure.set(Some(found)),
        });
    };
    view! {
        <form class="form" novalidate on:submit=submit>
            <FailureNotice failure=failure />
            <Field
                id=NAME_ID
                label=words.label(Key::SigninName)
                value=name
                error=error_text(words, fault)
            />
            <RoleChoice role=role is_fixed=panel.is_last_owner />
            {panel.is_last_owner.then(|| view! {
                <p class="field-hint">{words.t(Key::PeopleLastOwnerAbout)}</p>
            })}
            <div>
                <button
                    type="submit"
                    class="button primary"
                    aria-disabled=move || panel.is_busy.get().then_some("true")
                >
                    {words.t(Key::PeopleSave)}
                </button>
            </div>
        </form>
    }
}

/// Another password, as for somebody who forgot theirs.
#[component]
fn Reset(panel: Panel) -> impl IntoView {
    let words = panel.words;
    let failure = RwSignal::new(None::<Failure>);
    let asks = RwSignal::new(false);
    let answer = move |yes: bool| {
        asks.set(false);
        if !yes {
            return;
        }
        failure.set(None);
        let Some(password) = make() else {
            let text = untrack(|| words.text(Key::PeopleNoPassword));
            return panel.toasts.show(Tone::Error, text);
        };
        let (connection, id, name) = (panel.connection, panel.id(), panel.name());
        let reset = async move {
            connection.reset_password(&id, password.clone()).await?;
            Ok(Some(Made { name, password }))
        };
        panel.finish(reset, Key::ProductSaved, move |found| failure.set(Some(found)));
    };
    let title =
        Signal::derive(move || words.fill(Key::PeopleResetTitle, &[("name", &panel.name())]));
    view! {
        <section class="person-part">
            <h3>{words.t(Key::SigninPassword)}</h3>
            <FailureNotice failure=failure />
            <p class="field-hint">{words.t(Key::PeopleResetAbout)}</p>
            <div>
                <button type="button" class="button" on:click=move |_| asks.set(true)>
                    {words.t(Key::PeopleReset)}
                </button>
            </div>
        </section>
        {move || asks.get().then(|| view! {
            <Confirm
                title=title
                about=words.label(Key::PeopleResetAsk)
                yes=words.label(Key::PeopleReset)
                no=words.label(Key::AppCancel)
                on_answer=answer
            />
        })}
    }
}

/// Turning off and on again, and removing.
#[component]
fn Ending(panel: Panel) -> impl IntoView {
    let words = panel.words;
    let failure = RwSignal::new(None::<Failure>);
    let asks = RwSignal::new(false);
    let disabled = panel.user.with_value(|user| user.disabled);
    let failed = move |found| failure.set(Some(found));
    let switch = move |_| {
        failure.set(None);
        let (connection, id) = (panel.connection, panel.id());
        let changes = UserChanges { disabled: Some(!disabled), ..UserChanges::default() };
        let switch = async move { connection.change_person(&id, &changes).await.map(|_| None) };
        let said = if disabled { Key::PeopleTurnedOnSaid } else { Key::PeopleTurnedOffSaid };
        panel.finish(switch, said, failed);
    };
    let answer = move |yes: bool| {
        asks.set(false);
        if yes {
            failure.set(None);
            let (connection, id) = (panel.connection, panel.id());
            let remove = async move { connection.remove_person(&id).await.map(|()| None) };
            panel.finish(remove, Key::PeopleRemoved, failed);
        }
    };
    let (label, about) = if disabled {
        (Key::PeopleTurnOn, Key::PeopleTurnOnAbout)
    } else {
        (Key::PeopleTurnOff, Key::PeopleTurnOffAbout)
    };
    let title =
        Signal::derive(move || words.fill(Key::PeopleRemoveTitle, &[("name", &panel.name())]));
    view! {
        <section class="person-part">
            <h3>{words.t(Key::PeopleAccess)}</h3>
            <FailureNotice failure=failure />
            <p class="field-hint">{words.t(about)}</p>
            <div class="person-ending">
                <button type="button" class="button" on:click=switch>{words.t(label)}</button>
                <button type="button" class="button person-remove" on:click=move |_| asks.set(true)>
                    {words.t(Key::PeopleRemove)}
                </button>
            </div>
        </section>
        {move || asks.get().then(|| view! {
            <Confirm
                title=title
                about=words.label(Key::PeopleRemoveAbout)
                yes=words.label(Key::PeopleRemove)
                no=words.label(Key::AppCancel)
                is_dangerous=true
                on_answer=answer
            />
        })}
    }
}

/// What owners do about themselves elsewhere, or not at all.
#[component]
fn Own(panel: Panel) -> impl IntoView {
    let words = panel.words;
    view! {
        <section class="person-part">
            <h3>{words.t(Key::SigninPassword)}</h3>
            <p class="field-hint">
                {words.t(Key::PeopleOwnAbout)}" "
                <a href=Route::Settings.href()>{words.t(Key::AppSettings)}</a>
            </p>
        </section>
    }
}
