//! Settings: the connection, language, theme, how numbers are read, what this browser keeps.

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_domain::number::Style;

use crate::BUILD_ID;
use crate::app::frame::PageHead;
use crate::browser::forms;
use crate::connection::failure::tell;
use crate::connection::{Way, use_connection};
use crate::pages::part::use_update;
use crate::pages::people::own_password::ChangePassword;
use crate::pages::people::sessions::SessionList;
use crate::pages::people::telling::role_word;
use crate::pages::update::desk::ToClear;
use crate::route::{ListQuery, Route, use_navigator};
use crate::settings::{Theme, use_settings};
use crate::ui::{Confirm, Icon, Notice, Sign, Toasts, Tone, use_toasts};
use crate::words::{Key, Language, Plural, Words, use_words};

/// The settings screen.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let is_told = Memo::new(move |_| connection.can_see_webhooks());
    let is_person = Memo::new(move |_| connection.who().is_some_and(|who| who.user.is_some()));
    let is_owner = Memo::new(move |_| connection.is_owner());
    view! {
        <PageHead title=words.label(Key::SettingsTitle) />
        <div class="settings">
            <Section title=Key::SettingsConnection><ConnectionFacts /></Section>
            <Section title=Key::SettingsLanguage><LanguageChoice /></Section>
            <Section title=Key::SettingsAppearance><ThemeChoice /></Section>
            <Section title=Key::SettingsNumbers><NumberChoice /></Section>
            <Show when=move || is_person.get()>
                <Section title=Key::PeopleOwnSessions><OwnSessions /></Section>
            </Show>
            <Show when=move || is_owner.get()>
                <Section title=Key::PeopleTitle><People /></Section>
            </Show>
            <Show when=move || is_told.get()>
                <Section title=Key::WebhooksTitle><Webhooks /></Section>
            </Show>
            <Section title=Key::SettingsLocal><LocalData /></Section>
            <p class="field-hint">
                {move || words.fill(Key::SettingsBuild, &[("id", &BUILD_ID[..8])])}
            </p>
        </div>
    }
}

#[component]
fn Section(title: Key, children: Children) -> impl IntoView {
    let words = use_words();
    view! {
        <section class="card section">
            <h2>{words.t(title)}</h2>
            {children()}
        </section>
    }
}

/// Who is signed in where, and the way out.
#[component]
fn ConnectionFacts() -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let navigator = use_navigator();
    let toasts = use_toasts();
    let update = use_update();
    let leave = move |_| {
        spawn_local(async move {
            // Whoever leaves takes their draft along, and that part alone knows where it is.
            let part = update.get().await;
            if part.is_ok_and(|part| part.is_running()) {
                // It would be cut off half-way.
                let text = untrack(|| words.text(Key::SettingsRunning));
                return toasts.show(Tone::Warning, text);
            }
            navigator.replace(&Route::Inventory(ListQuery::default()));
            if let Err(failure) = connection.sign_out().await {
                let told = untrack(|| tell(words, connection, &failure));
                return toasts.show(Tone::Error, format!("{}. {}", told.title, told.about));
            }
            forms::clear();
        });
    };
    let facts = move || {
        let who = connection.who()?;
        let way = match who.way {
            Way::Session if who.user.is_some() => Key::SettingsByName,
            Way::Session => Key::SettingsBySession,
            Way::Direct => Key::SettingsByKey,
        };
        // A person has a role, a key what it may do.
        let (may, what) = match (&who.user, who.is_read_only) {
            (Some(user), _) => (Key::PeopleRole, role_word(user.role)),
            (None, true) => (Key::SettingsAccess, Key::SettingsAccessRead),
            (None, false) => (Key::SettingsAccess, Key::SettingsAccessWrite),
        };
        let fact = |label: Key, value: String| {
            view! { <div><dt>{words.text(label)}</dt><dd dir="auto">{value}</dd></div> }
        };
        Some(view! {
            <dl class="facts-list">
                {who.user.map(|user| fact(Key::SettingsPerson, user.name))}
                {who.store.map(|store| fact(Key::SettingsStore, store))}
                {fact(Key::SettingsServer, who.server)}
                {fact(may, words.text(what).to_owned())}
                {fact(Key::SettingsWay, words.text(way).to_owned())}
            </dl>
        })
    };
    view! {
        {facts}
        <div>
            <button type="button" class="button" on:click=leave>
                <Icon sign=Sign::Leave />
                <span>{words.t(Key::SettingsSignOut)}</span>
            </button>
        </div>
    }
}

/// Changes the language, or says that its words could not be fetched.
pub(super) fn choose_language(words: Words, toasts: Toasts, language: Language) {
    spawn_local(async move {
        if words.choose(language).await.is_err() {
            let name = language.own_name();
            let text = untrack(|| words.fill(Key::SettingsLanguageFailed, &[("language", name)]));
            toasts.show(Tone::Error, text);
        }
    });
}

#[component]
fn LanguageChoice() -> impl IntoView {
    let words = use_words();
    let toasts = use_toasts();
    view! {
        <fieldset class="choices">
            <legend class="visually-hidden">{words.t(Key::SettingsLanguage)}</legend>
            {Language::ALL.map(|language| view! {
                <Choice
                    group="language"
                    label=language.own_name().to_owned()
                    lang=language.code()
                    is_on=Signal::derive(move || words.language() == language)
                    on_choose=move |()| choose_language(words, toasts, language)
                />
            }).collect_view()}
        </fieldset>
    }
}

#[component]
fn ThemeChoice() -> impl IntoView {
    let words = use_words();
    let settings = use_settings();
    let label = |theme| match theme {
        Theme::System => Key::SettingsThemeSystem,
        Theme::Light => Key::SettingsThemeLight,
        Theme::Dark => Key::SettingsThemeDark,
    };
    view! {
        <fieldset class="choices">
            <legend>{words.t(Key::SettingsTheme)}</legend>
            {Theme::ALL.map(|theme| view! {
                <Choice
                    group="theme"
                    label=words.label(label(theme))
                    is_on=Signal::derive(move || settings.theme.get() == theme)
                    on_choose=move |()| settings.theme.set(theme)
                />
            }).collect_view()}
        </fieldset>
    }
}

#[component]
fn NumberChoice() -> impl IntoView {
    let words = use_words();
    let settings = use_settings();
    let styles = [
        (None, Key::SettingsNumberAuto),
        (Some(Style::Plain), Key::SettingsNumberPlain),
        (Some(Style::Comma), Key::SettingsNumberComma),
        (Some(Style::Dot), Key::SettingsNumberDot),
        (Some(Style::Space), Key::SettingsNumberSpace),
    ];
    view! {
        <fieldset class="choices" aria-describedby="number-about">
            <legend>{words.t(Key::SettingsNumberStyle)}</legend>
            {styles.map(|(style, label)| view! {
                <Choice
                    group="number-style"
                    label=words.label(label)
                    is_on=Signal::derive(move || settings.number_style.get() == style)
                    on_choose=move |()| settings.number_style.set(style)
                />
            }).collect_view()}
        </fieldset>
        <p id="number-about" class="field-hint prose">{words.t(Key::SettingsNumberStyleAbout)}</p>
    }
}

/// One of several choices, as a radio button.
#[component]
fn Choice(
    group: &'static str,
    #[prop(into)] label: Signal<String>,
    #[prop(optional)] lang: &'static str,
    is_on: Signal<bool>,
    #[prop(into)] on_choose: Callback<()>,
) -> impl IntoView {
    let lang = (!lang.is_empty()).then_some(lang);
    view! {
        <label class="choice" lang=lang>
            <input
                type="radio"
                name=group
                prop:checked=move || is_on.get()
                on:change=move |_| on_choose.run(())
            />
            <span dir="auto">{move || label.get()}</span>
        </label>
    }
}

/// Where whoever signed in by name is signed in, and another password.
#[component]
fn OwnSessions() -> impl IntoView {
    let words = use_words();
    let changes = RwSignal::new(0_u32);
    view! {
        {move || {
            // All others have ended where the password was changed.
            let _ = changes.get();
            view! { <SessionList /> }
        }}
        <h3>{words.t(Key::PeopleOwnPassword)}</h3>
        <ChangePassword on_changed=move |()| changes.update(|count| *count += 1) />
    }
}

/// Who may sign in.
#[component]
fn People() -> impl IntoView {
    let words = use_words();
    view! {
        <p class="field-hint prose">{words.t(Key::PeopleAbout)}</p>
        <div>
            <a class="button" href=Route::People.href()>{words.t(Key::PeopleOpen)}</a>
        </div>
    }
}

/// Who else is told of the stock.
#[component]
fn Webhooks() -> impl IntoView {
    let words = use_words();
    view! {
        <p class="field-hint prose">{words.t(Key::WebhooksAbout)}</p>
        <div>
            <a class="button" href=Route::Webhooks.href()>{words.t(Key::WebhooksOpen)}</a>
        </div>
    }
}

/// What this browser keeps, and the way to clear it.
#[component]
fn LocalData() -> impl IntoView {
    let words = use_words();
    let settings = use_settings();
    let toasts = use_toasts();
    let update = use_update();
    let asks = RwSignal::new(None::<ToClear>);
    let clearings = RwSignal::new(0_u32);
    let kept = Memo::new(move |_| {
        let _ = clearings.get();
        update.at_hand().map_or(0, |part| part.headers_kept())
    });
    let said = move |key: Key| words.label(key);
    let answer = move |yes: bool| {
        asks.set(None);
        if yes {
            spawn_local(async move {
                settings.clear().await;
                forms::clear();
                if let Ok(part) = update.get().await {
                    part.clear().await;
                }
                clearings.update(|count| *count += 1);
                toasts.show(Tone::Good, untrack(|| words.text(Key::SettingsCleared)));
            });
        }
    };
    let ask = move |_| {
        spawn_local(async move {
            let found = match update.get().await {
                Ok(part) => part.runs_to_clear().await,
                Err(_) => ToClear::default(),
            };
            asks.try_set(Some(found));
        });
    };
    view! {
        <p class="field-hint prose">{words.t(Key::SettingsLocalAbout)}</p>
        {move || (kept.get() > 0).then(|| view! {
            <p class="field-hint prose">{words.count(Plural::SourceKeptAbout, kept.get(), &[])}</p>
        })}
        {move || (!settings.is_kept.get()).then(|| view! {
            <Notice tone=Tone::Warning title=said(Key::SettingsStorageBlocked) />
        })}
        <div>
            <button type="button" class="button" on:click=ask>
                {words.t(Key::SettingsClear)}
            </button>
        </div>
        {move || asks.get().map(|runs| view! {
            <Confirm
                title=said(Key::SettingsClearTitle)
                about=said(Key::SettingsClearAbout)
                yes=said(Key::SettingsClear)
                no=said(Key::AppCancel)
                is_dangerous=true
                on_answer=answer
            >
                <RunsGo runs=runs />
            </Confirm>
        })}
    }
}

/// How many runs go, with a warning where they are still needed.
#[component]
fn RunsGo(runs: ToClear) -> impl IntoView {
    let words = use_words();
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let (all, unsettled) = (count(runs.runs), count(runs.unsettled));
    view! {
        {(all > 0).then(|| view! {
            <p class="prose">{move || words.count(Plural::SettingsClearRuns, all, &[])}</p>
        })}
        {(unsettled > 0).then(|| view! {
            <Notice
                tone=Tone::Warning
                title=Signal::derive(move || words.count(Plural::SettingsClearUnsettled, unsettled, &[]))
                about=words.label(Key::SettingsClearUnsettledAbout)
            />
        })}
    }
}
