//! People: who may sign in by name, as what, and where they are signed in; for owners.

pub mod add;
pub mod made_password;
pub mod own_password;
pub mod parts;
pub mod person;
pub mod sessions;
pub mod telling;

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::account::{Role, User};

use self::add::AddPerson;
use self::made_password::{Made, MadePassword};
use self::person::PersonPanel;
use self::telling::role_word;
use crate::app::frame::PageHead;
use crate::connection::failure::tell;
use crate::connection::{Failure, use_connection};
use crate::ui::{EmptyState, Icon, Notice, Sign, Skeleton, Tone};
use crate::words::{Key, Plural, use_words};

/// What an owner is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Doing {
    /// Typing in a new person.
    Adding,
    /// Looking at one.
    Changing(Box<User>),
    /// Copying a password that was made.
    Copying(Made),
}

/// All people, for owners; to others why they do not see it.
#[component]
pub fn PeoplePage() -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let is_owner = Memo::new(move |_| connection.is_owner());
    move || {
        if is_owner.get() {
            return view! { <People /> }.into_any();
        }
        view! {
            <PageHead title=words.label(Key::PeopleTitle) />
            <section class="card">
                <EmptyState
                    title=words.label(Key::PeopleOwnersOnly)
                    about=words.label(Key::PeopleOwnersOnlyAbout)
                />
            </section>
        }
        .into_any()
    }
}

#[component]
fn People() -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let people = RwSignal::new(None::<Result<Vec<User>, Failure>>);
    let doing = RwSignal::new(None::<Doing>);
    let read = move || {
        spawn_local(async move {
            let found = connection.people().await;
            people.try_set(Some(found));
        });
    };
    Effect::new(move |_| {
        let _ = connection.sign_ins();
        people.set(None);
        read();
    });
    let done = move |made: Option<Made>| {
        doing.set(made.map(Doing::Copying));
        read();
    };
    let is_last_owner = move |of: &User| {
        let is_owner = |user: &User| user.role == Role::Owner && !user.disabled;
        let others = people.with_untracked(|people| match people {
            Some(Ok(list)) => list.iter().filter(|user| user.id != of.id && is_owner(user)).count(),
            _ => 0,
        });
        is_owner(of) && others == 0
    };
    view! {
        <PageHead title=words.label(Key::PeopleTitle)>
            <button
                type="button"
                class="button primary"
                on:click=move |_| doing.set(Some(Doing::Adding))
            >
                <Icon sign=Sign::Plus />
                <span>{words.t(Key::PeopleAdd)}</span>
            </button>
        </PageHead>
        <section class="card people" aria-label=words.t(Key::PeopleTitle)>
            {move || match people.get() {
                None => view! { <Skeleton rows=3 label=words.label(Key::AppLoading) /> }.into_any(),
                Some(Err(failure)) => {
                    let told = tell(words, connection, &failure);
                    view! {
                        <div class="people-notice">
                            <Notice tone=Tone::Error title=told.title about=told.about>
                                <button type="button" class="button" on:click=move |_| read()>
                                    {words.t(Key::AppRetry)}
                                </button>
                            </Notice>
                        </div>
                    }
                    .into_any()
                }
                Some(Ok(list)) => {
                    let is_alone = list.len() == 1;
                    let row = move |user: User| {
                        let opened = user.clone();
                        let open = move |()| {
                            doing.set(Some(Doing::Changing(Box::new(opened.clone()))));
                        };
                        view! { <PersonRow user=user on_open=open /> }
                    };
                    view! {
                        <ul class="people-list">{list.into_iter().map(row).collect_view()}</ul>
                        {is_alone.then(|| view! {
                            <p class="people-foot">{words.t(Key::PeopleAlone)}</p>
                        })}
                    }
                    .into_any()
                }
            }}
        </section>
        {move || match doing.get() {
            Some(Doing::Adding) => view! { <AddPerson on_done=done /> }.into_any(),
            Some(Doing::Changing(user)) => {
                let is_last_owner = is_last_owner(&user);
                view! { <PersonPanel user=*user is_last_owner=is_last_owner on_done=done /> }.into_any()
            }
            Some(Doing::Copying(made)) => {
                view! { <MadePassword made=made on_done=move |()| doing.set(None) /> }.into_any()
            }
            None => ().into_any(),
        }}
    }
}

/// One person: their name, what they may do, when they last signed in.
#[component]
fn PersonRow(user: User, #[prop(into)] on_open: Callback<()>) -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let User { id, name, role, disabled, signed_in_at, sessions, .. } = user;
    let is_own = move || connection.person_id().is_some_and(|own| own == id);
    let spoken = name.clone();
    let signed_in = move || match &signed_in_at {
        Some(at) => words.fill(Key::PeopleSignedInAt, &[("at", &words.moment(at))]),
        None => words.text(Key::PeopleNever).to_owned(),
    };
    let sessions = i64::try_from(sessions).unwrap_or(i64::MAX);
    view! {
        <li class="person">
            <p class="person-who">
                <button
                    type="button"
                    class="person-name"
                    aria-label=move || words.fill(Key::PeopleChangeName, &[("name", &spoken)])
                    on:click=move |_| on_open.run(())
                >
                    <bdi>{name}</bdi>
                </button>
                {move || is_own().then(|| view! { <span class="tag">{words.t(Key::PeopleYou)}</span> })}
                {disabled.then(|| view! {
                    <span class="tag warn">{words.t(Key::PeopleTurnedOff)}</span>
                })}
            </p>
            <span class="person-role">{words.t(role_word(role))}</span>
            <span class="person-fact">{signed_in}</span>
            <span class="person-fact person-sessions">
                {move || (sessions > 0).then(|| words.count(Plural::PeopleSessionsCount, sessions, &[]))}
            </span>
            <span class="person-open"><Icon sign=Sign::Chevron /></span>
        </li>
    }
}
