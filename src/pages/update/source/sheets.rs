//! A workbook with several sheets: which one is meant.

use leptos::prelude::*;
use stockroom_workbook::Sheet;

use super::super::desk::{Desk, use_desk};
use super::super::state::Msg;
use super::super::state::workbook::{Workbook, WorkbookMsg, is_empty};
use crate::ui::{Icon, Sign, Tag};
use crate::words::{Key, Plural, Words, use_words};

/// The sheets of the workbook at hand, hidden ones last.
#[component]
pub fn SheetChoice() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let about = move || {
        let name = desk.with(|model| model.name.clone());
        words.fill(Key::SourceWhichSheetAbout, &[("name", &name)])
    };
    let rows = move || {
        let workbook = desk.with_untracked(|model| model.workbook.clone()).unwrap_or_default();
        let row = |at: u32| sheet_row(words, desk, &workbook, at);
        workbook.offered().into_iter().map(row).collect_view()
    };
    view! {
        <section class="card sheets" aria-labelledby="which-sheet">
            <header class="sheets-head">
                <h3 id="which-sheet">{words.t(Key::SourceWhichSheet)}</h3>
                <p class="muted"><bdi>{about}</bdi></p>
            </header>
            <ul class="sheet-list">{rows}</ul>
            <footer class="card-foot">
                <button type="button" class="button" on:click=move |_| desk.tell(Msg::StartedOver)>
                    {words.t(Key::UpdateStartOver)}
                </button>
            </footer>
        </section>
    }
}

fn sheet_row(words: Words, desk: Desk, workbook: &Workbook, at: u32) -> impl IntoView + use<> {
    let Sheet { name, hidden, size } = workbook.sheets[at as usize].clone();
    let is_empty = is_empty(&workbook.sheets[at as usize]);
    let about = match size {
        _ if is_empty => words.text(Key::SourceSheetEmpty).to_owned(),
        Some(size) => words.count(Plural::UpdateRows, size.rows.into(), &[]),
        None => String::new(),
    };
    view! {
        <li>
            <button
                type="button"
                class="sheet-row"
                disabled=is_empty
                on:click=move |_| desk.tell(Msg::Workbook(WorkbookMsg::SheetChosen(at)))
            >
                <bdi class="sheet-name">{name}</bdi>
                {hidden.then(|| view! { <Tag label=words.text(Key::SourceSheetHidden) /> })}
                <span class="sheet-about">{about}</span>
                {(!is_empty).then(|| view! { <Icon sign=Sign::Chevron /> })}
            </button>
        </li>
    }
}
