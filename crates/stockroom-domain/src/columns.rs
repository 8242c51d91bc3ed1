//! What the columns of a file mean.
//!
//! Names decide, in English, French and Arabic, whatever their case, accents, spaces and
//! underscores; contents never do. What names cannot tell, the merchant maps by hand.

use std::borrow::Cow;

use crate::code::Code;
use crate::layout::Layout;
use crate::quantity::Mode;

/// What a column can be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Field {
    /// The product's SKU.
    ExternalId,
    /// The variant's label.
    Variant,
    /// Set or adjust, row by row.
    Mode,
    /// A new level.
    Quantity,
    /// A change to the level.
    QuantityDelta,
    /// A number that sets or adjusts, as the row's mode or the file's default says.
    Amount,
    /// The level that the file believes there is.
    Expected,
    /// The product's name, for people.
    Name,
    /// A value of an option: several columns make the label of a variant where the SKU's product
    /// has variants, and mean nothing where it has none.
    Option,
    /// Where the stock lies: one place is chosen, or all are added up.
    Location,
    /// Nothing to us.
    #[default]
    Ignored,
}

/// What each column of a file is, from the first to the last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    fields: Vec<Field>,
    /// How amounts are meant where their row does not say.
    pub default_mode: Option<Mode>,
    /// Which of the file's locations count.
    pub locations: Locations,
}

/// Which locations of a file count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Locations {
    /// Nobody has said so yet: fine where the file has but one.
    #[default]
    Unchosen,
    /// The rows of this one; the others ask for nothing.
    Only(String),
    /// The sum of all: several rows that set one level are added up.
    Sum,
}

/// The names of the one value of a product without variants, in the exports of others.
const NO_OPTION: [&str; 2] = ["Default Title", "Regular"];

/// The names that columns are known by; [`key`] makes them comparable. Within a field the
/// earlier name wins where a file has several.
const NAMES: &[(Field, &[&str])] = &[
    (
        Field::ExternalId,
        &[
            "external id",
            "sku",
            "product sku",
            "item code",
            "code",
            "ref",
            "reference",
            "référence produit",
            "رمز المنتج",
            "الرمز",
        ],
    ),
    (
        Field::Variant,
        &[
            "variant",
            "variant label",
            "option",
            "size",
            "variante",
            "déclinaison",
            "taille",
            "المتغير",
            "الصنف",
        ],
    ),
    (Field::Mode, &["mode", "action", "opération", "الوضع"]),
    (
        Field::Quantity,
        &[
            "quantity",
            "qty",
            "stock",
            "on hand",
            "new quantity",
            "count on hand",
            "quantité",
            "qté",
            "الكمية",
            "المخزون",
        ],
    ),
    (
        Field::QuantityDelta,
        &[
            "quantity delta",
            "delta",
            "adjustment",
            "change",
            "adjust by",
            "ajustement",
            "variation",
            "التغيير",
        ],
    ),
    (Field::Expected, &["expected", "on hand (current)", "current quantity", "stock actuel"]),
    (Field::Name, &["name", "title", "product", "nom", "produit", "الاسم"]),
];

impl Field {
    /// Every field, in the order in which a merchant is offered them.
    pub const ALL: [Self; 11] = [
        Self::ExternalId,
        Self::Variant,
        Self::Mode,
        Self::Quantity,
        Self::QuantityDelta,
        Self::Amount,
        Self::Expected,
        Self::Name,
        Self::Option,
        Self::Location,
        Self::Ignored,
    ];

    /// Returns the field's name in commands and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ExternalId => "externalId",
            Self::Variant => "variant",
            Self::Mode => "mode",
            Self::Quantity => "quantity",
            Self::QuantityDelta => "quantityDelta",
            Self::Amount => "amount",
            Self::Expected => "expected",
            Self::Name => "name",
            Self::Option => "option",
            Self::Location => "location",
            Self::Ignored => "ignored",
        }
    }

    /// Returns the field of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == name)
    }

    /// Tells whether several columns can be this.
    pub fn may_repeat(self) -> bool {
        matches!(self, Self::Option | Self::Ignored)
    }

    /// Tells whether the column holds text that a spreadsheet must not take for a formula.
    pub fn is_text(self) -> bool {
        !self.is_value() && !matches!(self, Self::Expected | Self::Mode)
    }

    /// Tells whether the column holds numbers that ask for something.
    pub fn is_value(self) -> bool {
        matches!(self, Self::Quantity | Self::QuantityDelta | Self::Amount)
    }
}

impl Mapping {
    /// Returns a mapping of the given fields, column by column.
    pub fn new(fields: Vec<Field>, default_mode: Option<Mode>) -> Self {
        Self { fields, default_mode, locations: Locations::Unchosen }
    }

    /// Returns what the names of the columns tell, by the layout they are known as, else one by
    /// one; unknown ones are ignored.
    ///
    /// ```
    /// use stockroom_domain::columns::{Field, Mapping};
    /// let mapping = Mapping::guess(&["Référence", "Désignation", "QTÉ"]);
    /// assert_eq!(mapping.column(Field::ExternalId), Some(0));
    /// assert_eq!(mapping.column(Field::Quantity), Some(2));
    /// ```
    pub fn guess<S: AsRef<str>>(names: &[S]) -> Self {
        let keys: Vec<String> = names.iter().map(|name| key(name.as_ref())).collect();
        let layout = Layout::detect(&keys).map(|(_, fields)| fields);
        let is_known = layout.is_some();
        let mut fields = layout.unwrap_or_else(|| vec![Field::Ignored; names.len()]);
        for (field, known) in NAMES {
            // A layout says what its values are; what else a file has by name still counts.
            let is_said = match field {
                Field::Quantity | Field::QuantityDelta => is_known,
                Field::Variant => fields.contains(&Field::Option),
                _ => false,
            };
            if is_said || fields.contains(field) {
                continue;
            }
            let column = known.iter().find_map(|name| {
                let wanted = key(name);
                let is_free = |at: &usize| fields[*at] == Field::Ignored;
                (0..keys.len()).filter(is_free).find(|at| keys[*at] == wanted)
            });
            if let Some(column) = column {
                fields[column] = *field;
            }
        }
        Self::new(fields, None)
    }

    /// Returns the label that the option cells of a row make, blank where they name no variant.
    pub fn option_label<'a>(&self, cells: impl Iterator<Item = Cow<'a, str>>) -> Cow<'a, str> {
        let mut label = Cow::Borrowed("");
        if !self.fields.contains(&Field::Option) {
            return label;
        }
        let of_options = self.fields.iter().zip(cells).filter(|(f, _)| **f == Field::Option);
        for (_, cell) in of_options {
            if cell.trim().is_empty() || NO_OPTION.contains(&cell.trim()) {
                continue;
            }
            label = if label.is_empty() { cell } else { Cow::Owned(join_label(&label, &cell)) };
        }
        label
    }

    /// Tells whether a variant is named by option values, which count only where the product has
    /// variants.
    pub fn names_variants_by_option(&self) -> bool {
        self.column(Field::Variant).is_none() && self.fields.contains(&Field::Option)
    }

    /// Returns what each column is.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Says what a column is.
    pub fn assign(&mut self, column: usize, field: Field) {
        if column >= self.fields.len() {
            self.fields.resize(column + 1, Field::Ignored);
        }
        self.fields[column] = field;
    }

    /// Returns the column that is a field, if there is one.
    pub fn column(&self, field: Field) -> Option<usize> {
        self.fields.iter().position(|f| *f == field)
    }

    /// Tells whether rows can be read with this mapping.
    ///
    /// # Errors
    /// The code of what is missing, and the column where that is known.
    pub fn check(&self) -> Result<(), (Code, Option<usize>)> {
        for (column, field) in self.fields.iter().enumerate() {
            if !field.may_repeat() && self.column(*field) != Some(column) {
                return Err((Code::FieldTwice, Some(column)));
            }
        }
        if self.column(Field::ExternalId).is_none() {
            return Err((Code::NoSkuColumn, None));
        }
        if !self.fields.iter().any(|field| field.is_value()) {
            return Err((Code::NoValueColumn, None));
        }
        let amount = self.column(Field::Amount);
        if amount.is_some() && self.default_mode.is_none() && self.column(Field::Mode).is_none() {
            return Err((Code::NoDefaultMode, amount));
        }
        Ok(())
    }
}

fn join_label(first: &str, second: &str) -> String {
    [first.trim(), " / ", second.trim()].concat()
}

/// Returns the mode that a word of a mode column names, in any of the three languages.
pub fn mode_word(text: &str) -> Option<Mode> {
    match text.trim() {
        "=" => return Some(Mode::Set),
        "+" | "+/-" => return Some(Mode::Adjust),
        _ => {}
    }
    match key(text).as_str() {
        "set" | "absolute" | "definir" | "fixer" | "تعيين" => Some(Mode::Set),
        "adjust" | "relative" | "ajuster" | "تعديل" => Some(Mode::Adjust),
        _ => None,
    }
}

/// Returns what names have in common when they are the same but for case, accents and spaces.
pub fn key(name: &str) -> String {
    let name = name.trim().trim_matches('"');
    name.chars().filter(|c| !is_filler(*c)).flat_map(char::to_lowercase).filter_map(bare).collect()
}

fn is_filler(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '_' | '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
        || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{61c}')
}

/// Takes the accent off a letter; `None` for an accent that stands alone.
fn bare(c: char) -> Option<char> {
    Some(match c {
        '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{640}' | '\u{670}' => return None,
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        'أ' | 'إ' | 'آ' => 'ا',
        _ => c,
    })
}

#[cfg(test)]
mod tests {
    use super::Field::{Amount, ExternalId, Mode as ModeField, Name, Quantity};
    use super::*;

    #[test]
    fn every_name_of_the_three_languages_is_understood() {
        for (field, names) in NAMES {
            for name in *names {
                for written in
                    [name.to_uppercase(), name.replace(' ', "_"), format!(" {name}\u{a0}")]
                {
                    let mapping = Mapping::guess(&["x", written.as_str()]);
                    assert_eq!(mapping.fields()[1], *field, "{written}");
                }
            }
        }
        let own = Mapping::guess(&crate::own_layout::HEADER);
        assert_eq!(own.fields().iter().filter(|f| **f != Field::Ignored).count(), 7);
    }

    #[test]
    fn the_earlier_name_wins() {
        let mapping = Mapping::guess(&["Ref", "Stock", "SKU", "Quantity"]);
        assert_eq!(mapping.column(Field::ExternalId), Some(2));
        assert_eq!(mapping.column(Field::Quantity), Some(3));
    }

    #[test]
    fn a_mapping_without_key_or_value_is_unusable() {
        let check = |fields: &[Field], mode| Mapping::new(fields.to_vec(), mode).check();
        assert_eq!(check(&[ExternalId, Quantity], None), Ok(()));
        assert_eq!(check(&[Name, Quantity], None), Err((Code::NoSkuColumn, None)));
        assert_eq!(check(&[ExternalId, Name], None), Err((Code::NoValueColumn, None)));
        assert_eq!(check(&[ExternalId, Amount], None), Err((Code::NoDefaultMode, Some(1))));
        assert_eq!(check(&[ExternalId, Amount], Some(Mode::Set)), Ok(()));
        assert_eq!(check(&[ExternalId, Amount, ModeField], None), Ok(()));
        assert_eq!(
            check(&[ExternalId, Quantity, Quantity], None),
            Err((Code::FieldTwice, Some(2)))
        );
    }

    #[test]
    fn mode_words() {
        for word in ["set", " SET ", "=", "Absolute", "Définir", "fixer", "تعيين"] {
            assert_eq!(mode_word(word), Some(Mode::Set), "{word}");
        }
        for word in ["adjust", "+", "+/-", "relative", "AJUSTER", "تعديل"] {
            assert_eq!(mode_word(word), Some(Mode::Adjust), "{word}");
        }
        assert_eq!(mode_word("add"), None);
    }
}
