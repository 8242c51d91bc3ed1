//! The key by which files and the API name a product.

use std::fmt;

/// The longest external id, in characters.
pub const MAX_CHARACTERS: usize = 256;

/// A product's external id (SKU): trimmed, 1 to [`MAX_CHARACTERS`] characters, matched with case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExternalId(Box<str>);

/// Why a text is no [`ExternalId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExternalIdFault {
    /// Nothing is left after trimming.
    Empty,
    /// More than [`MAX_CHARACTERS`] characters.
    TooLong {
        /// The number of characters found.
        characters: usize,
    },
}

impl ExternalId {
    /// Returns the id that `text` names once trimmed.
    ///
    /// # Errors
    /// [`ExternalIdFault`] where nothing is left or it is too long.
    ///
    /// ```
    /// use stockroom_domain::external_id::ExternalId;
    /// assert_eq!(ExternalId::parse(" THIEB-001 ").unwrap().as_str(), "THIEB-001");
    /// assert!(ExternalId::parse("  ").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, ExternalIdFault> {
        check(text).map(|id| Self(id.into()))
    }

    /// Returns the id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the trimmed text of an external id, without a copy of it.
///
/// # Errors
/// [`ExternalIdFault`], as [`ExternalId::parse`].
pub fn check(text: &str) -> Result<&str, ExternalIdFault> {
    let id = text.trim();
    if id.is_empty() {
        return Err(ExternalIdFault::Empty);
    }
    // A text of few bytes has few characters: counting is for the rare long one.
    if id.len() > MAX_CHARACTERS {
        let characters = id.chars().count();
        if characters > MAX_CHARACTERS {
            return Err(ExternalIdFault::TooLong { characters });
        }
    }
    Ok(id)
}

impl fmt::Display for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_characters_not_bytes() {
        assert!(ExternalId::parse(&"é".repeat(256)).is_ok());
        assert_eq!(
            ExternalId::parse(&"é".repeat(257)),
            Err(ExternalIdFault::TooLong { characters: 257 })
        );
    }

    #[test]
    fn keeps_case_and_inner_spaces() {
        assert_eq!(ExternalId::parse("\u{a0}riz  25 ").unwrap().as_str(), "riz  25");
    }
}
