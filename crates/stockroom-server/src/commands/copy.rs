//! `stockroom copy`: moving a store from one kind of database to the other.

mod words;

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use clap::Args;

use self::words::{cannot, grouped, print_moved};
use super::database::Place;
use super::output::say;
use super::{CommandError, DATABASE, Ended, runtime, tell};
use crate::store::moving::{Moving, Task, Way, move_store};

/// How often it is said how far a long table is.
const EVERY: Duration = Duration::from_secs(5);

/// Copy the store to PostgreSQL, or back to a file; servers must be stopped.
///
/// All of it goes: products, levels, history, runs, keys, sessions, kept answers, counts of limits, webhooks
/// with their secrets. Nobody can write to either database meanwhile, and the source stays as it is. When all is
/// copied, both are read again in order and compared value by value; a row that differs is named, and the target
/// stays unfinished. No server opens a target that is not finished. Whatever ended a copy, the same command goes
/// on where it was.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
The target must be empty, or hold an unfinished copy of the same store. A file is named by its path, or by the
folder that holds stockroom.db. The command line is seen by everybody on the machine: name an address with a
password by its variable.

Example:
  systemctl stop stockroom
  export STOCKROOM_COPY_TO='postgres://stockroom:PASSWORD@db.example.com/stock'
  stockroom copy --from sqlite:/var/lib/stockroom
  stockroom serve --database \"$STOCKROOM_COPY_TO\"")]
pub struct CopyArgs {
    /// The database that holds the store
    #[arg(
        long,
        value_name = "sqlite:PATH|postgres://…",
        env = "STOCKROOM_COPY_FROM",
        hide_env_values = true
    )]
    from: String,
    /// The database that the store goes to, of the other kind
    #[arg(
        long,
        value_name = "postgres://…|sqlite:PATH",
        env = "STOCKROOM_COPY_TO",
        hide_env_values = true
    )]
    to: String,
    /// Copy nothing: compare the two, before anything has written to either since
    #[arg(long)]
    check: bool,
}

/// Copies a store, and says of each table how many rows there are.
pub(super) fn copy(args: &CopyArgs) -> Ended {
    let (from, to) = (place("--from", &args.from)?, place("--to", &args.to)?);
    let (from_shown, to_shown) = (from.to_string(), to.to_string());
    let way = match (from, to) {
        (Place::File(from), Place::Postgres(to)) => Way::ToPostgres(from, *to),
        (Place::Postgres(from), Place::File(to)) => Way::ToFile(*from, to),
        (Place::File(_), Place::File(_)) => {
            return Err(CommandError::new(
                "one of --from and --to must be a database of PostgreSQL. A file is copied to another by \
                 `stockroom backup`.",
            ));
        }
        (Place::Postgres(_), Place::Postgres(_)) => {
            return Err(CommandError::new(
                "one of --from and --to must be a file. From one database of PostgreSQL to another a store \
                 goes by pg_dump.",
            ));
        }
    };
    let task = if args.check { Task::Compare } else { Task::Copy };
    let (began, progress) = (Instant::now(), Progress::default());
    let moved = runtime()?
        .block_on(move_store(way, task, &|moving| progress.see(moving)))
        .map_err(|error| cannot(task, &from_shown, &to_shown, &error))?;
    print_moved(&moved)?;
    let seconds = began.elapsed().as_secs_f64();
    match task {
        Task::Copy => {
            say(format_args!(
                "copied {from_shown} to {to_shown} in {seconds:.1} s; all rows are the same"
            ))?;
        }
        Task::Compare => say(format_args!("all rows are the same in {from_shown} and {to_shown}"))?,
    }
    Ok(())
}

/// Returns the database that an option names; a folder is its `stockroom.db`.
fn place(option: &str, database: &str) -> Ended<Place> {
    Ok(match Place::parse(option, database)? {
        Place::File(file) if file.is_dir() || database.ends_with(std::path::MAIN_SEPARATOR) => {
            Place::File(file.join(DATABASE))
        }
        place => place,
    })
}

/// Says how far it is: each table when it is done, and a long one meanwhile.
#[derive(Default)]
struct Progress {
    table: Cell<&'static str>,
    rows: Cell<usize>,
    said: RefCell<Option<Instant>>,
}

impl Progress {
    fn see(&self, moving: Moving) {
        match moving {
            Moving::GoesOn => tell("The target holds a part of this copy: going on with it.\n"),
            Moving::Copied { table, rows } => {
                tell(&format!("copied {table}: {} rows\n", grouped(rows)));
            }
            Moving::Compared { table, rows } => {
                tell(&format!("compared {table}: {} rows\n", grouped(rows)));
                self.table.set("");
            }
            Moving::Rows { table, rows } => self.count(table, rows),
        }
    }

    fn count(&self, table: &'static str, rows: usize) {
        let now = Instant::now();
        let mut said = self.said.borrow_mut();
        if self.table.replace(table) != table {
            self.rows.set(0);
            *said = Some(now);
        }
        self.rows.set(self.rows.get() + rows);
        if said.is_none_or(|said| now - said > EVERY) {
            tell(&format!("{table}: {} rows so far\n", grouped(self.rows.get() as u64)));
            *said = Some(now);
        }
    }
}
