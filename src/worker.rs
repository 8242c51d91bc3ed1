//! The worker: the [`Engine`] behind messages.
//!
//! A message is `[number, bytes, file?]`, its answer `[number, bytes]` with the same number. A
//! file is read here, so that its bytes never pass through the page. The first word, number 0, is
//! the build id: a worker of another build than the page's must not be used. A panic ends the
//! worker and reaches the page as an error event; the page goes on. Nothing of the app's library is
//! used here: it would bring its framework along.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, JsString, Uint8Array};
use stockroom_worksheet::{Ask, Engine, Reply};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, File, FileReaderSync, MessageEvent};

/// The same as the page's.
const BUILD_ID: &str = env!("STOCKROOM_BUILD_ID");

fn main() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let engine = Rc::new(RefCell::new(Engine::new(nfc)));
    let to_page = scope.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let message: Array = event.data().unchecked_into();
        if let Some(ask) = read_ask(&message) {
            let reply = engine.borrow_mut().answer(ask);
            post(&to_page, &message.get(0), &reply);
        }
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    post(&scope, &JsValue::from(0), &Reply::Ready(BUILD_ID.to_owned()));
}

fn read_ask(message: &Array) -> Option<Ask> {
    if let Ok(file) = message.get(2).dyn_into::<File>() {
        let buffer = FileReaderSync::new().ok()?.read_as_array_buffer(&file).ok()?;
        return Some(Ask::Open(Uint8Array::new(&buffer).to_vec()));
    }
    let bytes: Uint8Array = message.get(1).dyn_into().ok()?;
    postcard::from_bytes(&bytes.to_vec()).ok()
}

fn post(scope: &DedicatedWorkerGlobalScope, number: &JsValue, reply: &Reply) {
    let Ok(bytes) = postcard::to_allocvec(reply) else { return };
    let bytes = Uint8Array::from(bytes.as_slice());
    let transfer = Array::of1(&bytes.buffer());
    let message = Array::of2(number, &bytes);
    // A page that is gone hears nothing, and needs to hear nothing.
    let _ = scope.post_message_with_transfer(&message, &transfer);
}

/// The browser's own normalization: its tables would be heavy here.
fn nfc(text: &str) -> String {
    JsString::from(text).normalize("NFC").into()
}
