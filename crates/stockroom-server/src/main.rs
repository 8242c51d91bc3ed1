//! The binary `stockroom`: reads the command line, runs the command, says in one line what failed.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use stockroom_server::commands::{Cli, run};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("STOCKROOM_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,stockroom_server=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Cli::parse()) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            // Where nobody reads it, the status still says it.
            let _ = writeln!(std::io::stderr(), "stockroom: {error}");
            ExitCode::from(error.status())
        }
    }
}
