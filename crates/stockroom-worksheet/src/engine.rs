//! Keeps the worksheet and answers what the page asks of it.

use stockroom_domain::code::Code;
use stockroom_domain::columns::{Field, Mapping};
use stockroom_domain::export::rows_with_errors;
use stockroom_domain::label::Nfc;
use stockroom_domain::number::{Reading, Style, read};
use stockroom_domain::plan::{Issue, Limits, Plan, Verdict};
use stockroom_domain::quantity::{Level, Mode};
use stockroom_domain::sheet::{EditField, Sheet};
use stockroom_domain::stock::{Product, Stock};
use stockroom_domain::table::{Header, ReadOptions, Table};

use super::message::{Ask, IssueView, Reply, RowFaults, RowView, SendItem, Shape, Summary, View};
use super::view;

/// How many rows the page is shown before it has said what the columns mean.
const FIRST_ROWS: usize = 20;

/// The worksheet.
#[derive(Debug)]
pub struct Engine {
    nfc: Nfc,
    options: ReadOptions,
    sheet: Option<Sheet>,
    style: Option<Style>,
    limits: Limits,
    stock: Stock,
    plan: Option<Plan>,
    order: Option<(View, Vec<u32>)>,
}

impl Engine {
    /// Returns a worksheet with nothing on it; `nfc` is the normalization for labels.
    pub fn new(nfc: Nfc) -> Self {
        Self {
            nfc,
            options: ReadOptions::default(),
            sheet: None,
            style: None,
            limits: Limits::default(),
            stock: Stock::new(nfc),
            plan: None,
            order: None,
        }
    }

    /// Does what is asked.
    pub fn answer(&mut self, ask: Ask) -> Reply {
        match ask {
            Ask::Open(bytes) => {
                self.style = None;
                self.sheet = None;
                self.read(bytes, ReadOptions::default(), None)
            }
            Ask::Reread(options) => {
                let Some(sheet) = self.sheet.take() else { return self.shape() };
                let default_mode = sheet.mapping().default_mode;
                self.read(sheet.into_bytes(), options, default_mode)
            }
            Ask::Map { fields, default_mode } => self.map(&Mapping::new(fields, default_mode)),
            Ask::Style(style) => {
                self.style = style;
                self.replan()
            }
            Ask::ClearStock => {
                self.stock = Stock::new(self.nfc);
                self.forget_plan();
                Reply::Done
            }
            Ask::AddStock(products) => self.add_stock(products),
            Ask::Plan(limits) => {
                self.limits = limits;
                self.replan()
            }
            Ask::Rows { view, start, count } => self.rows(view, start, count),
            Ask::Edit { row, field, text } => self.edit(row, field, text),
            Ask::Undo => self.step(Sheet::undo),
            Ask::Redo => self.step(Sheet::redo),
            Ask::Unknown { most } => self.unknown(most as usize),
            Ask::Confirm { leave_out_errors, typed } => self.confirm(leave_out_errors, typed),
            Ask::Faults => self.faults(),
            Ask::WriteRows(rows) => self.write_rows(rows),
        }
    }

    fn read(&mut self, bytes: Vec<u8>, options: ReadOptions, mode: Option<Mode>) -> Reply {
        self.options = options;
        let table = Table::read(bytes, options);
        let mut mapping = Mapping::guess(&table.names());
        mapping.default_mode = mode;
        self.sheet = Some(Sheet::new(table, mapping));
        self.forget_plan();
        self.shape()
    }

    fn map(&mut self, mapping: &Mapping) -> Reply {
        if let Some(sheet) = &mut self.sheet {
            sheet.map(mapping.clone());
        }
        self.forget_plan();
        self.shape()
    }

    fn shape(&self) -> Reply {
        let Some(sheet) = &self.sheet else { return Reply::Shape(Box::default()) };
        let table = sheet.table();
        let mapping = sheet.mapping();
        let first_row = |row: usize| {
            let cells = 0..table.width(row).min(table.columns());
            (table.line(row), cells.map(|column| table.cell(row, column).into_owned()).collect())
        };
        let refusal = table.refusal().cloned();
        // A refused file may have thousands of columns: nothing of it needs showing.
        let names = if refusal.is_some() { Vec::new() } else { table.names() };
        let rows = if refusal.is_some() { 0 } else { table.rows() };
        let mut fields = mapping.fields().to_vec();
        fields.resize(if refusal.is_some() { 0 } else { table.columns() }, Field::Ignored);
        Reply::Shape(Box::new(Shape {
            rows: index(rows),
            delimiter: table.delimiter(),
            has_header: self.options.header == Header::First,
            names,
            first_rows: (0..rows.min(FIRST_ROWS)).map(first_row).collect(),
            fields,
            default_mode: mapping.default_mode,
            unusable: mapping.check().err().map(|(code, _)| code),
            refusal,
            remarks: table.remarks().iter().take(FIRST_ROWS).cloned().collect(),
            unclosed_quote: table.unclosed_quote(),
            blank_lines: table.blank_lines(),
        }))
    }

    fn add_stock(&mut self, products: Vec<Product>) -> Reply {
        for product in products {
            self.stock.put(product);
        }
        self.forget_plan();
        Reply::Done
    }

    fn forget_plan(&mut self) {
        self.plan = None;
        self.order = None;
    }

    fn replan(&mut self) -> Reply {
        self.forget_plan();
        self.summary(None)
    }

    fn summary(&mut self, touched: Option<usize>) -> Reply {
        let Some(sheet) = &self.sheet else { return Reply::Summary(Summary::default()) };
        let stock = &self.stock;
        let make = || Plan::new(sheet, self.style, stock, self.limits);
        let plan = self.plan.get_or_insert_with(make);
        let is_ambiguous = |issue: &&Issue| issue.code == Code::NumberAmbiguous;
        let (done, undone) = sheet.steps();
        Reply::Summary(Summary {
            totals: *plan.totals(),
            guards: plan.guards().to_vec(),
            style: plan.style(),
            ambiguous: index(plan.issues().iter().filter(is_ambiguous).count()),
            steps: (index(done), index(undone)),
            touched: touched.map(index),
            products: index(stock.products().len()),
        })
    }

    fn edit(&mut self, row: u32, field: EditField, text: Option<String>) -> Reply {
        let Some(sheet) = &mut self.sheet else { return Reply::Done };
        if (row as usize) < sheet.table().rows() {
            sheet.type_over(row as usize, field, text);
        }
        self.replan_keeping_order()
    }

    fn step(&mut self, step: fn(&mut Sheet) -> Option<usize>) -> Reply {
        let touched = self.sheet.as_mut().and_then(step);
        match self.replan_keeping_order() {
            Reply::Summary(summary) => {
                Reply::Summary(Summary { touched: touched.map(index), ..summary })
            }
            reply => reply,
        }
    }

    /// Plans again and keeps the rows where they are: a row that was mended must not jump away
    /// under the hands. The next change of view sorts and filters anew.
    fn replan_keeping_order(&mut self) -> Reply {
        self.plan = None;
        self.summary(None)
    }

    fn rows(&mut self, view: View, start: u32, count: u32) -> Reply {
        let empty = Reply::Rows { total: 0, start, rows: Vec::new() };
        let (Some(sheet), Some(plan)) = (&self.sheet, &self.plan) else { return empty };
        let is_kept = self.order.as_ref().is_some_and(|(kept, _)| *kept == view);
        if !is_kept {
            let rows = view::rows(&view, sheet, plan, &self.stock);
            self.order = Some((view, rows));
        }
        let order = self.order.as_ref().map_or(&[][..], |(_, rows)| rows);
        let window = order.iter().skip(start as usize).take(count as usize);
        let rows = window.map(|row| self.row(sheet, plan, *row as usize)).collect();
        Reply::Rows { total: index(order.len()), start, rows }
    }

    fn row(&self, sheet: &Sheet, plan: &Plan, row: usize) -> RowView {
        let line = &plan.lines()[row];
        let external_id = sheet.external_id(row).trim().to_owned();
        let known = self.stock.find(&external_id).map(|at| self.stock.product(at));
        let applied = plan.applied(line);
        let target = plan.target(line);
        let level = target.and_then(|target| {
            let product = self.stock.product(target.product as usize);
            target.variant.map_or(product.level, |at| product.variants[at as usize].level)
        });
        let edits = [EditField::ExternalId, EditField::Variant, EditField::Value];
        let shows_after = line.verdict != Verdict::Blank;
        RowView {
            row: index(row),
            line: line.line,
            name: known.map(|product| product.name.clone()),
            external_id,
            variant: sheet.variant(row).trim().to_owned(),
            mode: line.mode,
            value: value_text(sheet, row),
            edited: edits.into_iter().filter(|field| sheet.is_edited(row, *field)).collect(),
            before: level.map(Level::get),
            after: applied.filter(|_| shows_after).map(|applied| applied.after.get()),
            delta: applied.map(|applied| applied.delta),
            floored: applied.map_or(0, |applied| applied.floored),
            verdict: Some(line.verdict),
            codes: line.codes,
            expected: expected(sheet, row, plan).filter(|_| line.codes.has(Code::Drift)),
            issues: plan.issues_of(row).iter().map(|issue| issue_view(sheet, issue)).collect(),
        }
    }

    fn unknown(&self, most: usize) -> Reply {
        let (Some(sheet), Some(plan)) = (&self.sheet, &self.plan) else {
            return Reply::Unknown(Vec::new());
        };
        let mut unknown: Vec<String> = Vec::new();
        for issue in plan.issues().iter().filter(|issue| issue.code == Code::UnknownProduct) {
            if unknown.len() == most {
                break;
            }
            let sku = sheet.external_id(issue.row as usize);
            if !unknown.iter().any(|known| known == sku.trim()) {
                unknown.push(sku.trim().to_owned());
            }
        }
        Reply::Unknown(unknown)
    }

    fn confirm(&self, leave_out_errors: bool, typed: Option<u32>) -> Reply {
        let Some(plan) = &self.plan else { return Reply::Unconfirmed };
        let clean =
            if leave_out_errors { Some(plan.leave_out_errors()) } else { plan.without_errors() };
        let typed = typed.map(|number| number as usize);
        let Some(Ok(confirmed)) = clean.map(|clean| clean.confirm(&self.stock, typed)) else {
            return Reply::Unconfirmed;
        };
        let mut rows_of: Vec<Vec<u32>> = vec![Vec::new(); plan.targets().len()];
        for (row, line) in plan.lines().iter().enumerate() {
            if let Some(target) = line.target {
                rows_of[target as usize].push(index(row));
            }
        }
        let item = |item: &stockroom_domain::plan::Item| SendItem {
            external_id: item.external_id.clone(),
            name: self
                .stock
                .find(&item.external_id)
                .map(|at| self.stock.product(at).name.clone())
                .unwrap_or_default(),
            product: item.product,
            variants: item.variants.clone(),
            rows: item.targets.iter().flat_map(|at| rows_of[*at as usize].clone()).collect(),
        };
        Reply::Confirmed(confirmed.items().iter().map(item).collect())
    }

    fn faults(&self) -> Reply {
        let (Some(sheet), Some(plan)) = (&self.sheet, &self.plan) else {
            return Reply::Faults(Vec::new());
        };
        let rows = plan.issues().chunk_by(|a, b| a.row == b.row).map(|issues| RowFaults {
            row: issues[0].row,
            issues: issues.iter().map(|issue| issue_view(sheet, issue)).collect(),
        });
        Reply::Faults(rows.collect())
    }

    fn write_rows(&self, rows: Vec<(u32, String)>) -> Reply {
        let Some(sheet) = &self.sheet else { return Reply::File(Vec::new()) };
        let rows: Vec<_> = rows.into_iter().map(|(row, error)| (row as usize, error)).collect();
        Reply::File(rows_with_errors(sheet, &rows))
    }
}

/// Returns a row's value as it is written: typed, or the file's with a sign where it adjusts.
fn value_text(sheet: &Sheet, row: usize) -> String {
    if let Some(typed) = sheet.typed_value(row) {
        return typed.to_owned();
    }
    let fields = [Field::Quantity, Field::QuantityDelta, Field::Amount];
    let texts = fields.map(|field| sheet.file_text(row, field));
    let filled = texts.iter().find(|text| !text.trim().is_empty());
    filled.map(|text| text.trim().to_owned()).unwrap_or_default()
}

fn expected(sheet: &Sheet, row: usize, plan: &Plan) -> Option<i64> {
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
            Some(Field::Variant) => EditField::Variant,
            _ => EditField::Value,
        },
        text: issue.text.clone(),
        other_line: issue.other_line,
        suggestion: issue.suggestion.clone(),
    }
}

/// Rows and counts fit: a file is at most 256 MB.
fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
