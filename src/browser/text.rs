//! Texts by the browser's own Unicode tables, which cost the app nothing.

use js_sys::{JSON, JsString, RegExp};
use wasm_bindgen::JsValue;

thread_local! {
    /// Accents and other marks, each a character of its own in a decomposed text.
    static MARKS: RegExp = RegExp::new("\\p{M}+", "gu");
}

/// Returns `text` in Unicode normalization form C: the domain's `label::Nfc`.
pub fn nfc(text: &str) -> String {
    normalize(text, "NFC")
}

/// Returns `text` without case and accents, for searching.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let plain = JsString::from(normalize(text, "NFKD"));
    let plain = MARKS.with(|marks| plain.replace_by_pattern(marks, ""));
    plain.to_lower_case().into()
}

/// Returns a text of JSON with a line for each field, in its own order; `None` where it is none.
pub fn pretty_json(text: &str) -> Option<String> {
    let value = JSON::parse(text).ok()?;
    let nothing = JsValue::NULL;
    JSON::stringify_with_replacer_and_space(&value, &nothing, &2.into()).ok().map(String::from)
}

fn normalize(text: &str, form: &str) -> String {
    JsString::from(text).normalize(form).into()
}
