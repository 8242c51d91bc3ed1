//! An area to drop a file on, and the button that chooses one instead.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, Event, File, HtmlInputElement};

use super::{Icon, Sign};

/// The area with its words; its children are the ways to a file.
#[component]
pub fn DropArea(
    /// What can be dropped.
    #[prop(into)]
    title: Signal<String>,
    /// What happens then.
    #[prop(into)]
    about: Signal<String>,
    /// Called with the file; of several with the first.
    #[prop(into)]
    on_file: Callback<File>,
    /// Whether a file is being read.
    #[prop(into, optional)]
    is_busy: Signal<bool>,
    /// What stands under the ways to a file: how far one is that is being read.
    #[prop(into, optional)]
    below: ViewFn,
    children: Children,
) -> impl IntoView {
    let is_over = RwSignal::new(false);
    let dropped = move |event: DragEvent| {
        event.prevent_default();
        is_over.set(false);
        let files = event.data_transfer().and_then(|data| data.files());
        if let Some(file) = files.and_then(|files| files.get(0)) {
            on_file.run(file);
        }
    };
    view! {
        <section
            class="card drop"
            class:is-over=move || is_over.get()
            on:dragover=move |event: DragEvent| {
                event.prevent_default();
                is_over.set(true);
            }
            on:dragleave=move |_| is_over.set(false)
            on:drop=dropped
        >
            <span class="drop-icon"><Icon sign=Sign::Upload /></span>
            <p class="drop-title">{move || title.get()}</p>
            <p class="drop-about">{move || about.get()}</p>
            <div class="drop-actions" aria-busy=move || is_busy.get().to_string()>{children()}</div>
            {move || below.run()}
        </section>
    }
}

/// The button that has the browser choose a file.
#[component]
pub fn ChooseFile(
    /// The word on it.
    #[prop(into)]
    label: Signal<String>,
    /// Which files can be chosen, as endings and media types.
    accept: &'static str,
    /// Called with the file.
    #[prop(into)]
    on_file: Callback<File>,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let chosen = move |event: Event| {
        let target = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let Some(target) = target else { return };
        if let Some(file) = target.files().and_then(|files| files.get(0)) {
            on_file.run(file);
        }
        // The same file can be chosen again once it was mended.
        target.set_value("");
    };
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    view! {
        <label class="visually-hidden" for="file">{move || label.get()}</label>
        <input
            id="file"
            node_ref=input
            class="visually-hidden"
            type="file"
            tabindex="-1"
            accept=accept
            on:change=chosen
        />
        <button type="button" class="button primary" on:click=choose>{move || label.get()}</button>
    }
}
