//! A labelled text field with its hint and its error.

use leptos::prelude::*;

/// A text field; hint and error are tied to it for screen readers.
#[component]
pub fn Field(
    /// Its id, unique in the page.
    id: &'static str,
    /// Its label.
    #[prop(into)]
    label: Signal<String>,
    /// What was typed.
    value: RwSignal<String>,
    /// `text`, `password`, `url`, `search`.
    #[prop(default = "text")]
    kind: &'static str,
    /// What the browser may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// What to type, in a sentence.
    #[prop(into, optional)]
    hint: Signal<String>,
    /// What is wrong with it; empty where nothing is.
    #[prop(into, optional)]
    error: Signal<String>,
    /// Whether its text reads from left to right in every language: keys, addresses.
    #[prop(optional)]
    is_code: bool,
) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    let error_id = format!("{id}-error");
    let described = {
        let (hint_id, error_id) = (hint_id.clone(), error_id.clone());
        move || format!("{hint_id} {error_id}")
    };
    view! {
        <div class="field">
            <label for=id>{move || label.get()}</label>
            <input
                id=id
                class="input"
                type=kind
                autocomplete=autocomplete
                autocapitalize="off"
                spellcheck="false"
                dir=is_code.then_some("ltr")
                aria-invalid=move || (!error.get().is_empty()).then_some("true")
                aria-describedby=described
                prop:value=move || value.get()
                on:input:target=move |event| value.set(event.target().value())
            />
            <p id=error_id class="field-error">{move || error.get()}</p>
            <p id=hint_id class="field-hint">{move || hint.get()}</p>
        </div>
    }
}
