//! Which of a product's variants those are that a change names, and what becomes of the others.

use stockroom_api::code::ErrorCode;
use stockroom_api::product::VariantUpdate;
use stockroom_api::read::product::missing;
use stockroom_domain::label::LabelKey;

use super::{aim, level, variant_fault};
use crate::applying::{Aim, expect_level, nfc};
use crate::error::ApiError;
use crate::store::products::{VariantFields, VariantRecord};

/// The variants that a product is to have.
#[derive(Debug)]
pub(super) struct Planned {
    /// In their order, with the levels that they have now.
    pub(super) kept: Vec<VariantRecord>,
    /// What is to become of their levels, each in its place.
    pub(super) aims: Vec<Aim>,
    /// Those that the product has no more.
    pub(super) removed: Vec<VariantRecord>,
}

/// Plans the replacement of a product's variants by those that were sent.
pub(super) fn plan_variants(
    before: &[VariantRecord],
    sent: Vec<VariantUpdate>,
    mut new_id: impl FnMut() -> String,
) -> Result<Planned, ApiError> {
    let matched = match_variants(before, &sent)?;
    let removed = (0..before.len()).filter(|at| !matched.contains(&Some(*at)));
    let removed = removed.map(|at| before[at].clone()).collect();
    let mut kept = Vec::with_capacity(sent.len());
    let mut aims = Vec::with_capacity(sent.len());
    for (index, (variant, at)) in sent.into_iter().zip(matched).enumerate() {
        let place = format!("variants[{index}].");
        let old = at.map(|at| &before[at]);
        let quantity = old.and_then(|old| old.quantity);
        expect_level(quantity, level(variant.expected_quantity), &place)?;
        aims.push(aim(&variant.quantity, quantity));
        kept.push(VariantRecord {
            id: old.map_or_else(&mut new_id, |old| old.id.clone()),
            quantity,
            fields: fields(variant, old.map(|old| &old.fields), &place)?,
        });
    }
    Ok(Planned { kept, aims, removed })
}

/// Returns for each variant that was sent the place of the one that it is.
///
/// Ids come first; of several with the same type and label each is taken once, in order.
fn match_variants(
    before: &[VariantRecord],
    sent: &[VariantUpdate],
) -> Result<Vec<Option<usize>>, ApiError> {
    let mut matched = vec![None; sent.len()];
    for (index, variant) in sent.iter().enumerate() {
        let Some(id) = &variant.id else { continue };
        let Some(at) = before.iter().position(|old| old.id == *id) else {
            let message = format!(
                "This product has no variant with the id \"{id}\". Leave the id out to add a variant."
            );
            return Err(variant_fault(ErrorCode::VariantNotFound, index, "id", message).into());
        };
        matched[index] = Some(at);
    }
    for (index, variant) in sent.iter().enumerate() {
        let (None, Some(label)) = (&variant.id, &variant.label) else { continue };
        let free = (0..before.len()).filter(|at| !matched.contains(&Some(*at)));
        let mut alike = free.filter(|at| is_named(&before[*at].fields, variant, label));
        let first = alike.next();
        if variant.kind.is_none() && alike.next().is_some() {
            let message = format!(
                "Several variants of this product have the label \"{label}\". Name the one that is \
                 meant by its id."
            );
            let code = ErrorCode::VariantLabelAmbiguous;
            return Err(variant_fault(code, index, "label", message).into());
        }
        matched[index] = first;
    }
    Ok(matched)
}

fn is_named(fields: &VariantFields, variant: &VariantUpdate, label: &str) -> bool {
    let is_same = |a: &str, b: &str| LabelKey::new(a, nfc) == LabelKey::new(b, nfc);
    is_same(&fields.label, label)
        && variant.kind.as_ref().is_none_or(|kind| is_same(&fields.kind, kind))
}

fn fields(
    sent: VariantUpdate,
    old: Option<&VariantFields>,
    place: &str,
) -> Result<VariantFields, ApiError> {
    let needed = |sent: Option<String>, old: Option<&String>, field: &str| {
        sent.or_else(|| old.cloned()).ok_or_else(|| missing(&format!("{place}{field}")))
    };
    Ok(VariantFields {
        kind: needed(sent.kind, old.map(|old| &old.kind), "type")?,
        label: needed(sent.label, old.map(|old| &old.label), "label")?,
        value: sent.value.apply(old.and_then(|old| old.value.clone())),
        price_adjustment: sent.price_adjustment.apply(old.and_then(|old| old.price_adjustment)),
    })
}
