//! Why levels are changed, as it is kept in the stock's history.

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
