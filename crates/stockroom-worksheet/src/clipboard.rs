//! Cells as spreadsheets put them on the clipboard: tab-separated, quoted where need be.

/// Returns rows as tab-separated text, one a line, as spreadsheets take it.
pub fn write(rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = String::new();
    for (at, cells) in rows.enumerate() {
        if at > 0 {
            text.push('\n');
        }
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                text.push('\t');
            }
            if cell.contains(['\t', '\n', '\r', '"']) {
                text.push('"');
                text.push_str(&cell.replace('"', "\"\""));
                text.push('"');
            } else {
                text.push_str(cell);
            }
        }
    }
    text
}

/// Returns the cells of tab-separated text; blank lines are rows, a last line end is none.
///
/// A quote opens a cell only where it stands first and closes it only before a tab, a line end or
/// the end: text such as `25" screen` stays what it is.
///
/// ```
/// use stockroom_worksheet::clipboard::read;
/// assert_eq!(read("A\t1\r\n\"two\nlines\"\t2\n"), [["A", "1"], ["two\nlines", "2"]]);
/// ```
pub fn read(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![Vec::new()];
    let mut rest = text;
    loop {
        let (cell, after) = quoted(rest).unwrap_or_else(|| plain(rest));
        if let Some(row) = rows.last_mut() {
            row.push(cell);
        }
        if let Some(next) = after.strip_prefix('\t') {
            rest = next;
            continue;
        }
        let next = after.strip_prefix("\r\n").or_else(|| after.strip_prefix(['\n', '\r']));
        match next {
            Some(next) if !next.is_empty() => {
                rows.push(Vec::new());
                rest = next;
            }
            _ => return rows,
        }
    }
}

fn plain(text: &str) -> (String, &str) {
    let end = text.find(['\t', '\n', '\r']).unwrap_or(text.len());
    (text[..end].to_owned(), &text[end..])
}

fn quoted(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('"')?;
    let mut cell = String::new();
    loop {
        let end = rest.find('"')?;
        cell.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.chars().next() {
            Some('"') => {
                cell.push('"');
                rest = &rest[1..];
            }
            None | Some('\t' | '\n' | '\r') => return Some((cell, rest)),
            Some(_) => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_as_they_went() {
        let rows: Vec<Vec<String>> = [["A\tB", "25\" screen"], ["", "two\r\nlines"], ["x", ""]]
            .map(|row| row.map(str::to_owned).to_vec())
            .to_vec();
        assert_eq!(read(&write(rows.clone().into_iter())), rows);
    }

    #[test]
    fn what_is_no_quoting_is_text() {
        assert_eq!(
            read("25\" screen\t\"open\n\"a\" b\tc"),
            [["25\" screen", "\"open"], ["\"a\" b", "c"]]
        );
        assert_eq!(read("A\n\nB\n"), [vec!["A"], vec![""], vec!["B"]]);
        assert_eq!(read(""), [[""]]);
    }
}
