//! What the store's levels say about items of which nobody knows whether they were applied.
//!
//! Others sell meanwhile, so a level is never proof: it is shown with what was before and what was
//! wanted, for a person to decide.

use std::collections::HashMap;
use std::fmt::Write as _;

use stockroom_api::bulk::Mode;
use stockroom_api::product::Product;
use stockroom_client::run::Outcome;
use stockroom_domain::label::LabelKey;

use super::asked_levels::AskedLevel;
use super::opening::Opening;
use super::outcomes::{Asked, asked};
use crate::applying::nfc;

/// What a level says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Evidence {
    ProbablyApplied,
    ProbablyNot,
    Unclear,
}

/// Returns the SKUs of the items that are unknown.
pub(super) fn unknown(opening: &Opening) -> Vec<String> {
    let unknown = opening.items().filter(|(_, _, outcome)| **outcome == Outcome::Unknown);
    unknown.map(|(item, _, _)| item.external_id().to_owned()).collect()
}

/// Returns the levels that are unknown with what the store has now, as a table.
pub(super) fn table(opening: &Opening, now: &[Product]) -> String {
    let now: HashMap<&str, &Product> =
        now.iter().filter_map(|product| Some((product.external_id.as_deref()?, product))).collect();
    let mut text = format!(
        "{:>6}  {:<20}  {:<12}  {:<6}  {:>10}  {:>10}  {:>10}  {:>10}  what\n",
        "line", "sku", "variant", "mode", "value", "before", "wanted", "now"
    );
    let shown = |units: Option<i64>| units.map_or_else(|| "-".to_owned(), |n| n.to_string());
    for (item, levels, _) in opening.items().filter(|(_, _, known)| **known == Outcome::Unknown) {
        let product = now.get(item.external_id()).copied();
        for (asked, AskedLevel(line, before)) in asked(item.asked()).iter().zip(levels) {
            let wanted = wanted(asked, *before);
            let level = product.and_then(|product| level(product, asked.variant.as_deref()));
            let what = match evidence(*before, wanted, level) {
                Evidence::ProbablyApplied => "probably applied",
                Evidence::ProbablyNot => "probably not applied",
                Evidence::Unclear => "unclear",
            };
            let _ = writeln!(
                text,
                "{line:>6}  {:<20}  {:<12}  {:<6}  {:>10}  {:>10}  {:>10}  {:>10}  {what}",
                item.external_id(),
                asked.variant.as_deref().unwrap_or("-"),
                asked.mode_word(),
                asked.value,
                shown(*before),
                shown(wanted),
                shown(level),
            );
        }
    }
    text
}

fn wanted(asked: &Asked, before: Option<i64>) -> Option<i64> {
    match asked.mode {
        Some(Mode::Set) => Some(asked.value),
        // An adjust stops at 0.
        _ => before.map(|before| (before + asked.value).max(0)),
    }
}

fn level(product: &Product, variant: Option<&str>) -> Option<i64> {
    let Some(wanted) = variant else { return product.quantity };
    let wanted = LabelKey::new(wanted, nfc);
    let mut variants = product.variants.iter();
    variants.find(|variant| LabelKey::new(&variant.label, nfc) == wanted)?.quantity
}

fn evidence(before: Option<i64>, wanted: Option<i64>, now: Option<i64>) -> Evidence {
    if now == before && now == wanted {
        Evidence::Unclear
    } else if now.is_some() && now == wanted {
        Evidence::ProbablyApplied
    } else if now == before {
        Evidence::ProbablyNot
    } else {
        Evidence::Unclear
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_evidence_and_no_proof() {
        let check = |now| evidence(Some(10), Some(8), Some(now));
        assert_eq!(check(8), Evidence::ProbablyApplied);
        assert_eq!(check(10), Evidence::ProbablyNot);
        assert_eq!(check(7), Evidence::Unclear);
        // Nothing can be told by a level that an adjust leaves as it was.
        assert_eq!(evidence(Some(0), Some(0), Some(0)), Evidence::Unclear);
        assert_eq!(evidence(Some(10), Some(8), None), Evidence::Unclear);
    }

    #[test]
    fn an_adjust_wants_no_less_than_nothing() {
        let asked = |mode, value| Asked { variant: None, mode: Some(mode), value };
        assert_eq!(wanted(&asked(Mode::Adjust, -12), Some(5)), Some(0));
        assert_eq!(wanted(&asked(Mode::Adjust, -2), None), None);
        assert_eq!(wanted(&asked(Mode::Set, 4), Some(5)), Some(4));
    }
}
