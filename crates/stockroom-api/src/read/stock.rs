//! Reading the stock update of one product.

use serde::Deserialize;
use stockroom_domain::label::Nfc;
use stockroom_domain::quantity::Mode;

use super::ask::{NamedNumbers, Numbers, StockAsk, read_variants};
use super::integer::Integer;
use super::place::Place;
use super::{Object, Refusal, read_json};

/// Reads the body of a single stock update; every value is an absolute level.
///
/// # Errors
/// [`Refusal`]: whatever is wrong, the request as a whole is refused.
pub fn read_stock(body: &[u8], nfc: Nfc) -> Result<StockAsk, Refusal> {
    let sent: Request = read_json(body)?;
    let variants = sent
        .variants
        .unwrap_or_default()
        .into_iter()
        .enumerate()
        .map(|(index, Object(variant))| complete(variant, index))
        .collect::<Result<Vec<_>, _>>()?;
    let numbers = numbers(sent.quantity, sent.expected_quantity);
    let product = numbers.ask(Mode::Set, Place::Body)?;
    if product.change.is_none() && variants.is_empty() {
        return Err(Refusal {
            path: None,
            ..Refusal::at(
                "",
                "Nothing is asked. Send `quantity`, or `variants` with a label and a quantity \
                 each; to change a level by a delta use the bulk update.",
            )
        });
    }
    let variants = read_variants(variants, Place::Top("variants"), nfc)?;
    Ok(StockAsk { product, variants })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    quantity: Option<Integer>,
    expected_quantity: Option<Integer>,
    variants: Option<Vec<Object<Variant>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Variant {
    label: Option<String>,
    quantity: Option<Integer>,
    expected_quantity: Option<Integer>,
}

fn complete(variant: Variant, index: usize) -> Result<NamedNumbers, Refusal> {
    let missing = |field: &str, what: &str| {
        let path = format!("variants[{index}].{field}");
        let message = format!("`{path}` is missing: it must be {what}.");
        Refusal::at(path, message)
    };
    if variant.quantity.is_none() {
        return Err(missing("quantity", "a whole number"));
    }
    Ok(NamedNumbers {
        label: variant.label.ok_or_else(|| missing("label", "a text"))?,
        mode: Mode::Set,
        numbers: numbers(variant.quantity, variant.expected_quantity),
    })
}

fn numbers(quantity: Option<Integer>, expected: Option<Integer>) -> Numbers {
    Numbers { quantity, delta: None, expected }
}
