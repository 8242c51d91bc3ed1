//! How variant labels match: without case, by Unicode simple folding, after trimming and NFC.
//!
//! The tables of NFC are heavy in WebAssembly and the browser has its own, so the caller brings
//! the function ([`Nfc`]); folding needs no table beyond the standard library's.

/// A function that returns a text in Unicode normalization form C.
///
/// Natively `unicode-normalization`, in a browser `String.prototype.normalize`; a test in a
/// browser shows that both agree.
pub type Nfc = fn(&str) -> String;

/// What two labels have in common when they are the same label.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LabelKey(Box<str>);

impl LabelKey {
    /// Returns the key of `label`; empty labels have an empty key.
    ///
    /// ```
    /// use stockroom_domain::label::LabelKey;
    /// let nfc = |text: &str| text.to_owned();
    /// assert_eq!(LabelKey::new(" ROUGE", nfc), LabelKey::new("rouge ", nfc));
    /// ```
    pub fn new(label: &str, nfc: Nfc) -> Self {
        let label = label.trim();
        if label.is_ascii() {
            return Self(label.to_ascii_lowercase().into());
        }
        Self(nfc(label).chars().map(fold).collect::<String>().into())
    }

    /// Returns the folded text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Tells whether the label was empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Returns a representative of the characters that fold together with `c`.
///
/// The standard library has case mappings but no folding; the lower case of the upper case gives
/// the same classes, but for the characters named here. A test compares every character with the
/// Unicode tables.
pub(crate) fn fold(c: char) -> char {
    match c {
        _ if c.is_ascii() => c.to_ascii_lowercase(),
        // Dotless i and dotted capital I fold to nothing else.
        'ı' | 'İ' => c,
        // Pairs that only full case mappings would join.
        '\u{1fd3}' => '\u{390}',
        '\u{1fe3}' => '\u{3b0}',
        '\u{fb05}' => '\u{fb06}',
        _ => single(single(c, char::to_uppercase), char::to_lowercase),
    }
}

fn single<I: Iterator<Item = char>>(c: char, map: fn(char) -> I) -> char {
    let mut mapped = map(c);
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use unicode_normalization::UnicodeNormalization;

    use super::*;

    fn nfc(text: &str) -> String {
        text.nfc().collect()
    }

    #[test]
    fn folds_into_the_classes_of_unicode() {
        let unicode = |c: char| {
            unicode_case_mapping::case_folded(c).map_or(c, |f| char::from_u32(f.get()).unwrap())
        };
        let mut ours: HashMap<char, char> = HashMap::new();
        let mut theirs: HashMap<char, char> = HashMap::new();
        // The standard library already knows the letters of Unicode 17, the oracle does not.
        let newer = |c: &char| matches!(c, '\u{a7ce}'..='\u{a7d5}' | '\u{16ea0}'..='\u{16ed3}');
        for c in ('\0'..=char::MAX).filter(|c| !newer(c)) {
            let (a, b) = (fold(c), unicode(c));
            assert_eq!(*ours.entry(a).or_insert(b), b, "{c:?} joins another class");
            assert_eq!(*theirs.entry(b).or_insert(a), a, "{c:?} leaves its class");
        }
    }

    #[test]
    fn joins_composed_and_decomposed() {
        assert_eq!(LabelKey::new("Été", nfc), LabelKey::new("E\u{301}TE\u{301}", nfc));
        assert_eq!(LabelKey::new("أحمر", nfc), LabelKey::new("\u{627}\u{654}حمر", nfc));
        assert_ne!(LabelKey::new("Été", nfc), LabelKey::new("ete", nfc));
        assert_ne!(LabelKey::new("Straße", nfc), LabelKey::new("STRASSE", nfc));
        assert_eq!(LabelKey::new("ΣΊΣΥΦΟΣ", nfc), LabelKey::new("σίσυφος", nfc));
    }
}
