//! `stockroom migrate`.

use clap::Args;

use super::output::say;
use super::{DataArgs, Ended};

/// Bring the database's tables up to date, and exit.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Every command that opens a database does this first; on its own it is for whoever may make tables, where the
server's own user may not.

Example:
  stockroom migrate --database postgres://owner@db.example.com/stock")]
pub struct MigrateArgs {
    #[command(flatten)]
    pub(super) data: DataArgs,
}

/// Says what opening the database did.
pub(super) fn tell(args: &MigrateArgs) -> Ended {
    say(format_args!("the tables of {} are up to date", args.data.shown()))
}
