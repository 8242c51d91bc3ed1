//! Every change before it happens: guards, filters, the worksheet, the button.

use leptos::prelude::*;
use stockroom_domain::number::Style;
use stockroom_domain::plan::{Guard, GuardCode, Totals};

use super::desk::use_desk;
use super::state::Msg;
use super::tell;
use crate::stock::use_stock;
use crate::ui::{Chip, Icon, Notice, Sign, Skeleton, Tone};
use crate::words::{Key, Plural, use_words};
use stockroom_worksheet::{Ask, Filter, Summary, View};

pub mod cell;
pub mod clipboard;
pub mod drift;
pub mod fill;
pub mod foot;
pub mod grid;
pub mod missing;
pub mod repairs;
pub mod row;
pub mod rows;
pub mod select;
pub mod tools;

use drift::DriftDialog;
use fill::RowsBar;
use foot::{ConfirmDialog, ReviewFoot};
use grid::{ChangesGrid, provide_sheet};
use repairs::RepairsNotice;
use tools::GridTools;

/// See every change before it happens, mend it where it stands, apply.
#[component]
pub fn ReviewStep() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let summary = Memo::new(move |_| desk.with(|model| model.summary.clone()));
    let is_known = Memo::new(move |_| summary.with(Option::is_some));
    view! {
        <StockNotice />
        <Guards summary=summary />
        <RepairsNotice />
        <section class="card">
            <Show
                when=move || is_known.get()
                fallback=move || {
                    let label = words.label(Key::UpdatePlanning);
                    view! { <Skeleton rows=8 label=label /> }
                }
            >
                <Worksheet summary=summary />
                <ReviewFoot summary=summary />
            </Show>
        </section>
        <Show when=move || desk.with(|model| model.drift.is_some())>
            <DriftDialog />
        </Show>
        <Show when=move || desk.with(|model| model.is_confirming)>
            <ConfirmDialog summary=summary />
        </Show>
    }
}

/// The grid and what belongs to it.
#[component]
fn Worksheet(summary: Memo<Option<Summary>>) -> impl IntoView {
    provide_sheet();
    // On a phone the rows come first: what is needed less often is behind a button.
    let has_tools = RwSignal::new(false);
    view! {
        <div class="sheet-tools" class:has-tools=move || has_tools.get()>
            <ReviewBar summary=summary has_tools=has_tools />
            <RowsBar />
        </div>
        <ChangesGrid />
    }
}

/// Says that the stock is not read whole, or that it cannot be.
#[component]
fn StockNotice() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let stock = use_stock();
    let number = move |n: u64| words.number(i64::try_from(n).unwrap_or(i64::MAX));
    let partial = Memo::new(move |_| {
        let progress = stock.progress();
        let is_partial = desk.with(|model| !model.is_stock_whole && model.summary.is_some());
        is_partial.then_some((progress.read as u64, progress.total))
    });
    move || {
        if stock.failure().is_some() {
            let title = words.text(Key::UpdateStockFailed).to_owned();
            let about = words.text(Key::UpdateStockPartialAbout).to_owned();
            return Some(
                view! {
                    <Notice tone=Tone::Error title=title about=about>
                        <button type="button" class="button" on:click=move |_| stock.refresh()>
                            {words.t(Key::AppRetry)}
                        </button>
                    </Notice>
                }
                .into_any(),
            );
        }
        partial.get().map(|(read, total)| {
            let total = total.map_or_else(|| "…".to_owned(), number);
            let values = [("read", number(read)), ("total", total)];
            let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
            let title = words.fill(Key::UpdateStockPartial, &values);
            let about = words.text(Key::UpdateStockPartialAbout).to_owned();
            view! { <Notice tone=Tone::Info title=title about=about /> }.into_any()
        })
    }
}

/// Checks on the plan as a whole, and numbers that can be read in two ways.
#[component]
fn Guards(summary: Memo<Option<Summary>>) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let ambiguous = Memo::new(move |_| summary.with(|s| s.as_ref().map_or(0, |s| s.ambiguous)));
    let guards =
        Memo::new(move |_| summary.with(|s| s.as_ref().map(|s| (s.guards.clone(), s.totals))));
    let show = move |filter: Filter| {
        let view = desk.with_untracked(|model| model.view.clone());
        desk.tell(Msg::ViewChosen(View { filter, ..view }));
    };
    let notice = move |guard: Guard, totals: &Totals| {
        let (title, about) = tell::guard(words, guard, totals);
        let filter = match guard.code {
            GuardCode::ProductsToZero => Filter::ToZero,
            GuardCode::UnitsLost | GuardCode::LargeChanges => Filter::Warnings,
            GuardCode::ErrorsShare => Filter::Errors,
        };
        view! {
            <Notice tone=Tone::Warning title=title about=about>
                <button type="button" class="button" on:click=move |_| show(filter)>
                    {words.t(Key::UpdateShow)}
                </button>
            </Notice>
        }
    };
    view! {
        {move || {
            (ambiguous.get() > 0).then(|| {
                let title = words.count(Plural::UpdateAmbiguous, ambiguous.get().into(), &[]);
                let about = words.text(Key::UpdateAmbiguousAbout).to_owned();
                view! {
                    <Notice tone=Tone::Warning title=title about=about>
                        <StyleSelect />
                    </Notice>
                }
            })
        }}
        {move || {
            guards.get().map(|(guards, totals)| {
                guards.into_iter().map(|guard| notice(guard, &totals)).collect_view()
            })
        }}
    }
}

#[component]
fn StyleSelect() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let chosen = Memo::new(move |_| desk.with(|model| model.style));
    let styles =
        [None, Some(Style::Plain), Some(Style::Comma), Some(Style::Dot), Some(Style::Space)];
    let option = move |style: Option<Style>| {
        view! {
            <option value=style.map_or("auto", Style::as_str) selected=move || chosen.get() == style>
                {move || tell::style(words, style)}
            </option>
        }
    };
    view! {
        <label class="inline-field">
            <span>{words.t(Key::UpdateStyle)}</span>
            <select
                class="select"
                on:change:target=move |event| {
                    desk.tell(Msg::StyleChosen(Style::from_name(&event.target().value())));
                }
            >
                {styles.into_iter().map(option).collect_view()}
            </select>
        </label>
    }
}

/// The filters with their counts, search, undo and redo.
#[component]
fn ReviewBar(summary: Memo<Option<Summary>>, has_tools: RwSignal<bool>) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let view_now = Memo::new(move |_| desk.with(|model| model.view.clone()));
    let steps = Memo::new(move |_| summary.with(|s| s.as_ref().map_or((0, 0), |s| s.steps)));
    // Where numbers are ambiguous, the notice asks for the style already.
    let is_asked =
        Memo::new(move |_| summary.with(|s| s.as_ref().is_some_and(|s| s.ambiguous > 0)));
    let choose = move |view: View| desk.tell(Msg::ViewChosen(view));
    let chip = move |filter: Filter| {
        let count = move || {
            let count = summary.with(|s| s.as_ref().map_or(0, |s| count_of(filter, &s.totals)));
            words.number(i64::try_from(count).unwrap_or(i64::MAX))
        };
        let tone = match filter {
            Filter::Errors => "bad",
            Filter::Warnings | Filter::ToZero => "warn",
            _ => "",
        };
        let press = move |()| choose(View { filter, ..view_now.get_untracked() });
        view! {
            <Chip
                label=Signal::derive(move || words.text(filter_name(filter)).to_owned())
                count=Signal::derive(count)
                is_on=Signal::derive(move || view_now.with(|view| view.filter == filter))
                on_press=Callback::new(press)
                tone=tone
            />
        }
    };
    let filters = [
        Filter::All,
        Filter::Errors,
        Filter::Warnings,
        Filter::Changes,
        Filter::ToZero,
        Filter::Unchanged,
    ];
    view! {
        <div class="card-bar review-bar">
            <div class="chips">{filters.into_iter().map(chip).collect_view()}</div>
            <div class="review-tools">
                <Show when=move || !is_asked.get()>
                    <StyleSelect />
                </Show>
                <input
                    type="search"
                    class="input"
                    aria-label=words.t(Key::UpdateSearch)
                    placeholder=words.t(Key::UpdateSearch)
                    prop:value=move || view_now.with(|view| view.search.clone())
                    on:input:target=move |event| {
                        choose(View { search: event.target().value(), ..view_now.get_untracked() });
                    }
                />
                <GridTools />
                <button
                    type="button"
                    class="button quiet icon-only"
                    aria-label=words.t(Key::UpdateUndo)
                    title=words.t(Key::UpdateUndo)
                    disabled=move || steps.get().0 == 0
                    on:click=move |_| desk.tell(Msg::Edited(Ask::Undo))
                >
                    <Icon sign=Sign::Undo />
                </button>
                <button
                    type="button"
                    class="button quiet icon-only"
                    aria-label=words.t(Key::UpdateRedo)
                    title=words.t(Key::UpdateRedo)
                    disabled=move || steps.get().1 == 0
                    on:click=move |_| desk.tell(Msg::Edited(Ask::Redo))
                >
                    <Icon sign=Sign::Redo />
                </button>
                <button
                    type="button"
                    class="button quiet icon-only phone-only"
                    aria-label=words.t(Key::UpdateTools)
                    aria-expanded=move || has_tools.get().to_string()
                    aria-pressed=move || has_tools.get().to_string()
                    on:click=move |_| has_tools.update(|has| *has = !*has)
                >
                    <Icon sign=Sign::Sliders />
                </button>
            </div>
        </div>
    }
}

fn filter_name(filter: Filter) -> Key {
    match filter {
        Filter::All => Key::UpdateAll,
        Filter::Errors => Key::UpdateErrors,
        Filter::Warnings => Key::UpdateWarnings,
        Filter::Changes => Key::UpdateChanges,
        Filter::ToZero => Key::UpdateToZero,
        Filter::Unchanged => Key::UpdateUnchanged,
    }
}

fn count_of(filter: Filter, totals: &Totals) -> usize {
    match filter {
        Filter::All => totals.rows,
        Filter::Errors => totals.errors,
        Filter::Warnings => totals.warnings,
        Filter::Changes => totals.changes + totals.warnings,
        Filter::ToZero => totals.to_zero,
        Filter::Unchanged => totals.unchanged,
    }
}
