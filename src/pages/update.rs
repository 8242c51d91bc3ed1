//! Update stock: Source → Columns → Review → Apply → Result.
//!
//! [`state`] is the machine, [`desk`] carries out what it asks for, each step has its view.

use leptos::prelude::*;

pub mod apply;
pub mod columns;
pub mod desk;
pub mod draft;

pub mod result;
pub mod review;
pub mod seen_before;
pub mod source;
pub mod state;
pub mod tell;
pub mod waiting;

pub use desk::{Desk, use_desk};

use crate::app::frame::PageHead;
use crate::browser::page;
use crate::ui::{Icon, Sign};
use crate::words::{Key, Plural, use_words};
use apply::ApplyStep;
use columns::ColumnsStep;
use draft::{DraftNotes, KeepingFault, Opening, source_name};
use result::ResultStep;
use review::ReviewStep;
use source::SourceStep;
use state::{Model, Msg, Step};

/// Update stock.
#[component]
pub fn UpdatePage() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let step = Memo::new(move |_| desk.with(|model| model.step));
    let is_opening = Memo::new(move |_| desk.with(Model::is_opening));
    desk.restore();
    Effect::new(move |before: Option<Step>| {
        let now = step.get();
        // What was pressed is gone with its step: the keyboard goes on at the top of the next.
        if before.is_some_and(|before| before != now) && page::has_no_focus() {
            page::focus("page-title");
        }
        now
    });
    let told = move || {
        let file = desk.with(|model| {
            if let Some(apply) = model.apply.as_ref().filter(|apply| apply.is_back) {
                // Its rows were never read here.
                return Some((source_name(words, &apply.name, apply.origin), None));
            }
            let name = source_name(words, &model.source_name(), model.origin);
            let rows = (!model.is_head).then_some(model.shape.rows);
            (model.step != Step::Source).then_some((name, rows))
        });
        file.map(|(name, rows)| {
            // The rows of a file that is still being read are not known.
            let Some(rows) = rows else { return name };
            let rows = words.count(Plural::UpdateRows, rows.into(), &[]);
            words.fill(Key::UpdateFileAbout, &[("name", &name), ("rows", &rows)])
        })
    };
    let is_as_last_time = Memo::new(move |_| {
        desk.with(|model| model.step == Step::Review && model.recall.is_applied)
    });
    let title = words.label(Key::AppUpdate);
    view! {
        <PageHead title=title about=move || view! { <bdi>{told}</bdi> }>
            <Show when=move || step.get() == Step::Review>
                <button type="button" class="button" on:click=move |_| desk.tell(Msg::ColumnsReopened)>
                    <Icon sign=Sign::Columns />
                    <span>{words.t(Key::UpdateChangeColumns)}</span>
                </button>
            </Show>
            <Show when=move || matches!(step.get(), Step::Columns | Step::Review | Step::Result)>
                <button type="button" class="button" on:click=move |_| desk.tell(Msg::StartedOver)>
                    <Icon sign=Sign::File />
                    <span>{words.t(Key::UpdateStartOver)}</span>
                </button>
            </Show>
        </PageHead>
        <Steps step=step />
        <KeepingFault />
        <Show when=move || !matches!(step.get(), Step::Apply | Step::Result)>
            <DraftNotes />
        </Show>
        <Show when=move || is_as_last_time.get()>
            <p class="as-last-time">
                <Icon sign=Sign::Info />
                <span>{words.t(Key::SourceAsLastTime)}</span>
            </p>
        </Show>
        {move || match step.get() {
            Step::Source if desk.is_looking() => ().into_any(),
            Step::Source if is_opening.get() => view! { <Opening /> }.into_any(),
            Step::Source => view! { <SourceStep /> }.into_any(),
            Step::Columns => view! { <ColumnsStep /> }.into_any(),
            Step::Review => view! { <ReviewStep /> }.into_any(),
            Step::Apply => view! { <ApplyStep /> }.into_any(),
            Step::Result => view! { <ResultStep /> }.into_any(),
        }}
    }
}

/// The way through the steps; the one at hand is the heading of what is below.
#[component]
fn Steps(step: Memo<Step>) -> impl IntoView {
    let words = use_words();
    let steps = [
        (Step::Source, Key::UpdateSource),
        (Step::Columns, Key::UpdateColumns),
        (Step::Review, Key::UpdateReview),
        (Step::Apply, Key::UpdateApply),
        (Step::Result, Key::UpdateResult),
    ];
    let item = move |(one, key): (Step, Key)| {
        view! {
            <li
                aria-current=move || (step.get() == one).then_some("step")
                class:is-done=move || one < step.get()
            >
                {move || {
                    let name = words.text(key);
                    if step.get() == one {
                        view! { <h2>{name}</h2> }.into_any()
                    } else {
                        view! { <span>{name}</span> }.into_any()
                    }
                }}
            </li>
        }
    };
    view! {
        <ol class="steps" aria-label=words.t(Key::UpdateSteps)>
            {steps.into_iter().map(item).collect_view()}
        </ol>
    }
}
