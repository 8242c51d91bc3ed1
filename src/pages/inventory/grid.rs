//! The grid: sticky headings, and the visible rows below them.

use std::hash::{DefaultHasher, Hash, Hasher};

use leptos::prelude::*;

use super::row::GridRow;
use super::selection::{PickHead, Selection, use_selection};
use super::state::{Line, sorted_by};
use crate::app::viewport::use_viewport;
use crate::browser::page;
use crate::connection::use_connection;
use crate::route::{Column, ListQuery, Route, Tab, use_navigator};
use crate::stock::use_stock;
use crate::ui::{EmptyState, Icon, Sign, Skeleton, VirtualRows};
use crate::words::{Key, use_words};

/// The height of a row, and of a card with the gap after it; the style sheets say the same.
const ROW_PX: u32 = 40;
const CARD_PX: u32 = 84;

/// Where the keyboard is in the grid: the one control of it that Tab reaches.
#[derive(Clone, Copy, Debug)]
pub struct Cursor {
    /// The row, from 0.
    pub row: RwSignal<usize>,
    /// 0 the product, 1 the stock.
    pub column: RwSignal<usize>,
    reveal: RwSignal<Option<usize>>,
}

impl Cursor {
    /// Returns the id of the control at a place.
    pub fn id(row: usize, column: usize) -> String {
        format!("cell-{row}-{column}")
    }

    /// Moves to a place and focuses its control once it is drawn.
    pub fn go(self, row: usize, column: usize) {
        self.row.set(row);
        self.column.set(column);
        self.reveal.set(Some(row));
        let id = Self::id(row, column);
        if !page::focus(&id) {
            // The row comes with the next frame, the window of rows with the one after.
            request_animation_frame(move || {
                request_animation_frame(move || {
                    page::focus(&id);
                });
            });
        }
    }
}

/// The grid with its headings; skeleton and empty state in its place.
#[component]
pub fn Grid(query: Memo<ListQuery>, shown: Memo<Vec<Line>>) -> impl IntoView {
    let words = use_words();
    let stock = use_stock();
    let is_known = Memo::new(move |_| stock.read_at().is_some());
    let is_empty = Memo::new(move |_| shown.with(Vec::is_empty));
    view! {
        <div id="inventory-panel" role="tabpanel" aria-labelledby=move || match query.get().tab {
            Tab::All => "tab-all",
            Tab::Low => "tab-low",
            Tab::Out => "tab-out",
        }>
            {move || match (is_known.get(), is_empty.get()) {
                (false, _) if stock.failure().is_some() => ().into_any(),
                (false, _) => view! {
                    <Skeleton rows=8 label=words.label(Key::AppLoading) />
                }.into_any(),
                (true, true) => view! { <Nothing query=query /> }.into_any(),
                (true, false) => view! { <Rows query=query shown=shown /> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Rows(query: Memo<ListQuery>, shown: Memo<Vec<Line>>) -> impl IntoView {
    let words = use_words();
    let viewport = use_viewport();
    let selection = use_selection();
    let cursor =
        Cursor { row: RwSignal::new(0), column: RwSignal::new(0), reveal: RwSignal::new(None) };
    provide_context(cursor);
    let total = Signal::derive(move || shown.with(Vec::len));
    let height = Signal::derive(move || if viewport.is_narrow() { CARD_PX } else { ROW_PX });
    let key = move |index: usize| {
        let mut hasher = DefaultHasher::new();
        shown.with(|lines| lines.get(index).hash(&mut hasher));
        hasher.finish()
    };
    let row = move |index: usize| {
        let line = shown.with_untracked(|lines| lines.get(index).cloned());
        line.map(|line| view! { <GridRow index=index line=line query=query /> })
    };
    view! {
        <div
            class="grid"
            class:is-choosing=move || selection.is_choosing()
            role="grid"
            aria-label=words.t(Key::InventoryTitle)
            aria-rowcount=move || (total.get() + 1).to_string()
            aria-colcount="8"
            aria-multiselectable="true"
            on:keydown=move |event| {
                choose(&event, cursor, selection, shown);
                steer(&event, cursor, total.get_untracked());
            }
        >
            <div class="grid-head" role="rowgroup">
                <div class="grid-row" role="row" aria-rowindex="1">
                    <PickHead />
                    <Heading query=query column=Some(Column::Name) label=Key::InventoryProduct class="c-name" />
                    <Heading query=query column=Some(Column::Sku) label=Key::InventorySku class="c-sku" />
                    <Heading query=query column=Some(Column::Health) label=Key::InventoryAgainst class="c-meter" />
                    <Heading query=query column=None label=Key::InventoryState class="c-state" />
                    <Heading query=query column=Some(Column::Threshold) label=Key::InventoryThreshold class="c-threshold end" />
                    <Heading query=query column=Some(Column::Stock) label=Key::InventoryStock class="c-stock end" />
                    <Heading query=query column=None label=Key::InventoryChange class="c-change end quiet-head" />
                </div>
            </div>
            <VirtualRows total=total height=height key=key row=row reveal=cursor.reveal covered=40 />
        </div>
    }
}

/// Space on a product chooses it, with Shift all since the last one; on a button it is a click.
fn choose(
    event: &leptos::ev::KeyboardEvent,
    cursor: Cursor,
    selection: Selection,
    shown: Memo<Vec<Line>>,
) {
    let is_key = event.key() == " " && !event.ctrl_key() && !event.alt_key() && !event.meta_key();
    let (row, column) = (cursor.row.get_untracked(), cursor.column.get_untracked());
    if !is_key || column != 0 || event.default_prevented() || page::is_typing() {
        return;
    }
    event.prevent_default();
    let line = shown.with_untracked(|lines| lines.get(row).cloned());
    if let Some(line) = line {
        selection.press(&line.product_id, event.shift_key());
    }
}

/// Moves the cursor by the keys of a spreadsheet; keys typed into a field are the field's.
fn steer(event: &leptos::ev::KeyboardEvent, cursor: Cursor, total: usize) {
    let has_modifier = event.alt_key() || event.meta_key() || event.shift_key();
    if has_modifier || event.default_prevented() || page::is_typing() || total == 0 {
        return;
    }
    let (row, column) = (cursor.row.get_untracked(), cursor.column.get_untracked());
    let last = total - 1;
    let to = match event.key().as_str() {
        "ArrowDown" => row + 1,
        "ArrowUp" => row.saturating_sub(1),
        "PageDown" => row + 10,
        "PageUp" => row.saturating_sub(10),
        "Home" if event.ctrl_key() => 0,
        "End" if event.ctrl_key() => last,
        _ => return,
    };
    event.prevent_default();
    cursor.go(to.min(last), column);
}

/// A heading that sorts; only its arrow says how.
#[component]
fn Heading(
    query: Memo<ListQuery>,
    column: Option<Column>,
    label: Key,
    class: &'static str,
) -> impl IntoView {
    let words = use_words();
    let navigator = use_navigator();
    let Some(column) = column else {
        return view! {
            <div role="columnheader" class=class><span>{words.t(label)}</span></div>
        }
        .into_any();
    };
    let direction = move || query.with(|q| (q.sort == column).then_some(q.descending));
    let sort = move |_| {
        let list = sorted_by(&query.get_untracked(), column);
        navigator.replace(&Route::Inventory(list));
    };
    view! {
        <div
            role="columnheader"
            class=class
            aria-sort=move || match direction() {
                Some(false) => "ascending",
                Some(true) => "descending",
                None => "none",
            }
        >
            <button type="button" class="sort" on:click=sort>
                {words.t(label)}
                {move || direction().map(|descending| view! {
                    <Icon sign=if descending { Sign::Down } else { Sign::Up } />
                })}
            </button>
        </div>
    }
    .into_any()
}

/// What stands where no row does.
#[component]
fn Nothing(query: Memo<ListQuery>) -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let navigator = use_navigator();
    let texts = move || {
        let query = query.get();
        if !query.search.trim().is_empty() {
            let title = words.fill(Key::InventoryNoMatch, &[("text", query.search.trim())]);
            return (title, Key::InventoryNoMatchAbout);
        }
        let (title, about) = match query.tab {
            Tab::All => (Key::InventoryNone, Key::InventoryNoneAbout),
            Tab::Low => (Key::InventoryNoneLow, Key::InventoryNoneLowAbout),
            Tab::Out => (Key::InventoryNoneOut, Key::InventoryNoneOutAbout),
        };
        (words.text(title).to_owned(), about)
    };
    let clear = move |_| {
        let list = ListQuery { search: String::new(), ..query.get_untracked() };
        navigator.replace(&Route::Inventory(list));
    };
    view! {
        <EmptyState
            title=Signal::derive(move || texts().0)
            about=Signal::derive(move || words.text(texts().1).to_owned())
        >
            {move || {
                let is_whole = query.with(|q| q.search.trim().is_empty() && q.tab == Tab::All);
                (is_whole && connection.can_import_products()).then(|| view! {
                    <a class="button primary" href=Route::ImportProducts.href()>
                        {words.text(Key::ProductsImport)}
                    </a>
                })
            }}
            {move || (!query.with(|q| q.search.trim().is_empty())).then(|| view! {
                <button type="button" class="button" on:click=clear>
                    {words.t(Key::InventorySearchClear)}
                </button>
            })}
        </EmptyState>
    }
}
