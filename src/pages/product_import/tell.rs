//! Rows, notes and values of an import in the merchant's words.

use serde_json::Value;
use stockroom_api::import::{ImportNote, ImportRemark, ImportTotals};
use stockroom_api::limits::{
    MAX_DESCRIPTION_CHARACTERS, MAX_IMPORT_ROWS, MAX_NAME_CHARACTERS, MAX_URL_CHARACTERS,
};
use stockroom_domain::code::Code;

use crate::pages::update::tell;
use crate::words::{Key, Plural, Words};

/// Returns what a field of a product is called.
pub(super) fn field(words: Words, field: &str) -> Option<&'static str> {
    Some(words.text(match field {
        "name" => Key::UpdateFieldName,
        "price" => Key::ProductsPrice,
        "description" => Key::ProductsDescription,
        "sku" => Key::UpdateFieldExternalId,
        "quantity" => Key::ProductsQuantity,
        "image_url" => Key::ProductsImage,
        _ => return None,
    }))
}

/// Returns a value of a field as it is read; blank where there is none.
pub(super) fn value(words: Words, field: &str, value: &Value) -> String {
    match (value.as_i64(), value.as_str()) {
        (Some(hundredths), _) if field == "price" => words.money(hundredths),
        (Some(units), _) => words.number(units),
        (None, Some(text)) => text.to_owned(),
        (None, None) => String::new(),
    }
}

/// Returns how many rows do what, the parts that there are.
pub(super) fn totals(words: Words, totals: ImportTotals, is_done: bool) -> String {
    let new = if is_done { Plural::ProductsCountAdded } else { Plural::ProductsCountNew };
    let parts = [
        (new, totals.create),
        (Plural::ProductsCountChanged, totals.update),
        (Plural::ProductsCountLeftOut, totals.error),
    ];
    let said = parts
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(plural, count)| words.count(plural, i64::try_from(count).unwrap_or(i64::MAX), &[]));
    said.collect::<Vec<_>>().join(" · ")
}

/// Returns notes as sentences.
pub(super) fn notes(words: Words, notes: &[ImportNote]) -> String {
    notes.iter().map(|one| note(words, one)).collect::<Vec<_>>().join(" ")
}

/// Returns a note as a sentence; one that this version does not know in the server's own words.
pub(super) fn note(words: Words, note: &ImportNote) -> String {
    let is_price = note.field.as_deref() == Some("price");
    let key = match note.code.as_str() {
        "no_name_column" => Key::ProductsNoNameColumn,
        "no_price_column" => Key::ProductsNoPriceColumn,
        "too_many_rows" => {
            let max = number(words, MAX_IMPORT_ROWS);
            return words.fill(Key::ProductsTooManyRows, &[("max", &max)]);
        }
        "name_missing" => Key::ProductsNameMissing,
        "price_missing" => Key::ProductsPriceMissing,
        "name_too_long" => return too_long(words, "name", MAX_NAME_CHARACTERS),
        "description_too_long" => {
            return too_long(words, "description", MAX_DESCRIPTION_CHARACTERS);
        }
        "image_url_too_long" => return too_long(words, "image_url", MAX_URL_CHARACTERS),
        "sku_too_long" => Key::CodeExternalIdTooLong,
        "image_url_invalid" => Key::ProductsNotAnAddress,
        "sku_twice" => Key::ProductsSkuTwice,
        "sku_missing" => Key::ProductsSkuMissing,
        "row_repeated" => Key::ProductsRowRepeated,
        "number_fraction" if is_price => Key::ProductsPriceFraction,
        "number_too_large" if is_price => Key::ProductsPriceLarge,
        "number_signed" | "number_parentheses" => Key::ProductsSigned,
        word => match of_table(word) {
            Some(code) => return tell::remark(words, code, 0, &note.text),
            None => return note.message.clone(),
        },
    };
    words.fill(key, &[("text", &note.text)])
}

/// Returns what was noticed about the file, with its line where it has one.
pub(super) fn remark(words: Words, remark: &ImportRemark) -> Option<String> {
    let said = tell::remark(words, of_table(&remark.code)?, remark.line, &remark.text);
    if remark.line == 0 {
        return Some(said);
    }
    let line = words.number(remark.line.into());
    Some(words.fill(Key::SourceAtLine, &[("line", &line), ("text", &said)]))
}

fn of_table(word: &str) -> Option<Code> {
    Code::ALL.iter().copied().find(|code| code.as_str() == word)
}

fn too_long(words: Words, name: &str, most: usize) -> String {
    let field = field(words, name).unwrap_or_default();
    words.fill(Key::ProductsTooLong, &[("field", field), ("max", &number(words, most))])
}

fn number(words: Words, count: usize) -> String {
    words.number(i64::try_from(count).unwrap_or(i64::MAX))
}
