//! The inventory: every tracked product, its level, what runs low; levels are edited in place.

pub mod chosen;
pub mod editing;
pub mod grid;
pub mod row;
pub mod selection;
pub mod state;
pub mod stock_cell;
pub mod strip;

use leptos::prelude::*;

use crate::app::frame::PageHead;
use crate::app::viewport::use_viewport;
use crate::browser::{clock, files, text};
use crate::connection::failure::tell;
use crate::connection::use_connection;
use crate::pages::part::use_products;
use crate::route::{Column, ListQuery, Route, Tab, Under, use_navigator};
use crate::stock::list::Count;
use crate::stock::{Stock, use_stock};
use crate::ui::{Dialog, Icon, Notice, Placement, Sign, Tone, use_toasts};
use crate::words::{Key, Words, use_words};
use editing::Editing;
use grid::Grid;
use selection::{ChooseToggle, Selection, SelectionBar};
use state::{Line, export, lines};
use strip::Strip;

/// What the address says the list shows.
fn list_query(route: &Route) -> ListQuery {
    match route {
        Route::Inventory(list) | Route::Product { under: Under::Inventory(list), .. } => {
            list.clone()
        }
        _ => ListQuery::default(),
    }
}

/// The inventory screen.
#[component]
pub fn InventoryPage() -> impl IntoView {
    let words = use_words();
    let navigator = use_navigator();
    let stock = use_stock();
    let viewport = use_viewport();
    let query = Memo::new(move |_| list_query(&navigator.route()));
    let shown = Memo::new(move |_| {
        let query = query.get();
        stock.with(|list| lines(list, &query, &text::fold(&query.search)))
    });
    let open = Memo::new(move |_| match navigator.route() {
        Route::Product { id, .. } => Some(id),
        _ => None,
    });
    provide_context(Editing::start());
    provide_context(Selection::start(shown));
    announce_count(shown);
    view! {
        <PageHead
            title=words.label(Key::InventoryTitle)
            about=ViewFn::from(Age)
        >
            <Actions shown=shown />
        </PageHead>
        <ReadingFailure />
        <Strip />
        <div class="card list">
            <div class="list-bar">
                <div class="tabs-line">
                    <Tabs query=query />
                    {move || viewport.is_narrow().then(|| view! { <SortChoice query=query /> })}
                </div>
                <div class="search-line">
                    <Search query=query />
                    <ChooseToggle />
                </div>
            </div>
            <Grid query=query shown=shown />
            <SelectionBar />
        </div>
        {move || open.get().map(|id| view! { <Panel id=id query=query /> })}
    }
}

/// The panel of a product, or what stands there until its part is fetched.
#[component]
fn Panel(id: String, query: Memo<ListQuery>) -> impl IntoView {
    let words = use_words();
    let stock = use_stock();
    let navigator = use_navigator();
    let part = use_products();
    move || {
        let list = query.get_untracked();
        if let Some(part) = part.at_hand() {
            return part.panel(id.clone(), Under::Inventory(list));
        }
        let named = id.clone();
        let name = move || {
            let listed = stock.with(|list| list.by_key(&named).map(|row| row.item.name.clone()));
            listed.unwrap_or_else(|| named.clone())
        };
        let back = Route::Inventory(list);
        view! {
            <Dialog
                title=Signal::derive(name)
                close=words.label(Key::AppClose)
                placement=Placement::Side
                on_close=move |()| navigator.go(&back)
            >
                {part.show(|_| ().into_any(), 3, None)}
            </Dialog>
        }
        .into_any()
    }
}

#[component]
fn Actions(shown: Memo<Vec<Line>>) -> impl IntoView {
    let words = use_words();
    let stock = use_stock();
    let toasts = use_toasts();
    let save = move |_| {
        let file = stock.with_untracked(|list| export(list, &shown.get_untracked()));
        let name = format!("stock-{}.csv", clock::today());
        if files::save(&name, "text/csv;charset=utf-8", &file) {
            toasts.show(Tone::Good, words.fill(Key::InventoryExported, &[("file", &name)]));
        }
    };
    // It comes later than the others, before which it stands: they stay where they are.
    let products = use_products();
    view! {
        {move || products.at_hand().map(|part| part.add_products())}
        <button type="button" class="button" on:click=move |_| stock.refresh()>
            <Icon sign=Sign::Refresh />
            <span>{words.t(Key::InventoryRefresh)}</span>
        </button>
        <button type="button" class="button" on:click=save>
            <Icon sign=Sign::Download />
            <span>{words.t(Key::InventoryExport)}</span>
        </button>
        <a class="button primary desk-only" href=Route::Update.href()>{words.t(Key::AppUpdate)}</a>
    }
}

/// How old the figures are, or how far the reading is.
#[component]
fn Age() -> impl IntoView {
    let words = use_words();
    let stock = use_stock();
    let now = RwSignal::new(clock::now_ms());
    let tick = clock::every(10_000, move || {
        now.try_set(clock::now_ms());
    });
    let tick = StoredValue::new_local(tick);
    on_cleanup(move || drop(tick.try_update_value(Option::take)));
    move || age(words, stock, now.get())
}

fn age(words: Words, stock: Stock, now: f64) -> Option<String> {
    let progress = stock.progress();
    if let Some(total) = progress.total.filter(|_| progress.is_reading && progress.read > 0) {
        let number = |n: u64| words.number(i64::try_from(n).unwrap_or(i64::MAX));
        let values = [("read", &*number(progress.read as u64)), ("total", &*number(total))];
        return Some(words.fill(Key::InventoryReading, &values));
    }
    let seconds = (now - stock.read_at()?) / 1000.0;
    if seconds < 10.0 {
        return Some(words.text(Key::InventoryJustNow).to_owned());
    }
    // Steps of ten seconds, as the figure is drawn anew only so often.
    let seconds = if seconds < 60.0 { (seconds / 10.0).floor() * 10.0 } else { seconds };
    Some(words.fill(Key::InventoryReadAgo, &[("ago", &words.ago(seconds))]))
}

/// Why the reading stopped, with the way to go on.
#[component]
fn ReadingFailure() -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let stock = use_stock();
    move || {
        let failure = stock.failure()?;
        let told = tell(words, connection, &failure);
        Some(view! {
            <div class="above">
                <Notice
                    tone=Tone::Error
                    title=format!("{}: {}", words.text(Key::InventoryFailed), told.title)
                    about=told.about
                >
                    <button type="button" class="button" on:click=move |_| stock.refresh()>
                        {words.t(Key::AppRetry)}
                    </button>
                </Notice>
            </div>
        })
    }
}

#[component]
fn Tabs(query: Memo<ListQuery>) -> impl IntoView {
    let words = use_words();
    let navigator = use_navigator();
    let stock = use_stock();
    let show = move |tab: Tab| {
        let list = ListQuery { tab, open: None, ..query.get_untracked() };
        navigator.go(&Route::Inventory(list));
    };
    let step = move |event: leptos::ev::KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowRight" => 1,
            "ArrowLeft" => 2,
            _ => return,
        };
        let by = if words.is_rtl() { 3 - by } else { by };
        let now = Tab::ALL.iter().position(|tab| *tab == query.get_untracked().tab).unwrap_or(0);
        let tab = Tab::ALL[(now + by) % 3];
        show(tab);
        crate::browser::page::focus(tab_id(tab));
    };
    let count = move |tab| {
        stock.with(|list| match tab {
            Tab::All => list.all(),
            Tab::Low => list.low(),
            Tab::Out => list.out(),
        })
    };
    let button = move |tab: Tab| {
        let is_on = move || query.get().tab == tab;
        view! {
            <button
                type="button"
                role="tab"
                id=tab_id(tab)
                class="chip"
                aria-selected=move || is_on().to_string()
                aria-controls="inventory-panel"
                tabindex=move || if is_on() { "0" } else { "-1" }
                on:click=move |_| show(tab)
            >
                {words.t(tab_label(tab))}
                " "
                <span class="chip-count">{move || count_text(words, stock, count(tab))}</span>
            </button>
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label=words.t(Key::InventoryTabs) on:keydown=step>
            {Tab::ALL.map(button).collect_view()}
        </div>
    }
}

fn tab_id(tab: Tab) -> &'static str {
    match tab {
        Tab::All => "tab-all",
        Tab::Low => "tab-low",
        Tab::Out => "tab-out",
    }
}

fn tab_label(tab: Tab) -> Key {
    match tab {
        Tab::All => Key::InventoryAll,
        Tab::Low => Key::InventoryLow,
        Tab::Out => Key::InventoryOut,
    }
}

/// Returns a count, with "so far" where more may follow; empty before anything is known.
fn count_text(words: Words, stock: Stock, count: Count) -> String {
    if stock.read_at().is_none() {
        return String::new();
    }
    let number = words.number(i64::try_from(count.products).unwrap_or(i64::MAX));
    if count.is_so_far { format!("{number} {}", words.text(Key::InventorySoFar)) } else { number }
}

/// On a phone, where there are no headings: a choice of column and direction behind an icon.
#[component]
fn SortChoice(query: Memo<ListQuery>) -> impl IntoView {
    let words = use_words();
    let navigator = use_navigator();
    let choices = Column::ALL.into_iter().flat_map(|column| [(column, false), (column, true)]);
    let value = |(column, descending): (Column, bool)| format!("{}-{descending}", column.as_str());
    let options = choices.clone().map(move |choice| {
        let (column, descending) = choice;
        let text = move || {
            let key = if descending { Key::InventoryDescending } else { Key::InventoryAscending };
            format!("{} · {}", words.text(column_label(column)), words.text(key))
        };
        view! { <option value=value(choice)>{text}</option> }
    });
    let options = options.collect_view();
    let choose = move |chosen: String| {
        let choice = choices.clone().find(|choice| value(*choice) == chosen);
        if let Some((sort, descending)) = choice {
            let list = ListQuery { sort, descending, ..query.get_untracked() };
            navigator.replace(&Route::Inventory(list));
        }
    };
    view! {
        <div class="sort-choice button icon-only">
            <Icon sign=Sign::Sort />
            <select
                aria-label=words.t(Key::InventorySort)
                prop:value=move || query.with(|query| value((query.sort, query.descending)))
                on:change:target=move |event| choose(event.target().value())
            >
                {options}
            </select>
        </div>
    }
}

/// Returns the heading of a column.
pub(crate) fn column_label(column: Column) -> Key {
    match column {
        Column::Sku => Key::InventorySku,
        Column::Name => Key::InventoryProduct,
        Column::Health => Key::InventoryAgainst,
        Column::Threshold => Key::InventoryThreshold,
        Column::Stock => Key::InventoryStock,
    }
}

#[component]
fn Search(query: Memo<ListQuery>) -> impl IntoView {
    let words = use_words();
    let navigator = use_navigator();
    let typed = RwSignal::new(query.get_untracked().search);
    // Back and forward change the query under the field.
    Effect::new(move |_| {
        let search = query.get().search;
        if search.trim() != typed.get_untracked().trim() {
            typed.set(search);
        }
    });
    let search = move |text: String| {
        typed.set(text.clone());
        let list = ListQuery { search: text.trim_start().to_owned(), ..query.get_untracked() };
        navigator.replace(&Route::Inventory(list));
    };
    let leave = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" && !typed.get_untracked().is_empty() {
            event.prevent_default();
            search(String::new());
        }
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
                aria-label=words.t(Key::InventorySearch)
                placeholder=words.t(Key::InventorySearch)
                aria-controls="inventory-panel"
                prop:value=move || typed.get()
                on:input:target=move |event| search(event.target().value())
                on:keydown=leave
            />
            <kbd aria-hidden="true">"/"</kbd>
        </div>
    }
}

/// Reads aloud how many products a search or a tab shows.
fn announce_count(shown: Memo<Vec<Line>>) {
    let words = use_words();
    let navigator = use_navigator();
    let toasts = use_toasts();
    Effect::new(move |before: Option<ListQuery>| {
        let query = list_query(&navigator.route());
        let is_new =
            before.is_some_and(|before| before.search != query.search || before.tab != query.tab);
        if is_new {
            let products = shown.with_untracked(|lines| {
                lines.iter().filter(|line| line.variant_id.is_none()).count()
            });
            let products = i64::try_from(products).unwrap_or(i64::MAX);
            toasts.announce(words.count(crate::words::Plural::InventoryShown, products, &[]));
        }
        query
    });
}
