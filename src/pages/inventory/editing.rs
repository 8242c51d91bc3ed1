//! The level that is being edited in the list; one at a time.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::state::Target;
use crate::connection::{Connection, use_connection};
use crate::pages::level::{Ask, Place, Saver, Subject, Typed, read, words as said};
use crate::settings::{Settings, use_settings};
use crate::stock::list::Row;
use crate::stock::{Stock, use_stock};
use crate::ui::{Toasts, Tone, use_toasts};
use crate::words::{Key, Words, use_words};

/// What is being edited; copy it into closures.
#[derive(Clone, Copy, Debug)]
pub struct Editing {
    target: RwSignal<Option<Target>>,
    /// What was typed.
    pub text: RwSignal<String>,
    /// Whether it is being saved.
    pub is_saving: RwSignal<bool>,
    /// Why the last save stopped; empty where it did not.
    pub stopped: RwSignal<String>,
    saver: Saver,
    settings: Settings,
    words: Words,
    toasts: Toasts,
    connection: Connection,
    stock: Stock,
}

/// Returns the editing that the page provides.
pub fn use_editing() -> Editing {
    expect_context::<Editing>()
}

impl Editing {
    /// Returns one that edits nothing.
    ///
    /// Call it in a component: what it uses later it takes from the context now.
    pub fn start() -> Self {
        let (connection, stock) = (use_connection(), use_stock());
        Self {
            target: RwSignal::new(None),
            text: RwSignal::new(String::new()),
            is_saving: RwSignal::new(false),
            stopped: RwSignal::new(String::new()),
            saver: Saver::new(connection, stock),
            settings: use_settings(),
            words: use_words(),
            toasts: use_toasts(),
            connection,
            stock,
        }
    }

    /// Tells whether this level is being edited, and follows it.
    pub fn is_at(self, target: &Target) -> bool {
        self.target.with(|now| now.as_ref() == Some(target))
    }

    /// Begins to edit a level with `text` in the field.
    pub fn begin(self, target: &Target, text: &str) {
        if self.is_saving.get_untracked() {
            return;
        }
        self.text.set(text.to_owned());
        self.stopped.set(String::new());
        self.target.set(Some(target.clone()));
    }

    /// Leaves without saving.
    pub fn leave(self) {
        if !self.is_saving.get_untracked() {
            self.target.set(None);
        }
    }

    /// Leaves where nothing was typed: what was typed is never lost.
    pub fn leave_if_blank(self) {
        if self.text.with_untracked(|text| text.trim().is_empty()) {
            self.leave();
        }
    }

    /// Returns what the typed text asks of `level`, and follows it.
    pub fn typed(self, level: Option<i64>) -> Typed {
        let style = self.settings.number_style.get();
        self.text.with(|text| read(text, level, style))
    }

    /// Saves what was typed; nothing typed, or the same level, just leaves.
    pub fn save(self, row: &Row, target: &Target, done: impl Fn() + 'static) {
        let Some((place, before)) = level_at(row, target) else { return };
        let style = self.settings.number_style.get_untracked();
        let typed = self.text.with_untracked(|text| read(text, before, style));
        if typed.is_fault() || self.is_saving.get_untracked() {
            return;
        }
        let Some(change) = typed.moves() else {
            self.target.set(None);
            done();
            return;
        };
        let subject = Subject {
            product_id: row.item.product_id.clone(),
            external_id: row.item.external_id.clone(),
        };
        let name = name_of(row, &place);
        self.is_saving.set(true);
        self.stopped.set(String::new());
        let target = target.clone();
        spawn_local(async move {
            let outcome = self.saver.save(&subject, &[Ask { place, change, before }]).await;
            self.is_saving.try_set(false);
            if let Some(stop) = outcome.stop {
                let text = untrack(|| said::stop(self.words, self.connection, &stop));
                self.stopped.try_set(text);
                return;
            }
            let after = self.stock.with_untracked(|list| {
                let row = list.by_id(&target.product_id)?;
                level_at(row, &target)?.1
            });
            untrack(|| self.tell_saved(&name, before, after));
            if self.target.try_get_untracked().flatten().as_ref() == Some(&target) {
                self.target.try_set(None);
                done();
            }
        });
    }
}

impl Editing {
    fn tell_saved(self, name: &str, before: Option<i64>, after: Option<i64>) {
        let words = self.words;
        let figure = |level: Option<i64>| level.map(|n| words.number(n)).unwrap_or_default();
        let values = [("name", name), ("before", &figure(before)), ("after", &figure(after))];
        self.toasts.show(Tone::Good, words.fill(Key::InventorySaved, &values));
    }
}

/// Returns which level a line shows, and the level; `None` where the variant is gone.
pub fn level_at(row: &Row, target: &Target) -> Option<(Place, Option<i64>)> {
    let Some(id) = &target.variant_id else {
        return Some((Place::Product, row.item.quantity));
    };
    let variant = row.item.variants.iter().find(|variant| &variant.variant_id == id)?;
    let place = Place::Variant { id: id.clone(), label: variant.label.clone() };
    Some((place, variant.quantity))
}

/// Returns the words by which people know a level: the product, and the variant.
pub fn name_of(row: &Row, place: &Place) -> String {
    match place {
        Place::Product => row.item.name.clone(),
        Place::Variant { label, .. } => format!("{} · {label}", row.item.name),
    }
}
