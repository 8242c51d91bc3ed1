//! Importing products from a CSV: a file is chosen, what each row would do is looked at, then done.

pub mod choices;
mod errors;
pub mod importing;
pub mod rows;
mod tell;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::frame::PageHead;
use crate::browser::files;
use crate::connection::failure::{tell as tell_failure, tell_write};
use crate::connection::use_connection;
use crate::route::{ListQuery, Route, Under, use_navigator};
use crate::ui::{ChooseFile, DropArea, EmptyState, Notice, Skeleton, Tone, use_toasts};
use crate::words::{Key, Plural, use_words};
use choices::Choices;
use importing::{Importing, Step, Trouble};
use rows::Rows;

/// The screen.
#[component]
pub fn ImportPage() -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    view! {
        <PageHead title=words.label(Key::ProductsImport) />
        <Show when=move || connection.can_import_products() fallback=|| view! { <NotHere /> }>
            <Steps />
        </Show>
    }
}

/// What stands where products cannot be changed.
#[component]
pub(super) fn NotHere() -> impl IntoView {
    let words = use_words();
    let title = words.label(Key::ProductsNotHere);
    view! {
        <EmptyState title=title about=words.label(Key::ProductsNotHereAbout)>
            <a class="button" href=Route::Inventory(ListQuery::default()).href()>
                {words.t(Key::AppToInventory)}
            </a>
        </EmptyState>
    }
}

#[component]
fn Steps() -> impl IntoView {
    let words = use_words();
    let importing = Importing::start();
    let step = Memo::new(move |_| importing.step());
    view! {
        <TroubleNotice importing=importing />
        {move || match step.get() {
            Step::Choosing => view! { <DropZone importing=importing /> }.into_any(),
            Step::Reading => view! {
                <Skeleton rows=6 label=words.label(Key::UpdateReading) />
            }
            .into_any(),
            Step::Shown => view! { <Looked importing=importing /> }.into_any(),
        }}
    }
}

/// What went wrong, with the way to go on.
#[component]
fn TroubleNotice(importing: Importing) -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    move || {
        let (tone, title, about, retry) = match importing.trouble()? {
            Trouble::Moved => {
                let about = words.text(Key::ProductsMovedAbout).to_owned();
                (Tone::Warning, words.text(Key::ProductsMoved).to_owned(), about, None)
            }
            Trouble::TooLarge { megabytes, most } => {
                let size = words.number(megabytes);
                let title = words.fill(Key::UpdateTooLarge, &[("size", &size)]);
                let most = words.number(most);
                let about = words.fill(Key::UpdateTooLargeAbout, &[("max", &most)]);
                (Tone::Error, title, about, None)
            }
            Trouble::Unreadable => {
                let title = words.text(Key::SourceUnreadable).to_owned();
                (Tone::Error, title, words.text(Key::SourceUnreadableAbout).to_owned(), None)
            }
            Trouble::NotRead(failure) => {
                let told = tell_failure(words, connection, &failure);
                let retry: fn(Importing) = Importing::look;
                (Tone::Error, told.title, told.about, Some(retry))
            }
            Trouble::NotDone(failure) => {
                let told = tell_write(words, connection, &failure);
                // The same key: what was done is not done again.
                let retry: fn(Importing) = Importing::confirm;
                (Tone::Error, told.title, told.about, failure.is_passing().then_some(retry))
            }
        };
        Some(view! {
            <div class="above">
                <Notice tone=tone title=title about=about>
                    {retry.map(|retry| view! {
                        <button type="button" class="button" on:click=move |_| retry(importing)>
                            {words.text(Key::AppRetry)}
                        </button>
                    })}
                </Notice>
            </div>
        })
    }
}

#[component]
fn DropZone(importing: Importing) -> impl IntoView {
    let words = use_words();
    let connection = use_connection();
    let toasts = use_toasts();
    let template = move |_| {
        spawn_local(async move {
            match connection.import_template().await {
                Ok(template) => {
                    files::save(&template.filename, "text/csv;charset=utf-8", &template.csv);
                }
                Err(failure) => {
                    let told = untrack(|| tell_failure(words, connection, &failure));
                    toasts.show(Tone::Error, format!("{}. {}", told.title, told.about));
                }
            }
        });
    };
    view! {
        <DropArea
            title=words.label(Key::ProductsDropTitle)
            about=words.label(Key::ProductsDropAbout)
            on_file=move |file| importing.open(file)
        >
            <ChooseFile
                label=words.label(Key::UpdateChoose)
                accept=".csv,.tsv,.txt,text/csv,text/plain"
                on_file=move |file| importing.open(file)
            />
            <button type="button" class="button quiet" on:click=template>
                {words.t(Key::UpdateTemplate)}
            </button>
        </DropArea>
    }
}

/// What the file would do, or has done.
#[component]
fn Looked(importing: Importing) -> impl IntoView {
    let is_done = Memo::new(move |_| importing.is_done());
    let is_usable = Memo::new(move |_| importing.with(|result| result.refusal.is_none()));
    view! {
        <Said importing=importing />
        <section class="card import">
            <Show when=move || !is_done.get()>
                <Choices importing=importing />
            </Show>
            <Show when=move || is_usable.get()>
                <Rows importing=importing />
            </Show>
            <Foot importing=importing />
        </section>
    }
}

/// Why the file cannot be used, or what was done.
#[component]
fn Said(importing: Importing) -> impl IntoView {
    let words = use_words();
    move || {
        let (tone, title, about) = importing.with(|result| {
            if let Some(refusal) = &result.refusal {
                let about = tell::note(words, refusal);
                return Some((Tone::Error, words.text(Key::UpdateRefused).to_owned(), about));
            }
            let totals = result.totals;
            let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
            importing.is_done().then(|| {
                let done = count(totals.create + totals.update);
                let title = words.count(Plural::ProductsDone, done, &[]);
                (Tone::Good, title, tell::totals(words, totals, true))
            })
        })?;
        Some(view! {
            <div class="above"><Notice tone=tone title=title about=about /></div>
        })
    }
}

#[component]
fn Foot(importing: Importing) -> impl IntoView {
    let words = use_words();
    let is_done = Memo::new(move |_| importing.is_done());
    let is_busy = move || importing.is_busy();
    let under = use_navigator().under();
    let is_inventory = matches!(under, Under::Inventory(_));
    let to_do = Memo::new(move |_| {
        let totals = importing.with(|result| result.totals);
        i64::try_from(totals.create + totals.update).unwrap_or(i64::MAX)
    });
    let about = move || {
        let totals = importing.with(|result| result.totals);
        (!is_done.get()).then(|| tell::totals(words, totals, false))
    };
    let label = move || match to_do.get() {
        _ if importing.is_importing() => words.text(Key::ProductsImporting).to_owned(),
        0 => words.text(Key::ProductsNothing).to_owned(),
        count => words.count(Plural::ProductsImportCount, count, &[]),
    };
    view! {
        <footer class="card-foot import-foot">
            <p class="foot-about">{about}</p>
            <button
                type="button"
                class="button"
                aria-disabled=move || is_busy().then_some("true")
                on:click=move |_| importing.start_over()
            >
                {words.t(Key::UpdateStartOver)}
            </button>
            {move || if is_done.get() {
                view! {
                    <a class="button primary" href=Route::of_list(under.clone()).href()>
                        {words.t(if is_inventory { Key::AppToInventory } else { Key::AppToProducts })}
                    </a>
                }
                .into_any()
            } else {
                view! {
                    <button
                        type="button"
                        class="button primary"
                        aria-disabled=move || (is_busy() || to_do.get() == 0).then_some("true")
                        on:click=move |_| importing.confirm()
                    >
                        {label}
                    </button>
                }
                .into_any()
            }}
        </footer>
    }
}
