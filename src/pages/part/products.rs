//! The part of products: all of them, one as a panel over a list, its form, their import.

use std::rc::Rc;

use leptos::prelude::*;

use super::Part;
use crate::pages::product::ProductPanel;
use crate::pages::product_form::{EditProductPage, NewProductPage};
use crate::pages::product_import::ImportPage;
use crate::pages::product_menu::AddProducts;
use crate::pages::products::ProductsPage;
use crate::route::Under;

/// What the part does for the rest of the app.
pub trait ProductsPart {
    /// Returns the page of all products.
    fn all(&self) -> AnyView;
    /// Returns the form of a product that is not there yet.
    fn new_product(&self) -> AnyView;
    /// Returns the form of the product that the address names.
    fn edit_product(&self) -> AnyView;
    /// Returns the page of the import.
    fn import(&self) -> AnyView;
    /// Returns the panel of a product, by SKU or id, over a list.
    fn panel(&self, id: String, under: Under) -> AnyView;
    /// Returns the ways from the inventory to more products.
    fn add_products(&self) -> AnyView;
}

/// The pages themselves.
struct Pages;

super::way_in!(products);

/// Sets the part up; call it once, at the app's root.
pub(super) fn start() -> Part<dyn ProductsPart> {
    Part::start(WAY)
}

/// Returns the part as the app provides it.
pub fn use_products() -> Part<dyn ProductsPart> {
    expect_context::<Part<dyn ProductsPart>>()
}

fn make() -> Rc<dyn ProductsPart> {
    Rc::new(Pages)
}

impl ProductsPart for Pages {
    fn all(&self) -> AnyView {
        view! { <ProductsPage /> }.into_any()
    }

    fn new_product(&self) -> AnyView {
        view! { <NewProductPage /> }.into_any()
    }

    fn edit_product(&self) -> AnyView {
        view! { <EditProductPage /> }.into_any()
    }

    fn import(&self) -> AnyView {
        view! { <ImportPage /> }.into_any()
    }

    fn panel(&self, id: String, under: Under) -> AnyView {
        view! { <ProductPanel id=id under=under /> }.into_any()
    }

    fn add_products(&self) -> AnyView {
        view! { <AddProducts /> }.into_any()
    }
}
