//! Reading a bulk inventory update.

use serde::Deserialize;
use stockroom_domain::external_id::{self, ExternalId, ExternalIdFault};
use stockroom_domain::label::Nfc;
use stockroom_domain::quantity::Mode;

use super::ask::{NamedNumbers, Numbers, StockAsk, no_value, read_variants};
use super::integer::Integer;
use super::place::Place;
use super::{Object, Refusal, read_json};
use crate::bulk::ItemError;
use crate::code::ErrorCode;
use crate::limits::MAX_BULK_ITEMS;

/// One item of a bulk request: what it asks, or why it is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkAsk {
    /// The SKU, trimmed.
    pub external_id: ExternalId,
    /// What is asked.
    pub stock: StockAsk,
}

/// Reads the body of a bulk update into its items, in order.
///
/// # Errors
/// [`Refusal`] of the whole request: no JSON, a wrong type or shape anywhere, no items, or more
/// than [`MAX_BULK_ITEMS`]. An item whose values are well typed but bad is an `Err` in the list.
pub fn read_bulk(body: &[u8], nfc: Nfc) -> Result<Vec<Result<BulkAsk, ItemError>>, Refusal> {
    let request: Request = read_json(body)?;
    let items = request
        .items
        .filter(|items| !items.is_empty())
        .ok_or_else(|| Refusal::at("items", "`items` is missing or empty: send 1 to 200 items."))?;
    if items.len() > MAX_BULK_ITEMS {
        return Err(too_many(items.len()));
    }
    let sent: Vec<SentItem> = items
        .into_iter()
        .enumerate()
        .map(|(index, item)| complete(item.0, index))
        .collect::<Result<_, _>>()?;
    Ok(sent.into_iter().enumerate().map(|(index, item)| read_item(item, index, nfc)).collect())
}

#[derive(Deserialize)]
struct Request {
    items: Option<Vec<Object<Item>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    external_id: Option<String>,
    mode: Option<String>,
    quantity: Option<Integer>,
    quantity_delta: Option<Integer>,
    expected_quantity: Option<Integer>,
    variants: Option<Vec<Object<Variant>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Variant {
    label: Option<String>,
    mode: Option<String>,
    quantity: Option<Integer>,
    quantity_delta: Option<Integer>,
    expected_quantity: Option<Integer>,
}

/// An item with its required fields.
struct SentItem {
    external_id: String,
    mode: Option<String>,
    numbers: Numbers,
    variants: Vec<SentVariant>,
}

struct SentVariant {
    label: String,
    mode: Option<String>,
    numbers: Numbers,
}

fn too_many(items: usize) -> Refusal {
    Refusal {
        code: ErrorCode::TooManyItems,
        message: format!(
            "{items} items were sent, at most {MAX_BULK_ITEMS} go into one request. Send the rest \
             in further requests."
        ),
        path: Some("items".to_owned()),
    }
}

fn complete(item: Item, index: usize) -> Result<SentItem, Refusal> {
    let external_id =
        item.external_id.ok_or_else(|| missing(format!("items[{index}].externalId")))?;
    let variants = item.variants.unwrap_or_default().into_iter().enumerate();
    let variants = variants
        .map(|(at, Object(variant))| {
            let path = || missing(format!("items[{index}].variants[{at}].label"));
            Ok(SentVariant {
                label: variant.label.ok_or_else(path)?,
                mode: variant.mode,
                numbers: Numbers {
                    quantity: variant.quantity,
                    delta: variant.quantity_delta,
                    expected: variant.expected_quantity,
                },
            })
        })
        .collect::<Result<_, _>>()?;
    Ok(SentItem {
        external_id,
        mode: item.mode,
        numbers: Numbers {
            quantity: item.quantity,
            delta: item.quantity_delta,
            expected: item.expected_quantity,
        },
        variants,
    })
}

fn missing(path: String) -> Refusal {
    let message = format!("`{path}` is missing: it must be a text.");
    Refusal::at(path, message)
}

fn read_item(item: SentItem, index: usize, nfc: Nfc) -> Result<BulkAsk, ItemError> {
    let SentItem { external_id, mode, numbers, variants } = item;
    let ask = || {
        let place = Place::Element(&Place::Top("items"), index);
        let id = read_id(&external_id, place)?;
        Ok(BulkAsk {
            external_id: id,
            stock: stock_ask(mode.as_deref(), numbers, variants, place, nfc)?,
        })
    };
    ask().map_err(|refusal: Refusal| ItemError {
        external_id,
        error: refusal.message,
        code: Some(refusal.code),
        path: refusal.path,
        current_quantity: None,
    })
}

fn stock_ask(
    mode: Option<&str>,
    numbers: Numbers,
    variants: Vec<SentVariant>,
    place: Place<'_>,
    nfc: Nfc,
) -> Result<StockAsk, Refusal> {
    let mode = read_mode(mode, Mode::Adjust, place)?;
    let product = numbers.ask(mode, place)?;
    if product.change.is_none() && variants.is_empty() {
        return Err(no_value(mode, place));
    }
    let list = place.field("variants");
    let named = |(index, variant): (usize, SentVariant)| {
        Ok(NamedNumbers {
            mode: read_mode(variant.mode.as_deref(), mode, list.element(index))?,
            label: variant.label,
            numbers: variant.numbers,
        })
    };
    let variants = variants.into_iter().enumerate().map(named).collect::<Result<_, Refusal>>()?;
    Ok(StockAsk { product, variants: read_variants(variants, list, nfc)? })
}

fn read_id(sent: &str, place: Place<'_>) -> Result<ExternalId, Refusal> {
    ExternalId::parse(sent).map_err(|fault| {
        let message = match fault {
            ExternalIdFault::Empty => "The externalId is empty. Send the product's SKU.".to_owned(),
            ExternalIdFault::TooLong { characters } => format!(
                "The externalId has {characters} characters, at most {} are allowed.",
                external_id::MAX_CHARACTERS
            ),
        };
        Refusal::at(place.field("externalId"), message)
    })
}

fn read_mode(sent: Option<&str>, without: Mode, place: Place<'_>) -> Result<Mode, Refusal> {
    match sent {
        None => Ok(without),
        Some(word) => Mode::from_api(word).ok_or_else(|| {
            let message = format!("The mode \"{word}\" is unknown. Send \"set\" or \"adjust\".");
            Refusal::at(place.field("mode"), message)
        }),
    }
}
