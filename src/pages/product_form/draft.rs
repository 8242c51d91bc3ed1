//! What is typed into a product's form, what is wrong with it, and what it asks of the server.
//!
//! Pure: neither leptos nor the browser. The bounds are those that the server keeps.

use stockroom_api::limits::{
    MAX_DESCRIPTION_CHARACTERS, MAX_EXTERNAL_ID_CHARACTERS, MAX_LABEL_CHARACTERS,
    MAX_NAME_CHARACTERS, MAX_PRICE, MAX_URL_CHARACTERS,
};
use stockroom_api::product::{
    NewProduct, NewVariant, Patch, Product, ProductUpdate, Status, Variant, VariantUpdate,
};
use stockroom_domain::number::{NumberFault, Reading, Style, read, read_money};
use stockroom_domain::product_import::is_web_address;

/// The fields of the form, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    pub(super) texts: [String; 7],
    /// Whether the product is on sale.
    pub is_on_sale: bool,
    /// The variants in their order.
    pub variants: Vec<VariantDraft>,
    /// The number of the next variant.
    next: u32,
}

/// A variant, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VariantDraft {
    /// Tells it apart while the form is open.
    pub number: u32,
    /// Its id, where the product has it already.
    pub id: Option<String>,
    pub(super) texts: [String; 5],
}

/// A field of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The name.
    Name = 0,
    /// The price.
    Price,
    /// The SKU.
    Sku,
    /// The description.
    Description,
    /// The product's own level.
    Quantity,
    /// Below this it is low.
    Threshold,
    /// Where its picture is.
    Image,
}

/// A field of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariantSlot {
    /// `COLOR`, `SIZE` or another word.
    Kind = 0,
    /// By which files name it.
    Label,
    /// The value behind the label.
    Value,
    /// What it adds to the price.
    Price,
    /// Its level.
    Quantity,
}

/// Which field it is, of the product or of the variant with this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The product's.
    Product(Slot),
    /// A variant's.
    Variant(u32, VariantSlot),
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is blank.
    Missing,
    /// So many characters, and so many at most.
    TooLong(usize, usize),
    /// It is no level.
    Level(NumberFault),
    /// It is no price.
    Price(NumberFault),
    /// It is no address of the web.
    NotAnAddress,
    /// Another product has this SKU.
    Taken,
    /// The level moved meanwhile to this one.
    Stale(Option<i64>),
    /// What the server says.
    Said(String),
}

/// The faults of a form, each with its field.
pub type Faults = Vec<(Place, Fault)>;

impl Draft {
    /// Returns a form of these texts; its variants are numbered anew, in their order.
    pub(super) fn new(
        texts: [String; 7],
        is_on_sale: bool,
        mut variants: Vec<VariantDraft>,
    ) -> Self {
        let mut next = 0;
        for variant in &mut variants {
            variant.number = next;
            next += 1;
        }
        Self { texts, is_on_sale, variants, next }
    }

    /// Returns the variant of the same id, where it has one.
    pub(super) fn same(&self, variant: &VariantDraft) -> Option<&VariantDraft> {
        variant.id.as_ref()?;
        self.variants.iter().find(|one| one.id == variant.id)
    }

    /// Tells whether it has the variant of the same id.
    pub(super) fn has(&self, variant: &VariantDraft) -> bool {
        self.same(variant).is_some()
    }

    /// Returns the form of a product.
    pub fn of(product: &Product, mark: char) -> Self {
        let number = |units: Option<i64>| units.map(|units| units.to_string()).unwrap_or_default();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let variant = |variant: &Variant| VariantDraft {
            number: 0,
            id: Some(variant.id.clone()),
            texts: [
                variant.kind.clone(),
                variant.label.clone(),
                text(&variant.value),
                variant.price_adjustment.map(|price| money(price, mark)).unwrap_or_default(),
                number(variant.quantity),
            ],
        };
        let texts = [
            product.name.clone(),
            money(product.price, mark),
            text(&product.external_id),
            text(&product.description),
            number(product.quantity),
            number(product.low_stock_threshold),
            text(&product.image_url),
        ];
        let variants = product.variants.iter().map(variant).collect();
        Self::new(texts, product.status == Status::Active, variants)
    }

    /// Returns what was typed into a field.
    pub fn text(&self, place: Place) -> &str {
        match place {
            Place::Product(slot) => &self.texts[slot as usize],
            Place::Variant(number, slot) => {
                self.variant(number).map_or("", |variant| &variant.texts[slot as usize])
            }
        }
    }

    /// Takes in what was typed.
    pub fn type_in(&mut self, place: Place, text: String) {
        match place {
            Place::Product(slot) => self.texts[slot as usize] = text,
            Place::Variant(number, slot) => {
                let variant = self.variants.iter_mut().find(|variant| variant.number == number);
                if let Some(variant) = variant {
                    variant.texts[slot as usize] = text;
                }
            }
        }
    }

    /// Adds a blank variant, of the last one's type, and returns its number.
    pub fn add_variant(&mut self) -> u32 {
        let number = self.next;
        self.next += 1;
        let kind = self.variants.last().map(|last| last.texts[0].clone()).unwrap_or_default();
        let texts = [kind, String::new(), String::new(), String::new(), String::new()];
        self.variants.push(VariantDraft { number, id: None, texts });
        number
    }

    /// Takes a variant away.
    pub fn remove_variant(&mut self, number: u32) {
        self.variants.retain(|variant| variant.number != number);
    }

    /// Returns the product that is asked for: texts trimmed, blank ones none.
    ///
    /// # Errors
    /// Every field that cannot be so.
    pub fn read(&self, style: Option<Style>) -> Result<NewProduct, Faults> {
        let mut reader = Reader { draft: self, style, faults: Vec::new() };
        let own = Place::Product;
        let new = NewProduct {
            name: reader.needed(own(Slot::Name), MAX_NAME_CHARACTERS),
            price: reader.price(own(Slot::Price)),
            description: reader.text(own(Slot::Description), MAX_DESCRIPTION_CHARACTERS),
            external_id: reader.text(own(Slot::Sku), MAX_EXTERNAL_ID_CHARACTERS),
            category_id: None,
            quantity: reader.level(own(Slot::Quantity)),
            low_stock_threshold: reader.level(own(Slot::Threshold)),
            status: Some(if self.is_on_sale { Status::Active } else { Status::Disabled }),
            image_url: reader.address(own(Slot::Image)),
            variants: self.variants.iter().map(|variant| reader.variant(variant.number)).collect(),
        };
        if reader.faults.is_empty() { Ok(new) } else { Err(reader.faults) }
    }

    /// Returns what of `new`, which this form reads as, is another than `before`; `None` where all is
    /// as it was. A level that is changed names the one that it was.
    pub fn update(&self, before: &Product, new: &NewProduct) -> Option<ProductUpdate> {
        let quantity = patch(before.quantity.as_ref(), new.quantity);
        let update = ProductUpdate {
            name: (new.name != before.name).then(|| new.name.clone()),
            price: (new.price != before.price).then_some(new.price),
            description: patch(before.description.as_ref(), new.description.clone()),
            external_id: patch(before.external_id.as_ref(), new.external_id.clone()),
            category_id: Patch::Keep,
            expected_quantity: before.quantity.filter(|_| !quantity.is_keep()),
            quantity,
            low_stock_threshold: patch(
                before.low_stock_threshold.as_ref(),
                new.low_stock_threshold,
            ),
            status: new.status.filter(|status| *status != before.status),
            image_url: patch(before.image_url.as_ref(), new.image_url.clone()),
            variants: self.variants_changed(before, new),
        };
        (update != ProductUpdate::default()).then_some(update)
    }

    /// Returns the whole set of variants where one of them is another, or stands elsewhere.
    fn variants_changed(&self, before: &Product, new: &NewProduct) -> Option<Vec<VariantUpdate>> {
        let old = |id: &Option<String>| {
            before.variants.iter().find(|variant| Some(&variant.id) == id.as_ref())
        };
        let all: Vec<VariantUpdate> = self
            .variants
            .iter()
            .zip(&new.variants)
            .map(|(draft, new)| variant_update(old(&draft.id), new))
            .collect();
        let is_same = all.len() == before.variants.len()
            && all.iter().zip(&before.variants).all(|(update, before)| {
                let nothing = VariantUpdate { id: Some(before.id.clone()), ..Default::default() };
                *update == nothing
            });
        (!is_same).then_some(all)
    }

    /// Returns the field that a path of the server's names, such as `variants[1].quantity`.
    pub fn place_at(&self, path: &str) -> Option<Place> {
        if let Some(rest) = path.strip_prefix("variants[") {
            let (index, field) = rest.split_once("].")?;
            let variant = self.variants.get(index.parse::<usize>().ok()?)?;
            let slot = match field {
                "type" => VariantSlot::Kind,
                "label" | "id" => VariantSlot::Label,
                "value" => VariantSlot::Value,
                "priceAdjustment" => VariantSlot::Price,
                "quantity" | "expectedQuantity" => VariantSlot::Quantity,
                _ => return None,
            };
            return Some(Place::Variant(variant.number, slot));
        }
        Some(Place::Product(match path {
            "name" => Slot::Name,
            "price" => Slot::Price,
            "externalId" => Slot::Sku,
            "description" => Slot::Description,
            "quantity" | "expectedQuantity" => Slot::Quantity,
            "lowStockThreshold" => Slot::Threshold,
            "imageUrl" => Slot::Image,
            _ => return None,
        }))
    }

    fn variant(&self, number: u32) -> Option<&VariantDraft> {
        self.variants.iter().find(|variant| variant.number == number)
    }
}

/// Writes down the level that a field's product or variant turned out to have.
pub fn put_level(product: &mut Product, draft: &Draft, place: Place, level: Option<i64>) {
    match place {
        Place::Product(Slot::Quantity) => product.quantity = level,
        Place::Variant(number, VariantSlot::Quantity) => {
            let id = draft.variant(number).and_then(|variant| variant.id.as_ref());
            let variant = product.variants.iter_mut().find(|variant| Some(&variant.id) == id);
            if let Some(variant) = variant {
                variant.quantity = level;
            }
        }
        _ => {}
    }
}

/// Returns hundredths as they are typed, with this decimal mark.
fn money(hundredths: i64, mark: char) -> String {
    let minus = if hundredths < 0 { "-" } else { "" };
    let (whole, rest) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
    format!("{minus}{whole}{mark}{rest:02}")
}

fn patch<T: PartialEq>(before: Option<&T>, after: Option<T>) -> Patch<T> {
    match after {
        after if after.as_ref() == before => Patch::Keep,
        Some(after) => Patch::Set(after),
        None => Patch::Clear,
    }
}

fn variant_update(before: Option<&Variant>, new: &NewVariant) -> VariantUpdate {
    let blank = Variant::default();
    let old = before.unwrap_or(&blank);
    let quantity = patch(old.quantity.as_ref(), new.quantity);
    VariantUpdate {
        id: before.map(|before| before.id.clone()),
        kind: (new.kind != old.kind).then(|| new.kind.clone()),
        label: (new.label != old.label).then(|| new.label.clone()),
        value: patch(old.value.as_ref(), new.value.clone()),
        price_adjustment: patch(old.price_adjustment.as_ref(), new.price_adjustment),
        expected_quantity: old.quantity.filter(|_| !quantity.is_keep()),
        quantity,
    }
}

/// Reads the fields one by one and notes what is wrong.
struct Reader<'a> {
    draft: &'a Draft,
    style: Option<Style>,
    faults: Faults,
}

impl Reader<'_> {
    fn text(&mut self, place: Place, most: usize) -> Option<String> {
        let text = self.draft.text(place).trim();
        let count = text.chars().count();
        if count > most {
            self.faults.push((place, Fault::TooLong(count, most)));
        }
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn needed(&mut self, place: Place, most: usize) -> String {
        let text = self.text(place, most);
        if text.is_none() {
            self.faults.push((place, Fault::Missing));
        }
        text.unwrap_or_default()
    }

    fn price(&mut self, place: Place) -> i64 {
        match read_money(self.draft.text(place), self.style) {
            Ok(Some(price)) if price <= MAX_PRICE => return price,
            Ok(Some(_)) => self.faults.push((place, Fault::Price(NumberFault::TooLarge))),
            Ok(None) => self.faults.push((place, Fault::Missing)),
            Err(fault) => self.faults.push((place, Fault::Price(fault))),
        }
        0
    }

    /// A price that may be less than nothing.
    fn difference(&mut self, place: Place) -> Option<i64> {
        let text = self.draft.text(place).trim();
        let amount = text.strip_prefix(['-', '−']);
        let sign = if amount.is_some() { -1 } else { 1 };
        let amount = amount.or_else(|| text.strip_prefix('+')).unwrap_or(text);
        match read_money(amount, self.style) {
            Ok(price) => price.map(|price| sign * price),
            Err(fault) => {
                self.faults.push((place, Fault::Price(fault)));
                None
            }
        }
    }

    fn level(&mut self, place: Place) -> Option<i64> {
        let level = match read(self.draft.text(place).trim(), self.style) {
            Ok(Reading::Blank) => return None,
            Ok(Reading::Number(number)) => number.level(),
            Ok(Reading::NotStocked) => Err(NumberFault::Invalid),
            Err(fault) => Err(fault),
        };
        level
            .map_err(|fault| self.faults.push((place, Fault::Level(fault))))
            .ok()
            .map(stockroom_domain::quantity::Level::get)
    }

    fn address(&mut self, place: Place) -> Option<String> {
        let text = self.text(place, MAX_URL_CHARACTERS);
        if text.as_ref().is_some_and(|text| !is_web_address(text)) {
            self.faults.push((place, Fault::NotAnAddress));
        }
        text
    }

    fn variant(&mut self, number: u32) -> NewVariant {
        let place = |slot| Place::Variant(number, slot);
        NewVariant {
            kind: self.needed(place(VariantSlot::Kind), MAX_LABEL_CHARACTERS),
            label: self.needed(place(VariantSlot::Label), MAX_LABEL_CHARACTERS),
            value: self.text(place(VariantSlot::Value), MAX_LABEL_CHARACTERS),
            price_adjustment: self.difference(place(VariantSlot::Price)),
            quantity: self.level(place(VariantSlot::Quantity)),
        }
    }
}

#[cfg(test)]
mod tests;
