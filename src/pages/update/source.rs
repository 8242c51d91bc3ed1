//! Where the changes come from: a file, a sheet of a workbook, or pasted cells.

pub mod sheets;
pub mod trouble;

use leptos::prelude::*;
use stockroom_domain::own_layout::OwnFile;
use web_sys::ClipboardEvent;

use super::desk::use_desk;
use super::state::{Model, Msg};
use super::waiting::Waiting;
use crate::browser::files;
use crate::ui::{ChooseFile, Dialog, DropArea};
use crate::words::{Key, use_words};
use sheets::SheetChoice;
use trouble::Trouble;

/// What can be chosen as a file: tables as text, and workbooks.
const ACCEPTED: &str = ".csv,.tsv,.txt,.xlsx,.xlsm,.xlsb,.xls,.ods,text/csv,text/plain";

/// Choose a file, drop one, or paste; with a workbook of several sheets, which one.
#[component]
pub fn SourceStep() -> impl IntoView {
    let desk = use_desk();
    Effect::new(move |_| desk.warm_up());
    let has_choice = Memo::new(move |_| desk.with(Model::has_sheet_choice));
    view! {
        <Trouble />
        <Show when=move || has_choice.get() fallback=|| view! { <DropZone /> }>
            <SheetChoice />
        </Show>
    }
}

#[component]
fn DropZone() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let is_pasting = RwSignal::new(false);
    let pasted = move |event: ClipboardEvent| {
        let text = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok());
        if let Some(text) = text.filter(|text| text.contains(['\t', '\n', ';', ','])) {
            event.prevent_default();
            desk.tell(Msg::CellsPasted(text));
        }
    };
    let template = move |_| {
        let text = OwnFile::default().into_text();
        files::save("stock-template.csv", "text/csv", &text);
    };
    view! {
        <div on:paste=pasted>
            <DropArea
                title=words.label(Key::UpdateDropTitle)
                about=words.label(Key::UpdateDropAbout)
                on_file=move |file| desk.open(file)
                is_busy=Signal::derive(move || desk.with(|model| model.is_busy))
                below=Waiting
            >
                <ChooseFile
                    label=words.label(Key::UpdateChoose)
                    accept=ACCEPTED
                    on_file=move |file| desk.open(file)
                />
                <button type="button" class="button" on:click=move |_| is_pasting.set(true)>
                    {words.t(Key::UpdatePaste)}
                </button>
                <button type="button" class="button quiet" on:click=template>
                    {words.t(Key::UpdateTemplate)}
                </button>
            </DropArea>
        </div>
        <Show when=move || is_pasting.get()>
            <PasteDialog on_close=move |()| is_pasting.set(false) />
        </Show>
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
