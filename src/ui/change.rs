//! Before → after at a glance: the old figure, an arrow, the new one, the change in a pill.

use leptos::prelude::*;

/// What a pill says about a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delta {
    /// More than before.
    Up,
    /// Less than before.
    Down,
    /// The same as before.
    Same,
    /// Less than was asked: stopped at 0.
    Floored,
}

impl Delta {
    /// Returns how a change of so many units reads, where `floored` units were not applied.
    pub fn of(delta: i64, floored: i64) -> Self {
        match delta {
            _ if floored > 0 => Self::Floored,
            0 => Self::Same,
            1.. => Self::Up,
            _ => Self::Down,
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Up => "pill up",
            Self::Down => "pill down",
            Self::Same => "pill same",
            Self::Floored => "pill floored",
        }
    }
}

/// A change from one level to another; all figures come formatted.
#[component]
pub fn ChangeView(
    /// The figure before; empty where there was none.
    #[prop(into)]
    before: String,
    /// The figure after.
    #[prop(into)]
    after: String,
    /// The change, with its sign.
    #[prop(into)]
    pill: String,
    /// How it reads.
    delta: Delta,
    /// What is said aloud instead of figures and arrow, such as "3 becomes 8".
    #[prop(into)]
    spoken: String,
    /// A word after it, such as "7 not applied".
    #[prop(into, default = String::new())]
    note: String,
) -> impl IntoView {
    view! {
        <span class="change">
            <span class="visually-hidden">{spoken}</span>
            <span class="change-figures" aria-hidden="true">
                <span class="old">{if before.is_empty() { "–".to_owned() } else { before }}</span>
                <span class="arrow"></span>
                <span class="new">{after}</span>
            </span>
            <span class=delta.class() dir="ltr" aria-hidden="true">{pill}</span>
            {(!note.is_empty()).then(|| view! { <span class="change-note">{note}</span> })}
        </span>
    }
}
