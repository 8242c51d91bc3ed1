//! Beside the filters: go to a line, add rows.

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_worksheet::{Ask, Reply};

use super::grid::{Sheet, use_sheet};
use super::select::{Cell, Selection};
use crate::pages::update::state::Msg;
use crate::ui::{Tone, use_toasts};
use crate::words::{Key, Plural, use_words};

/// How many blank rows are added at a time.
const ROWS: u32 = 10;

/// Go to a line, add rows.
#[component]
pub fn GridTools() -> impl IntoView {
    let words = use_words();
    let sheet = use_sheet();
    tell_skipped(sheet);
    view! {
        <GoToLine />
        <button
            type="button"
            class="button quiet add-rows"
            on:click=move |_| sheet.desk.tell(Msg::Edited(Ask::AddRows(ROWS)))
        >
            {words.t(Key::UpdateAddRows)}
        </button>
    }
}

#[component]
fn GoToLine() -> impl IntoView {
    let words = use_words();
    let sheet = use_sheet();
    let typed = RwSignal::new(String::new());
    let go = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let digits: String =
            typed.with_untracked(|text| text.chars().filter(char::is_ascii_digit).collect());
        let Ok(line) = digits.parse() else { return };
        let view = sheet.desk.with_untracked(|model| model.view.clone());
        spawn_local(async move {
            let place = sheet.desk.ask(Ask::PlaceOfLine { view, line }).await;
            if let Some(Reply::Place(Some(row))) = place {
                let column = sheet.selection.get_untracked().cursor.column;
                sheet.choose(Selection::at(Cell { row: row as usize, column }));
                typed.try_set(String::new());
            }
        });
    };
    view! {
        <form class="go-to-line" on:submit=go>
            <input
                id="go-to-line"
                aria-label=words.t(Key::UpdateGoToLine)
                placeholder=words.t(Key::UpdateGoToLine)
                class="input"
                inputmode="numeric"
                autocomplete="off"
                dir=move || typed.with(|text| (!text.is_empty()).then_some("ltr"))
                prop:value=move || typed.get()
                on:input:target=move |event| typed.set(event.target().value())
            />
        </form>
    }
}

/// Says how many pasted cells had no place.
fn tell_skipped(sheet: Sheet) {
    let words = use_words();
    let toasts = use_toasts();
    let skipped =
        Memo::new(move |_| sheet.desk.with(|model| (model.generation, model.skipped_cells)));
    Effect::new(move |before: Option<u32>| {
        let (generation, cells) = skipped.get();
        if cells > 0 && before.is_some_and(|before| before != generation) {
            toasts.show(Tone::Info, words.count(Plural::UpdateCellsSkipped, cells.into(), &[]));
        }
        generation
    });
}
