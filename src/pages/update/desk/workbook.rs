//! Has workbooks unpacked, by a worker that is fetched when there is one.

use leptos::task::spawn_local;
use stockroom_workbook::{Limits, Measure, Workbook, WorkbookFault};
use web_sys::File;

use super::super::state::workbook::{SHEET_OPTIONS, WorkbookEffect, WorkbookMsg};
use super::super::state::{Msg, Trouble};
use super::{Asked, Desk};
use crate::browser::files;
use crate::browser::worker::{Gone, SheetText, WorkbookLink};

/// How many of a file's bytes say what it is.
const FIRST_BYTES: u32 = 8;

impl Desk {
    /// Has the chosen file read: as a workbook where its first bytes say so, else as text.
    pub(super) async fn open_file(self) {
        let Some(file) = self.file() else { return };
        let first = files::first_bytes(&file, FIRST_BYTES).await;
        // Another may have been chosen meanwhile.
        if self.file().as_ref() != Some(&file) {
            return;
        }
        match first {
            None => self.tell(Msg::WorkerGone(Trouble::Unreadable)),
            Some(first) if Workbook::looks_like(&first) => {
                self.tell(Msg::Workbook(WorkbookMsg::Found));
            }
            Some(_) => self.reply_of(Asked::File(file)).await,
        }
    }

    pub(super) fn carry_out_workbook(self, effect: WorkbookEffect) {
        match effect {
            WorkbookEffect::Open => spawn_local(async move {
                match self.unpack().await {
                    Ok((_, opened)) => self.tell(Msg::Workbook(WorkbookMsg::Opened(opened))),
                    Err(gone) => self.lose_workbook(gone),
                }
            }),
            WorkbookEffect::Read(at) => spawn_local(self.read_sheet(at)),
            WorkbookEffect::ReadAsText => {
                self.end_workbook();
                if let Some(file) = self.file() {
                    spawn_local(self.reply_of(Asked::File(file)));
                }
            }
        }
    }

    /// Ends the worker of workbooks: its memory is the workbook's.
    pub(super) fn end_workbook(self) {
        self.tools.update_value(|tools| {
            if let Some(link) = tools.workbook.take() {
                link.end();
            }
        });
    }

    async fn read_sheet(self, at: u32) {
        match self.sheet_text(at).await {
            Ok(Ok(text)) => {
                self.end_workbook();
                self.tell(Msg::Workbook(WorkbookMsg::Read(Ok(()))));
                self.reply_of(Asked::Text(text, SHEET_OPTIONS)).await;
            }
            Ok(Err(fault)) => self.tell(Msg::Workbook(WorkbookMsg::Read(Err(fault)))),
            Err(gone) => self.lose_workbook(gone),
        }
    }

    async fn sheet_text(self, at: u32) -> Result<Result<SheetText, WorkbookFault>, Gone> {
        let open = self.tools.try_with_value(|tools| tools.workbook.clone()).flatten();
        let link = match open {
            Some(link) => link,
            // Another sheet of a workbook that was put away.
            None => match self.unpack().await? {
                (Some(link), Ok(_)) => link,
                (_, opened) => return Ok(Err(opened.err().unwrap_or(WorkbookFault::NoSheets))),
            },
        };
        link.sheet(at).await
    }

    /// Opens the chosen file in a new worker.
    async fn unpack(self) -> Result<(Option<WorkbookLink>, Opened), Gone> {
        let file = self.file().ok_or(Gone::Dismissed)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a file's size is a whole number from 0"
        )]
        let (found, limit) = (file.size() as u64, Limits::default().file);
        if found > limit {
            let fault = WorkbookFault::TooLarge { measure: Measure::File, found, limit };
            return Ok((None, Err(fault)));
        }
        self.end_workbook();
        let link = WorkbookLink::start()?;
        self.tools.update_value(|tools| tools.workbook = Some(link.clone()));
        let opened = link.open(&file).await?;
        Ok((Some(link), opened))
    }

    fn lose_workbook(self, gone: Gone) {
        let trouble = match gone {
            Gone::Dismissed => return,
            Gone::Ended => Trouble::WorkbookEnded,
            Gone::OtherBuild => Trouble::OtherBuild,
        };
        self.tell(Msg::WorkerGone(trouble));
    }

    fn file(self) -> Option<File> {
        self.tools.try_with_value(|tools| tools.file.clone()).flatten()
    }
}

type Opened = Result<Vec<stockroom_workbook::Sheet>, WorkbookFault>;
