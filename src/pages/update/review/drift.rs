//! Levels that moved since the preview: each with three figures, and what is to become of it.

use leptos::prelude::*;

use crate::pages::update::desk::use_desk;
use crate::pages::update::state::drift::{Keep, Moved};
use crate::pages::update::state::{Msg, RunMsg};
use crate::ui::Dialog;
use crate::words::{Key, Plural, Words, use_words};

/// How many are listed; what is chosen for all counts for the rest too.
const LISTED: usize = 200;

/// Asks what is to become of them, for each and for all.
#[component]
pub fn DriftDialog() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let moved = Memo::new(move |_| {
        desk.with(|model| model.drift.as_ref().map(|drift| drift.moved.clone()).unwrap_or_default())
    });
    let count = move || moved.with(Vec::len);
    let signed = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let title = move || words.count(Plural::DriftTitle, signed(count()), &[]);
    let keep = move |row: Option<usize>, keep: Keep| {
        desk.tell(Msg::Run(RunMsg::KeepChosen { row, keep }));
    };
    let answer = move |is_wanted: bool| desk.tell(Msg::Run(RunMsg::DriftAnswered(is_wanted)));
    let rows = move || {
        let rows = moved.get().into_iter().take(LISTED).enumerate();
        rows.map(|(at, one)| row(words, at, &one, keep)).collect_view()
    };
    let rest = move || {
        let rest = count().checked_sub(LISTED).filter(|rest| *rest > 0)?;
        Some(
            view! { <p class="field-hint">{words.count(Plural::DriftRest, signed(rest), &[])}</p> },
        )
    };
    view! {
        <Dialog
            title=Signal::derive(title)
            close=words.label(Key::UpdateUnkeptBack)
            on_close=move |()| answer(false)
        >
            <div class="dialog-body">
                <p class="prose">{words.t(Key::DriftAbout)}</p>
                <div class="drift-all">
                    <button type="button" class="button" on:click=move |_| keep(None, Keep::Count)>
                        {words.t(Key::UpdateKeepCount)}
                    </button>
                    <button type="button" class="button" on:click=move |_| keep(None, Keep::Difference)>
                        {words.t(Key::UpdateKeepDifference)}
                    </button>
                </div>
                <ul class="drift-list">{rows}</ul>
                {rest}
            </div>
            <footer class="dialog-foot">
                <button type="button" class="button" on:click=move |_| answer(false)>
                    {words.t(Key::UpdateUnkeptBack)}
                </button>
                <button type="button" class="button primary" on:click=move |_| answer(true)>
                    {words.t(Key::DriftGo)}
                </button>
            </footer>
        </Dialog>
    }
}

fn row(
    words: Words,
    at: usize,
    one: &Moved,
    keep: impl Fn(Option<usize>, Keep) + Copy + 'static,
) -> AnyView {
    let name = format!("{} {}", one.external_id, one.variant);
    let name = name.trim().to_owned();
    let figure = |n: i64| words.number(n);
    let (preview, now, wanted) = (figure(one.preview), figure(one.now), figure(one.wanted));
    let values = [("preview", &*preview), ("now", &*now), ("wanted", &*wanted)];
    let figures = words.fill(Key::DriftFigures, &values);
    let label = words.fill(Key::DriftChoice, &[("name", &name)]);
    let after = (one.now + one.wanted - one.preview).max(0);
    let choices = [
        (Keep::Count, words.fill(Key::DriftToCount, &[("level", &wanted)])),
        (Keep::Difference, words.fill(Key::DriftToDifference, &[("level", &words.number(after))])),
    ];
    let chosen = one.keep;
    let options = choices.map(|(choice, text)| {
        let value = if choice == Keep::Count { "count" } else { "difference" };
        view! { <option value=value selected=choice == chosen>{text}</option> }
    });
    view! {
        <li>
            <div class="drift-what">
                <bdi class="name">{name}</bdi>
                <span class="drift-figures">{figures}</span>
            </div>
            <select
                class="select"
                aria-label=label
                on:change:target=move |event| {
                    let is_count = event.target().value() == "count";
                    keep(Some(at), if is_count { Keep::Count } else { Keep::Difference });
                }
            >
                {options}
            </select>
        </li>
    }
    .into_any()
}
