//! Reading the creation of a product.

use serde::Deserialize;
use stockroom_domain::external_id::{ExternalId, ExternalIdFault};

use super::integer::Integer;
use super::{Object, Refusal, ask, read_json};
use crate::limits::{MAX_DESCRIPTION_CHARACTERS, MAX_NAME_CHARACTERS};
use crate::product::{NewProduct, NewVariant, Status};

/// The highest price in hundredths of MRU: ten digits before the decimal mark.
pub const MAX_PRICE: i64 = 999_999_999_999;
/// The most variants of a product.
pub const MAX_VARIANTS: usize = 250;
/// The longest label, type or value of a variant, in characters.
pub const MAX_LABEL_CHARACTERS: usize = 100;

/// Reads the body that creates a product; texts come back trimmed.
///
/// # Errors
/// [`Refusal`] that names the field.
pub fn read_new_product(body: &[u8]) -> Result<NewProduct, Refusal> {
    let sent: Request = read_json(body)?;
    let variants = sent.variants.unwrap_or_default();
    if variants.len() > MAX_VARIANTS {
        let message = format!("A product has at most {MAX_VARIANTS} variants.");
        return Err(Refusal::at("variants", message));
    }
    Ok(NewProduct {
        name: required(sent.name, "name", MAX_NAME_CHARACTERS)?,
        price: price(sent.price)?,
        description: optional(sent.description, "description", MAX_DESCRIPTION_CHARACTERS)?,
        external_id: sent.external_id.map(|id| read_id(&id)).transpose()?,
        category_id: optional(sent.category_id, "categoryId", MAX_NAME_CHARACTERS)?,
        quantity: level(sent.quantity, "quantity")?,
        low_stock_threshold: level(sent.low_stock_threshold, "lowStockThreshold")?,
        status: sent.status.map(|word| read_status(&word)).transpose()?,
        variants: variants
            .into_iter()
            .enumerate()
            .map(|(index, Object(variant))| read_variant(variant, index))
            .collect::<Result<_, _>>()?,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    name: Option<String>,
    price: Option<Integer>,
    description: Option<String>,
    external_id: Option<String>,
    category_id: Option<String>,
    quantity: Option<Integer>,
    low_stock_threshold: Option<Integer>,
    status: Option<String>,
    variants: Option<Vec<Object<Variant>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Variant {
    #[serde(rename = "type")]
    kind: Option<String>,
    label: Option<String>,
    value: Option<String>,
    price_adjustment: Option<Integer>,
    quantity: Option<Integer>,
}

fn read_variant(variant: Variant, index: usize) -> Result<NewVariant, Refusal> {
    let place = |field: &str| format!("variants[{index}].{field}");
    Ok(NewVariant {
        kind: required(variant.kind, &place("type"), MAX_LABEL_CHARACTERS)?,
        label: required(variant.label, &place("label"), MAX_LABEL_CHARACTERS)?,
        value: optional(variant.value, &place("value"), MAX_LABEL_CHARACTERS)?,
        price_adjustment: variant
            .price_adjustment
            .map(|value| ranged(value, -MAX_PRICE, MAX_PRICE, &place("priceAdjustment")))
            .transpose()?,
        quantity: level(variant.quantity, &place("quantity"))?,
    })
}

fn required(text: Option<String>, path: &str, longest: usize) -> Result<String, Refusal> {
    optional(text, path, longest)?
        .filter(|text| !text.is_empty())
        .ok_or_else(|| Refusal::at(path, format!("`{path}` is missing or empty.")))
}

fn optional(text: Option<String>, path: &str, longest: usize) -> Result<Option<String>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    let text = text.trim();
    let characters = text.chars().count();
    if characters > longest {
        let message =
            format!("`{path}` has {characters} characters, at most {longest} are allowed.");
        return Err(Refusal::at(path, message));
    }
    Ok(Some(text.to_owned()))
}

fn price(value: Option<Integer>) -> Result<i64, Refusal> {
    let missing = || Refusal::at("price", "`price` is missing: send it in hundredths of MRU.");
    ranged(value.ok_or_else(missing)?, 0, MAX_PRICE, "price")
}

fn level(value: Option<Integer>, path: &str) -> Result<Option<i64>, Refusal> {
    value
        .map(|value| ask::level(value, path).map(stockroom_domain::quantity::Level::get))
        .transpose()
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

fn read_status(word: &str) -> Result<Status, Refusal> {
    match word {
        "ACTIVE" => Ok(Status::Active),
        "DISABLED" => Ok(Status::Disabled),
        _ => {
            let message = format!("The status \"{word}\" is unknown. Send ACTIVE or DISABLED.");
            Err(Refusal::at("status", message))
        }
    }
}
