//! Rows of a file, written back as the file wrote them.
//!
//! The same delimiter, encoding, quoting, columns, order and line ends, and one more column,
//! `error`: a merchant mends the rows and reads the file in again. What the file's encoding cannot
//! write makes it UTF-8 with a mark, which spreadsheets read too.

use std::borrow::Cow;

use crate::columns::Field;
use crate::number::read_entry;
use crate::quantity::Mode;
use crate::sheet::{EditField, Sheet};
use crate::table::{Encoding, Table};

/// The name of the column that says what is wrong with a row.
pub const ERROR_COLUMN: &str = "error";

/// Returns the given rows as a file like the one they came from, each with what is wrong with it.
///
/// Cells stand as they stood, byte for byte, but for those that were typed over; of these, a text
/// that a spreadsheet would calculate gets an apostrophe, which reading takes back. An `error`
/// column that the file already ends with is replaced.
pub fn rows_with_errors(sheet: &Sheet, rows: &[(usize, String)]) -> Vec<u8> {
    let table = sheet.table();
    let names = table.names();
    let had_errors = names.last().is_some_and(|name| name == ERROR_COLUMN);
    let columns = table.columns() - usize::from(had_errors);
    let mut writer = Writer {
        text: String::new(),
        delimiter: char::from(table.delimiter().byte()),
        end: if table.ends_lines_with_crlf() { "\r\n" } else { "\n" },
    };
    if let Some(header) = table.raw_header() {
        let cells = header[..columns].iter().map(|cell| Cow::Borrowed(*cell));
        writer.record(cells.chain([Cow::Borrowed(ERROR_COLUMN)]));
    }
    for (row, error) in rows {
        let own = if sheet.is_added(*row) { 0 } else { table.width(*row) };
        let width = if had_errors { columns } else { columns.max(own) };
        let cells = (0..width).map(|column| cell(sheet, *row, column, writer.delimiter));
        let cells: Vec<_> = cells.chain([text_cell(error, writer.delimiter)]).collect();
        writer.record(cells.into_iter());
    }
    encoded(&writer.text, table)
}

fn encoded(text: &str, table: &Table) -> Vec<u8> {
    let of_source = table.encoding().encode(text).map(|bytes| (bytes, table.encoding()));
    let is_marked = table.has_bom() || of_source.is_none();
    let (bytes, encoding) = of_source.unwrap_or_else(|| (text.as_bytes().to_vec(), Encoding::Utf8));
    if is_marked { [encoding.bom(), &bytes].concat() } else { bytes }
}

struct Writer {
    text: String,
    delimiter: char,
    end: &'static str,
}

impl Writer {
    fn record<'a>(&mut self, cells: impl Iterator<Item = Cow<'a, str>>) {
        for (at, cell) in cells.enumerate() {
            if at > 0 {
                self.text.push(self.delimiter);
            }
            self.text.push_str(&cell);
        }
        self.text.push_str(self.end);
    }
}

/// Returns a cell as the file has it, or as it was typed over.
fn cell(sheet: &Sheet, row: usize, column: usize, delimiter: char) -> Cow<'_, str> {
    let field = sheet.mapping().fields().get(column).copied().unwrap_or_default();
    match field {
        Field::ExternalId if sheet.is_edited(row, EditField::ExternalId) => {
            Cow::Owned(text_cell(&sheet.external_id(row), delimiter).into_owned())
        }
        Field::Variant if sheet.is_edited(row, EditField::Variant) => {
            Cow::Owned(text_cell(&sheet.variant(row), delimiter).into_owned())
        }
        _ if field.is_value() || field == Field::Mode => match sheet.typed_value(row) {
            Some(typed) => {
                Cow::Owned(quoted(&typed_cell(sheet, typed, column, field), delimiter).into_owned())
            }
            None => Cow::Borrowed(closed(sheet, row, column)),
        },
        _ => Cow::Borrowed(closed(sheet, row, column)),
    }
}

/// Returns what a typed value puts into one of the value columns or the mode column.
fn typed_cell(sheet: &Sheet, typed: &str, column: usize, field: Field) -> String {
    let mapping = sheet.mapping();
    let Ok(Some(change)) = read_entry(typed, None) else {
        let first = mapping.fields().iter().position(|field| field.is_value());
        return if first == Some(column) { typed.to_owned() } else { String::new() };
    };
    let home = match change.mode() {
        Mode::Set => Field::Quantity,
        Mode::Adjust => Field::QuantityDelta,
    };
    let home = if mapping.column(home).is_some() { home } else { Field::Amount };
    match field {
        Field::Mode => change.mode().as_str().to_owned(),
        _ if field == home => change.value().to_string(),
        _ if mapping.column(home).is_none() => typed.to_owned(),
        _ => String::new(),
    }
}

/// Returns the cell as it stands; one whose quote never closes is closed at its first line.
fn closed(sheet: &Sheet, row: usize, column: usize) -> &str {
    let table = sheet.table();
    if sheet.is_added(row) {
        return "";
    }
    let raw = table.raw_cell(row, column);
    let last_row = row + 1 == table.rows() && column + 1 == table.width(row);
    if last_row && table.unclosed_quote().is_some() {
        return raw.trim_start_matches('"').lines().next().unwrap_or("");
    }
    raw
}

/// Returns a text that no spreadsheet takes for a formula, quoted where need be.
fn text_cell(text: &str, delimiter: char) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        return Cow::Owned(quoted(&["'", text].concat(), delimiter).into_owned());
    }
    quoted(text, delimiter)
}

/// Puts quotes around a text where the file's format needs them.
fn quoted(text: &str, delimiter: char) -> Cow<'_, str> {
    if text.contains([delimiter, '"', '\n', '\r']) {
        return Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")));
    }
    Cow::Borrowed(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::Mapping;
    use crate::table::ReadOptions;

    fn sheet(text: &str) -> Sheet {
        let table = Table::read(text.as_bytes().to_vec(), ReadOptions::default());
        let mapping = Mapping::guess(&table.names());
        Sheet::new(table, mapping)
    }

    fn check(text: &str, rows: &[usize], expected: &str) {
        let rows: Vec<_> = rows.iter().map(|row| (*row, format!("wrong; at {row}"))).collect();
        let written = String::from_utf8(rows_with_errors(&sheet(text), &rows)).unwrap();
        assert_eq!(written, expected);
    }

    #[test]
    fn rows_stand_as_they_stood() {
        check(
            "\u{feff}\"SKU\";Nom;QTÉ\r\nA;\"Riz; \"\"brisé\"\"\";x\r\nB;y;1\r\n  C ;\"z\";\r\n",
            &[0, 2],
            "\u{feff}\"SKU\";Nom;QTÉ;error\r\nA;\"Riz; \"\"brisé\"\"\";x;\"wrong; at 0\"\r\n  C ;\"z\";;\"wrong; at 2\"\r\n",
        );
        check("sku,qty\nA\nB,1,2\n", &[0, 1], "sku,qty,error\nA,,wrong; at 0\nB,1,2,wrong; at 1\n");
        check("sku,qty\nA,\"1\nB,2\n", &[0], "sku,qty,error\nA,1,wrong; at 0\n");
    }

    #[test]
    fn an_error_column_is_replaced_when_the_file_comes_round_again() {
        check("sku,qty,error\nA,x,old\n", &[0], "sku,qty,error\nA,x,wrong; at 0\n");
    }

    #[test]
    fn the_encoding_is_the_source_s_unless_it_cannot_write_the_reasons() {
        let read = |bytes: &[u8]| {
            let table = Table::read(bytes.to_vec(), ReadOptions::default());
            let mapping = Mapping::guess(&table.names());
            Sheet::new(table, mapping)
        };
        let latin = read(b"sku;nom;qt\xe9\nA;Th\xe9;x\n");
        let written = rows_with_errors(&latin, &[(0, "illisible : é".to_owned())]);
        assert_eq!(written, b"sku;nom;qt\xe9;error\nA;Th\xe9;x;illisible : \xe9\n");
        let written = rows_with_errors(&latin, &[(0, "غير مقروء".to_owned())]);
        assert_eq!(written, "\u{feff}sku;nom;qté;error\nA;Thé;x;غير مقروء\n".as_bytes());
        let wide = read(b"\xff\xfes\0k\0u\0\t\0q\0t\0y\0\n\0A\0\t\0x\0\n\0");
        let written = rows_with_errors(&wide, &[(0, "é".to_owned())]);
        assert_eq!(Table::read(written, ReadOptions::default()).cell(0, 2), "é");
    }

    #[test]
    fn typed_texts_are_no_formulas_and_added_rows_are_written() {
        let mut sheet = sheet("sku,variant,qty\n=A,x,1\n");
        sheet.type_over(0, EditField::Variant, Some("-B".to_owned()));
        sheet.type_over(1, EditField::ExternalId, Some("=C".to_owned()));
        sheet.type_over(1, EditField::Value, Some("-7".to_owned()));
        let rows = [(0, "+e".to_owned()), (1, "f".to_owned())];
        let written = String::from_utf8(rows_with_errors(&sheet, &rows)).unwrap();
        assert_eq!(written, "sku,variant,qty,error\n=A,'-B,1,'+e\n'=C,,-7,f\n");
    }

    #[test]
    fn what_was_typed_is_written() {
        let mut sheet = sheet("sku,mode,quantity,delta\nA,set,x,\nB,,y,\n");
        sheet.type_over(0, EditField::ExternalId, Some("A,1".to_owned()));
        sheet.type_over(0, EditField::Value, Some("+5".to_owned()));
        sheet.type_over(1, EditField::Value, Some("=7".to_owned()));
        let rows = [(0, "e".to_owned()), (1, "e".to_owned())];
        let written = String::from_utf8(rows_with_errors(&sheet, &rows)).unwrap();
        assert_eq!(written, "sku,mode,quantity,delta,error\n\"A,1\",adjust,,5,e\nB,set,7,,e\n");
    }
}
