//! The levels that a run asks to change, item by item: a million of them in two rows of numbers.

/// A level that is asked to change: the first line that asks it, and the level in the preview.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AskedLevel(pub(super) u32, pub(super) Option<i64>);

/// The levels of each item, the product's own before its variants'.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AskedLevels {
    all: Vec<AskedLevel>,
    /// Where the levels of each item end.
    ends: Vec<usize>,
}

impl AskedLevels {
    /// Returns none, with room for those of so many items.
    pub(super) fn with_capacity(items: usize) -> Self {
        Self { all: Vec::with_capacity(items), ends: Vec::with_capacity(items) }
    }

    /// Adds the levels of the next item.
    pub(super) fn push(&mut self, levels: impl IntoIterator<Item = AskedLevel>) {
        self.all.extend(levels);
        self.ends.push(self.all.len());
    }

    /// Returns of how many items there are levels.
    pub(super) fn items(&self) -> usize {
        self.ends.len()
    }

    /// Returns the levels of each item.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[AskedLevel]> {
        let begins = [0].into_iter().chain(self.ends.iter().copied());
        begins.zip(&self.ends).map(|(begin, end)| &self.all[begin..*end])
    }

    /// Returns a level of the item at this position.
    pub(super) fn level_mut(&mut self, item: usize, level: usize) -> Option<&mut AskedLevel> {
        let end = *self.ends.get(item)?;
        let begin = if item == 0 { 0 } else { self.ends[item - 1] };
        self.all[begin..end].get_mut(level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_has_its_own() {
        let level = |line| AskedLevel(line, None);
        let mut levels = AskedLevels::default();
        levels.push([level(2)]);
        levels.push([]);
        levels.push([level(3), level(4)]);
        let all: Vec<Vec<u32>> =
            levels.iter().map(|of| of.iter().map(|level| level.0).collect()).collect();
        assert_eq!((levels.items(), all), (3, vec![vec![2], vec![], vec![3, 4]]));
        levels.level_mut(2, 1).unwrap().1 = Some(7);
        assert_eq!(levels.iter().last(), Some(&[level(3), AskedLevel(4, Some(7))][..]));
        assert!(levels.level_mut(1, 0).is_none() && levels.level_mut(3, 0).is_none());
    }
}
