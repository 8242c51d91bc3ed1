//! Rows of a file, written back as the file wrote them.
//!
//! The same delimiter, encoding, quoting, columns, order and line ends, and one more column,
//! `error`: a merchant mends the rows and reads the file in again. What the file's encoding cannot
//! write makes it UTF-8 with a mark, which spreadsheets read too.

use std::borrow::Cow;

use crate::columns::{Field, mode_word};
use crate::formula::{escape, is_formula};
use crate::number::{read, read_entry};
use crate::quantity::Mode;
use crate::sheet::{EditField, Sheet};
use crate::table::{Encoding, Table, unquote};

/// The name of the column that says what is wrong with a row.
pub const ERROR_COLUMN: &str = "error";

/// What marks a text as UTF-8 or UTF-16 where it begins.
const MARK: char = '\u{feff}';

/// Returns the given rows as a file like the one they came from, each with what is wrong with it.
///
/// Cells stand as they stood, byte for byte, but for those that were typed over, and for texts that
/// a spreadsheet would calculate: these get an apostrophe, which reading takes back. An `error`
/// column that the file already ends with is replaced. Lines that a quote swallowed because it
/// never closes follow as the rows that they are.
pub fn rows_with_errors(sheet: &Sheet, rows: &[(usize, String)]) -> Vec<u8> {
    let table = sheet.table();
    let names = table.names();
    let had_errors = names.last().is_some_and(|name| name == ERROR_COLUMN);
    let columns = table.columns() - usize::from(had_errors);
    let delimiter = char::from(table.delimiter().byte());
    let end = if table.ends_lines_with_crlf() { "\r\n" } else { "\n" };
    let mut writer = Writer { text: String::new(), delimiter, end };
    if let Some(header) = table.raw_header() {
        let cells = header[..columns].iter().map(|cell| {
            // A quote that opens in the header and never closes leaves no row behind it.
            let is_open = table.unclosed_quote().is_some() && table.rows() == 0;
            if is_open { first_line(cell, delimiter) } else { harmless(cell, delimiter) }
        });
        writer.record(cells, ERROR_COLUMN);
    }
    for (row, error) in rows {
        let error = text_cell(error, delimiter);
        let own = if sheet.is_added(*row) { 0 } else { table.width(*row) };
        let width = if had_errors { columns } else { columns.max(own) };
        let cells = (0..width).map(|column| cell(sheet, *row, column, delimiter));
        writer.record(cells, &error);
        let Some(lost) = swallowed(sheet, *row) else { continue };
        for row in 0..lost.rows() {
            let width = if had_errors { columns } else { columns.max(lost.width(row)) };
            let cells =
                (0..width).map(|column| kept(sheet, column, lost.raw_cell(row, column), delimiter));
            writer.record(cells, &error);
        }
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
    fn record<'a>(&mut self, cells: impl Iterator<Item = Cow<'a, str>>, error: &str) {
        for cell in cells {
            if self.text.is_empty() && cell.starts_with(MARK) {
                // At the file's beginning it would be taken for a mark, and what follows for a cell.
                self.text.push_str(&text_cell(cell.trim_start_matches(MARK), self.delimiter));
            } else {
                self.text.push_str(&cell);
            }
            self.text.push(self.delimiter);
        }
        self.text.push_str(error);
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
            Some(typed) => Cow::Owned(
                text_cell(&typed_cell(sheet, typed, column, field), delimiter).into_owned(),
            ),
            None => own_cell(sheet, row, column, delimiter),
        },
        _ => own_cell(sheet, row, column, delimiter),
    }
}

/// Returns a cell as the file has it.
fn own_cell(sheet: &Sheet, row: usize, column: usize, delimiter: char) -> Cow<'_, str> {
    if sheet.is_added(row) {
        return Cow::Borrowed("");
    }
    let raw = sheet.table().raw_cell(row, column);
    if is_open(sheet, row, column) {
        return first_line(raw, delimiter);
    }
    kept(sheet, column, raw, delimiter)
}

/// Returns a cell of a column as it stands, or with an apostrophe where it would be calculated and
/// is nothing that the column is read for.
fn kept<'a>(sheet: &Sheet, column: usize, raw: &'a str, delimiter: char) -> Cow<'a, str> {
    let field = sheet.mapping().fields().get(column).copied().unwrap_or_default();
    let means_something = match field {
        Field::Mode => mode_word(&unquote(raw)).is_some(),
        _ if field.is_text() => false,
        _ => read(&unquote(raw), None).is_ok(),
    };
    if means_something { Cow::Borrowed(raw) } else { harmless(raw, delimiter) }
}

/// Returns a cell of the file as it stands, or with an apostrophe where it would be calculated.
fn harmless(raw: &str, delimiter: char) -> Cow<'_, str> {
    let text = unquote(raw);
    if is_formula(&text) {
        Cow::Owned(text_cell(&text, delimiter).into_owned())
    } else {
        Cow::Borrowed(raw)
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

/// Returns the first line of a cell whose quote never closes.
fn first_line(raw: &str, delimiter: char) -> Cow<'_, str> {
    let text = unquote(raw);
    Cow::Owned(text_cell(text.split(['\n', '\r']).next().unwrap_or(""), delimiter).into_owned())
}

/// Tells whether a cell's quote never closes.
fn is_open(sheet: &Sheet, row: usize, column: usize) -> bool {
    let table = sheet.table();
    table.unclosed_quote().is_some() && row + 1 == table.rows() && column + 1 == table.width(row)
}

/// Returns the lines behind the first of a quote that never closes, as the rows that they are.
fn swallowed(sheet: &Sheet, row: usize) -> Option<Table> {
    let table = sheet.table();
    let column = if sheet.is_added(row) { None } else { table.width(row).checked_sub(1) }?;
    if !is_open(sheet, row, column) {
        return None;
    }
    let (_, tail) = table.raw_cell(row, column).split_once(['\n', '\r'])?;
    Some(Table::of_rows(tail.as_bytes().to_vec(), table.delimiter()))
}

/// Returns a text that no spreadsheet takes for a formula, quoted where need be.
pub(crate) fn text_cell(text: &str, delimiter: char) -> Cow<'_, str> {
    match escape(text) {
        Cow::Borrowed(text) => quoted(text, delimiter),
        Cow::Owned(text) => Cow::Owned(quoted(&text, delimiter).into_owned()),
    }
}

/// Puts quotes around a text where the file's format needs them.
fn quoted(text: &str, delimiter: char) -> Cow<'_, str> {
    if text.contains([delimiter, '"', '\n', '\r', '\t']) || text.trim() != text {
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
        check("sku,qty\nA,\"1\n", &[0], "sku,qty,error\nA,1,wrong; at 0\n");
    }

    #[test]
    fn lines_that_a_quote_swallowed_come_back_as_rows() {
        check(
            "sku;qty\nA;\"1;x\nB;2\n\nC;\"\"\n\"\"D;3\n",
            &[0],
            "sku;qty;error\nA;\"1;x\";\"wrong; at 0\"\nB;2;\"wrong; at 0\"\nC;\"\";\"wrong; at 0\"\n\"\"D;3;\"wrong; at 0\"\n",
        );
    }

    #[test]
    fn swallowed_lines_are_rows_whatever_they_look_like() {
        check("sku,qty\rA,\"1\rB,2\r", &[0], "sku,qty,error\nA,1,wrong; at 0\nB,2,wrong; at 0\n");
        check(
            "sku,qty,error\nA,\"1,old\nGIF89,2,old\n",
            &[0],
            "sku,qty,error\nA,\"1,old\",wrong; at 0\nGIF89,2,wrong; at 0\n",
        );
        check(
            "sku,mode,qty\nA,set,\"1\nB,=,2\n=C,+,3\n",
            &[0],
            "sku,mode,qty,error\nA,set,1,wrong; at 0\nB,=,2,wrong; at 0\n'=C,+,3,wrong; at 0\n",
        );
    }

    #[test]
    fn what_is_no_number_in_a_column_of_numbers_is_no_formula_either() {
        check(
            "sku,mode,qty,expected\nA,=1+1,=cmd|x,-2+3\nB,+,+5,-2\n",
            &[0, 1],
            "sku,mode,qty,expected,error\nA,'=1+1,'=cmd|x,'-2+3,wrong; at 0\nB,+,+5,-2,wrong; at 1\n",
        );
    }

    #[test]
    fn texts_of_the_file_that_a_spreadsheet_would_calculate_are_made_harmless() {
        check(
            "sku,nom,qty,=x\n-A,\"=cmd, x\",+5,-7\n",
            &[0],
            "sku,nom,qty,'=x,error\n'-A,\"'=cmd, x\",+5,-7,wrong; at 0\n",
        );
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
        assert_eq!(written, "sku,variant,qty,error\n'=A,'-B,1,'+e\n'=C,,-7,f\n");
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
