//! One product, as a panel over the list: its level and its variants', before → after as you type.

pub mod fields;
pub mod state;

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::product::{Product, Status};

use crate::browser::{clock, files};
use crate::connection::failure::tell;
use crate::connection::{Connection, Failure, use_connection};
use crate::pages::leaving::AskToLeave;
use crate::pages::level::{Place, Saver, Stop, Subject, words as said};
use crate::pages::part::use_more;
use crate::route::{Route, Under, use_navigator};
use crate::settings::{Settings, use_settings};
use crate::stock::{Stock, use_stock};
use crate::ui::{Dialog, EmptyState, Icon, Notice, Placement, Sign, Skeleton, Tag, Tone};
use crate::words::{Key, use_words};
use fields::Fields;
use state::Entries;

/// The panel's state; copy it into closures.
#[derive(Clone, Copy, Debug)]
pub struct Panel {
    product: RwSignal<Option<Product>>,
    entries: RwSignal<Entries>,
    is_saving: RwSignal<bool>,
    /// Why the product could not be read.
    failure: RwSignal<Option<Failure>>,
    /// Why the last save stopped.
    stop: RwSignal<Option<Stop>>,
    /// Whether the last save went through and nothing was typed since.
    is_saved: RwSignal<bool>,
    /// Whether absolute levels were saved before the relative ones stopped.
    is_partly_saved: RwSignal<bool>,
    saver: Saver,
    settings: Settings,
    connection: Connection,
    stock: Stock,
}

/// The panel of the product that the address names.
#[component]
pub fn ProductPanel(
    /// Its SKU or id.
    id: String,
    /// The list under it.
    under: Under,
) -> impl IntoView {
    let words = use_words();
    let navigator = use_navigator();
    let panel = Panel::new();
    let would_lose =
        move |_: &Route| panel.entries.try_with_untracked(Entries::is_blank) == Some(false);
    panel.load(&id);
    let name = {
        let id = id.clone();
        let stock = use_stock();
        move || {
            let read =
                panel.product.with(|product| product.as_ref().map(|product| product.name.clone()));
            let listed = || stock.with(|list| list.by_key(&id).map(|row| row.item.name.clone()));
            read.or_else(listed).unwrap_or_else(|| id.clone())
        }
    };
    let back = Route::of_list(under);
    view! {
        <Dialog
            title=Signal::derive(name)
            close=words.label(Key::AppClose)
            placement=Placement::Side
            on_close=move |()| navigator.go(&back)
        >
            <PanelBody panel=panel id=id />
        </Dialog>
        <AskToLeave would_lose=Arc::new(would_lose) />
    }
}

#[component]
fn PanelBody(panel: Panel, id: String) -> impl IntoView {
    let words = use_words();
    let is_read = Memo::new(move |_| panel.product.with(Option::is_some));
    let id = StoredValue::new(id);
    move || {
        if is_read.get() {
            return view! { <Loaded panel=panel /> }.into_any();
        }
        match panel.failure.get() {
            Some(Failure::NotFound) => {
                let title = id.with_value(|id| words.fill(Key::ProductMissing, &[("id", id)]));
                view! { <EmptyState title=title about=words.text(Key::ProductMissingAbout).to_owned() /> }.into_any()
            }
            Some(failure) => {
                let told = tell(words, panel.connection, &failure);
                view! {
                    <div class="dialog-body">
                        <Notice tone=Tone::Error title=told.title about=told.about>
                            <button
                                type="button"
                                class="button"
                                on:click=move |_| id.with_value(|id| panel.load(id))
                            >
                                {words.text(Key::AppRetry)}
                            </button>
                        </Notice>
                    </div>
                }
                .into_any()
            }
            None => view! {
                <Skeleton rows=3 label=words.text(Key::AppLoading).to_owned() />
            }
            .into_any(),
        }
    }
}

#[component]
fn Loaded(panel: Panel) -> impl IntoView {
    let words = use_words();
    let connection = panel.connection;
    let is_untracked = Memo::new(move |_| {
        panel
            .product
            .with(|product| product.as_ref().is_some_and(|product| product.quantity.is_none()))
    });
    let more = use_more();
    let id =
        Memo::new(move |_| panel.product.with(|product| product.as_ref().map(|p| p.id.clone())));
    let history = move || {
        let part = more.at_hand().filter(|_| connection.capabilities().history)?;
        Some(part.product_history(id.get()?))
    };
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        panel.save();
    };
    view! {
        <form class="panel" on:submit=save>
            <div class="dialog-body">
                <Facts panel=panel />
                {move || is_untracked.get().then(|| view! {
                    <Notice
                        tone=Tone::Info
                        title=words.text(Key::ProductUntracked).to_owned()
                        about=words.text(Key::ProductUntrackedAbout).to_owned()
                    />
                })}
                <Stopped panel=panel />
                <Fields panel=panel />
                {history}
            </div>
            {move || connection.can_write().then(|| view! { <Foot panel=panel /> })}
        </form>
    }
}

/// SKU, threshold, whether it is on sale.
#[component]
fn Facts(panel: Panel) -> impl IntoView {
    let words = use_words();
    let is_copied = RwSignal::new(false);
    let copy = move |sku: String| {
        spawn_local(async move {
            if files::copy(&sku).await {
                is_copied.try_set(true);
                clock::sleep(2_000).await;
                is_copied.try_set(false);
            }
        });
    };
    let sign = move || if is_copied.get() { Sign::Check } else { Sign::Copy };
    move || {
        let product = panel.product.get()?;
        let threshold = match product.low_stock_threshold {
            Some(units) => {
                words.fill(Key::ProductThreshold, &[("threshold", &words.number(units))])
            }
            None => words.text(Key::ProductNoThreshold).to_owned(),
        };
        let sku = product.external_id.clone().map(|sku| {
            let copied = sku.clone();
            view! {
                <bdi class="sku" dir="ltr">{sku}</bdi>
                <button
                    type="button"
                    class="button quiet icon-only small"
                    aria-label=words.text(Key::ProductCopySku)
                    on:click=move |_| copy(copied.clone())
                >
                    {move || view! { <Icon sign=sign() /> }}
                </button>
            }
        });
        let no_sku = product.external_id.is_none().then(|| {
            view! {
                <span class="muted">{words.text(Key::InventoryNoSkuAbout)}</span>
            }
        });
        let edit = panel.connection.can_edit_products().then(|| {
            let href = Route::EditProduct(product.external_id.clone().unwrap_or(product.id)).href();
            view! { <a class="facts-edit" href=href>{words.text(Key::ProductsEdit)}</a> }
        });
        let off_sale = (product.status == Status::Disabled).then(|| {
            view! {
                <Tag label=words.text(Key::ProductDisabled) />
            }
        });
        Some(view! {
            <div class="facts">
                {sku}{no_sku}<span class="muted">{threshold}</span>{off_sale}
                {edit}
            </div>
            <span class="visually-hidden" role="status">
                {move || is_copied.get().then(|| words.text(Key::ProductCopied))}
            </span>
        })
    }
}

/// Why the last save stopped, where no single field is to blame.
#[component]
fn Stopped(panel: Panel) -> impl IntoView {
    let words = use_words();
    move || {
        let stop = panel.stop.get()?;
        let reason = said::stop(words, panel.connection, &stop);
        let title = if panel.is_partly_saved.get() {
            words.fill(Key::ProductPartly, &[("reason", &reason)])
        } else if stop.place().is_some() {
            return None;
        } else {
            reason
        };
        Some(view! { <Notice tone=Tone::Error title=title /> })
    }
}

#[component]
fn Foot(panel: Panel) -> impl IntoView {
    let words = use_words();
    let can_save = Memo::new(move |_| {
        let style = panel.settings.number_style.get();
        !panel.is_saving.get() && panel.entries.with(|entries| entries.asks(style).is_some())
    });
    let is_blank = Memo::new(move |_| panel.entries.with(Entries::is_blank));
    let label = move || {
        let key = if panel.is_saving.get() { Key::ProductSaving } else { Key::ProductSave };
        words.text(key)
    };
    view! {
        <footer class="dialog-foot">
            <span class="saved" role="status">
                {move || panel.is_saved.get().then(|| view! {
                    <Icon sign=Sign::Check />
                    {words.text(Key::ProductSaved)}
                })}
            </span>
            {move || (!is_blank.get()).then(|| view! {
                <button
                    type="button"
                    class="button"
                    on:click=move |_| {
                        panel.entries.update(Entries::clear);
                        panel.stop.set(None);
                    }
                >
                    {words.text(Key::ProductReset)}
                </button>
            })}
            <button
                type="submit"
                class="button primary"
                aria-disabled=move || (!can_save.get()).then_some("true")
            >
                {label}
            </button>
        </footer>
    }
}

impl Panel {
    fn new() -> Self {
        let (connection, stock) = (use_connection(), use_stock());
        Self {
            product: RwSignal::new(None),
            entries: RwSignal::new(Entries::default()),
            is_saving: RwSignal::new(false),
            failure: RwSignal::new(None),
            stop: RwSignal::new(None),
            is_saved: RwSignal::new(false),
            is_partly_saved: RwSignal::new(false),
            saver: Saver::new(connection, stock),
            settings: use_settings(),
            connection,
            stock,
        }
    }

    fn load(self, id: &str) {
        let id = id.to_owned();
        self.failure.set(None);
        spawn_local(async move { self.read(&id).await });
    }

    /// Reads the product; what was typed stays.
    async fn read(self, id: &str) {
        match self.connection.product(id).await {
            Ok(product) => {
                self.stock.put(&product);
                self.entries.try_update(|entries| *entries = Entries::of(&product, entries));
                self.product.try_set(Some(product));
            }
            Err(failure) => {
                self.failure.try_set(Some(failure));
            }
        }
    }

    fn save(self) {
        let style = self.settings.number_style.get_untracked();
        let asks = self.entries.with_untracked(|entries| entries.asks(style));
        let (Some(asks), Some(product)) = (asks, self.product.get_untracked()) else { return };
        if self.is_saving.get_untracked() {
            return;
        }
        let subject = Subject { product_id: product.id, external_id: product.external_id };
        self.is_saving.set(true);
        self.is_saved.set(false);
        self.stop.set(None);
        spawn_local(async move {
            let outcome = self.saver.save(&subject, &asks).await;
            if outcome.is_any_saved {
                let saved = asks.iter().filter(|ask| outcome.has_saved(ask));
                let places: Vec<Place> = saved.map(|ask| ask.place.clone()).collect();
                self.entries.try_update(|entries| {
                    for place in &places {
                        entries.forget(place);
                    }
                });
            }
            if outcome.is_any_saved || outcome.stop.is_some() {
                self.read(&subject.product_id).await;
            }
            self.is_saving.try_set(false);
            self.is_partly_saved.try_set(outcome.is_any_saved && outcome.stop.is_some());
            self.is_saved.try_set(outcome.stop.is_none());
            self.stop.try_set(outcome.stop);
        });
    }
}
