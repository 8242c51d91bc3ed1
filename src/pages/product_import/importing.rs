//! The file that is imported: its bytes, how it is read, and what the server says of it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_api::ErrorCode;
use stockroom_api::import::{
    IfErrors, ImportAction, ImportMode, ImportRequest, ImportResult, ImportRowShown,
};
use stockroom_api::limits::MAX_IMPORT_BYTES;
use stockroom_domain::number::Style;
use stockroom_domain::table::{Delimiter, Encoding, ReadOptions, Table};
use web_sys::File;

use super::{errors, tell};
use crate::browser::{files, random};
use crate::connection::{Connection, Failure, use_connection};
use crate::stock::{Stock, use_stock};
use crate::words::Words;

/// How many rows a page shows.
pub const ROWS: usize = 100;
/// The most bytes of a file: Base64 makes four of three, and the rest of the body needs some too.
const MOST_BYTES: usize = (MAX_IMPORT_BYTES - 16 * 1024) / 4 * 3;
const MEGABYTE: usize = 1_000_000;

/// The import; copy it into closures.
#[derive(Clone, Copy, Debug)]
pub struct Importing {
    /// The file in Base64.
    file: RwSignal<Option<String>>,
    /// The file's bytes, for the file of the rows with errors.
    bytes: StoredValue<Vec<u8>>,
    /// The file's name.
    name: StoredValue<String>,
    choices: RwSignal<Reading>,
    result: RwSignal<Option<ImportResult>>,
    busy: RwSignal<Option<ImportMode>>,
    trouble: RwSignal<Option<Trouble>>,
    shown: RwSignal<Shown>,
    /// The page of them, from 1.
    page: RwSignal<u64>,
    /// The idempotency key of the preview at hand: it is confirmed once, however often it is tried.
    key: StoredValue<String>,
    /// Counts the requests: an answer to one of before is dropped.
    round: StoredValue<u32>,
    connection: Connection,
    stock: Stock,
}

/// How the file is read, where somebody said so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The encoding.
    pub encoding: Option<Encoding>,
    /// The character between cells.
    pub delimiter: Option<Delimiter>,
    /// How numbers are written.
    pub style: Option<Style>,
    /// What each column is.
    pub columns: Option<Vec<Option<String>>>,
}

/// Which rows are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// Every row.
    #[default]
    All,
    /// Those with an error or a warning.
    Problems,
    /// Those that do this.
    Only(ImportAction),
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// No file is chosen.
    Choosing,
    /// A file was sent, and nothing is known of it.
    Reading,
    /// What it does stands there.
    Shown,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The preview was no longer true; another one is there.
    Moved,
    /// The file is too large to send; in megabytes.
    TooLarge {
        /// What it has.
        megabytes: i64,
        /// What it may have.
        most: i64,
    },
    /// The browser could not read the file.
    Unreadable,
    /// The server gave no preview.
    NotRead(Failure),
    /// The server did not do it, or did not say so.
    NotDone(Failure),
}

impl Shown {
    /// Tells whether a row is one of them.
    pub fn has(self, row: &ImportRowShown) -> bool {
        match self {
            Self::All => true,
            Self::Problems => {
                row.action == ImportAction::Error
                    || !row.errors.is_empty()
                    || !row.warnings.is_empty()
            }
            Self::Only(action) => row.action == action,
        }
    }
}

/// Returns how many pages so many rows take, at least one.
pub fn pages(rows: usize) -> u64 {
    rows.div_ceil(ROWS).max(1) as u64
}

impl Importing {
    /// Begins without a file.
    pub fn start() -> Self {
        Self {
            file: RwSignal::new(None),
            bytes: StoredValue::new(Vec::new()),
            name: StoredValue::new(String::new()),
            choices: RwSignal::new(Reading::default()),
            result: RwSignal::new(None),
            busy: RwSignal::new(None),
            trouble: RwSignal::new(None),
            shown: RwSignal::new(Shown::All),
            page: RwSignal::new(1),
            key: StoredValue::new(String::new()),
            round: StoredValue::new(0),
            connection: use_connection(),
            stock: use_stock(),
        }
    }

    /// Returns how far it is and follows it.
    pub fn step(self) -> Step {
        let is_busy = self.busy.get().is_some();
        match (self.file.with(Option::is_some), self.result.with(Option::is_some)) {
            (true, true) => Step::Shown,
            (true, false) if is_busy => Step::Reading,
            // Where nothing came the notice says why, and another file can be chosen.
            _ => Step::Choosing,
        }
    }

    /// Returns what went wrong and follows it.
    pub fn trouble(self) -> Option<Trouble> {
        self.trouble.get()
    }

    /// Calls `with` with what the server said, blank where it said nothing, and follows it.
    pub fn with<T>(self, with: impl FnOnce(&ImportResult) -> T) -> T {
        self.result.with(|result| match result {
            Some(result) => with(result),
            None => with(&ImportResult::default()),
        })
    }

    /// Tells whether it was done, and follows it.
    pub fn is_done(self) -> bool {
        self.with(|result| result.mode == ImportMode::Confirm)
    }

    /// Tells whether the server is asked something, and follows it.
    pub fn is_busy(self) -> bool {
        self.busy.get().is_some()
    }

    /// Tells whether it is being done, and follows it.
    pub fn is_importing(self) -> bool {
        self.busy.get() == Some(ImportMode::Confirm)
    }

    /// Returns which rows are shown and follows it.
    pub fn shown(self) -> Shown {
        self.shown.get()
    }

    /// Shows only these rows, from the first of them on.
    pub fn show(self, shown: Shown) {
        self.shown.set(shown);
        self.page.set(1);
    }

    /// Returns the page that is shown, from 1, and follows it.
    pub fn page(self) -> u64 {
        self.page.get()
    }

    /// Shows another page.
    pub fn go_to(self, page: u64) {
        self.page.set(page);
    }

    /// Takes another file.
    pub fn open(self, file: File) {
        self.start_over();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size")]
        let bytes = file.size() as usize;
        if bytes > MOST_BYTES {
            let megabytes = |bytes: usize| i64::try_from(bytes / MEGABYTE).unwrap_or(i64::MAX);
            let (megabytes, most) = (megabytes(bytes + MEGABYTE - 1), megabytes(MOST_BYTES));
            return self.trouble.set(Some(Trouble::TooLarge { megabytes, most }));
        }
        self.name.set_value(file.name());
        spawn_local(async move {
            let size = u32::try_from(bytes).unwrap_or(u32::MAX);
            let read = files::first_bytes(&file, size).await;
            match read.and_then(|bytes| Some((files::base64(&bytes)?, bytes))) {
                Some((text, bytes)) => {
                    self.bytes.try_set_value(bytes);
                    self.file.try_set(Some(text));
                    self.look();
                }
                None => {
                    self.trouble.try_set(Some(Trouble::Unreadable));
                }
            }
        });
    }

    /// Goes back to the choice of a file.
    pub fn start_over(self) {
        if self.busy.get_untracked() == Some(ImportMode::Confirm) {
            return;
        }
        self.next_round();
        self.busy.set(None);
        self.trouble.set(None);
        self.result.set(None);
        self.file.set(None);
        self.choices.set(Reading::default());
        self.show(Shown::All);
    }

    /// Reads the file another way.
    pub fn read_as(self, change: impl FnOnce(&mut Reading)) {
        self.choices.update(change);
        self.look();
    }

    /// Asks what the file would do.
    pub fn look(self) {
        self.trouble.set(None);
        self.ask_preview();
    }

    fn ask_preview(self) {
        let Some(request) = self.request(ImportMode::Preview, None) else { return };
        let round = self.next_round();
        self.busy.set(Some(ImportMode::Preview));
        spawn_local(async move {
            let key = random::idempotency_key();
            let answer = self.connection.import_products(&request, &key).await;
            if self.round.try_get_value() != Some(round) {
                return;
            }
            match answer {
                Ok(result) => {
                    self.key.try_set_value(random::idempotency_key());
                    self.take(result);
                }
                Err(failure) => {
                    self.trouble.try_set(Some(Trouble::NotRead(failure)));
                }
            }
            self.busy.try_set(None);
        });
    }

    /// Has the preview done.
    pub fn confirm(self) {
        let token = self.result.with_untracked(|result| result.as_ref()?.token.clone());
        let (Some(token), None) = (token, self.busy.get_untracked()) else { return };
        let Some(request) = self.request(ImportMode::Confirm, Some(token)) else { return };
        let round = self.next_round();
        self.busy.set(Some(ImportMode::Confirm));
        self.trouble.set(None);
        spawn_local(async move {
            let key = self.key.try_get_value().unwrap_or_default();
            let answer = self.connection.import_products(&request, &key).await;
            if answer.is_ok() {
                self.stock.refresh();
            }
            if self.round.try_get_value() != Some(round) {
                return;
            }
            self.busy.try_set(None);
            match answer {
                Ok(result) => {
                    self.show(Shown::All);
                    self.take(result);
                }
                Err(Failure::Refused(fault)) if fault.is(&ErrorCode::ImportChanged) => {
                    self.trouble.try_set(Some(Trouble::Moved));
                    self.ask_preview();
                }
                Err(failure) => {
                    self.trouble.try_set(Some(Trouble::NotDone(failure)));
                }
            }
        });
    }

    /// Shows what the server said; a filter that nothing fits any more is dropped.
    fn take(self, result: ImportResult) {
        let shown = self.shown.get_untracked();
        let count = result.rows.iter().filter(|row| shown.has(row)).count();
        if count == 0 && shown != Shown::All {
            self.show(Shown::All);
        } else if self.page.get_untracked() > pages(count) {
            self.page.set(pages(count));
        }
        self.result.try_set(Some(result));
    }

    /// Hands over the rows with errors as a file, each with what is wrong with it.
    pub fn save_errors(self, words: Words) {
        let text = self.result.with_untracked(|result| {
            let result = result.as_ref()?;
            let faulty = result.rows.iter().filter(|row| row.action == ImportAction::Error);
            let faulty: Vec<(u32, String)> =
                untrack(|| faulty.map(|row| (row.line, tell::notes(words, &row.errors))).collect());
            let options = ReadOptions {
                encoding: Encoding::from_name(&result.encoding),
                delimiter: Delimiter::from_name(&result.delimiter),
                ..ReadOptions::default()
            };
            let table = Table::read(self.bytes.get_value(), options);
            Some(errors::rows_with_errors(&table, &faulty))
        });
        let name = self.name.with_value(|name| {
            let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
            format!("{stem}-errors.csv")
        });
        if let Some(text) = text {
            files::save(&name, "text/csv;charset=utf-8", &text);
        }
    }

    fn request(self, mode: ImportMode, token: Option<String>) -> Option<ImportRequest> {
        let csv_base64 = self.file.get_untracked()?;
        let Reading { encoding, delimiter, style, columns } = self.choices.get_untracked();
        let delimiter = delimiter.map(|delimiter| match delimiter {
            Delimiter::Tab => "tab".to_owned(),
            other => char::from(other.byte()).to_string(),
        });
        Some(ImportRequest {
            csv: None,
            csv_base64: Some(csv_base64),
            mode,
            token,
            if_errors: IfErrors::Skip,
            number_style: style.map(|style| style.as_str().to_owned()),
            encoding: encoding.map(|encoding| encoding.as_str().to_owned()),
            delimiter,
            columns,
        })
    }

    /// Returns the number style that somebody chose and follows it.
    pub fn style(self) -> Option<Style> {
        self.choices.with(|choices| choices.style)
    }

    fn next_round(self) -> u32 {
        let round = self.round.get_value().wrapping_add(1);
        self.round.set_value(round);
        round
    }
}
