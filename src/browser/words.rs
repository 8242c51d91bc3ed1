//! The words of a language, from the boot script, which fetches each file once.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Returns a language's texts, flattened; `None` where they could not be fetched.
pub async fn fetch(code: &str) -> Option<String> {
    let ask = || -> Result<Promise, JsValue> {
        let global = js_sys::global();
        let words: Function = Reflect::get(&global, &"stockroomWords".into())?.dyn_into()?;
        words.call1(&global, &code.into())?.dyn_into()
    };
    JsFuture::from(ask().ok()?).await.ok()?.as_string()
}
