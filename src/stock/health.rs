//! How a level stands against its threshold.

/// How a level stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Health {
    /// At 0.
    Out,
    /// Below the threshold.
    Low,
    /// At the threshold or above.
    Fine,
    /// [`PLENTY`] times the threshold or more.
    Plenty,
    /// Without a threshold.
    Unset,
}

/// How many times the threshold is plenty.
pub const PLENTY: i64 = 4;

impl Health {
    /// Returns how `level` stands against `threshold`.
    pub fn of(level: i64, threshold: Option<i64>) -> Self {
        match threshold.filter(|threshold| *threshold > 0) {
            _ if level == 0 => Self::Out,
            None => Self::Unset,
            Some(threshold) if level < threshold => Self::Low,
            Some(threshold) if level >= threshold.saturating_mul(PLENTY) => Self::Plenty,
            Some(_) => Self::Fine,
        }
    }

    /// Returns the name of its colour in the style sheets.
    pub fn tone(self) -> &'static str {
        match self {
            Self::Out => "out",
            Self::Low => "low",
            Self::Fine => "fine",
            Self::Plenty => "plenty",
            Self::Unset => "unset",
        }
    }

    /// Returns how much of a bar is full whose end means [`Health::Plenty`], in whole per cent.
    pub fn share(level: i64, threshold: i64) -> u32 {
        let end = threshold.saturating_mul(PLENTY).max(1);
        u32::try_from(level.saturating_mul(100) / end).unwrap_or(0).min(100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stands_against_the_threshold() {
        assert_eq!(Health::of(0, None), Health::Out);
        assert_eq!(Health::of(4, Some(5)), Health::Low);
        assert_eq!(Health::of(5, Some(5)), Health::Fine);
        assert_eq!(Health::of(20, Some(5)), Health::Plenty);
        assert_eq!(Health::of(3, Some(0)), Health::Unset);
        assert_eq!((Health::share(5, 5), Health::share(99, 5), Health::share(-1, 5)), (25, 100, 0));
    }
}
