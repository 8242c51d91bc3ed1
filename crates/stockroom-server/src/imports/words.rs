//! What is the matter with a file of products or one of its rows, in words for integrators.

use stockroom_domain::code::Code;
use stockroom_domain::product_import::{
    ImportCode, ImportColumn, MAX_DESCRIPTION_CHARACTERS, MAX_NAME_CHARACTERS, MAX_ROWS,
    MAX_URL_CHARACTERS, Note,
};

/// Returns what a note says, and what to do.
pub(super) fn message(note: &Note) -> String {
    let text = &note.text;
    match note.code {
        ImportCode::Table(code) => of_table(code, note.column, text),
        ImportCode::NoNameColumn => "No column is called `name`.".to_owned(),
        ImportCode::NoPriceColumn => "No column is called `price`.".to_owned(),
        ImportCode::TooManyRows => {
            format!("The file has {text} rows; at most {MAX_ROWS} go into one import. Split it.")
        }
        ImportCode::NameMissing => "The name is missing.".to_owned(),
        ImportCode::NameTooLong => too_long("name", MAX_NAME_CHARACTERS),
        ImportCode::PriceMissing => {
            "The price is missing: write it in MRU, such as 500.00.".to_owned()
        }
        ImportCode::DescriptionTooLong => too_long("description", MAX_DESCRIPTION_CHARACTERS),
        ImportCode::SkuTooLong => too_long("SKU", stockroom_domain::external_id::MAX_CHARACTERS),
        ImportCode::SkuTwice => {
            format!("Line {text} asks something else of the same SKU. Keep one of them.")
        }
        ImportCode::ImageUrlInvalid => {
            format!("\"{text}\" is no address that begins with http:// or https://.")
        }
        ImportCode::ImageUrlTooLong => too_long("picture's address", MAX_URL_CHARACTERS),
        ImportCode::SkuMissing => {
            "Without a SKU the product is added again each time that the file is imported."
                .to_owned()
        }
        ImportCode::RowRepeated => format!("Line {text} asks the same already."),
    }
}

fn of_table(code: Code, column: Option<ImportColumn>, text: &str) -> String {
    match code {
        Code::EmptyFile => "The file is empty.".to_owned(),
        Code::NoRows => "The file has no rows below the names of its columns.".to_owned(),
        Code::Binary => "The file is no text.".to_owned(),
        Code::Workbook => "The file is a workbook: save it as CSV first.".to_owned(),
        Code::TooLarge => "The file is too large.".to_owned(),
        Code::TooManyColumns => {
            format!("The file has {text} columns, more than a list of products has.")
        }
        Code::FieldTwice => {
            let column = column.map_or("field", ImportColumn::as_str);
            format!("Two columns are `{column}`. Say which is meant.")
        }
        Code::UnclosedQuote => "A quote is opened and not closed where it should be.".to_owned(),
        Code::TooManyFields => "The row has more cells than there are columns.".to_owned(),
        Code::NumberAmbiguous => format!(
            "\"{text}\" can be read in two ways. Say how the file writes numbers with `numberStyle`."
        ),
        Code::NumberFraction if column == Some(ImportColumn::Price) => {
            format!("\"{text}\" has more than two decimals.")
        }
        Code::NumberFraction => format!("\"{text}\" is not a whole number."),
        Code::NumberSigned => format!("\"{text}\" has a sign: it must be a number from 0."),
        Code::NumberTooLarge => format!("\"{text}\" is too large."),
        _ => format!("\"{text}\" is not a number."),
    }
}

fn too_long(what: &str, longest: usize) -> String {
    format!("The {what} is longer than {longest} characters.")
}
