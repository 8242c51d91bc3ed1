//! Where the changes come from: a file or pasted cells.

use leptos::html;
use leptos::prelude::*;
use stockroom_domain::columns::OWN_LAYOUT;
use stockroom_domain::table::MAX_BYTES;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, DragEvent, Event, HtmlInputElement};

use super::desk::use_desk;
use super::state::{Msg, Trouble};
use super::tell;
use crate::browser::{address, files};
use crate::ui::{Dialog, Icon, Notice, Sign, Tone};
use crate::words::{Key, Words, use_words};

/// Choose a file, drop one, or paste.
#[component]
pub fn SourceStep() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    desk.warm_up();
    let is_over = RwSignal::new(false);
    let is_pasting = RwSignal::new(false);
    let input = NodeRef::<html::Input>::new();
    let dropped = move |event: DragEvent| {
        event.prevent_default();
        is_over.set(false);
        let file = event.data_transfer().and_then(|data| data.files()).and_then(|list| list.get(0));
        if let Some(file) = file {
            desk.open(file);
        }
    };
    let chosen = move |event: Event| {
        let target = event.target().and_then(|t| t.dyn_into::<HtmlInputElement>().ok());
        let Some(target) = target else { return };
        if let Some(file) = target.files().and_then(|list| list.get(0)) {
            desk.open(file);
        }
        // The same file can be chosen again once it was mended.
        target.set_value("");
    };
    let pasted = move |event: ClipboardEvent| {
        let text = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok());
        if let Some(text) = text.filter(|text| text.contains(['\t', '\n', ';', ','])) {
            event.prevent_default();
            desk.tell(Msg::CellsPasted(text));
        }
    };
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let template = move |_| {
        let text = format!("\u{feff}{}\r\n", OWN_LAYOUT.join(","));
        files::save("stock-template.csv", "text/csv", &text);
    };
    view! {
        <Trouble />
        <section
            class="card drop"
            class:is-over=move || is_over.get()
            on:dragover=move |event: DragEvent| {
                event.prevent_default();
                is_over.set(true);
            }
            on:dragleave=move |_| is_over.set(false)
            on:drop=dropped
            on:paste=pasted
        >
            <span class="drop-icon"><Icon sign=Sign::Upload /></span>
            <p class="drop-title">{words.t(Key::UpdateDropTitle)}</p>
            <p class="drop-about">{words.t(Key::UpdateDropAbout)}</p>
            <div class="drop-actions" aria-busy=move || desk.with(|model| model.is_busy).to_string()>
                <label class="visually-hidden" for="file">{words.t(Key::UpdateChoose)}</label>
                <input
                    id="file"
                    node_ref=input
                    class="visually-hidden"
                    type="file"
                    tabindex="-1"
                    accept=".csv,.tsv,.txt,text/csv,text/plain"
                    on:change=chosen
                />
                <button type="button" class="button primary" on:click=choose>
                    {words.t(Key::UpdateChoose)}
                </button>
                <button type="button" class="button" on:click=move |_| is_pasting.set(true)>
                    {words.t(Key::UpdatePaste)}
                </button>
                <button type="button" class="button quiet" on:click=template>
                    {words.t(Key::UpdateTemplate)}
                </button>
            </div>
            <p class="drop-busy" role="status">
                {move || desk.with(|m| m.is_busy).then(|| words.text(Key::UpdateReading))}
            </p>
        </section>
        <Show when=move || is_pasting.get()>
            <PasteDialog on_close=move |()| is_pasting.set(false) />
        </Show>
    }
}

/// Why the source cannot be used.
#[component]
fn Trouble() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let told = move || {
        desk.with(|model| match (&model.trouble, &model.shape.refusal) {
            (Some(trouble), _) => Some(trouble_in_words(words, *trouble)),
            (None, Some(remark)) => {
                let why = tell::remark(words, remark.code, remark.line, &remark.text);
                let nothing = words.text(Key::UpdateNothingSent);
                let title = match model.name.as_str() {
                    "" => words.text(Key::UpdateRefused).to_owned(),
                    name => format!("{name}: {}", words.text(Key::UpdateRefused)),
                };
                Some((title, format!("{why} {nothing}")))
            }
            _ => None,
        })
    };
    let must_reload = move || desk.with(|model| model.trouble == Some(Trouble::OtherBuild));
    move || {
        told().map(|(title, about)| {
            view! {
                <Notice tone=Tone::Error title=title about=about>
                    <Show when=must_reload>
                        <button type="button" class="button" on:click=move |_| address::reload()>
                            {words.t(Key::UpdateReload)}
                        </button>
                    </Show>
                </Notice>
            }
        })
    }
}

fn trouble_in_words(words: Words, trouble: Trouble) -> (String, String) {
    let megabytes = |bytes: u64| words.number(i64::try_from(bytes >> 20).unwrap_or(i64::MAX));
    match trouble {
        Trouble::TooLarge { bytes } => (
            words.fill(Key::UpdateTooLarge, &[("size", &megabytes(bytes))]),
            words.fill(Key::UpdateTooLargeAbout, &[("max", &megabytes(MAX_BYTES))]),
        ),
        Trouble::WorkerEnded => (
            words.text(Key::UpdateWorkerEnded).to_owned(),
            words.text(Key::UpdateWorkerEndedAbout).to_owned(),
        ),
        Trouble::OtherBuild => (
            words.text(Key::UpdateOtherBuild).to_owned(),
            words.text(Key::UpdateOtherBuildAbout).to_owned(),
        ),
    }
}

/// A field to paste cells into.
#[component]
fn PasteDialog(#[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let text = RwSignal::new(String::new());
    let title = words.label(Key::UpdatePasteTitle);
    let close = words.label(Key::AppCancel);
    let go_on = move |_| {
        on_close.run(());
        desk.tell(Msg::CellsPasted(text.get_untracked()));
    };
    view! {
        <Dialog title=title close=close on_close=on_close>
            <div class="dialog-body form">
                <p class="prose muted">{words.t(Key::UpdatePasteAbout)}</p>
                <label class="field-label" for="cells">{words.t(Key::UpdatePasteField)}</label>
                <textarea
                    id="cells"
                    class="input cells-input"
                    rows="10"
                    dir="ltr"
                    spellcheck="false"
                    placeholder="sku\tquantity"
                    prop:value=move || text.get()
                    on:input:target=move |event| text.set(event.target().value())
                ></textarea>
            </div>
            <footer class="dialog-foot">
                <button type="button" class="button" on:click=move |_| on_close.run(())>
                    {words.t(Key::AppCancel)}
                </button>
                <button
                    type="button"
                    class="button primary"
                    disabled=move || text.with(|text| text.trim().is_empty())
                    on:click=go_on
                >
                    {words.t(Key::UpdateContinue)}
                </button>
            </footer>
        </Dialog>
    }
}
