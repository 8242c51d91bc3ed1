//! How far a long list is scrolled, where browsers cannot make an element as tall as the list.
//!
//! Browsers cap an element near 16.7 million pixels. The list is drawn in a place of at most
//! [`TALLEST`]; near both ends a pixel of the bar is a pixel of the list, in between the bar is
//! finer than the list. Pure, so that every row's reach is tested natively.

/// The tallest place that a list is drawn in, in pixels.
pub const TALLEST: f64 = 8_000_000.0;
/// How many pixels at each end scroll one to one.
const EXACT: f64 = 1_000_000.0;

/// A list of some height in a view of some height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LongScroll {
    /// The height of all rows, in pixels.
    pub list: f64,
    /// The height of the view, in pixels.
    pub view: f64,
}

impl LongScroll {
    /// Returns the height of the place that the list is drawn in.
    pub fn place(self) -> f64 {
        self.list.min(TALLEST)
    }

    /// Tells whether a pixel of the bar is a pixel of the list everywhere.
    pub fn is_exact(self) -> bool {
        self.list <= TALLEST
    }

    /// Returns how far the list can be scrolled.
    pub fn furthest(self) -> f64 {
        (self.list - self.view).max(0.0)
    }

    /// Returns how far the bar can be scrolled.
    pub fn furthest_bar(self) -> f64 {
        (self.place() - self.view).max(0.0)
    }

    /// Returns where the bar stands when the list is scrolled to `top`.
    pub fn bar_of(self, top: f64) -> f64 {
        self.convert(top, self.furthest(), self.furthest_bar())
    }

    /// Returns how far the list is scrolled when the bar stands at `bar`.
    pub fn top_of(self, bar: f64) -> f64 {
        self.convert(bar, self.furthest_bar(), self.furthest())
    }

    fn convert(self, at: f64, from: f64, to: f64) -> f64 {
        let at = at.clamp(0.0, from);
        if self.is_exact() || at <= EXACT {
            return at;
        }
        if from - at <= EXACT {
            return to - (from - at);
        }
        EXACT + (at - EXACT) * (to - 2.0 * EXACT) / (from - 2.0 * EXACT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: f64 = 40.0;

    fn million() -> LongScroll {
        LongScroll { list: 1_000_000.0 * ROW, view: 600.0 }
    }

    #[test]
    fn short_lists_scroll_as_they_are() {
        let scroll = LongScroll { list: 4_000.0, view: 600.0 };
        assert_eq!((scroll.place(), scroll.furthest()), (4_000.0, 3_400.0));
        assert_eq!((scroll.bar_of(123.0), scroll.top_of(9_999.0)), (123.0, 3_400.0));
        let tiny = LongScroll { list: 80.0, view: 600.0 };
        assert_eq!((tiny.furthest(), tiny.top_of(5.0)), (0.0, 0.0));
    }

    #[test]
    fn both_ends_of_a_million_rows_are_exact() {
        let scroll = million();
        let is_at = |bar: f64, top: f64| (scroll.top_of(bar) - top).abs() < 1e-6;
        assert!(is_at(scroll.furthest_bar(), scroll.furthest()));
        assert!(is_at(scroll.furthest_bar() - ROW, scroll.furthest() - ROW));
        assert!(is_at(ROW, ROW));
        assert!(scroll.place() <= 16_777_200.0);
    }

    #[test]
    fn every_place_of_the_list_has_one_of_the_bar() {
        let scroll = million();
        let mut before = -1.0;
        for row in (0..1_000_000).step_by(997) {
            let top = (f64::from(row) * ROW).min(scroll.furthest());
            let bar = scroll.bar_of(top);
            assert!(bar >= before && (scroll.top_of(bar) - top).abs() < 0.01, "row {row}");
            before = bar;
        }
    }
}
