//! What of all products is looked for: a text, and whether they are on sale; both are in the address.

use leptos::prelude::*;
use stockroom_api::product::Status;

use crate::browser::clock;
use crate::connection::use_connection;
use crate::route::{ProductsView, Route, use_navigator};
use crate::ui::{Icon, Sign};
use crate::words::{Key, use_words};

/// How long nothing is typed before it is looked for: each search is a request.
const REST_MS: i32 = 300;

/// The bar over the list. Only our server searches; of another the whole list is shown.
#[component]
pub fn Bar(view: Memo<ProductsView>) -> impl IntoView {
    let connection = use_connection();
    let can_search = Memo::new(move |_| connection.capabilities().product_import);
    view! {
        <Show when=move || can_search.get()>
            <div class="list-bar products-bar" role="search">
                <Search view=view />
                <StatusChoice view=view />
            </div>
        </Show>
    }
}

#[component]
fn Search(view: Memo<ProductsView>) -> impl IntoView {
    let words = use_words();
    let navigator = use_navigator();
    let typed = RwSignal::new(view.get_untracked().search);
    let strokes = StoredValue::new(0_u32);
    // Back and forward change the search under the field.
    Effect::new(move |_| {
        let search = view.get().search;
        if search.trim() != typed.get_untracked().trim() {
            typed.set(search);
        }
    });
    let look = move || {
        let search = typed.get_untracked().trim().to_owned();
        let now = view.get_untracked();
        if search != now.search {
            navigator.replace(&Route::Products(ProductsView { search, page: 1, ..now }));
        }
    };
    let type_in = move |text: String| {
        typed.set(text);
        let stroke = strokes.get_value().wrapping_add(1);
        strokes.set_value(stroke);
        leptos::task::spawn_local(async move {
            clock::sleep(REST_MS).await;
            if strokes.try_get_value() == Some(stroke) {
                look();
            }
        });
    };
    let press = move |event: leptos::ev::KeyboardEvent| match event.key().as_str() {
        "Enter" => look(),
        "Escape" if !typed.get_untracked().is_empty() => {
            event.prevent_default();
            typed.set(String::new());
            look();
        }
        _ => {}
    };
    view! {
        <div class="search">
            <Icon sign=Sign::Search />
            <input
                id="search"
                class="input"
                type="search"
                autocomplete="off"
                spellcheck="false"
                dir="auto"
                aria-label=words.t(Key::ProductsSearch)
                placeholder=words.t(Key::ProductsSearch)
                prop:value=move || typed.get()
                on:input:target=move |event| type_in(event.target().value())
                on:keydown=press
            />
            <kbd aria-hidden="true">"/"</kbd>
        </div>
    }
}

#[component]
fn StatusChoice(view: Memo<ProductsView>) -> impl IntoView {
    let words = use_words();
    let navigator = use_navigator();
    let choices = [
        (None, Key::ProductsAnyStatus),
        (Some(Status::Active), Key::ProductsOnSale),
        (Some(Status::Disabled), Key::ProductDisabled),
    ];
    let option = move |(status, key): (Option<Status>, Key)| {
        let value = status.map_or("", Status::as_str);
        let is_on = move || view.with(|view| view.status == status);
        view! { <option value=value selected=is_on>{words.t(key)}</option> }
    };
    view! {
        <select
            class="select"
            aria-label=words.t(Key::ProductsStatus)
            on:change:target=move |event| {
                let status = Status::from_api(&event.target().value());
                let now = view.get_untracked();
                navigator.replace(&Route::Products(ProductsView { status, page: 1, ..now }));
            }
        >
            {choices.map(option).collect_view()}
        </select>
    }
}
