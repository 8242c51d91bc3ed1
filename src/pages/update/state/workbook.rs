//! A workbook on its way to being the source: unpacked, a sheet of it chosen, its text read.
//!
//! One sheet to choose from is no choice: it is taken at once.

use stockroom_domain::table::{Delimiter, Encoding, ReadOptions};
use stockroom_workbook::{Sheet, WorkbookFault};

use super::remembered::Recall;
use super::{Effect, Model, Step};

/// A workbook that was chosen as the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workbook {
    /// Its sheets, in the order of their tabs; none while it is unpacked.
    pub sheets: Vec<Sheet>,
    /// The sheet that is the source, by its place.
    pub chosen: Option<u32>,
    /// Why it, or the sheet, cannot be read.
    pub fault: Option<WorkbookFault>,
}

/// What happened to a workbook.
#[derive(Clone, Debug)]
pub enum WorkbookMsg {
    /// The chosen file is one, by its first bytes.
    Found,
    /// It was unpacked, or cannot be.
    Opened(Result<Vec<Sheet>, WorkbookFault>),
    /// A sheet was chosen.
    SheetChosen(u32),
    /// The sheet's text is on its way to the worksheet, or cannot be read.
    Read(Result<(), WorkbookFault>),
}

/// What is to be done with a workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkbookEffect {
    /// Have it unpacked.
    Open,
    /// Have a sheet read, and give its text to the worksheet.
    Read(u32),
    /// It is none: have the file read as text.
    ReadAsText,
}

/// How a sheet's text is read: nothing of it is guessed.
pub const SHEET_OPTIONS: ReadOptions = ReadOptions {
    delimiter: Some(Delimiter::Comma),
    header: stockroom_domain::table::Header::First,
    encoding: Some(Encoding::Utf8),
};

impl Workbook {
    /// Returns the places of the sheets as they are offered: hidden ones last.
    pub fn offered(&self) -> Vec<u32> {
        let those = |hidden: bool| {
            let all = (0..).zip(&self.sheets);
            all.filter(move |(_, sheet)| sheet.hidden == hidden).map(|(at, _)| at)
        };
        those(false).chain(those(true)).collect()
    }

    /// Returns the name of the sheet that is the source.
    pub fn sheet_name(&self) -> Option<&str> {
        Some(&self.sheets.get(self.chosen? as usize)?.name)
    }

    /// Returns the one sheet that can be meant, if there is but one.
    fn only(&self) -> Option<u32> {
        let all = || (0..).zip(&self.sheets);
        let only = |mut places: Vec<u32>| (places.len() == 1).then(|| places.remove(0));
        let likely = all().filter(|(_, sheet)| !sheet.hidden && !is_empty(sheet));
        only(likely.map(|(at, _)| at).collect()).or_else(|| only(all().map(|(at, _)| at).collect()))
    }
}

/// Tells whether nothing stands in a sheet.
pub fn is_empty(sheet: &Sheet) -> bool {
    sheet.size.is_some_and(|size| size.rows == 0)
}

impl Model {
    /// Tells whether the merchant is to say which sheet is meant.
    pub fn has_sheet_choice(&self) -> bool {
        let workbook = self.workbook.as_ref();
        self.step == Step::Source && !self.is_busy && workbook.is_some_and(|w| w.sheets.len() > 1)
    }

    /// Returns the name of the source: the file's, and the sheet's.
    pub fn source_name(&self) -> String {
        match self.workbook.as_ref().and_then(Workbook::sheet_name) {
            Some(sheet) => format!("{} · {sheet}", self.name),
            None => self.name.clone(),
        }
    }

    pub(super) fn tell_workbook(&mut self, msg: WorkbookMsg) -> Vec<Effect> {
        match msg {
            WorkbookMsg::Found => {
                self.workbook = Some(Workbook::default());
                vec![Effect::Workbook(WorkbookEffect::Open)]
            }
            WorkbookMsg::Opened(Ok(sheets)) => {
                let workbook = Workbook { sheets, ..Workbook::default() };
                let restored = self.restored_sheet();
                let is_there = |at: &u32| (*at as usize) < workbook.sheets.len();
                let only = restored.filter(is_there).or_else(|| workbook.only());
                self.workbook = Some(workbook);
                self.is_busy = false;
                only.map(|at| self.read_sheet(at)).unwrap_or_default()
            }
            WorkbookMsg::SheetChosen(at) => self.read_sheet(at),
            WorkbookMsg::Read(Ok(())) => {
                self.options = SHEET_OPTIONS;
                Vec::new()
            }
            WorkbookMsg::Opened(Err(WorkbookFault::Unknown)) => {
                self.workbook = None;
                vec![Effect::Workbook(WorkbookEffect::ReadAsText)]
            }
            WorkbookMsg::Opened(Err(_)) | WorkbookMsg::Read(Err(_)) if self.is_restoring() => {
                self.lose_draft()
            }
            WorkbookMsg::Opened(Err(fault)) | WorkbookMsg::Read(Err(fault)) => {
                self.refuse_workbook(fault);
                Vec::new()
            }
        }
    }

    fn read_sheet(&mut self, at: u32) -> Vec<Effect> {
        let Some(workbook) = &mut self.workbook else { return Vec::new() };
        workbook.chosen = Some(at);
        workbook.fault = None;
        self.shape.refusal = None;
        self.recall = Recall::default();
        self.is_busy = true;
        vec![Effect::Workbook(WorkbookEffect::Read(at))]
    }

    fn refuse_workbook(&mut self, fault: WorkbookFault) {
        self.is_busy = false;
        // Another sheet of it may be whole.
        self.step = Step::Source;
        if let Some(workbook) = &mut self.workbook {
            workbook.chosen = None;
            workbook.fault = Some(fault);
        }
    }
}

#[cfg(test)]
mod tests {
    use stockroom_domain::code::Code;
    use stockroom_domain::table::Remark;
    use stockroom_workbook::Size;
    use stockroom_worksheet::{Reply, Shape};

    use super::*;
    use crate::pages::update::state::Msg;

    fn sheet(name: &str, hidden: bool, rows: Option<u32>) -> Sheet {
        let size = rows.map(|rows| Size { rows, columns: rows.min(2) });
        Sheet { name: name.to_owned(), hidden, size }
    }

    /// Returns what opening a workbook of these sheets comes to.
    fn opened(sheets: Vec<Sheet>) -> (Model, Vec<Effect>) {
        let mut model = Model::default();
        model.update(Msg::FileChosen { name: "count.xlsx".into(), bytes: 10 });
        let effects = model.update(Msg::Workbook(WorkbookMsg::Found));
        assert!(matches!(effects[..], [Effect::Workbook(WorkbookEffect::Open)]));
        assert!(model.is_busy && !model.has_sheet_choice());
        let effects = model.update(Msg::Workbook(WorkbookMsg::Opened(Ok(sheets))));
        (model, effects)
    }

    fn check_taken(sheets: Vec<Sheet>, expected: u32) {
        let (model, effects) = opened(sheets);
        assert!(matches!(
            effects[..],
            [Effect::Workbook(WorkbookEffect::Read(at))] if at == expected
        ));
        assert!(model.is_busy && !model.has_sheet_choice());
    }

    #[test]
    fn the_only_sheet_that_can_be_meant_is_taken() {
        check_taken(vec![sheet("Stock", false, None)], 0);
        check_taken(vec![sheet("Stock", true, Some(3))], 0);
        let others = [sheet("hidden", true, Some(9)), sheet("Sheet2", false, Some(0))];
        check_taken([&others[..], &[sheet("Stock", false, Some(3))]].concat(), 2);
    }

    #[test]
    fn several_sheets_are_a_choice_with_hidden_ones_last() {
        let sheets = [("lists", true), ("North", false), ("South", false)];
        let (mut model, effects) =
            opened(sheets.map(|(name, hidden)| sheet(name, hidden, Some(4))).to_vec());
        assert!(effects.is_empty() && model.has_sheet_choice());
        assert_eq!(model.workbook.as_ref().unwrap().offered(), [1, 2, 0]);
        model.update(Msg::Workbook(WorkbookMsg::SheetChosen(2)));
        model.update(Msg::Workbook(WorkbookMsg::Read(Ok(()))));
        assert_eq!(model.source_name(), "count.xlsx · South");
        assert_eq!(model.options.delimiter, Some(Delimiter::Comma));
        let refusal = Remark { line: 0, column: None, code: Code::EmptyFile, text: String::new() };
        let shape = Shape { refusal: Some(refusal), ..Shape::default() };
        model.update(Msg::Replied(Reply::Shape(Box::new(shape))));
        assert!(model.has_sheet_choice(), "another sheet can be chosen");
    }

    #[test]
    fn a_fault_is_kept_and_no_workbook_at_all_is_read_as_text() {
        let refused = |fault| {
            let (mut model, _) = opened(vec![sheet("Stock", false, None)]);
            let effects = model.update(Msg::Workbook(WorkbookMsg::Opened(Err(fault))));
            (model, effects)
        };
        let (model, effects) = refused(WorkbookFault::Encrypted);
        assert!(effects.is_empty() && !model.is_busy);
        assert_eq!(model.workbook.unwrap().fault, Some(WorkbookFault::Encrypted));
        let (model, effects) = refused(WorkbookFault::Unknown);
        assert!(matches!(effects[..], [Effect::Workbook(WorkbookEffect::ReadAsText)]));
        assert!(model.workbook.is_none() && model.is_busy);
    }
}
