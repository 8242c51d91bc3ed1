//! A level against its threshold, as a bar with a mark.

use leptos::prelude::*;

/// How a level stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Health {
    /// At 0.
    Out,
    /// Below the threshold.
    Low,
    /// At the threshold or above.
    Fine,
    /// Four times the threshold or more.
    Plenty,
    /// Without a threshold.
    Unset,
}

impl Health {
    /// Returns how `level` stands against `threshold`.
    pub fn of(level: i64, threshold: Option<i64>) -> Self {
        match threshold.filter(|threshold| *threshold > 0) {
            _ if level == 0 => Self::Out,
            None => Self::Unset,
            Some(threshold) if level < threshold => Self::Low,
            Some(threshold) if level >= threshold.saturating_mul(4) => Self::Plenty,
            Some(_) => Self::Fine,
        }
    }

    /// Returns the class of its colour.
    pub fn class(self) -> &'static str {
        match self {
            Self::Out => "out",
            Self::Low => "low",
            Self::Fine => "fine",
            Self::Plenty => "plenty",
            Self::Unset => "unset",
        }
    }
}

/// The bar; figures stand beside it, so it says nothing aloud.
#[component]
pub fn Meter(
    /// The level.
    level: i64,
    /// The threshold, where there is one.
    threshold: Option<i64>,
) -> impl IntoView {
    let threshold = threshold.filter(|threshold| *threshold > 0);
    let health = Health::of(level, threshold);
    threshold.map(|threshold| {
        // The mark stands at a quarter: what fills the bar is plenty.
        #[expect(clippy::cast_precision_loss, reason = "a width needs no more than three digits")]
        let share = (level as f64 / (threshold as f64 * 4.0)).min(1.0) * 100.0;
        view! {
            <span class="meter" aria-hidden="true">
                <span class=format!("meter-fill {}", health.class()) style:width=format!("{share:.1}%")></span>
                <span class="meter-mark"></span>
            </span>
        }
    })
}
