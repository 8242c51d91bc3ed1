//! What is done with the run that is shown: at once in Update stock; elsewhere the run is taken
//! there first, and goes on there.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::connection::{Connection, use_connection};
use crate::pages::part::UpdatePart;
use crate::pages::update::desk::{Desk, use_desk};
use crate::pages::update::state::Model;
use crate::pages::update::state::again::{Again, Made};
use crate::route::{Navigator, Route, use_navigator};
use crate::ui::{Toasts, Tone, use_toasts};
use crate::words::{Key, Words, use_words};

/// Where the run that is shown would go on; a page other than Update stock provides it.
#[derive(Clone, Copy, Debug)]
pub struct ShownApart {
    /// The desk of Update stock.
    pub main: Desk,
    /// Whether it was made with the key of now: else it can only be looked at.
    pub is_own: bool,
}

/// Who does something with the run that is shown; copy it into closures.
#[derive(Clone, Copy, Debug)]
pub struct Acting {
    /// The desk that shows it.
    shown: Desk,
    apart: Option<ShownApart>,
    words: Words,
    connection: Connection,
    navigator: Navigator,
    toasts: Toasts,
    /// What is to be opened and the worksheet it would replace, while that is asked.
    asks: RwSignal<Option<(String, Again, Made)>>,
}

impl Acting {
    /// Sets it up; call it in a component.
    pub fn start() -> Self {
        Self {
            shown: use_desk(),
            apart: use_context::<ShownApart>(),
            words: use_words(),
            connection: use_connection(),
            navigator: use_navigator(),
            toasts: use_toasts(),
            asks: RwSignal::new(None),
        }
    }

    /// Tells whether anything may be done with the run, and follows it.
    pub fn can_act(self) -> bool {
        self.connection.can_write() && self.apart.is_none_or(|apart| apart.is_own)
    }

    /// Does something with the run.
    pub fn act(self, act: impl FnOnce(Desk) + 'static) {
        let Some(ShownApart { main, .. }) = self.apart else { return act(self.shown) };
        spawn_local(async move {
            let Some(run) = self.shown.run_id() else { return };
            if !main.open_run(&run).await {
                let text = untrack(|| self.words.text(Key::HistoryNotOpened));
                return self.toasts.show(Tone::Warning, text);
            }
            // Where another tab has it, Update stock says so.
            if main.run_id().as_ref() == Some(&run) {
                act(main);
            }
            self.navigator.go(&Route::Update);
        });
    }

    /// Opens rows that were made of the run, once nothing is lost by it.
    pub fn open(self, again: Again, made: Made) {
        let Some(ShownApart { main, .. }) = self.apart else {
            return self.shown.open_again(again, made);
        };
        if main.with_untracked(Model::is_running) {
            let text = untrack(|| self.words.text(Key::BulkRunning));
            return self.toasts.show(Tone::Warning, text);
        }
        spawn_local(async move {
            match main.replaced().await {
                Some(name) => {
                    self.asks.try_set(Some((name, again, made)));
                }
                None => self.act(move |desk| desk.open_again(again, made)),
            }
        });
    }

    /// Returns the worksheet that would be replaced, while that is asked; follows it.
    pub fn replaces(self) -> Option<String> {
        self.asks.with(|asks| asks.as_ref().map(|(name, ..)| name.clone()))
    }

    /// Answers whether it may be.
    pub fn answer(self, is_wanted: bool) {
        let asked = self.asks.try_update(Option::take).flatten();
        if let Some((_, again, made)) = asked.filter(|_| is_wanted) {
            self.act(move |desk| desk.open_again(again, made));
        }
    }
}
