//! The worker: the [`Engine`] behind messages.
//!
//! A message is `[number, bytes, file?]`, its answer `[number, bytes]` with the same number; while
//! a long work goes on, `[number, bytes, true]` tells how far it is. A file is read here, piece by
//! piece, so that its bytes never pass through the page; what is asked meanwhile waits its turn. The
//! first word, number 0, is the build id: a worker of another build than the page's must not be
//! used. A panic ends the worker and reaches the page as an error event; the page goes on, and ends
//! a work that it no longer wants in the same way. Nothing of the app's library is used here: it
//! would bring its framework along.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::{Array, JsString, Uint8Array};
use stockroom_domain::table::{Arriving, ReadOptions};
use stockroom_worksheet::{Ask, Engine, News, Outside, Reply, Why};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, DedicatedWorkerGlobalScope, MessageEvent};

mod pieces;

use pieces::read_all;

/// The same as the page's.
const BUILD_ID: &str = env!("STOCKROOM_BUILD_ID");
/// How much of a file is looked at before all of it is read: enough for the first rows.
const HEAD_BYTES: usize = 262_144;
/// How long the worker works between two words about it.
const TELL_EVERY_MS: f64 = 60.0;

fn main() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let desk = Rc::new(Desk {
        scope: scope.clone(),
        engine: RefCell::new(Engine::new(nfc)),
        file: RefCell::default(),
        waiting: RefCell::default(),
        is_reading: Cell::new(false),
    });
    let on_message = {
        let desk = desk.clone();
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            desk.waiting.borrow_mut().push_back(event.data().unchecked_into());
            desk.clone().go_on();
        })
    };
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    desk.page(JsValue::from(0)).post(&Reply::Ready(BUILD_ID.to_owned()), None);
}

/// What is asked, one after the other.
struct Desk {
    scope: DedicatedWorkerGlobalScope,
    engine: RefCell<Engine>,
    /// The file that the rows are from.
    file: RefCell<Option<Blob>>,
    waiting: RefCell<VecDeque<Array>>,
    /// Whether a file is being read: what is asked meanwhile waits.
    is_reading: Cell<bool>,
}

impl Desk {
    /// Answers what waits, as far as no file has to be read for it.
    fn go_on(self: Rc<Self>) {
        while !self.is_reading.get() {
            let Some(message) = self.waiting.borrow_mut().pop_front() else { return };
            let page = self.page(message.get(0));
            let given = message.get(2).dyn_into::<Blob>().ok();
            let asked = read_ask(&message);
            match (given, asked) {
                (Some(file), asked) => {
                    let options = match asked {
                        Some(Ask::OpenAs(_, options)) => options,
                        _ => ReadOptions::default(),
                    };
                    self.file.replace(Some(file.clone()));
                    self.clone().read(page, file, options, Why::Open);
                }
                (None, Some(ask)) => self.clone().answer(page, ask),
                // Without an answer the page would wait: an error ends the worker, which it hears.
                (None, None) => wasm_bindgen::throw_str("the ask cannot be read"),
            }
        }
    }

    fn answer(self: Rc<Self>, mut page: Page, ask: Ask) {
        if matches!(ask, Ask::Open(_) | Ask::OpenAs(..) | Ask::OpenProducts(_)) {
            self.file.replace(None);
        }
        let needs_bytes = self.engine.borrow().needs_bytes(&ask);
        let file = self.file.borrow().clone().filter(|_| needs_bytes);
        match (ask, file) {
            (Ask::Reread(options), Some(file)) => self.read(page, file, options, Why::Reread),
            (ask, _) => {
                let reply = self.engine.borrow_mut().answer(ask, &mut page);
                page.post(&reply, None);
            }
        }
    }

    /// Reads a file: a new one after showing its first rows, the one at hand in another encoding.
    fn read(self: Rc<Self>, mut page: Page, file: Blob, options: ReadOptions, why: Why) {
        self.is_reading.set(true);
        if why == Why::Open {
            self.engine.borrow_mut().close();
        }
        spawn_local(async move {
            let mut is_shown = why == Why::Reread;
            let told = |arriving: &Arriving, total| {
                if !is_shown && arriving.len() >= HEAD_BYTES {
                    is_shown = true;
                    let bytes = arriving.bytes();
                    let head = bytes[..HEAD_BYTES.min(bytes.len())].to_vec();
                    page.post(&News::Head(Box::new(Engine::head(head, options))), Some(true));
                }
                page.tell(News::Read { done: arriving.len() as u64, total });
            };
            let arrived = read_all(&file, options, told).await;
            let reply = match arrived {
                Some(arrived) => {
                    self.engine.borrow_mut().open_arrived(arrived, options, why, &mut page)
                }
                None if why == Why::Reread => Reply::Unreadable,
                None => wasm_bindgen::throw_str("the file cannot be read"),
            };
            page.post(&reply, None);
            self.is_reading.set(false);
            self.go_on();
        });
    }

    fn page(&self, number: JsValue) -> Page {
        Page { scope: self.scope.clone(), number, told_at: now() }
    }
}

fn read_ask(message: &Array) -> Option<Ask> {
    let bytes: Uint8Array = message.get(1).dyn_into().ok()?;
    postcard::from_bytes(&bytes.to_vec()).ok()
}

/// Who waits for the answer.
struct Page {
    scope: DedicatedWorkerGlobalScope,
    number: JsValue,
    told_at: f64,
}

impl Page {
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
}

fn now() -> f64 {
    js_sys::Date::now()
}

/// The browser's own normalization: its tables would be heavy here.
fn nfc(text: &str) -> String {
    JsString::from(text).normalize("NFC").into()
}
