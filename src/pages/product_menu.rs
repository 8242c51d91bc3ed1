//! The menu in the inventory that leads to more products: a form, an import.

use leptos::prelude::*;

use crate::browser::page;
use crate::connection::use_connection;
use crate::route::Route;
use crate::ui::{Icon, Sign};
use crate::words::{Key, use_words};

/// The ways to more products, where this key may.
#[component]
pub fn AddProducts() -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let close = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" {
            page::close_details("add-products");
        }
    };
    move || {
        let new = connection.can_edit_products().then_some((Route::NewProduct, Key::ProductsNew));
        let import = connection
            .can_import_products()
            .then_some((Route::ImportProducts, Key::ProductsImport));
        let ways: Vec<(Route, Key)> = new.into_iter().chain(import).collect();
        (!ways.is_empty()).then(|| {
            let link = |(route, key): (Route, Key)| {
                view! { <a href=route.href()>{words.text(key)}</a> }
            };
            view! {
                <details
                    id="add-products"
                    class="menu"
                    on:keydown=close
                    on:focusout=|event| page::close_details_left("add-products", &event)
                >
                    <summary class="button">
                        <Icon sign=Sign::Plus />
                        <span>{words.text(Key::ProductsAdd)}</span>
                    </summary>
                    <div class="menu-items">{ways.into_iter().map(link).collect_view()}</div>
                </details>
            }
        })
    }
}
