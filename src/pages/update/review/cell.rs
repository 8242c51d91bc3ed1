//! A cell that is edited where it stands.
//!
//! Enter, F2, a double click or simply typing begins; Enter goes down, Tab goes on, Escape leaves.

use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;
use stockroom_domain::sheet::EditField;
use stockroom_worksheet::{GridColumn, RowView};

use super::grid::{GRID, Sheet, use_sheet};
use super::row::{draw_out, grab};
use super::select::{Cell, InRow, Reach, Step};
use crate::browser::page;
use crate::words::{Key, use_words};

/// A cell that is being edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editing {
    /// The cell.
    pub(super) cell: Cell,
    /// What the field holds; kept here, so that it outlasts the field.
    pub(super) text: String,
    /// The row that was under the hands when the field opened, whatever the view shows there since.
    pub(super) row: Option<RowView>,
}

/// A cell that can be edited.
#[component]
pub fn EditCell(
    /// The row's place in the view.
    index: Memo<usize>,
    /// What of the selection lies in the row.
    chosen: Memo<InRow>,
    /// The column that is being edited in the row.
    open: Memo<Option<usize>>,
    /// The column.
    column: GridColumn,
    /// The row.
    row: Memo<Option<RowView>>,
    /// The cell's classes.
    class: &'static str,
) -> impl IntoView {
    let words = use_words();
    let sheet = use_sheet();
    let field = column.field().unwrap_or(EditField::Value);
    let cell = move || Cell { row: index.get(), column: column as usize };
    let text = move || row.with(|row| row.as_ref().map(|row| row.text(column)).unwrap_or_default());
    let is_flagged = move || {
        row.with(|row| row.as_ref().is_some_and(|row| row.issues.iter().any(|i| i.field == field)))
    };
    let is_edited =
        move || row.with(|row| row.as_ref().is_some_and(|row| row.edited.contains(&field)));
    let is_open = Memo::new(move |_| open.get() == Some(column as usize));
    let has_cursor = move || chosen.get().has_cursor(column as usize);
    let label = move || {
        let line = row.with(|row| row.as_ref().map_or(0, |row| row.line));
        let key = match field {
            EditField::ExternalId => Key::UpdateEditSku,
            EditField::Variant => Key::UpdateEditVariant,
            EditField::Value => Key::UpdateEditValue,
        };
        words.fill(key, &[("line", &words.number(line.into()))])
    };
    let begin = move || sheet.begin_with_its_text(untrack(cell));
    let touched = move |_| {
        if page::is_touch() {
            begin();
        }
    };
    view! {
        <div
            id=move || has_cursor().then(|| Sheet::id(cell()))
            class=class
            class:is-cell=true
            class:is-chosen=move || chosen.get().is_chosen(column as usize)
            class:is-cursor=has_cursor
            class:is-flagged=is_flagged
            class:is-edited=is_edited
            role="gridcell"
            aria-invalid=move || is_flagged().then_some("true")
            aria-selected=move || chosen.get().has(column as usize).to_string()
            aria-label=move || (!is_open.get()).then(|| format!("{}: {}", label(), text()))
            on:mousedown=move |event| grab(&event, sheet, untrack(cell))
            on:mouseenter=move |event| draw_out(&event, sheet, untrack(cell))
            on:click=touched
            on:dblclick=move |_| begin()
        >
            {move || if is_open.get() {
                view! { <CellField cell=untrack(cell) column=column label=untrack(label) /> }.into_any()
            } else {
                view! { <bdi>{text}</bdi> }.into_any()
            }}
        </div>
    }
}

/// The field of a cell that is being edited.
#[component]
fn CellField(cell: Cell, column: GridColumn, label: String) -> impl IntoView {
    let sheet = use_sheet();
    let node = NodeRef::<html::Input>::new();
    node.on_load(move |input| {
        let _ = input.focus();
        let end = u32::try_from(input.value().encode_utf16().count()).unwrap_or(0);
        // The caret stands after what is there.
        let _ = input.set_selection_range(end, end);
    });
    let is_here = move |editing: &Editing| editing.cell == cell;
    let text =
        move || sheet.editing.with(|e| e.as_ref().filter(|e| is_here(e)).map(|e| e.text.clone()));
    let type_in = move |text: String| {
        sheet.editing.update(|editing| {
            if let Some(editing) = editing.as_mut().filter(|editing| is_here(editing)) {
                editing.text = text;
            }
        });
    };
    let commit = move || {
        if sheet.editing.with_untracked(|editing| editing.as_ref().is_some_and(is_here)) {
            sheet.commit();
        }
    };
    on_cleanup(move || {
        // Scrolled away: what was typed stands, and the hands stay in the grid.
        let is_open = sheet.editing.try_with_untracked(|e| e.as_ref().is_some_and(is_here));
        if is_open == Some(true) {
            request_animation_frame(move || {
                commit();
                page::focus(GRID);
            });
        }
    });
    let pressed = move |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "Escape" => {
                sheet.editing.set(None);
                Some(Step::Rows(0))
            }
            "Enter" => Some(Step::Rows(if event.shift_key() { -1 } else { 1 })),
            "Tab" if event.shift_key() => Some(Step::PreviousEditable),
            "Tab" => Some(Step::NextEditable),
            _ => None,
        };
        event.stop_propagation();
        if let Some(step) = step {
            event.prevent_default();
            commit();
            sheet.step(step, Reach::Move);
        }
    };
    let is_number = column == GridColumn::Value;
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
            prop:value=move || text().unwrap_or_default()
            on:input:target=move |event| type_in(event.target().value())
            on:keydown=pressed
            on:blur=move |_: FocusEvent| commit()
        />
    }
}
