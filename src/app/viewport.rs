//! Whether the screen is a phone's, where lists are cards.

use leptos::prelude::*;

use crate::browser::page;

/// Up to this width the rail is a bar and lists are cards; the style sheets say the same.
const NARROW: &str = "(max-width: 768px)";

/// The screen; copy it into closures.
#[derive(Clone, Copy, Debug)]
pub struct Viewport {
    is_narrow: RwSignal<bool>,
}

/// Returns the screen that the app provides.
pub fn use_viewport() -> Viewport {
    expect_context::<Viewport>()
}

impl Viewport {
    /// Starts to follow the screen; call it once, at the app's root.
    pub fn start() -> Self {
        let is_narrow = RwSignal::new(false);
        is_narrow.set(page::on_media(NARROW, move |is| is_narrow.set(is)));
        Self { is_narrow }
    }

    /// Tells whether the screen is a phone's and follows it.
    pub fn is_narrow(self) -> bool {
        self.is_narrow.get()
    }
}
