//! What tells that the same changes were asked before, whatever file they came in.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

use stockroom_api::bulk::BulkItem;

use crate::repeated::{Adjust, adjusts};

/// A SKU, and a label without case.
type Name<'a> = (&'a str, Cow<'a, str>);

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
pub fn fingerprint<'a>(items: impl IntoIterator<Item = &'a BulkItem>) -> Option<String> {
    fingerprint_of(items.into_iter().flat_map(adjusts))
}

/// Returns the fingerprint of adjusts, in whatever order, as [`fingerprint`] does.
pub fn fingerprint_of<'a>(adjusts: impl IntoIterator<Item = Adjust<'a>>) -> Option<String> {
    // What is hashed is the texts of the lines, sorted; those of one amount begin alike, and stand
    // among each other in the order of their SKUs, which is most often how they come.
    let mut amounts: HashMap<i64, Vec<Name<'_>>> = HashMap::new();
    for Adjust { external_id, label, delta } in adjusts {
        amounts.entry(delta).or_default().push((external_id, label));
    }
    if amounts.is_empty() {
        return None;
    }
    let texts = amounts.into_iter().map(|(delta, names)| (delta.to_string(), names));
    let by_amount: BTreeMap<String, Vec<Name<'_>>> = texts.collect();
    let mut hash = Fnv::default();
    for (amount, mut names) in by_amount {
        names.sort_by(in_order);
        for (external_id, label) in names {
            for text in [amount.as_str(), "\u{1}", external_id, "\u{1}", &label, "\0"] {
                hash.add(text);
            }
        }
    }
    Some(format!("{:032x}", hash.0))
}

/// Compares SKU and label as the text in which a control character stands between them.
fn in_order(a: &Name<'_>, b: &Name<'_>) -> Ordering {
    let shorter = a.0.len().min(b.0.len());
    let bytes = |(external_id, label): &Name<'_>| [external_id, "\u{1}", label].concat();
    match a.0.as_bytes()[..shorter].cmp(&b.0.as_bytes()[..shorter]) {
        Ordering::Equal => bytes(a).cmp(&bytes(b)),
        order => order,
    }
}

/// FNV-1a of 128 bits: nobody gains by two plans that look the same, so chance is all there is.
struct Fnv(u128);

impl Default for Fnv {
    fn default() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }
}

impl Fnv {
    fn add(&mut self, text: &str) {
        const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
        for byte in text.bytes() {
            self.0 = (self.0 ^ u128::from(byte)).wrapping_mul(PRIME);
        }
    }
}

#[cfg(test)]
mod tests {
    use stockroom_api::bulk::{BulkVariant, Mode};

    use super::*;
    use crate::repeated::Line;

    fn item(sku: &str, mode: Mode, value: i64) -> BulkItem {
        let (quantity, quantity_delta) = match mode {
            Mode::Set => (Some(value), None),
            Mode::Adjust => (None, Some(value)),
        };
        let external_id = sku.to_owned();
        BulkItem { external_id, mode: Some(mode), quantity, quantity_delta, ..BulkItem::default() }
    }

    fn named(lines: &[Line]) -> impl Iterator<Item = Adjust<'_>> {
        // As they stand there, with whatever is around a SKU.
        lines.iter().map(|Line { external_id, label, delta }| Adjust {
            external_id,
            label: label.into(),
            delta: *delta,
        })
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

    /// Servers and journals keep it, so it must stay what it was.
    #[test]
    fn the_fingerprint_of_the_same_changes_never_changes() {
        let hash = |texts: &mut Vec<String>| {
            texts.sort_unstable();
            let mut hash = Fnv::default();
            for text in texts.iter() {
                hash.add(&format!("{text}\0"));
            }
            format!("{:032x}", hash.0)
        };
        let names =
            [("A", ""), ("AB", "x"), ("A\0", ""), ("A\u{2}", ""), ("A", "x"), ("É", "s"), ("", "")];
        let amounts = [1, 12, -1, 2, -12, 100, i64::MIN];
        let lines = names.iter().flat_map(|(external_id, label)| {
            let line = |delta| Line::new(external_id, label, delta);
            amounts.map(line)
        });
        let lines: Vec<Line> = lines.collect();
        let written = |Line { external_id, label, delta }: &Line| {
            format!("{delta}\u{1}{external_id}\u{1}{label}")
        };
        let mut texts: Vec<String> = lines.iter().map(written).collect();
        assert_eq!(fingerprint_of(named(&lines)), Some(hash(&mut texts)));
        let lines = [Line::new("BABOUCHE", "40", 2), Line::new("ALLUM-10", "", 5)];
        let known = "2e80304ee9001d653993d239b12b1b66";
        assert_eq!(fingerprint_of(named(&lines)).as_deref(), Some(known));
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
