//! The pages that come later than the first, each with the part that it is in.

use leptos::prelude::*;

use super::part::{
    FromPart, MorePart, Part, ProductsPart, UpdatePart, use_more, use_products, use_update,
};
use crate::words::{Key, use_words};

/// A page of a part.
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

    fn place(self) -> Place {
        match self {
            Self::Update => Place::Update(|part| part.page()),
            Self::Run => Place::Update(|part| part.run()),
            Self::Products => Place::Products(|part| part.all()),
            Self::NewProduct => Place::Products(|part| part.new_product()),
            Self::EditProduct => Place::Products(|part| part.edit_product()),
            Self::ImportProducts => Place::Products(|part| part.import()),
            Self::History => Place::More(|part| part.history()),
            Self::Settings => Place::More(|part| part.settings()),
            Self::Webhooks => Place::More(|part| part.webhooks()),
            Self::Webhook => Place::More(|part| part.webhook()),
        }
    }
}

/// Where a page is shown from.
enum Place {
    Update(fn(&dyn UpdatePart) -> AnyView),
    Products(fn(&dyn ProductsPart) -> AnyView),
    More(fn(&dyn MorePart) -> AnyView),
}

/// The page, or what stands there until its part is fetched.
#[component]
pub fn LaterShell(
    /// Which page.
    page: LaterPage,
) -> impl IntoView {
    match page.place() {
        Place::Update(show) => shell(page, use_update(), show),
        Place::Products(show) => shell(page, use_products(), show),
        Place::More(show) => shell(page, use_more(), show),
    }
}

fn shell<T: ?Sized + 'static>(page: LaterPage, part: Part<T>, show: fn(&T) -> AnyView) -> AnyView {
    let words = use_words();
    let is_here = Memo::new(move |_| part.at_hand().is_some());
    view! {
        {move || (!is_here.get()).then(|| view! {
            <h1 id="page-title" class="visually-hidden" tabindex="-1">{words.t(page.title())}</h1>
        })}
        <FromPart part=part show=show rows=4 />
    }
    .into_any()
}
