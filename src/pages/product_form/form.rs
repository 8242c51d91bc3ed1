//! The form while it is open: what is typed, what is wrong, what was sent.

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::ErrorCode;
use stockroom_api::product::{NewProduct, Product, ProductUpdate};
use stockroom_client::answer::Fault as Refusal;
use stockroom_domain::number::Style;

use super::draft::{Draft, Fault, Faults, Place, put_level};
use super::fields;
use super::kept::Kept;
use crate::browser::{forms, page, random};
use crate::connection::{Connection, Failure, use_connection};
use crate::route::{Navigator, Route, use_navigator};
use crate::settings::{Settings, use_settings};
use crate::stock::{Stock, use_stock};
use crate::ui::{Toasts, Tone, use_toasts};
use crate::words::{Key, Language, Words, use_words};

/// The form; copy it into closures.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// What is typed.
    pub draft: RwSignal<Draft>,
    /// What the form began with.
    begun: RwSignal<Draft>,
    /// Whether it began: before that a form of a product that is there is blank.
    is_begun: RwSignal<bool>,
    /// The product as it was read, and corrected by what the server said since; none while it is new.
    pub product: RwSignal<Option<Product>>,
    /// Whether somebody tried to save: from then on faults are shown as they are typed.
    is_tried: RwSignal<bool>,
    /// What the server said of single fields.
    said: RwSignal<Faults>,
    /// Whether what was typed before the page was loaded again is back.
    pub is_back: RwSignal<bool>,
    /// Why nothing was saved, where no field is to blame.
    pub failure: RwSignal<Option<Failure>>,
    /// Whether an answer is awaited.
    pub is_saving: RwSignal<bool>,
    /// The body and the key of a request that got no answer: the same again takes the same key.
    open: StoredValue<Option<(String, String)>>,
    /// The SKU or id of the product that is edited, as the address names it; blank while it is new.
    id: StoredValue<String>,
    settings: Settings,
    connection: Connection,
    stock: Stock,
    navigator: Navigator,
    toasts: Toasts,
    words: Words,
}

impl Form {
    /// Begins blank: of the product with this SKU or id, or of none yet where that is blank.
    pub fn start(id: &str) -> Self {
        Self {
            draft: RwSignal::new(Draft::default()),
            begun: RwSignal::new(Draft::default()),
            is_begun: RwSignal::new(false),
            product: RwSignal::new(None),
            is_tried: RwSignal::new(false),
            said: RwSignal::new(Vec::new()),
            is_back: RwSignal::new(false),
            failure: RwSignal::new(None),
            is_saving: RwSignal::new(false),
            open: StoredValue::new(None),
            id: StoredValue::new(id.to_owned()),
            settings: use_settings(),
            connection: use_connection(),
            stock: use_stock(),
            navigator: use_navigator(),
            toasts: use_toasts(),
            words: use_words(),
        }
    }

    /// Begins with a product that is there.
    pub fn begin(self, product: Product) {
        let mark = match self.style() {
            Some(Style::Dot | Style::Space) => ',',
            None if untrack(|| self.words.language()) == Language::Fr => ',',
            _ => '.',
        };
        let draft = Draft::of(&product, mark);
        self.begin_with(draft);
        self.product.try_set(Some(product));
    }

    /// Begins a product that is not there yet.
    pub fn begin_new(self) {
        self.begin_with(Draft::default());
        self.keep_on();
    }

    /// Begins with this, and with what was typed on top of it before the page was loaded again.
    fn begin_with(self, begun: Draft) {
        let kept = self.place().and_then(|place| forms::kept(&place));
        let typed = kept.and_then(|text| Kept::parse(&text)).map(|kept| kept.onto(&begun));
        self.is_back.try_set(typed.as_ref().is_some_and(|typed| *typed != begun));
        self.draft.try_set(typed.unwrap_or_else(|| begun.clone()));
        self.begun.try_set(begun);
        self.is_begun.try_set(true);
    }

    /// Keeps what is typed from now on, for as long as the page is there.
    pub fn keep_on(self) {
        Effect::new(move |_| {
            let (begun, draft) = (self.begun.get(), self.draft.get());
            let Some(place) = self.place().filter(|_| self.is_begun.get()) else { return };
            if begun == draft {
                forms::forget(&place);
            } else {
                forms::keep(&place, &Kept { begun, draft }.to_text());
            }
        });
    }

    /// Drops what is kept of it.
    pub fn forget(self) {
        if let Some(place) = self.place() {
            forms::forget(&place);
        }
    }

    /// Gives up what was typed.
    pub fn give_up(self) {
        self.draft.set(self.begun.get_untracked());
        self.said.set(Vec::new());
        self.is_tried.set(false);
        self.is_back.set(false);
    }

    /// Returns where what is typed is kept: by store, and by product.
    fn place(self) -> Option<String> {
        let who = untrack(|| self.connection.who())?;
        let id = self.id.try_get_value()?;
        Some(format!("{} {id}", who.place()))
    }

    fn style(self) -> Option<Style> {
        self.settings.number_style.get_untracked()
    }

    /// Tells whether something was typed that is not saved, and follows it.
    pub fn is_changed(self) -> bool {
        self.draft.with(|draft| self.begun.with(|begun| draft != begun))
    }

    /// Tells whether something was typed that is not saved.
    pub fn has_unsaved(self) -> bool {
        self.draft.try_with_untracked(|draft| {
            self.begun.try_with_untracked(|begun| draft != begun) == Some(true)
        }) == Some(true)
    }

    /// Takes in what was typed; what the server said of it before is no longer so.
    pub fn type_in(self, place: Place, text: String) {
        self.said.update(|said| said.retain(|(at, _)| *at != place));
        self.draft.update(|draft| draft.type_in(place, text));
    }

    /// Takes a variant away, with what was wrong with it.
    pub fn remove_variant(self, number: u32) {
        let is_its = |place: &Place| matches!(place, Place::Variant(at, _) if *at == number);
        self.said.update(|said| said.retain(|(place, _)| !is_its(place)));
        self.draft.update(|draft| draft.remove_variant(number));
    }

    /// Returns what is wrong with a field, and follows it.
    pub fn fault(self, place: Place) -> Option<Fault> {
        self.faults().into_iter().find(|(at, _)| *at == place).map(|(_, fault)| fault)
    }

    /// Returns how many fields are wrong, and follows it.
    pub fn count_faults(self) -> usize {
        self.faults().len()
    }

    fn faults(self) -> Faults {
        let mut faults = self.said.get();
        if self.is_tried.get() {
            let style = self.settings.number_style.get();
            faults.extend(self.draft.with(|draft| draft.read(style)).err().unwrap_or_default());
        }
        faults
    }

    /// Saves where nothing is wrong; else goes to the first field that is.
    pub fn save(self) {
        if self.is_saving.get_untracked() {
            return;
        }
        self.is_tried.set(true);
        self.failure.set(None);
        let read = self.draft.with_untracked(|draft| draft.read(self.style()));
        let new = match read {
            Ok(new) => new,
            Err(faults) => {
                if let Some((place, _)) = faults.first() {
                    page::focus(&fields::id(*place));
                }
                return;
            }
        };
        match self.product.get_untracked() {
            None => self.create(new),
            Some(before) => {
                let update = self.draft.with_untracked(|draft| draft.update(&before, &new));
                match update {
                    Some(update) => self.change(&before.id, update),
                    None => self.leave_to(&before),
                }
            }
        }
    }

    fn create(self, new: NewProduct) {
        self.is_saving.set(true);
        spawn_local(async move {
            let key = self.key(&serde_json::to_string(&new).unwrap_or_default());
            let answer = self.connection.create_product(&new, &key).await;
            self.settle(answer, Key::ProductsCreated);
        });
    }

    fn change(self, id: &str, update: ProductUpdate) {
        self.is_saving.set(true);
        let id = id.to_owned();
        spawn_local(async move {
            let body = serde_json::to_string(&update).unwrap_or_default();
            let key = self.key(&format!("{id} {body}"));
            let answer = self.connection.change_product(&id, &update, &key).await;
            self.settle(answer, Key::ProductsChanged);
        });
    }

    /// Deletes the product.
    pub fn delete(self) {
        let Some(product) = self.product.get_untracked() else { return };
        if self.is_saving.get_untracked() {
            return;
        }
        self.is_saving.set(true);
        self.failure.set(None);
        spawn_local(async move {
            let key = self.key(&product.id);
            match self.connection.delete_product(&product.id, &key).await {
                // Somebody else was quicker: it is gone, as was asked.
                Ok(_) | Err(Failure::NotFound) => {
                    self.say(Key::ProductsDeleted, &product.name);
                    self.leave(&Route::of_list(self.navigator.under()));
                }
                Err(failure) => {
                    self.failure.try_set(Some(failure));
                }
            }
            self.is_saving.try_set(false);
        });
    }

    fn settle(self, answer: Result<Product, Failure>, done: Key) {
        self.is_saving.try_set(false);
        let failure = match answer {
            Ok(product) => {
                self.say(done, &product.name);
                self.stock.put(&product);
                return self.leave_to(&product);
            }
            Err(failure) => failure,
        };
        if !matches!(failure, Failure::NoAnswer | Failure::TimedOut | Failure::Broken) {
            self.open.try_set_value(None);
        }
        let found = match &failure {
            Failure::Refused(refusal) => self.blamed(refusal),
            _ => None,
        };
        let Some((place, fault)) = found else {
            self.failure.try_set(Some(failure));
            return;
        };
        if let Fault::Stale(now) = &fault {
            // The next try starts from the level that is there.
            self.product.try_update(|product| {
                if let Some(product) = product {
                    self.draft.with_untracked(|draft| put_level(product, draft, place, *now));
                }
            });
        }
        self.said.try_set(vec![(place, fault)]);
        page::focus(&fields::id(place));
    }

    /// Returns the field that a refusal is about.
    fn blamed(self, refusal: &Refusal) -> Option<(Place, Fault)> {
        let path = match (&refusal.code, refusal.path.as_deref()) {
            (Some(ErrorCode::ExternalIdTaken), None) => "externalId",
            (_, path) => path?,
        };
        let place = self.draft.with_untracked(|draft| draft.place_at(path))?;
        let fault = match &refusal.code {
            Some(ErrorCode::ExternalIdTaken) => Fault::Taken,
            Some(ErrorCode::StaleQuantity) => Fault::Stale(refusal.current_quantity),
            _ => Fault::Said(refusal.message.clone().unwrap_or_default()),
        };
        Some((place, fault))
    }

    fn say(self, key: Key, name: &str) {
        self.forget();
        let text = untrack(|| self.words.fill(key, &[("name", name)]));
        self.toasts.show(Tone::Good, text);
        self.stock.refresh();
    }

    fn leave_to(self, product: &Product) {
        let id = product.external_id.clone().unwrap_or_else(|| product.id.clone());
        self.leave(&Route::Product { id, under: self.navigator.under() });
    }

    /// Goes where the form led, unless somebody went elsewhere meanwhile.
    fn leave(self, to: &Route) {
        if self.draft.try_with_untracked(|_| ()).is_some() {
            self.navigator.clear_guard();
            self.navigator.replace(to);
        }
    }

    /// Returns the key of a request: the same as before where it got no answer.
    fn key(self, body: &str) -> String {
        let open = self.open.try_get_value().flatten().filter(|(before, _)| before == body);
        let key = open.map_or_else(random::idempotency_key, |(_, key)| key);
        self.open.try_set_value(Some((body.to_owned(), key.clone())));
        key
    }
}
