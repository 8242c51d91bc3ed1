//! Why levels are changed, as the stock's history keeps it.

use clap::ValueEnum;

/// A reason: the words of the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(super) enum Reason {
    /// A mistake is put right
    Correction,
    /// The shelves were counted
    Count,
    /// Goods came in
    Received,
    /// A customer brought goods back
    Return,
    /// Goods are spoilt or broken
    Damaged,
    /// Goods are gone
    TheftOrLoss,
    /// Goods were given away
    Promotion,
}

impl Reason {
    /// Returns the word that is sent and kept.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Correction => "correction",
            Self::Count => "count",
            Self::Received => "received",
            Self::Return => "return",
            Self::Damaged => "damaged",
            Self::TheftOrLoss => "theft_or_loss",
            Self::Promotion => "promotion",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_sent_by_the_word_that_names_it() {
        for reason in Reason::value_variants() {
            assert_eq!(Reason::from_str(reason.as_str(), false), Ok(*reason));
        }
    }
}
