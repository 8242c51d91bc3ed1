//! The binary `stockroom`: reads the command line, runs the command, says in one line what failed.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use stockroom_server::commands::{Cli, run};
use stockroom_server::logging::{self, LogFormat};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let format = cli.log_format();
    logging::start(format);
    match run(cli) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            match format {
                // Where nobody reads it, the status still says it.
                LogFormat::Text => {
                    let _ = writeln!(std::io::stderr(), "stockroom: {error}");
                }
                LogFormat::Json => tracing::error!(%error, "the command failed"),
            }
            ExitCode::from(error.status())
        }
    }
}
