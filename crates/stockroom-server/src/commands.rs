//! The commands of the terminal.

pub mod access;
pub mod demo;
pub mod keys;
pub mod serve;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};
use jiff::Timestamp;
use stockroom_api::key::{Access, Environment, KeyPrefix};

use crate::apply_command::{ApplyArgs, apply_file};
use crate::clock::{Clock as _, SystemClock};
use crate::plan_command::{PlanArgs, show_plan};
use crate::random::{Random, SystemRandom, new_id};
use crate::secret;
use crate::store::data::Scope;
use crate::store::keys::{Grant, NewKey, NewSecret};
use crate::store::sqlite::SqliteStore;

/// Stockroom: preview stock changes against live stock, apply them, know what happened.
#[derive(Debug, Parser)]
#[command(name = "stockroom", version, about)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API and the app
    Serve(serve::ServeArgs),
    /// Make, list, change and revoke keys
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Show whether the store's keys are taken, or switch that
    ///
    /// Both are on unless they are switched off, also while a server runs. Off refuses every key and
    /// every session of the app, at once and until it is on again; the keys themselves stay as they are.
    /// To end one key for good use `stockroom keys revoke`.
    Access(access::AccessArgs),
    /// Fill a demo store and exit
    Demo(demo::DemoArgs),
    /// Show what a file would do to the stock, without sending anything
    Plan(PlanArgs),
    /// Apply a file's changes to the stock of a server
    Apply(ApplyArgs),
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
    match &cli.command {
        Command::Plan(args) => return show_plan(args),
        Command::Apply(args) => return apply_file(args),
        Command::Serve(_) | Command::Keys(_) | Command::Access(_) | Command::Demo(_) => {}
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandError::new(format!("cannot start: {error}")))?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve(args) => serve::serve(args).await?,
            Command::Keys(command) => keys::run(command).await?,
            Command::Access(args) => access::run(args).await?,
            Command::Demo(args) => demo::fill_demo(args).await?,
            Command::Plan(_) | Command::Apply(_) => {}
        }
        Ok(0)
    })
}

/// Writes to stderr. Nobody may be reading it any more: that ends no command.
pub(crate) fn tell(text: &str) {
    let mut stderr = std::io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// Opens the database in `data`, making the folder where it is missing.
async fn open(data: &Path) -> Ended<SqliteStore> {
    std::fs::create_dir_all(data).map_err(|error| {
        let data = data.display();
        CommandError::new(format!(
            "cannot make the folder {data}: {error}. Choose another with --data."
        ))
    })?;
    let file = data.join("stockroom.db");
    SqliteStore::open(&file).await.map_err(|error| {
        let file = file.display();
        CommandError::new(format!(
            "cannot open {file}: {error}. Check that the folder can be written to, or choose \
             another with --data."
        ))
    })
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

/// The folder that holds the database.
#[derive(Clone, Debug, clap::Args)]
pub struct DataArgs {
    /// The folder that holds the database
    #[arg(long, value_name = "DIR", default_value = "./data")]
    pub data: PathBuf,
}
