//! `stockroom plan`: what a file would do to the stock, as the browser would show it.
//!
//! Nothing is sent. Start reading at [`show_plan`].

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;

use crate::commands::Ended;
use crate::file_plan::store_client::{StoreClient, key};
use crate::file_plan::{
    FileArgs, plan_on_server, plan_on_snapshot, read_sheet, report, snapshot, unusable,
};

/// Show what a file would do to the stock, without sending anything.
#[derive(Clone, Debug, Args)]
pub struct PlanArgs {
    #[command(flatten)]
    file: FileArgs,
    #[command(flatten)]
    source: Source,
    /// A file with the key for --server; without it `STOCKROOM_KEY` is taken
    #[arg(long, value_name = "FILE", requires = "server")]
    key_file: Option<PathBuf>,
    /// Print the plan as JSON
    #[arg(long)]
    json: bool,
}

/// Where the stock is read from.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
struct Source {
    /// A file with the inventory list's items as JSON
    #[arg(long, value_name = "SNAPSHOT")]
    stock: Option<PathBuf>,
    /// A server of the Store API, such as `http://127.0.0.1:8080`
    #[arg(long, value_name = "URL")]
    server: Option<String>,
}

/// Prints what the file would do; returns 1 where rows have errors, else 0.
///
/// # Errors
/// [`CommandError`](crate::commands::CommandError) with status 2 where the file or the stock cannot
/// be used at all.
pub fn show_plan(args: &PlanArgs) -> Ended<u8> {
    let read = read_sheet(&args.file)?;
    let planned = match (&args.source.stock, &args.source.server) {
        (Some(file), _) => plan_on_snapshot(read, snapshot::read(file)?),
        (None, Some(url)) => {
            let client = StoreClient::new(url, &key(args.key_file.as_deref())?);
            plan_on_server(read, &client)?
        }
        (None, None) => return Err(unusable("name the stock with --stock or --server.")),
    };
    let text = if args.json {
        report::json(&planned)
            .map_err(|error| unusable(format!("the plan cannot be written as JSON: {error}")))?
    } else {
        report::table(&planned)
    };
    // A reader that has seen enough (`| head`) is no failure.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(u8::from(planned.plan.totals().errors > 0))
}
