//! The worksheet's grid: a spreadsheet over a million rows, of which only the visible are drawn.
//!
//! The grid itself has the focus; where the cursor is says `aria-activedescendant`. Its cells are
//! in [`cell`](super::cell), its rows in [`row`](super::row), copy and paste in
//! [`clipboard`](super::clipboard).

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_domain::sheet::{Edit, EditField};
use stockroom_worksheet::{Ask, Fill, GridColumn, RowView, Sort, View};

use super::cell::Editing;
use super::clipboard::{copied, cut, pasted};
use super::row::GridRow;
use super::rows::Rows;
use super::select::{Cell, Reach, Selection, Step};
use crate::app::viewport::use_viewport;
use crate::browser::page;
use crate::pages::update::desk::{Desk, use_desk};
use crate::pages::update::state::Msg;
use crate::ui::{EmptyState, LongList, LongRows, Toasts, use_toasts};
use crate::words::{Key, Words, use_words};

/// The height of a row, and of a card with the gap after it; the style sheet says the same.
const ROW_PX: u32 = 40;
const CARD_PX: u32 = 168;
const HEAD_PX: f64 = 35.0;

/// The grid's state; copy it into closures.
#[derive(Clone, Copy, Debug)]
pub struct Sheet {
    /// Carries out what is asked.
    pub(super) desk: Desk,
    /// The rows at hand.
    pub(super) rows: Rows,
    /// What is chosen.
    pub(super) selection: RwSignal<Selection>,
    /// The cell that is being edited, with what it began with.
    pub(super) editing: RwSignal<Option<Editing>>,
    /// Counts the keys: one that came since tells that a field is waited for no longer.
    keys: StoredValue<u32>,
    pub(super) list: LongList,
    pub(super) toasts: Toasts,
    pub(super) words: Words,
}

impl Sheet {
    /// Returns the id of a cell.
    pub(super) fn id(cell: Cell) -> String {
        format!("change-{}-{}", cell.row, cell.column)
    }

    /// Chooses cells and shows where the cursor is.
    pub(super) fn choose(self, selection: Selection) {
        self.editing.set(None);
        self.selection.set(selection);
        self.list.reveal(selection.cursor.row);
        page::focus(GRID);
    }

    /// Moves the cursor.
    pub(super) fn step(self, step: Step, reach: Reach) {
        let total = untrack(|| self.rows.total());
        let selection = self.selection.get_untracked();
        self.choose(selection.moved(step, reach, total));
    }

    /// Begins to edit a cell with `text` in its field.
    pub(super) fn begin(self, cell: Cell, text: String) {
        if GridColumn::ALL[cell.column].field().is_none() {
            return;
        }
        if cell.row >= untrack(|| self.rows.total()) {
            return;
        }
        self.selection.set(Selection::at(cell));
        self.list.reveal(cell.row);
        let row = untrack(|| self.rows.row(cell.row));
        self.editing.set(Some(Editing { cell, text, row }));
    }

    /// Begins to edit what a cell holds: at once where it is known, else when the worksheet has
    /// told it.
    pub(super) fn begin_with_its_text(self, cell: Cell) {
        let text = move |row: &RowView| row.text(GridColumn::ALL[cell.column]);
        let at_hand = untrack(|| self.rows.at_hand(cell.row, 1));
        if let Some(row) = at_hand.as_ref().and_then(|rows| rows.first()) {
            return self.begin(cell, text(row));
        }
        let keys = self.keys.get_value();
        spawn_local(async move {
            let row = self.rows.fetch(cell.row).await;
            // The hands may be elsewhere by now.
            let is_waiting = self.keys.try_get_value() == Some(keys)
                && self.selection.try_get_untracked() == Some(Selection::at(cell))
                && self.editing.try_with_untracked(Option::is_none) == Some(true);
            if let Some(row) = row.filter(|_| is_waiting) {
                self.begin(cell, text(&row));
            }
        });
    }

    /// Ends editing and takes what was typed.
    pub(super) fn commit(self) {
        let Some(Editing { cell, text, row }) = self.editing.get_untracked() else { return };
        self.editing.set(None);
        let column = GridColumn::ALL[cell.column];
        let field = column.field().unwrap_or(EditField::Value);
        match row.or_else(|| untrack(|| self.rows.row(cell.row))) {
            Some(row) if text == row.text(column) => {}
            Some(row) => {
                let edit = Edit { row: row.row, field, text: Some(text) };
                self.desk.tell(Msg::Edited(Ask::Edit(vec![edit])));
            }
            // Hands that are quicker than the row: its place says which it is.
            None => {
                let view = self.desk.with_untracked(|model| model.view.clone());
                let (start, fill) = (place(cell.row), Fill::Text { field, text });
                self.desk.tell(Msg::Edited(Ask::Fill { view, start, count: 1, fill }));
            }
        }
    }

    /// Types the same over all chosen rows.
    pub(super) fn fill(self, fill: Fill) {
        let (start, count) = self.selection.get_untracked().rows();
        let view = self.desk.with_untracked(|model| model.view.clone());
        let (start, count) = (place(start), place(count));
        self.desk.tell(Msg::Edited(Ask::Fill { view, start, count, fill }));
    }
}

/// The id of the element that has the focus.
pub(super) const GRID: &str = "changes";

/// Returns the sheet that the grid provides.
pub(super) fn use_sheet() -> Sheet {
    expect_context::<Sheet>()
}

/// Rows fit: a file is at most 256 MB.
pub(super) fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Makes the grid's state; call it where both the grid and its tools are.
pub(super) fn provide_sheet() -> Sheet {
    let desk = use_desk();
    let viewport = use_viewport();
    let rows = Rows::follow(desk);
    let total = Signal::derive(move || rows.total());
    let height = Signal::derive(move || if viewport.is_narrow() { CARD_PX } else { ROW_PX });
    let kept = desk.cursor().map(|(row, column)| {
        let column = (column as usize).min(GridColumn::ALL.len() - 1);
        Selection::at(Cell { row: row as usize, column })
    });
    let sheet = Sheet {
        desk,
        rows,
        selection: RwSignal::new(kept.unwrap_or_default()),
        editing: RwSignal::new(None),
        keys: StoredValue::new(0),
        list: LongList::new(total, height, if viewport.is_narrow() { 0.0 } else { HEAD_PX }),
        toasts: use_toasts(),
        words: use_words(),
    };
    provide_context(sheet);
    keep_cursor(sheet);
    sheet
}

/// Shows the cell where the cursor was left, and keeps where it goes.
fn keep_cursor(sheet: Sheet) {
    let is_there = Memo::new(move |_| sheet.rows.total() > 0);
    Effect::new(move |_| {
        if is_there.get() {
            // The rows stand in the page with the next frame.
            request_animation_frame(move || {
                if let Some(selection) = sheet.selection.try_get_untracked() {
                    sheet.list.reveal(selection.cursor.row);
                }
            });
        }
    });
    // An undo may take the rows of the cursor away; no rows are those that are awaited.
    Effect::new(move |_| {
        let Some(last) = sheet.rows.total().checked_sub(1) else { return };
        let selection = sheet.selection.get_untracked();
        if selection.cursor.row > last || selection.anchor.row > last {
            sheet.editing.set(None);
            sheet.selection.set(selection.within(last));
        }
    });
    // What is taken back or made again is shown.
    let again = Memo::new(move |_| sheet.desk.with(|model| (model.generation, model.shown_again)));
    Effect::new(move |before: Option<u32>| {
        let (generation, row) = again.get();
        if let Some(row) = row.filter(|_| before.is_some_and(|before| before != generation)) {
            let column = sheet.selection.get_untracked().cursor.column;
            sheet.selection.set(Selection::at(Cell { row: row as usize, column }));
            sheet.list.reveal(row as usize);
        }
        generation
    });
    let view = Memo::new(move |_| sheet.desk.with(|model| model.view.clone()));
    Effect::new(move |before: Option<View>| {
        let view = view.get();
        if before.is_some_and(|before| before != view) {
            // Other rows begin at their first.
            let column = sheet.selection.get_untracked().cursor.column;
            sheet.editing.set(None);
            sheet.selection.set(Selection::at(Cell { row: 0, column }));
            sheet.list.go_to_top();
        }
        view
    });
    let cursor = Memo::new(move |_| sheet.selection.with(|selection| selection.cursor));
    Effect::new(move |before: Option<Cell>| {
        let cell = cursor.get();
        if before.is_some_and(|before| before != cell) {
            sheet.desk.keep_cursor(place(cell.row), place(cell.column));
        }
        cell
    });
}

/// The grid with its headings.
#[component]
pub fn ChangesGrid() -> impl IntoView {
    let words = use_words();
    let sheet = use_sheet();
    let total = move || sheet.rows.total();
    let active = move || {
        let cell = sheet.selection.with(|selection| selection.cursor);
        (cell.row < total() && sheet.list.draws(cell.row)).then(|| Sheet::id(cell))
    };
    view! {
        <div
            id=GRID
            node_ref=sheet.list.node
            class="grid sheet"
            class:is-late=move || sheet.rows.is_late()
            aria-busy=move || sheet.rows.is_late().to_string()
            role="grid"
            tabindex="0"
            aria-label=words.t(Key::UpdateChanges)
            aria-rowcount=move || (total() + 1).to_string()
            aria-colcount="8"
            aria-multiselectable="true"
            aria-activedescendant=active
            on:keydown=move |event| press(&event, sheet)
            on:scroll=move |_| sheet.list.scrolled()
            on:mousedown=move |event| sheet.list.pressed(&event)
            on:mouseup=move |_| sheet.list.released()
            on:copy=move |event| copied(&event, sheet)
            on:cut=move |event| cut(&event, sheet)
            on:paste=move |event| pasted(&event, sheet)
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
            <LongRows
                list=sheet.list
                row=|index, moved| view! { <GridRow index=index moved=moved /> }.into_any()
            />
        </div>
        <Show when=move || total() == 0>
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
    let id = match sort {
        Some(Sort::Line) => "sort-line",
        Some(Sort::Sku) => "sort-sku",
        Some(Sort::Product) => "sort-product",
        Some(Sort::Delta) | None => "sort-delta",
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
                    <button type="button" id=id class="sort" tabindex="-1" on:click=press>
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

/// Does what a key does in a spreadsheet.
fn press(event: &KeyboardEvent, sheet: Sheet) {
    if sheet.editing.with_untracked(Option::is_some) || untrack(|| sheet.rows.total()) == 0 {
        return;
    }
    sheet.keys.update_value(|keys| *keys = keys.wrapping_add(1));
    let is_command = event.ctrl_key() || event.meta_key();
    let key = event.key();
    if !page::has_focus(GRID) && press_on_heading(&key) {
        return event.prevent_default();
    }
    if !page::has_focus(GRID) && matches!(key.as_str(), "Enter" | " " | "Tab") {
        // The heading's own: it sorts, or is left.
        return;
    }
    let selection = sheet.selection.get_untracked();
    if key == "ArrowUp" && selection.cursor.row == 0 && !is_command && !event.shift_key() {
        page::focus(match GridColumn::ALL[selection.cursor.column] {
            GridColumn::Sku => "sort-sku",
            GridColumn::Product | GridColumn::Variant => "sort-product",
            GridColumn::Mode | GridColumn::Value => "sort-delta",
        });
        return event.prevent_default();
    }
    let is_done = is_command && command(letter(event), event.shift_key(), sheet);
    if is_done {
        return event.prevent_default();
    }
    if let Some(step) = step_of(&key, is_command, sheet) {
        event.prevent_default();
        let reach = if event.shift_key() && key != "Tab" { Reach::Extend } else { Reach::Move };
        return sheet.step(step, reach);
    }
    if !is_command && !event.alt_key() && type_in(&key, event.shift_key(), sheet) {
        event.prevent_default();
    }
}

/// Does what a key does on a heading: along the headings, down to the rows; tells whether it did.
fn press_on_heading(key: &str) -> bool {
    const HEADINGS: [&str; 4] = ["sort-line", "sort-sku", "sort-product", "sort-delta"];
    let on = if page::is_rtl() { "ArrowLeft" } else { "ArrowRight" };
    let at = HEADINGS.iter().position(|id| page::has_focus(id));
    let next = match (key, at) {
        ("ArrowDown" | "Escape", Some(_)) => GRID,
        ("ArrowLeft" | "ArrowRight", Some(at)) if key == on => HEADINGS[(at + 1).min(3)],
        ("ArrowLeft" | "ArrowRight", Some(at)) => HEADINGS[at.saturating_sub(1)],
        _ => return false,
    };
    page::focus(next)
}

/// Returns the letter of a key: the one it writes, whatever the case; where that is none of the
/// Latin ones, the one of its place on the keyboard.
fn letter(event: &KeyboardEvent) -> Option<char> {
    let mut written = event.key().chars().map(|c| c.to_ascii_lowercase()).collect::<Vec<_>>();
    if written.len() == 1 && !written[0].is_ascii() {
        let place = event.code();
        written = place.strip_prefix("Key")?.chars().map(|c| c.to_ascii_lowercase()).collect();
    }
    (written.len() == 1).then(|| written[0])
}

/// Does what a key does with Ctrl; tells whether it does anything.
fn command(letter: Option<char>, is_shifted: bool, sheet: Sheet) -> bool {
    let (first, last) = sheet.selection.get_untracked().columns();
    match letter {
        Some('z') if !is_shifted => sheet.desk.tell(Msg::Edited(Ask::Undo)),
        Some('y' | 'z') => sheet.desk.tell(Msg::Edited(Ask::Redo)),
        Some('d') => sheet.fill(Fill::Down(first, last)),
        Some('a') => sheet.selection.set(Selection::all(untrack(|| sheet.rows.total()))),
        Some('g') => {
            page::focus("go-to-line");
        }
        _ => return false,
    }
    true
}

fn step_of(key: &str, is_command: bool, sheet: Sheet) -> Option<Step> {
    let page = isize::try_from(sheet.list.rows_in_view()).unwrap_or(20).max(2) - 1;
    let on = if page::is_rtl() { -1 } else { 1 };
    Some(match key {
        "ArrowDown" if is_command => Step::Bottom,
        "ArrowUp" if is_command => Step::Top,
        "ArrowDown" => Step::Rows(1),
        "ArrowUp" => Step::Rows(-1),
        "ArrowRight" if is_command => {
            if on > 0 {
                Step::RowEnd
            } else {
                Step::RowStart
            }
        }
        "ArrowLeft" if is_command => {
            if on > 0 {
                Step::RowStart
            } else {
                Step::RowEnd
            }
        }
        "ArrowRight" => Step::Columns(on),
        "ArrowLeft" => Step::Columns(-on),
        "PageDown" => Step::Rows(page),
        "PageUp" => Step::Rows(-page),
        "Home" if is_command => Step::First,
        "End" if is_command => Step::Last,
        "Home" => Step::RowStart,
        "End" => Step::RowEnd,
        _ => return None,
    })
}

/// Begins to edit, clears, or lets go; tells whether the key does anything.
fn type_in(key: &str, is_shifted: bool, sheet: Sheet) -> bool {
    let selection = sheet.selection.get_untracked();
    let (first, last) = selection.columns();
    match key {
        "Enter" | "F2" => {
            sheet.begin_with_its_text(selection.cursor);
        }
        "Delete" | "Backspace" => sheet.fill(Fill::Clear(first, last)),
        "Escape" if selection.is_range() => sheet.choose(Selection::at(selection.cursor)),
        "Tab" => {
            let total = untrack(|| sheet.rows.total());
            let step = if is_shifted { Step::PreviousEditable } else { Step::NextEditable };
            let moved = selection.moved(step, Reach::Move, total);
            // From the last cell Tab leaves the grid, as from any field.
            if moved.cursor == selection.cursor {
                return false;
            }
            sheet.choose(moved);
        }
        _ if key.chars().count() == 1 && key != " " => {
            sheet.begin(selection.cursor, key.to_owned());
        }
        _ => return false,
    }
    true
}
