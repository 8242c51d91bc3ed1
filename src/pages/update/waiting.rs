//! What a file is waited for, how far it is, and the way out.

use leptos::prelude::*;

use super::desk::use_desk;
use super::state::{Model, Msg, Progress};
use crate::words::{Key, use_words};

/// What is under way with the file, in real units; nothing where nothing is.
#[component]
pub fn Waiting() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    // The bar moves without the rest being made again.
    let what = Memo::new(move |_| desk.with(what));
    let bytes = Memo::new(move |_| desk.with(bytes));
    let has_bytes = Memo::new(move |_| bytes.get().is_some());
    let figures = move || {
        let (done, total) = bytes.get()?;
        let number = |n: u64| words.number(i64::try_from(n.div_ceil(1 << 20)).unwrap_or(i64::MAX));
        let figures = [("done", &*number(done)), ("total", &number(total))];
        Some(words.fill(Key::SourceMegabytes, &figures))
    };
    view! {
        <div class="waiting" class:is-on=move || what.get().is_some()>
            <p role="status">{move || what.get().map(|key| words.text(key))}</p>
            <Show when=move || has_bytes.get()>
                <progress
                    max=move || bytes.get().map_or(1, |(_, total)| total).to_string()
                    prop:value=move || bytes.get().map_or(0, |(done, _)| done).to_string()
                    aria-label=words.t(Key::UpdateReading)
                ></progress>
                <span class="waiting-figures">{figures}</span>
            </Show>
            <Show when=move || what.get().is_some()>
                <button type="button" class="button small" on:click=move |_| desk.tell(Msg::WaitingLeft)>
                    {words.t(Key::AppCancel)}
                </button>
            </Show>
        </div>
    }
}

fn what(model: &Model) -> Option<Key> {
    if !model.is_busy && !model.is_head && bytes(model).is_none() {
        return None;
    }
    Some(match &model.workbook {
        Some(workbook) if workbook.chosen.is_none() => Key::SourceUnpacking,
        Some(_) => Key::SourceSheetReading,
        None => Key::UpdateReading,
    })
}

fn bytes(model: &Model) -> Option<(u64, u64)> {
    match model.progress {
        Some(Progress::Reading { done, total }) if total > 0 => Some((done.min(total), total)),
        _ => None,
    }
}
