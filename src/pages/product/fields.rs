//! The fields of the product panel: one level each, with plus and minus beside it.

use leptos::prelude::*;
use stockroom_domain::quantity::Applied;

use super::Panel;
use super::state::step;
use crate::pages::level::{Place, Typed, words as said};
use crate::ui::{ChangeView, Icon, Sign};
use crate::words::{Key, use_words};

/// All fields, and the switch that keeps the total.
#[component]
pub fn Fields(panel: Panel) -> impl IntoView {
    let words = use_words();
    let places = Memo::new(move |_| {
        panel.entries.with(|entries| {
            entries.all().iter().map(|entry| entry.place.clone()).collect::<Vec<_>>()
        })
    });
    let has_variants = Memo::new(move |_| places.with(|places| places.len() > 1));
    view! {
        <Level panel=panel place=Place::Product number=0 />
        {move || has_variants.get().then(|| view! { <KeepSum panel=panel /> })}
        {move || has_variants.get().then(|| view! {
            <fieldset class="levels">
                <legend>{words.text(Key::ProductVariants)}</legend>
                {places.get().into_iter().enumerate().skip(1).map(|(number, place)| view! {
                    <Level panel=panel place=place number=number />
                }).collect_view()}
            </fieldset>
        })}
    }
}

/// "Keep the total equal to the variants".
#[component]
fn KeepSum(panel: Panel) -> impl IntoView {
    let words = use_words();
    let keeps_sum = Memo::new(move |_| panel.entries.with(|entries| entries.keeps_sum));
    let sum = move || {
        let style = panel.settings.number_style.get();
        let sum = panel.entries.with(|entries| entries.sum(style))?;
        Some(words.fill(Key::ProductSumAbout, &[("units", &words.number(sum))]))
    };
    let turn = move |is_on: bool| {
        panel.entries.update(|entries| {
            if is_on {
                entries.type_in(&Place::Product, String::new());
            }
            entries.keeps_sum = is_on;
        });
    };
    let can_write = move || panel.connection.can_write();
    move || {
        can_write().then(|| {
            view! {
                <label class="switch">
                    <input
                        type="checkbox"
                        role="switch"
                        prop:checked=move || keeps_sum.get()
                        on:change:target=move |event| turn(event.target().checked())
                    />
                    <span class="switch-track" aria-hidden="true"></span>
                    <span>
                        {words.t(Key::ProductSum)}
                        <span class="field-hint">{sum}</span>
                    </span>
                </label>
            }
        })
    }
}

/// One level: label, before → after, the field with plus and minus.
#[component]
fn Level(panel: Panel, place: Place, number: usize) -> impl IntoView {
    let words = use_words();
    let place = StoredValue::new(place);
    let id = format!("level-{number}");
    let note = format!("{id}-note");
    let label = move || {
        place.with_value(|place| match place {
            Place::Product => words.text(Key::ProductStock).to_owned(),
            Place::Variant { label, .. } => words.fill(Key::ProductStockOf, &[("variant", label)]),
        })
    };
    let typed = Memo::new(move |_| {
        let style = panel.settings.number_style.get();
        place.with_value(|place| panel.entries.with(|entries| entries.typed(place, style)))
    });
    view! {
        <div class="level">
            <label for=id.clone() dir="auto">{label}</label>
            <div id=note.clone() class="level-note">
                <LevelNote panel=panel place=place typed=typed />
            </div>
            {
                let (id, note) = (id.clone(), note.clone());
                move || panel.connection.can_write().then(|| view! {
                    <Stepper panel=panel place=place typed=typed id=id.clone() note=note.clone() />
                })
            }
        </div>
    }
}

/// The level, or before → after, or what is wrong.
#[component]
fn LevelNote(panel: Panel, place: StoredValue<Place>, typed: Memo<Typed>) -> impl IntoView {
    let words = use_words();
    let before =
        move || place.with_value(|place| panel.entries.with(|entries| entries.before(place)));
    let stopped = move || {
        let stop = panel.stop.get()?;
        let is_here = place.with_value(|place| stop.place() == Some(place));
        is_here.then(|| said::stop(words, panel.connection, &stop))
    };
    let level = move || match before() {
        Some(units) => words.number(units),
        None => words.text(Key::InventoryNotTracked).to_owned(),
    };
    let change = move |applied: Applied| {
        let f = said::figures(words, applied);
        view! {
            <ChangeView before=f.before after=f.after pill=f.pill delta=f.delta spoken=f.spoken note=f.note />
        }
    };
    move || {
        let note = match typed.get() {
            // The field shows it already.
            Typed::Blank if panel.connection.can_write() && before().is_some() => ().into_any(),
            Typed::Blank => view! { <span class="level-now">{level()}</span> }.into_any(),
            Typed::Goes(_, applied) => change(applied).into_any(),
            fault => {
                let text =
                    place.with_value(|place| panel.entries.with(|e| e.text(place).to_owned()));
                view! { <span class="field-error">{said::fault(words, &text, fault)}</span> }
                    .into_any()
            }
        };
        let stopped =
            stopped().map(|text| view! { <p class="field-error" role="alert">{text}</p> });
        view! { {note}{stopped} }
    }
}

#[component]
fn Stepper(
    panel: Panel,
    place: StoredValue<Place>,
    typed: Memo<Typed>,
    id: String,
    note: String,
) -> impl IntoView {
    let words = use_words();
    let type_in = move |text: String| {
        panel.stop.set(None);
        panel.is_saved.set(false);
        place.with_value(|place| panel.entries.update(|entries| entries.type_in(place, text)));
    };
    let text = move || {
        place.with_value(|place| panel.entries.with(|entries| entries.text(place).to_owned()))
    };
    let press = move |by: i64| {
        let style = panel.settings.number_style.get_untracked();
        let now = place.with_value(|place| {
            panel.entries.with_untracked(|entries| entries.text(place).to_owned())
        });
        type_in(step(&now, by, style));
    };
    let before =
        move || place.with_value(|place| panel.entries.with(|entries| entries.before(place)));
    let button = move |sign: Sign, key: Key, by: i64| {
        view! {
            <button
                type="button"
                class="button icon-only"
                tabindex="-1"
                aria-label=words.t(key)
                on:click=move |_| press(by)
            >
                <Icon sign=sign />
            </button>
        }
    };
    let minus = button(Sign::Minus, Key::ProductTake, -1);
    let plus = button(Sign::Plus, Key::ProductAdd, 1);
    view! {
        <div class="stepper">
            {minus}
            <input
                id=id
                class="input"
                type="text"
                dir="ltr"
                inputmode="numeric"
                autocomplete="off"
                aria-describedby=note
                aria-invalid=move || typed.get().is_fault().then_some("true")
                placeholder=move || before().map(|units| words.number(units)).unwrap_or_default()
                readonly=move || panel.is_saving.get()
                prop:value=text
                on:input:target=move |event| type_in(event.target().value())
            />
            {plus}
        </div>
    }
}
