//! One row of the grid: a product, or a variant of the product above it.

use leptos::prelude::*;

use super::grid::Cursor;
use super::selection::{PickCell, use_selection};
use super::state::Line;
use super::stock_cell::{ChangeCell, StockCell, tab_index};
use crate::app::viewport::use_viewport;
use crate::route::{ListQuery, Route, Under, use_navigator};
use crate::stock::health::Health;
use crate::stock::list::Row;
use crate::stock::use_stock;
use crate::ui::{Icon, Meter, Sign, Tag};
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
    let selection = use_selection();
    let is_chosen = move || line.with_value(|line| selection.is_chosen(&line.product_id));
    view! {
        <div
            role="row"
            class=class
            class:is-chosen=is_chosen
            aria-selected=move || is_chosen().to_string()
            aria-rowindex=(index + 2).to_string()
        >
            <PickCell row=row line=line />
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
        Route::Product { id, under: Under::Inventory(query.get()) }.href()
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
