//! What each row of the file does: its line, its product, what changes, or what is wrong.

use leptos::prelude::*;
use stockroom_api::import::{ImportAction, ImportChange, ImportRowShown};

use super::importing::{Importing, ROWS, Shown};
use super::tell;
use crate::browser::page;
use crate::pages::pages_of::PagesOf;
use crate::route::Route;
use crate::ui::{Chip, Icon, Sign};
use crate::words::{Key, Words, use_words};

const FILTERS: [(Shown, &str); 6] = [
    (Shown::All, ""),
    (Shown::Problems, "warn"),
    (Shown::Only(ImportAction::Error), "bad"),
    (Shown::Only(ImportAction::Create), ""),
    (Shown::Only(ImportAction::Update), ""),
    (Shown::Only(ImportAction::Unchanged), ""),
];
/// The row that a page begins with has this id.
const TOP: &str = "import-top";

/// The rows, with the chips that filter them.
#[component]
pub fn Rows(importing: Importing) -> impl IntoView {
    let words = use_words();
    let problems = Memo::new(move |_| {
        let is_one = |row: &&ImportRowShown| Shown::Problems.has(row);
        importing.with(|result| result.rows.iter().filter(is_one).count())
    });
    let chip = move |(shown, tone): (Shown, &'static str)| {
        let count = Signal::derive(move || {
            let totals = importing.with(|result| result.totals);
            figure(
                words,
                match shown {
                    Shown::All => totals.rows,
                    Shown::Problems => problems.get(),
                    Shown::Only(ImportAction::Create) => totals.create,
                    Shown::Only(ImportAction::Update) => totals.update,
                    Shown::Only(ImportAction::Unchanged) => totals.unchanged,
                    Shown::Only(ImportAction::Error) => totals.error,
                },
            )
        });
        view! {
            <Chip
                label=words.label(chip_label(shown))
                count=count
                is_on=Signal::derive(move || importing.shown() == shown)
                on_press=move |()| importing.show(shown)
                tone=tone
            />
        }
    };
    let has_errors = Memo::new(move |_| importing.with(|result| result.totals.error > 0));
    view! {
        <div id=TOP class="card-bar import-chips" role="group" aria-label=words.t(Key::UpdateState)>
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
        <Pages importing=importing />
    }
}

fn chip_label(shown: Shown) -> Key {
    match shown {
        Shown::All => Key::UpdateAll,
        Shown::Problems => Key::ProductsProblems,
        Shown::Only(ImportAction::Create) => Key::ProductsChipNew,
        Shown::Only(ImportAction::Update) => Key::ProductsChipChanged,
        Shown::Only(ImportAction::Unchanged) => Key::UpdateUnchanged,
        Shown::Only(ImportAction::Error) => Key::UpdateErrors,
    }
}

/// The way through the rows, where one page does not hold them.
#[component]
fn Pages(importing: Importing) -> impl IntoView {
    let count = Memo::new(move |_| {
        let shown = importing.shown();
        importing.with(|result| result.rows.iter().filter(|row| shown.has(row)).count())
    });
    let page = Signal::derive(move || importing.page());
    let go = move |page: u64| {
        importing.go_to(page);
        page::reveal(TOP);
    };
    view! {
        <Show when=move || { count.get() > ROWS }>
            <PagesOf count=count page=page size=ROWS on_go=go />
        </Show>
    }
}

fn figure(words: Words, count: usize) -> String {
    words.number(i64::try_from(count).unwrap_or(i64::MAX))
}

fn shown(words: Words, importing: Importing) -> AnyView {
    let (shown, page) = (importing.shown(), importing.page());
    let skipped = usize::try_from(page - 1).unwrap_or(usize::MAX).saturating_mul(ROWS);
    let is_done = importing.is_done();
    importing.with(|result| {
        let fits = |row: &&ImportRowShown| shown.has(row);
        let rows: Vec<&ImportRowShown> =
            result.rows.iter().filter(fits).skip(skipped).take(ROWS).collect();
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
