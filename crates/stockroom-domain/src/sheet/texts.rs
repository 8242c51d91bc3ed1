//! What was typed, each text once: a fill of a million rows keeps one.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// Texts by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    all: Vec<Box<str>>,
    numbers: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Texts {
    /// Returns the text of a number that [`add`](Self::add) gave.
    pub(super) fn get(&self, number: u32) -> &str {
        &self.all[number as usize]
    }

    /// Returns the number of a text, a new one where it was not there.
    pub(super) fn add(&mut self, text: &str) -> u32 {
        let hash = self.hasher.hash_one(text);
        if let Some(number) = self.numbers.find(hash, |n| &*self.all[*n as usize] == text) {
            return *number;
        }
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push(text.into());
        let (all, hasher) = (&self.all, &self.hasher);
        self.numbers.insert_unique(hash, number, |n| hasher.hash_one(&*all[*n as usize]));
        number
    }
}
