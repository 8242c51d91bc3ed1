//! The first rows of the file, each column under a choice of what it is.

use leptos::prelude::*;
use stockroom_domain::columns::Field;

use super::super::desk::{Desk, use_desk};
use super::super::state::Msg;
use super::super::tell;
use crate::words::{Key, Plural, Words, use_words};
use stockroom_worksheet::Shape;

/// How many rows are shown, and how many cells at most: a file may have a thousand columns.
const ROWS: usize = 50;
const CELLS: usize = 5_000;

/// The first rows; the choices stay in their place while what they choose is done.
#[component]
pub fn FirstRows(shape: Memo<Shape>) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let names = Memo::new(move |_| shape.with(|shape| shape.names.clone()));
    let first_rows = Memo::new(move |_| shape.with(|shape| shape.first_rows.clone()));
    let is_used = Memo::new(move |_| {
        shape.with(|s| s.fields.iter().map(|field| *field != Field::Ignored).collect::<Vec<_>>())
    });
    let heads = move || {
        let names = names.get();
        let head = |(column, name)| column_head(words, desk, shape, column, name);
        names.into_iter().enumerate().map(head).collect_view()
    };
    let rows = move || {
        let is_used = is_used.get();
        let shown = ROWS.min(CELLS / is_used.len().max(1)).max(1);
        first_rows.with(|rows| {
            let rows = rows.iter().take(shown);
            rows.map(|(line, cells)| row(words, *line, cells, &is_used)).collect_view()
        })
    };
    let shown = Memo::new(move |_| {
        first_rows.with(|rows| i64::try_from(rows.len().min(ROWS)).unwrap_or_default())
    });
    let is_part = move || shape.with(|shape| i64::from(shape.rows) > shown.get());
    view! {
        <div class="scroll-x" tabindex="0" role="region" aria-label=words.t(Key::UpdateColumns)>
            <table class="first-rows">
                <thead>
                    <tr>
                        <th scope="col" class="end">{words.t(Key::UpdateLine)}</th>
                        {heads}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {move || {
            is_part().then(|| {
                let text = words.count(Plural::SourceRowsShown, shown.get(), &[]);
                view! { <p class="rows-shown">{text}</p> }
            })
        }}
    }
}

fn row(words: Words, line: u32, cells: &[String], is_used: &[bool]) -> impl IntoView + use<> {
    let cell = |(column, is_used): (usize, &bool)| {
        let text = cells.get(column).cloned().unwrap_or_default();
        view! { <td class:muted=!*is_used><bdi>{text}</bdi></td> }
    };
    view! {
        <tr>
            <td class="muted end">{words.number(line.into())}</td>
            {is_used.iter().enumerate().map(cell).collect_view()}
        </tr>
    }
}

fn column_head(
    words: Words,
    desk: Desk,
    shape: Memo<Shape>,
    column: usize,
    name: String,
) -> impl IntoView + use<> {
    let number = words.number(i64::try_from(column + 1).unwrap_or_default());
    let name = match name.as_str() {
        "" => words.fill(Key::UpdateColumn, &[("n", &number)]),
        _ => name,
    };
    let label = words.fill(Key::UpdateColumnIs, &[("column", &name)]);
    let title = name.clone();
    let field = Memo::new(move |_| {
        shape.with(|shape| shape.fields.get(column).copied().unwrap_or_default())
    });
    let option = move |one: Field| {
        view! {
            <option value=one.as_str() prop:selected=move || one == field.get()>
                {tell::field(words, one)}
            </option>
        }
    };
    let choose = move |name: String| {
        if let Some(field) = Field::from_name(&name) {
            desk.tell(Msg::ColumnAssigned(column, field));
        }
    };
    view! {
        <th scope="col">
            <bdi class="column-name" title=title>{name}</bdi>
            <select
                class="select"
                class:is-used=move || field.get() != Field::Ignored
                aria-label=label
                on:change:target=move |event| choose(event.target().value())
            >
                {Field::ALL.into_iter().map(option).collect_view()}
            </select>
        </th>
    }
}
