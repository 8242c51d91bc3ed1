//! The worksheet's grid: sticky headings, the visible rows, cells that are edited where they stand.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use stockroom_domain::plan::Verdict;
use stockroom_domain::quantity::Mode;
use stockroom_domain::sheet::EditField;

use super::cell::{EditCell, Editing};
use super::rows::Rows;
use crate::app::viewport::use_viewport;
use crate::browser::page;
use crate::pages::update::desk::use_desk;
use crate::pages::update::state::Msg;
use crate::pages::update::tell;
use crate::ui::{ChangeView, Delta, EmptyState, Icon, Sign, VirtualRows};
use crate::words::{Key, use_words};
use stockroom_worksheet::{Ask, RowView, Sort, View};

/// The height of a row, and of a card with the gap after it; the style sheet says the same.
const ROW_PX: u32 = 40;
const CARD_PX: u32 = 180;

/// The fields that can be edited, in the order of their columns.
pub const EDITABLE: [EditField; 3] = [EditField::ExternalId, EditField::Variant, EditField::Value];

/// Where the keyboard is, and what is being typed.
#[derive(Clone, Copy, Debug)]
pub struct Cursor {
    /// The row, by its place in the view.
    pub(super) row: RwSignal<usize>,
    /// The column, by its place in [`EDITABLE`].
    pub(super) column: RwSignal<usize>,
    /// The cell that is being edited, with what it began with.
    pub(super) editing: RwSignal<Option<Editing>>,
    reveal: RwSignal<Option<usize>>,
}

impl Cursor {
    pub(super) fn id(row: usize, column: usize) -> String {
        format!("change-{row}-{column}")
    }

    /// Moves to a cell and focuses it once it is drawn.
    pub(super) fn go(self, row: usize, column: usize) {
        self.editing.set(None);
        self.row.set(row);
        self.column.set(column);
        self.reveal.set(Some(row));
        let id = Self::id(row, column);
        // Rows come with the next frame, the window of rows with the one after.
        // Whoever began to edit another cell meanwhile keeps the focus there.
        let is_here = move || {
            let place = (self.row.try_get_untracked(), self.column.try_get_untracked());
            place == (Some(row), Some(column))
                && self.editing.try_with_untracked(Option::is_none) == Some(true)
        };
        request_animation_frame(move || {
            if is_here() && !page::focus(&id) {
                request_animation_frame(move || {
                    if is_here() {
                        page::focus(&id);
                    }
                });
            }
        });
    }
}

/// The grid with its headings.
#[component]
pub fn ChangesGrid() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let viewport = use_viewport();
    let rows = Rows::follow(desk);
    let cursor = Cursor {
        row: RwSignal::new(0),
        column: RwSignal::new(2),
        editing: RwSignal::new(None),
        reveal: RwSignal::new(None),
    };
    provide_context(cursor);
    let total = Signal::derive(move || rows.total());
    let height = Signal::derive(move || if viewport.is_narrow() { CARD_PX } else { ROW_PX });
    let row = move |index: usize| view! { <GridRow index=index rows=rows /> };
    view! {
        <div
            class="grid sheet"
            role="grid"
            aria-label=words.t(Key::UpdateChanges)
            aria-rowcount=move || (total.get() + 1).to_string()
            aria-colcount="8"
            on:keydown=move |event| steer(&event, cursor, total.get_untracked(), rows)
        >
            <div class="grid-head" role="rowgroup">
                <div class="grid-row" role="row" aria-rowindex="1">
                    <Heading sort=Some(Sort::Line) label=Key::UpdateLine class="c-line" />
                    <Heading sort=Some(Sort::Sku) label=Key::UpdateSku class="c-sku" />
                    <Heading sort=Some(Sort::Product) label=Key::UpdateProduct class="c-product" />
                    <Heading sort=None label=Key::UpdateVariant class="c-variant" />
                    <Heading sort=None label=Key::UpdateMode class="c-mode" />
                    <Heading sort=None label=Key::UpdateValue class="c-value end" />
                    <Heading sort=Some(Sort::Delta) label=Key::UpdateChange class="c-after" />
                    <Heading sort=None label=Key::UpdateNote class="c-note" />
                </div>
            </div>
            <VirtualRows total=total height=height key=|_| 0 row=row reveal=cursor.reveal covered=40 />
        </div>
        <Show when=move || total.get() == 0>
            <EmptyState title=words.label(Key::UpdateNoRowsShown) />
        </Show>
    }
}

#[component]
fn Heading(sort: Option<Sort>, label: Key, class: &'static str) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let order = Memo::new(move |_| desk.with(|model| (model.view.sort, model.view.descending)));
    let is_on = move || Some(order.get().0) == sort;
    let aria = move || {
        sort?;
        Some(match (is_on(), order.get().1) {
            (false, _) => "none",
            (true, false) => "ascending",
            (true, true) => "descending",
        })
    };
    let press = move |_| {
        let Some(sort) = sort else { return };
        let view = desk.with_untracked(|model| model.view.clone());
        let descending = view.sort == sort && !view.descending;
        desk.tell(Msg::ViewChosen(View { sort, descending, ..view }));
    };
    view! {
        <div class=class role="columnheader" aria-sort=aria>
            {if sort.is_some() {
                view! {
                    <button type="button" class="sort" on:click=press>
                        {words.t(label)}
                        <span class="sort-sign" class:is-on=is_on class:is-down=move || order.get().1></span>
                    </button>
                }.into_any()
            } else {
                view! { <span>{words.t(label)}</span> }.into_any()
            }}
        </div>
    }
}

/// One row; it follows its place in the view, so that an edit changes its cells and not the list.
#[component]
fn GridRow(index: usize, rows: Rows) -> impl IntoView {
    let words = use_words();
    let row = Memo::new(move |_| rows.row(index));
    let verdict = Memo::new(move |_| row.with(|row| row.as_ref().and_then(|row| row.verdict)));
    let is_error = move || verdict.get() == Some(Verdict::Error);
    let line = move || row.with(|row| row.as_ref().map(|row| words.number(row.line.into())));
    let name = move || {
        row.with(|row| row.as_ref().map(|row| row.name.clone().unwrap_or_else(|| "—".to_owned())))
    };
    let mode = move || {
        let mode = row.with(|row| row.as_ref().and_then(|row| row.mode))?;
        Some(words.text(match mode {
            Mode::Set => Key::UpdateSet,
            Mode::Adjust => Key::UpdateAdjust,
        }))
    };
    let note = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| tell::note(words, row))));
    view! {
        <div
            class="grid-row"
            class:is-error=is_error
            class:is-warning=move || verdict.get() == Some(Verdict::Warning)
            role="row"
            aria-rowindex=(index + 2).to_string()
        >
            <div class="c-line" role="gridcell">
                <VerdictSign verdict=verdict />
                <span class="line">{line}</span>
            </div>
            <EditCell index=index column=0 row=row class="c-sku" />
            <div class="c-product" role="gridcell"><bdi class="name">{name}</bdi></div>
            <EditCell index=index column=1 row=row class="c-variant" />
            <div class="c-mode muted" role="gridcell">{mode}</div>
            <EditCell index=index column=2 row=row class="c-value end" />
            <div class="c-after" role="gridcell">
                {move || row.with(|row| row.as_ref().and_then(|row| change(words, row)))}
            </div>
            <div class="c-note" role="gridcell" title=move || note.get()>
                <span>{move || note.get()}</span>
            </div>
        </div>
    }
}

#[component]
fn VerdictSign(verdict: Memo<Option<Verdict>>) -> impl IntoView {
    let words = use_words();
    move || {
        verdict.get().map(|verdict| {
            let (class, sign) = match verdict {
                Verdict::Error => ("verdict bad", Some(Sign::Error)),
                Verdict::Warning => ("verdict warn", Some(Sign::Warning)),
                Verdict::Change => ("verdict good", Some(Sign::Check)),
                Verdict::Unchanged | Verdict::Blank => ("verdict", None),
            };
            let said = tell::verdict(words, verdict);
            view! {
                <span class=class title=said>
                    {sign.map(|sign| view! { <Icon sign=sign /> })}
                    <span class="visually-hidden">{said}</span>
                </span>
            }
        })
    }
}

fn change(words: crate::words::Words, row: &RowView) -> Option<impl IntoView + use<>> {
    let (after, delta) = (row.after?, row.delta?);
    let before = row.before.map(|before| words.number(before)).unwrap_or_default();
    let after = words.number(after);
    let values = [("before", before.as_str()), ("after", after.as_str())];
    let spoken = words.fill(Key::ChangeGoes, &values);
    let pill = words.signed(delta);
    Some(view! {
        <ChangeView
            before=before
            after=after.clone()
            pill=pill
            delta=Delta::of(delta, row.floored)
            spoken=spoken
        />
    })
}

/// Moves through the cells as in a spreadsheet.
fn steer(event: &KeyboardEvent, cursor: Cursor, total: usize, rows: Rows) {
    if cursor.editing.with_untracked(Option::is_some) || total == 0 {
        return;
    }
    let desk = rows.desk();
    let (row, column) = (cursor.row.get_untracked(), cursor.column.get_untracked());
    let last = total - 1;
    let is_command = event.ctrl_key() || event.meta_key();
    let is_rtl = page::is_rtl();
    let (back, on) = if is_rtl { ("ArrowRight", "ArrowLeft") } else { ("ArrowLeft", "ArrowRight") };
    let place = match event.key().as_str() {
        "ArrowDown" => Some(((row + 1).min(last), column)),
        "ArrowUp" => Some((row.saturating_sub(1), column)),
        "PageDown" => Some(((row + 15).min(last), column)),
        "PageUp" => Some((row.saturating_sub(15), column)),
        "Home" if is_command => Some((0, 0)),
        "End" if is_command => Some((last, EDITABLE.len() - 1)),
        "Home" => Some((row, 0)),
        "End" => Some((row, EDITABLE.len() - 1)),
        key if key == back => Some((row, column.saturating_sub(1))),
        key if key == on => Some((row, (column + 1).min(EDITABLE.len() - 1))),
        "z" if is_command && !event.shift_key() => {
            desk.tell(Msg::Edited(Ask::Undo));
            Some((row, column))
        }
        "y" | "z" | "Z" if is_command => {
            desk.tell(Msg::Edited(Ask::Redo));
            Some((row, column))
        }
        _ => None,
    };
    if let Some((row, column)) = place {
        event.prevent_default();
        cursor.go(row, column);
    }
}
