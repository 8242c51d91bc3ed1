//! Copy and paste between the worksheet and spreadsheets.

use leptos::ev::ClipboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_worksheet::{Ask, Fill, GridColumn, Reply, RowView, clipboard};

use super::grid::{GRID, Sheet, place};
use super::select::{Cell, Selection};
use crate::browser::{files, page};
use crate::pages::update::state::Msg;
use crate::ui::Tone;
use crate::words::{Key, Plural};

/// Copies what is chosen: at once where its rows are at hand, else when the worker has told them.
pub(super) fn copied(event: &ClipboardEvent, sheet: Sheet) {
    if sheet.editing.with_untracked(Option::is_some) {
        return;
    }
    event.prevent_default();
    let selection = sheet.selection.get_untracked();
    let (start, count) = selection.rows();
    let (first, last) = selection.columns();
    let at_hand = untrack(|| sheet.rows.at_hand(start, count));
    if let Some((rows, data)) = at_hand.zip(event.clipboard_data()) {
        let text = text_of(&rows, (first, last));
        // A browser that refuses leaves the clipboard as it was.
        let _ = data.set_data("text/plain", &text);
        return;
    }
    let view = sheet.desk.with_untracked(|model| model.view.clone());
    let ask = Ask::Copy { view, start: place(start), count: place(count), first, last };
    spawn_local(async move {
        let Some(Reply::Text(text)) = sheet.desk.ask(ask).await else { return };
        let told = if files::copy(&text).await {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            (Tone::Info, sheet.words.count(Plural::UpdateRowsCopied, count, &[]))
        } else {
            (Tone::Error, sheet.words.text(Key::UpdateCopyFailed).to_owned())
        };
        sheet.toasts.show(told.0, told.1);
    });
}

/// Copies what is chosen and clears it.
pub(super) fn cut(event: &ClipboardEvent, sheet: Sheet) {
    if sheet.editing.with_untracked(Option::is_some) {
        return;
    }
    copied(event, sheet);
    let (first, last) = sheet.selection.get_untracked().columns();
    sheet.fill(Fill::Clear(first, last));
}

fn text_of(rows: &[RowView], columns: (GridColumn, GridColumn)) -> String {
    let wanted = GridColumn::ALL.into_iter().filter(|one| (columns.0..=columns.1).contains(one));
    let wanted: Vec<GridColumn> = wanted.collect();
    clipboard::write(rows.iter().map(|row| wanted.iter().map(|one| row.text(*one)).collect()))
}

/// Pastes cells where the cursor is, beyond the last row if need be.
pub(super) fn pasted(event: &ClipboardEvent, sheet: Sheet) {
    let Some(data) = event.clipboard_data() else { return };
    let plain = data.get_data("text/plain").unwrap_or_default();
    let is_editing = sheet.editing.with_untracked(Option::is_some);
    let mut cells = if plain.is_empty() { Vec::new() } else { clipboard::read(&plain) };
    let is_one = matches!(&cells[..], [row] if matches!(&row[..], [text] if !text.contains('\n')));
    if is_editing && (is_one || cells.is_empty()) {
        // One text goes into the field, where the caret is.
        return;
    }
    if width(&cells) < 2 {
        // A table whose text came without its columns.
        let table = page::table_cells(&unstyled(&data.get_data("text/html").unwrap_or_default()));
        if width(&table) > width(&cells) {
            cells = table;
        }
    }
    if cells.is_empty() {
        return;
    }
    event.prevent_default();
    paste(sheet, cells);
}

fn paste(sheet: Sheet, cells: Vec<Vec<String>>) {
    sheet.editing.set(None);
    let selection = sheet.selection.get_untracked();
    let (start, count) = selection.rows();
    let (first, _) = selection.columns();
    let view = sheet.desk.with_untracked(|model| model.view.clone());
    let cells = repeated(cells, count, selection.columns());
    let rows = cells.len();
    let last = (first as usize + width(&cells).max(1) - 1).min(GridColumn::ALL.len() - 1);
    let ask = Ask::Paste { view, start: place(start), column: first, cells };
    sheet.desk.tell(Msg::Edited(ask));
    let from = Selection::at(Cell { row: start, column: first as usize });
    sheet.selection.set(Selection {
        anchor: Cell { row: start + rows.max(1) - 1, column: last },
        cursor: from.cursor,
    });
    page::focus(GRID);
}

/// Renames styles in markup, elements and attributes: the page's policy forbids them, and would
/// have each one reported.
fn unstyled(html: &str) -> String {
    const STYLE: &str = "style";
    let (mut text, mut rest) = (String::with_capacity(html.len()), html);
    let (mut is_tag, mut quote) = (false, None);
    while let Some(c) = rest.chars().next() {
        let is_style = rest.get(..STYLE.len()).is_some_and(|word| word.eq_ignore_ascii_case(STYLE));
        if is_tag && quote.is_none() && is_style {
            text.push_str("data-s");
            rest = &rest[STYLE.len()..];
            continue;
        }
        match (c, quote) {
            ('<', None) => is_tag = true,
            ('>', None) => is_tag = false,
            ('"' | '\'', None) if is_tag => quote = Some(c),
            _ if quote == Some(c) => quote = None,
            _ => {}
        }
        text.push(c);
        rest = &rest[c.len_utf8()..];
    }
    text
}

/// Returns the cells of the longest row.
fn width(cells: &[Vec<String>]) -> usize {
    cells.iter().map(Vec::len).max().unwrap_or(0)
}

/// One cell that is pasted over several chosen ones goes into each that can be typed over, and one
/// row into each row.
fn repeated(
    cells: Vec<Vec<String>>,
    count: usize,
    (first, last): (GridColumn, GridColumn),
) -> Vec<Vec<String>> {
    let [only] = &cells[..] else { return cells };
    let row = match &only[..] {
        [text] if first != last => {
            let columns = GridColumn::ALL.into_iter().filter(|one| (first..=last).contains(one));
            let text = |one: GridColumn| one.field().map(|_| text.clone()).unwrap_or_default();
            columns.map(text).collect()
        }
        _ => only.clone(),
    };
    vec![row; count.max(1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_are_renamed_in_markup_and_nowhere_else() {
        let html = "<STYLE>td{}</style><td style='a:\"b>' class=\"style\">in style</td><a title='é style'>";
        let expected = "<data-s>td{}</data-s><td data-s='a:\"b>' class=\"style\">in style</td><a title='é style'>";
        assert_eq!(unstyled(html), expected);
    }

    #[test]
    fn one_row_fills_what_is_chosen_and_several_stay_as_they_are() {
        let row = |text: &str| vec![text.to_owned()];
        let value = (GridColumn::Value, GridColumn::Value);
        assert_eq!(repeated(vec![row("+5")], 3, value), [row("+5"), row("+5"), row("+5")]);
        assert_eq!(repeated(vec![row("1"), row("2")], 3, value), [row("1"), row("2")]);
        assert_eq!(repeated(vec![row("1")], 1, value), [row("1")]);
        let wide = (GridColumn::Sku, GridColumn::Variant);
        assert_eq!(repeated(vec![row("A")], 2, wide), [["A", "", "A"], ["A", "", "A"]]);
    }
}
