//! The rail and the place of the page beside it.

use leptos::prelude::*;
use stockroom_api::key::Environment;

use crate::connection::use_connection;
use crate::route::{HistoryView, ListQuery, Route, use_navigator};
use crate::ui::{Icon, Sign};
use crate::words::{Key, use_words};

/// Rail, skip link and the main region.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    let words = use_words();
    view! {
        <a class="skip" href="#main">{words.t(Key::AppSkip)}</a>
        <div class="frame">
            <header class="rail">
                <a class="brand" href="/">
                    <span class="brand-mark" aria-hidden="true"><Icon sign=Sign::Box /></span>
                    <span>{words.t(Key::AppName)}</span>
                </a>
                <nav aria-label=words.t(Key::AppNav)>
                    <RailLink route=Route::Inventory(ListQuery::default()) sign=Sign::Box label=Key::AppInventory />
                    <RailLink route=Route::Update sign=Sign::Upload label=Key::AppUpdate />
                    <RailLink route=Route::History(HistoryView::default()) sign=Sign::Clock label=Key::AppHistory />
                    <RailLink route=Route::Settings sign=Sign::Sliders label=Key::AppSettings />
                </nav>
                <Store />
            </header>
            <main id="main" class="main" tabindex="-1">{children()}</main>
        </div>
    }
}

#[component]
fn RailLink(route: Route, sign: Sign, label: Key) -> impl IntoView {
    let words = use_words();
    let navigator = use_navigator();
    let href = route.href();
    let is_here = move || navigator.route().is_same_screen(&route);
    view! {
        <a class="rail-link" href=href aria-current=move || is_here().then_some("page")>
            <Icon sign=sign />
            <span>{words.t(label)}</span>
        </a>
    }
}

/// The store's name and whether this is test or live data.
#[component]
fn Store() -> impl IntoView {
    let connection = use_connection();
    view! {
        <div class="rail-store">
            {move || {
                connection.who().map(|who| {
                    let name = who.store.unwrap_or_else(|| connection.host());
                    view! { <bdi class="rail-store-name">{name}</bdi> }
                })
            }}
        </div>
    }
}

/// A page's first line: heading, environment, what is known of the data, actions at the end.
#[component]
pub fn PageHead(
    /// The heading.
    #[prop(into)]
    title: Signal<String>,
    /// What stands after the badge: how old the data is.
    #[prop(into, optional)]
    about: ViewFn,
    /// Actions.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="page-head">
            <h1 id="page-title" tabindex="-1">{move || title.get()}</h1>
            <EnvironmentBadge />
            <div class="page-about">{move || about.run()}</div>
            {children.map(|children| view! { <div class="page-actions">{children()}</div> })}
        </div>
    }
}

/// TEST or LIVE, and whether the key can only read.
#[component]
pub fn EnvironmentBadge() -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    move || {
        let who = connection.who()?;
        let (class, label, about) = match who.environment {
            Environment::Test => ("badge test", Key::AppTest, Key::AppTestAbout),
            Environment::Live => ("badge live", Key::AppLive, Key::AppLiveAbout),
        };
        Some(view! {
            <span class=class title=words.text(about)>{words.text(label)}</span>
            {who.is_read_only.then(|| view! {
                <span class="badge" title=words.text(Key::AppReadOnlyAbout)>
                    {words.text(Key::AppReadOnly)}
                </span>
            })}
        })
    }
}
