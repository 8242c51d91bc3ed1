//! A cell that is edited where it stands.
//!
//! Enter, F2, a double click or simply typing begins; Enter goes down, Tab goes on, Escape leaves.

use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;
use stockroom_domain::sheet::{Edit, EditField};

use super::grid::{Cursor, EDITABLE};
use crate::browser::page;
use crate::pages::update::desk::use_desk;
use crate::pages::update::state::Msg;
use crate::words::{Key, use_words};
use stockroom_worksheet::{Ask, RowView};

/// A cell that is being edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editing {
    /// The row, by its place in the view.
    pub(super) row: usize,
    /// The column, by its place in [`EDITABLE`].
    pub(super) column: usize,
    /// What the field holds when it opens.
    pub(super) text: String,
}

/// A cell that can be edited.
#[component]
pub fn EditCell(
    /// The row, by its place in the view.
    index: usize,
    /// The column, by its place in [`EDITABLE`].
    column: usize,
    /// The row.
    row: Memo<Option<RowView>>,
    /// The cell's classes.
    class: &'static str,
) -> impl IntoView {
    let words = use_words();
    let cursor = expect_context::<Cursor>();
    let field = EDITABLE[column];
    let text = Memo::new(move |_| {
        row.with(|row| row.as_ref().map(|row| text_of(row, field)).unwrap_or_default())
    });
    let is_flagged = move || {
        row.with(|row| row.as_ref().is_some_and(|row| row.issues.iter().any(|i| i.field == field)))
    };
    let is_edited =
        move || row.with(|row| row.as_ref().is_some_and(|row| row.edited.contains(&field)));
    let is_here = move || cursor.row.get() == index && cursor.column.get() == column;
    let is_open = Memo::new(move |_| {
        cursor.editing.with(|e| e.as_ref().is_some_and(|e| e.row == index && e.column == column))
    });
    let label = move || {
        let line = row.with(|row| row.as_ref().map_or(0, |row| row.line));
        let key = match field {
            EditField::ExternalId => Key::UpdateEditSku,
            EditField::Variant => Key::UpdateEditVariant,
            EditField::Value => Key::UpdateEditValue,
        };
        words.fill(key, &[("line", &words.number(line.into()))])
    };
    let begin = move |text: String| {
        cursor.row.set(index);
        cursor.column.set(column);
        cursor.editing.set(Some(Editing { row: index, column, text }));
    };
    let pressed = move |event: KeyboardEvent| {
        if is_open.get_untracked() || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let key = event.key();
        match key.as_str() {
            "Enter" | "F2" => begin(text.get_untracked()),
            "Delete" | "Backspace" => begin(String::new()),
            _ if key.chars().count() == 1 && key != " " => begin(key),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let touched = move |_| {
        cursor.row.set(index);
        cursor.column.set(column);
        if page::is_touch() {
            begin(text.get_untracked());
        }
    };
    view! {
        <div
            id=Cursor::id(index, column)
            class=class
            class:is-cell=true
            class:is-flagged=is_flagged
            class:is-edited=is_edited
            role="gridcell"
            aria-invalid=move || is_flagged().then_some("true")
            aria-label=move || (!is_open.get()).then(|| format!("{}: {}", label(), text.get()))
            tabindex=move || if is_here() && !is_open.get() { "0" } else { "-1" }
            on:keydown=pressed
            on:click=touched
            on:dblclick=move |_| begin(text.get_untracked())
        >
            {move || if is_open.get() {
                view! { <CellField index=index column=column row=row label=untrack(label) /> }.into_any()
            } else {
                view! { <bdi>{move || text.get()}</bdi> }.into_any()
            }}
        </div>
    }
}

/// The field of a cell that is being edited.
#[component]
fn CellField(
    index: usize,
    column: usize,
    row: Memo<Option<RowView>>,
    label: String,
) -> impl IntoView {
    let desk = use_desk();
    let cursor = expect_context::<Cursor>();
    let field = EDITABLE[column];
    let start = cursor.editing.with_untracked(|e| e.as_ref().map(|e| e.text.clone()));
    // The row that was under the hands when the field opened, whatever the view shows there since.
    let edited = StoredValue::new(row.get_untracked());
    let text = RwSignal::new(start.unwrap_or_default());
    let node = NodeRef::<html::Input>::new();
    node.on_load(move |input| {
        let _ = input.focus();
        let end = u32::try_from(input.value().encode_utf16().count()).unwrap_or(0);
        // The caret stands after what is there.
        let _ = input.set_selection_range(end, end);
    });
    let commit = move || {
        let is_open = cursor.editing.with_untracked(Option::is_some);
        let Some(row) = edited.get_value().filter(|_| is_open) else { return };
        cursor.editing.set(None);
        let typed = text.get_untracked();
        if typed != text_of(&row, field) {
            let edit = Edit { row: row.row, field, text: Some(typed) };
            desk.tell(Msg::Edited(Ask::Edit(vec![edit])));
        }
    };
    let pressed = move |event: KeyboardEvent| {
        let last_column = EDITABLE.len() - 1;
        let next = match event.key().as_str() {
            "Escape" => {
                cursor.editing.set(None);
                Some((index, column))
            }
            "Enter" => {
                commit();
                Some((index + 1, column))
            }
            "Tab" if event.shift_key() => {
                commit();
                Some((index, column.saturating_sub(1)))
            }
            "Tab" => {
                commit();
                Some(if column < last_column { (index, column + 1) } else { (index + 1, 0) })
            }
            _ => None,
        };
        event.stop_propagation();
        if let Some((row, column)) = next {
            event.prevent_default();
            let id = Cursor::id(row, column);
            if page::has(&id) { cursor.go(row, column) } else { cursor.go(index, column) }
        }
    };
    let is_number = field == EditField::Value;
    view! {
        <input
            node_ref=node
            class="cell-field"
            class:end=is_number
            aria-label=label
            inputmode=if is_number { "text" } else { "" }
            autocomplete="off"
            spellcheck="false"
            dir=if is_number { "ltr" } else { "auto" }
            prop:value=move || text.get()
            on:input:target=move |event| text.set(event.target().value())
            on:keydown=pressed
            on:blur=move |_: FocusEvent| commit()
        />
    }
}

fn text_of(row: &RowView, field: EditField) -> String {
    match field {
        EditField::ExternalId => row.external_id.clone(),
        EditField::Variant => row.variant.clone(),
        EditField::Value => row.value.clone(),
    }
}
