//! What one item does to one product, decided without writing anything.

use stockroom_api::code::ErrorCode;
use stockroom_api::read::ask::{StockAsk, VariantAsk};
use stockroom_domain::label::LabelKey;
use stockroom_domain::quantity::{Applied, Change, Level, MAX_UNITS, Mode, Refusal, apply};

use super::nfc;
use crate::store::data::StockRow;

/// Why an item is refused, with the place inside the item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The kind of refusal.
    pub code: ErrorCode,
    /// What is wrong and what to do, in words.
    pub message: String,
    /// The field, such as `variants[0].label`.
    pub place: String,
    /// With `STALE_QUANTITY`: the level as it is.
    pub current_quantity: Option<i64>,
}

/// What an item does, once nothing stands against it.
#[derive(Clone, Debug)]
pub(super) struct Done {
    /// What happens to the product's own level.
    pub(super) product: Option<(Change, Applied)>,
    /// What happens to variants, each by its index in the row.
    pub(super) variants: Vec<(usize, Change, Applied)>,
}

/// Returns what `ask` does to `row`.
pub(super) fn outcome(row: &StockRow, ask: &StockAsk) -> Result<Done, Fault> {
    expect_level(row.quantity, ask.product.expected, "")?;
    let product = ask
        .product
        .change
        .map(|change| step(change, row.quantity, "").map(|applied| (change, applied)))
        .transpose()?;
    let variants = ask
        .variants
        .iter()
        .enumerate()
        .map(|(index, variant)| variant_outcome(row, variant, index))
        .collect::<Result<_, _>>()?;
    Ok(Done { product, variants })
}

fn variant_outcome(
    row: &StockRow,
    ask: &VariantAsk,
    index: usize,
) -> Result<(usize, Change, Applied), Fault> {
    let place = format!("variants[{index}].");
    let at = find_variant(row, ask, &place)?;
    let level = row.variants[at].quantity;
    expect_level(level, ask.expected, &place)?;
    let applied = step(ask.change, level, &place)?;
    Ok((at, ask.change, applied))
}

fn find_variant(row: &StockRow, ask: &VariantAsk, place: &str) -> Result<usize, Fault> {
    let mut matching = row
        .variants
        .iter()
        .enumerate()
        .filter(|(_, variant)| LabelKey::new(&variant.label, nfc) == ask.key)
        .map(|(at, _)| at);
    let (code, message) = match (matching.next(), matching.next()) {
        (Some(at), None) => return Ok(at),
        (Some(_), Some(_)) => (
            ErrorCode::VariantLabelAmbiguous,
            format!(
                "Several variants of this product have the label \"{}\". Give them different \
                 labels to update them by label.",
                ask.label
            ),
        ),
        (None, _) => (ErrorCode::VariantNotFound, unknown_label(row, &ask.label)),
    };
    Err(Fault { code, message, place: format!("{place}label"), current_quantity: None })
}

fn unknown_label(row: &StockRow, label: &str) -> String {
    let labels: Vec<String> =
        row.variants.iter().take(8).map(|variant| format!("\"{}\"", variant.label)).collect();
    if labels.is_empty() {
        return format!("This product has no variants, so none with the label \"{label}\".");
    }
    let more = if row.variants.len() > labels.len() { ", …" } else { "" };
    format!(
        "No variant of this product has the label \"{label}\". It has {}{more}.",
        labels.join(", ")
    )
}

/// Refuses a level that is not the one that was expected; `place` is the path of its object, with a dot
/// at its end where it is not the body.
///
/// # Errors
/// `STALE_QUANTITY` with the level as it is.
pub fn expect_level(level: Option<i64>, expected: Option<Level>, place: &str) -> Result<(), Fault> {
    let Some(expected) = expected.map(Level::get) else {
        return Ok(());
    };
    if level == Some(expected) {
        return Ok(());
    }
    let found = level.map_or_else(|| "not tracked".to_owned(), |level| level.to_string());
    Err(Fault {
        code: ErrorCode::StaleQuantity,
        message: format!(
            "The level is {found} by now, not {expected} as expected. Nothing was changed: look \
             at the new level and decide again."
        ),
        place: format!("{place}expectedQuantity"),
        current_quantity: level,
    })
}

pub(super) fn step(change: Change, level: Option<i64>, place: &str) -> Result<Applied, Fault> {
    // A level out of the bounds cannot be in the database; treating it as none is the safe side.
    let level = level.and_then(|units| Level::new(units).ok());
    apply(change, level).map_err(|refusal| {
        let (code, message) = match refusal {
            Refusal::Untracked => (
                ErrorCode::NotTracked,
                "Stock is not tracked here, so there is no level to adjust. Send \"mode\": \
                 \"set\" with `quantity` to start tracking."
                    .to_owned(),
            ),
            Refusal::OverTheTop { reached } => (
                ErrorCode::ValidationError,
                format!("The level would become {reached}; the highest is {MAX_UNITS}."),
            ),
        };
        let field = match change.mode() {
            Mode::Set => "quantity",
            Mode::Adjust => "quantityDelta",
        };
        Fault { code, message, place: format!("{place}{field}"), current_quantity: None }
    })
}
