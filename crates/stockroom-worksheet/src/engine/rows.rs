//! Windows of rows, as the grid shows them.

use stockroom_domain::code::Code;
use stockroom_domain::columns::Field;
use stockroom_domain::number::{Reading, read};
use stockroom_domain::plan::{Issue, Plan, Verdict};
use stockroom_domain::quantity::{Level, Mode};
use stockroom_domain::sheet::{EditField, Sheet};

use super::{Engine, Order, index};
use crate::clipboard;
use crate::message::{GridColumn, IssueView, Reply, RowView, View};
use crate::view;

impl Engine {
    pub(super) fn rows(&mut self, view: View, start: u32, count: u32) -> Reply {
        let empty = Reply::Rows { total: 0, start, rows: Vec::new() };
        if self.plan.is_none() {
            return empty;
        }
        self.order = self.order.take().filter(|order| !order.is_stale);
        self.take_view(view);
        let (Some(sheet), Some(plan)) = (&self.sheet, &self.plan) else { return empty };
        let order = self.order();
        let window = order.iter().skip(start as usize).take(count as usize);
        let rows = window.map(|row| self.row(sheet, plan, *row as usize)).collect();
        Reply::Rows { total: index(order.len()), start, rows }
    }

    pub(super) fn place_of_line(&mut self, view: View, line: u32) -> Reply {
        self.take_view(view);
        let Some(sheet) = &self.sheet else { return Reply::Place(None) };
        // Rows may stand in any order here: the nearest line at or before the one asked.
        let lines =
            self.order().iter().enumerate().map(|(at, row)| (sheet.line(*row as usize), at));
        let nearest = lines.filter(|(found, _)| *found <= line).max_by_key(|(found, _)| *found);
        Reply::Place(nearest.map(|(_, at)| index(at)))
    }

    pub(super) fn copy(
        &mut self,
        view: View,
        start: u32,
        count: u32,
        columns: (GridColumn, GridColumn),
    ) -> String {
        let Reply::Rows { rows, .. } = self.rows(view, start, count) else { return String::new() };
        let wanted = |column: &&GridColumn| (columns.0..=columns.1).contains(*column);
        let cells = |row: &RowView| -> Vec<String> {
            GridColumn::ALL.iter().filter(wanted).map(|column| row.text(*column)).collect()
        };
        clipboard::write(rows.iter().map(cells))
    }

    /// Makes `view` the order at hand, which stays as it is while rows are edited.
    pub(super) fn take_view(&mut self, view: View) {
        let is_kept = self.order.as_ref().is_some_and(|order| order.view == view);
        if is_kept {
            return;
        }
        let (Some(sheet), Some(plan)) = (&self.sheet, &self.plan) else { return };
        let rows = view::rows(&view, sheet, plan, &self.stock, &mut self.ranks);
        self.order = Some(Order { view, rows, is_stale: false });
    }

    pub(super) fn order(&self) -> &[u32] {
        self.order.as_ref().map_or(&[], |order| &order.rows)
    }

    fn row(&self, sheet: &Sheet, plan: &Plan, row: usize) -> RowView {
        let line = plan.line(row);
        let external_id = sheet.external_id(row).trim().to_owned();
        let known = self.stock.find(&external_id).map(|at| self.stock.product(at));
        let applied = plan.applied(row);
        let level = plan.target(row).and_then(|target| {
            let product = self.stock.product(target.product as usize);
            target.variant.map_or(product.level, |at| product.variants[at as usize].level)
        });
        let edits = [EditField::ExternalId, EditField::Variant, EditField::Value];
        let shows_after = line.verdict != Verdict::Blank;
        let issue = plan.issue_of(row, sheet, &self.stock);
        RowView {
            row: index(row),
            line: sheet.line(row),
            name: known.map(|product| product.name.clone()),
            external_id,
            variant: sheet.variant(row).trim().to_owned(),
            mode: line.mode,
            value: value_text(sheet, plan, row),
            is_added: sheet.is_added(row),
            edited: edits.into_iter().filter(|field| sheet.is_edited(row, *field)).collect(),
            before: level.map(Level::get),
            after: applied.filter(|_| shows_after).map(|applied| applied.after.get()),
            delta: applied.map(|applied| applied.delta),
            floored: applied.map_or(0, |applied| applied.floored),
            verdict: Some(line.verdict),
            codes: line.codes,
            expected: expected(sheet, row, plan).filter(|expected| {
                line.codes.has(Code::Drift) && Some(*expected) != level.map(Level::get)
            }),
            issues: issue.iter().map(|issue| issue_view(sheet, issue)).collect(),
        }
    }
}

impl GridColumn {
    /// Every column, in the order in which the grid shows them.
    pub const ALL: [Self; 5] = [Self::Sku, Self::Product, Self::Variant, Self::Mode, Self::Value];

    /// Returns what is typed over in this column; `None` where nothing can be.
    pub fn field(self) -> Option<EditField> {
        match self {
            Self::Sku => Some(EditField::ExternalId),
            Self::Variant => Some(EditField::Variant),
            Self::Value => Some(EditField::Value),
            Self::Product | Self::Mode => None,
        }
    }
}

impl RowView {
    /// Returns the text of a cell.
    pub fn text(&self, column: GridColumn) -> String {
        match column {
            GridColumn::Sku => self.external_id.clone(),
            GridColumn::Product => self.name.clone().unwrap_or_default(),
            GridColumn::Variant => self.variant.clone(),
            GridColumn::Mode => self.mode.map(|mode| mode.as_str().to_owned()).unwrap_or_default(),
            GridColumn::Value => self.value.clone(),
        }
    }
}

/// Returns a row's value as it is typed into a cell: what was typed, or the file's with a sign
/// where it adjusts, so that whoever changes its digits does not change its meaning.
pub(super) fn value_text(sheet: &Sheet, plan: &Plan, row: usize) -> String {
    if let Some(typed) = sheet.typed_value(row) {
        return typed.to_owned();
    }
    let line = plan.line(row);
    let texts = sheet.value_fields(line.mode).map(|field| sheet.file_text(row, field));
    let filled = texts.iter().find(|text| !text.trim().is_empty());
    let text = filled.map(|text| text.trim()).unwrap_or_default();
    let is_unsigned = line.value.is_some() && !text.starts_with(['+', '-', '−']);
    if line.mode == Some(Mode::Adjust) && is_unsigned {
        return ["+", text].concat();
    }
    text.to_owned()
}

/// Returns the level that the file believes there is.
pub(super) fn expected(sheet: &Sheet, row: usize, plan: &Plan) -> Option<i64> {
    match read(&sheet.file_text(row, Field::Expected), plan.style()) {
        Ok(Reading::Number(number)) => Some(number.units),
        _ => None,
    }
}

fn issue_view(sheet: &Sheet, issue: &Issue) -> IssueView {
    let column = issue.column.map(|column| column as usize);
    let mapped = column.and_then(|column| sheet.mapping().fields().get(column).copied());
    IssueView {
        code: issue.code,
        field: match mapped {
            Some(Field::ExternalId) => EditField::ExternalId,
            Some(Field::Variant | Field::Option) => EditField::Variant,
            _ => EditField::Value,
        },
        text: issue.text.clone(),
        other_line: issue.other_line,
        suggestion: issue.suggestion.clone(),
    }
}
