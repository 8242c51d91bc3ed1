//! Every call of the browser but HTTP (that is [`crate::connection`]'s).
//!
//! Small functions over web-sys that never panic: where a browser lacks something, they do
//! nothing or say so. The native build compiles them, nothing there calls them.

pub mod address;
pub mod clock;
pub mod database;
pub mod drafts;
pub mod files;
pub mod forms;
pub mod locks;
pub mod page;
pub mod random;
pub mod runs;
pub mod storage;
pub mod text;
pub mod words;
pub mod worker;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, Event, EventTarget, Window};

/// Returns the window; only a worker has none.
pub(crate) fn window() -> Option<Window> {
    web_sys::window()
}

pub(crate) fn document() -> Option<Document> {
    window()?.document()
}

/// Calls `heard` on every such event, for as long as the page lives.
pub(crate) fn listen<E: JsCast + 'static>(
    target: &EventTarget,
    name: &str,
    heard: impl Fn(E) + 'static,
) {
    listen_boxed(target, name, Box::new(move |event| heard(event.unchecked_into())));
}

fn listen_boxed(target: &EventTarget, name: &str, heard: Box<dyn Fn(Event)>) {
    let closure = Closure::wrap(heard);
    // Adding a listener fails only for a name that is no text.
    let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    closure.forget();
}
