//! Reading the creation and the change of a product.

use std::collections::HashSet;

use serde::Deserialize;
use stockroom_domain::external_id::{ExternalId, ExternalIdFault};
use stockroom_domain::quantity::Level;

use super::integer::Integer;
use super::{Object, Refusal, ask, read_json};
use crate::limits::{
    MAX_DESCRIPTION_CHARACTERS, MAX_LABEL_CHARACTERS, MAX_NAME_CHARACTERS, MAX_PRICE,
    MAX_URL_CHARACTERS, MAX_VARIANTS,
};
use crate::product::{NewProduct, NewVariant, Patch, ProductUpdate, Status, VariantUpdate};

/// Reads the body that creates a product; texts come back trimmed, blank ones as none.
///
/// # Errors
/// [`Refusal`] that names the field.
pub fn read_new_product(body: &[u8]) -> Result<NewProduct, Refusal> {
    let sent: Request = read_json(body)?;
    // Nothing is there yet that could stay or be cleared.
    let update = sent.read()?;
    let variants = update.variants.unwrap_or_default();
    Ok(NewProduct {
        name: update.name.ok_or_else(|| missing("name"))?,
        price: update.price.ok_or_else(|| {
            Refusal::at("price", "`price` is missing: send it in hundredths of MRU.")
        })?,
        description: update.description.apply(None),
        external_id: update.external_id.apply(None),
        category_id: update.category_id.apply(None),
        quantity: update.quantity.apply(None),
        low_stock_threshold: update.low_stock_threshold.apply(None),
        status: update.status,
        image_url: update.image_url.apply(None),
        variants: variants
            .into_iter()
            .enumerate()
            .map(|(index, variant)| new_variant(variant, index))
            .collect::<Result<_, _>>()?,
    })
}

/// Reads the body that changes a product: what is absent stays, null clears what can be none.
///
/// # Errors
/// [`Refusal`] that names the field; of the whole where nothing is asked.
pub fn read_product_update(body: &[u8]) -> Result<ProductUpdate, Refusal> {
    let sent: Request = read_json(body)?;
    let update = sent.read()?;
    if update == ProductUpdate::default() {
        let message = "Nothing is asked. Send at least one field of the product.";
        return Err(Refusal { path: None, ..Refusal::at("", message) });
    }
    Ok(update)
}

/// A level that one variant is to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VariantLevel {
    /// The new level.
    pub quantity: Level,
    /// The level that must be there.
    pub expected: Option<Level>,
}

/// Reads the body that sets the stock of one variant.
///
/// # Errors
/// [`Refusal`] that names the field.
pub fn read_variant_stock(body: &[u8]) -> Result<VariantLevel, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Request {
        quantity: Option<Integer>,
        expected_quantity: Option<Integer>,
    }
    let sent: Request = read_json(body)?;
    let missing = || Refusal::at("quantity", "`quantity` is missing: it must be a whole number.");
    let expected = sent.expected_quantity.map(|value| ask::level(value, "expectedQuantity"));
    Ok(VariantLevel {
        quantity: ask::level(sent.quantity.ok_or_else(missing)?, "quantity")?,
        expected: expected.transpose()?,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Request {
    name: Option<String>,
    price: Option<Integer>,
    description: Patch<String>,
    external_id: Patch<String>,
    category_id: Patch<String>,
    quantity: Patch<Integer>,
    expected_quantity: Option<Integer>,
    low_stock_threshold: Patch<Integer>,
    status: Option<String>,
    image_url: Patch<String>,
    variants: Option<Vec<Object<Variant>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Variant {
    id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    label: Option<String>,
    value: Patch<String>,
    price_adjustment: Patch<Integer>,
    quantity: Patch<Integer>,
    expected_quantity: Option<Integer>,
}

impl Request {
    fn read(self) -> Result<ProductUpdate, Refusal> {
        Ok(ProductUpdate {
            name: required(self.name, "name", MAX_NAME_CHARACTERS)?,
            price: self.price.map(|value| ranged(value, 0, MAX_PRICE, "price")).transpose()?,
            description: text(self.description, "description", MAX_DESCRIPTION_CHARACTERS)?,
            external_id: self.external_id.try_map(|id| read_id(&id))?,
            category_id: text(self.category_id, "categoryId", MAX_NAME_CHARACTERS)?,
            quantity: self.quantity.try_map(|value| level(value, "quantity"))?,
            expected_quantity: self
                .expected_quantity
                .map(|value| level(value, "expectedQuantity"))
                .transpose()?,
            low_stock_threshold: self
                .low_stock_threshold
                .try_map(|value| level(value, "lowStockThreshold"))?,
            status: self.status.map(|word| read_status(&word)).transpose()?,
            image_url: read_url(self.image_url)?,
            variants: self.variants.map(read_variants).transpose()?,
        })
    }
}

fn read_variants(sent: Vec<Object<Variant>>) -> Result<Vec<VariantUpdate>, Refusal> {
    if sent.len() > MAX_VARIANTS {
        let message =
            format!("{} variants were sent; a product has at most {MAX_VARIANTS}.", sent.len());
        return Err(Refusal::at("variants", message));
    }
    let mut ids = HashSet::new();
    let mut variants = Vec::with_capacity(sent.len());
    for (index, Object(variant)) in sent.into_iter().enumerate() {
        let variant = read_variant(variant, index)?;
        if let Some(id) = variant.id.clone()
            && !ids.insert(id)
        {
            let message = "This variant's id is named twice. Send each variant once.";
            return Err(Refusal::at(place(index, "id"), message));
        }
        variants.push(variant);
    }
    Ok(variants)
}

fn read_variant(variant: Variant, index: usize) -> Result<VariantUpdate, Refusal> {
    let place = |field: &str| place(index, field);
    Ok(VariantUpdate {
        id: variant.id,
        kind: required(variant.kind, &place("type"), MAX_LABEL_CHARACTERS)?,
        label: required(variant.label, &place("label"), MAX_LABEL_CHARACTERS)?,
        value: text(variant.value, &place("value"), MAX_LABEL_CHARACTERS)?,
        price_adjustment: variant
            .price_adjustment
            .try_map(|value| ranged(value, -MAX_PRICE, MAX_PRICE, &place("priceAdjustment")))?,
        quantity: variant.quantity.try_map(|value| level(value, &place("quantity")))?,
        expected_quantity: variant
            .expected_quantity
            .map(|value| level(value, &place("expectedQuantity")))
            .transpose()?,
    })
}

/// Returns the variant that is made of what was sent of one that is not there yet.
fn new_variant(variant: VariantUpdate, index: usize) -> Result<NewVariant, Refusal> {
    Ok(NewVariant {
        kind: variant.kind.ok_or_else(|| missing(&place(index, "type")))?,
        label: variant.label.ok_or_else(|| missing(&place(index, "label")))?,
        value: variant.value.apply(None),
        price_adjustment: variant.price_adjustment.apply(None),
        quantity: variant.quantity.apply(None),
    })
}

fn place(index: usize, field: &str) -> String {
    format!("variants[{index}].{field}")
}

/// Returns the refusal of a field that must be there.
pub fn missing(path: &str) -> Refusal {
    Refusal::at(path, format!("`{path}` is missing or empty."))
}

/// Returns a text that must not be empty where it is sent.
fn required(sent: Option<String>, path: &str, longest: usize) -> Result<Option<String>, Refusal> {
    let Some(sent) = sent else { return Ok(None) };
    let text = trimmed(&sent, path, longest)?;
    if text.is_empty() { Err(missing(path)) } else { Ok(Some(text)) }
}

/// Returns a text that may be none; a blank one is.
fn text(sent: Patch<String>, path: &str, longest: usize) -> Result<Patch<String>, Refusal> {
    let text = sent.try_map(|text| trimmed(&text, path, longest))?;
    Ok(if text == Patch::Set(String::new()) { Patch::Clear } else { text })
}

fn trimmed(sent: &str, path: &str, longest: usize) -> Result<String, Refusal> {
    let text = sent.trim();
    let characters = text.chars().count();
    if characters > longest {
        let message =
            format!("`{path}` has {characters} characters, at most {longest} are allowed.");
        return Err(Refusal::at(path, message));
    }
    Ok(text.to_owned())
}

fn level(value: Integer, path: &str) -> Result<i64, Refusal> {
    ask::level(value, path).map(Level::get)
}

fn ranged(value: Integer, lowest: i64, highest: i64, path: &str) -> Result<i64, Refusal> {
    match value {
        Integer::Fits(number) if (lowest..=highest).contains(&number) => Ok(number),
        _ => Err(Refusal::at(
            path,
            format!("`{path}` is out of range: send a whole number from {lowest} to {highest}."),
        )),
    }
}

fn read_id(sent: &str) -> Result<String, Refusal> {
    ExternalId::parse(sent).map(|id| id.as_str().to_owned()).map_err(|fault| {
        let message = match fault {
            ExternalIdFault::Empty => "The externalId is empty: leave it out, or send a SKU.",
            ExternalIdFault::TooLong { .. } => "The externalId is longer than 256 characters.",
        };
        Refusal::at("externalId", message)
    })
}

fn read_url(sent: Patch<String>) -> Result<Patch<String>, Refusal> {
    let url = text(sent, "imageUrl", MAX_URL_CHARACTERS)?;
    if let Patch::Set(url) = &url
        && !stockroom_domain::product_import::is_web_address(url)
    {
        let message = "`imageUrl` must be an address that begins with http:// or https://.";
        return Err(Refusal::at("imageUrl", message));
    }
    Ok(url)
}

fn read_status(word: &str) -> Result<Status, Refusal> {
    Status::from_api(word).ok_or_else(|| {
        let message = format!("The status \"{word}\" is unknown. Send ACTIVE or DISABLED.");
        Refusal::at("status", message)
    })
}
