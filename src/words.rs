//! The words for people, in the language that they chose.
//!
//! `locales/{en,fr,ar}.json` are the only place with words; `build.rs` turns them into [`Key`] and
//! [`Plural`] and fails where a language lacks one. `"inventory": {"title": …}` is
//! `Key::InventoryTitle`; an object with plural forms (`one`, `other`, …) is a [`Plural`]. The texts
//! of a language are fetched before the app shows ([`Language::fetch`]), another's when it is chosen.
//!
//! ```text
//! let words = use_words();
//! view! { <h1>{words.t(Key::InventoryTitle)}</h1> }           // follows the language
//! view! { <Notice title=words.label(Key::FailureBroken) /> }  // as a Signal<String>
//! words.text(Key::InventoryTitle)                             // inside a closure or memo
//! words.fill(Key::ProductStockOf, &[("variant", &label)])     // {variant}
//! words.count(Plural::InventoryVariants, 3, &[])              // {count} is filled in, formatted
//! words.number(4318) · words.signed(-3) · words.ago(since) · words.list(&["a", "b"])
//! ```
//!
//! Every method reads the language signal: called inside a closure of a view or in a memo, the
//! text follows the language. Values filled into a right-to-left text are isolated, so that an SKU
//! or a figure keeps its order. Numbers, plurals, dates and lists are the browser's `Intl`.

use leptos::prelude::*;

use crate::browser::clock;

mod intl;
mod table;

pub use table::NoWords;

include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// A language of the app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
    /// Arabic, right to left.
    Ar,
}

impl Language {
    /// All languages, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::En, Self::Fr, Self::Ar];

    /// Returns the BCP 47 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
            Self::Ar => "ar",
        }
    }

    /// Returns the language's name in itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Fr => "Français",
            Self::Ar => "العربية",
        }
    }

    /// Returns the language of a BCP 47 code such as `fr-SN`.
    pub fn from_code(code: &str) -> Option<Self> {
        let primary = code.split(['-', '_']).next()?.to_ascii_lowercase();
        Self::ALL.into_iter().find(|language| language.code() == primary)
    }

    /// Returns the value of the `dir` attribute.
    pub fn direction(self) -> &'static str {
        if self == Self::Ar { "rtl" } else { "ltr" }
    }

    /// Returns the locale for `Intl`: Latin digits in every language, as on the shop's labels.
    fn locale(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
            Self::Ar => "ar-u-nu-latn",
        }
    }
}

/// The words in the current language; copy it into closures.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    language: RwSignal<Language>,
}

/// Returns the words that the app provides.
pub fn use_words() -> Words {
    expect_context::<Words>()
}

impl Words {
    /// Returns the words for a language signal.
    pub fn new(language: RwSignal<Language>) -> Self {
        Self { language }
    }

    /// Returns the current language and follows it.
    pub fn language(self) -> Language {
        self.language.get()
    }

    /// Tells whether the current language is written from right to left, without following it.
    pub fn is_rtl(self) -> bool {
        self.language.get_untracked() == Language::Ar
    }

    /// Changes the language once its words are here.
    ///
    /// # Errors
    /// [`NoWords`] where they cannot be fetched; the language stays.
    pub async fn choose(self, language: Language) -> Result<(), NoWords> {
        let fetched = language.fetch().await;
        // What shows the choice is told in both cases: it may have run ahead.
        let chosen = fetched.map(|()| language);
        let now = self.language.try_get_untracked().unwrap_or_default();
        self.language.try_set(chosen.unwrap_or(now));
        chosen.map(drop)
    }

    /// Returns a text without placeholders.
    pub fn text(self, key: Key) -> &'static str {
        self.language.get().text(key)
    }

    /// Returns a text for a place in a view or an attribute, which follows the language.
    ///
    /// One type for all texts: a closure of its own for each would cost a kilobyte each.
    pub fn t(self, key: Key) -> impl Fn() -> &'static str + Copy + Send + Sync + 'static {
        move || self.text(key)
    }

    /// Returns a text for a component's property, which follows the language.
    pub fn label(self, key: Key) -> Signal<String> {
        Signal::derive(move || self.text(key).to_owned())
    }

    /// Returns a text with its `{placeholders}` filled in.
    pub fn fill(self, key: Key, values: &[(&str, &str)]) -> String {
        let language = self.language.get();
        fill(language.text(key), language, values)
    }

    /// Returns the text for `n` things; `{count}` is `n` in the language's figures.
    pub fn count(self, plural: Plural, n: i64, values: &[(&str, &str)]) -> String {
        let language = self.language.get();
        let form = intl::plural_form(language, n);
        let number = intl::number(language, n);
        let mut all = vec![("count", number.as_str())];
        all.extend_from_slice(values);
        fill(language.plural(plural, form), language, &all)
    }

    /// Returns a whole number, grouped: `4,318`.
    pub fn number(self, n: i64) -> String {
        intl::number(self.language.get(), n)
    }

    /// Returns a change with its sign, minus as `−`: `+5`, `−3`, `0`.
    pub fn signed(self, n: i64) -> String {
        let digits = intl::number(self.language.get(), n.abs());
        match n {
            0 => digits,
            1.. => format!("+{digits}"),
            _ => format!("−{digits}"),
        }
    }

    /// Returns a share as whole per cent: `0.38` → `38%`.
    pub fn percent(self, share: f64) -> String {
        intl::percent(self.language.get(), share)
    }

    /// Returns how long ago something was: `20 seconds ago`.
    pub fn ago(self, seconds: f64) -> String {
        intl::ago(self.language.get(), seconds)
    }

    /// Returns a length of time in its two largest units: `2 min 4 sec`.
    pub fn duration(self, seconds: f64) -> String {
        intl::duration(self.language.get(), seconds)
    }

    /// Returns a moment, given in milliseconds since 1970, as date and time.
    pub fn date_time(self, milliseconds: f64) -> String {
        intl::date_time(self.language.get(), milliseconds)
    }

    /// Returns a moment, given in ISO 8601, as date and time; what is none as it stands.
    pub fn moment(self, at: &str) -> String {
        #[expect(clippy::cast_precision_loss, reason = "a time")]
        let milliseconds = clock::time_of(at).map(|at| at as f64);
        milliseconds.map_or_else(|| at.to_owned(), |at| self.date_time(at))
    }

    /// Returns hundredths of MRU with two decimals: `1,250.50`.
    pub fn money(self, hundredths: i64) -> String {
        let mark = if self.language() == Language::Fr { ',' } else { '.' };
        let minus = if hundredths < 0 { "−" } else { "" };
        let (whole, rest) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
        let whole = self.number(i64::try_from(whole).unwrap_or(i64::MAX));
        format!("{minus}{whole}{mark}{rest:02}")
    }

    /// Returns a list as a phrase: `a, b and c`.
    pub fn list(self, items: &[&str]) -> String {
        intl::list(self.language.get(), items)
    }
}

fn fill(template: &str, language: Language, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        if let Some((_, value)) = values.iter().find(|(key, _)| *key == name) {
            if language == Language::Ar {
                out.push('\u{2068}');
                out.push_str(value);
                out.push('\u{2069}');
            } else {
                out.push_str(value);
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_named_places_and_isolates_them_in_arabic() {
        let values = [("sku", "THIEB-001"), ("name", "Yassa")];
        assert_eq!(fill("{name} ({sku})", Language::En, &values), "Yassa (THIEB-001)");
        assert_eq!(fill("رمز {sku}", Language::Ar, &values), "رمز \u{2068}THIEB-001\u{2069}");
    }

    #[test]
    fn reads_a_language_from_what_browsers_send() {
        assert_eq!(Language::from_code("fr-SN"), Some(Language::Fr));
        assert_eq!(Language::from_code("AR_MR"), Some(Language::Ar));
        assert_eq!(Language::from_code("de"), None);
    }
}
