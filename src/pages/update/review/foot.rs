//! What will be sent, the button, and the number that guards ask for.

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::reason::Reason;
use stockroom_client::budget::{Budget, Day, Left};
use stockroom_domain::plan::Totals;
use stockroom_worksheet::Summary;

use crate::browser::page;
use crate::connection::use_connection;
use crate::pages::update::desk::{now_ms, use_desk};
use crate::pages::update::state::{Model, Msg, RunMsg};
use crate::pages::update::tell;
use crate::ui::{Dialog, Field, Icon, Sign};
use crate::words::{Key, Plural, Words, use_words};

/// Returns the button's words: how many levels change, how many errors stay behind.
fn apply_label(words: Words, totals: &Totals) -> String {
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    if totals.targets == 0 {
        return words.text(Key::UpdateNothingToApply).to_owned();
    }
    let apply = words.count(Plural::UpdateApplyChanges, count(totals.targets), &[]);
    if totals.errors == 0 {
        return apply;
    }
    words.count(Plural::UpdateLeaveOut, count(totals.errors), &[("apply", &apply)])
}

/// Returns what a run of so many requests costs where that is worth a word.
fn cost(
    words: Words,
    budget: Budget,
    requests: u64,
    (told, used): (Option<Day>, u64),
) -> Vec<String> {
    /// What is shorter needs no word.
    const WORTH_MS: u64 = 5_000;
    let mut cost = Vec::new();
    if requests == 0 {
        return cost;
    }
    let number = |n: u64| words.number(i64::try_from(n).unwrap_or(i64::MAX));
    let budget = Budget { per_day: budget.day_limit(told), ..budget };
    let left = budget.left(told, used, now_ms());
    let forecast = budget.forecast_of(requests, left.map(Left::requests));
    let is_over = forecast.left.is_some_and(|left| requests > left);
    if forecast.takes_ms >= WORTH_MS && !is_over {
        let seconds = u32::try_from(forecast.takes_ms / 1000).unwrap_or(u32::MAX);
        let time = words.duration(f64::from(seconds));
        cost.push(words.fill(Key::UpdateBudgetTime, &[("time", &time)]));
    }
    let (Some(most), Some(limit)) = (forecast.left, budget.per_day) else { return cost };
    cost.push(if is_over {
        let days = i64::try_from(forecast.days).unwrap_or(i64::MAX);
        words.count(Plural::UpdateBudgetDays, days, &[("limit", &number(limit))])
    } else {
        let values = [("left", &*number(most)), ("limit", &*number(limit))];
        // What the server said is what is left; a count of one's own is the most that can be.
        let is_told = matches!(left, Some(Left::Told(_)));
        words.fill(if is_told { Key::UpdateBudgetTold } else { Key::UpdateBudgetLeft }, &values)
    });
    cost
}

/// What will be sent, and the button.
#[component]
pub fn ReviewFoot(summary: Memo<Option<Summary>>) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let connection = use_connection();
    let totals =
        Memo::new(move |_| summary.with(|s| s.as_ref().map(|s| s.totals).unwrap_or_default()));
    let is_read_only = move || connection.who().is_some_and(|who| who.is_read_only);
    let is_whole = move || desk.with(|model: &Model| model.is_stock_whole);
    let is_off = move || is_read_only() || totals.get().targets == 0 || !is_whole();
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let is_checking = move || desk.with(|model| model.is_checking);
    let day = RwSignal::new((None, 0));
    spawn_local(async move {
        let so_far = desk.day_so_far().await;
        day.try_set(so_far);
    });
    let has_errors = move || totals.get().errors > 0;
    let about = move || {
        let totals = totals.get();
        if is_read_only() {
            return words.text(Key::UpdateReadOnly).to_owned();
        }
        let changes = words.count(Plural::UpdateChangesCount, count(totals.targets), &[]);
        let requests = words.count(Plural::UpdateRequests, count(totals.requests), &[]);
        let budget = Budget::of(&connection.capabilities());
        let cost = cost(words, budget, totals.requests as u64, day.get());
        let mut about = vec![format!("{changes} {requests}")];
        about.extend(cost);
        about.join(" · ")
    };
    view! {
        <footer class="card-foot">
            <p class="foot-about" role="status">{about}</p>
            <ReasonField />
            <Show when=has_errors>
                <button type="button" class="button fold" on:click=move |_| desk.tell(Msg::ErrorsAsked)>
                    <Icon sign=Sign::Download />
                    <span>{words.t(Key::UpdateDownloadErrors)}</span>
                </button>
            </Show>
            <button
                type="button"
                class="button primary"
                disabled=is_off
                aria-busy=move || is_checking().then_some("true")
                on:click=move |_| desk.tell(Msg::ApplyPressed)
            >
                {move || if is_checking() {
                    words.text(Key::DriftChecking).to_owned()
                } else {
                    apply_label(words, &totals.get())
                }}
            </button>
        </footer>
    }
}

/// Why levels are changed, where the server keeps it.
#[component]
fn ReasonField() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let connection = use_connection();
    let chosen = Memo::new(move |_| desk.with(|model| model.reason));
    let option = move |reason: Reason| {
        view! {
            <option value=reason.as_str() selected=move || chosen.get() == Some(reason)>
                {words.t(tell::reason(reason))}
            </option>
        }
    };
    view! {
        <Show when=move || connection.capabilities().history>
            <select class="select reason" aria-label=words.t(Key::UpdateReason) on:change:target=move |event| {
                    desk.tell(Msg::Run(RunMsg::ReasonChosen(Reason::of(&event.target().value()))));
                }
            >
                <option value="" selected=move || chosen.get().is_none()>
                    {words.t(Key::UpdateReasonNone)}
                </option>
                {Reason::ALL.map(option)}
            </select>
        </Show>
    }
}

/// Asks for the button's number where a guard is past its limit.
#[component]
pub fn ConfirmDialog(summary: Memo<Option<Summary>>) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let typed = RwSignal::new(String::new());
    let number = move || summary.with(|s| s.as_ref().map_or(0, |s| s.totals.targets));
    let shown = move || words.number(i64::try_from(number()).unwrap_or(i64::MAX));
    let matches = move || {
        let digits: String = typed.with(|text| text.chars().filter(char::is_ascii_digit).collect());
        digits.parse::<usize>().ok().filter(|typed| *typed == number())
    };
    let guards = move || {
        summary.get().map(|summary| {
            let told =
                summary.guards.iter().map(|guard| tell::guard(words, *guard, &summary.totals).0);
            told.map(|title| view! { <li>{title}</li> }).collect_view()
        })
    };
    // The field, not the button that closes, is where one goes on.
    request_animation_frame(|| {
        page::focus("confirm-number");
    });
    let confirm = move || {
        if let Some(number) = matches() {
            desk.tell(Msg::NumberTyped(u32::try_from(number).unwrap_or(u32::MAX)));
        }
    };
    view! {
        <Dialog
            title=words.label(Key::UpdateConfirmTitle)
            close=words.label(Key::AppCancel)
            on_close=move |()| desk.tell(Msg::ConfirmLeft)
        >
            <form
                on:submit=move |event| {
                    event.prevent_default();
                    confirm();
                }
            >
                <div class="dialog-body form">
                    <ul class="guard-list">{guards}</ul>
                    <p class="prose">
                        {move || words.fill(Key::UpdateConfirmAbout, &[("number", &shown())])}
                    </p>
                    <Field
                        id="confirm-number"
                        label=words.label(Key::UpdateConfirmField)
                        value=typed
                        is_code=true
                    />
                </div>
                <footer class="dialog-foot">
                    <button type="button" class="button" on:click=move |_| desk.tell(Msg::ConfirmLeft)>
                        {words.t(Key::AppCancel)}
                    </button>
                    <button type="submit" class="button danger" disabled=move || matches().is_none()>
                        {move || summary.with(|s| s.as_ref().map(|s| apply_label(words, &s.totals)))}
                    </button>
                </footer>
            </form>
        </Dialog>
    }
}
