//! Saving levels of one product: absolute ones by one PATCH, relative ones by one bulk item.

use leptos::prelude::*;
use serde::Serialize;
use stockroom_api::ErrorCode;
use stockroom_api::bulk::{BulkItem, BulkRequest, BulkVariant, ItemError, ItemResult, Mode};
use stockroom_api::product::Product;
use stockroom_api::stock::{StockUpdate, StockVariant};
use stockroom_client::answer::{Fault, Origin};
use stockroom_domain::quantity::Change;

use super::entry::Place;
use crate::browser::random;
use crate::connection::{Connection, Failure};
use crate::stock::Stock;

/// Which product is saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its id.
    pub product_id: String,
    /// Its SKU, without which no relative change can be sent.
    pub external_id: Option<String>,
}

/// One level to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Which level.
    pub place: Place,
    /// How.
    pub change: Change,
    /// The level that was seen when this was typed.
    pub before: Option<i64>,
}

/// What came of a save.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Whether anything was saved.
    pub is_any_saved: bool,
    /// Why it stopped, where it did.
    pub stop: Option<Stop>,
}

/// Why a save stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The level moved since it was seen.
    Stale {
        /// Which level.
        place: Place,
        /// What was seen.
        before: Option<i64>,
        /// What it is now; `None` is not tracked.
        now: Option<i64>,
    },
    /// Several variants have this label.
    Ambiguous(Place),
    /// No variant has this label any more.
    Unknown(Place),
    /// A relative change of a product without a SKU.
    NoSku,
    /// Anything else.
    Failed(Failure),
}

/// Saves levels; copy it into closures.
///
/// A save that got no answer keeps its idempotency key: the same save again is then a replay, and
/// nothing is applied twice.
#[derive(Clone, Copy, Debug)]
pub struct Saver {
    connection: Connection,
    stock: Stock,
    open: StoredValue<Option<Attempt>>,
}

/// A request whose answer has not come.
#[derive(Clone, Debug)]
struct Attempt {
    body: String,
    key: String,
}

impl Outcome {
    /// Tells whether `ask` was saved: absolute levels go first.
    pub fn has_saved(&self, ask: &Ask) -> bool {
        self.is_any_saved && (self.stop.is_none() || matches!(ask.change, Change::Set(_)))
    }
}

impl Stop {
    /// Returns the level that is to blame.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Stale { place, .. } | Self::Ambiguous(place) | Self::Unknown(place) => {
                Some(place)
            }
            Self::NoSku | Self::Failed(_) => None,
        }
    }
}

impl Saver {
    /// Returns a saver; its owner's end forgets what was not answered.
    pub fn new(connection: Connection, stock: Stock) -> Self {
        Self { connection, stock, open: StoredValue::new(None) }
    }

    /// Saves, and writes what is known after it into the stock.
    pub async fn save(self, subject: &Subject, asks: &[Ask]) -> Outcome {
        let is_set = |ask: &&Ask| matches!(ask.change, Change::Set(_));
        let (sets, adjusts): (Vec<&Ask>, Vec<&Ask>) = asks.iter().partition(is_set);
        let mut outcome = Outcome::default();
        if !sets.is_empty() {
            match self.set(subject, &sets).await {
                Ok(product) => {
                    self.stock.put(&product);
                    outcome.is_any_saved = true;
                }
                Err(stop) => return self.stopped(subject, outcome.is_any_saved, stop),
            }
        }
        if !adjusts.is_empty() {
            match self.adjust(subject, &adjusts).await {
                Ok(()) => outcome.is_any_saved = true,
                Err(stop) => return self.stopped(subject, outcome.is_any_saved, stop),
            }
        }
        outcome
    }

    /// Shows the level that a refusal named, so that the next try starts from it.
    fn stopped(self, subject: &Subject, is_any_saved: bool, stop: Stop) -> Outcome {
        if let Stop::Stale { place, now: Some(now), .. } = &stop {
            self.stock.set_level(&subject.product_id, variant_id(place), *now);
        }
        Outcome { is_any_saved, stop: Some(stop) }
    }

    async fn set(self, subject: &Subject, asks: &[&Ask]) -> Result<Product, Stop> {
        let is_guarded = self.connection.capabilities_untracked().expected_quantity;
        if !is_guarded {
            self.check_unmoved(subject, asks).await?;
        }
        let update = stock_update(asks, is_guarded);
        let key = self.key(&(&subject.product_id, &update));
        let answer = self.connection.update_stock(&subject.product_id, &update, &key).await;
        self.settle(answer.as_ref().err());
        answer.map_err(|failure| stop_of(failure, asks))
    }

    /// Reads the product again where the server cannot check what we expect.
    async fn check_unmoved(self, subject: &Subject, asks: &[&Ask]) -> Result<(), Stop> {
        let product = self.connection.product(&subject.product_id).await.map_err(Stop::Failed)?;
        for ask in asks {
            let now = level_of(&product, &ask.place);
            if now != ask.before {
                let (place, before) = (ask.place.clone(), ask.before);
                return Err(Stop::Stale { place, before, now });
            }
        }
        Ok(())
    }

    async fn adjust(self, subject: &Subject, asks: &[&Ask]) -> Result<(), Stop> {
        let external_id = subject.external_id.clone().ok_or(Stop::NoSku)?;
        let request = BulkRequest { items: vec![bulk_item(external_id, asks)] };
        let key = self.key(&request);
        let answer = self.connection.update_bulk(&request, &key).await;
        self.settle(answer.as_ref().err());
        let outcome = answer.map_err(|failure| stop_of(failure, asks))?;
        if let Some(error) = outcome.errors.into_iter().next() {
            return Err(stop_of(Failure::Refused(fault_of(error)), asks));
        }
        match outcome.results.and_then(|results| results.into_iter().next()) {
            Some(result) => self.take(subject, &result),
            // The plain contract does not say what was applied: the product does.
            None => {
                if let Ok(product) = self.connection.product(&subject.product_id).await {
                    self.stock.put(&product);
                }
            }
        }
        Ok(())
    }

    fn take(self, subject: &Subject, result: &ItemResult) {
        if let Some(level) = result.quantity {
            self.stock.set_level(&subject.product_id, None, level.after);
        }
        for variant in &result.variants {
            self.stock.set_level(&subject.product_id, Some(&variant.variant_id), variant.after);
        }
    }

    /// Returns the key of a request: the same as before where it got no answer.
    fn key(self, request: &impl Serialize) -> String {
        let body = serde_json::to_string(request).unwrap_or_default();
        let open = self.open.try_get_value().flatten().filter(|attempt| attempt.body == body);
        let key = open.map_or_else(random::idempotency_key, |attempt| attempt.key);
        self.open.try_set_value(Some(Attempt { body, key: key.clone() }));
        key
    }

    /// Forgets the key of a request that was answered.
    fn settle(self, failure: Option<&Failure>) {
        let is_open =
            matches!(failure, Some(Failure::NoAnswer | Failure::TimedOut | Failure::Broken));
        if !is_open {
            self.open.try_set_value(None);
        }
    }
}

fn stock_update(asks: &[&Ask], is_guarded: bool) -> StockUpdate {
    let mut update = StockUpdate::default();
    for ask in asks {
        let expected_quantity = ask.before.filter(|_| is_guarded);
        match &ask.place {
            Place::Product => {
                update.quantity = Some(ask.change.value());
                update.expected_quantity = expected_quantity;
            }
            Place::Variant { label, .. } => update.variants.push(StockVariant {
                label: label.clone(),
                quantity: ask.change.value(),
                expected_quantity,
            }),
        }
    }
    update
}

fn bulk_item(external_id: String, asks: &[&Ask]) -> BulkItem {
    let mut item = BulkItem { external_id, mode: Some(Mode::Adjust), ..BulkItem::default() };
    for ask in asks {
        let quantity_delta = Some(ask.change.value());
        match &ask.place {
            Place::Product => item.quantity_delta = quantity_delta,
            Place::Variant { label, .. } => item.variants.push(BulkVariant {
                label: label.clone(),
                quantity_delta,
                ..BulkVariant::default()
            }),
        }
    }
    item
}

fn fault_of(error: ItemError) -> Fault {
    Fault {
        status: 200,
        code: error.code,
        message: Some(error.error),
        path: error.path,
        current_quantity: error.current_quantity,
        from: Origin::Api,
    }
}

/// Returns what a refusal means for the level that its path names, else for the only one asked.
fn stop_of(failure: Failure, asks: &[&Ask]) -> Stop {
    let Failure::Refused(fault) = failure else {
        return Stop::Failed(failure);
    };
    let ask = asked_at(fault.path.as_deref().unwrap_or_default(), asks);
    match (&fault.code, ask) {
        (Some(ErrorCode::StaleQuantity), Some(ask)) => Stop::Stale {
            place: ask.place.clone(),
            before: ask.before,
            now: fault.current_quantity,
        },
        (Some(ErrorCode::VariantLabelAmbiguous), Some(ask)) => Stop::Ambiguous(ask.place.clone()),
        (Some(ErrorCode::VariantNotFound), Some(ask)) => Stop::Unknown(ask.place.clone()),
        _ => Stop::Failed(Failure::Refused(fault)),
    }
}

/// Returns the ask at a path such as `items[0].variants[1].quantity` or `quantity`.
fn asked_at<'a>(path: &str, asks: &[&'a Ask]) -> Option<&'a Ask> {
    let variants: Vec<&'a Ask> =
        asks.iter().copied().filter(|ask| ask.place != Place::Product).collect();
    if let Some((_, rest)) = path.split_once("variants[") {
        let index: usize = rest.split(']').next()?.parse().ok()?;
        return variants.get(index).copied();
    }
    let product = asks.iter().copied().find(|ask| ask.place == Place::Product);
    match (product, variants.as_slice()) {
        (Some(ask), _) => Some(ask),
        (None, [only]) => Some(only),
        _ => None,
    }
}

fn variant_id(place: &Place) -> Option<&str> {
    match place {
        Place::Product => None,
        Place::Variant { id, .. } => Some(id),
    }
}

/// Returns a level of a product; `None` is not tracked, or not there.
pub fn level_of(product: &Product, place: &Place) -> Option<i64> {
    match place {
        Place::Product => product.quantity,
        Place::Variant { id, .. } => {
            product.variants.iter().find(|variant| &variant.id == id)?.quantity
        }
    }
}

#[cfg(test)]
mod tests {
    use stockroom_domain::quantity::{Delta, Level};

    use super::*;

    fn variant(label: &str, change: Change) -> Ask {
        let place = Place::Variant { id: format!("id-{label}"), label: label.to_owned() };
        Ask { place, change, before: Some(3) }
    }

    fn set(units: i64) -> Change {
        Change::Set(Level::new(units).unwrap())
    }

    #[test]
    fn absolute_levels_are_one_body() {
        let product = Ask { place: Place::Product, change: set(50), before: Some(3) };
        let (normal, large) = (variant("Normal", set(35)), variant("Grand", set(15)));
        let body = |guarded| {
            serde_json::to_string(&stock_update(&[&product, &normal, &large], guarded)).unwrap()
        };
        assert_eq!(
            body(false),
            r#"{"quantity":50,"variants":[{"label":"Normal","quantity":35},{"label":"Grand","quantity":15}]}"#
        );
        assert!(body(true).starts_with(r#"{"quantity":50,"expectedQuantity":3,"#));
    }

    #[test]
    fn relative_changes_are_one_item() {
        let ask = variant("Grand", Change::Adjust(Delta::new(-2).unwrap()));
        let item = bulk_item("THIEB-001".into(), &[&ask]);
        assert_eq!(
            serde_json::to_string(&item).unwrap(),
            r#"{"externalId":"THIEB-001","mode":"adjust","variants":[{"label":"Grand","quantityDelta":-2}]}"#
        );
    }

    #[test]
    fn a_refusal_finds_its_level() {
        let product = Ask { place: Place::Product, change: set(50), before: Some(3) };
        let (normal, large) = (variant("Normal", set(35)), variant("Grand", set(15)));
        let asks = [&product, &normal, &large];
        assert_eq!(asked_at("variants[1].label", &asks), Some(&large));
        assert_eq!(asked_at("items[0].variants[0].quantity", &asks), Some(&normal));
        assert_eq!(asked_at("quantity", &asks), Some(&product));
        assert_eq!(asked_at("", &[&large]), Some(&large));
        let fault = Fault {
            code: Some(ErrorCode::StaleQuantity),
            path: Some("variants[0].expectedQuantity".into()),
            current_quantity: Some(7),
            ..Fault::default()
        };
        let stop = stop_of(Failure::Refused(fault), &asks);
        assert_eq!(
            stop,
            Stop::Stale { place: normal.place.clone(), before: Some(3), now: Some(7) }
        );
    }
}
