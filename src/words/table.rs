//! The texts of a language, as they were handed over.

use std::cell::OnceCell;

use super::{Key, Language, PLURALS, Plural, SHAPE, TEXTS};
use crate::browser::words;

/// The plural forms of a text: zero, one, two, few, many, other.
const FORMS: usize = 6;

/// A language's words are not here, or are those of another build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoWords;

thread_local! {
    /// All texts, then all plural forms, of each language; kept for as long as the tab.
    static TABLES: [OnceCell<Vec<&'static str>>; 3] = const { [const { OnceCell::new() }; 3] };
}

impl Language {
    /// Fetches the language's words, unless they are here.
    ///
    /// # Errors
    /// [`NoWords`].
    pub async fn fetch(self) -> Result<(), NoWords> {
        if TABLES.with(|tables| tables[self as usize].get().is_some()) {
            return Ok(());
        }
        let text = words::fetch(self.code()).await.ok_or(NoWords)?;
        self.learn(&text)
    }

    /// Takes in the language's words: the shape of the table and its texts, between NULs.
    ///
    /// # Errors
    /// [`NoWords`] where they are not of this build.
    pub fn learn(self, text: &str) -> Result<(), NoWords> {
        let (shape, texts) = text.split_once('\0').ok_or(NoWords)?;
        if shape != SHAPE || texts.split('\0').count() != TEXTS + PLURALS * FORMS {
            return Err(NoWords);
        }
        // A text once shown may be shown again: there are three tables at most, none is given up.
        let texts: &'static str = Box::leak(texts.into());
        TABLES
            .with(|tables| tables[self as usize].get_or_init(|| texts.split('\0').collect()).len());
        Ok(())
    }

    pub(super) fn text(self, key: Key) -> &'static str {
        self.at(key as usize)
    }

    pub(super) fn plural(self, plural: Plural, form: usize) -> &'static str {
        self.at(TEXTS + plural as usize * FORMS + form)
    }

    /// Returns a text; blank where nobody fetched the language, which no choice leads to.
    fn at(self, index: usize) -> &'static str {
        TABLES.with(|tables| {
            tables[self as usize].get().and_then(|table| table.get(index)).copied().unwrap_or("")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_the_words_of_this_build() {
        let all = [
            (Language::En, include_str!(concat!(env!("OUT_DIR"), "/en.words"))),
            (Language::Fr, include_str!(concat!(env!("OUT_DIR"), "/fr.words"))),
            (Language::Ar, include_str!(concat!(env!("OUT_DIR"), "/ar.words"))),
        ];
        for (language, words) in all {
            assert_eq!(language.learn(words), Ok(()));
            assert!(!language.text(Key::AppInventory).is_empty());
            assert!(language.plural(Plural::InventoryVariants, 5).contains("{count}"));
        }
        assert_eq!(Language::Fr.text(Key::AppInventory), "Inventaire");
    }

    #[test]
    fn the_words_of_another_build_are_refused() {
        assert_eq!(Language::En.learn("another\0Inventory"), Err(NoWords));
        assert_eq!(Language::En.learn(""), Err(NoWords));
    }
}
