//! Every product, tracked or not, by pages of the API: searched, opened, added to.

pub mod bar;
pub mod reading;
pub mod rows;

use leptos::prelude::*;
use stockroom_api::scope::KeyScope;

use crate::app::frame::PageHead;
use crate::connection::failure::tell;
use crate::connection::use_connection;
use crate::pages::pages_of::PagesOf;
use crate::pages::product::ProductPanel;
use crate::route::{ProductsView, Route, Under, use_navigator};
use crate::ui::{EmptyState, Icon, Notice, Sign, Skeleton, Tone};
use crate::words::{Key, Plural, use_words};
use bar::Bar;
use reading::{Reading, SOME};
use rows::Rows;

/// The screen.
#[component]
pub fn ProductsPage() -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let may_see = Memo::new(move |_| connection.may(KeyScope::ProductsRead));
    let not_allowed = Signal::derive(move || {
        let scope = KeyScope::ProductsRead.as_str();
        words.fill(Key::WebhooksNotAllowedAbout, &[("scope", scope)])
    });
    move || {
        if may_see.get() {
            return view! { <AllProducts /> }.into_any();
        }
        view! {
            <PageHead title=words.label(Key::AppProducts) />
            <section class="card">
                <EmptyState title=words.label(Key::ProductsNotAllowed) about=not_allowed />
            </section>
        }
        .into_any()
    }
}

#[component]
fn AllProducts() -> impl IntoView {
    let words = use_words();
    let navigator = use_navigator();
    let view = Memo::new(move |_| match navigator.route().list() {
        Some(Under::Products(view)) => view,
        _ => ProductsView::default(),
    });
    let open = Memo::new(move |_| match navigator.route() {
        Route::Product { id, under: Under::Products(_) } => Some(id),
        _ => None,
    });
    let reading = Reading::start(view, open);
    let about = move || {
        let total = reading.total()?;
        let total = i64::try_from(total).unwrap_or(i64::MAX);
        Some(words.count(Plural::ProductsTotal, total, &[]))
    };
    view! {
        <PageHead title=words.label(Key::AppProducts) about=about>
            <Actions reading=reading />
        </PageHead>
        <Failed reading=reading />
        <section class="card list" aria-label=words.t(Key::AppProducts)>
            <Bar view=view />
            <Found reading=reading view=view />
        </section>
        {move || open.get().map(|id| {
            view! { <ProductPanel id=id under=Under::Products(view.get_untracked()) /> }
        })}
    }
}

#[component]
fn Actions(reading: Reading) -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    view! {
        <button
            type="button"
            class="button"
            aria-disabled=move || reading.is_busy.get().then_some("true")
            on:click=move |_| reading.read()
        >
            <Icon sign=Sign::Refresh />
            <span>{words.t(Key::InventoryRefresh)}</span>
        </button>
        {move || connection.can_import_products().then(|| view! {
            <a class="button" href=Route::ImportProducts.href()>
                <Icon sign=Sign::Upload />
                <span>{words.t(Key::ProductsImportShort)}</span>
            </a>
        })}
        {move || connection.can_edit_products().then(|| view! {
            <a class="button primary" href=Route::NewProduct.href()>
                <Icon sign=Sign::Plus />
                <span>{words.t(Key::ProductsNew)}</span>
            </a>
        })}
    }
}

/// Why the last reading gave nothing; what was read before stays below.
#[component]
fn Failed(reading: Reading) -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    move || {
        let told = tell(words, connection, &reading.failure.get()?);
        Some(view! {
            <div class="above">
                <Notice tone=Tone::Error title=told.title about=told.about>
                    <button type="button" class="button" on:click=move |_| reading.read()>
                        {words.t(Key::AppRetry)}
                    </button>
                </Notice>
            </div>
        })
    }
}

/// The rows with the way to others; skeleton and empty state in their place.
#[component]
fn Found(reading: Reading, view: Memo<ProductsView>) -> impl IntoView {
    let words = use_words();
    let navigator = use_navigator();
    let is_read = Memo::new(move |_| reading.total().is_some());
    let is_empty = Memo::new(move |_| reading.items.with(Vec::is_empty));
    let has_failed = Memo::new(move |_| reading.failure.with(Option::is_some));
    let total = Memo::new(move |_| {
        usize::try_from(reading.total().unwrap_or_default()).unwrap_or(usize::MAX)
    });
    let page = Signal::derive(move || reading.page.get());
    let go = move |page: u64| {
        navigator.go(&Route::Products(ProductsView { page, ..view.get_untracked() }));
        reading.goes_to_top();
    };
    move || match (is_read.get(), is_empty.get()) {
        (false, _) if has_failed.get() => ().into_any(),
        (false, _) => view! { <Skeleton rows=8 label=words.label(Key::AppLoading) /> }.into_any(),
        (true, true) => view! { <Nothing view=view /> }.into_any(),
        (true, false) => view! {
            <Rows reading=reading view=view />
            <PagesOf count=total page=page size=SOME on_go=go />
        }
        .into_any(),
    }
}

/// Nothing matches, or there is nothing yet.
#[component]
fn Nothing(view: Memo<ProductsView>) -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    move || {
        let ProductsView { search, status, .. } = view.get();
        if search.is_empty() && status.is_none() {
            let about = words.label(Key::ProductsNoneAbout);
            return view! {
                <EmptyState title=words.label(Key::ProductsNone) about=about>
                    {move || connection.can_edit_products().then(|| view! {
                        <a class="button primary" href=Route::NewProduct.href()>
                            {words.t(Key::ProductsNew)}
                        </a>
                    })}
                    {move || connection.can_import_products().then(|| view! {
                        <a class="button" href=Route::ImportProducts.href()>
                            {words.t(Key::ProductsImport)}
                        </a>
                    })}
                </EmptyState>
            }
            .into_any();
        }
        let title = match search.as_str() {
            "" => words.text(Key::ProductsNoneStatus).to_owned(),
            search => words.fill(Key::InventoryNoMatch, &[("text", search)]),
        };
        view! {
            <EmptyState title=title>
                <a class="button" href=Route::Products(ProductsView::default()).href()>
                    {words.t(Key::ProductsShowAll)}
                </a>
            </EmptyState>
        }
        .into_any()
    }
}
