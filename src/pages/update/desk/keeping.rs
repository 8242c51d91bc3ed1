//! Keeps the worksheet at hand in this browser, and brings it back.
//!
//! What changes is gathered and written in one transaction at a time, beside the page's work. A
//! browser that keeps nothing is said once; the app goes on without it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use stockroom_worksheet::{Ask, Logged, Reply};
use web_sys::{Blob, File};

use super::{Desk, now_ms};
use crate::browser::drafts::{self, Change, Fault, Found};
use crate::browser::{clock, files, page, random};
use crate::pages::update::state::draft::{Draft, Head, Origin, decode, encode};
use crate::pages::update::state::{Model, Msg};

/// How long the head waits for more of its kind.
const HEAD_MS: i32 = 400;

/// What is kept; copy it into closures.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keeping {
    kept: StoredValue<Kept, LocalStorage>,
    /// Why nothing is kept, until the merchant has read it.
    fault: RwSignal<Option<Fault>>,
    /// Whether a draft is being looked for.
    is_looking: RwSignal<bool>,
}

#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Kept {
    place: String,
    /// Our mark on the draft at hand; `None` where there is none.
    owner: Option<String>,
    awaits_source: bool,
    source: Option<Blob>,
    clears_steps: bool,
    steps: Vec<Vec<u8>>,
    /// The number of the next step.
    next: u32,
    /// The head as it was written last, and as it is to be written.
    head: Vec<u8>,
    new_head: Option<Vec<u8>>,
    cursor: Option<(u32, u32)>,
    timer: Option<clock::Timer>,
    is_writing: bool,
    was_said: bool,
}

impl Kept {
    /// Forgets the draft at hand; what was said stays said.
    fn leave(&mut self) {
        let (is_writing, was_said) = (self.is_writing, self.was_said);
        *self = Self { is_writing, was_said, ..Self::default() };
    }

    /// Returns what is to be written now.
    fn take(&mut self) -> Option<Change> {
        let owner = self.owner.clone().filter(|_| !self.awaits_source)?;
        let is_any = self.source.is_some()
            || self.clears_steps
            || !self.steps.is_empty()
            || self.new_head.is_some();
        if !is_any {
            return None;
        }
        let clears_steps = std::mem::take(&mut self.clears_steps);
        let first = self.next;
        let steps = (first..).zip(std::mem::take(&mut self.steps)).collect::<Vec<_>>();
        self.next += u32::try_from(steps.len()).unwrap_or_default();
        let head = self.new_head.take();
        if let Some(head) = &head {
            self.head.clone_from(head);
        }
        let (place, source) = (self.place.clone(), self.source.take());
        Some(Change { place, owner, source, clears_steps, steps, head })
    }
}

impl Keeping {
    pub(super) fn new() -> Self {
        Self {
            kept: StoredValue::new_local(Kept::default()),
            fault: RwSignal::new(None),
            is_looking: RwSignal::new(false),
        }
    }

    fn flush(self) {
        let is_writing =
            self.kept.try_update_value(|kept| std::mem::replace(&mut kept.is_writing, true));
        if is_writing != Some(false) {
            return;
        }
        spawn_local(async move {
            while let Some(change) = self.kept.try_update_value(Kept::take).flatten() {
                if let Err(fault) = drafts::write(&change).await {
                    self.stop(fault);
                }
            }
            self.kept.try_update_value(|kept| kept.is_writing = false);
        });
    }

    /// Keeps nothing more of this worksheet, and says so the first time.
    fn stop(self, fault: Fault) {
        let was_said = self.kept.try_update_value(|kept| {
            kept.leave();
            std::mem::replace(&mut kept.was_said, true)
        });
        if was_said == Some(false) {
            self.fault.try_set(Some(fault));
        }
    }
}

impl Desk {
    /// Returns why this browser does not keep the worksheet, until that was read; follows it.
    pub fn keeping_fault(self) -> Option<Fault> {
        self.keeping.fault.get()
    }

    /// The merchant has read it.
    pub fn leave_keeping_fault(self) {
        self.keeping.fault.set(None);
    }

    /// Tells whether a draft is being looked for, and follows it.
    pub fn is_looking(self) -> bool {
        self.keeping.is_looking.get()
    }

    /// Returns row and column of the cursor as they were left, by their places in the view.
    pub fn cursor(self) -> Option<(u32, u32)> {
        self.keeping.kept.with_value(|kept| kept.cursor)
    }

    /// Keeps row and column of the cursor, by their places in the view.
    pub fn keep_cursor(self, row: u32, column: u32) {
        self.keeping.kept.update_value(|kept| kept.cursor = Some((row, column)));
        self.keep_head_soon();
    }

    /// Brings back the draft of this store where the worksheet is empty.
    pub fn restore(self) {
        let Some(place) = self.place() else { return };
        let is_free = self.with_untracked(|model| model.is_empty() && model.note.is_none());
        if is_free && !self.keeping.is_looking.get_untracked() {
            self.keeping.is_looking.set(true);
            spawn_local(async move {
                // A run that was cut off comes before everything else.
                if self.restore_run(&place).await {
                    self.keeping.is_looking.try_set(false);
                } else {
                    self.open_draft(place);
                }
            });
        }
    }

    /// Looks whether another tab has let go of a run.
    pub fn look_again(self) {
        self.model.update(|model| model.note = None);
        self.restore();
    }

    /// Opens the draft that was left where it is kept.
    pub fn reopen(self) {
        if let Some(place) = self.place() {
            self.open_draft(place);
        }
    }

    /// Returns the head of the draft that is kept for this store but not at hand.
    pub async fn kept_head(self) -> Option<Head> {
        let head = drafts::head(&self.place()?).await.ok()??;
        decode(&head)
    }

    /// Drops all drafts, and all runs but those that are under way; the worksheet at hand is kept no longer.
    pub async fn clear_kept(self) {
        self.keeping.kept.update_value(Kept::leave);
        // Where nothing can be dropped, nothing was kept.
        let _ = drafts::clear().await;
        self.clear_runs().await;
    }

    pub(super) fn place(self) -> Option<String> {
        untrack(|| self.connection.who()).map(|who| who.place())
    }

    fn open_draft(self, place: String) {
        let keeping = self.keeping;
        keeping.is_looking.set(true);
        spawn_local(async move {
            let owner = random::idempotency_key();
            let found = drafts::take(&place, &owner).await;
            let found = match found {
                Ok(Some(found)) => Some(read(found).await),
                Ok(None) => None,
                Err(fault) => {
                    keeping.stop(fault);
                    None
                }
            };
            keeping.is_looking.try_set(false);
            if self.model.try_with_untracked(Model::is_empty_but_for_trouble) != Some(true) {
                return;
            }
            let Some(found) = found else { return };
            keeping.kept.update_value(|kept| {
                kept.leave();
                kept.place = place;
                kept.owner = Some(owner);
            });
            self.take_found(found);
        });
    }

    fn take_found(self, found: Option<(Draft, File)>) {
        let Some((draft, file)) = found else { return self.tell(Msg::DraftLost) };
        self.keeping.kept.update_value(|kept| {
            kept.cursor = draft.head.cursor;
            kept.next = u32::try_from(draft.steps.len()).unwrap_or_default();
        });
        self.tools.update_value(|tools| tools.file = Some(file));
        self.tell(Msg::DraftFound(Box::new(draft)));
    }

    /// Begins a draft: with the file itself, else with the text that the worksheet was made of.
    pub(super) fn keep_source(self) {
        let Some(place) = self.place() else { return };
        let owner = random::idempotency_key();
        self.keeping.kept.update_value(|kept| {
            kept.leave();
            kept.place = place;
            kept.owner = Some(owner.clone());
            kept.awaits_source = true;
        });
        let is_file = self.with_untracked(|model| model.origin == Origin::File);
        let file = self.tools.with_value(|tools| tools.file.clone()).filter(|_| is_file);
        spawn_local(async move {
            let source = match file {
                Some(file) => Some(file.into()),
                None => match self.ask(Ask::Source).await {
                    Some(Reply::File(bytes)) => files::blob(&bytes),
                    _ => None,
                },
            };
            let Some(head) = self.head() else { return };
            self.keeping.kept.try_update_value(|kept| {
                if kept.owner.as_ref() == Some(&owner) && source.is_some() {
                    kept.awaits_source = false;
                    kept.source = source;
                    kept.new_head = Some(head);
                }
            });
            self.keeping.flush();
        });
    }

    pub(super) fn keep_step(self, logged: &Logged) {
        self.keeping.kept.update_value(|kept| kept.steps.push(encode(logged)));
        self.keeping.flush();
    }

    pub(super) fn drop_steps(self) {
        self.keeping.kept.update_value(|kept| {
            kept.clears_steps = true;
            kept.steps.clear();
            kept.next = 0;
            kept.cursor = None;
        });
        self.keeping.flush();
    }

    pub(super) fn drop_draft(self) {
        let dropped = self.keeping.kept.try_update_value(|kept| {
            let dropped = kept.owner.take().map(|owner| (kept.place.clone(), owner));
            kept.leave();
            dropped
        });
        if let Some((place, owner)) = dropped.flatten() {
            spawn_local(async move {
                // What cannot be dropped is replaced by the next draft.
                let _ = drafts::drop_draft(&place, Some(&owner)).await;
            });
        }
    }

    /// Forgets the worksheet at hand, but not its draft.
    pub(super) fn leave_draft(self) {
        self.keeping.kept.update_value(Kept::leave);
    }

    /// Keeps the head in a moment, unless it is as it was.
    pub(super) fn keep_head_soon(self) {
        let is_kept = self.model.try_with_untracked(Model::is_kept) == Some(true);
        self.keeping.kept.update_value(|kept| {
            if is_kept && kept.owner.is_some() && kept.timer.is_none() {
                kept.timer = clock::after(HEAD_MS, move || self.keep_head());
            }
        });
    }

    /// Keeps the head now: at once where the page goes out of sight, as it may not come back.
    pub(super) fn keep_head(self) {
        let head = self.head();
        self.keeping.kept.try_update_value(|kept| {
            // The time alone is no reason to write.
            let is_new = head.as_ref().is_some_and(|head| is_other(head, &kept.head));
            if is_new && kept.owner.is_some() {
                kept.new_head = head;
            }
        });
        // A timer must not be dropped while it calls.
        let timer = self.keeping.kept.try_update_value(|kept| kept.timer.take());
        spawn_local(async move { drop(timer) });
        self.keeping.flush();
    }

    /// Writes what waits when the page goes out of sight.
    pub(super) fn keep_on_hiding(self) {
        page::on_hiding(move || self.keep_head());
    }

    fn head(self) -> Option<Vec<u8>> {
        let cursor = self.keeping.kept.try_with_value(|kept| kept.cursor)?;
        let head = self
            .model
            .try_with_untracked(|model| model.is_kept().then(|| model.head(cursor, now_ms())));
        head.flatten().map(|head| encode(&head))
    }
}

/// Drops the draft of a place that somebody leaves by their own will.
pub(super) async fn drop_place(place: String) {
    let _ = drafts::drop_draft(&place, None).await;
}

fn is_other(new: &[u8], old: &[u8]) -> bool {
    let timeless = |head: &[u8]| decode::<Head>(head).map(|head| Head { kept_ms: 0, ..head });
    timeless(new) != timeless(old)
}

/// Reads what was kept; `None` where it is of another format, or its source cannot be read.
async fn read(found: Found) -> Option<(Draft, File)> {
    let head: Head = decode(&found.head)?;
    let steps = found.steps.iter().map(|step| decode(step)).collect::<Option<Vec<Logged>>>()?;
    let file = files::file_of(&found.source?, &head.name).await?;
    Some((Draft { head, steps }, file))
}
