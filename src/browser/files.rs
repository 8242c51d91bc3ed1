//! Files from and to the merchant's disk, texts to the clipboard.

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, File, HtmlAnchorElement, HtmlElement, HtmlTextAreaElement, Url,
};

use super::{clock, document, window};

/// Returns the first bytes of a file, or `None` where the browser cannot read it.
pub async fn first_bytes(file: &Blob, count: u32) -> Option<Vec<u8>> {
    let slice = file.slice_with_f64_and_f64(0.0, f64::from(count)).ok()?;
    let buffer = JsFuture::from(slice.array_buffer()).await.ok()?;
    Some(Uint8Array::new(&buffer).to_vec())
}

/// Returns bytes in Base64, or `None` where the browser cannot make it.
pub fn base64(bytes: &[u8]) -> Option<String> {
    let latin: String = bytes.iter().map(|byte| char::from(*byte)).collect();
    window()?.btoa(&latin).ok()
}

/// Hands `text` to the browser as a file of this name; tells whether it took it.
pub fn save(name: &str, kind: &str, text: &str) -> bool {
    let parts = Array::of1(&JsValue::from_str(text));
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let blob = Blob::new_with_str_sequence_and_options(&parts, &options);
    blob.ok().and_then(|blob| save_blob(name, &blob)).is_some()
}

/// Hands `bytes` to the browser as a file of this name; tells whether it took it.
pub fn save_bytes(name: &str, kind: &str, bytes: &[u8]) -> bool {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options);
    blob.ok().and_then(|blob| save_blob(name, &blob)).is_some()
}

/// Returns bytes as something that storage keeps.
pub fn blob(bytes: &[u8]) -> Option<Blob> {
    Blob::new_with_u8_array_sequence(&Array::of1(&js_sys::Uint8Array::from(bytes))).ok()
}

/// Returns what storage kept as a file of this name; `None` where it cannot be read any more.
pub async fn file_of(blob: &Blob, name: &str) -> Option<File> {
    let beginning = blob.slice_with_f64_and_f64(0.0, 1.0).ok()?;
    JsFuture::from(beginning.array_buffer()).await.ok()?;
    match blob.dyn_ref::<File>() {
        Some(file) => Some(file.clone()),
        None => File::new_with_blob_sequence(&Array::of1(blob), name).ok(),
    }
}

fn save_blob(name: &str, blob: &Blob) -> Option<()> {
    let url = Url::create_object_url_with_blob(blob).ok()?;
    let link: HtmlAnchorElement = document()?.create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // Some browsers read the address after the click has returned.
    wasm_bindgen_futures::spawn_local(async move {
        clock::sleep(10_000).await;
        let _ = Url::revoke_object_url(&url);
    });
    Some(())
}

/// Copies `text`; tells whether that worked. It needs a gesture of the user's shortly before.
pub async fn copy(text: &str) -> bool {
    let write = || -> Result<Promise, JsValue> {
        let navigator = window().ok_or(JsValue::NULL)?.navigator();
        let clipboard = Reflect::get(&navigator, &"clipboard".into())?;
        let write: Function = Reflect::get(&clipboard, &"writeText".into())?.dyn_into()?;
        write.call1(&clipboard, &text.into())?.dyn_into()
    };
    match write() {
        Ok(promise) if JsFuture::from(promise.clone()).await.is_ok() => true,
        _ => copy_by_field(text).unwrap_or(false),
    }
}

/// Copies by way of a field: a page that did not come by https has no other way.
fn copy_by_field(text: &str) -> Option<bool> {
    let document = document()?;
    let focused = document.active_element();
    let field: HtmlTextAreaElement = document.create_element("textarea").ok()?.dyn_into().ok()?;
    field.set_class_name("visually-hidden");
    field.set_value(text);
    document.body()?.append_child(&field).ok()?;
    field.select();
    let copy: Function = Reflect::get(&document, &"execCommand".into()).ok()?.dyn_into().ok()?;
    let is_copied = copy.call1(&document, &"copy".into()).ok().and_then(|done| done.as_bool());
    field.remove();
    if let Some(focused) = focused.and_then(|focused| focused.dyn_into::<HtmlElement>().ok()) {
        let _ = focused.focus();
    }
    is_copied
}
