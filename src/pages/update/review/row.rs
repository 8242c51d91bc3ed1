//! One row of the worksheet. It is used again for other rows while scrolling: everything in it
//! follows its index.

use leptos::prelude::*;
use stockroom_domain::plan::Verdict;
use stockroom_domain::quantity::Mode;
use stockroom_worksheet::{GridColumn, RowView};

use super::cell::EditCell;
use super::grid::{Sheet, use_sheet};
use super::select::{Cell, InRow, Selection};
use crate::pages::update::tell;
use crate::ui::{ChangeView, Delta, Icon, Sign};
use crate::words::{Key, Words, use_words};

/// A row of the grid, moved down by so many pixels.
#[component]
pub fn GridRow(index: Memo<usize>, moved: Signal<String>) -> impl IntoView {
    let words = use_words();
    let sheet = use_sheet();
    // While its row is fetched it shows the one before, so that a jump draws everything once.
    let row = Memo::new(move |before: Option<&Option<RowView>>| {
        sheet.rows.row(index.get()).or_else(|| before.cloned().flatten())
    });
    let verdict = Memo::new(move |_| row.with(|row| row.as_ref().and_then(|row| row.verdict)));
    let line = move || row.with(|row| row.as_ref().map(|row| words.number(row.line.into())));
    let note = Memo::new(move |_| {
        row.with(|row| row.as_ref().map(|row| tell::note(words, row)).unwrap_or_default())
    });
    // Of rows alone, so that cells without anything of it rest while scrolling.
    let chosen =
        Memo::new(move |_| sheet.selection.with(|selection| selection.in_row(index.get())));
    let open = Memo::new(move |_| {
        let row = index.get();
        let cell = sheet.editing.with(|editing| editing.as_ref().map(|editing| editing.cell));
        cell.filter(|cell| cell.row == row).map(|cell| cell.column)
    });
    let is_beyond = move || sheet.rows.total() <= index.get();
    view! {
        <div
            class="grid-row"
            class:is-error=move || verdict.get() == Some(Verdict::Error)
            class:is-warning=move || verdict.get() == Some(Verdict::Warning)
            class:is-added=move || row.with(|row| row.as_ref().is_some_and(|row| row.is_added))
            hidden=is_beyond
            style:transform=moved
            role="row"
            aria-rowindex=move || (index.get() + 2).to_string()
        >
            <div class="c-line" role="gridcell">
                <VerdictSign verdict=verdict />
                <span class="line">{line}</span>
            </div>
            <EditCell index=index chosen=chosen open=open column=GridColumn::Sku row=row class="c-sku" />
            <ReadCell index=index chosen=chosen column=GridColumn::Product row=row class="c-product" />
            <EditCell index=index chosen=chosen open=open column=GridColumn::Variant row=row class="c-variant" />
            <ReadCell index=index chosen=chosen column=GridColumn::Mode row=row class="c-mode muted" />
            <EditCell index=index chosen=chosen open=open column=GridColumn::Value row=row class="c-value end" />
            <div class="c-after" role="gridcell">
                {move || row.with(|row| row.as_ref().and_then(|row| change(words, row)))}
            </div>
            <div class="c-note" role="gridcell" title=move || note.get()>
                <span>{move || note.get()}</span>
            </div>
        </div>
    }
}

/// A cell that is only shown, and can be chosen and copied.
#[component]
fn ReadCell(
    index: Memo<usize>,
    chosen: Memo<InRow>,
    column: GridColumn,
    row: Memo<Option<RowView>>,
    class: &'static str,
) -> impl IntoView {
    let words = use_words();
    let sheet = use_sheet();
    let cell = move || Cell { row: index.get(), column: column as usize };
    let has_cursor = move || chosen.get().has_cursor(column as usize);
    let text = move || {
        row.with(|row| {
            let row = row.as_ref()?;
            Some(match (column, row.mode) {
                (GridColumn::Mode, mode) => mode_word(words, mode).to_owned(),
                _ => row.name.clone().unwrap_or_else(|| "—".to_owned()),
            })
        })
    };
    view! {
        <div
            id=move || has_cursor().then(|| Sheet::id(cell()))
            class=class
            class:is-cell=true
            class:is-chosen=move || chosen.get().is_chosen(column as usize)
            class:is-cursor=has_cursor
            role="gridcell"
            aria-selected=move || chosen.get().has(column as usize).to_string()
            on:mousedown=move |event| grab(&event, sheet, untrack(cell))
            on:mouseenter=move |event| draw_out(&event, sheet, untrack(cell))
        >
            <bdi class="name">{text}</bdi>
        </div>
    }
}

fn mode_word(words: Words, mode: Option<Mode>) -> &'static str {
    match mode {
        Some(Mode::Set) => words.text(Key::UpdateSet),
        Some(Mode::Adjust) => words.text(Key::UpdateAdjust),
        None => "",
    }
}

/// Chooses the cell under the pointer, or draws the rectangle out to it with Shift.
pub(super) fn grab(event: &leptos::ev::MouseEvent, sheet: Sheet, cell: Cell) {
    // What is seen there may be the row of before: nothing may happen to one that was never seen.
    let is_there = untrack(|| sheet.rows.row(cell.row)).is_some();
    if event.button() != 0 || !is_there {
        return;
    }
    let selection = sheet.selection.get_untracked();
    let chosen = if event.shift_key() { selection.extended_to(cell) } else { Selection::at(cell) };
    if chosen != selection {
        sheet.selection.set(chosen);
    }
}

/// Draws the rectangle out to the cell that the pointer was dragged to.
pub(super) fn draw_out(event: &leptos::ev::MouseEvent, sheet: Sheet, cell: Cell) {
    let is_dragging = event.buttons() & 1 == 1 && sheet.editing.with_untracked(Option::is_none);
    if is_dragging {
        sheet.selection.update(|selection| *selection = selection.extended_to(cell));
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

fn change(words: Words, row: &RowView) -> Option<impl IntoView + use<>> {
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
