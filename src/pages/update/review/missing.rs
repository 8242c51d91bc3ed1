//! Products that a full count does not name: listed, and set to 0 as rows that are previewed.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::page;
use crate::pages::update::desk::{Desk, use_desk};
use crate::pages::update::state::Msg;
use crate::pages::update::state::draft::Origin;
use crate::ui::Dialog;
use crate::words::{Key, Plural, use_words};
use stockroom_worksheet::{Ask, Reply};

/// How many names are shown: enough to know what the scope is about.
const NAMES: usize = 8;

/// What no row names, in figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Missing {
    products: u32,
    levels: u32,
    units: i64,
    names: Vec<String>,
}

/// Opens the dialog.
#[component]
pub fn MissingButton() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let is_open = RwSignal::new(false);
    let is_ready = Memo::new(move |_| desk.with(|model| model.is_stock_whole));
    // Who selected some products did not count all.
    let is_count = Memo::new(move |_| desk.with(|model| model.origin != Origin::Products));
    view! {
        <Show when=move || is_count.get()>
            <button
                type="button"
                class="button"
                disabled=move || !is_ready.get()
                on:click=move |_| is_open.set(true)
            >
                {words.t(Key::MissingOpen)}
            </button>
        </Show>
        <Show when=move || is_open.get()>
            <MissingDialog on_close=move |()| is_open.set(false) />
        </Show>
    }
}

/// Follows what no row names among the products that hold the text.
fn follow(desk: Desk, search: RwSignal<String>) -> RwSignal<Option<Missing>> {
    let missing = RwSignal::new(None);
    Effect::new(move |_| {
        let text = search.get();
        spawn_local(async move {
            let reply = desk.ask(Ask::Missing { search: text.clone() }).await;
            let Some(Reply::Missing { products, levels, units, names }) = reply else { return };
            // An answer to what was typed before counts no more.
            if search.try_with_untracked(|now| *now == text) == Some(true) {
                missing.try_set(Some(Missing { products, levels, units, names }));
            }
        });
    });
    missing
}

#[component]
fn MissingDialog(#[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let search = RwSignal::new(String::new());
    let missing = follow(desk, search);
    let levels = Memo::new(move |_| missing.with(|m| m.as_ref().map_or(0, |m| m.levels)));
    request_animation_frame(|| {
        page::focus("missing-scope");
    });
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if levels.get_untracked() > 0 {
            on_close.run(());
            desk.tell(Msg::Edited(Ask::AddMissing { search: search.get_untracked() }));
        }
    };
    view! {
        <Dialog
            title=words.label(Key::MissingTitle)
            close=words.label(Key::AppCancel)
            on_close=on_close
        >
            <form on:submit=add>
                <div class="dialog-body form">
                    <p class="prose muted">{words.t(Key::MissingAbout)}</p>
                    <div class="field">
                        <label for="missing-scope">{words.t(Key::MissingScope)}</label>
                        <input
                            id="missing-scope"
                            class="input"
                            type="search"
                            autocomplete="off"
                            dir="auto"
                            placeholder=words.t(Key::MissingAll)
                            prop:value=move || search.get()
                            on:input:target=move |event| search.set(event.target().value())
                        />
                    </div>
                    <Figures missing=missing />
                </div>
                <footer class="dialog-foot">
                    <button type="button" class="button" on:click=move |_| on_close.run(())>
                        {words.t(Key::AppCancel)}
                    </button>
                    <button type="submit" class="button primary" disabled=move || levels.get() == 0>
                        {move || words.count(Plural::MissingAdd, levels.get().into(), &[])}
                    </button>
                </footer>
            </form>
        </Dialog>
    }
}

/// How many there are, and the first names.
#[component]
fn Figures(missing: RwSignal<Option<Missing>>) -> impl IntoView {
    let words = use_words();
    let count = move || {
        let (products, units) = missing.with(|m| m.as_ref().map(|m| (m.products, m.units)))?;
        if products == 0 {
            return Some(words.text(Key::MissingNone).to_owned());
        }
        let units = words.count(Plural::MissingUnits, units, &[]);
        Some(words.count(Plural::MissingCount, products.into(), &[("units", &units)]))
    };
    let names = move || {
        let (names, products) =
            missing.with(|m| m.as_ref().map(|m| (m.names.clone(), m.products)))?;
        let named = u32::try_from(names.len().min(NAMES)).unwrap_or(u32::MAX);
        let rest = products.saturating_sub(named);
        let more = (rest > 0).then(|| words.count(Plural::MissingMore, rest.into(), &[]));
        let item = |name: String| view! { <li><bdi dir="auto">{name}</bdi></li> };
        Some(view! {
            <ul class="missing-names">
                {names.into_iter().take(NAMES).map(item).collect_view()}
                {more.map(|more| view! { <li class="muted">{more}</li> })}
            </ul>
        })
    };
    view! {
        <p class="missing-count" role="status">{count}</p>
        {names}
    }
}
