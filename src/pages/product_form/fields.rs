//! The fields of the form: details, stock, variants as rows.

use leptos::prelude::*;
use stockroom_api::limits::MAX_VARIANTS;

use super::draft::{Place, Slot, VariantSlot};
use super::form::Form;
use super::tell;
use crate::browser::page;
use crate::ui::{Icon, Sign};
use crate::words::{Key, use_words};

const VARIANT_SLOTS: [VariantSlot; 5] = [
    VariantSlot::Kind,
    VariantSlot::Label,
    VariantSlot::Value,
    VariantSlot::Price,
    VariantSlot::Quantity,
];

/// All fields.
#[component]
pub fn Fields(form: Form) -> impl IntoView {
    let words = use_words();
    let own = move |slot| view! { <Field form=form place=Place::Product(slot) /> };
    view! {
        <section class="card section" aria-label=words.t(Key::ProductsDetails)>
            <h2>{words.t(Key::ProductsDetails)}</h2>
            {own(Slot::Name)}
            <div class="field-pair">{own(Slot::Price)}{own(Slot::Sku)}</div>
            {own(Slot::Description)}
            {own(Slot::Image)}
            <label class="switch">
                <input
                    type="checkbox"
                    role="switch"
                    prop:checked=move || form.draft.with(|draft| draft.is_on_sale)
                    on:change:target=move |event| {
                        let is_on = event.target().checked();
                        form.draft.update(|draft| draft.is_on_sale = is_on);
                    }
                />
                <span class="switch-track" aria-hidden="true"></span>
                <span>{words.t(Key::ProductsOnSale)}</span>
            </label>
        </section>
        <section class="card section" aria-label=words.t(Key::ProductsStock)>
            <h2>{words.t(Key::ProductsStock)}</h2>
            <div class="field-pair">{own(Slot::Quantity)}{own(Slot::Threshold)}</div>
        </section>
        <Variants form=form />
    }
}

#[component]
fn Variants(form: Form) -> impl IntoView {
    let words = use_words();
    let numbers = move || {
        form.draft.with(|draft| draft.variants.iter().map(|one| one.number).collect::<Vec<_>>())
    };
    let is_full = Memo::new(move |_| form.draft.with(|draft| draft.variants.len() >= MAX_VARIANTS));
    let most = words.label(Key::ProductsVariantsAbout);
    let about = move || {
        if !is_full.get() {
            return most.get();
        }
        let max = words.number(i64::try_from(MAX_VARIANTS).unwrap_or(i64::MAX));
        words.fill(Key::ProductsMostVariants, &[("max", &max)])
    };
    let add = move |_| {
        if is_full.get_untracked() {
            return;
        }
        let number = form.draft.try_update(super::draft::Draft::add_variant).unwrap_or_default();
        let draft = form.draft.get_untracked();
        let kind = Place::Variant(number, VariantSlot::Kind);
        let slot = if draft.text(kind).is_empty() { VariantSlot::Kind } else { VariantSlot::Label };
        let id = id(Place::Variant(number, slot));
        request_animation_frame(move || {
            page::focus(&id);
        });
    };
    view! {
        <section class="card section" aria-label=words.t(Key::ProductVariants)>
            <div>
                <h2>{words.t(Key::ProductVariants)}</h2>
                <p class="field-hint">{about}</p>
            </div>
            <For each=numbers key=|number| *number let:number>
                <Variant form=form number=number />
            </For>
            <div>
                <button
                    type="button"
                    id="add-variant"
                    class="button"
                    aria-disabled=move || is_full.get().then_some("true")
                    on:click=add
                >
                    <Icon sign=Sign::Plus />
                    <span>{words.t(Key::ProductsAddVariant)}</span>
                </button>
            </div>
            <datalist id="variant-types">
                <option value="SIZE"></option>
                <option value="COLOR"></option>
            </datalist>
        </section>
    }
}

#[component]
fn Variant(form: Form, number: u32) -> impl IntoView {
    let words = use_words();
    let name = Memo::new(move |_| {
        let (label, at) = form.draft.with(|draft| {
            let at = draft.variants.iter().position(|one| one.number == number);
            let label = draft.text(Place::Variant(number, VariantSlot::Label)).trim().to_owned();
            (label, at.map_or(0, |at| at + 1))
        });
        if !label.is_empty() {
            return label;
        }
        let at = words.number(i64::try_from(at).unwrap_or(i64::MAX));
        words.fill(Key::ProductsVariant, &[("n", &at)])
    });
    let remove = move |_| {
        form.remove_variant(number);
        page::focus("add-variant");
    };
    view! {
        <fieldset class="variant-row">
            <legend class="visually-hidden">{move || name.get()}</legend>
            {VARIANT_SLOTS
                .map(|slot| view! { <Field form=form place=Place::Variant(number, slot) /> })
                .collect_view()}
            <button
                type="button"
                class="button quiet icon-only variant-remove"
                aria-label=move || words.fill(Key::ProductsRemove, &[("variant", &name.get())])
                on:click=remove
            >
                <Icon sign=Sign::Close />
            </button>
        </fieldset>
    }
}

/// Returns the id of a field's element.
pub fn id(place: Place) -> String {
    match place {
        Place::Product(slot) => format!("product-{slot:?}"),
        Place::Variant(number, slot) => format!("variant-{number}-{slot:?}"),
    }
}

/// One field with its name, its hint and what is wrong with it.
#[component]
fn Field(form: Form, place: Place) -> impl IntoView {
    let words = use_words();
    let id = id(place);
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let fault = Memo::new(move |_| {
        let fault = form.fault(place)?;
        Some(form.draft.with(|draft| tell::fault(words, draft.text(place), &fault)))
    });
    let is_number = matches!(
        place,
        Place::Product(Slot::Quantity | Slot::Threshold) | Place::Variant(_, VariantSlot::Quantity)
    );
    let is_price =
        matches!(place, Place::Product(Slot::Price) | Place::Variant(_, VariantSlot::Price));
    let input_mode = match (is_number, is_price) {
        (true, _) => Some("numeric"),
        // A phone's pad of decimals has no minus.
        (_, true) if place == Place::Product(Slot::Price) => Some("decimal"),
        _ => None,
    };
    let is_code = is_number || is_price || matches!(place, Place::Product(Slot::Sku | Slot::Image));
    let direction = if is_code { "ltr" } else { "auto" };
    let described = format!("{error_id} {hint_id}");
    let value = move || form.draft.with(|draft| draft.text(place).to_owned());
    let field = if place == Place::Product(Slot::Description) {
        view! {
            <textarea
                id=id.clone()
                class="input"
                rows="3"
                dir=direction
                aria-invalid=move || fault.with(Option::is_some).then_some("true")
                aria-describedby=described
                prop:value=value
                on:input:target=move |event| form.type_in(place, event.target().value())
            ></textarea>
        }
        .into_any()
    } else {
        view! {
            <input
                id=id.clone()
                class="input"
                type="text"
                autocomplete="off"
                spellcheck=if is_code { "false" } else { "true" }
                dir=direction
                inputmode=input_mode
                list=matches!(place, Place::Variant(_, VariantSlot::Kind)).then_some("variant-types")
                aria-invalid=move || fault.with(Option::is_some).then_some("true")
                aria-describedby=described
                prop:value=value
                on:input:target=move |event| form.type_in(place, event.target().value())
            />
        }
        .into_any()
    };
    view! {
        <div class="field">
            <label for=id>{words.t(tell::label(place))}</label>
            {field}
            <p id=error_id class="field-error">{move || fault.get()}</p>
            <p id=hint_id class="field-hint">{move || tell::hint(place).map(|key| words.text(key))}</p>
        </div>
    }
}
