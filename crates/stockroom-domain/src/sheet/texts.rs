//! What was typed, each text once: a fill of a million rows keeps one.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// Texts by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    texts: Vec<Box<str>>,
    numbers: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Texts {
    /// Returns the text of a number that [`add`](Self::add) gave.
    pub(super) fn get(&self, number: u32) -> &str {
        &self.texts[number as usize]
    }

    /// Returns the number of a text, a new one where it was not there.
    pub(super) fn add(&mut self, text: &str) -> u32 {
        let hash = self.hasher.hash_one(text);
        if let Some(number) = self.numbers.find(hash, |n| &*self.texts[*n as usize] == text) {
            return *number;
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(text.into());
        let (texts, hasher) = (&self.texts, &self.hasher);
        self.numbers.insert_unique(hash, number, |n| hasher.hash_one(&*texts[*n as usize]));
        number
    }
}
