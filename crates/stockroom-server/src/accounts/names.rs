//! Names of people, and the form in which two of them are the same.

use unicode_normalization::UnicodeNormalization as _;

use crate::store::accounts::UserName;

/// Returns a name with the form in which it is compared.
pub fn user_name(shown: &str) -> UserName {
    UserName { shown: shown.nfc().collect(), key: name_key(shown) }
}

/// Returns the form in which names are compared: without case, in one form of each letter, with single
/// spaces.
pub fn name_key(name: &str) -> String {
    let plain: String = name.nfkc().collect::<String>().to_lowercase().nfkc().collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_whatever_their_case_and_form() {
        let key = name_key("Aïcha  Mint Élise");
        assert_eq!(key, "aïcha mint élise");
        assert_eq!(name_key(" AI\u{308}CHA mint e\u{301}LISE "), key);
        assert_eq!(name_key("Ａhmed"), "ahmed");
        assert_ne!(name_key("Aicha"), name_key("Aïcha"));
        assert_eq!(user_name("AI\u{308}CHA").shown, "AÏCHA");
    }
}
