//! The worker: the [`Engine`] behind messages.
//!
//! A message is `[number, bytes, file?]`, its answer `[number, bytes]` with the same number; while
//! a long work goes on, `[number, bytes, true]` tells how far it is. A file is read here, slice by
//! slice, so that its bytes never pass through the page. The first word, number 0, is the build id:
//! a worker of another build than the page's must not be used. A panic ends the worker and reaches
//! the page as an error event; the page goes on, and ends a work that it no longer wants in the
//! same way. Nothing of the app's library is used here: it would bring its framework along.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, JsString, Uint8Array};
use stockroom_domain::table::ReadOptions;
use stockroom_worksheet::{Ask, Bytes, Engine, News, Outside, Reply};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, DedicatedWorkerGlobalScope, FileReaderSync, MessageEvent};

/// The same as the page's.
const BUILD_ID: &str = env!("STOCKROOM_BUILD_ID");
/// How much of a file is looked at before all of it is read: enough for the first rows.
const HEAD_BYTES: f64 = 262_144.0;
/// How much is read at a time.
const SLICE_BYTES: f64 = 8_388_608.0;
/// How long the worker works between two words about it.
const TELL_EVERY_MS: f64 = 60.0;

fn main() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let engine = Rc::new(RefCell::new(Engine::new(nfc)));
    let file: Rc<RefCell<Option<Blob>>> = Rc::default();
    let to_page = scope.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let message: Array = event.data().unchecked_into();
        let number = message.get(0);
        let given = message.get(2).dyn_into::<Blob>().ok();
        if given.is_some() {
            file.replace(given.clone());
        }
        let mut page =
            Page { scope: to_page.clone(), number, file: file.borrow().clone(), told_at: now() };
        let ask = read_ask(&message);
        let ask = if given.is_some() { page.take_file(ask.as_ref()) } else { ask };
        // Without an answer the page would wait: an error ends the worker, which it hears.
        let Some(ask) = ask else { wasm_bindgen::throw_str("the file cannot be read") };
        if matches!(ask, Ask::Open(_) | Ask::OpenAs(..)) && given.is_none() {
            file.replace(None);
        }
        let reply = engine.borrow_mut().answer(ask, &mut page);
        page.post(&reply, None);
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    let page = Page { scope, number: JsValue::from(0), file: None, told_at: 0.0 };
    page.post(&Reply::Ready(BUILD_ID.to_owned()), None);
}

fn read_ask(message: &Array) -> Option<Ask> {
    let bytes: Uint8Array = message.get(1).dyn_into().ok()?;
    postcard::from_bytes(&bytes.to_vec()).ok()
}

/// Who waits for the answer, and the file that the work is about.
struct Page {
    scope: DedicatedWorkerGlobalScope,
    number: JsValue,
    file: Option<Blob>,
    told_at: f64,
}

impl Page {
    /// Reads the file, as `said` where it says how, after showing its first rows.
    fn take_file(&mut self, said: Option<&Ask>) -> Option<Ask> {
        let options = match said {
            Some(Ask::OpenAs(_, options)) => *options,
            _ => ReadOptions::default(),
        };
        let file = self.file.clone()?;
        if file.size() > HEAD_BYTES {
            let head = slice(&file, 0.0, HEAD_BYTES)?;
            self.post(&News::Head(Box::new(Engine::head(head.to_vec(), options))), Some(true));
        }
        self.all_bytes(&file).map(|bytes| Ask::OpenAs(bytes, options))
    }

    fn all_bytes(&mut self, file: &Blob) -> Option<Vec<u8>> {
        let size = file.size();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a file's size is a whole number from 0, and at most 256 MB are read"
        )]
        let mut bytes = Vec::with_capacity(size as usize);
        let mut at = 0.0;
        while at < size {
            let end = (at + SLICE_BYTES).min(size);
            let part = slice(file, at, end)?;
            let start = bytes.len();
            bytes.resize(start + part.length() as usize, 0);
            part.copy_to(&mut bytes[start..]);
            at = end;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "as above"
            )]
            self.tell(News::Read { done: at as u64, total: size as u64 });
        }
        Some(bytes)
    }

    fn post<T: serde::Serialize>(&self, word: &T, is_news: Option<bool>) {
        let Ok(bytes) = postcard::to_allocvec(word) else { return };
        let bytes = Uint8Array::from(bytes.as_slice());
        let transfer = Array::of1(&bytes.buffer());
        let message = Array::of2(&self.number, &bytes);
        if let Some(is_news) = is_news {
            message.push(&JsValue::from(is_news));
        }
        // A page that is gone hears nothing, and needs to hear nothing.
        let _ = self.scope.post_message_with_transfer(&message, &transfer);
    }
}

impl Outside for Page {
    fn tell(&mut self, news: News) {
        if now() - self.told_at >= TELL_EVERY_MS {
            self.told_at = now();
            self.post(&news, Some(true));
        }
    }

    fn bytes(&mut self) -> Bytes {
        let Some(file) = self.file.clone() else { return Bytes::None };
        self.all_bytes(&file).map_or(Bytes::Lost, Bytes::Read)
    }
}

fn slice(file: &Blob, start: f64, end: f64) -> Option<Uint8Array> {
    let part = file.slice_with_f64_and_f64(start, end).ok()?;
    let buffer = FileReaderSync::new().ok()?.read_as_array_buffer(&part).ok()?;
    Some(Uint8Array::new(&buffer))
}

fn now() -> f64 {
    js_sys::Date::now()
}

/// The browser's own normalization: its tables would be heavy here.
fn nfc(text: &str) -> String {
    JsString::from(text).normalize("NFC").into()
}
