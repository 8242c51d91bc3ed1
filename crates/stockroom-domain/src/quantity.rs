//! Levels, deltas, and [`apply`], the one function from before to after.
//!
//! It must stay the only place that computes an after: the browser's preview and the server's
//! write both call it.

use std::fmt;

/// The highest level and the largest delta either way: one billion units.
pub const MAX_UNITS: i64 = 1_000_000_000;

/// A stock level in whole units, 0 to [`MAX_UNITS`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Level(u32);

/// A change in whole units, −[`MAX_UNITS`] to +[`MAX_UNITS`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Delta(i32);

/// A number of units outside the bounds of a [`Level`] or [`Delta`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange {
    /// The number that was asked for.
    pub units: i64,
}

/// How a value is meant: as the new level, or as a change to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Mode {
    /// Replaces the level.
    Set,
    /// Adds to the level; the result stops at 0.
    Adjust,
}

/// What is asked of one product or variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Change {
    /// Replace the level; starts tracking where there was none.
    Set(Level),
    /// Add to the level, stopping at 0.
    Adjust(Delta),
}

/// What a [`Change`] does to a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The level before; `None` where stock was not tracked.
    pub before: Option<Level>,
    /// The level after.
    pub after: Level,
    /// The units really added: after minus before, an untracked before counting as 0.
    pub delta: i64,
    /// The units of a negative adjust that were not taken because the level reached 0.
    pub floored: i64,
}

/// Why a [`Change`] cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// An adjust of stock that is not tracked: there is no level to add to.
    Untracked,
    /// An adjust that would lift the level above [`MAX_UNITS`].
    OverTheTop {
        /// The level that it would have reached.
        reached: i64,
    },
}

/// Returns what `change` does to `level`, where `None` is a level that is not tracked.
///
/// # Errors
/// [`Refusal`]: an adjust of an untracked level, or one that ends above [`MAX_UNITS`].
///
/// ```
/// use stockroom_domain::quantity::{Change, Delta, Level, apply};
/// // LAIT-400 has 5 left and 12 are taken: it stops at 0, and 7 are not applied.
/// let applied = apply(Change::Adjust(Delta::new(-12)?), Some(Level::new(5)?)).unwrap();
/// assert_eq!((applied.after.get(), applied.delta, applied.floored), (0, -5, 7));
/// # Ok::<(), stockroom_domain::quantity::OutOfRange>(())
/// ```
pub fn apply(change: Change, level: Option<Level>) -> Result<Applied, Refusal> {
    let start = level.map_or(0, Level::get);
    let (after, floored) = match (change, level) {
        (Change::Set(wanted), _) => (wanted, 0),
        (Change::Adjust(_), None) => return Err(Refusal::Untracked),
        (Change::Adjust(delta), Some(_)) => {
            let reached = start + delta.get();
            match Level::new(reached) {
                Ok(after) => (after, 0),
                Err(_) if reached < 0 => (Level::ZERO, -reached),
                Err(_) => return Err(Refusal::OverTheTop { reached }),
            }
        }
    };
    Ok(Applied { before: level, after, delta: after.get() - start, floored })
}

impl Level {
    /// Nothing left.
    pub const ZERO: Self = Self(0);

    /// Returns the level of so many units.
    ///
    /// # Errors
    /// [`OutOfRange`] below 0 or above [`MAX_UNITS`].
    pub fn new(units: i64) -> Result<Self, OutOfRange> {
        match u32::try_from(units) {
            Ok(level) if units <= MAX_UNITS => Ok(Self(level)),
            _ => Err(OutOfRange { units }),
        }
    }

    /// Returns the units.
    pub fn get(self) -> i64 {
        i64::from(self.0)
    }

    /// Tells whether this level is strictly below `threshold`; without a threshold nothing is low.
    pub fn is_low(self, threshold: Option<i64>) -> bool {
        threshold.is_some_and(|threshold| self.get() < threshold)
    }
}

impl Delta {
    /// Returns the delta of so many units.
    ///
    /// # Errors
    /// [`OutOfRange`] beyond ±[`MAX_UNITS`].
    pub fn new(units: i64) -> Result<Self, OutOfRange> {
        match i32::try_from(units) {
            Ok(delta) if (-MAX_UNITS..=MAX_UNITS).contains(&units) => Ok(Self(delta)),
            _ => Err(OutOfRange { units }),
        }
    }

    /// Returns the units.
    pub fn get(self) -> i64 {
        i64::from(self.0)
    }
}

impl Change {
    /// Returns how the value is meant.
    pub fn mode(self) -> Mode {
        match self {
            Self::Set(_) => Mode::Set,
            Self::Adjust(_) => Mode::Adjust,
        }
    }

    /// Returns the number that was asked: the new level, or the delta.
    pub fn value(self) -> i64 {
        match self {
            Self::Set(level) => level.get(),
            Self::Adjust(delta) => delta.get(),
        }
    }
}

impl Mode {
    /// Returns the API's word for this mode.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Adjust => "adjust",
        }
    }

    /// Returns the mode that the API's word names, exactly as written.
    pub fn from_api(word: &str) -> Option<Self> {
        match word {
            "set" => Some(Self::Set),
            "adjust" => Some(Self::Adjust),
            _ => None,
        }
    }

    /// Returns the change that `units` ask for in this mode.
    ///
    /// # Errors
    /// [`OutOfRange`] where a level or delta cannot be that.
    pub fn change(self, units: i64) -> Result<Change, OutOfRange> {
        match self {
            Self::Set => Level::new(units).map(Change::Set),
            Self::Adjust => Delta::new(units).map(Change::Adjust),
        }
    }
}

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is out of range", self.units)
    }
}

impl std::error::Error for OutOfRange {}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        mode: Mode,
        units: i64,
        level: Option<i64>,
        expected: Result<(i64, i64, i64), Refusal>,
    ) {
        let level = level.map(|l| Level::new(l).unwrap());
        let got =
            apply(mode.change(units).unwrap(), level).map(|a| (a.after.get(), a.delta, a.floored));
        assert_eq!(got, expected);
    }

    #[test]
    fn set_replaces() {
        check(Mode::Set, 50, Some(3), Ok((50, 47, 0)));
        check(Mode::Set, 0, Some(3), Ok((0, -3, 0)));
        check(Mode::Set, 50, None, Ok((50, 50, 0)));
        check(Mode::Set, MAX_UNITS, Some(0), Ok((MAX_UNITS, MAX_UNITS, 0)));
    }

    #[test]
    fn adjust_adds_and_stops_at_zero() {
        check(Mode::Adjust, 5, Some(3), Ok((8, 5, 0)));
        check(Mode::Adjust, -3, Some(3), Ok((0, -3, 0)));
        check(Mode::Adjust, -12, Some(5), Ok((0, -5, 7)));
        check(Mode::Adjust, -MAX_UNITS, Some(0), Ok((0, 0, MAX_UNITS)));
    }

    #[test]
    fn adjust_is_refused_without_a_level_and_above_the_top() {
        check(Mode::Adjust, 5, None, Err(Refusal::Untracked));
        check(Mode::Adjust, 0, None, Err(Refusal::Untracked));
        let reached = MAX_UNITS + 1;
        check(Mode::Adjust, 1, Some(MAX_UNITS), Err(Refusal::OverTheTop { reached }));
    }

    #[test]
    fn bounds_hold() {
        assert!(Level::new(-1).is_err() && Level::new(MAX_UNITS + 1).is_err());
        assert!(Delta::new(-MAX_UNITS - 1).is_err() && Delta::new(MAX_UNITS + 1).is_err());
        assert!(Level::new(i64::MAX).is_err() && Delta::new(i64::MIN).is_err());
    }

    #[test]
    fn low_is_strictly_below() {
        let five = Level::new(5).unwrap();
        assert!(five.is_low(Some(6)) && !five.is_low(Some(5)) && !five.is_low(None));
    }
}
