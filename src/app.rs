//! The app: what lives as long as the tab, and the frame around every page.
//!
//! Everything that outlives a page — settings, connection, stock, route, toasts — is made here,
//! at the root, and reached by context: a signal used after its owner is gone ends the app.

use leptos::prelude::*;
use leptos::task::spawn_local;

pub mod frame;
pub mod shortcuts;
pub mod viewport;

use crate::browser::page;
use crate::connection::{Connection, Standing};
use crate::pages::later::{LaterPage, LaterShell};
use crate::pages::part::{fetch_parts, provide_parts};
use crate::pages::{InventoryPage, SignInDialog, SignInPage};
use crate::route::{Navigator, Route, Under, use_navigator};
use crate::settings::Settings;
use crate::stock::Stock;
use crate::ui::{EmptyState, ToastRegion, Toasts};
use crate::words::{Key, Language, use_words};
use frame::Frame;
use shortcuts::Shortcuts;

/// The whole app.
#[component]
pub fn App(
    /// The language that it starts in, whose words are here.
    language: Language,
) -> impl IntoView {
    let settings = Settings::start(language);
    let connection = Connection::new();
    let toasts = Toasts::new();
    provide_context(settings);
    provide_context(settings.words());
    provide_context(viewport::Viewport::start());
    provide_context(connection);
    provide_context(toasts);
    provide_context(Navigator::start());
    let stock = Stock::start(connection);
    provide_context(stock);
    provide_parts();
    spawn_local(connection.ask_session());
    spawn_local(connection.ask_capabilities());
    let is_read = Memo::new(move |_| stock.read_at().is_some());
    Effect::new(move |_| {
        // The line has nothing else to do: what is wanted next is there when it is wanted.
        if is_read.get() {
            fetch_parts();
        }
    });
    name_document();
    let standing = Memo::new(move |_| match connection.standing() {
        Standing::Asking => Shown::Nothing,
        // What is asked for first depends on what the server has.
        Standing::SignedOut if !connection.is_told() => Shown::Nothing,
        Standing::SignedOut => Shown::SignIn,
        Standing::SignedIn(_) => Shown::Pages,
    });
    view! {
        {move || match standing.get() {
            Shown::Nothing => ().into_any(),
            Shown::SignIn => view! { <SignInPage /> }.into_any(),
            Shown::Pages => view! { <Frame><Page /></Frame> }.into_any(),
        }}
        {move || (standing.get() == Shown::Pages && connection.has_ended()).then(|| view! { <SignInDialog /> })}
        <Shortcuts />
        <ToastRegion toasts=toasts />
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Nothing,
    SignIn,
    Pages,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Screen {
    Inventory,
    Later(LaterPage),
    Unknown,
}

impl Screen {
    fn of(route: &Route) -> Self {
        match route {
            Route::Inventory(_) | Route::Product { under: Under::Inventory(_), .. } => {
                Self::Inventory
            }
            Route::Products(_) | Route::Product { .. } => Self::Later(LaterPage::Products),
            Route::Update => Self::Later(LaterPage::Update),
            Route::NewProduct => Self::Later(LaterPage::NewProduct),
            Route::EditProduct(_) => Self::Later(LaterPage::EditProduct),
            Route::ImportProducts => Self::Later(LaterPage::ImportProducts),
            Route::History(_) => Self::Later(LaterPage::History),
            Route::Run(_) => Self::Later(LaterPage::Run),
            Route::Settings => Self::Later(LaterPage::Settings),
            Route::People => Self::Later(LaterPage::People),
            Route::Webhooks => Self::Later(LaterPage::Webhooks),
            Route::Webhook { .. } => Self::Later(LaterPage::Webhook),
            Route::Unknown => Self::Unknown,
        }
    }

    fn title(self) -> Key {
        match self {
            Self::Inventory => Key::AppInventory,
            Self::Later(page) => page.title(),
            Self::Unknown => Key::AppNotFound,
        }
    }
}

/// The page of the current route; it moves the focus to its heading when the screen changes.
#[component]
fn Page() -> impl IntoView {
    let navigator = use_navigator();
    let screen = Memo::new(move |_| Screen::of(&navigator.route()));
    Effect::new(move |before: Option<Screen>| {
        let now = screen.get();
        if before.is_some_and(|before| before != now) {
            page::focus("page-title");
        }
        now
    });
    move || match screen.get() {
        Screen::Inventory => view! { <InventoryPage /> }.into_any(),
        Screen::Later(page) => view! { <LaterShell page=page /> }.into_any(),
        Screen::Unknown => view! { <NotFound /> }.into_any(),
    }
}

#[component]
fn NotFound() -> impl IntoView {
    let words = use_words();
    view! {
        <h1 id="page-title" class="visually-hidden" tabindex="-1">
            {words.t(Key::AppNotFound)}
        </h1>
        <EmptyState title=words.label(Key::AppNotFound)>
            <a class="button primary" href="/">{words.t(Key::AppToInventory)}</a>
        </EmptyState>
    }
}

/// Keeps the document's title in step with route and language.
fn name_document() {
    let words = use_words();
    let navigator = use_navigator();
    let connection = crate::connection::use_connection();
    Effect::new(move |_| {
        let title = match connection.standing() {
            Standing::SignedOut => words.text(Key::SigninTitle).to_owned(),
            _ => match navigator.route() {
                Route::Product { id, .. } => id,
                route => words.text(Screen::of(&route).title()).to_owned(),
            },
        };
        page::set_title(&format!("{title} · {}", words.text(Key::AppName)));
    });
}
