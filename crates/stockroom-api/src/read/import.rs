//! Reading an import of products.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use stockroom_domain::number::Style;
use stockroom_domain::product_import::{ImportColumn, ImportOptions};
use stockroom_domain::table::{Delimiter, Encoding, ReadOptions};

use super::{Refusal, read_json};
use crate::import::{IfErrors, ImportMode};

/// What is asked of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportAsk {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// How the file is read as a table.
    pub table: ReadOptions,
    /// What its columns and numbers are.
    pub options: ImportOptions,
    /// What the preview said, where it is confirmed; `None` for a preview.
    pub confirmed: Option<String>,
    /// What becomes of the good rows where others have errors.
    pub if_errors: IfErrors,
}

/// Reads the body of an import; what is wrong inside of its file is not looked at.
///
/// # Errors
/// [`Refusal`] that names the field.
pub fn read_import(body: &[u8]) -> Result<ImportAsk, Refusal> {
    let sent: Request = read_json(body)?;
    let is_text = sent.csv.is_some();
    let encoding = sent.encoding.as_deref().map(read_encoding).transpose()?;
    let mode = sent.mode.as_deref().map_or(Ok(ImportMode::Preview), read_mode)?;
    Ok(ImportAsk {
        confirmed: match (mode, sent.token) {
            (ImportMode::Preview, _) => None,
            (ImportMode::Confirm, Some(token)) => Some(token),
            (ImportMode::Confirm, None) => {
                let message = "`token` is missing: ask for a preview first, and confirm that.";
                return Err(Refusal::at("token", message));
            }
        },
        bytes: read_bytes(sent.csv, sent.csv_base64)?,
        table: ReadOptions {
            delimiter: sent.delimiter.as_deref().map(read_delimiter).transpose()?,
            // What comes as text was decoded by whoever sent it.
            encoding: if is_text { Some(Encoding::Utf8) } else { encoding },
            ..ReadOptions::default()
        },
        options: ImportOptions {
            style: sent.number_style.as_deref().map(read_style).transpose()?,
            columns: sent.columns.map(read_columns).transpose()?,
        },
        if_errors: sent.if_errors.as_deref().map_or(Ok(IfErrors::Skip), read_if_errors)?,
    })
}

/// Tells whether a body confirms a preview; one that cannot be read does not.
pub fn is_confirm(body: &[u8]) -> bool {
    serde_json::from_slice::<Mode>(body).is_ok_and(|sent| sent.mode == Some(ImportMode::Confirm))
}

/// Of a body only what it is for: the file in it is passed over.
#[derive(Deserialize)]
struct Mode {
    mode: Option<ImportMode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    csv: Option<String>,
    csv_base64: Option<String>,
    mode: Option<String>,
    token: Option<String>,
    if_errors: Option<String>,
    number_style: Option<String>,
    encoding: Option<String>,
    delimiter: Option<String>,
    columns: Option<Vec<Option<String>>>,
}

fn read_bytes(text: Option<String>, base64: Option<String>) -> Result<Vec<u8>, Refusal> {
    match (text, base64) {
        (Some(text), None) => Ok(text.into_bytes()),
        (None, Some(encoded)) => STANDARD
            .decode(encoded)
            .map_err(|_| Refusal::at("csvBase64", "`csvBase64` is no Base64 with its padding.")),
        (None, None) => {
            let message = "`csv` is missing: send the file's text, or its bytes as `csvBase64`.";
            Err(Refusal::at("csv", message))
        }
        (Some(_), Some(_)) => {
            let message = "Both `csv` and `csvBase64` were sent. Send the file once.";
            Err(Refusal::at("csvBase64", message))
        }
    }
}

fn read_mode(word: &str) -> Result<ImportMode, Refusal> {
    match word {
        "preview" => Ok(ImportMode::Preview),
        "confirm" => Ok(ImportMode::Confirm),
        _ => Err(unknown("mode", word, "preview or confirm")),
    }
}

fn read_if_errors(word: &str) -> Result<IfErrors, Refusal> {
    match word {
        "skip" => Ok(IfErrors::Skip),
        "stop" => Ok(IfErrors::Stop),
        _ => Err(unknown("ifErrors", word, "skip or stop")),
    }
}

fn read_style(word: &str) -> Result<Style, Refusal> {
    Style::from_name(word).ok_or_else(|| unknown("numberStyle", word, "plain, comma, dot or space"))
}

fn read_encoding(word: &str) -> Result<Encoding, Refusal> {
    Encoding::from_name(word).ok_or_else(|| {
        let known: Vec<&str> = Encoding::ALL.into_iter().map(Encoding::as_str).collect();
        unknown("encoding", word, &known.join(", "))
    })
}

fn read_delimiter(word: &str) -> Result<Delimiter, Refusal> {
    Delimiter::from_name(word)
        .ok_or_else(|| unknown("delimiter", word, "a comma, a semicolon, a | or tab"))
}

fn read_columns(sent: Vec<Option<String>>) -> Result<Vec<Option<ImportColumn>>, Refusal> {
    let read = |(index, word): (usize, Option<String>)| {
        let Some(word) = word else { return Ok(None) };
        let column = ImportColumn::from_name(&word).ok_or_else(|| {
            let known: Vec<&str> =
                ImportColumn::ALL.into_iter().map(ImportColumn::as_str).collect();
            unknown(&format!("columns[{index}]"), &word, &format!("{} or null", known.join(", ")))
        });
        column.map(Some)
    };
    sent.into_iter().enumerate().map(read).collect()
}

fn unknown(path: &str, word: &str, known: &str) -> Refusal {
    Refusal::at(path, format!("`{path}` is \"{word}\": it must be {known}."))
}
