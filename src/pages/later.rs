//! The pages that come later than the first: a part of its own, fetched before it is wanted.
//!
//! What is reached through [`LaterPages`] alone — Update stock, the forms and the import of products,
//! History, Webhooks, Settings — stands in a WebAssembly file of its own in a release build (decision
//! 17). Whoever calls one of these pages,
//! or [`Desk`], from elsewhere brings what they call back into the file that every page waits for.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use send_wrapper::SendWrapper;

use super::history::run::RunPage;
use super::history::{HistoryPage, ProductHistory, ProductHistoryProps};
use super::product_form::{EditProductPage, NewProductPage};
use super::product_import::ImportPage;
use super::product_menu::AddProducts;
use super::products::ProductsPage;
use super::settings::SettingsPage;
use super::update::UpdatePage;
use super::update::desk::{Desk, ToClear, headers_kept};
use super::update::draft::source_name;
use super::update::state::{Model, Msg};
use super::webhooks::WebhooksPage;
use super::webhooks::endpoint::EndpointPage;
use crate::connection::use_connection;
use crate::stock::use_stock;
use crate::ui::{EmptyState, Skeleton};
use crate::words::{Key, use_words};

/// A page of the part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaterPage {
    /// Update stock.
    Update,
    /// All products.
    Products,
    /// A product that is not there yet.
    NewProduct,
    /// A product's form.
    EditProduct,
    /// The import of products.
    ImportProducts,
    /// Runs, and the stock history.
    History,
    /// One run of before.
    Run,
    /// Settings.
    Settings,
    /// Endpoints of webhooks.
    Webhooks,
    /// One endpoint.
    Webhook,
}

impl LaterPage {
    /// Returns the page's name.
    pub fn title(self) -> Key {
        match self {
            Self::Update => Key::AppUpdate,
            Self::Products => Key::AppProducts,
            Self::NewProduct => Key::ProductsNew,
            Self::EditProduct => Key::ProductsEdit,
            Self::ImportProducts => Key::ProductsImport,
            Self::History | Self::Run => Key::AppHistory,
            Self::Settings => Key::AppSettings,
            Self::Webhooks => Key::WebhooksTitle,
            Self::Webhook => Key::WebhooksOne,
        }
    }
}

/// What the part does for the rest of the app.
pub trait LaterPages {
    /// Returns a page.
    fn page(&self, page: LaterPage) -> AnyView;
    /// Returns what became of a product's levels lately, by its id.
    fn product_history(&self, id: String) -> AnyView;
    /// Returns the menu that leads to more products; nothing where this key may not.
    fn add_products(&self) -> AnyView;
    /// Tells whether there is a run that has not ended.
    fn is_running(&self) -> bool;
    /// Returns the name of the worksheet whose edits another one would replace: at hand, or kept
    /// as a draft.
    fn replaced(&self) -> Answer<Option<String>>;
    /// Begins a worksheet of the products with these SKUs.
    fn open_products(&self, skus: Vec<String>);
    /// Returns for how many headers this browser keeps what their columns are.
    fn headers_kept(&self) -> i64;
    /// Returns how many runs [`clear`](Self::clear) would drop.
    fn runs_to_clear(&self) -> Answer<ToClear>;
    /// Drops all drafts of this browser, and all runs but those that are under way.
    fn clear(&self) -> Answer<()>;
}

/// What the part answers in its own time.
pub type Answer<T> = Pin<Box<dyn Future<Output = T>>>;

impl LaterPages for Desk {
    fn page(&self, page: LaterPage) -> AnyView {
        provide_context(*self);
        match page {
            LaterPage::Update => view! { <UpdatePage /> }.into_any(),
            LaterPage::Products => view! { <ProductsPage /> }.into_any(),
            LaterPage::NewProduct => view! { <NewProductPage /> }.into_any(),
            LaterPage::EditProduct => view! { <EditProductPage /> }.into_any(),
            LaterPage::ImportProducts => view! { <ImportPage /> }.into_any(),
            LaterPage::History => view! { <HistoryPage /> }.into_any(),
            LaterPage::Run => view! { <RunPage /> }.into_any(),
            LaterPage::Settings => view! { <SettingsPage /> }.into_any(),
            LaterPage::Webhooks => view! { <WebhooksPage /> }.into_any(),
            LaterPage::Webhook => view! { <EndpointPage /> }.into_any(),
        }
    }

    fn product_history(&self, id: String) -> AnyView {
        ProductHistory(ProductHistoryProps { id }).into_any()
    }

    fn add_products(&self) -> AnyView {
        AddProducts().into_any()
    }

    fn is_running(&self) -> bool {
        self.with_untracked(Model::is_running)
    }

    fn replaced(&self) -> Answer<Option<String>> {
        let desk = *self;
        Box::pin(async move {
            let at_hand = desk.with_untracked(|model| {
                model.is_kept().then(|| (model.has_edits(), model.name.clone(), model.origin))
            });
            let (name, origin) = if let Some((has_edits, name, origin)) = at_hand {
                has_edits.then_some((name, origin))?
            } else {
                let head = desk.kept_head().await?;
                (head.name, head.origin)
            };
            Some(untrack(|| source_name(desk.words(), &name, origin)))
        })
    }

    fn open_products(&self, skus: Vec<String>) {
        self.tell(Msg::ProductsChosen(skus));
    }

    fn headers_kept(&self) -> i64 {
        headers_kept()
    }

    fn runs_to_clear(&self) -> Answer<ToClear> {
        Box::pin(Self::runs_to_clear(*self))
    }

    fn clear(&self) -> Answer<()> {
        Box::pin(Self::clear_kept(*self))
    }
}

/// The part, there or not; copy it into closures.
#[derive(Clone, Copy)]
pub struct LaterPart {
    /// The app's root: what the part begins outlives every page.
    root: StoredValue<Owner>,
    part: RwSignal<Option<SendWrapper<Rc<dyn LaterPages>>>>,
}

impl fmt::Debug for LaterPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LaterPart")
    }
}

/// The part could not be fetched.
#[derive(Clone, Copy, Debug)]
pub struct Unfetched;

impl LaterPart {
    /// Sets it up; call it once, at the app's root.
    pub fn start() -> Self {
        let root = Owner::current().unwrap_or_default();
        Self { root: StoredValue::new(root), part: RwSignal::new(None) }
    }

    /// Returns the part where it is there, and follows it.
    pub fn at_hand(self) -> Option<Rc<dyn LaterPages>> {
        self.part.get().map(SendWrapper::take)
    }

    /// Returns the part, fetched where it is not there yet.
    ///
    /// # Errors
    /// It could not be fetched; another call tries again.
    pub async fn get(self) -> Result<Rc<dyn LaterPages>, Unfetched> {
        fetched().await?;
        if let Some(part) = untrack(|| self.at_hand()) {
            return Ok(part);
        }
        let part = begin(self.root.get_value()).await?;
        self.part.set(Some(SendWrapper::new(Rc::clone(&part))));
        Ok(part)
    }
}

/// Returns the part as the app provides it.
pub fn use_later() -> LaterPart {
    expect_context::<LaterPart>()
}

/// The page, or what stands there until it is fetched.
#[component]
pub fn LaterShell(
    /// Which page.
    page: LaterPage,
) -> impl IntoView {
    let words = use_words();
    let later = use_later();
    let has_failed = RwSignal::new(false);
    let fetch = move || {
        has_failed.set(false);
        spawn_local(async move {
            if later.get().await.is_err() {
                has_failed.try_set(true);
            }
        });
    };
    fetch();
    move || {
        match later.at_hand() {
        Some(part) => part.page(page),
        None if has_failed.get() => view! {
            <h1 id="page-title" class="visually-hidden" tabindex="-1">{words.t(page.title())}</h1>
            <EmptyState title=words.label(Key::AppPartFailed) about=words.label(Key::AppPartFailedAbout)>
                <button type="button" class="button primary" on:click=move |_| fetch()>
                    {words.t(Key::AppRetry)}
                </button>
            </EmptyState>
        }
        .into_any(),
        None => view! {
            <h1 id="page-title" class="visually-hidden" tabindex="-1">{words.t(page.title())}</h1>
            <Skeleton rows=4 label=words.label(Key::AppLoading) />
        }
        .into_any(),
    }
    }
}

#[cfg(feature = "split")]
use apart::{begin, fetched};
#[cfg(not(feature = "split"))]
use whole::{begin, fetched};

/// The part is a file of its own.
#[cfg(feature = "split")]
mod apart {
    #![expect(clippy::unnecessary_wraps, reason = "fetching the file may fail")]

    use wasm_split_helpers::{SplitLoaderError, wasm_split};

    use super::{LaterPages, Owner, Rc, Unfetched, start};

    /// Waits until the file is there.
    pub(super) async fn fetched() -> Result<(), Unfetched> {
        Ok(fetch().await?)
    }

    /// The way into the file.
    #[wasm_split(later, fallible, preload(fetch))]
    pub(super) fn begin(root: Owner) -> Result<Rc<dyn LaterPages>, Unfetched> {
        Ok(start(&root))
    }

    impl From<SplitLoaderError> for Unfetched {
        fn from(_: SplitLoaderError) -> Self {
            Self
        }
    }
}

/// The app is one file.
#[cfg(not(feature = "split"))]
mod whole {
    use super::{LaterPages, Owner, Rc, Unfetched, start};

    pub(super) async fn fetched() -> Result<(), Unfetched> {
        Ok(())
    }

    pub(super) async fn begin(root: Owner) -> Result<Rc<dyn LaterPages>, Unfetched> {
        Ok(start(&root))
    }
}

fn start(root: &Owner) -> Rc<dyn LaterPages> {
    root.with(|| {
        let desk = Desk::start(use_connection(), use_stock(), use_words());
        Rc::new(desk) as Rc<dyn LaterPages>
    })
}
