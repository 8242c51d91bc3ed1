//! How log lines look: as text for people, or as one JSON object each for what collects them.
//!
//! No key, cookie, address as it was sent, header or body is ever handed to the log; a test drives
//! every route with secrets and looks for them.

use std::io::{self, IsTerminal as _};

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

/// What is logged where `STOCKROOM_LOG` does not say.
const DEFAULT_FILTER: &str = "warn,stockroom_server=info";

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

/// Sends what is logged to stderr from now on.
pub fn start(format: LogFormat) {
    let filter =
        EnvFilter::try_from_env("STOCKROOM_LOG").unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match format {
        LogFormat::Text => lines.with_ansi(io::stderr().is_terminal()).init(),
        LogFormat::Json => {
            lines.json().flatten_event(true).with_span_list(false).init();
            // A panic is a line like all others, not text between objects.
            std::panic::set_hook(Box::new(|panic| {
                let at = panic.location().map(ToString::to_string).unwrap_or_default();
                tracing::error!(at, "a panic");
            }));
        }
    }
}
