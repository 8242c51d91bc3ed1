//! The level of a row: a figure that becomes a field, and what it will change beside it.

use leptos::prelude::*;

use super::editing::{level_at, name_of, use_editing};
use super::grid::Cursor;
use super::state::Line;
use crate::app::viewport::use_viewport;
use crate::connection::use_connection;
use crate::pages::level::{Place, Typed, words as said};
use crate::route::{ListQuery, Route, Under};
use crate::stock::list::Row;
use crate::ui::ChangeView;
use crate::words::{Key, use_words};

/// The level: a button that becomes a field; on a phone a link to the product.
#[component]
pub fn StockCell(
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
        Route::Product { id, under: Under::Inventory(query.get()) }.href()
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
pub fn ChangeCell(row: Memo<Option<Row>>, line: StoredValue<Line>) -> impl IntoView {
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

/// Returns the tab stop of a control: only the one under the cursor has it.
pub(super) fn tab_index(cursor: Cursor, row: usize, column: usize) -> &'static str {
    if cursor.row.get() == row && cursor.column.get() == column { "0" } else { "-1" }
}
