//! The address bar: reading it, changing it, following links inside the app.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlAnchorElement, MouseEvent, PopStateEvent, Url};

use super::{document, listen, window};

/// Returns path and query of the page's address.
pub fn current() -> (String, String) {
    let location = window().map(|window| window.location());
    let path = location.as_ref().and_then(|location| location.pathname().ok());
    let query = location.and_then(|location| location.search().ok());
    (path.unwrap_or_else(|| "/".to_owned()), query.unwrap_or_default())
}

/// Returns the page's own origin, such as `http://127.0.0.1:8080`.
pub fn origin() -> String {
    window().and_then(|window| window.location().origin().ok()).unwrap_or_default()
}

/// Adds an entry to the browser's history.
pub fn push(href: &str) {
    if let Some(history) = window().and_then(|window| window.history().ok()) {
        // A browser limits how often this is called; the app goes on without the entry.
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(href));
    }
}

/// Changes the current entry of the browser's history.
pub fn replace(href: &str) {
    if let Some(history) = window().and_then(|window| window.history().ok()) {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(href));
    }
}

/// Calls `travelled` after back and forward.
pub fn on_travel(travelled: impl Fn() + 'static) {
    if let Some(window) = window() {
        listen(&window, "popstate", move |_: PopStateEvent| travelled());
    }
}

/// Calls `clicked` with path and query of a link to this app, instead of loading the page anew.
///
/// Links with a target, a download or a modifier key are left to the browser.
pub fn on_link(clicked: impl Fn(&str, &str) + 'static) {
    let Some(document) = document() else { return };
    listen(&document, "click", move |event: MouseEvent| {
        if let Some(url) = inner_link(&event) {
            event.prevent_default();
            clicked(&url.pathname(), &url.search());
        }
    });
}

fn inner_link(event: &MouseEvent) -> Option<Url> {
    let is_plain = event.button() == 0
        && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key())
        && !event.default_prevented();
    if !is_plain {
        return None;
    }
    let element: Element = event.target()?.dyn_into().ok()?;
    let link: HtmlAnchorElement = element.closest("a[href]").ok()??.dyn_into().ok()?;
    if !link.target().is_empty() || link.has_attribute("download") {
        return None;
    }
    let url = Url::new(&link.href()).ok()?;
    // A link that only differs by its fragment jumps within the page.
    (url.origin() == origin() && url.hash().is_empty()).then_some(url)
}

/// Loads the page anew.
pub fn reload() {
    if let Some(window) = window() {
        // A browser that refuses leaves the page as it is.
        let _ = window.location().reload();
    }
}
