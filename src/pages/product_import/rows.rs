//! What each row of the file does: its line, its product, what changes, or what is wrong.

use leptos::prelude::*;
use stockroom_api::import::{ImportAction, ImportChange, ImportRowShown};

use super::importing::Importing;
use super::tell;
use crate::route::Route;
use crate::ui::{Chip, Icon, Sign};
use crate::words::{Key, Words, use_words};

const FILTERS: [(Option<ImportAction>, &str); 5] = [
    (None, ""),
    (Some(ImportAction::Error), "bad"),
    (Some(ImportAction::Create), ""),
    (Some(ImportAction::Update), ""),
    (Some(ImportAction::Unchanged), ""),
];

/// The rows, with the chips that filter them.
#[component]
pub fn Rows(importing: Importing) -> impl IntoView {
    let words = use_words();
    let chip = move |(action, tone): (Option<ImportAction>, &'static str)| {
        let count = Signal::derive(move || {
            let count = importing.with(|result| match action {
                None => result.totals.rows,
                Some(ImportAction::Create) => result.totals.create,
                Some(ImportAction::Update) => result.totals.update,
                Some(ImportAction::Unchanged) => result.totals.unchanged,
                Some(ImportAction::Error) => result.totals.error,
            });
            words.number(i64::try_from(count).unwrap_or(i64::MAX))
        });
        view! {
            <Chip
                label=words.label(chip_label(action))
                count=count
                is_on=Signal::derive(move || importing.filter() == action)
                on_press=move |()| importing.show_only(action)
                tone=tone
            />
        }
    };
    let has_errors = Memo::new(move |_| importing.with(|result| result.totals.error > 0));
    view! {
        <div class="card-bar import-chips" role="group" aria-label=words.t(Key::UpdateState)>
            {FILTERS.map(chip).collect_view()}
            <Show when=move || has_errors.get()>
                <button
                    type="button"
                    class="button small import-errors"
                    on:click=move |_| importing.save_errors(words)
                >
                    <Icon sign=Sign::Download />
                    <span>{words.t(Key::UpdateDownloadErrors)}</span>
                </button>
            </Show>
        </div>
        <div class="import-rows" tabindex="0" role="region" aria-label=words.t(Key::ProductsRows)>
            <table>
                <thead>
                    <tr>
                        <th scope="col" class="end">{words.t(Key::UpdateLine)}</th>
                        <th scope="col">{words.t(Key::UpdateState)}</th>
                        <th scope="col">{words.t(Key::UpdateProduct)}</th>
                        <th scope="col">{words.t(Key::ProductsWhat)}</th>
                    </tr>
                </thead>
                <tbody>{move || shown(words, importing)}</tbody>
            </table>
        </div>
        <More importing=importing />
    }
}

fn chip_label(action: Option<ImportAction>) -> Key {
    match action {
        None => Key::UpdateAll,
        Some(ImportAction::Create) => Key::ProductsChipNew,
        Some(ImportAction::Update) => Key::ProductsChipChanged,
        Some(ImportAction::Unchanged) => Key::UpdateUnchanged,
        Some(ImportAction::Error) => Key::UpdateErrors,
    }
}

#[component]
fn More(importing: Importing) -> impl IntoView {
    let words = use_words();
    let has_more = Memo::new(move |_| {
        let filter = importing.filter();
        let fits = |row: &&ImportRowShown| filter.is_none_or(|action| row.action == action);
        importing.with(|result| result.rows.iter().filter(fits).count()) > importing.shown()
    });
    view! {
        <Show when=move || has_more.get()>
            <div class="history-more">
                <button type="button" class="button" on:click=move |_| importing.show_more()>
                    {words.t(Key::ProductsMoreRows)}
                </button>
            </div>
        </Show>
    }
}

fn shown(words: Words, importing: Importing) -> AnyView {
    let (filter, most) = (importing.filter(), importing.shown());
    let is_done = importing.is_done();
    importing.with(|result| {
        let fits = |row: &&ImportRowShown| filter.is_none_or(|action| row.action == action);
        let rows: Vec<&ImportRowShown> = result.rows.iter().filter(fits).take(most).collect();
        if rows.is_empty() {
            let text = words.text(Key::UpdateNoRowsShown);
            return view! { <tr><td colspan="4" class="import-none">{text}</td></tr> }.into_any();
        }
        rows.into_iter().map(|row| one(words, row, is_done)).collect_view().into_any()
    })
}

fn one(words: Words, row: &ImportRowShown, is_done: bool) -> impl IntoView + use<> {
    let (tone, word) = match (row.action, is_done) {
        (ImportAction::Create, false) => ("tag good", Key::ProductsIsNew),
        (ImportAction::Create, true) => ("tag good", Key::ProductsIsAdded),
        (ImportAction::Update, _) => ("tag info", Key::ProductsIsChanged),
        (ImportAction::Unchanged, _) => ("tag", Key::UpdateIsUnchanged),
        (ImportAction::Error, false) => ("tag bad", Key::UpdateIsError),
        (ImportAction::Error, true) => ("tag bad", Key::ProductsIsLeftOut),
    };
    let name = row.name.clone();
    let id = row.product_id.clone().filter(|_| is_done);
    let name = match id {
        Some(id) => {
            let href = Route::product(id).href();
            view! { <a class="history-product" href=href><bdi>{name}</bdi></a> }.into_any()
        }
        None => view! { <bdi class="name">{name}</bdi> }.into_any(),
    };
    let sku = row.sku.clone().map(|sku| view! { <div><bdi class="sku">{sku}</bdi></div> });
    // The name and the SKU of a new product stand beside already.
    let is_said = |change: &&ImportChange| {
        row.action == ImportAction::Create && matches!(change.field.as_str(), "name" | "sku")
    };
    let changes = row.changes.iter().filter(|change| !is_said(change) && !is_nothing(change));
    let changes = changes.map(|change| changed(words, change)).collect_view();
    let error = tell::notes(words, &row.errors);
    let error = (!error.is_empty()).then(|| {
        view! { <p class="import-note bad"><Icon sign=Sign::Error /><span>{error}</span></p> }
    });
    let warning = tell::notes(words, &row.warnings);
    let warning = (!warning.is_empty()).then(|| {
        view! { <p class="import-note warn"><Icon sign=Sign::Warning /><span>{warning}</span></p> }
    });
    view! {
        <tr>
            <td class="end import-line">{words.number(row.line.into())}</td>
            <td><span class=tone>{words.text(word)}</span></td>
            <td class="import-product">{name}{sku}</td>
            <td class="import-what">
                <div class="import-changes">{changes}</div>
                {error}
                {warning}
            </td>
        </tr>
    }
}

fn is_nothing(change: &ImportChange) -> bool {
    change.before.is_null() && change.after.is_null()
}

/// A field's value before → after; of what was nothing before only the value.
fn changed(words: Words, change: &ImportChange) -> impl IntoView + use<> {
    let field = tell::field(words, &change.field).map_or(change.field.clone(), str::to_owned);
    let is_long = matches!(change.field.as_str(), "description" | "image_url");
    let before = tell::value(words, &change.field, &change.before);
    let after = tell::value(words, &change.field, &change.after);
    let spoken = (!before.is_empty())
        .then(|| words.fill(Key::ChangeGoes, &[("before", &before), ("after", &after)]));
    let figures = match spoken {
        Some(spoken) => view! {
            <span class="visually-hidden">{spoken}</span>
            <span class="change-figures" aria-hidden="true">
                <bdi class="old">{before}</bdi>
                <span class="arrow"></span>
                <bdi class="new">{after}</bdi>
            </span>
        }
        .into_any(),
        None => view! { <bdi class="new">{after}</bdi> }.into_any(),
    };
    view! {
        <span class="import-change change" class:is-long=is_long>
            <span class="muted">{field}</span>
            {figures}
        </span>
    }
}
