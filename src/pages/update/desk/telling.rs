//! Says what becomes of a run, on whatever page the merchant is.

use leptos::prelude::*;

use super::Desk;
use crate::pages::update::draft::source_name;
use crate::pages::update::state::{Apply, Model, Step};
use crate::pages::update::tell;
use crate::route::{Navigator, Route, use_navigator};
use crate::ui::{Toasts, Tone, use_toasts};
use crate::words::Key;

/// Where news are said; copy it into closures.
#[derive(Clone, Copy, Debug)]
pub(super) struct Telling {
    pub(super) toasts: Toasts,
    pub(super) navigator: Navigator,
}

impl Telling {
    pub(super) fn start() -> Self {
        Self { toasts: use_toasts(), navigator: use_navigator() }
    }
}

impl Desk {
    /// Says how each run ends: aloud where the result stands, as a toast elsewhere.
    pub(super) fn tell_of_ends(self) {
        let is_running = Memo::new(move |_| self.with(Model::is_running));
        Effect::new(move |before: Option<bool>| {
            let now = is_running.get();
            match before {
                // What is said twice in the same words would not be read aloud the second time.
                Some(false) if now => self.telling.toasts.announce(""),
                Some(true) if !now => untrack(|| self.tell_of_end()),
                _ => {}
            }
            now
        });
    }

    fn tell_of_end(self) {
        let has_result = self.with_untracked(|model| model.step == Step::Result);
        let record = self.with_untracked(|model| model.apply.as_ref().map(Apply::record));
        let Some(record) = record.filter(|_| has_result) else { return };
        let name = source_name(self.words, &record.name, record.origin);
        let totals = tell::totals(self.words, &record);
        let text = self.words.fill(Key::UpdateEnded, &[("name", &name), ("totals", &totals)]);
        if self.telling.navigator.route_untracked() == Route::Update {
            self.telling.toasts.announce(text);
        } else {
            let is_good = record.applied == record.items();
            self.telling.toasts.show(if is_good { Tone::Good } else { Tone::Warning }, text);
        }
    }
}
