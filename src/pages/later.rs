//! The pages that come later than the first, each with the part that it is in.

use leptos::prelude::*;

use super::part::{MorePart, ProductsPart, UpdatePart, use_more, use_products, use_update};
use crate::words::Key;

/// How many grey bars stand for a page.
const ROWS: usize = 4;

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
    /// Who may sign in.
    People,
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
            Self::People => Key::PeopleTitle,
            Self::Webhooks => Key::WebhooksTitle,
            Self::Webhook => Key::WebhooksOne,
        }
    }
}

/// The page, or what stands there until its part is fetched.
#[component]
pub fn LaterShell(
    /// Which page.
    page: LaterPage,
) -> impl IntoView {
    let (update, products, more) = (use_update(), use_products(), use_more());
    let title = Some(page.title());
    match page {
        LaterPage::Update => update.show(UpdatePart::page, ROWS, title),
        LaterPage::Run => update.show(UpdatePart::run, ROWS, title),
        LaterPage::Products => products.show(ProductsPart::all, ROWS, title),
        LaterPage::NewProduct => products.show(ProductsPart::new_product, ROWS, title),
        LaterPage::EditProduct => products.show(ProductsPart::edit_product, ROWS, title),
        LaterPage::ImportProducts => products.show(ProductsPart::import, ROWS, title),
        LaterPage::History => more.show(MorePart::history, ROWS, title),
        LaterPage::Settings => more.show(MorePart::settings, ROWS, title),
        LaterPage::People => more.show(MorePart::people, ROWS, title),
        LaterPage::Webhooks => more.show(MorePart::webhooks, ROWS, title),
        LaterPage::Webhook => more.show(MorePart::webhook, ROWS, title),
    }
}
