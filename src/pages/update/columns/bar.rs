//! How the file is read: sheet, encoding, delimiter, header, amounts, numbers, locations.

use leptos::prelude::*;
use stockroom_domain::code::Code;
use stockroom_domain::columns::{Field, Locations};
use stockroom_domain::number::Style;
use stockroom_domain::quantity::Mode;
use stockroom_domain::table::{Delimiter, Encoding, Header, ReadOptions};

use super::super::desk::use_desk;
use super::super::state::Msg;
use super::super::state::workbook::WorkbookMsg;
use super::super::tell;
use crate::words::{Key, Words, use_words};
use stockroom_worksheet::Shape;

/// One of several values, by its place.
#[component]
pub(in crate::pages) fn Choice(
    label: Key,
    /// What there is to choose from.
    #[prop(into)]
    names: Signal<Vec<String>>,
    /// The place of what is chosen.
    #[prop(into)]
    chosen: Signal<Option<usize>>,
    /// Whether nothing can go on before it is chosen.
    #[prop(into, optional)]
    is_asked: Signal<bool>,
    on_choose: Callback<usize>,
) -> impl IntoView {
    let words = use_words();
    let option = move |(at, name): (usize, String)| {
        view! {
            <option value=at.to_string() prop:selected=move || chosen.get() == Some(at)>{name}</option>
        }
    };
    view! {
        <label class="inline-field" class:is-asked=move || is_asked.get()>
            <span>{words.t(label)}</span>
            <select
                class="select"
                on:change:target=move |event| {
                    if let Ok(at) = event.target().value().parse() {
                        on_choose.run(at);
                    }
                }
            >
                {move || names.get().into_iter().enumerate().map(option).collect_view()}
            </select>
        </label>
    }
}

/// Everything about the file as a whole.
#[component]
pub fn ReadingBar(shape: Memo<Shape>) -> impl IntoView {
    let desk = use_desk();
    // A workbook's sheet has neither encoding nor delimiter, pasted cells no encoding.
    let is_file = Memo::new(move |_| desk.with(|m| m.workbook.is_none() && !m.name.is_empty()));
    let is_sheet = Memo::new(move |_| desk.with(|model| model.workbook.is_some()));
    let has_sheets = Memo::new(move |_| {
        desk.with(|model| model.workbook.as_ref().is_some_and(|w| w.sheets.len() > 1))
    });
    let has_amount = Memo::new(move |_| shape.with(|s| s.fields.contains(&Field::Amount)));
    let has_locations = Memo::new(move |_| shape.with(|shape| shape.location_names.len() > 1));
    view! {
        <div class="card-bar reading-bar">
            <Show when=move || has_locations.get()><LocationSelect shape=shape /></Show>
            <Show when=move || has_sheets.get()><SheetSelect /></Show>
            <Show when=move || is_file.get()><EncodingSelect shape=shape /></Show>
            <Show when=move || !is_sheet.get()><DelimiterSelect shape=shape /></Show>
            <Show when=move || has_amount.get()><ModeSelect shape=shape /></Show>
            <NumbersSelect />
            <HeaderBox shape=shape />
        </div>
    }
}

#[component]
fn SheetSelect() -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let workbook =
        Memo::new(move |_| desk.with(|model| model.workbook.clone()).unwrap_or_default());
    let names = Signal::derive(move || {
        let hidden = words.text(Key::SourceSheetHidden);
        let workbook = workbook.get();
        let name = |at: &u32| {
            let sheet = &workbook.sheets[*at as usize];
            if sheet.hidden { with_remark(words, &sheet.name, hidden) } else { sheet.name.clone() }
        };
        workbook.offered().iter().map(name).collect()
    });
    let chosen = Signal::derive(move || {
        let workbook = workbook.get();
        workbook.offered().iter().position(|at| Some(*at) == workbook.chosen)
    });
    let choose = move |at: usize| {
        if let Some(sheet) = workbook.get_untracked().offered().get(at) {
            desk.tell(Msg::Workbook(WorkbookMsg::SheetChosen(*sheet)));
        }
    };
    view! { <Choice label=Key::SourceSheet names=names chosen=chosen on_choose=Callback::new(choose) /> }
}

#[component]
fn EncodingSelect(shape: Memo<Shape>) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let names = Signal::derive(move || {
        Encoding::ALL.into_iter().map(|one| encoding_name(words, one)).collect()
    });
    let chosen = Signal::derive(move || {
        let encoding = shape.with(|shape| shape.encoding);
        Encoding::ALL.into_iter().position(|one| one == encoding)
    });
    let choose = move |at: usize| {
        let options = desk.with_untracked(|model| model.options);
        let encoding = Some(Encoding::ALL[at]);
        desk.tell(Msg::ReadingChosen(ReadOptions { encoding, ..options }));
    };
    view! { <Choice label=Key::SourceEncoding names=names chosen=chosen on_choose=Callback::new(choose) /> }
}

#[component]
fn DelimiterSelect(shape: Memo<Shape>) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let names = Signal::derive(move || {
        Delimiter::ALL.into_iter().map(|one| tell::delimiter(words, one).to_owned()).collect()
    });
    let chosen = Signal::derive(move || {
        let delimiter = shape.with(|shape| shape.delimiter);
        Delimiter::ALL.into_iter().position(|one| one == delimiter)
    });
    let choose = move |at: usize| {
        let options = desk.with_untracked(|model| model.options);
        let delimiter = Some(Delimiter::ALL[at]);
        desk.tell(Msg::ReadingChosen(ReadOptions { delimiter, ..options }));
    };
    view! { <Choice label=Key::UpdateDelimiter names=names chosen=chosen on_choose=Callback::new(choose) /> }
}

#[component]
fn HeaderBox(shape: Memo<Shape>) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let choose = move |is_first: bool| {
        let options = desk.with_untracked(|model| model.options);
        let header = if is_first { Header::First } else { Header::None };
        desk.tell(Msg::ReadingChosen(ReadOptions { header, ..options }));
    };
    view! {
        <label class="inline-field check">
            <input
                type="checkbox"
                prop:checked=move || shape.with(|shape| shape.has_header)
                on:change:target=move |event| choose(event.target().checked())
            />
            <span>{words.t(Key::UpdateHeader)}</span>
        </label>
    }
}

#[component]
fn ModeSelect(shape: Memo<Shape>) -> impl IntoView {
    const MODES: [Option<Mode>; 3] = [None, Some(Mode::Set), Some(Mode::Adjust)];
    let words = use_words();
    let desk = use_desk();
    let names = Signal::derive(move || {
        [Key::UpdateModeAsk, Key::UpdateModeSet, Key::UpdateModeAdjust]
            .into_iter()
            .map(|key| words.text(key).to_owned())
            .collect()
    });
    let chosen = Signal::derive(move || {
        let mode = shape.with(|shape| shape.default_mode);
        MODES.into_iter().position(|one| one == mode)
    });
    let choose = move |at: usize| desk.tell(Msg::DefaultModeChosen(MODES[at]));
    let is_asked = lacks(shape, Code::NoDefaultMode);
    view! { <Choice is_asked=is_asked label=Key::UpdateDefaultMode names=names chosen=chosen on_choose=Callback::new(choose) /> }
}

#[component]
fn NumbersSelect() -> impl IntoView {
    const STYLES: [Option<Style>; 5] =
        [None, Some(Style::Plain), Some(Style::Comma), Some(Style::Dot), Some(Style::Space)];
    let words = use_words();
    let desk = use_desk();
    let names = Signal::derive(move || {
        STYLES.into_iter().map(|style| tell::style(words, style).to_owned()).collect()
    });
    let style = Memo::new(move |_| desk.with(|model| model.style));
    let chosen = Signal::derive(move || STYLES.into_iter().position(|one| one == style.get()));
    let choose = move |at: usize| desk.tell(Msg::StyleChosen(STYLES[at]));
    view! { <Choice label=Key::UpdateStyle names=names chosen=chosen on_choose=Callback::new(choose) /> }
}

#[component]
fn LocationSelect(shape: Memo<Shape>) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let locations = Memo::new(move |_| shape.with(|shape| shape.location_names.clone()));
    let names = Signal::derive(move || {
        let own = |key| words.text(key).to_owned();
        let ends = [own(Key::SourceLocationsChoose), own(Key::SourceLocationsSum)];
        let [first, last] = ends;
        std::iter::once(first).chain(locations.get()).chain([last]).collect()
    });
    let chosen = Signal::derive(move || {
        let locations = locations.get();
        shape.with(|shape| match &shape.locations {
            Locations::Unchosen => Some(0),
            Locations::Only(name) => locations.iter().position(|one| one == name).map(|at| at + 1),
            Locations::Sum => Some(locations.len() + 1),
        })
    });
    let choose = move |at: usize| {
        let names = locations.get_untracked();
        desk.tell(Msg::LocationsChosen(match at.checked_sub(1).map(|at| names.get(at)) {
            None => Locations::Unchosen,
            Some(Some(name)) => Locations::Only(name.clone()),
            Some(None) => Locations::Sum,
        }));
    };
    let is_asked = lacks(shape, Code::LocationUnchosen);
    view! { <Choice is_asked=is_asked label=Key::SourceLocations names=names chosen=chosen on_choose=Callback::new(choose) /> }
}

fn lacks(shape: Memo<Shape>, code: Code) -> Signal<bool> {
    Signal::derive(move || shape.with(|shape| shape.unusable == Some(code)))
}

/// Returns the name of an encoding, with where it is used.
pub(in crate::pages) fn encoding_name(words: Words, encoding: Encoding) -> String {
    let (name, region) = match encoding {
        Encoding::Utf8 => return "UTF-8".to_owned(),
        Encoding::Utf16Le => return "UTF-16 LE".to_owned(),
        Encoding::Utf16Be => return "UTF-16 BE".to_owned(),
        Encoding::Windows1252 => ("Windows-1252", Key::SourceWestern),
        Encoding::Windows1256 => ("Windows-1256", Key::SourceArabic),
        Encoding::MacRoman => return "Mac Roman".to_owned(),
        Encoding::Iso8859_15 => ("ISO-8859-15", Key::SourceWestern),
        Encoding::Iso8859_6 => ("ISO-8859-6", Key::SourceArabic),
        Encoding::Windows1250 => ("Windows-1250", Key::SourceCentralEuropean),
        Encoding::Windows1251 => ("Windows-1251", Key::SourceCyrillic),
        Encoding::Windows1254 => ("Windows-1254", Key::SourceTurkish),
    };
    with_remark(words, name, words.text(region))
}

fn with_remark(words: Words, name: &str, remark: &str) -> String {
    words.fill(Key::SourceWithRemark, &[("name", name), ("remark", remark)])
}
