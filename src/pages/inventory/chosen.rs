//! Which products are chosen, and how clicks change that.
//!
//! Pure: neither leptos nor the browser.

use std::collections::HashSet;

/// The chosen products by their ids; those that are not shown stay chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    ids: HashSet<String>,
    /// The one that a range begins at.
    anchor: Option<String>,
}

/// How many of the products that are shown are chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Share {
    /// None.
    #[default]
    None,
    /// Some.
    Some,
    /// All.
    All,
}

impl Chosen {
    /// Tells whether a product is chosen.
    pub fn is_chosen(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// Returns how many are chosen.
    pub fn count(&self) -> usize {
        self.ids.len()
    }

    /// Chooses a product, or leaves it.
    pub fn toggle(&mut self, id: &str) {
        if !self.ids.remove(id) {
            self.ids.insert(id.to_owned());
        }
        self.anchor = Some(id.to_owned());
    }

    /// Does to all from the last one to this what was done to the last.
    pub fn extend(&mut self, id: &str, shown: &[String]) {
        let place = |id: &str| shown.iter().position(|one| one == id);
        let anchor = self.anchor.clone().and_then(|anchor| Some((place(&anchor)?, anchor)));
        let (Some((from, anchor)), Some(to)) = (anchor, place(id)) else {
            return self.toggle(id);
        };
        let is_on = self.is_chosen(&anchor);
        self.set(&shown[from.min(to)..=from.max(to)], is_on);
        self.anchor = Some(id.to_owned());
    }

    /// Chooses all that are shown; leaves them where all are chosen already.
    pub fn toggle_all(&mut self, shown: &[String]) {
        let is_on = self.share(shown) != Share::All;
        self.set(shown, is_on);
    }

    /// Chooses these too, or none of them.
    pub fn set(&mut self, some: &[String], is_on: bool) {
        for id in some {
            if is_on {
                self.ids.insert(id.clone());
            } else {
                self.ids.remove(id);
            }
        }
    }

    /// Chooses nothing.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Leaves those that are there no more.
    pub fn retain(&mut self, is_there: impl Fn(&str) -> bool) {
        self.ids.retain(|id| is_there(id));
    }

    /// Returns how many of these are chosen.
    pub fn share(&self, shown: &[String]) -> Share {
        let chosen = shown.iter().filter(|id| self.is_chosen(id)).count();
        match chosen {
            0 => Share::None,
            _ if chosen == shown.len() => Share::All,
            _ => Share::Some,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown() -> Vec<String> {
        ["a", "b", "c", "d", "e"].map(str::to_owned).to_vec()
    }

    fn check(chosen: &Chosen, expected: &[&str]) {
        let mut ids: Vec<&str> = chosen.ids.iter().map(String::as_str).collect();
        ids.sort_unstable();
        assert_eq!(ids, expected);
    }

    #[test]
    fn a_range_goes_from_the_last_click_either_way() {
        let mut chosen = Chosen::default();
        chosen.toggle("d");
        chosen.extend("b", &shown());
        check(&chosen, &["b", "c", "d"]);
        chosen.extend("e", &shown());
        check(&chosen, &["b", "c", "d", "e"]);
        chosen.toggle("c");
        chosen.extend("d", &shown());
        check(&chosen, &["b", "e"]);
    }

    #[test]
    fn a_range_without_a_beginning_is_one() {
        let mut chosen = Chosen::default();
        chosen.extend("b", &shown());
        check(&chosen, &["b"]);
        let others = ["x".to_owned(), "y".to_owned()];
        chosen.extend("y", &others);
        check(&chosen, &["b", "y"]);
    }

    #[test]
    fn all_that_are_shown_and_no_others() {
        let mut chosen = Chosen::default();
        chosen.toggle("x");
        assert_eq!(chosen.share(&shown()), Share::None);
        chosen.toggle("a");
        assert_eq!(chosen.share(&shown()), Share::Some);
        chosen.toggle_all(&shown());
        assert_eq!((chosen.share(&shown()), chosen.count()), (Share::All, 6));
        chosen.toggle_all(&shown());
        check(&chosen, &["x"]);
        chosen.retain(|id| id != "x");
        assert_eq!(chosen.count(), 0);
        assert_eq!(chosen.share(&[]), Share::None);
    }
}
