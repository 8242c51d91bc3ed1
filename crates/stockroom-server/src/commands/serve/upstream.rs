//! What `stockroom serve` is told of a hosted service that requests are passed on to.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::commands::{CommandError, Ended};
use crate::gateway::address::{Address, AddressError, Keys, KeysError, Plain};
use crate::gateway::queue::Bounds;
use crate::gateway::{Gateway, Upstream};

/// Where the keys are when they are in no file.
const KEY_VARIABLE: &str = "STOCKROOM_UPSTREAM_KEY";

/// Where requests are passed on to.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Passing on to a hosted service")]
pub(super) struct UpstreamArgs {
    /// Pass the Store API on to this server, such as `https://api.example.com`, and keep no stock here
    ///
    /// Its secret key is taken from `STOCKROOM_UPSTREAM_KEY`: one for live or test data, or one of each with
    /// a comma between. No browser sees it. See docs/gateway.md.
    #[arg(
        long,
        value_name = "URL",
        env = "STOCKROOM_UPSTREAM",
        conflicts_with_all = ["demo", "limits"]
    )]
    upstream: Option<String>,
    /// A file with the secret key, or with one for live and one for test data on lines of their own
    #[arg(long, value_name = "FILE", requires = "upstream", env = "STOCKROOM_UPSTREAM_KEY_FILE")]
    upstream_key_file: Option<PathBuf>,
    /// The certificates, as PEM, that vouch for that server, instead of those that browsers know
    #[arg(long, value_name = "FILE", requires = "upstream", env = "STOCKROOM_UPSTREAM_CA")]
    upstream_ca: Option<PathBuf>,
    /// Let the way there be unencrypted to other computers too: key and stock can be read on it
    #[arg(long, requires = "upstream", env = "STOCKROOM_UPSTREAM_ALLOW_HTTP")]
    upstream_allow_http: bool,
    /// Seconds in which that server has to answer
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 30,
        value_parser = clap::value_parser!(u64).range(1..=300),
        env = "STOCKROOM_UPSTREAM_TIMEOUT"
    )]
    upstream_timeout: u64,
}

impl UpstreamArgs {
    /// Returns the hosted service, where there is one.
    pub(super) fn gateway(&self) -> Ended<Option<Gateway>> {
        let Some(text) = &self.upstream else {
            return Ok(None);
        };
        let plain = if self.upstream_allow_http { Plain::Anywhere } else { Plain::Loopback };
        let address = Address::parse(text, plain).map_err(|error| not_an_upstream(text, error))?;
        let upstream = Upstream {
            address,
            keys: self.keys()?,
            roots: self.upstream_ca.clone(),
            time: Duration::from_secs(self.upstream_timeout),
            bounds: Bounds::default(),
        };
        let gateway = Gateway::new(upstream);
        let failed =
            |error| CommandError::new(format!("{error}. Name a PEM file with --upstream-ca."));
        gateway.map(Some).map_err(failed)
    }

    fn keys(&self) -> Ended<Keys> {
        let text = match &self.upstream_key_file {
            Some(file) => std::fs::read_to_string(file).map_err(|error| {
                CommandError::new(format!("cannot read {}: {error}", file.display()))
            })?,
            None => std::env::var(KEY_VARIABLE).unwrap_or_default(),
        };
        Keys::parse(&text).map_err(|error| {
            let place = match &self.upstream_key_file {
                Some(file) => file.display().to_string(),
                None => KEY_VARIABLE.to_owned(),
            };
            let what_to_do = match error {
                KeysError::None => format!(
                    " Set {KEY_VARIABLE}, or name a file that only this server may read with \
                     --upstream-key-file."
                ),
                _ => String::new(),
            };
            CommandError::new(format!("{place}: {error}.{what_to_do}"))
        })
    }
}

fn not_an_upstream(text: &str, error: AddressError) -> CommandError {
    match error {
        // A password in it is not shown.
        AddressError::TooMuch => CommandError::new(format!("--upstream: {error}.")),
        AddressError::Plain => CommandError::new(format!(
            "--upstream {text}: {error}. Use https, or --upstream-allow-http in a network of your own."
        )),
        AddressError::Written => CommandError::new(format!("--upstream {text}: {error}.")),
    }
}
