//! The binary `stockroom`: reads the command line, runs the command, says in one line what failed.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use stockroom_server::commands::{Cli, run, without_secrets};
use stockroom_server::logging::{self, LogFormat};

/// Requests are thousands of small texts, and these are handed out and taken back in less time than by
/// the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| end_wrong(&error));
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

/// Says what is wrong with the command line, or helps with it, and ends. What it quotes may be an address with a
/// password.
fn end_wrong(error: &clap::Error) -> ! {
    let said = error.render().to_string();
    if !said.contains("://") || !error.use_stderr() {
        error.exit();
    }
    let _ = write!(std::io::stderr(), "{}", without_secrets(&said));
    std::process::exit(error.exit_code())
}
