//! What is asked before a run begins or goes on: plan, cost, errors, guards, the question, and
//! whether the levels moved while it was open.

use std::collections::BTreeSet;
use std::io::BufRead;
use std::thread;

use stockroom_client::repeated::Line;
use stockroom_client::run::{Event, Labels};
use stockroom_domain::plan::ConfirmedPlan;

use super::confirm::{Known, Said, confirm, pass_applied_meanwhile};
use super::console::Console;
use super::cost::cost;
use super::drift::{self, Preview};
use super::drive::now_ms;
use super::journal::Journal;
use super::opening::{About, Manner, Opening};
use super::outcomes::totals;
use super::place::Place;
use super::resume::{check, check_store, going_on};
use super::twin::{
    Before, Former, Formers, Named, fingerprint_of, formers, formers_meanwhile, lines_of,
};
use super::{ApplyArgs, UNKNOWN, evidence, print, unsent};
use crate::clock::{Clock as _, SystemClock};
use crate::commands::{CommandError, Ended};
use crate::file_plan::store_client::StoreClient;
use crate::file_plan::{
    FileSheet, Planned, plan_on_server, plan_on_snapshot, report, snapshot, unusable,
};
use crate::random::{SystemRandom, new_id};

/// What is to be done.
pub(super) enum Next {
    /// A run begins or goes on, with this event.
    Drive(Box<Opening>, Event),
    /// Nothing: the process ends with this status.
    End(u8),
}

/// What is known before the journal is looked at.
pub(super) struct Desk<'a> {
    pub(super) args: &'a ApplyArgs,
    pub(super) client: StoreClient,
    pub(super) place: Place,
    pub(super) journal: String,
}

/// What a file's changes are compared with.
struct Case {
    /// What names the file's text and how it was read.
    asked: String,
    /// The finished run in the journal.
    before: Option<Former>,
    manner: Manner,
}

/// What is to be sent.
struct Asked {
    confirmed: ConfirmedPlan,
    /// Adjusts of it that are not, because they were applied before.
    left_out: BTreeSet<Line>,
}

impl Desk<'_> {
    /// Plans, and asks whether the run begins.
    pub(super) fn begin<R: BufRead>(
        &self,
        read: FileSheet,
        before: Option<Former>,
        console: &mut Console<R>,
    ) -> Ended<Next> {
        let asked = read.asked.clone();
        let mut preview = Preview::new(self.plan(read)?);
        let pages = self.args.stock.is_none().then(|| self.client.reads());
        let case = Case { asked, before, manner: self.manner()? };
        let checks_levels = case.manner.capabilities.expected_quantity;
        let mut is_asked_for = self.args.reread;
        loop {
            let fingerprint = fingerprint_of(&preview.planned);
            let asked_at = now_ms();
            let asked = self.ask(&preview.planned, fingerprint.as_deref(), &case, console)?;
            let Some(Asked { confirmed, left_out }) = asked else {
                let has_errors = preview.planned.plan.totals().errors > 0;
                return Ok(Next::End(u8::from(has_errors)));
            };
            let is_due = !checks_levels && drift::is_due(is_asked_for, asked_at, now_ms());
            is_asked_for = false;
            let now = if is_due { drift::read_again(&preview, pages, &self.client)? } else { None };
            let moved = now.as_ref().map_or_else(Vec::new, |now| preview.moved(now));
            let Some(now) = now.filter(|_| !moved.is_empty()) else {
                return self.open(preview, confirmed, fingerprint, &left_out, case);
            };
            print(&drift::table(&moved, self.args.keep));
            preview = preview.renewed(now, self.args.keep);
        }
    }

    /// Shows a plan and has it confirmed; `None` where there is nothing to apply.
    fn ask<R: BufRead>(
        &self,
        planned: &Planned,
        fingerprint: Option<&str>,
        case: &Case,
        console: &mut Console<R>,
    ) -> Ended<Option<Asked>> {
        let totals = planned.plan.totals();
        print(&report::summary(planned));
        let is_left_out = totals.errors == 0 || self.args.leave_out_errors;
        if totals.targets == 0 && is_left_out {
            print("There is nothing to apply.\n");
            return Ok(None);
        }
        if is_left_out {
            let cost = cost(totals.requests as u64, &case.manner);
            print(&format!("{cost}\njournal: {}\n", self.journal));
        }
        let named = Named { asked: &case.asked, fingerprint };
        let formers = formers(named, case.before.as_ref(), &self.place, &self.client)?;
        let (left_out, before) = if is_left_out && !formers.is_empty() {
            self.leave_out(&formers, lines_of(planned), console)
        } else {
            (BTreeSet::new(), None)
        };
        if left_out.len() == totals.targets {
            print("There is nothing to apply: all of it was applied before.\n");
            return Ok(None);
        }
        let demo = if case.manner.capabilities.demo { "demo" } else { "" };
        let store = self.place.named(demo);
        let known = Known { before: before.as_ref(), left_out: left_out.len(), place: &store };
        let confirmed = confirm(planned, self.said(), known, console)?;
        Ok(Some(Asked { confirmed, left_out }))
    }

    /// Returns the adjusts that are left out because they were applied before, and what was applied of
    /// the others.
    fn leave_out<R: BufRead>(
        &self,
        formers: &Formers,
        mut asked: BTreeSet<Line>,
        console: &mut Console<R>,
    ) -> (BTreeSet<Line>, Option<Before>) {
        let mut left_out = BTreeSet::new();
        while let Some(before) = formers.before(&asked) {
            let others = asked.len() - before.lines.len();
            let leaves = || format!("{}. Leave those out?", before.sentence);
            let is_meant = self.said().passes(before.guard());
            let leaves_out = self.args.leave_out_applied
                || !is_meant && !before.is_whole && console.agrees(&leaves());
            if !leaves_out {
                return (left_out, Some(before));
            }
            print(&format!("left out: {}; {others} other adjusts\n", before.sentence));
            asked.retain(|line| !before.lines.contains(line));
            left_out.extend(before.lines);
        }
        (left_out, None)
    }

    /// Returns the run of a confirmed plan.
    fn open(
        &self,
        preview: Preview,
        confirmed: ConfirmedPlan,
        fingerprint: Option<String>,
        left_out: &BTreeSet<Line>,
        case: Case,
    ) -> Ended<Next> {
        let now = SystemClock.now();
        let reason = self.args.reason.map(|reason| reason.as_str().to_owned());
        let about = About {
            id: new_id(&SystemRandom, now),
            confirmed_at: now,
            place: self.place.clone(),
            file: self.args.file.file.display().to_string(),
            asked: case.asked,
            labels: Labels { reason, fingerprint },
        };
        let opening = Opening::new(about, &preview, &confirmed, left_out, &case.manner)?;
        // A million rows take a while to be forgotten, and nothing waits for that.
        thread::spawn(move || drop((preview, confirmed)));
        let first = going_on(&opening.run);
        Ok(Next::Drive(Box::new(opening), first))
    }

    /// Writes a run to the journal before it starts.
    pub(super) fn keep(&self, opening: &Opening, journal: &mut Journal) -> Ended {
        journal.begin(opening).map_err(|error| {
            unusable(format!("cannot write {}: {error}. Nothing was sent.", self.journal))
        })
    }

    /// Says what is known of a run that is not finished, and asks whether it goes on.
    pub(super) fn go_on<R: BufRead>(
        &self,
        mut opening: Opening,
        read: &FileSheet,
        console: &mut Console<R>,
    ) -> Ended<Next> {
        check(&opening, &read.asked, &self.place, &self.journal)?;
        check_store(&opening, &self.client, &self.journal)?;
        let summary = opening.run.summary();
        let progress = opening.run.progress(now_ms());
        let left = progress.requests.saturating_sub(progress.requests_done);
        print(&format!(
            "{} tells of a run of {} to {}, begun {}, that is not finished.\n{}\n{}\n",
            self.journal,
            opening.head.file,
            opening.head.place.named(""),
            opening.head.confirmed_at,
            totals(&summary),
            cost(left as u64, &self.manner()?),
        ));
        let again = opening.run.retryable(now_ms());
        let formers = formers_meanwhile(&opening, &self.client)?;
        if let Some(before) = formers.before(&opening.run.lines_left()) {
            let (number, place) = (summary.not_sent + again, self.place.named(""));
            pass_applied_meanwhile(&before, self.said(), number, &place, console)?;
        }
        if !self.client.capabilities()?.expected_quantity {
            let moved = unsent::read(&opening, &self.client)?;
            if !moved.is_empty() {
                print(&moved.table(&opening, self.args.keep));
                moved.settle(&mut opening, self.args.keep);
            }
        }
        let question = format!(
            "Go on: send {} items that are left, and ask again for {again} that are unknown?",
            summary.not_sent
        );
        if !self.args.yes && !console.agrees(&question) {
            return Err(CommandError::new("not gone on with. The journal is as it was."));
        }
        let first = going_on(&opening.run);
        Ok(Next::Drive(Box::new(opening), first))
    }

    /// Shows what the store has now of items that are unknown for good, and says what to do.
    pub(super) fn stuck(&self, opening: &Opening) -> Ended<CommandError> {
        let unknown = evidence::unknown(opening);
        let now =
            if opening.head.place == self.place { self.client.look_up(&unknown)? } else { vec![] };
        print(&evidence::table(opening, &now));
        let message = format!(
            "the run of {} begun {} left {} items unknown, and the server may have forgotten their \
             keys: sending them again could apply them twice. Compare them with the shelf, apply by \
             hand what is missing, then remove {}.",
            opening.head.file,
            opening.head.confirmed_at,
            unknown.len(),
            self.journal
        );
        Ok(CommandError::with_status(message, UNKNOWN))
    }

    fn manner(&self) -> Ended<Manner> {
        let capabilities = self.client.capabilities()?.clone();
        Ok(Manner { capabilities, is_limited: self.client.is_limited() })
    }

    fn plan(&self, read: FileSheet) -> Ended<Planned> {
        match &self.args.stock {
            Some(file) => Ok(plan_on_snapshot(read, snapshot::read(file)?)),
            None => plan_on_server(read, &self.client),
        }
    }

    fn said(&self) -> Said<'_> {
        Said {
            yes: self.args.yes,
            leave_out_errors: self.args.leave_out_errors,
            allowed: &self.args.allow_guard,
        }
    }
}
