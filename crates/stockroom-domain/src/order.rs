//! Sorting places: one stable sort by comparison, one by small keys, so that the code of each
//! stands once in the worker.

use std::cmp::Ordering;

/// Sorts places by `compare`; equal ones keep their order.
pub fn sort_places(places: &mut [u32], compare: &dyn Fn(u32, u32) -> Ordering) {
    places.sort_by(|a, b| compare(*a, *b));
}

/// Returns `places` in the order of their keys; equal ones keep their order.
///
/// `keys[i]` is the key of `places[i]`. A radix sort: a million places take some 20 ms where
/// comparing takes hundreds.
///
/// ```
/// use stockroom_domain::order::by_key;
/// assert_eq!(by_key(&[10, 11, 12, 13], &[7, 3, 7, 0]), [13, 11, 10, 12]);
/// ```
pub fn by_key(places: &[u32], keys: &[u32]) -> Vec<u32> {
    let pair = |(place, key): (&u32, &u32)| (u64::from(*key) << 32) | u64::from(*place);
    let mut from: Vec<u64> = places.iter().zip(keys).map(pair).collect();
    let mut to = vec![0; from.len()];
    for shift in [32, 43, 54] {
        pass(&from, &mut to, shift);
        std::mem::swap(&mut from, &mut to);
    }
    #[expect(clippy::cast_possible_truncation, reason = "the place is the lower half")]
    let place = |pair: u64| pair as u32;
    from.into_iter().map(place).collect()
}

/// How many values eleven bits have.
const DIGITS: usize = 1 << 11;

fn pass(from: &[u64], to: &mut [u64], shift: u32) {
    #[expect(clippy::cast_possible_truncation, reason = "only eleven bits are kept")]
    let digit = |pair: u64| (pair >> shift) as usize & (DIGITS - 1);
    let mut ends = vec![0_usize; DIGITS];
    for pair in from {
        ends[digit(*pair)] += 1;
    }
    let mut start = 0;
    for end in &mut ends {
        start += std::mem::replace(end, start);
    }
    for pair in from {
        let at = &mut ends[digit(*pair)];
        to[*at] = *pair;
        *at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_every_size_are_ordered_and_equal_ones_keep_their_order() {
        let keys: Vec<u32> =
            (0..5_000_u32).map(|n| n.wrapping_mul(0x9e37_79b9) >> (n % 31)).collect();
        let places: Vec<u32> = (0..5_000).collect();
        let mut wanted = places.clone();
        wanted.sort_by_key(|place| keys[*place as usize]);
        assert_eq!(by_key(&places, &keys), wanted);
        assert_eq!(by_key(&[1, 2, 3], &[u32::MAX, 0, u32::MAX]), [2, 1, 3]);
    }
}
