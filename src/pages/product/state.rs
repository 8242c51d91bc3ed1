//! What is typed into the product panel, and what it asks.
//!
//! Pure: neither leptos nor the browser.

use stockroom_api::product::Product;
use stockroom_domain::number::{Style, read_entry};
use stockroom_domain::quantity::{Change, Delta, Level, MAX_UNITS, apply};

use crate::pages::level::{Ask, Place, Typed, read};

/// One field of the panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which level.
    pub place: Place,
    /// The level as it was read.
    pub before: Option<i64>,
    /// What was typed.
    pub text: String,
}

/// What is typed; the first entry is the product's own level.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entries {
    entries: Vec<Entry>,
    /// Whether the product's level follows the sum of its variants.
    pub keeps_sum: bool,
}

impl Entries {
    /// Returns the fields of a product, with what was typed before into the same ones.
    pub fn of(product: &Product, earlier: &Self) -> Self {
        let typed = |place: &Place| {
            let entry = earlier.entries.iter().find(|entry| &entry.place == place);
            entry.map(|entry| entry.text.clone()).unwrap_or_default()
        };
        let own = (Place::Product, product.quantity);
        let variants = product.variants.iter().map(|variant| {
            let place = Place::Variant { id: variant.id.clone(), label: variant.label.clone() };
            (place, variant.quantity)
        });
        let entries = std::iter::once(own).chain(variants);
        let entries: Vec<Entry> =
            entries.map(|(place, before)| Entry { text: typed(&place), place, before }).collect();
        let sum: Option<i64> = product.variants.iter().map(|variant| variant.quantity).sum();
        let is_sum = !product.variants.is_empty() && sum.is_some() && sum == product.quantity;
        let keeps_sum = if earlier.entries.is_empty() { is_sum } else { earlier.keeps_sum };
        Self { entries, keeps_sum }
    }

    /// Returns the fields.
    pub fn all(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns the level of a field as it was read.
    pub fn before(&self, place: &Place) -> Option<i64> {
        self.entry(place)?.before
    }

    /// Returns what was typed into a field.
    pub fn text(&self, place: &Place) -> &str {
        self.entry(place).map_or("", |entry| entry.text.as_str())
    }

    /// Takes in what was typed; a total typed by hand no longer follows the variants.
    pub fn type_in(&mut self, place: &Place, text: String) {
        if *place == Place::Product && !text.trim().is_empty() {
            self.keeps_sum = false;
        }
        if let Some(entry) = self.entries.iter_mut().find(|entry| &entry.place == place) {
            entry.text = text;
        }
    }

    /// Empties a field without more ado.
    pub fn forget(&mut self, place: &Place) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| &entry.place == place) {
            entry.text.clear();
        }
    }

    /// Empties all fields.
    pub fn clear(&mut self) {
        for entry in &mut self.entries {
            entry.text.clear();
        }
    }

    /// Tells whether nothing was typed.
    pub fn is_blank(&self) -> bool {
        self.entries.iter().all(|entry| entry.text.trim().is_empty())
    }

    /// Returns what a field asks, the product's own from its variants where it follows them.
    pub fn typed(&self, place: &Place, style: Option<Style>) -> Typed {
        match self.entry(place) {
            Some(entry) if *place == Place::Product && self.keeps_sum => {
                self.followed(entry.before, style)
            }
            Some(entry) => read(&entry.text, entry.before, style),
            None => Typed::Blank,
        }
    }

    /// Returns the sum of the variants after what was typed; `None` while one cannot be read.
    pub fn sum(&self, style: Option<Style>) -> Option<i64> {
        self.variants()
            .map(|entry| match read(&entry.text, entry.before, style) {
                Typed::Goes(_, applied) => Some(applied.after.get()),
                Typed::Blank => Some(entry.before.unwrap_or(0)),
                _ => None,
            })
            .sum()
    }

    /// Returns what is to be saved, or `None` while a field is faulty or nothing would change.
    pub fn asks(&self, style: Option<Style>) -> Option<Vec<Ask>> {
        let mut asks = Vec::new();
        for entry in &self.entries {
            let typed = self.typed(&entry.place, style);
            if typed.is_fault() {
                return None;
            }
            if let Some(change) = typed.moves() {
                asks.push(Ask { place: entry.place.clone(), change, before: entry.before });
            }
        }
        (!asks.is_empty()).then_some(asks)
    }

    /// Returns the change of a total that follows its variants: relative where all theirs are, so
    /// that one item carries everything.
    fn followed(&self, before: Option<i64>, style: Option<Style>) -> Typed {
        let Some(sum) = self.sum(style).filter(|_| self.is_any_variant_typed(style)) else {
            return Typed::Blank;
        };
        let level = before.and_then(|units| Level::new(units).ok());
        let is_relative = self.variants().all(|entry| {
            !matches!(read(&entry.text, entry.before, style), Typed::Goes(Change::Set(_), _))
        });
        let change = match before.filter(|_| is_relative) {
            Some(before) => Delta::new(sum - before).map(Change::Adjust),
            None => Level::new(sum).map(Change::Set),
        };
        match change.map(|change| (change, apply(change, level))) {
            Ok((change, Ok(applied))) => Typed::Goes(change, applied),
            Ok((_, Err(refusal))) => Typed::Refused(refusal),
            Err(_) => Typed::Unreadable(stockroom_domain::number::NumberFault::TooLarge),
        }
    }

    fn is_any_variant_typed(&self, style: Option<Style>) -> bool {
        self.variants().any(|entry| read(&entry.text, entry.before, style) != Typed::Blank)
    }

    fn variants(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.place != Place::Product)
    }

    fn entry(&self, place: &Place) -> Option<&Entry> {
        self.entries.iter().find(|entry| &entry.place == place)
    }
}

/// Returns a typed text after a press on plus or minus: a blank field becomes a difference.
pub fn step(text: &str, by: i64, style: Option<Style>) -> String {
    match read_entry(text, style) {
        Ok(None) => signed(by),
        Ok(Some(Change::Adjust(delta))) => signed(delta.get() + by),
        Ok(Some(Change::Set(level))) => (level.get() + by).clamp(0, MAX_UNITS).to_string(),
        Err(_) => text.to_owned(),
    }
}

fn signed(units: i64) -> String {
    match units {
        0 => String::new(),
        1.. => format!("+{units}"),
        _ => units.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use stockroom_api::product::Variant;

    use super::*;

    fn thieb() -> Product {
        let variant = |label: &str, quantity| Variant {
            id: format!("id-{label}"),
            label: label.to_owned(),
            quantity: Some(quantity),
            ..Variant::default()
        };
        Product {
            id: "p1".into(),
            quantity: Some(3),
            variants: vec![variant("Normal", 2), variant("Grand", 1)],
            ..Product::default()
        }
    }

    fn place(label: &str) -> Place {
        Place::Variant { id: format!("id-{label}"), label: label.to_owned() }
    }

    fn asked(entries: &Entries) -> Vec<(bool, i64)> {
        let asks = entries.asks(None).unwrap_or_default();
        asks.iter().map(|ask| (matches!(ask.change, Change::Set(_)), ask.change.value())).collect()
    }

    #[test]
    fn the_total_follows_its_variants() {
        let mut entries = Entries::of(&thieb(), &Entries::default());
        assert!(entries.keeps_sum && entries.asks(None).is_none());
        entries.type_in(&place("Normal"), "35".into());
        assert_eq!(asked(&entries), [(true, 36), (true, 35)]);
        entries.type_in(&place("Normal"), "+5".into());
        entries.type_in(&place("Grand"), "-4".into());
        assert_eq!(asked(&entries), [(false, 4), (false, 5), (false, -4)]);
    }

    #[test]
    fn a_total_typed_by_hand_stands_alone() {
        let mut entries = Entries::of(&thieb(), &Entries::default());
        entries.type_in(&place("Normal"), "35".into());
        entries.type_in(&Place::Product, "50".into());
        assert!(!entries.keeps_sum);
        assert_eq!(asked(&entries), [(true, 50), (true, 35)]);
        entries.type_in(&place("Grand"), "1,000".into());
        assert!(entries.asks(None).is_none());
    }

    #[test]
    fn what_was_typed_survives_a_new_reading() {
        let mut entries = Entries::of(&thieb(), &Entries::default());
        entries.type_in(&place("Grand"), "9".into());
        let mut fresh = thieb();
        fresh.variants[1].quantity = Some(4);
        let entries = Entries::of(&fresh, &entries);
        assert_eq!(
            (entries.before(&place("Grand")), entries.text(&place("Grand"))),
            (Some(4), "9")
        );
    }

    #[test]
    fn plus_and_minus_step() {
        assert_eq!(step("", 1, None), "+1");
        assert_eq!(step("+1", -1, None), "");
        assert_eq!(step("-1", -1, None), "-2");
        assert_eq!(step("0", -1, None), "0");
        assert_eq!(step("12", 1, None), "13");
        assert_eq!(step("1,000", 1, None), "1,000");
    }
}
