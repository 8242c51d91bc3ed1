//! Why levels are changed, as our clients say it and the stock's history keeps it; a server takes
//! any text.

use serde::{Deserialize, Serialize};

/// A reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A mistake is put right.
    Correction,
    /// The shelves were counted.
    Count,
    /// Goods came in.
    Received,
    /// A customer brought goods back.
    Return,
    /// Goods are spoilt or broken.
    Damaged,
    /// Goods are gone.
    TheftOrLoss,
    /// Goods were given away.
    Promotion,
}

impl Reason {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 7] = [
        Self::Correction,
        Self::Count,
        Self::Received,
        Self::Return,
        Self::Damaged,
        Self::TheftOrLoss,
        Self::Promotion,
    ];

    /// Returns the word that is sent and kept.
    pub fn as_str(self) -> &'static str {
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

    /// Returns the reason of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_kept_by_the_word_that_names_it() {
        for reason in Reason::ALL {
            assert_eq!(Reason::of(reason.as_str()), Some(reason));
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        }
        assert_eq!(Reason::of("Count"), None);
    }
}
