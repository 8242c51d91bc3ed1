//! What the columns mean: the first rows under a choice for each.

use leptos::prelude::*;
use stockroom_domain::columns::Field;
use stockroom_domain::quantity::Mode;
use stockroom_domain::table::{Delimiter, Header, ReadOptions};

use super::desk::{Desk, use_desk};
use super::state::Msg;
use super::tell;
use crate::ui::{Notice, Tone};
use crate::words::{Key, Words, use_words};
use stockroom_worksheet::Shape;

/// Say what each column is.
#[component]
pub fn ColumnsStep() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let shape = Memo::new(move |_| desk.with(|model| model.shape.clone()));
    let missing = Memo::new(move |_| {
        shape.with(|shape| {
            let said = shape.refusal.as_ref().map(|remark| remark.code).or(shape.unusable);
            said.map(|code| tell::remark(words, code, 0, ""))
        })
    });
    let is_ready = move || missing.with(Option::is_none) && shape.with(|shape| shape.rows > 0);
    let remarks = move || {
        shape.with(|shape| {
            let told = shape.remarks.iter().take(5);
            told.map(|r| tell::remark(words, r.code, r.line, &r.text)).collect::<Vec<_>>()
        })
    };
    view! {
        {move || {
            missing.get().map(|about| {
                view! { <Notice tone=Tone::Info title=words.text(Key::UpdateColumnsAbout).to_owned() about=about /> }
            })
        }}
        <section class="card">
            <ReadingBar shape=shape />
            <div class="scroll-x" tabindex="0" role="region" aria-label=words.t(Key::UpdateColumns)>
                {move || shape.with(|shape| first_rows(words, desk, shape))}
            </div>
            <footer class="card-foot">
                <ul class="remarks">
                    {move || remarks().into_iter().map(|text| view! { <li>{text}</li> }).collect_view()}
                </ul>
                <button
                    type="button"
                    class="button primary"
                    disabled=move || !is_ready()
                    on:click=move |_| desk.tell(Msg::ColumnsConfirmed)
                >
                    {words.t(Key::UpdateContinue)}
                </button>
            </footer>
        </section>
    }
}

/// Delimiter, header and the mode of amounts.
#[component]
fn ReadingBar(shape: Memo<Shape>) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let choose_delimiter = move |name: String| {
        let options = desk.with_untracked(|model| model.options);
        let delimiter = Delimiter::from_name(&name);
        desk.tell(Msg::ReadingChosen(ReadOptions { delimiter, ..options }));
    };
    let choose_header = move |is_first: bool| {
        let options = desk.with_untracked(|model| model.options);
        let header = if is_first { Header::First } else { Header::None };
        desk.tell(Msg::ReadingChosen(ReadOptions { header, ..options }));
    };
    let has_amount = move || shape.with(|shape| shape.fields.contains(&Field::Amount));
    let mode = move || shape.with(|shape| shape.default_mode);
    let option = move |delimiter: Delimiter| {
        view! {
            <option
                value=char::from(delimiter.byte()).to_string()
                selected=move || shape.with(|shape| shape.delimiter == delimiter)
            >
                {move || tell::delimiter(words, delimiter)}
            </option>
        }
    };
    view! {
        <div class="card-bar reading-bar">
            <label class="inline-field">
                <span>{words.t(Key::UpdateDelimiter)}</span>
                <select class="select" on:change:target=move |event| choose_delimiter(event.target().value())>
                    {Delimiter::ALL.into_iter().map(option).collect_view()}
                </select>
            </label>
            <label class="inline-field">
                <input
                    type="checkbox"
                    prop:checked=move || shape.with(|shape| shape.has_header)
                    on:change:target=move |event| choose_header(event.target().checked())
                />
                <span>{words.t(Key::UpdateHeader)}</span>
            </label>
            <Show when=has_amount>
                <label class="inline-field">
                    <span>{words.t(Key::UpdateDefaultMode)}</span>
                    <select
                        class="select"
                        on:change:target=move |event| {
                            desk.tell(Msg::DefaultModeChosen(Mode::from_api(&event.target().value())));
                        }
                    >
                        <option value="" selected=move || mode().is_none()>{words.t(Key::UpdateModeAsk)}</option>
                        <option value="set" selected=move || mode() == Some(Mode::Set)>
                            {words.t(Key::UpdateModeSet)}
                        </option>
                        <option value="adjust" selected=move || mode() == Some(Mode::Adjust)>
                            {words.t(Key::UpdateModeAdjust)}
                        </option>
                    </select>
                </label>
            </Show>
        </div>
    }
}

/// The first rows of the file, each column under what it is.
fn first_rows(words: Words, desk: Desk, shape: &Shape) -> impl IntoView + use<> {
    let columns = shape.fields.len();
    let heads = shape.fields.iter().enumerate().map(|(column, field)| {
        let number = words.number(i64::try_from(column + 1).unwrap_or_default());
        let name = shape.names.get(column).filter(|name| !name.is_empty()).cloned();
        let name = name.unwrap_or_else(|| words.fill(Key::UpdateColumn, &[("n", &number)]));
        column_head(words, desk, column, name, *field)
    });
    let rows = shape.first_rows.iter().map(|(line, cells)| {
        let cells = (0..columns).map(|column| {
            let text = cells.get(column).cloned().unwrap_or_default();
            let is_used = shape.fields[column] != Field::Ignored;
            view! { <td class:muted=!is_used><bdi>{text}</bdi></td> }
        });
        view! {
            <tr>
                <td class="muted end">{words.number(i64::from(*line))}</td>
                {cells.collect_view()}
            </tr>
        }
    });
    view! {
        <table class="first-rows">
            <thead>
                <tr>
                    <th scope="col" class="end">{words.text(Key::UpdateLine)}</th>
                    {heads.collect_view()}
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}

fn column_head(
    words: Words,
    desk: Desk,
    column: usize,
    name: String,
    field: Field,
) -> impl IntoView + use<> {
    let label = words.fill(Key::UpdateColumnIs, &[("column", &name)]);
    let option = |one: Field| {
        view! {
            <option value=one.as_str() selected=one == field>{tell::field(words, one)}</option>
        }
    };
    let choose = move |name: String| {
        if let Some(field) = Field::from_name(&name) {
            desk.tell(Msg::ColumnAssigned(column, field));
        }
    };
    view! {
        <th scope="col">
            <bdi class="column-name">{name}</bdi>
            <select
                class="select"
                class:is-used=field != Field::Ignored
                aria-label=label
                on:change:target=move |event| choose(event.target().value())
            >
                {Field::ALL.into_iter().map(option).collect_view()}
            </select>
        </th>
    }
}
