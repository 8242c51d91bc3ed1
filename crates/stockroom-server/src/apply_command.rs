//! `stockroom apply`: a file's changes, sent; what a scheduled job runs.
//!
//! The plan is that of `stockroom plan`, the run that of the browser: `stockroom-client` decides
//! what is sent and when, this module keeps its journal, talks to the server and to the person.
//! Start reading at [`apply_file`], then `drive::drive` and `journal::Journal`.

mod confirm;
mod console;
mod drive;
mod evidence;
mod journal;
mod opening;
mod outcomes;
mod progress;
mod resume;

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead, Write as _};
use std::path::{Path, PathBuf};
use std::thread;

use clap::Args;
use stockroom_api::key::{Access, Environment, KeyPrefix};
use stockroom_client::run::Event;

use crate::clock::{Clock as _, SystemClock};
use crate::commands::{CommandError, Ended};
use crate::file_plan::store_client::{StoreClient, key};
use crate::file_plan::{
    FileArgs, FileSheet, Planned, plan_on_server, plan_on_snapshot, read_sheet, report, snapshot,
    unusable,
};
use crate::random::{SystemRandom, new_id};
use confirm::{AllowedGuard, Said, budget, confirm};
use console::Console;
use drive::{drive, now_ms};
use journal::Journal;
use opening::{About, Manner, Opening, Place};
use outcomes::{ending, totals, troubles, write_report};
use progress::Meter;
use resume::{Standing, applied_adjusts, check, check_store, going_on, standing};

/// The status of a run that left items unknown.
const UNKNOWN: u8 = 3;
/// The status of a process that was ended by Ctrl-C, as shells have it.
const INTERRUPTED: u8 = 130;

/// Apply a file's changes to the stock of a server.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
The plan is shown first, as `stockroom plan` makes it; then one question is asked. Every request is \
written to the journal before it leaves, so that a run which was cut off at any point goes on with \
the same command, and nothing is applied twice.

Exit status: 0 everything was applied; 1 rows have errors, or items were refused or not sent, or the \
plan was not confirmed; 2 the file, the stock, the key or the journal cannot be used; 3 items are \
unknown: no answer says whether they were applied.

For a scheduled job:
  STOCKROOM_KEY=… stockroom apply /srv/stock.csv --server https://stock.example.com --yes")]
pub struct ApplyArgs {
    #[command(flatten)]
    file: FileArgs,
    /// A server of the Store API, such as `http://127.0.0.1:8080`
    #[arg(long, value_name = "URL")]
    server: String,
    /// Plan on a file with the inventory list's items as JSON, instead of on the server's stock
    #[arg(long, value_name = "SNAPSHOT")]
    stock: Option<PathBuf>,
    /// A file with the key; without it `STOCKROOM_KEY` is taken
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Answer the question with yes; never a guard, never an error
    #[arg(long)]
    yes: bool,
    /// Apply the good rows and leave those with errors out
    #[arg(long)]
    leave_out_errors: bool,
    /// Pass a guard that is past its limit; may be repeated
    #[arg(long = "allow-guard", value_name = "CODE")]
    allow_guard: Vec<AllowedGuard>,
    /// Where the run is kept so that it can go on; without it, beside the file with `.journal`
    /// after its name
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Write what became of every level to a file: NDJSON where its name ends in .ndjson or
    /// .jsonl, else CSV
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// What is to be done.
enum Next {
    /// A run begins or goes on, with this event.
    Drive(Box<Opening>, Event),
    /// Nothing: the process ends with this status.
    End(u8),
}

/// What is known before the journal is looked at.
struct Desk<'a> {
    args: &'a ApplyArgs,
    client: StoreClient,
    place: Place,
    journal: String,
}

/// Applies the file's changes, or goes on with the run that its journal tells of; returns the
/// status that the process ends with.
///
/// # Errors
/// [`CommandError`] with status 1 where the plan is not confirmed, 2 where something cannot be used
/// and nothing was sent, 3 where items are unknown.
pub fn apply_file(args: &ApplyArgs) -> Ended<u8> {
    let mut console = Console::of_process();
    if !args.yes && !console.is_terminal() {
        return Err(unusable(
            "there is no terminal to ask at. Add --yes to apply without the question.",
        ));
    }
    let key = key(args.key_file.as_deref())?;
    let client = StoreClient::new(&args.server, &key);
    let place = Place::new(client.base(), &key)?;
    let read = read_sheet(&args.file)?;
    let path = args.journal.clone().unwrap_or_else(|| beside(&args.file.file));
    let (mut journal, kept) = Journal::open(&path)?;
    let desk = Desk { args, client, place, journal: path.display().to_string() };
    let next = match kept.map(|kept| kept.opening) {
        None => desk.begin(read, None, &mut console)?,
        Some(opening) => match standing(&opening.run, now_ms()) {
            Standing::Unfinished => desk.go_on(opening, &read, &mut console)?,
            Standing::Finished => desk.begin(read, Some(opening), &mut console)?,
            Standing::Stuck => return Err(desk.stuck(&opening)?),
        },
    };
    let (mut opening, first) = match next {
        Next::Drive(opening, first) => (opening, first),
        Next::End(status) => return Ok(status),
    };
    let report = args.report.as_deref().map(create).transpose()?;
    if first == Event::Started {
        desk.keep(&opening, &mut journal)?;
    }
    let Desk { client, journal: shown, .. } = desk;
    let meter = Meter::new(console.is_terminal(), now_ms());
    drive(&mut opening.run, first, &mut journal, client, meter)?;
    if let (Some(file), Some(path)) = (report, &args.report) {
        write_report(file, path, &opening).map_err(|error| unwritten(path, &error))?;
    }
    Ok(tell_end(&opening, &shown))
}

impl Desk<'_> {
    /// Plans, and asks whether the run begins.
    fn begin<R: BufRead>(
        &self,
        read: FileSheet,
        before: Option<Opening>,
        console: &mut Console<R>,
    ) -> Ended<Next> {
        let applied_before = before.and_then(|before| self.applied_before(&before, &read));
        let asked = read.asked.clone();
        let planned = self.plan(read)?;
        let manner = self.manner()?;
        let totals = planned.plan.totals();
        print(&report::summary(&planned));
        let is_left_out = totals.errors == 0 || self.args.leave_out_errors;
        if totals.targets == 0 && is_left_out {
            print("There is nothing to apply.\n");
            return Ok(Next::End(u8::from(totals.errors > 0)));
        }
        if is_left_out {
            let budget = budget(totals.requests, manner.is_limited);
            print(&format!("{budget}\njournal: {}\n", self.journal));
        }
        let demo = if manner.capabilities.demo { "demo" } else { "" };
        let store = self.place.named(demo);
        let confirmed = confirm(&planned, self.said(), applied_before.as_deref(), &store, console)?;
        let now = SystemClock.now();
        let about = About {
            id: new_id(&SystemRandom, now),
            confirmed_at: now,
            place: self.place.clone(),
            file: self.args.file.file.display().to_string(),
            asked,
        };
        let opening = Opening::new(about, &planned, &confirmed, &manner)?;
        // A million rows take a while to be forgotten, and nothing waits for that.
        thread::spawn(move || drop((planned, confirmed)));
        let first = going_on(&opening.run);
        Ok(Next::Drive(Box::new(opening), first))
    }

    /// Writes a run to the journal before it starts.
    fn keep(&self, opening: &Opening, journal: &mut Journal) -> Ended {
        journal.begin(opening).map_err(|error| {
            unusable(format!("cannot write {}: {error}. Nothing was sent.", self.journal))
        })
    }

    /// Says what is known of a run that is not finished, and asks whether it goes on.
    fn go_on<R: BufRead>(
        &self,
        opening: Opening,
        read: &FileSheet,
        console: &mut Console<R>,
    ) -> Ended<Next> {
        check(&opening, &read.asked, &self.place, &self.journal)?;
        check_store(&opening, &self.client, &self.journal)?;
        let summary = opening.run.summary();
        print(&format!(
            "{} tells of a run of {} to {}, begun {}, that is not finished.\n{}\n",
            self.journal,
            opening.file,
            opening.place.named(""),
            opening.confirmed_at,
            totals(&summary)
        ));
        let again = opening.run.retryable(now_ms());
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
    fn stuck(&self, opening: &Opening) -> Ended<CommandError> {
        let unknown = evidence::unknown(opening);
        let now = if opening.place == self.place { self.client.look_up(&unknown)? } else { vec![] };
        print(&evidence::table(opening, &now));
        let message = format!(
            "the run of {} begun {} left {} items unknown, and the server may have forgotten their \
             keys: sending them again could apply them twice. Compare them with the shelf, apply by \
             hand what is missing, then remove {}.",
            opening.file,
            opening.confirmed_at,
            unknown.len(),
            self.journal
        );
        Ok(CommandError::with_status(message, UNKNOWN))
    }

    /// Returns a sentence where a finished run applied the same adjusts to the same store.
    fn applied_before(&self, before: &Opening, read: &FileSheet) -> Option<String> {
        let is_same = before.asked == read.asked && before.place == self.place;
        let adjusts = if is_same { applied_adjusts(&before.run) } else { 0 };
        (adjusts > 0).then(|| {
            format!(
                "the same changes were applied before, on {}: {adjusts} items add to their level \
                 or take from it, and would do so twice",
                before.confirmed_at
            )
        })
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

/// Says how the run ended, and returns the status of the process.
fn tell_end(opening: &Opening, journal: &str) -> u8 {
    let summary = opening.run.summary();
    let mut text = troubles(opening);
    let mut say = |sentence: &str| {
        text.push_str(sentence);
        text.push('\n');
    };
    if let Some(why) = summary.end.as_ref().and_then(ending) {
        say(&why);
    }
    say(&totals(&summary));
    if standing(&opening.run, now_ms()) == Standing::Unfinished {
        say(&format!(
            "The same command goes on with {journal}: the same requests under the same keys, so \
             that nothing is applied twice."
        ));
    } else if summary.unknown > 0 {
        say(
            "What is unknown is not sent again by itself. Compare the levels in the store with what \
             was wanted.",
        );
    }
    print(&text);
    if summary.unknown > 0 {
        UNKNOWN
    } else {
        u8::from(summary.refused + summary.not_sent + opening.left_out > 0)
    }
}

fn print(text: &str) {
    // A reader that has seen enough (`| head`) is no failure.
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// Returns the place of the journal where none is named.
fn beside(file: &Path) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(".journal");
    name.into()
}

fn create(path: &Path) -> Ended<File> {
    File::create(path).map_err(|error| {
        unusable(format!("cannot write {}: {error}. Nothing was sent.", path.display()))
    })
}

fn unwritten(path: &Path, error: &std::io::Error) -> CommandError {
    let path = path.display();
    CommandError::new(format!("the run has ended, but {path} cannot be written: {error}."))
}

impl Place {
    /// Returns where a key leads.
    ///
    /// # Errors
    /// [`CommandError`] with status 2 where the key may only read, or the address holds a secret.
    fn new(server: &str, key: &str) -> Ended<Self> {
        let prefix = KeyPrefix::parse(key);
        if prefix.is_some_and(|prefix| prefix.access == Access::Read) {
            return Err(unusable(
                "a key that only reads (pk_…) applies nothing. Use one with sk_….",
            ));
        }
        if server.contains('@') {
            // It would stand in the journal.
            return Err(unusable("the address of --server must not hold a name or a password."));
        }
        let environment = prefix.map(|prefix| prefix.environment);
        Ok(Self { server: server.to_owned(), environment })
    }

    /// Returns the store as people name it, with what is known beyond the key.
    fn named(&self, kind: &str) -> String {
        let environment = self.environment.map_or("", Environment::as_str);
        let words = ["the", kind, environment, "store at", &self.server];
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    }
}
