//! Names that one tab holds at a time (Web Locks).

use std::cell::RefCell;
use std::rc::Rc;

use futures_channel::oneshot;
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use super::window;

/// A name that this tab holds until this is dropped, or the tab ends in whatever way.
#[derive(Debug)]
pub struct Lock {
    release: Option<Function>,
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(release) = &self.release {
            // A function that resolves a promise does not fail.
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

/// Holds a name; `None` where another tab does.
///
/// A browser without locks, or a page that is not served securely, lets everybody have it.
pub async fn hold(name: &str) -> Option<Lock> {
    let (sender, receiver) = oneshot::channel();
    if request(name, sender).is_none() {
        return Some(Lock { release: None });
    }
    receiver.await.unwrap_or(Some(Lock { release: None }))
}

fn request(name: &str, sender: oneshot::Sender<Option<Lock>>) -> Option<()> {
    let navigator: JsValue = window()?.navigator().into();
    let locks = Reflect::get(&navigator, &"locks".into()).ok().filter(JsValue::is_object)?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    let options = Object::new();
    Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE).ok()?;
    let granted = Closure::once_into_js(move |lock: JsValue| {
        if lock.is_null() {
            let _ = sender.send(None);
            return JsValue::UNDEFINED;
        }
        let release = Rc::new(RefCell::new(None));
        let kept = Rc::clone(&release);
        let held = Promise::new(&mut move |resolve, _| {
            kept.replace(Some(resolve));
        });
        let _ = sender.send(Some(Lock { release: release.take() }));
        held.into()
    });
    request.call3(&locks, &name.into(), &options, &granted).ok()?;
    Some(())
}
