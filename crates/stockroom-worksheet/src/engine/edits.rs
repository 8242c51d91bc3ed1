//! Edits: a cell, a fill, a paste; each is one step that can be taken back, and that a draft keeps.

use stockroom_domain::plan::{Plan, level_named};
use stockroom_domain::quantity::MAX_UNITS;
use stockroom_domain::sheet::{Edit, EditField, Sheet, Touched};

use super::rows::{expected, value_text};
use super::{Engine, Order, Outside, index};
use crate::message::{Ask, Fill, GridColumn, Logged, LoggedText, Reply, Rounding, Summary, View};

/// Up to so many rows, planning a few again is quicker than planning all.
const FEW_ROWS: usize = 20_000;

impl Engine {
    pub(super) fn answer_edit(&mut self, ask: Ask, outside: &mut dyn Outside) -> Reply {
        if !matches!(ask, Ask::Replay(_)) {
            self.make_plan(outside);
        }
        match ask {
            Ask::Edit(edits) => self.edit(&edits, outside),
            Ask::Fill { view, start, count, fill } => {
                self.take_view(view);
                let edits = self.fill(start as usize, count as usize, &fill);
                self.edit(&edits, outside)
            }
            Ask::Paste { view, start, column, cells } => {
                self.paste(view, start as usize, column, cells, outside)
            }
            Ask::AddRows(count) => {
                let Some(sheet) = &mut self.sheet else { return Reply::Done };
                let touched = sheet.add_rows(count);
                self.after(&touched, Logged::Added(count), outside)
            }
            Ask::Undo => self.step(Sheet::undo, Logged::Undone, outside),
            Ask::Redo => self.step(Sheet::redo, Logged::Redone, outside),
            Ask::Replay(steps) => self.replay(steps, outside),
            Ask::Repair(repairs) => {
                let edits = self.repair(&repairs);
                self.edit(&edits, outside)
            }
            Ask::AddMissing { search } => {
                let edits = self.missing_as_edits(&search);
                self.edit(&edits, outside)
            }
            _ => Reply::Done,
        }
    }

    fn edit(&mut self, edits: &[Edit], outside: &mut dyn Outside) -> Reply {
        let Some(sheet) = &mut self.sheet else { return Reply::Done };
        let touched = sheet.apply(edits);
        if touched == Touched::default() {
            return Reply::Summary(self.summary(outside));
        }
        self.after(&touched, logged(edits), outside)
    }

    fn step(
        &mut self,
        step: fn(&mut Sheet) -> Option<Touched>,
        logged: Logged,
        outside: &mut dyn Outside,
    ) -> Reply {
        match self.sheet.as_mut().and_then(step) {
            Some(touched) => self.after(&touched, logged, outside),
            None => Reply::Summary(self.summary(outside)),
        }
    }

    /// Plans again and keeps the rows where they are: a row that was mended must not jump away
    /// under the hands. The next change of view sorts and filters anew.
    fn after(&mut self, touched: &Touched, logged: Logged, outside: &mut dyn Outside) -> Reply {
        self.replan_touched(touched);
        let mut summary = self.summary(outside);
        summary.touched = touched.rows.first().copied();
        let place = |row| self.order().iter().position(|shown| *shown == row);
        summary.place = summary.touched.and_then(place).map(index);
        summary.logged = Some(logged);
        Reply::Summary(summary)
    }

    fn replan_touched(&mut self, touched: &Touched) {
        let Some(sheet) = &self.sheet else { return };
        let before = self.plan.as_ref().map_or(sheet.rows(), Plan::rows);
        let is_few = touched.rows.len() <= FEW_ROWS;
        match &mut self.plan {
            Some(plan) if is_few => plan.replan(touched, sheet, &self.stock),
            plan => *plan = None,
        }
        if touched.has_other_length {
            let rows = index(sheet.rows());
            if let Some(Order { rows: order, .. }) = &mut self.order {
                order.retain(|row| *row < rows);
                order.extend(index(before)..rows);
            }
        }
    }

    fn fill(&self, start: usize, count: usize, fill: &Fill) -> Vec<Edit> {
        let rows = self.order().iter().skip(start).take(count).copied();
        let same = |field: EditField, text: Option<&str>| {
            let text = text.map(str::to_owned);
            rows.clone().map(move |row| Edit { row, field, text: text.clone() })
        };
        match fill {
            Fill::Text { field, text } => same(*field, Some(text)).collect(),
            Fill::File(field) => same(*field, None).collect(),
            Fill::Percent { hundredths, rounding } => {
                rows.filter_map(|row| self.percent_edit(row, *hundredths, *rounding)).collect()
            }
            Fill::Down(first, last) => fields(*first, *last)
                .flat_map(|field| self.down_edits(start, count, field))
                .collect(),
            Fill::Clear(first, last) => {
                fields(*first, *last).flat_map(|field| same(field, Some(""))).collect()
            }
        }
    }

    /// Returns the first row's text for each row below it.
    fn down_edits(&self, start: usize, count: usize, field: EditField) -> Vec<Edit> {
        let (Some(sheet), Some(plan), Some(first)) =
            (&self.sheet, &self.plan, self.order().get(start))
        else {
            return Vec::new();
        };
        let first = *first as usize;
        let text = match field {
            EditField::ExternalId => sheet.external_id(first).into_owned(),
            EditField::Variant => sheet.variant(first).into_owned(),
            EditField::Value => value_text(sheet, plan, first),
        };
        let below = self.order().iter().skip(start + 1).take(count.saturating_sub(1));
        let edit = |row: &u32| Edit { row: *row, field, text: Some(text.clone()) };
        below.map(edit).collect()
    }

    /// Returns the level of a row's target changed by a percentage, as a set.
    fn percent_edit(&self, row: u32, hundredths: i32, rounding: Rounding) -> Option<Edit> {
        let sheet = self.sheet.as_ref()?;
        let before = if sheet.adds_locations() {
            // The row is about its location alone, of which only the file tells the level.
            expected(sheet, row as usize, self.plan.as_ref()?).filter(|units| *units >= 0)?
        } else {
            level_named(sheet, &self.stock, row as usize)?.get()
        };
        let exact = i128::from(before) * (10_000 + i128::from(hundredths));
        let whole = match rounding {
            Rounding::Nearest => (exact + 5_000).div_euclid(10_000),
            Rounding::Down => exact.div_euclid(10_000),
            Rounding::Up => (exact + 9_999).div_euclid(10_000),
        };
        let level = i64::try_from(whole).unwrap_or(MAX_UNITS).clamp(0, MAX_UNITS);
        let text = Some(["=", &level.to_string()].concat());
        Some(Edit { row, field: EditField::Value, text })
    }

    fn paste(
        &mut self,
        view: View,
        start: usize,
        column: GridColumn,
        cells: Vec<Vec<String>>,
        outside: &mut dyn Outside,
    ) -> Reply {
        self.take_view(view);
        let Some(sheet) = &self.sheet else { return Reply::Done };
        let mut next_added = sheet.rows();
        let mut skipped = 0;
        let mut edits = Vec::new();
        let columns = GridColumn::ALL.iter().skip_while(|one| **one != column);
        for (down, texts) in cells.into_iter().enumerate() {
            let row = self.order().get(start + down).copied().unwrap_or_else(|| {
                next_added += 1;
                index(next_added - 1)
            });
            let beyond = texts.iter().skip(columns.clone().count());
            skipped += index(beyond.filter(|text| !text.trim().is_empty()).count());
            for (column, text) in columns.clone().zip(texts) {
                match column.field() {
                    Some(field) => edits.push(Edit { row, field, text: Some(text) }),
                    None => skipped += u32::from(!text.trim().is_empty()),
                }
            }
        }
        match self.edit(&edits, outside) {
            Reply::Summary(summary) => Reply::Pasted { summary, skipped },
            reply => reply,
        }
    }

    fn replay(&mut self, steps: Vec<Logged>, outside: &mut dyn Outside) -> Reply {
        let Some(sheet) = &mut self.sheet else { return Reply::Done };
        for step in steps {
            match step {
                Logged::Edits(texts) => {
                    sheet.apply(&edits_of(texts));
                }
                Logged::Added(count) => {
                    sheet.add_rows(count);
                }
                Logged::Undone => {
                    sheet.undo();
                }
                Logged::Redone => {
                    sheet.redo();
                }
            }
        }
        self.forget_plan();
        let summary: Summary = self.summary(outside);
        Reply::Summary(summary)
    }
}

/// Returns what can be typed over in the columns from one to another.
fn fields(first: GridColumn, last: GridColumn) -> impl Iterator<Item = EditField> {
    let columns = GridColumn::ALL.into_iter().filter(move |one| (first..=last).contains(one));
    columns.filter_map(GridColumn::field)
}

/// Returns edits as a draft keeps them: texts once, rows in runs.
fn logged(edits: &[Edit]) -> Logged {
    let mut texts: Vec<LoggedText> = Vec::new();
    for edit in edits {
        let same = |one: &&mut LoggedText| one.field == edit.field && one.text == edit.text;
        // A fill has one text, a paste many short ones: what is near is found at once.
        match texts.iter_mut().rev().take(8).find(same) {
            Some(logged) => match logged.runs.last_mut() {
                Some((start, count)) if *start + *count == edit.row => *count += 1,
                _ => logged.runs.push((edit.row, 1)),
            },
            None => texts.push(LoggedText {
                field: edit.field,
                text: edit.text.clone(),
                runs: vec![(edit.row, 1)],
            }),
        }
    }
    Logged::Edits(texts)
}

fn edits_of(texts: Vec<LoggedText>) -> Vec<Edit> {
    let mut edits = Vec::new();
    for LoggedText { field, text, runs } in texts {
        for (start, count) in runs {
            let rows = start..start.saturating_add(count);
            edits.extend(rows.map(|row| Edit { row, field, text: text.clone() }));
        }
    }
    edits
}
