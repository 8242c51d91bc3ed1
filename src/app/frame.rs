//! The rail and the place of the page beside it.

use leptos::prelude::*;
use stockroom_api::key::Environment;
use stockroom_api::scope::KeyScope;

use crate::app::viewport::use_viewport;
use crate::connection::use_connection;
use crate::route::{HistoryView, ListQuery, Place, ProductsView, Route, use_navigator};
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
                <Rail />
                <Store />
            </header>
            <main id="main" class="main" tabindex="-1">{children()}</main>
        </div>
    }
}

/// The parts of the app, those that the key may see.
#[component]
fn Rail() -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let navigator = use_navigator();
    let viewport = use_viewport();
    let has_products = Memo::new(move |_| connection.may(KeyScope::ProductsRead));
    // On a phone the ways to webhooks and people stand in Settings: the bar has room for five.
    let has_webhooks = Memo::new(move |_| connection.can_see_webhooks() && !viewport.is_narrow());
    let has_people = Memo::new(move |_| connection.is_owner() && !viewport.is_narrow());
    let here = Memo::new(move |_| match navigator.route().place() {
        Some(Place::Webhooks) if !has_webhooks.get() => Some(Place::Settings),
        Some(Place::People) if !has_people.get() => Some(Place::Settings),
        place => place,
    });
    let link = move |route: Route, sign: Sign, label: Key| {
        let place = route.place();
        view! {
            <a
                class="rail-link"
                href=route.href()
                aria-current=move || (here.get() == place).then_some("page")
            >
                <Icon sign=sign />
                <span>{words.t(label)}</span>
            </a>
        }
    };
    view! {
        <nav aria-label=words.t(Key::AppNav)>
            {link(Route::Inventory(ListQuery::default()), Sign::Box, Key::AppInventory)}
            {link(Route::Update, Sign::Upload, Key::AppUpdate)}
            {link(Route::History(HistoryView::default()), Sign::Clock, Key::AppHistory)}
            {move || has_products.get().then(|| {
                link(Route::Products(ProductsView::default()), Sign::Label, Key::AppProducts)
            })}
            {move || has_webhooks.get().then(|| {
                link(Route::Webhooks, Sign::Hook, Key::WebhooksTitle)
            })}
            {move || has_people.get().then(|| {
                link(Route::People, Sign::People, Key::PeopleTitle)
            })}
            {link(Route::Settings, Sign::Sliders, Key::AppSettings)}
        </nav>
    }
}

/// The store's name, and who is signed in by name.
#[component]
fn Store() -> impl IntoView {
    let connection = use_connection();
    view! {
        <div class="rail-store">
            {move || {
                connection.who().map(|who| {
                    let name = who.store.unwrap_or_else(|| connection.host());
                    view! {
                        <bdi class="rail-store-name">{name}</bdi>
                        {who.user.map(|user| view! { <bdi class="rail-person">{user.name}</bdi> })}
                    }
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
