//! A native dialog: it traps the focus, Escape closes it, and the focus goes back.

use std::sync::atomic::{AtomicU32, Ordering};

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Numbers the dialogs, so that each heading has an id of its own.
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Where a dialog stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Placement {
    /// In the middle.
    #[default]
    Centre,
    /// At the end of the line, over the full height; the whole screen on a phone.
    Side,
}

/// A modal dialog; it is open for as long as it is mounted.
///
/// Escape, a click beside it and its cross ask `on_close`; whoever mounted it takes it away, and
/// the focus goes back to where it was.
#[component]
pub fn Dialog(
    /// Its heading.
    #[prop(into)]
    title: Signal<String>,
    /// The word of the cross.
    #[prop(into)]
    close: Signal<String>,
    /// Called when somebody wants to leave.
    #[prop(into)]
    on_close: Callback<()>,
    /// Where it stands.
    #[prop(optional)]
    placement: Placement,
    /// Whether it has a cross; a question is left by its answers.
    #[prop(default = true)]
    has_cross: bool,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let title_id = format!("dialog-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let labelled_by = title_id.clone();
    let before = StoredValue::new_local(focused());
    node.on_load(|dialog| {
        if dialog.show_modal().is_err() {
            // Browsers without modal dialogs show it all the same.
            let _ = dialog.set_attribute("open", "");
        }
    });
    on_cleanup(move || {
        // While it is modal, nothing outside can have the focus.
        if let Some(dialog) = node.try_get_untracked().flatten() {
            dialog.close();
        }
        if let Some(Some(element)) = before.try_get_value() {
            let _ = element.focus();
        }
    });
    let class = match placement {
        Placement::Centre => "dialog",
        Placement::Side => "dialog side",
    };
    // A click on the dialog itself is one on its backdrop: the sheet covers the rest.
    let on_backdrop = move |event: ev::MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if target.is_some_and(|target| target.tag_name() == "DIALOG") {
            on_close.run(());
        }
    };
    view! {
        <dialog
            node_ref=node
            class=class
            aria-labelledby=labelled_by
            on:mousedown=on_backdrop
            on:cancel=move |event: ev::Event| {
                event.prevent_default();
                on_close.run(());
            }
        >
            <div class="dialog-sheet">
                <header class="dialog-head">
                    <h2 id=title_id tabindex="-1" autofocus><bdi>{move || title.get()}</bdi></h2>
                    {has_cross.then(|| view! {
                        <button
                            type="button"
                            class="button quiet icon-only"
                            aria-label=move || close.get()
                            on:click=move |_| on_close.run(())
                        >
                            <super::Icon sign=super::Sign::Close />
                        </button>
                    })}
                </header>
                {children()}
            </div>
        </dialog>
    }
}

/// A question with two answers, in a dialog.
#[component]
pub fn Confirm(
    /// The question.
    #[prop(into)]
    title: Signal<String>,
    /// What follows from the answers.
    #[prop(into)]
    about: Signal<String>,
    /// The word that does it.
    #[prop(into)]
    yes: Signal<String>,
    /// The word that does not.
    #[prop(into)]
    no: Signal<String>,
    /// Called with the answer.
    #[prop(into)]
    on_answer: Callback<bool>,
    /// Whether doing it takes something away.
    #[prop(optional)]
    is_dangerous: bool,
    /// More that follows from the answers.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let class = if is_dangerous { "button danger" } else { "button primary" };
    view! {
        <Dialog title=title close=no has_cross=false on_close=move |()| on_answer.run(false)>
            <div class="dialog-body">
                <p class="prose">{move || about.get()}</p>
                {children.map(|children| children())}
            </div>
            <footer class="dialog-foot">
                <button type="button" class="button" on:click=move |_| on_answer.run(false)>
                    {move || no.get()}
                </button>
                <button type="button" class=class on:click=move |_| on_answer.run(true)>
                    {move || yes.get()}
                </button>
            </footer>
        </Dialog>
    }
}

fn focused() -> Option<HtmlElement> {
    document().active_element()?.dyn_into().ok()
}
