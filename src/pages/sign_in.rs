//! Signing in: at the server that the app came from, or directly at an API.

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::account::Password;
use stockroom_api::key::{Access, Environment, KeyPrefix};
use stockroom_api::session::SignIn;

use crate::browser::page;
use crate::connection::failure::tell_of;
use crate::connection::sign_in::root_of;
use crate::connection::{Failure, Who, host_of, use_connection};
use crate::pages::settings::choose_language;
use crate::ui::{Confirm, Dialog, Field, Icon, Notice, Sign, Tone, use_toasts};
use crate::words::{Key, Language, use_words};

/// The ids of the fields, for the focus.
const NAME_ID: &str = "session-name";
const PASSWORD_ID: &str = "session-password";

/// The page that stands before everything while nobody is signed in.
#[component]
pub fn SignInPage() -> impl IntoView {
    let words = use_words();
    view! {
        <main class="sign-in" id="main">
            <div class="sign-in-card">
                <div class="brand">
                    <span class="brand-mark" aria-hidden="true"><Icon sign=Sign::Box /></span>
                    <span>{words.t(Key::AppName)}</span>
                </div>
                <h1 id="page-title" tabindex="-1">{words.t(Key::SigninTitle)}</h1>
                <p class="sign-in-tagline">{words.t(Key::SigninTagline)}</p>
                <Forms />
            </div>
            <Languages />
        </main>
    }
}

/// The same over a page whose session ended, which stays as it is.
#[component]
pub fn SignInDialog() -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    view! {
        <Dialog
            title=words.label(Key::SigninTitle)
            close=words.label(Key::AppClose)
            on_close=move |()| connection.stay_ended()
        >
            <div class="dialog-body">
                <p class="prose">{words.t(Key::SigninAgain)}</p>
                <SessionForm />
            </div>
        </Dialog>
    }
}

/// The two ways in, one at a time.
#[component]
fn Forms() -> impl IntoView {
    let words = use_words();
    let is_direct = RwSignal::new(false);
    let switch = move || {
        let key = if is_direct.get() { Key::SigninWithServer } else { Key::SigninDirect };
        words.text(key)
    };
    view! {
        {move || if is_direct.get() {
            view! { <DirectForm /> }.into_any()
        } else {
            view! { <SessionForm /> }.into_any()
        }}
        <button type="button" class="button quiet wide" on:click=move |_| is_direct.update(|is| *is = !*is)>
            {switch}
        </button>
    }
}

/// Sign in at the server that the app came from: by name, or with a key.
#[component]
fn SessionForm() -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    // Whoever signs in again does so as before; else by name where anybody has one.
    let before = untrack(|| connection.who());
    let has_people = untrack(|| connection.capabilities()).people;
    let was_named = before.as_ref().map_or(has_people, |who| who.user.is_some());
    let has_key = RwSignal::new(!was_named);
    let before = StoredValue::new(before);
    let failure = RwSignal::new(None::<Failed>);
    let is_busy = RwSignal::new(false);
    let start = move |with: SignIn| {
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let result = connection.sign_in(&with).await;
            is_busy.try_set(false);
            if result == Err(Failure::WrongSignIn) {
                page::focus(PASSWORD_ID);
            }
            failure.try_set(result.err().map(|failure| (connection.host(), failure)));
        });
    };
    let switch = move |_| {
        failure.set(None);
        has_key.update(|has_key| *has_key = !*has_key);
    };
    let other =
        move || words.text(if has_key.get() { Key::SigninWithName } else { Key::SigninWithKey });
    view! {
        <FailureNotice failure=failure />
        {move || if has_key.get() {
            view! { <WithKey is_busy=is_busy on_submit=start /> }.into_any()
        } else {
            view! { <ByName before=before.get_value() is_busy=is_busy on_submit=start /> }.into_any()
        }}
        {(has_people || was_named).then(|| view! {
            <button type="button" class="button quiet wide" on:click=switch>{other}</button>
        })}
        {move || connection.capabilities().demo.then(|| view! {
            <div class="or" aria-hidden="true"></div>
            <button type="button" class="button wide" on:click=move |_| start(SignIn::Demo { demo: true })>
                {words.t(Key::SigninDemo)}
            </button>
            <p class="field-hint centred">{words.t(Key::SigninDemoHint)}</p>
        })}
    }
}

/// A key of the store.
#[component]
fn WithKey(is_busy: RwSignal<bool>, #[prop(into)] on_submit: Callback<SignIn>) -> impl IntoView {
    let key = RwSignal::new(String::new());
    let fault = RwSignal::new(None::<Key>);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = key.get_untracked().trim().to_owned();
        fault.set(fault_of_key(&typed));
        if fault.get_untracked().is_none() {
            on_submit.run(SignIn::Key { key: typed });
        }
    };
    view! {
        <form class="form" on:submit=submit>
            <KeyField id="session-key" key=key fault=fault hint=Key::SigninKeyHint />
            <SubmitButton label=Key::SigninSubmit is_busy=is_busy />
        </form>
    }
}

/// A name and a password, and which data the session is for.
#[component]
fn ByName(
    /// Who was signed in, where the session has ended.
    before: Option<Who>,
    is_busy: RwSignal<bool>,
    #[prop(into)] on_submit: Callback<SignIn>,
) -> impl IntoView {
    let words = use_words();
    // Whoever signs in again goes on with the data that the page shows.
    let kept = before.as_ref().map(|who| who.environment);
    let named = before.and_then(|who| who.user).map(|user| user.name);
    let name = RwSignal::new(named.unwrap_or_default());
    let password = RwSignal::new(String::new());
    let environment = RwSignal::new(kept.unwrap_or(Environment::Live));
    let name_fault = RwSignal::new(None::<Key>);
    let password_fault = RwSignal::new(None::<Key>);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = name.get_untracked().trim().to_owned();
        let secret = password.get_untracked();
        name_fault.set(typed.is_empty().then_some(Key::SigninNameMissing));
        password_fault.set(secret.is_empty().then_some(Key::SigninPasswordMissing));
        if typed.is_empty() {
            page::focus(NAME_ID);
        } else if secret.is_empty() {
            page::focus(PASSWORD_ID);
        } else {
            let environment = environment.get_untracked();
            let password = Password::new(secret);
            on_submit.run(SignIn::Name { name: typed, password, environment });
        }
    };
    let choice = move |one: Environment, label: Key| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="sign-in-data"
                    prop:checked=move || environment.get() == one
                    on:change=move |_| environment.set(one)
                />
                <span>{words.t(label)}</span>
            </label>
        }
    };
    view! {
        <form class="form" on:submit=submit>
            <Field
                id=NAME_ID
                label=words.label(Key::SigninName)
                value=name
                autocomplete="username"
                error=error_text(name_fault)
            />
            <Field
                id=PASSWORD_ID
                label=words.label(Key::SigninPassword)
                value=password
                kind="password"
                autocomplete="current-password"
                error=error_text(password_fault)
            />
            {kept.is_none().then(|| view! {
                <fieldset class="choices sign-in-data">
                    <legend>{words.t(Key::SigninData)}</legend>
                    {choice(Environment::Live, Key::SigninDataLive)}
                    {choice(Environment::Test, Key::SigninDataTest)}
                </fieldset>
            })}
            <SubmitButton label=Key::SigninSubmit is_busy=is_busy />
        </form>
    }
}

/// Connect to an API with a key that stays in this tab.
#[component]
fn DirectForm() -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let base = RwSignal::new(String::new());
    let key = RwSignal::new(String::new());
    let base_fault = RwSignal::new(None::<Key>);
    let key_fault = RwSignal::new(None::<Key>);
    let failure = RwSignal::new(None::<Failed>);
    let is_busy = RwSignal::new(false);
    let is_asking = RwSignal::new(false);
    let connect = move || {
        let typed = key.get_untracked().trim().to_owned();
        let root = root_of(&base.get_untracked());
        let (Some(root), Some(prefix)) = (root, KeyPrefix::parse(&typed)) else { return };
        is_busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let result = connection.connect(&root, &typed, prefix).await;
            is_busy.try_set(false);
            failure.try_set(result.err().map(|failure| (host_of(&root).to_owned(), failure)));
        });
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = key.get_untracked().trim().to_owned();
        base_fault.set(root_of(&base.get_untracked()).is_none().then_some(Key::SigninBaseInvalid));
        key_fault.set(fault_of_key(&typed));
        if base_fault.get_untracked().is_some() || key_fault.get_untracked().is_some() {
            return;
        }
        let live = KeyPrefix { access: Access::Write, environment: Environment::Live };
        if KeyPrefix::parse(&typed) == Some(live) {
            is_asking.set(true);
        } else {
            connect();
        }
    };
    let said = move |key: Key| words.label(key);
    view! {
        <form class="form" on:submit=submit>
            <FailureNotice failure=failure />
            <Field
                id="direct-base"
                label=said(Key::SigninBase)
                value=base
                kind="url"
                autocomplete="url"
                is_code=true
                error=error_text(base_fault)
            />
            <KeyField id="direct-key" key=key fault=key_fault hint=Key::SigninDirectIntro />
            <SubmitButton label=Key::SigninConnect is_busy=is_busy />
        </form>
        {move || is_asking.get().then(|| view! {
            <Confirm
                title=said(Key::SigninLiveTitle)
                about=said(Key::SigninLiveWhy)
                yes=said(Key::SigninLiveConfirm)
                no=said(Key::AppCancel)
                is_dangerous=true
                on_answer=move |yes| {
                    is_asking.set(false);
                    if yes {
                        connect();
                    }
                }
            />
        })}
    }
}

#[component]
fn KeyField(
    id: &'static str,
    key: RwSignal<String>,
    fault: RwSignal<Option<Key>>,
    hint: Key,
) -> impl IntoView {
    let words = use_words();
    view! {
        <Field
            id=id
            label=words.label(Key::SigninKey)
            value=key
            kind="password"
            autocomplete="current-password"
            is_code=true
            hint=words.label(hint)
            error=error_text(fault)
        />
    }
}

#[component]
fn SubmitButton(label: Key, is_busy: RwSignal<bool>) -> impl IntoView {
    let words = use_words();
    let text = move || words.text(if is_busy.get() { Key::SigninBusy } else { label });
    view! {
        <button type="submit" class="button primary wide" aria-disabled=move || is_busy.get().then_some("true")>
            {text}
        </button>
    }
}

/// A failure, and the host that it happened with.
type Failed = (String, Failure);

#[component]
fn FailureNotice(failure: RwSignal<Option<Failed>>) -> impl IntoView {
    let words = use_words();
    move || {
        failure.get().map(|(host, failure)| {
            let told = tell_of(words, &host, &failure);
            view! { <Notice tone=Tone::Error title=told.title about=told.about /> }
        })
    }
}

/// The languages, each in its own words.
#[component]
fn Languages() -> impl IntoView {
    let words = use_words();
    let toasts = use_toasts();
    let button = move |language: Language| {
        view! {
            <button
                type="button"
                class="button quiet small"
                lang=language.code()
                aria-pressed=move || (words.language() == language).to_string()
                on:click=move |_| choose_language(words, toasts, language)
            >
                {language.own_name()}
            </button>
        }
    };
    view! {
        <div class="languages" role="group" aria-label=words.t(Key::SettingsLanguage)>
            {Language::ALL.map(button).collect_view()}
        </div>
    }
}

fn fault_of_key(key: &str) -> Option<Key> {
    match key {
        "" => Some(Key::SigninKeyMissing),
        key if KeyPrefix::parse(key).is_none() => Some(Key::SigninKeyShape),
        _ => None,
    }
}

fn error_text(fault: RwSignal<Option<Key>>) -> Signal<String> {
    let words = use_words();
    Signal::derive(move || fault.get().map(|key| words.text(key).to_owned()).unwrap_or_default())
}
