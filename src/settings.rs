//! What the merchant chose: language, theme, number style. Kept in this browser.

use leptos::prelude::*;
use serde_json::{Value, json};
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
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
        let kept = storage::settings().and_then(|text| serde_json::from_str::<Value>(&text).ok());
        let kept = kept.unwrap_or_default();
        let text = |name: &str| kept.get(name).and_then(Value::as_str);
        let theme = Theme::ALL.into_iter().find(|theme| text("theme") == Some(theme.as_str()));
        let style = text("numberStyle").and_then(Style::from_name);
        let settings = Self {
            theme: RwSignal::new(theme.unwrap_or_default()),
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
        // The boot scripts read `theme` and `language` too.
        let kept = json!({
            "theme": self.theme.get_untracked().as_str(),
            "language": language.code(),
            "numberStyle": style.map(Style::as_str),
        });
        let is_kept = storage::keep_settings(&kept.to_string());
        self.is_kept.set(is_kept);
    }
}

impl Theme {
    /// All themes, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn as_attribute(self) -> Option<&'static str> {
        (self != Self::System).then(|| self.as_str())
    }
}

fn preferred_language() -> Language {
    let codes = page::preferred_languages();
    codes.iter().find_map(|code| Language::from_code(code)).unwrap_or_default()
}
