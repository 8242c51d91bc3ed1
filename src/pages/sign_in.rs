//! Signing in: at the server that the app came from, or directly at an API.

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::key::{Access, Environment, KeyPrefix};
use stockroom_api::session::SignIn;

use crate::connection::failure::tell_of;
use crate::connection::sign_in::root_of;
use crate::connection::{Failure, host_of, use_connection};
use crate::pages::settings::choose_language;
use crate::ui::{Confirm, Dialog, Field, Icon, Notice, Sign, Tone, use_toasts};
use crate::words::{Key, Language, use_words};

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

/// Sign in at the server that the app came from.
#[component]
fn SessionForm() -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let key = RwSignal::new(String::new());
    let failure = RwSignal::new(None::<Failed>);
    let fault = RwSignal::new(None::<Key>);
    let is_busy = RwSignal::new(false);
    let start = move |with: SignIn| {
        is_busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let result = connection.sign_in(&with).await;
            is_busy.try_set(false);
            failure.try_set(result.err().map(|failure| (connection.host(), failure)));
        });
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = key.get_untracked().trim().to_owned();
        fault.set(fault_of_key(&typed));
        if fault.get_untracked().is_none() && !is_busy.get_untracked() {
            start(SignIn::Key { key: typed });
        }
    };
    view! {
        <form class="form" on:submit=submit>
            <FailureNotice failure=failure />
            <KeyField id="session-key" key=key fault=fault hint=Key::SigninKeyHint />
            <SubmitButton label=Key::SigninSubmit is_busy=is_busy />
        </form>
        {move || connection.capabilities().demo.then(|| view! {
            <div class="or" aria-hidden="true"></div>
            <button type="button" class="button wide" on:click=move |_| start(SignIn::Demo { demo: true })>
                {words.t(Key::SigninDemo)}
            </button>
            <p class="field-hint centred">{words.t(Key::SigninDemoHint)}</p>
        })}
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
