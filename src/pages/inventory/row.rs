//! One row of the grid: a product, or a variant of the product above it.

use leptos::prelude::*;

use super::editing::{level_at, name_of, use_editing};
use super::grid::Cursor;
use super::state::Line;
use crate::app::viewport::use_viewport;
use crate::connection::use_connection;
use crate::pages::level::{Place, Typed, words as said};
use crate::route::{ListQuery, Route, use_navigator};
use crate::stock::health::Health;
use crate::stock::list::Row;
use crate::stock::use_stock;
use crate::ui::{ChangeView, Icon, Meter, Sign, Tag};
use crate::words::{Key, Plural, use_words};

/// A row; what it shows follows the stock.
#[component]
pub fn GridRow(
    /// Its index from 0.
    index: usize,
    /// What it shows.
    line: Line,
    /// The list it stands in.
    query: Memo<ListQuery>,
) -> impl IntoView {
    let stock = use_stock();
    let id = line.product_id.clone();
    let row = Memo::new(move |_| stock.with(|list| list.by_id(&id).cloned()));
    let is_variant = line.variant_id.is_some();
    let line = StoredValue::new(line);
    let class = if is_variant { "grid-row variant" } else { "grid-row" };
    view! {
        <div role="row" class=class aria-rowindex=(index + 2).to_string()>
            {if is_variant {
                view! { <VariantCells row=row line=line /> }.into_any()
            } else {
                view! { <ProductCells index=index row=row query=query /> }.into_any()
            }}
            <StockCell index=index row=row line=line query=query />
            <ChangeCell row=row line=line />
        </div>
    }
}

/// Name, SKU, meter, state and threshold of a product.
#[component]
fn ProductCells(index: usize, row: Memo<Option<Row>>, query: Memo<ListQuery>) -> impl IntoView {
    let words = use_words();
    let viewport = use_viewport();
    let sku = move || {
        let sku = row.with(|row| row.as_ref().map(|row| row.item.external_id.clone()))?;
        Some(if let Some(sku) = sku {
            view! { <bdi class="sku" dir="ltr">{sku}</bdi> }.into_any()
        } else {
            let about = words.text(Key::InventoryNoSkuAbout);
            view! { <span class="muted" title=about>{words.text(Key::InventoryNoSku)}</span> }
                .into_any()
        })
    };
    // On a phone the number of variants stands here, not beside the name.
    let variants = move || {
        let variants = row.with(|row| row.as_ref().map_or(0, |row| row.item.variants.len()));
        let count =
            i64::try_from(variants).ok().filter(|count| *count > 0 && viewport.is_narrow())?;
        let text = words.count(Plural::InventoryVariants, count, &[]);
        Some(view! { <span class="muted">{format!(" · {text}")}</span> })
    };
    let meter = move || {
        let (level, threshold) = level_and_threshold(row.get().as_ref())?;
        let tone = Health::of(level, Some(threshold)).tone();
        Some(view! { <Meter share=Health::share(level, threshold) tone=tone /> })
    };
    let threshold = move || {
        row.with(|row| row.as_ref()?.item.low_stock_threshold).map(|units| words.number(units))
    };
    view! {
        <div role="gridcell" class="c-name">
            <ProductName index=index row=row query=query />
        </div>
        <div role="gridcell" class="c-sku">{sku}{variants}</div>
        <div role="gridcell" class="c-meter">{meter}</div>
        <div role="gridcell" class="c-state"><State row=row /></div>
        <div role="gridcell" class="c-threshold end muted">{threshold}</div>
    }
}

fn level_and_threshold(row: Option<&Row>) -> Option<(i64, i64)> {
    let row = row?;
    let threshold = row.item.low_stock_threshold.filter(|threshold| *threshold > 0)?;
    Some((row.units(), threshold))
}

/// The name as a link to the product, and the button that shows its variants.
#[component]
fn ProductName(index: usize, row: Memo<Option<Row>>, query: Memo<ListQuery>) -> impl IntoView {
    let words = use_words();
    let navigator = use_navigator();
    let cursor = expect_context::<Cursor>();
    let key = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.key().to_owned())));
    let name = Memo::new(move |_| {
        row.with(|row| row.as_ref().map(|row| row.item.name.clone())).unwrap_or_default()
    });
    let variants =
        Memo::new(move |_| row.with(|row| row.as_ref().map_or(0, |row| row.item.variants.len())));
    let is_open =
        Memo::new(move |_| key.with(|key| key.is_some() && query.with(|q| q.open == *key)));
    let toggle = move || {
        let open = key.get_untracked().filter(|_| !is_open.get_untracked());
        navigator.replace(&Route::Inventory(ListQuery { open, ..query.get_untracked() }));
    };
    let href = move || {
        let id = key.get().unwrap_or_default();
        Route::Product { id, list: query.get() }.href()
    };
    let pressed = move |event: leptos::ev::KeyboardEvent| {
        let (forth, back) =
            if words.is_rtl() { ("ArrowLeft", "ArrowRight") } else { ("ArrowRight", "ArrowLeft") };
        let has_variants = variants.get_untracked() > 0;
        let pressed = event.key();
        if pressed == forth && has_variants && !is_open.get_untracked() {
            toggle();
        } else if pressed == forth {
            cursor.go(index, 1);
        } else if pressed == back && is_open.get_untracked() {
            toggle();
        } else {
            return;
        }
        event.prevent_default();
    };
    let label = move || {
        let name = name.get();
        let key =
            if is_open.get() { Key::InventoryHideVariants } else { Key::InventoryShowVariants };
        words.fill(key, &[("name", &name)])
    };
    view! {
        {move || if variants.get() > 0 {
            view! {
                <button
                    type="button"
                    class="expander"
                    tabindex="-1"
                    aria-label=label
                    aria-expanded=move || is_open.get().to_string()
                    on:click=move |_| toggle()
                >
                    <Icon sign=Sign::Chevron />
                </button>
            }.into_any()
        } else {
            view! { <span class="expander"></span> }.into_any()
        }}
        <a
            id=Cursor::id(index, 0)
            class="name"
            href=href
            tabindex=move || tab_index(cursor, index, 0)
            on:keydown=pressed
            on:focus=move |_| { cursor.row.set(index); cursor.column.set(0); }
        >
            <bdi dir="auto">{move || name.get()}</bdi>
        </a>
        {move || (variants.get() > 0).then(|| {
            let count = i64::try_from(variants.get()).unwrap_or(i64::MAX);
            view! { <span class="muted variants">{format!("· {}", words.count(Plural::InventoryVariants, count, &[]))}</span> }
        })}
    }
}

/// The label of a variant, under the name of its product.
#[component]
fn VariantCells(row: Memo<Option<Row>>, line: StoredValue<Line>) -> impl IntoView {
    let words = use_words();
    let variant = move || {
        let line = line.get_value();
        row.with(|row| {
            let id = line.variant_id?;
            row.as_ref()?.item.variants.iter().find(|variant| variant.variant_id == id).cloned()
        })
    };
    let label = move || variant().map(|variant| variant.label);
    let state = move || {
        let variant = variant()?;
        let (key, tone) = match variant.quantity {
            Some(0) => (Key::InventoryOut, "bad"),
            None => (Key::InventoryNotTracked, ""),
            Some(_) => return None,
        };
        Some(view! { <Tag label=words.text(key) tone=tone /> })
    };
    view! {
        <div role="gridcell" class="c-name"><bdi dir="auto" class="variant-label">{label}</bdi></div>
        <div role="gridcell" class="c-sku"></div>
        <div role="gridcell" class="c-meter"></div>
        <div role="gridcell" class="c-state">{state}</div>
        <div role="gridcell" class="c-threshold"></div>
    }
}

/// Low or out, in a word; on a phone with the threshold.
#[component]
fn State(row: Memo<Option<Row>>) -> impl IntoView {
    let words = use_words();
    let viewport = use_viewport();
    move || {
        let row = row.get()?;
        if row.item.quantity == Some(0) {
            return Some(view! { <Tag label=words.text(Key::InventoryOut) tone="bad" /> });
        }
        if let Some(variant) = row.first_variant_out() {
            let label = words.fill(Key::InventoryVariantOut, &[("variant", variant)]);
            return Some(view! { <Tag label=label tone="bad" /> });
        }
        let threshold = row.item.low_stock_threshold.filter(|_| row.is_low())?;
        let label = if viewport.is_narrow() {
            words.fill(Key::InventoryLowAt, &[("threshold", &words.number(threshold))])
        } else {
            words.text(Key::InventoryLow).to_owned()
        };
        Some(view! { <Tag label=label tone="warn" /> })
    }
}

/// The level: a button that becomes a field; on a phone a link to the product.
#[component]
fn StockCell(
    index: usize,
    row: Memo<Option<Row>>,
    line: StoredValue<Line>,
    query: Memo<ListQuery>,
) -> impl IntoView {
    let editing = use_editing();
    let viewport = use_viewport();
    let connection = use_connection();
    let is_editing = Memo::new(move |_| line.with_value(|line| editing.is_at(line)));
    let class = move || if is_editing.get() { "c-stock end editing" } else { "c-stock end" };
    view! {
        <div role="gridcell" class=class>
            {move || if is_editing.get() {
                view! { <StockField index=index row=row line=line /> }.into_any()
            } else if viewport.is_narrow() || !connection.can_write() {
                view! { <StockLink index=index row=row line=line query=query /> }.into_any()
            } else {
                view! { <StockButton index=index row=row line=line /> }.into_any()
            }}
        </div>
    }
}

/// Returns the words for a level and its figure.
fn level_words(row: Option<&Row>, line: &Line) -> Option<(String, Option<i64>)> {
    let row = row?;
    let (place, level) = level_at(row, line)?;
    Some((name_of(row, &place), level))
}

#[component]
fn StockButton(index: usize, row: Memo<Option<Row>>, line: StoredValue<Line>) -> impl IntoView {
    let words = use_words();
    let editing = use_editing();
    let cursor = expect_context::<Cursor>();
    let level =
        Memo::new(move |_| row.with(|row| line.with_value(|line| level_words(row.as_ref(), line))));
    let figure = move || {
        level.get().and_then(|(_, level)| level).map_or("–".to_owned(), |n| words.number(n))
    };
    let label = move || {
        let name = level.get().map(|(name, _)| name).unwrap_or_default();
        format!("{}: {}", words.fill(Key::InventoryEditStock, &[("name", &name)]), figure())
    };
    let begin = move |text: &str| line.with_value(|line| editing.begin(line, text));
    let pressed = move |event: leptos::ev::KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let key = event.key();
        let is_entry = key.chars().count() == 1
            && key.starts_with(|c: char| c.is_numeric() || "+-=−".contains(c));
        let back = if words.is_rtl() { "ArrowRight" } else { "ArrowLeft" };
        if is_entry {
            begin(&key);
        } else if key == "F2" {
            begin("");
        } else if key == back && line.with_value(|line| line.variant_id.is_none()) {
            cursor.go(index, 0);
        } else {
            return;
        }
        event.prevent_default();
    };
    view! {
        <button
            type="button"
            id=Cursor::id(index, 1)
            class="stock-button"
            aria-label=label
            tabindex=move || tab_index(cursor, index, 1)
            on:click=move |_| begin("")
            on:keydown=pressed
            on:focus=move |_| { cursor.row.set(index); cursor.column.set(1); }
        >
            {figure}
        </button>
    }
}

#[component]
fn StockLink(
    index: usize,
    row: Memo<Option<Row>>,
    line: StoredValue<Line>,
    query: Memo<ListQuery>,
) -> impl IntoView {
    let words = use_words();
    let level = move || row.with(|row| line.with_value(|line| level_words(row.as_ref(), line)));
    let figure =
        move || level().and_then(|(_, level)| level).map_or("–".to_owned(), |n| words.number(n));
    let label = move || {
        let name = level().map(|(name, _)| name).unwrap_or_default();
        format!("{}: {}", words.fill(Key::InventoryEditStock, &[("name", &name)]), figure())
    };
    let href = move || {
        let id = row.with(|row| row.as_ref().map(|row| row.key().to_owned())).unwrap_or_default();
        Route::Product { id, list: query.get() }.href()
    };
    view! {
        <a id=Cursor::id(index, 1) class="stock-button" href=href aria-label=label tabindex="-1">{figure}</a>
    }
}

/// The field in place of the figure: Enter saves, Escape leaves, both go back to the button.
#[component]
fn StockField(index: usize, row: Memo<Option<Row>>, line: StoredValue<Line>) -> impl IntoView {
    let words = use_words();
    let editing = use_editing();
    let cursor = expect_context::<Cursor>();
    let node = NodeRef::<leptos::html::Input>::new();
    node.on_load(|input| {
        let _ = input.focus();
    });
    let level =
        Memo::new(move |_| row.with(|row| line.with_value(|line| level_words(row.as_ref(), line))));
    let before = move || level.get().and_then(|(_, level)| level);
    let name = move || level.get().map(|(name, _)| name).unwrap_or_default();
    let is_bad = move || editing.typed(before()).is_fault() || !editing.stopped.get().is_empty();
    // The button comes back with the next frame.
    let back = move || request_animation_frame(move || cursor.go(index, 1));
    let pressed = move |event: leptos::ev::KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            event.prevent_default();
            if let Some(row) = row.get_untracked() {
                line.with_value(|line| editing.save(&row, line, back));
            }
        }
        "Escape" => {
            event.prevent_default();
            editing.leave();
            back();
        }
        _ => {}
    };
    view! {
        <input
            node_ref=node
            class="stock-field"
            type="text"
            dir="ltr"
            inputmode="text"
            autocomplete="off"
            enterkeyhint="done"
            aria-label=move || words.fill(Key::InventoryEditStock, &[("name", &name())])
            aria-invalid=move || is_bad().then_some("true")
            aria-describedby="edit-change"
            placeholder=move || before().map(|n| words.number(n)).unwrap_or_default()
            readonly=move || editing.is_saving.get()
            prop:value=move || editing.text.get()
            on:input:target=move |event| {
                editing.stopped.set(String::new());
                editing.text.set(event.target().value());
            }
            on:keydown=pressed
            on:blur=move |_| editing.leave_if_blank()
        />
    }
}

/// Beside the field: before → after while typing, or what is wrong.
#[component]
fn ChangeCell(row: Memo<Option<Row>>, line: StoredValue<Line>) -> impl IntoView {
    let words = use_words();
    let editing = use_editing();
    let is_editing = Memo::new(move |_| line.with_value(|line| editing.is_at(line)));
    let inner = move || {
        if !is_editing.get() {
            return ().into_any();
        }
        let level = row.with(|row| line.with_value(|line| level_at(row.as_ref()?, line)));
        let before = level.and_then(|(_, level): (Place, _)| level);
        let stopped = editing.stopped.get();
        if !stopped.is_empty() {
            return view! { <span class="cell-error" role="alert">{stopped}</span> }.into_any();
        }
        match editing.typed(before) {
            Typed::Blank => view! {
                <span class="muted">{words.text(Key::ProductHint)}</span>
            }
            .into_any(),
            Typed::Goes(_, applied) => {
                let f = said::figures(words, applied);
                view! {
                    <ChangeView before=f.before after=f.after pill=f.pill delta=f.delta spoken=f.spoken note=f.note />
                }.into_any()
            }
            typed => {
                let text = editing.text.get();
                view! { <span class="cell-error">{said::fault(words, &text, typed)}</span> }
                    .into_any()
            }
        }
    };
    view! {
        <div role="gridcell" class="c-change end">
            <div
                id=move || is_editing.get().then_some("edit-change")
                class="change-box"
            >
                {inner}
            </div>
        </div>
    }
}

fn tab_index(cursor: Cursor, row: usize, column: usize) -> &'static str {
    if cursor.row.get() == row && cursor.column.get() == column { "0" } else { "-1" }
}
