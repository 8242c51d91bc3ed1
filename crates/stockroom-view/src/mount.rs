//! From a closure to a page.

use crate::parts::prelude::Owner;
use any_spawner::Executor;
use web_sys::HtmlElement;

use crate::element::document;
use crate::view::IntoView;

/// A view in the page; it stays for as long as this.
#[must_use = "the view ends with it"]
#[derive(Debug)]
pub struct Mounted {
    owner: Owner,
}

impl Mounted {
    /// Lets the view stay for as long as the page.
    pub fn forget(self) {
        std::mem::forget(self.owner);
    }
}

/// Starts what drives futures and effects; mounting a view does it too.
pub fn start() {
    // It fails where it was done before.
    let _ = Executor::init_wasm_bindgen();
}

/// Shows a view at the end of the body, for as long as the page.
pub fn mount_to_body<V: IntoView>(view: impl FnOnce() -> V + 'static) {
    if let Some(body) = document().and_then(|document| document.body()) {
        mount_to(body, view).forget();
    }
}

/// Shows a view at the end of `parent`.
#[expect(clippy::needless_pass_by_value, reason = "as with Leptos, the place is given away")]
pub fn mount_to<V: IntoView>(parent: HtmlElement, view: impl FnOnce() -> V + 'static) -> Mounted {
    start();
    let owner = Owner::new();
    owner.with(|| {
        let mut view = view().into_view();
        view.mount(&parent, None);
        // Blocks hold what they need; the nodes are in the page.
        drop(view);
    });
    Mounted { owner }
}
