//! What is known of the file, what its columns still lack, and what was noticed in it.

use leptos::prelude::*;
use stockroom_domain::layout::Layout;
use stockroom_domain::table::{Encoding, Remark};

use super::super::desk::use_desk;
use super::super::tell;
use super::bar::encoding_name;
use crate::ui::{Notice, Tone};
use crate::words::{Key, Plural, Words, use_words};
use stockroom_domain::code::Code;
use stockroom_worksheet::Shape;

/// How many remarks are shown.
const REMARKS: usize = 5;

/// One notice: what lacks, or else how the columns came to be what they are.
#[component]
pub fn Said(shape: Memo<Shape>) -> impl IntoView {
    let words = use_words();
    let desk = use_desk();
    let is_as_last_time = Memo::new(move |_| desk.with(|model| model.recall.is_applied));
    let said = Memo::new(move |_| shape.with(|shape| said(words, shape, is_as_last_time.get())));
    move || {
        said.get().map(|(tone, title, about)| {
            let about = about.unwrap_or_default();
            view! { <Notice tone=tone title=title about=about /> }
        })
    }
}

type Sentences = (Tone, String, Option<String>);

fn said(words: Words, shape: &Shape, is_as_last_time: bool) -> Option<Sentences> {
    let own = |key| words.text(key).to_owned();
    if let Some(refusal) = &shape.refusal {
        let nothing = own(Key::UpdateNothingSent);
        return Some((Tone::Error, remark(words, refusal), Some(nothing)));
    }
    let layout = shape.layout.filter(|_| shape.has_header).map(|layout| match layout {
        Layout::Stockroom => own(Key::SourceLayoutOwn),
        _ => words.fill(Key::SourceLayout, &[("system", layout.as_str())]),
    });
    if let Some(code) = shape.unusable {
        let about = layout.unwrap_or_else(|| own(Key::SourceColumnsNeeded));
        return Some((Tone::Info, tell::remark(words, code, 0, ""), Some(about)));
    }
    if is_as_last_time {
        let about = own(Key::SourceAsLastTimeAbout);
        return Some((Tone::Info, own(Key::SourceAsLastTime), Some(about)));
    }
    layout.map(|layout| (Tone::Info, layout, None))
}

/// What was noticed while reading.
#[component]
pub fn Remarks(shape: Memo<Shape>) -> impl IntoView {
    let words = use_words();
    let remarks = Memo::new(move |_| shape.with(|shape| in_words(words, shape)));
    move || {
        let remarks = remarks.get();
        (!remarks.is_empty()).then(|| {
            let item = |text: String| view! { <li>{text}</li> };
            view! { <ul class="remarks">{remarks.into_iter().map(item).collect_view()}</ul> }
        })
    }
}

fn in_words(words: Words, shape: &Shape) -> Vec<String> {
    let mut told: Vec<String> =
        shape.remarks.iter().take(REMARKS).map(|one| remark(words, one)).collect();
    let more = shape.remarks.len().saturating_sub(REMARKS);
    if more > 0 {
        let more = i64::try_from(more).unwrap_or(i64::MAX);
        told.push(words.count(Plural::SourceMoreRemarks, more, &[]));
    }
    if shape.blank_lines > 0 {
        told.push(words.count(Plural::SourceBlankLines, shape.blank_lines.into(), &[]));
    }
    told
}

/// Returns a remark with its line, where it is not about the file or its header.
fn remark(words: Words, remark: &Remark) -> String {
    let named = (remark.code == Code::EncodingGuessed).then(|| Encoding::from_name(&remark.text));
    let text = match named.flatten() {
        Some(encoding) => encoding_name(words, encoding),
        None => remark.text.clone(),
    };
    let sentence = tell::remark(words, remark.code, remark.line, &text);
    if remark.line <= 1 {
        return sentence;
    }
    let line = words.number(remark.line.into());
    words.fill(Key::SourceAtLine, &[("line", &line), ("text", &sentence)])
}
