//! `stockroom backup` and `stockroom restore`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;

use super::output::say;
use super::{CommandError, DATABASE, DataArgs, Ended};
use crate::clock::{Clock as _, SystemClock};
use crate::store::sqlite::copies::{self, Copied, CopyError};

/// Copy the database to a file, also while a server uses it.
#[derive(Clone, Debug, Args)]
pub struct BackupArgs {
    /// The file to write; a folder must be there already
    file: PathBuf,
    #[command(flatten)]
    data: DataArgs,
    /// Replace the file where there is one
    #[arg(long)]
    force: bool,
}

/// Put a backup in the place of the database; the server must be stopped.
#[derive(Clone, Debug, Args)]
pub struct RestoreArgs {
    /// The backup
    file: PathBuf,
    #[command(flatten)]
    data: DataArgs,
}

/// Copies the database and says what the copy holds.
pub(super) fn back_up(args: &BackupArgs) -> Ended {
    let database = args.data.file("Copy it with pg_dump.")?;
    let to = args.file.as_path();
    let (shown, database_shown) = (to.display(), database.display());
    if !database.exists() {
        return Err(CommandError::new(format!(
            "there is no database at {database_shown}. Name its folder with --data."
        )));
    }
    if to.exists() && (!args.force || to.is_dir()) {
        return Err(CommandError::new(format!(
            "{shown} exists. Choose another name, or replace a file with --force."
        )));
    }
    if same_file(&database, to) {
        return Err(CommandError::new(format!("{shown} is the database itself.")));
    }
    let began = Instant::now();
    let copied = copies::back_up(&database, to).map_err(|error| {
        CommandError::new(format!(
            "cannot copy {database_shown} to {shown}: {error}. Nothing was written there."
        ))
    })?;
    say(format_args!(
        "backed up {} to {shown} in {:.1} s",
        what(&copied),
        began.elapsed().as_secs_f64()
    ))
}

/// Replaces the database and says what is there now, and where to find what was.
pub(super) fn restore(args: &RestoreArgs) -> Ended {
    let database = args.data.file("Bring it back with pg_restore.")?;
    let from = args.file.as_path();
    let data = database.parent().unwrap_or(Path::new(""));
    let (shown, now) = (from.display(), SystemClock.now());
    if !from.is_file() {
        return Err(CommandError::new(format!("there is no file {shown}.")));
    }
    std::fs::create_dir_all(data).map_err(|error| {
        let data = data.display();
        CommandError::new(format!("cannot make the folder {data}: {error}."))
    })?;
    if same_file(&database, from) {
        return Err(CommandError::new(format!("{shown} is the database itself.")));
    }
    let name = database.file_name().unwrap_or(DATABASE.as_ref()).to_string_lossy();
    let aside = data.join(format!("{name}.before-{}", now.strftime("%Y%m%dT%H%M%S%3fZ")));
    let had_one = database.exists();
    let copied = copies::restore(from, &database, &aside, now).map_err(|error| {
        let database = database.display();
        CommandError::new(match error {
            CopyError::InUse => format!(
                "{database} is in use. Stop the server, and whatever else uses it, then restore."
            ),
            error => format!("cannot restore {shown}: {error}. {database} is as it was."),
        })
    })?;
    say(format_args!("restored {} from {shown}", what(&copied)))?;
    if had_one {
        say(format_args!("what was there before is in {}", aside.display()))?;
    }
    eprintln!(
        "Everybody is signed out. Keys that were revoked since that backup work again: see \
         stockroom keys list."
    );
    Ok(())
}

fn what(copied: &Copied) -> String {
    let Copied { store, products, bytes } = copied;
    let (whole, tenth) = (bytes / 1_000_000, bytes % 1_000_000 / 100_000);
    let store = store.as_deref().unwrap_or("a database without a store");
    format!("{store} ({products} products, {whole}.{tenth} MB)")
}

fn same_file(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}
