//! A banner: what happened, what it means, what to do.

use leptos::prelude::*;

use super::icon::{Icon, Sign};

/// What kind of news it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Something failed.
    Error,
    /// Something needs care.
    Warning,
    /// Something to know.
    #[default]
    Info,
    /// Something worked.
    Good,
}

impl Tone {
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Error => "bad",
            Self::Warning => "warn",
            Self::Info => "info",
            Self::Good => "good",
        }
    }

    pub(super) fn sign(self) -> Sign {
        match self {
            Self::Error => Sign::Error,
            Self::Warning => Sign::Warning,
            Self::Info => Sign::Info,
            Self::Good => Sign::Check,
        }
    }
}

/// A banner; errors are read aloud at once.
#[component]
pub fn Notice(
    /// What kind of news it is.
    tone: Tone,
    /// What happened.
    #[prop(into)]
    title: Signal<String>,
    /// What it means.
    #[prop(into, optional)]
    about: Signal<String>,
    /// Buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let role = if tone == Tone::Error { "alert" } else { "status" };
    view! {
        <div class=format!("notice {}", tone.class()) role=role>
            <Icon sign=tone.sign() />
            <div class="notice-text">
                <p class="notice-title">{move || title.get()}</p>
                {move || {
                    let about = about.get();
                    (!about.is_empty()).then(|| view! { <p class="notice-about">{about}</p> })
                }}
            </div>
            {children.map(|children| view! { <div class="notice-actions">{children()}</div> })}
        </div>
    }
}
