//! Short news at the foot of the screen, and the live region that reads news aloud.

use leptos::prelude::*;

use super::icon::Icon;
use super::notice::Tone;

/// How long a toast stays.
const STAY_MS: u64 = 6_000;
/// How many are shown at once.
const MOST: usize = 3;

/// The toasts of the app; copy it into closures.
#[derive(Clone, Copy, Debug)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    announced: RwSignal<String>,
    next: StoredValue<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Toast {
    id: u32,
    tone: Tone,
    text: String,
}

/// Returns the toasts that the app provides.
pub fn use_toasts() -> Toasts {
    expect_context::<Toasts>()
}

impl Toasts {
    /// Returns an empty list; call it once, at the app's root.
    pub fn new() -> Self {
        Self {
            shown: RwSignal::new(Vec::new()),
            announced: RwSignal::new(String::new()),
            next: StoredValue::new(0),
        }
    }

    /// Shows a toast for a few seconds.
    pub fn show(self, tone: Tone, text: impl Into<String>) {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        let toast = Toast { id, tone, text: text.into() };
        self.shown.update(|shown| {
            shown.push(toast);
            let over = shown.len().saturating_sub(MOST);
            shown.drain(..over);
        });
        set_timeout(move || self.dismiss(id), std::time::Duration::from_millis(STAY_MS));
    }

    /// Has a screen reader read `text` when it is idle; nothing is shown.
    pub fn announce(self, text: impl Into<String>) {
        self.announced.set(text.into());
    }

    fn dismiss(self, id: u32) {
        self.shown.try_update(|shown| shown.retain(|toast| toast.id != id));
    }
}

impl Default for Toasts {
    fn default() -> Self {
        Self::new()
    }
}

/// Where toasts show; mount it once.
#[component]
pub fn ToastRegion(
    /// The toasts.
    toasts: Toasts,
) -> impl IntoView {
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.shown.get() key=|toast| toast.id let:toast>
                <div class=format!("toast {}", toast.tone.class())>
                    <Icon sign=toast.tone.sign() />
                    <span dir="auto">{toast.text.clone()}</span>
                </div>
            </For>
        </div>
        <div class="visually-hidden" role="status" aria-live="polite">
            {move || toasts.announced.get()}
        </div>
    }
}
