//! Changes that were applied before: the question, and the button that looks for them first.

use leptos::prelude::*;

use super::desk::{Desk, use_desk};
use super::draft::source_name;
use super::result::acting::Acting;
use super::state::{Apply, Source, Twin, TwinAnswer};
use crate::browser::clock;
use crate::ui::Dialog;
use crate::words::{Key, Plural, Words, use_words};

/// The changes at hand were applied before, or a large part of them: asks what is meant.
#[component]
pub fn SeenBefore(twin: Twin) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let can_leave_out =
        desk.with_untracked(|model| model.apply.as_ref().is_some_and(Apply::can_leave_out));
    let is_whole = twin.is_whole();
    let title = if is_whole { Key::UpdateTwinTitle } else { Key::UpdateTwinPartTitle };
    let go = if is_whole { Key::UpdateTwinGo } else { Key::UpdateTwinAll };
    let answer = move |answer| move |_| desk.answer_twin(answer);
    view! {
        <Dialog
            title=words.label(title)
            close=words.label(Key::UpdateUnkeptBack)
            has_cross=false
            on_close=move |()| desk.answer_twin(TwinAnswer::Back)
        >
            <div class="dialog-body">
                <p class="prose">{move || about(words, &twin)}</p>
            </div>
            <footer class="dialog-foot">
                <button type="button" class="button" on:click=answer(TwinAnswer::Back)>
                    {words.t(Key::UpdateUnkeptBack)}
                </button>
                <button type="button" class="button danger" on:click=answer(TwinAnswer::All)>
                    {words.t(go)}
                </button>
                {can_leave_out.then(|| view! {
                    <button
                        type="button"
                        class="button primary"
                        on:click=answer(TwinAnswer::LeaveOut)
                    >
                        {words.t(Key::UpdateTwinLeaveOut)}
                    </button>
                })}
            </footer>
        </Dialog>
    }
}

fn about(words: Words, twin: &Twin) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a time")]
    let seconds = ((clock::now_ms() - twin.at_ms as f64) / 1000.0).max(1.0);
    let ago = words.ago(seconds);
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    if twin.is_whole() {
        return words.count(Plural::UpdateTwinAbout, count(twin.products), &[("ago", &ago)]);
    }
    let total = words.number(count(twin.asked));
    let name = match &twin.source {
        Source::Here(name, origin) => source_name(words, name, *origin),
        Source::Elsewhere => words.fill(Key::UpdateTwinElsewhere, &[("run", &twin.run)]),
    };
    let values = [("total", &*total), ("name", &*name), ("ago", &*ago)];
    words.count(Plural::UpdateTwinPart, count(twin.repeated.len()), &values)
}

/// Lets the run go on; busy while it is looked whether its changes were applied meanwhile.
#[component]
pub fn ResumeButton(
    /// Whether it is what one would press.
    #[prop(optional)]
    is_primary: bool,
) -> impl IntoView {
    let words = use_words();
    let acting = Acting::start();
    let is_looking = use_desk().looks_for_twin();
    let class = if is_primary { "button primary" } else { "button" };
    view! {
        <button
            type="button"
            class=class
            disabled=move || is_looking.get()
            aria-busy=move || is_looking.get().then_some("true")
            on:click=move |_| acting.act(Desk::resume)
        >
            {move || words.text(if is_looking.get() { Key::UpdateResumeBusy } else { Key::UpdateResume })}
        </button>
    }
}
