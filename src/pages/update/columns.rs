//! What the columns mean: the first rows under a choice for each.
//!
//! [`bar`] is how the file is read, [`rows`] its first rows, [`said`] what is known and what lacks.

use leptos::prelude::*;

pub mod bar;
pub mod rows;
pub mod said;

use super::desk::use_desk;
use super::state::Msg;
use super::waiting::Waiting;
use crate::words::{Key, use_words};
use bar::ReadingBar;
use rows::FirstRows;
use said::{Remarks, Said};
use stockroom_worksheet::Shape;

/// Say what each column is.
#[component]
pub fn ColumnsStep() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let shape = Memo::new(move |_| desk.with(|model| model.shape.clone()));
    let is_waiting = Memo::new(move |_| desk.with(|model| model.is_head || model.is_busy));
    let is_ready = move || !is_waiting.get() && shape.with(is_usable);
    view! {
        <Said shape=shape />
        <section class="card columns">
            <ReadingBar shape=shape />
            <Remarks shape=shape />
            <FirstRows shape=shape />
            <footer class="card-foot">
                <Waiting />
                <button
                    type="button"
                    class="button primary"
                    disabled=move || !is_ready()
                    on:click=move |_| desk.tell(Msg::ColumnsConfirmed)
                >
                    {words.t(Key::UpdateContinue)}
                </button>
            </footer>
        </section>
    }
}

fn is_usable(shape: &Shape) -> bool {
    shape.refusal.is_none() && shape.unusable.is_none() && shape.rows > 0
}
