//! One value for all rows that are shown.

use leptos::prelude::*;
use leptos::task::spawn_local;

pub mod entry;

use super::missing::MissingButton;
use crate::pages::level::{Typed, words as said};
use crate::pages::update::desk::{Desk, use_desk};
use crate::pages::update::state::Msg;
use crate::ui::use_toasts;
use crate::words::{Key, Plural, Words, use_words};
use entry::{Fault, is_percentage, read};
use stockroom_worksheet::{Ask, Reply, Rounding};

/// What can be done with all rows at once.
#[component]
pub fn RowsBar() -> impl IntoView {
    let desk = use_desk();
    let total = rows_shown(desk);
    let is_any = Memo::new(move |_| total.get() > 0);
    view! {
        <div class="rows-bar">
            <Show when=move || is_any.get()>
                <FillForm total=total />
            </Show>
            <MissingButton />
        </div>
    }
}

/// Follows how many rows the view has.
fn rows_shown(desk: Desk) -> RwSignal<u32> {
    let total = RwSignal::new(0);
    let round = StoredValue::new(0_u32);
    let key = Memo::new(move |_| desk.with(|model| (model.generation, model.view.clone())));
    Effect::new(move |_| {
        let (_, view) = key.get();
        round.update_value(|round| *round += 1);
        let asked = round.get_value();
        spawn_local(async move {
            let reply = desk.ask(Ask::Rows { view, start: 0, count: 0 }).await;
            let is_now = round.try_get_value() == Some(asked);
            if let Some(Reply::Rows { total: rows, .. }) = reply
                && is_now
            {
                total.try_set(rows);
            }
        });
    });
    total
}

#[component]
fn FillForm(total: RwSignal<u32>) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let toasts = use_toasts();
    let text = RwSignal::new(String::new());
    let rounding = RwSignal::new(Rounding::Nearest);
    let style = Memo::new(move |_| {
        desk.with(|model| model.style.or(model.summary.as_ref().and_then(|summary| summary.style)))
    });
    let typed = Memo::new(move |_| text.with(|text| read(text, style.get(), rounding.get())));
    let fault = Memo::new(move |_| {
        typed.get().err().map(|fault| text.with(|text| fault_in_words(words, text, fault)))
    });
    let is_share = Memo::new(move |_| text.with(|text| is_percentage(text)));
    let label = move || words.count(Plural::BulkFillRows, total.get().into(), &[]);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Ok(Some(fill)) = typed.get_untracked() else { return };
        let (view, count) =
            (desk.with_untracked(|model| model.view.clone()), total.get_untracked());
        text.set(String::new());
        desk.tell(Msg::Edited(Ask::Fill { view, start: 0, count, fill }));
        toasts.announce(untrack(|| words.count(Plural::BulkFilled, count.into(), &[])));
    };
    view! {
        <form class="fill-bar" on:submit=submit>
            <label for="fill-value">{words.t(Key::BulkAllRows)}</label>
            <input
                id="fill-value"
                class="input"
                dir="ltr"
                autocomplete="off"
                spellcheck="false"
                aria-label=words.t(Key::BulkFillField)
                aria-describedby="fill-about"
                aria-invalid=move || fault.with(Option::is_some).then_some("true")
                prop:value=move || text.get()
                on:input:target=move |event| text.set(event.target().value())
            />
            <Show when=move || is_share.get()>
                <RoundingChoice rounding=rounding />
            </Show>
            <button
                type="submit"
                class="button"
                disabled=move || typed.with(|typed| !matches!(typed, Ok(Some(_))))
            >
                {label}
            </button>
            <p id="fill-about" class=move || if fault.with(Option::is_some) { "field-error" } else { "field-hint" }>
                {move || fault.get().unwrap_or_else(|| words.text(Key::BulkFillHint).to_owned())}
            </p>
        </form>
    }
}

#[component]
fn RoundingChoice(rounding: RwSignal<Rounding>) -> impl IntoView {
    let words = use_words();
    let choices = [
        (Rounding::Nearest, "nearest", Key::BulkNearest),
        (Rounding::Down, "down", Key::BulkDown),
        (Rounding::Up, "up", Key::BulkUp),
    ];
    let option = move |(one, value, key): (Rounding, &'static str, Key)| {
        view! {
            <option value=value selected=move || rounding.get() == one>{words.t(key)}</option>
        }
    };
    let choose = move |value: &str| {
        if let Some((one, ..)) = choices.iter().find(|(_, name, _)| *name == value) {
            rounding.set(*one);
        }
    };
    view! {
        <label class="inline-field">
            <span>{words.t(Key::BulkRounding)}</span>
            <select
                class="select"
                aria-label=words.t(Key::BulkRounding)
                on:change:target=move |event| choose(&event.target().value())>
                {choices.map(option).collect_view()}
            </select>
        </label>
    }
}

fn fault_in_words(words: Words, text: &str, fault: Fault) -> String {
    match fault {
        Fault::Number(fault) => said::fault(words, text, Typed::Unreadable(fault)),
        Fault::Unsigned => words.text(Key::BulkPercentUnsigned).to_owned(),
        Fault::OutOfRange => words.text(Key::BulkPercentRange).to_owned(),
        Fault::NotAPercentage => words.fill(Key::BulkPercentInvalid, &[("text", text.trim())]),
    }
}
