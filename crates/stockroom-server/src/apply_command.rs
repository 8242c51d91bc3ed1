//! `stockroom apply`: a file's changes, sent; what a scheduled job runs.
//!
//! The plan is that of `stockroom plan`, the run that of the browser: `stockroom-client` decides
//! what is sent and when, this module keeps its journal, talks to the server and to the person.
//! Start reading at [`apply_file`], then `desk::Desk`, `drive::drive` and `journal::Journal`.

mod asked_levels;
mod confirm;
mod console;
mod cost;
mod desk;
mod drift;
mod drive;
mod evidence;
mod journal;
mod opening;
mod outcomes;
mod place;
mod progress;
mod resume;
mod stale;
mod twin;
mod unsent;

use std::ffi::OsString;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use stockroom_api::reason::Reason;
use stockroom_client::run::Event;

use crate::commands::{CommandError, Ended};
use crate::file_plan::store_client::{StoreClient, key};
use crate::file_plan::{FileArgs, read_sheet, unusable};
use confirm::AllowedGuard;
use console::Console;
use desk::{Desk, Next};
use drift::Keep;
use drive::{drive, now_ms};
use journal::Journal;
use opening::Opening;
use outcomes::{ending, totals, troubles, write_report};
use place::Place;
use progress::Meter;
use resume::{Standing, standing};
use twin::Former;

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
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
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
    /// Leave out adjusts that were applied before, where that is a large part of the file, and apply
    /// the others
    #[arg(long)]
    leave_out_applied: bool,
    /// Pass a guard that is past its limit; may be repeated
    #[arg(long = "allow-guard", value_name = "CODE")]
    allow_guard: Vec<AllowedGuard>,
    /// Why levels change, kept in the history of servers that have one
    #[arg(long, value_name = "WORD", value_parser = reasons())]
    reason: Option<Reason>,
    /// Read the stock again before the first request, also where the answer came quickly; only
    /// where the server does not check each level itself
    #[arg(long)]
    reread: bool,
    /// What counts for rows that set a level which moved since the preview
    #[arg(long, value_name = "WHAT", default_value = "count")]
    keep: Keep,
    /// Where the run is kept so that it can go on; without it, beside the file with `.journal`
    /// after its name
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Write what became of every level to a file: NDJSON where its name ends in .ndjson or
    /// .jsonl, else CSV
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
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
    let mut kept = kept.map(|kept| kept.opening);
    if let Some(opening) = kept.as_mut().filter(|opening| opening.run.summary().unknown > 0) {
        // The server's clock tells whether it may be asked for them again.
        let asked_ms = now_ms();
        if let Some(server_ms) = desk.client.ask_date() {
            opening.run.hear_date(server_ms, asked_ms);
        }
    }
    let next = match kept {
        None => desk.begin(read, None, &mut console)?,
        Some(opening) => match standing(&opening.run, now_ms()) {
            Standing::Unfinished => desk.go_on(opening, &read, &mut console)?,
            Standing::Finished => {
                let former = Former::of(&opening);
                drop(opening);
                desk.begin(read, Some(former), &mut console)?
            }
            Standing::Stuck => return Err(desk.stuck(&opening)?),
        },
    };
    let (mut opening, first) = match next {
        Next::Drive(opening, first) => (opening, first),
        Next::End(status) => return Ok(status),
    };
    if let Some(server_ms) = desk.client.latest_date() {
        // Heard at some time before; a key is no younger than that.
        opening.run.hear_date(server_ms, 0);
    }
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
    Ok(tell_end(&opening, &shown, args.keep))
}

/// Says how the run ended, and returns the status of the process.
fn tell_end(opening: &Opening, journal: &str, keep: Keep) -> u8 {
    let summary = opening.run.summary();
    let mut text = troubles(opening) + &stale::table(opening, keep);
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
        u8::from(summary.refused + summary.not_sent + opening.head.left_out > 0)
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

/// Reads a reason by its word; any other names them all.
fn reasons() -> impl TypedValueParser<Value = Reason> {
    let words = PossibleValuesParser::new(Reason::ALL.map(Reason::as_str));
    words.try_map(|word| Reason::of(&word).ok_or("no such reason"))
}
