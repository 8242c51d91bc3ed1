//! What tells that the same changes were asked before, whatever file they came in.

use stockroom_api::bulk::BulkItem;

use crate::repeated::{Line, lines};

/// Returns the fingerprint of the changes that these items ask for: 32 hexadecimal digits.
///
/// It is of the SKUs, labels and amounts that are adjusted, in whatever order, not of a file's bytes.
/// `None` where nothing is adjusted: to set the same level twice does no harm, and what is set
/// already is not asked again, so it must not tell two uploads of one file apart.
///
/// ```
/// use stockroom_api::bulk::BulkItem;
/// use stockroom_client::fingerprint::fingerprint;
/// let take = |sku: &str, delta| BulkItem {
///     external_id: sku.to_owned(),
///     quantity_delta: Some(delta),
///     ..BulkItem::default()
/// };
/// let once = fingerprint(&[take("A", -1), take("B", -2)]);
/// assert_eq!(once, fingerprint(&[take("B", -2), take("A", -1)]));
/// assert_ne!(once, fingerprint(&[take("A", -2), take("B", -1)]));
/// ```
pub fn fingerprint(items: &[BulkItem]) -> Option<String> {
    let mut lines: Vec<String> = items.iter().flat_map(lines).map(written).collect();
    if lines.is_empty() {
        return None;
    }
    lines.sort_unstable();
    // FNV-1a of 128 bits: nobody gains by two plans that look the same, so chance is all there is.
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for byte in lines.iter().flat_map(|line| line.bytes().chain([0])) {
        hash = (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
    }
    Some(format!("{hash:032x}"))
}

fn written(line: Line) -> String {
    let Line { external_id, label, delta } = line;
    format!("{delta}\u{1}{external_id}\u{1}{label}")
}

#[cfg(test)]
mod tests {
    use stockroom_api::bulk::{BulkVariant, Mode};

    use super::*;

    fn item(sku: &str, mode: Mode, value: i64) -> BulkItem {
        let (quantity, quantity_delta) = match mode {
            Mode::Set => (Some(value), None),
            Mode::Adjust => (None, Some(value)),
        };
        let external_id = sku.to_owned();
        BulkItem { external_id, mode: Some(mode), quantity, quantity_delta, ..BulkItem::default() }
    }

    #[test]
    fn set_levels_alone_have_none() {
        assert_eq!(fingerprint(&[item("A", Mode::Set, 5)]), None);
        assert_eq!(fingerprint(&[]), None);
        let mixed = [item("A", Mode::Set, 5), item("B", Mode::Adjust, 1)];
        assert_eq!(fingerprint(&mixed).map(|text| text.len()), Some(32));
        // The second time the level is set already, and only the rest is sent.
        assert_eq!(fingerprint(&mixed), fingerprint(&mixed[1..]));
    }

    #[test]
    fn it_is_of_all_that_is_asked_and_of_nothing_else() {
        let take = item("A", Mode::Adjust, -1);
        let of = |item: &BulkItem| fingerprint(std::slice::from_ref(item));
        let same = BulkItem { mode: None, expected_quantity: Some(3), ..take.clone() };
        assert_eq!(of(&take), of(&same));
        let variant = |label: &str| BulkItem {
            quantity_delta: None,
            variants: vec![BulkVariant {
                label: label.to_owned(),
                quantity_delta: Some(-1),
                ..BulkVariant::default()
            }],
            ..take.clone()
        };
        assert_eq!(of(&variant("Grand")), of(&variant(" GRAND ")));
        let others = [variant("Grand"), item("A", Mode::Adjust, 1), item("B", Mode::Adjust, -1)];
        assert!(others.iter().all(|other| of(other) != of(&take)));
    }
}
