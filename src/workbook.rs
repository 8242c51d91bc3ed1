//! The worker of workbooks: which sheets there are, and a sheet as text.
//!
//! Only fetched when a workbook is dropped. A message is `[number, bytes, file?]`, its answer
//! `[number, bytes, text?]` with the same number; the first word, number 0, is the build id, as in
//! `worker/main.rs`. A sheet's text is handed over and not copied. A broken workbook can end this
//! worker, and nothing else. Nothing of the app's library is used here.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use stockroom_workbook::message::{Ask, Desk, Reply};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, File, FileReaderSync, MessageEvent};

/// The same as the page's.
const BUILD_ID: &str = env!("STOCKROOM_BUILD_ID");

fn main() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let desk = Rc::new(RefCell::new(Desk::default()));
    let to_page = scope.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let message: Array = event.data().unchecked_into();
        // Without an answer the page would wait: an error ends the worker, which it hears.
        let Some(ask) = read_ask(&message) else {
            wasm_bindgen::throw_str("the file cannot be read")
        };
        let (reply, text) = desk.borrow_mut().answer(ask);
        post(&to_page, &message.get(0), &reply, text);
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    post(&scope, &JsValue::from(0), &Reply::Ready(BUILD_ID.to_owned()), None);
}

fn read_ask(message: &Array) -> Option<Ask> {
    if let Ok(file) = message.get(2).dyn_into::<File>() {
        let buffer = FileReaderSync::new().ok()?.read_as_array_buffer(&file).ok()?;
        return Some(Ask::Open(Uint8Array::new(&buffer).to_vec()));
    }
    let bytes: Uint8Array = message.get(1).dyn_into().ok()?;
    postcard::from_bytes(&bytes.to_vec()).ok()
}

fn post(
    scope: &DedicatedWorkerGlobalScope,
    number: &JsValue,
    reply: &Reply,
    text: Option<Vec<u8>>,
) {
    let Ok(bytes) = postcard::to_allocvec(reply) else { return };
    let bytes = Uint8Array::from(bytes.as_slice());
    let message = Array::of2(number, &bytes);
    let transfer = Array::of1(&bytes.buffer());
    if let Some(text) = text {
        let text = Uint8Array::from(text.as_slice());
        message.push(&text);
        transfer.push(&text.buffer());
    }
    // A page that is gone hears nothing, and needs to hear nothing.
    let _ = scope.post_message_with_transfer(&message, &transfer);
}
