//! The rows that could not be imported, as a file to mend and import again.
//!
//! Pure: neither leptos nor the browser.

use stockroom_domain::table::Table;

/// Returns the rows that start on these lines, which come in the order of the file, as a CSV of the
/// same columns and delimiter, with what is wrong with each in a last one.
pub(super) fn rows_with_errors(table: &Table, faulty: &[(u32, String)]) -> String {
    let delimiter = char::from(table.delimiter().byte());
    // Spreadsheets take a file without a mark for one of their own encoding.
    let mut text = String::from("\u{feff}");
    let mut write = |cells: &mut dyn Iterator<Item = &str>, error: &str| {
        for cell in cells {
            text.push_str(cell);
            text.push(delimiter);
        }
        text.push('"');
        text.push_str(&error.replace('"', "\"\""));
        text.push_str("\"\r\n");
    };
    if let Some(header) = table.raw_header() {
        write(&mut header.into_iter(), "error");
    }
    let mut faulty = faulty.iter().peekable();
    for row in 0..table.rows() {
        let Some((line, error)) = faulty.peek() else { break };
        if table.line(row) == *line {
            // What says what was wrong stands under its heading, also in a short row.
            let missing = table.columns().saturating_sub(table.width(row));
            let mut cells = table.raw_cells(row).chain(std::iter::repeat_n("", missing));
            write(&mut cells, error);
            faulty.next();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use stockroom_domain::table::ReadOptions;

    use super::*;

    #[test]
    fn rows_stand_as_they_stood() {
        let file = "name;price;sku\nThé;500;A\n\"Riz; 5 kg\";x;B\n;12;C\nSel\n";
        let table = Table::read(file.as_bytes().to_vec(), ReadOptions::default());
        let faulty = [(3, "“x” is no \"number\".".into()), (5, "No price.".into())];
        assert_eq!(
            rows_with_errors(&table, &faulty),
            "\u{feff}name;price;sku;\"error\"\r\n\"Riz; 5 kg\";x;B;\"“x” is no \"\"number\"\".\"\r\n\
             Sel;;;\"No price.\"\r\n"
        );
    }
}
