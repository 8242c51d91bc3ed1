//! The commands of the terminal.

pub mod access;
pub mod audit;
pub mod copies;
pub mod copy;
pub mod database;
pub mod demo;
pub mod keys;
pub mod migrate;
mod output;
pub mod serve;
pub mod users;

use std::io::Write as _;

use clap::{Parser, Subcommand};
use jiff::Timestamp;
use stockroom_api::key::{Access, Environment, KeyPrefix};

pub use self::database::without_secrets;
use self::database::{DATABASE, DataArgs, Place, open_file, open_postgres};
use crate::apply_command::{ApplyArgs, apply_file};
use crate::clock::{Clock as _, SystemClock};
use crate::logging::LogFormat;
use crate::plan_command::{PlanArgs, show_plan};
use crate::random::{Random, SystemRandom, new_id};
use crate::secret;
use crate::store::Store;
use crate::store::data::{Scope, StoreInfo, StoreKind};
use crate::store::keys::{Grant, NewKey, NewSecret};

/// Stockroom: preview stock changes against live stock, apply them, know what happened.
#[derive(Debug, Parser)]
#[command(name = "stockroom", version, about, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The shortest way from nothing to a change, below the list of commands.
const EXAMPLES: &str = "\
Examples:
  stockroom serve --demo                          a demo store on http://127.0.0.1:8080
  stockroom users add Aïcha --role owner          somebody who signs in to the app
  stockroom keys create --live --name ERP         a key for live data, shown once
  stockroom plan count.csv --server URL           what a file would do, without doing it
  stockroom apply count.csv --server URL          the same, done after a question
  stockroom backup /backup/stockroom.db           a copy, also while the server runs

`stockroom help COMMAND` explains a command and each of its options.";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API and the app
    Serve(Box<serve::ServeArgs>),
    /// Make, list, change and revoke keys
    #[command(
        subcommand,
        after_help = "\
Examples:
  stockroom keys create --live --name ERP --data /var/lib/stockroom
  stockroom keys list --data /var/lib/stockroom"
    )]
    Keys(keys::KeysCommand),
    /// Add, list, change and remove the people who sign in to the app
    #[command(
        subcommand,
        after_help = "\
Examples:
  stockroom users add Aïcha --role owner --data /var/lib/stockroom
  stockroom users list --data /var/lib/stockroom"
    )]
    Users(users::UsersCommand),
    /// Show whether the store's keys are taken, or switch that
    ///
    /// Both are on unless they are switched off, also while a server runs. Off refuses every key and
    /// every session of the app, at once and until it is on again; the keys themselves stay as they are.
    /// To end one key for good use `stockroom keys revoke`.
    Access(access::AccessArgs),
    /// List what was passed on to a hosted service, by whom, and what became of it
    #[command(after_help = "\
Outcomes:
  sent       it was about to be sent, and nothing is known since
  done       the service did it; of a bulk request, what could be done
  replayed   it had been done before, and the same answer came again
  refused    the service refused it, and changed nothing
  unknown    no answer came, or none that says
  notSent    there was no connection

Example:
  stockroom audit --user Sow --limit 200 --data /var/lib/stockroom")]
    Audit(audit::AuditArgs),
    /// Fill a demo store and exit
    #[command(after_help = "\
Example:
  stockroom demo --products 100000 --data /tmp/large && stockroom serve --data /tmp/large --demo")]
    Demo(demo::DemoArgs),
    /// Copy the database to a file, also while a server uses it
    #[command(after_help = "\
Example, nightly by cron (a % is written \\% there):
  stockroom backup /backup/stockroom-$(date +%F).db --data /var/lib/stockroom")]
    Backup(copies::BackupArgs),
    /// Put a backup in the place of the database; the server must be stopped
    #[command(after_help = "\
The database that was there is kept beside the new one, as stockroom.db.before-TIME.

Example:
  systemctl stop stockroom
  stockroom restore /backup/stockroom-2026-11-23.db --data /var/lib/stockroom
  systemctl start stockroom")]
    Restore(copies::RestoreArgs),
    /// Copy the store to PostgreSQL, or back to a file; servers must be stopped
    Copy(copy::CopyArgs),
    /// Bring the database's tables up to date, and exit
    Migrate(migrate::MigrateArgs),
    /// Show what a file would do to the stock, without sending anything
    #[command(after_help = "\
Example, with the key from the environment:
  STOCKROOM_KEY=sk_test_demo stockroom plan count.csv --server http://127.0.0.1:8080")]
    Plan(PlanArgs),
    /// Apply a file's changes to the stock of a server
    Apply(ApplyArgs),
}

impl Cli {
    /// Returns how this command's log lines look.
    pub fn log_format(&self) -> LogFormat {
        match &self.command {
            Command::Serve(args) => args.log_format(),
            _ => LogFormat::Text,
        }
    }
}

/// Why a command ended without success: one line, with what to do.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct CommandError {
    message: String,
    status: u8,
}

impl CommandError {
    /// Returns an error that says `message` and ends with status 1.
    pub fn new(message: impl Into<String>) -> Self {
        Self::with_status(message, 1)
    }

    /// Returns an error that says `message` and ends with `status`.
    pub fn with_status(message: impl Into<String>, status: u8) -> Self {
        Self { message: message.into(), status }
    }

    /// Returns the status that the process ends with.
    pub fn status(&self) -> u8 {
        self.status
    }
}

impl From<crate::store::StoreError> for CommandError {
    fn from(error: crate::store::StoreError) -> Self {
        Self::new(error.to_string())
    }
}

/// What a command ends with.
pub type Ended<T = ()> = Result<T, CommandError>;

/// Runs a command to its end and returns the status that the process ends with.
///
/// # Errors
/// [`CommandError`] with one line for the terminal.
pub fn run(cli: Cli) -> Ended<u8> {
    let data = match &cli.command {
        Command::Plan(args) => return show_plan(args),
        Command::Apply(args) => return apply_file(args),
        Command::Backup(args) => return copies::back_up(args).map(|()| 0),
        Command::Restore(args) => return copies::restore(args).map(|()| 0),
        Command::Copy(args) => return copy::copy(args).map(|()| 0),
        Command::Serve(args) => &args.data,
        Command::Keys(command) => command.data(),
        Command::Users(command) => command.data(),
        Command::Access(args) => &args.data,
        Command::Audit(args) => &args.data,
        Command::Demo(args) => &args.data,
        Command::Migrate(args) => &args.data,
    };
    let place = data.place()?;
    let replica = match &cli.command {
        Command::Serve(args) => args.replica()?,
        _ => None,
    };
    runtime()?.block_on(async {
        match (place, replica) {
            (Place::File(_), Some(_)) => Err(CommandError::new(
                "--replica is for a database of PostgreSQL: name that with --database.",
            )),
            (Place::File(file), None) => run_on(open_file(&file).await?, cli.command).await,
            (Place::Postgres(target), None) => {
                run_on(open_postgres(*target).await?, cli.command).await
            }
            (Place::Postgres(target), Some(replica)) => {
                let store = open_postgres(*target).await?.with_replica(replica);
                run_on(store, cli.command).await
            }
        }
    })?;
    Ok(0)
}

fn runtime() -> Ended<tokio::runtime::Runtime> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| CommandError::new(format!("cannot start: {error}")))
}

/// Runs a command on a database, and closes that.
async fn run_on<S: Store>(store: S, command: Command) -> Ended {
    let ended = match command {
        Command::Serve(args) => serve::serve(&store, *args).await,
        Command::Keys(command) => keys::run(&store, command).await,
        Command::Users(command) => users::run(&store, command).await,
        Command::Access(args) => access::run(&store, &args).await,
        Command::Audit(args) => audit::run(&store, &args).await,
        Command::Demo(args) => demo::fill_demo(&store, &args).await,
        Command::Migrate(args) => migrate::tell(&args),
        Command::Plan(_)
        | Command::Apply(_)
        | Command::Backup(_)
        | Command::Restore(_)
        | Command::Copy(_) => Ok(()),
    };
    store.close().await;
    ended
}

/// Writes to stderr. Nobody may be reading it any more: that ends no command.
pub(crate) fn tell(text: &str) {
    let mut stderr = std::io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// Returns the store, which is made with this name where there is none yet.
async fn store_or_new<S: Store>(store: &S, name: &str) -> Ended<StoreInfo> {
    if let Some(info) = store.info().await? {
        return Ok(info);
    }
    Ok(store.create(name, StoreKind::Real, SystemClock.now()).await?)
}

/// Returns a new key, and the row that is kept of it: with all scopes of its access, from anywhere.
pub fn make_key(scope: Scope, access: Access, name: &str) -> (String, NewKey) {
    let prefix = KeyPrefix { access, environment: scope.environment };
    let key = secret::new_key(prefix, &SystemRandom);
    let row = key_row(scope, access, name, &key, &SystemRandom, SystemClock.now());
    (key, row)
}

fn key_row(
    scope: Scope,
    access: Access,
    name: &str,
    key: &str,
    random: &dyn Random,
    now: Timestamp,
) -> NewKey {
    let prefix = KeyPrefix { access, environment: scope.environment };
    NewKey {
        scope,
        id: new_id(random, now),
        secret: new_secret(key),
        prefix: prefix.as_str(),
        name: name.to_owned(),
        access,
        grant: Grant::All,
        networks: Vec::new(),
        created_at: now,
    }
}

/// Returns what is kept of the secret of `key`.
pub fn new_secret(key: &str) -> NewSecret {
    let characters: Vec<char> = key.chars().collect();
    let last_four = characters[characters.len().saturating_sub(4)..].iter().collect();
    NewSecret { hash: secret::hash(key), last_four }
}

fn scope(store_id: i64, environment: Environment) -> Scope {
    Scope { store_id, environment }
}
