//! The codes of everything that can be said about a file, a row, a change or a plan.
//!
//! One enum for reading, planning and guarding; `docs/csv-format.md` lists what each means, and
//! `locales/` has its words.

use std::fmt;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal,)+) => {
        /// What is the matter, in a word that programs can rely on.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Code {
            /// Every code, in the order in which a line lists them.
            pub const ALL: &[Code] = &[$(Code::$name,)+];

            /// Returns the code as it is written in JSON and in the documents.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Code::$name => $text,)+
                }
            }
        }
    };
}

codes! {
    // The file as a whole.
    /// The file has no bytes, or nothing but blank lines.
    EmptyFile = "empty_file",
    /// The file is a picture, a program or the like.
    Binary = "binary",
    /// The file is a workbook, not text.
    Workbook = "workbook",
    /// The file is larger than can be read.
    TooLarge = "too_large",
    /// The text is not UTF-8 and nothing names its encoding: it was guessed.
    EncodingGuessed = "encoding_guessed",
    /// Some characters mean nothing in the file's encoding.
    TextBroken = "text_broken",
    /// The header has more columns than a stock file can have.
    TooManyColumns = "too_many_columns",
    /// No column holds SKUs.
    NoSkuColumn = "no_sku_column",
    /// No column holds a quantity, a change or an amount.
    NoValueColumn = "no_value_column",
    /// An amount column, and neither a mode column nor a mode for the file.
    NoDefaultMode = "no_default_mode",
    /// The file has several locations, and none was chosen.
    LocationUnchosen = "location_unchosen",
    /// Two columns are mapped to the same field.
    FieldTwice = "field_twice",
    /// A header and no rows.
    NoRows = "no_rows",
    /// Two columns have the same name.
    DuplicateHeader = "duplicate_header",
    /// A column with cells has no name.
    BlankHeader = "blank_header",

    // Errors of a row.
    /// A quote is opened and never closed.
    UnclosedQuote = "unclosed_quote",
    /// More cells than the header has columns.
    TooManyFields = "too_many_fields",
    /// A value, and no SKU to apply it to.
    ExternalIdMissing = "external_id_missing",
    /// The SKU is longer than 256 characters.
    ExternalIdTooLong = "external_id_too_long",
    /// The mode is no known word for set or adjust.
    ModeUnknown = "mode_unknown",
    /// An amount without a mode of its row or file.
    ModeMissing = "mode_missing",
    /// More than one value is filled and no mode tells which is meant.
    QuantityAndDelta = "quantity_and_delta",
    /// The mode asks for one value, and only the other is filled.
    ModeMismatch = "mode_mismatch",
    /// The number can be read in two ways.
    NumberAmbiguous = "number_ambiguous",
    /// The number is not whole.
    NumberFraction = "number_fraction",
    /// A sign where a level is due; it may be meant as an adjust.
    NumberSigned = "number_signed",
    /// A number in parentheses, as accountants write negatives.
    NumberParentheses = "number_parentheses",
    /// The number is above one billion.
    NumberTooLarge = "number_too_large",
    /// The text is not a number.
    NumberInvalid = "number_invalid",
    /// No product has this SKU.
    UnknownProduct = "unknown_product",
    /// No variant of the product has this label.
    UnknownVariant = "unknown_variant",
    /// Several variants of the product have this label.
    AmbiguousVariant = "ambiguous_variant",
    /// An adjust of stock that is not tracked.
    Untracked = "untracked",
    /// An adjust that would lift the level above one billion.
    OverTheTop = "over_the_top",
    /// Two rows set the same level to different values.
    ConflictingSets = "conflicting_sets",
    /// One row sets and another adjusts the same level.
    SetAndAdjust = "set_and_adjust",
    /// Another row for the same level has an error.
    SameTargetError = "same_target_error",
    /// A row of another location says neither what is there nor what is to be.
    LocationBlank = "location_blank",

    // Warnings: sent, and shown.
    /// The adjust stops at 0; some units are not applied.
    Floored = "floored",
    /// The level goes to 0.
    ToZero = "to_zero",
    /// The level falls below its threshold.
    BecomesLow = "becomes_low",
    /// More than tenfold either way, or more than 10,000 units.
    LargeChange = "large_change",
    /// The stock is not what the file expected it to be.
    Drift = "drift",
    /// The product's level no longer equals the sum of its variants.
    TotalDiffers = "total_differs",

    // Notes.
    /// Several rows ask for the same level; they count once.
    MergedEqual = "merged_equal",
    /// Several rows of the same level are added up.
    MergedSum = "merged_sum",
    /// The set starts the tracking of this level.
    StartsTracking = "starts_tracking",
    /// Fewer cells than columns; the missing ones are read as blank.
    TooFewFields = "too_few_fields",
    /// The row is about a location that was not chosen.
    OtherLocation = "other_location",
    /// The cell says that there is no stock to speak of (`not stocked`, `n/a`, `-`).
    NotStocked = "not_stocked",
}

impl Code {
    /// Tells whether a file of which this is said cannot be used at all.
    pub fn makes_unusable(self) -> bool {
        matches!(
            self,
            Self::EmptyFile | Self::Binary | Self::Workbook | Self::TooLarge | Self::TooManyColumns
        )
    }

    /// Tells whether this is about how bytes were read as characters.
    pub(crate) fn is_of_encoding(self) -> bool {
        matches!(self, Self::EncodingGuessed | Self::TextBroken)
    }
}

/// A set of [`Code`]s in one word.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Codes(u64);

impl Codes {
    /// Returns the set with nothing in it.
    pub const fn none() -> Self {
        Self(0)
    }

    /// Adds a code.
    pub fn add(&mut self, code: Code) {
        self.0 |= 1 << code as u8;
    }

    /// Returns this set with `code` in it.
    #[must_use]
    pub fn with(mut self, code: Code) -> Self {
        self.add(code);
        self
    }

    /// Returns the codes of both sets.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Tells whether the code is in the set.
    pub fn has(self, code: Code) -> bool {
        self.0 & (1 << code as u8) != 0
    }

    /// Tells whether nothing is in the set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the codes in their order.
    pub fn iter(self) -> impl Iterator<Item = Code> {
        Code::ALL.iter().copied().filter(move |code| self.has(*code))
    }

    /// Returns the set as a word, to send it to another thread.
    pub fn bits(self) -> u64 {
        self.0
    }

    /// Returns the set that [`bits`](Self::bits) gave.
    pub fn from_bits(bits: u64) -> Self {
        Self(bits)
    }
}

impl fmt::Debug for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Code::as_str)).finish()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_documented() {
        let page = include_str!("../../../docs/csv-format.md");
        for code in Code::ALL {
            assert!(page.contains(&format!("| `{code}` |")), "{code} is not in docs/csv-format.md");
        }
    }

    #[test]
    fn a_set_fits_every_code_and_keeps_their_order() {
        assert!(Code::ALL.len() <= 64);
        let all = Code::ALL.iter().rev().fold(Codes::none(), |set, code| set.with(*code));
        assert_eq!(all.iter().collect::<Vec<_>>(), Code::ALL);
        assert_eq!(Codes::from_bits(all.bits()), all);
    }
}
