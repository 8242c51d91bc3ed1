//! What the merchant chose: language, theme, number style. Kept in this browser.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use stockroom_domain::number::Style;

use crate::browser::{page, storage};
use crate::words::{Language, Words};

/// The settings as signals; copy it into closures.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Light, dark, or as the system.
    pub theme: RwSignal<Theme>,
    /// How numbers are read; `None` asks where one can be read in two ways.
    pub number_style: RwSignal<Option<Style>>,
    /// Whether the browser keeps the settings.
    pub is_kept: RwSignal<bool>,
    language: RwSignal<Language>,
}

/// Light, dark, or as the system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// The settings as they are kept; the boot script reads `theme` and `language` too.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Kept {
    theme: Theme,
    language: Option<String>,
    number_style: Option<String>,
}

/// Returns the settings that the app provides.
pub fn use_settings() -> Settings {
    expect_context::<Settings>()
}

impl Settings {
    /// Reads the settings and keeps page and storage in step with them.
    ///
    /// Call it once, at the app's root.
    pub fn start(language: Language) -> Self {
        let kept = storage::settings().and_then(|text| serde_json::from_str::<Kept>(&text).ok());
        let kept = kept.unwrap_or_default();
        let style = kept.number_style.as_deref().and_then(Style::from_name);
        let settings = Self {
            theme: RwSignal::new(kept.theme),
            number_style: RwSignal::new(style),
            is_kept: RwSignal::new(true),
            language: RwSignal::new(language),
        };
        settings.follow();
        settings
    }

    /// Returns the words in the chosen language.
    pub fn words(self) -> Words {
        Words::new(self.language)
    }

    /// Goes back to what it is without any choice, and removes what was kept.
    pub async fn clear(self) {
        self.theme.try_set(Theme::System);
        self.number_style.try_set(None);
        // Where its words cannot be fetched, the language stays until the page is loaded again.
        let _ = self.words().choose(preferred_language()).await;
        storage::clear();
    }

    fn follow(self) {
        Effect::new(move |before: Option<()>| {
            let language = self.language.get();
            page::set_language(language.code(), language.direction());
            page::set_theme(self.theme.get().as_attribute());
            let style = self.number_style.get();
            if before.is_some() {
                self.keep(language, style);
            }
        });
    }

    fn keep(self, language: Language, style: Option<Style>) {
        let kept = Kept {
            theme: self.theme.get_untracked(),
            language: Some(language.code().to_owned()),
            number_style: style.map(|style| style.as_str().to_owned()),
        };
        let is_kept = serde_json::to_string(&kept).is_ok_and(|text| storage::keep_settings(&text));
        self.is_kept.set(is_kept);
    }
}

impl Theme {
    /// All themes, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    fn as_attribute(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }
}

fn preferred_language() -> Language {
    let codes = page::preferred_languages();
    codes.iter().find_map(|code| Language::from_code(code)).unwrap_or_default()
}
