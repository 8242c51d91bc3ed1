//! Building blocks in a real browser: mounted, clicked, and what only a browser can say.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "tests")]

use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos::task::tick;
use stockroom::browser::text;
use stockroom::ui::{Chip, Confirm, Field, VirtualRows};
use stockroom::words::{Key, Language, Plural, Words};
use stockroom_domain::label::LabelKey;
use unicode_normalization::UnicodeNormalization;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlElement, HtmlInputElement};

wasm_bindgen_test_configure!(run_in_browser);

/// Mounts a view into a place of its own at the end of the page.
fn stage<V: IntoView + 'static>(view: impl FnOnce() -> V + 'static) -> HtmlElement {
    let place: HtmlElement = document().create_element("section").unwrap().unchecked_into();
    document().body().unwrap().append_child(&place).unwrap();
    mount_to(place.clone(), view).forget();
    place
}

fn find(place: &Element, selector: &str) -> Element {
    place.query_selector(selector).unwrap().unwrap_or_else(|| panic!("no {selector}"))
}

fn click(place: &Element, selector: &str) {
    find(place, selector).unchecked_into::<HtmlElement>().click();
}

#[wasm_bindgen_test]
async fn a_chip_says_whether_it_is_on() {
    let is_on = RwSignal::new(false);
    let place = stage(move || {
        view! {
            <Chip
                label=Signal::derive(|| "Errors".to_owned())
                count=Signal::derive(|| "3".to_owned())
                is_on=is_on
                on_press=move |()| is_on.set(true)
            />
        }
    });
    let pressed = |place: &Element| find(place, "button").get_attribute("aria-pressed");
    assert_eq!(pressed(&place).as_deref(), Some("false"));
    click(&place, "button");
    tick().await;
    assert_eq!(pressed(&place).as_deref(), Some("true"));
    assert_eq!(place.text_content().unwrap(), "Errors 3");
}

#[wasm_bindgen_test]
async fn a_question_traps_the_focus_and_gives_it_back() {
    let is_open = RwSignal::new(false);
    let answer = RwSignal::new(None);
    let word = |word: &'static str| Signal::derive(move || word.to_owned());
    let place = stage(move || {
        view! {
            <button id="opener" on:click=move |_| is_open.set(true)>"Open"</button>
            {move || {
                is_open.get().then(|| view! {
                    <Confirm
                        title=word("Leave?")
                        about=word("Nothing is saved.")
                        yes=word("Leave")
                        no=word("Stay")
                        on_answer=move |yes| {
                            answer.set(Some(yes));
                            is_open.set(false);
                        }
                    />
                })
            }}
        }
    });
    find(&place, "#opener").unchecked_into::<HtmlElement>().focus().unwrap();
    click(&place, "#opener");
    tick().await;
    let dialog = find(&place, "dialog");
    assert!(dialog.matches(":modal").unwrap());
    let labelled_by = dialog.get_attribute("aria-labelledby").unwrap();
    assert_eq!(find(&place, &format!("#{labelled_by}")).text_content().unwrap(), "Leave?");
    assert!(dialog.contains(document().active_element().as_deref()));
    click(&place, ".dialog-foot .button:first-child");
    tick().await;
    assert_eq!(answer.get_untracked(), Some(false));
    assert_eq!(document().active_element().unwrap().id(), "opener");
}

#[wasm_bindgen_test]
async fn a_field_ties_its_error_to_its_input() {
    let value = RwSignal::new(String::new());
    let error = RwSignal::new(String::new());
    let place = stage(move || {
        view! {
            <Field
                id="the-key"
                label=Signal::derive(|| "API key".to_owned())
                value=value
                error=error
            />
        }
    });
    let input: HtmlInputElement = find(&place, "input").unchecked_into();
    input.set_value("sk_");
    input.dispatch_event(&web_sys::Event::new("input").unwrap()).unwrap();
    assert_eq!(value.get_untracked(), "sk_");
    assert_eq!(input.get_attribute("aria-invalid"), None);
    error.set("Too short".to_owned());
    tick().await;
    assert_eq!(input.get_attribute("aria-invalid").as_deref(), Some("true"));
    let described_by = input.get_attribute("aria-describedby").unwrap();
    assert!(described_by.contains("the-key-error"));
    assert_eq!(find(&place, "#the-key-error").text_content().unwrap(), "Too short");
}

#[wasm_bindgen_test]
async fn only_visible_rows_are_in_the_page() {
    let total = RwSignal::new(10_000_usize);
    let place = stage(move || {
        let row = |index: usize| view! { <div class="row" role="row">{index}</div> };
        view! { <VirtualRows total=total height=Signal::derive(|| 40) key=|_| 0 row=row /> }
    });
    tick().await;
    let drawn = || place.query_selector_all(".row").unwrap().length();
    assert!((10..200).contains(&drawn()), "{} rows", drawn());
    let rows: HtmlElement = find(&place, ".virtual-rows").unchecked_into();
    let spacers = rows.query_selector_all(".spacer").unwrap();
    assert_eq!(spacers.length(), 2);
    total.set(3);
    tick().await;
    assert_eq!(drawn(), 3);
}

#[wasm_bindgen_test]
async fn rows_that_stay_keep_their_nodes() {
    let items = RwSignal::new(vec![1_u32, 2, 3]);
    let place = stage(move || {
        view! { <ul><For each=move || items.get() key=|n| *n let:n><li>{n.to_string()}</li></For></ul> }
    });
    let second = find(&place, "li:nth-child(2)");
    for (next, shown) in [(vec![3, 2, 4], "324"), (vec![5, 2], "52"), (vec![], "")] {
        let is_kept = !next.is_empty();
        items.set(next);
        tick().await;
        assert_eq!(place.text_content().unwrap(), shown);
        assert_eq!(second.is_connected(), is_kept);
    }
}

#[wasm_bindgen_test]
async fn a_text_is_changed_in_place_and_a_view_is_replaced() {
    let n = RwSignal::new(1_usize);
    let place = stage(move || {
        view! { <p>{move || n.get().to_string()}{move || (n.get() > 1).then(|| view! { <b>"more"</b> })}</p> }
    });
    let text = find(&place, "p").first_child().unwrap();
    n.set(2);
    tick().await;
    assert!(text.is_connected());
    assert_eq!(place.text_content().unwrap(), "2more");
    n.set(1);
    tick().await;
    assert_eq!(place.text_content().unwrap(), "1");
}

#[wasm_bindgen_test]
fn the_browser_normalizes_as_the_rule_of_labels_says() {
    let theirs = |text: &str| text.nfc().collect::<String>();
    // In chunks, with spaces between: nothing composes with a space.
    let all: Vec<char> = ('\u{a0}'..=char::MAX).collect();
    for chunk in all.chunks(2048) {
        let text: String = chunk.iter().flat_map(|c| [*c, ' ']).collect();
        assert_eq!(text::nfc(&text), theirs(&text), "from {:x}", u32::from(chunk[0]));
    }
    for (a, b) in [("Été", "E\u{301}TE\u{301}"), ("أحمر", "\u{627}\u{654}حمر")] {
        assert_eq!(LabelKey::new(a, text::nfc), LabelKey::new(b, text::nfc));
    }
}

#[wasm_bindgen_test]
fn searching_knows_neither_case_nor_accents() {
    assert_eq!(text::fold("Thiéboudienne ROYALE"), "thieboudienne royale");
    assert_eq!(text::fold("مُحَمَّد"), "محمد");
    assert_eq!(text::fold("ﬁne"), "fine");
}

#[wasm_bindgen_test]
fn numbers_and_plurals_are_those_of_the_language() {
    for (language, text) in [
        (Language::En, include_str!(concat!(env!("OUT_DIR"), "/en.words"))),
        (Language::Fr, include_str!(concat!(env!("OUT_DIR"), "/fr.words"))),
        (Language::Ar, include_str!(concat!(env!("OUT_DIR"), "/ar.words"))),
    ] {
        language.learn(text).unwrap();
    }
    let language = RwSignal::new(Language::En);
    let words = Words::new(language);
    let variants = |n| untrack(|| words.count(Plural::InventoryVariants, n, &[]));
    assert_eq!((words.number(4318), words.signed(-3)), ("4,318".into(), "−3".into()));
    assert_eq!((variants(1), variants(2)), ("1 variant".into(), "2 variants".into()));
    assert_eq!(words.ago(120.0), "2 minutes ago");
    assert_eq!(words.duration(124.0), "2 min 4 sec");
    language.set(Language::Fr);
    assert_eq!(words.number(4318), "4\u{202f}318");
    assert_eq!((variants(0), variants(2)), ("0 variante".into(), "2 variantes".into()));
    assert_eq!(words.text(Key::AppInventory), "Inventaire");
    language.set(Language::Ar);
    let counted: Vec<String> = [1, 2, 3, 11, 100].map(variants).into();
    let isolated = |n: &str, word: &str| format!("\u{2068}{n}\u{2069} {word}");
    assert_eq!(counted[..2], ["متغير واحد", "متغيران"]);
    assert_eq!(
        counted[2..],
        [isolated("3", "متغيرات"), isolated("11", "متغيرًا"), isolated("100", "متغير")]
    );
    assert_eq!(words.number(4318), "4,318");
}
