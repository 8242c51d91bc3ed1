//! Choosing products, and carrying them to Update stock.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::chosen::{Chosen, Share};
use super::state::Line;
use crate::app::viewport::use_viewport;
use crate::connection::use_connection;
use crate::pages::part::{Part, UpdatePart, use_update};
use crate::route::{Navigator, Route, use_navigator};
use crate::stock::list::Row;
use crate::stock::{Stock, use_stock};
use crate::ui::{Confirm, Toasts, Tone, use_toasts};
use crate::words::{Key, Plural, Words, use_words};

/// The chosen products; copy it into closures.
#[derive(Clone, Copy, Debug)]
pub struct Selection {
    chosen: RwSignal<Chosen>,
    /// The products that tab and search show, in their order.
    shown: Memo<Vec<String>>,
    /// On a phone: whether the boxes are there.
    is_choosing: RwSignal<bool>,
}

/// Returns the selection that the page provides.
pub fn use_selection() -> Selection {
    expect_context::<Selection>()
}

impl Selection {
    /// Returns one with nothing chosen; call it in the page.
    pub fn start(lines: Memo<Vec<Line>>) -> Self {
        let shown = Memo::new(move |_| {
            let products = |line: &&Line| line.variant_id.is_none();
            lines.with(|lines| {
                lines.iter().filter(products).map(|line| line.product_id.clone()).collect()
            })
        });
        let chosen = RwSignal::new(Chosen::default());
        let stock = use_stock();
        Effect::new(move |_| {
            // A product that is gone after a new reading is chosen no longer.
            let is_reading = stock.progress().is_reading;
            if !is_reading && chosen.with_untracked(|chosen| chosen.count() > 0) {
                let is_there = |id: &str| stock.with_untracked(|list| list.by_id(id).is_some());
                chosen.update(|chosen| chosen.retain(is_there));
            }
        });
        Self { chosen, shown, is_choosing: RwSignal::new(false) }
    }

    /// Tells whether a product is chosen and follows it.
    pub fn is_chosen(self, id: &str) -> bool {
        self.chosen.with(|chosen| chosen.is_chosen(id))
    }

    /// Tells whether boxes are shown on a phone, and follows it.
    pub fn is_choosing(self) -> bool {
        self.is_choosing.get()
    }

    /// Chooses a product or leaves it; `is_range` takes those since the last one along.
    pub fn press(self, id: &str, is_range: bool) {
        self.chosen.update(|chosen| {
            if is_range {
                self.shown.with_untracked(|shown| chosen.extend(id, shown));
            } else {
                chosen.toggle(id);
            }
        });
    }

    fn press_all(self) {
        self.chosen.update(|chosen| self.shown.with_untracked(|shown| chosen.toggle_all(shown)));
    }

    fn choose_shown(self) {
        self.chosen.update(|chosen| self.shown.with_untracked(|shown| chosen.set(shown, true)));
    }

    fn clear(self) {
        self.chosen.update(Chosen::clear);
        self.is_choosing.set(false);
    }

    fn share(self) -> Share {
        self.chosen.with(|chosen| self.shown.with(|shown| chosen.share(shown)))
    }
}

/// The box of the headings: all that are shown.
#[component]
pub fn PickHead() -> impl IntoView {
    let words = use_words();
    let selection = use_selection();
    let share = Memo::new(move |_| selection.share());
    view! {
        <div role="columnheader" class="c-pick">
            <label class="pick">
                <input
                    type="checkbox"
                    aria-label=words.t(Key::BulkPickAll)
                    prop:checked=move || share.get() == Share::All
                    prop:indeterminate=move || share.get() == Share::Some
                    on:change=move |_| selection.press_all()
                />
            </label>
        </div>
    }
}

/// The box of a product; a variant goes with its product.
#[component]
pub fn PickCell(row: Memo<Option<Row>>, line: StoredValue<Line>) -> impl IntoView {
    let words = use_words();
    let selection = use_selection();
    if line.with_value(|line| line.variant_id.is_some()) {
        return view! { <div role="gridcell" class="c-pick"></div> }.into_any();
    }
    let id = move || line.with_value(|line| line.product_id.clone());
    let is_chosen = move || line.with_value(|line| selection.is_chosen(&line.product_id));
    let label = move || {
        let name = row.with(|row| row.as_ref().map(|row| row.item.name.clone()));
        words.fill(Key::BulkPick, &[("name", &name.unwrap_or_default())])
    };
    let pressed = move |event: leptos::ev::MouseEvent| {
        selection.press(&id(), event.shift_key());
        // The browser has turned the box round already, which a range may not have meant.
        let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        if let Some(field) = field {
            field.set_checked(untrack(is_chosen));
        }
    };
    // With Shift the browser would select the texts between.
    let held = move |event: leptos::ev::MouseEvent| {
        if event.shift_key() {
            event.prevent_default();
        }
    };
    view! {
        <div role="gridcell" class="c-pick" on:mousedown=held>
            <label class="pick">
                <input
                    type="checkbox"
                    tabindex="-1"
                    aria-label=label
                    prop:checked=is_chosen
                    on:click=pressed
                />
            </label>
        </div>
    }
    .into_any()
}

/// On a phone: shows the boxes, or takes them away.
#[component]
pub fn ChooseToggle() -> impl IntoView {
    let words = use_words();
    let selection = use_selection();
    let viewport = use_viewport();
    let connection = use_connection();
    let press = move |_| {
        if selection.is_choosing.get_untracked() {
            selection.clear();
        } else {
            selection.is_choosing.set(true);
        }
    };
    let is_there = Memo::new(move |_| viewport.is_narrow() && connection.can_write());
    move || {
        is_there.get().then(|| {
            view! {
                <button
                    type="button"
                    class="button choose"
                    aria-pressed=move || selection.is_choosing().to_string()
                    on:click=press
                >
                    {words.t(Key::BulkChoose)}
                </button>
            }
        })
    }
}

/// What can be done with the chosen products.
#[component]
pub fn SelectionBar() -> impl IntoView {
    let words = use_words();
    let selection = use_selection();
    let carrier = Carrier::start(selection);
    let count = Memo::new(move |_| selection.chosen.with(Chosen::count));
    let is_any = Memo::new(move |_| count.get() > 0);
    let has_more = Memo::new(move |_| selection.share() != Share::All);
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let all = move || {
        let shown = selection.shown.with(Vec::len);
        words.count(Plural::BulkSelectAll, number(shown), &[])
    };
    view! {
        <Show when=move || is_any.get()>
            <section class="selection-bar" aria-label=words.t(Key::BulkBar)>
                <p class="selection-count" role="status">
                    {move || words.count(Plural::BulkSelected, number(count.get()), &[])}
                </p>
                <Show when=move || has_more.get()>
                    <button type="button" class="button quiet all" on:click=move |_| selection.choose_shown()>
                        {all}
                    </button>
                </Show>
                <button type="button" class="button quiet clear" on:click=move |_| selection.clear()>
                    {words.t(Key::BulkClear)}
                </button>
                <button type="button" class="button primary" on:click=move |_| carrier.press()>
                    {words.t(Key::AppUpdate)}
                </button>
            </section>
        </Show>
        {move || carrier.asks.get().map(|name| view! {
            <Confirm
                title=words.label(Key::BulkReplaceTitle)
                about=Signal::derive(move || words.fill(Key::BulkReplaceAbout, &[("name", &name)]))
                yes=words.label(Key::BulkReplace)
                no=words.label(Key::AppCancel)
                is_dangerous=true
                on_answer=move |yes| carrier.answer(yes)
            />
        })}
    }
}

/// Carries the chosen products to Update stock.
#[derive(Clone, Copy)]
struct Carrier {
    selection: Selection,
    words: Words,
    update: Part<dyn UpdatePart>,
    stock: Stock,
    toasts: Toasts,
    navigator: Navigator,
    /// The worksheet that would be replaced, while that is asked.
    asks: RwSignal<Option<String>>,
}

impl Carrier {
    fn start(selection: Selection) -> Self {
        Self {
            selection,
            words: use_words(),
            update: use_update(),
            stock: use_stock(),
            toasts: use_toasts(),
            navigator: use_navigator(),
            asks: RwSignal::new(None),
        }
    }

    fn press(self) {
        spawn_local(async move {
            let Ok(part) = self.update.get().await else { return self.tell_unfetched() };
            if part.is_running() {
                let text = untrack(|| self.words.text(Key::BulkRunning));
                return self.toasts.show(Tone::Warning, text);
            }
            match part.replaced().await {
                Some(name) => {
                    self.asks.try_set(Some(name));
                }
                None => self.carry().await,
            }
        });
    }

    fn tell_unfetched(self) {
        let text = untrack(|| self.words.text(Key::AppPartFailed));
        self.toasts.show(Tone::Error, text);
    }

    fn answer(self, yes: bool) {
        self.asks.set(None);
        if yes {
            spawn_local(self.carry());
        }
    }

    async fn carry(self) {
        let (skus, without) = self.stock.with_untracked(|list| {
            let is_chosen = |row: &&Row| {
                self.selection.chosen.with_untracked(|c| c.is_chosen(&row.item.product_id))
            };
            let chosen: Vec<&Row> = list.rows().iter().filter(is_chosen).collect();
            let skus: Vec<String> =
                chosen.iter().filter_map(|row| row.item.external_id.clone()).collect();
            let without = chosen.len() - skus.len();
            (skus, without)
        });
        if without > 0 {
            let without = i64::try_from(without).unwrap_or(i64::MAX);
            let text = untrack(|| self.words.count(Plural::BulkNoSku, without, &[]));
            self.toasts.show(Tone::Warning, text);
        }
        if !skus.is_empty() {
            let Ok(part) = self.update.get().await else { return self.tell_unfetched() };
            part.open_products(skus);
            self.navigator.go(&Route::Update);
        }
    }
}
