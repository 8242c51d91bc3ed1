//! What a confirmed plan asks of one product, as a bulk request carries it.

use stockroom_api::bulk::{BulkItem, BulkVariant};
use stockroom_domain::plan::ItemChange;
use stockroom_domain::quantity::{Change, Level, Mode};

/// Whether a `set` names the level that it expects, which only some servers check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// It does: a level that moved refuses the item.
    Named,
    /// It does not: the plain contract.
    Unnamed,
}

/// Returns the item of a bulk request that asks for these changes of one product: of its own level,
/// and of its variants' levels by label.
///
/// ```
/// use stockroom_client::asked::{Expectation, bulk_item};
/// use stockroom_domain::plan::ItemChange;
/// use stockroom_domain::quantity::{Change, Level};
/// let change = Change::Set(Level::new(50)?);
/// let asked = ItemChange { change, before: Level::new(3).ok() };
/// let item = bulk_item("THIEB-001", Some(&asked), &[], Expectation::Named);
/// assert_eq!((item.quantity, item.expected_quantity), (Some(50), Some(3)));
/// # Ok::<(), stockroom_domain::quantity::OutOfRange>(())
/// ```
pub fn bulk_item(
    external_id: &str,
    product: Option<&ItemChange>,
    variants: &[(String, ItemChange)],
    expectation: Expectation,
) -> BulkItem {
    let expects = |asked: &ItemChange| match (asked.change, expectation) {
        (Change::Set(_), Expectation::Named) => asked.before.map(Level::get),
        // An adjust is right on any level.
        _ => None,
    };
    let of = |asked: &ItemChange, wanted: Mode| {
        Some(asked.change).filter(|change| change.mode() == wanted).map(Change::value)
    };
    let variant = |(label, asked): &(String, ItemChange)| BulkVariant {
        label: label.clone(),
        mode: Some(asked.change.mode().into()),
        quantity: of(asked, Mode::Set),
        quantity_delta: of(asked, Mode::Adjust),
        expected_quantity: expects(asked),
    };
    BulkItem {
        external_id: external_id.to_owned(),
        mode: product.map(|asked| asked.change.mode().into()),
        quantity: product.and_then(|asked| of(asked, Mode::Set)),
        quantity_delta: product.and_then(|asked| of(asked, Mode::Adjust)),
        expected_quantity: product.and_then(expects),
        variants: variants.iter().map(variant).collect(),
    }
}

#[cfg(test)]
mod tests {
    use stockroom_api::bulk::Mode as ApiMode;
    use stockroom_domain::quantity::Delta;

    use super::*;

    fn set(units: i64) -> ItemChange {
        ItemChange { change: Change::Set(Level::new(units).unwrap()), before: Level::new(7).ok() }
    }

    fn adjust(units: i64) -> ItemChange {
        ItemChange { change: Change::Adjust(Delta::new(units).unwrap()), ..set(0) }
    }

    #[test]
    fn every_level_has_its_own_mode_and_only_a_set_expects_one() {
        let variants = [("Grand".to_owned(), adjust(-2)), ("Normal".to_owned(), set(5))];
        let item = bulk_item("THIEB-001", Some(&adjust(3)), &variants, Expectation::Named);
        assert_eq!((item.mode, item.quantity_delta), (Some(ApiMode::Adjust), Some(3)));
        assert_eq!((item.quantity, item.expected_quantity), (None, None));
        let [grand, normal] = &item.variants[..] else { panic!("{item:?}") };
        assert_eq!((grand.quantity_delta, grand.expected_quantity), (Some(-2), None));
        assert_eq!((normal.quantity, normal.expected_quantity), (Some(5), Some(7)));
        let plain = bulk_item("THIEB-001", Some(&set(5)), &variants, Expectation::Unnamed);
        assert_eq!((plain.expected_quantity, plain.variants[1].expected_quantity), (None, None));
    }

    #[test]
    fn a_product_of_which_only_variants_are_asked_has_no_mode() {
        let item = bulk_item("A", None, &[("S".to_owned(), set(1))], Expectation::Unnamed);
        assert_eq!((item.mode, item.variants[0].mode), (None, Some(ApiMode::Set)));
    }
}
