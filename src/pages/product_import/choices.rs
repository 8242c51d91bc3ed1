//! How the file is read, where the server did not find it rightly: encoding, delimiter, numbers, columns.

use leptos::prelude::*;
use stockroom_domain::number::Style;
use stockroom_domain::table::{Delimiter, Encoding};

use super::importing::Importing;
use super::tell;
use crate::pages::update::columns::bar::{Choice, encoding_name};
use crate::pages::update::tell as tell_update;
use crate::words::{Key, use_words};

/// How many remarks are shown.
const REMARKS: usize = 5;
const STYLES: [Option<Style>; 5] =
    [None, Some(Style::Plain), Some(Style::Comma), Some(Style::Dot), Some(Style::Space)];
/// What a column can be; what is blank means nothing here.
const FIELDS: [&str; 7] = ["", "name", "price", "description", "sku", "quantity", "image_url"];

/// Everything about the file as a whole; any change reads it anew.
#[component]
pub fn Choices(importing: Importing) -> impl IntoView {
    let words = use_words();
    let encodings = Signal::derive(move || {
        Encoding::ALL.into_iter().map(|one| encoding_name(words, one)).collect::<Vec<_>>()
    });
    let encoding = Signal::derive(move || {
        let now = importing.with(|result| Encoding::from_name(&result.encoding));
        Encoding::ALL.into_iter().position(|one| Some(one) == now)
    });
    let delimiters = Signal::derive(move || {
        let name = |one| tell_update::delimiter(words, one).to_owned();
        Delimiter::ALL.into_iter().map(name).collect::<Vec<_>>()
    });
    let delimiter = Signal::derive(move || {
        let now = importing.with(|result| Delimiter::from_name(&result.delimiter));
        Delimiter::ALL.into_iter().position(|one| Some(one) == now)
    });
    let styles = Signal::derive(move || {
        STYLES.into_iter().map(|one| tell_update::style(words, one).to_owned()).collect::<Vec<_>>()
    });
    let style = Signal::derive(move || STYLES.into_iter().position(|one| one == importing.style()));
    let choose_encoding = move |at: usize| {
        importing.read_as(|reading| reading.encoding = Encoding::ALL.get(at).copied());
    };
    let choose_delimiter = move |at: usize| {
        importing.read_as(|reading| {
            reading.delimiter = Delimiter::ALL.get(at).copied();
            // Other columns than those that somebody named.
            reading.columns = None;
        });
    };
    let choose_style = move |at: usize| {
        importing.read_as(|reading| reading.style = STYLES.get(at).copied().flatten());
    };
    view! {
        <div class="card-bar reading-bar">
            <Choice label=Key::SourceEncoding names=encodings chosen=encoding on_choose=Callback::new(choose_encoding) />
            <Choice label=Key::UpdateDelimiter names=delimiters chosen=delimiter on_choose=Callback::new(choose_delimiter) />
            <Choice label=Key::UpdateStyle names=styles chosen=style on_choose=Callback::new(choose_style) />
        </div>
        <Columns importing=importing />
        <Remarks importing=importing />
    }
}

/// What each column is; open by itself where one is needed that nobody found.
#[component]
fn Columns(importing: Importing) -> impl IntoView {
    let words = use_words();
    let columns = Memo::new(move |_| importing.with(|result| result.columns.clone()));
    let lacks = Memo::new(move |_| {
        importing.with(|result| {
            let code = result.refusal.as_ref().map(|refusal| refusal.code.as_str());
            matches!(code, Some("no_name_column" | "no_price_column" | "field_twice"))
        })
    });
    let choose = move |at: usize, field: String| {
        let mut fields: Vec<Option<String>> =
            columns.with_untracked(|all| all.iter().map(|column| column.field.clone()).collect());
        if let Some(chosen) = fields.get_mut(at) {
            *chosen = Some(field).filter(|field| !field.is_empty());
        }
        importing.read_as(|reading| reading.columns = Some(fields));
    };
    let choice = move |at: usize, name: &str, field: Option<&str>| {
        let options = FIELDS.map(|one| {
            let is_on = field.unwrap_or_default() == one;
            let text = tell::field(words, one).unwrap_or(words.text(Key::UpdateFieldIgnored));
            view! { <option value=one prop:selected=is_on>{text}</option> }
        });
        let number = words.number(i64::try_from(at + 1).unwrap_or(i64::MAX));
        let shown = match name {
            "" => words.fill(Key::UpdateColumn, &[("n", &number)]),
            name => name.to_owned(),
        };
        view! {
            <label class="import-column">
                <span dir="auto">{shown.clone()}</span>
                <select
                    class="select"
                    aria-label=words.fill(Key::UpdateColumnIs, &[("column", &shown)])
                    on:change:target=move |event| choose(at, event.target().value())
                >
                    {options.collect_view()}
                </select>
            </label>
        }
    };
    move || {
        let columns = columns.get();
        (!columns.is_empty()).then(|| {
            let all = columns.iter().enumerate();
            let all = all.map(|(at, column)| choice(at, &column.name, column.field.as_deref()));
            view! {
                <details class="import-columns" open=lacks.get()>
                    <summary>{words.text(Key::UpdateColumns)}</summary>
                    <div class="import-columns-all">{all.collect_view()}</div>
                </details>
            }
        })
    }
}

/// What was noticed while reading.
#[component]
fn Remarks(importing: Importing) -> impl IntoView {
    let words = use_words();
    move || {
        let remarks: Vec<String> = importing.with(|result| {
            // Why it is refused stands above already.
            let refusal = result.refusal.as_ref().map(|refusal| refusal.code.as_str());
            let others = result.remarks.iter().filter(|one| Some(one.code.as_str()) != refusal);
            others.filter_map(|one| tell::remark(words, one)).take(REMARKS).collect()
        });
        (!remarks.is_empty()).then(|| {
            let item = |text: String| view! { <li>{text}</li> };
            view! { <ul class="remarks">{remarks.into_iter().map(item).collect_view()}</ul> }
        })
    }
}
