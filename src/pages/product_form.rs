//! A product's form: a new one is created, one that is there changed or deleted.

pub mod draft;
pub mod fields;
pub mod form;
pub mod kept;
mod tell;

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::leaving::AskToLeave;
use super::product_import::NotHere;
use crate::app::frame::PageHead;
use crate::connection::failure::{tell as tell_failure, tell_write};
use crate::connection::{Failure, use_connection};
use crate::route::{ProductsView, Route, use_navigator};
use crate::ui::{Confirm, EmptyState, Icon, Notice, Sign, Skeleton, Tone};
use crate::words::{Key, Plural, use_words};
use fields::Fields;
use form::Form;

/// The form of a product that is not there yet.
#[component]
pub fn NewProductPage() -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    view! {
        <PageHead title=words.label(Key::ProductsNew) />
        <Show when=move || connection.can_edit_products() fallback=|| view! { <NotHere /> }>
            {
                let form = Form::start("");
                form.begin_new();
                view! { <Filled form=form /> }
            }
        </Show>
    }
}

/// The form of the product that the address names.
#[component]
pub fn EditProductPage() -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let navigator = use_navigator();
    let id = Memo::new(move |_| match navigator.route() {
        Route::EditProduct(id) => id,
        _ => String::new(),
    });
    view! {
        <PageHead title=words.label(Key::ProductsEdit) />
        <Show when=move || connection.can_edit_products() fallback=|| view! { <NotHere /> }>
            {move || {
                let id = id.get();
                view! { <Edited id=id /> }
            }}
        </Show>
    }
}

#[component]
fn Edited(id: String) -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let form = Form::start(&id);
    form.keep_on();
    let unread = RwSignal::new(None::<Failure>);
    let id = StoredValue::new(id);
    let load = move || {
        unread.set(None);
        spawn_local(async move {
            let Some(id) = id.try_get_value().filter(|id| !id.is_empty()) else { return };
            match connection.product(&id).await {
                Ok(product) => form.begin(product),
                Err(failure) => {
                    unread.try_set(Some(failure));
                }
            }
        });
    };
    load();
    let is_read = Memo::new(move |_| form.product.with(Option::is_some));
    move || match (is_read.get(), unread.get()) {
        (true, _) => view! { <Filled form=form /> }.into_any(),
        (false, Some(Failure::NotFound)) => {
            let title = id.with_value(|id| words.fill(Key::ProductMissing, &[("id", id)]));
            view! {
                <EmptyState title=title about=words.label(Key::ProductMissingAbout)>
                    <a class="button" href=Route::Products(ProductsView::default()).href()>
                        {words.text(Key::AppToProducts)}
                    </a>
                </EmptyState>
            }
            .into_any()
        }
        (false, Some(failure)) => {
            let told = tell_failure(words, connection, &failure);
            view! {
                <Notice tone=Tone::Error title=told.title about=told.about>
                    <button type="button" class="button" on:click=move |_| load()>
                        {words.text(Key::AppRetry)}
                    </button>
                </Notice>
            }
            .into_any()
        }
        (false, None) => {
            view! { <Skeleton rows=5 label=words.label(Key::AppLoading) /> }.into_any()
        }
    }
}

#[component]
fn Filled(form: Form) -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        form.save();
    };
    let failed = move || {
        let failure = form.failure.get()?;
        let told = tell_write(words, connection, &failure);
        Some(view! { <Notice tone=Tone::Error title=told.title about=told.about /> })
    };
    let back = move || {
        form.is_back.get().then(|| {
            view! {
                <Notice tone=Tone::Info title=words.label(Key::ProductsTypedBack)>
                    <button type="button" class="button" on:click=move |_| form.give_up()>
                        {words.t(Key::ProductReset)}
                    </button>
                </Notice>
            }
        })
    };
    view! {
        <form class="product-form" novalidate=true on:submit=save>
            {back}
            <Fields form=form />
            {failed}
            <Foot form=form />
        </form>
        <AskToLeave
            would_lose=Arc::new(move |_: &Route| form.has_unsaved())
            on_leave=move |()| form.forget()
        />
    }
}

#[component]
fn Foot(form: Form) -> impl IntoView {
    let words = use_words();
    let is_asking = RwSignal::new(false);
    let product = Memo::new(move |_| {
        form.product.with(|product| {
            let id = |p: &stockroom_api::product::Product| {
                p.external_id.clone().unwrap_or_else(|| p.id.clone())
            };
            product.as_ref().map(|product| (id(product), product.name.clone()))
        })
    });
    let under = use_navigator().under();
    let back = move || {
        let under = under.clone();
        match product.get() {
            Some((id, _)) => Route::Product { id, under }.href(),
            None => Route::of_list(under).href(),
        }
    };
    let label = move || {
        words.text(match (form.is_saving.get(), product.with(Option::is_some)) {
            (true, _) => Key::ProductSaving,
            (false, true) => Key::ProductSave,
            (false, false) => Key::ProductsCreate,
        })
    };
    let faults = Memo::new(move |_| i64::try_from(form.count_faults()).unwrap_or(i64::MAX));
    let wrong = move || {
        let count = faults.get();
        (count > 0).then(|| {
            let text = words.count(Plural::ProductsFaults, count, &[]);
            view! { <span class="form-wrong"><Icon sign=Sign::Error />{text}</span> }
        })
    };
    let is_idle =
        move || form.is_saving.get() || (product.with(Option::is_some) && !form.is_changed());
    let title = Signal::derive(move || {
        let name = product.get().map(|(_, name)| name).unwrap_or_default();
        words.fill(Key::ProductsDeleteTitle, &[("name", &name)])
    });
    view! {
        {move || product.with(Option::is_some).then(|| view! {
            <div>
                <button
                    type="button"
                    class="button quiet product-delete"
                    on:click=move |_| is_asking.set(true)
                >
                    {words.text(Key::ProductsDelete)}
                </button>
            </div>
        })}
        <footer class="card card-foot product-form-foot">
            <p class="foot-about" role="status">{wrong}</p>
            <a class="button" href=back>{words.t(Key::AppCancel)}</a>
            <button
                type="submit"
                class="button primary"
                aria-disabled=move || is_idle().then_some("true")
            >
                {label}
            </button>
        </footer>
        <Show when=move || is_asking.get()>
            <Confirm
                title=title
                about=words.label(Key::ProductsDeleteAbout)
                yes=words.label(Key::ProductsDeleteYes)
                no=words.label(Key::AppCancel)
                is_dangerous=true
                on_answer=move |yes: bool| {
                    is_asking.set(false);
                    if yes {
                        form.delete();
                    }
                }
            />
        </Show>
    }
}
