//! One sort for every order of places, so that its code stands once in the worker.

use std::cmp::Ordering;

/// Sorts places by `compare`; equal ones keep their order.
pub fn sort_places(places: &mut [u32], compare: &dyn Fn(u32, u32) -> Ordering) {
    places.sort_by(|a, b| compare(*a, *b));
}
