//! `stockroom serve`.

mod running;
mod upstream;

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use ipnet::IpNet;
use tokio::net::TcpListener;

use self::running::{Doors, StopArgs, run};
use self::upstream::UpstreamArgs;
use super::database::target;
use super::demo::create_demo;
use super::{CommandError, DataArgs, Ended};
use crate::accounts::passwords::Hashing;
use crate::app::{App, Cookies, Demo, Idempotency, Settings};
use crate::client_address::parse_network;
use crate::clock::{Clock as _, SystemClock};
use crate::idempotency::InFlight;
use crate::limits::Limits;
use crate::logging::LogFormat;
use crate::metrics::Metrics;
use crate::random::SystemRandom;
use crate::readiness::Readiness;
use crate::secret::DEMO_KEYS;
use crate::store::Store;
use crate::store::data::{StoreInfo, StoreKind};
use crate::store::postgres::target::Target;
use crate::tls::Certificate;
use crate::webhooks::courier::Courier;
use crate::webhooks::target::Targets;

/// How often what has expired is forgotten.
const FORGET_EVERY: Duration = Duration::from_hours(1);

/// What is said below the options.
const EXAMPLES: &str = "\
Examples:
  stockroom serve --demo
      a demo store on http://127.0.0.1:8080, for this computer alone
  stockroom serve --data /var/lib/stockroom --trusted-proxy 127.0.0.1 --secure-cookies
      behind a proxy on the same machine that speaks TLS
  stockroom serve --listen 0.0.0.0:443 --tls-cert chain.pem --tls-key key.pem
      without a proxy; SIGHUP reads a renewed certificate
  STOCKROOM_UPSTREAM_KEY=sk_live_… stockroom serve --upstream https://api.example.com
      passes the Store API on to a hosted service, for people who sign in here

It prints one line, `listening on URL`, when it takes requests, and stops on SIGTERM or SIGINT. Lines of
log go to stderr; STOCKROOM_LOG chooses them (warn, or debug, or stockroom_server=debug,warn).";

/// Serve the API and the app.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ServeArgs {
    #[command(flatten)]
    pub(super) data: DataArgs,
    /// A standby of a database of PostgreSQL, from which lists and the history are read wherever it is up to
    /// date
    #[arg(long, value_name = "postgres://…", env = "STOCKROOM_REPLICA", hide_env_values = true)]
    replica: Option<String>,
    /// The address to listen at, with its port; port 0 takes a free one
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8080",
        env = "STOCKROOM_LISTEN"
    )]
    listen: String,
    /// Make a demo store where the folder holds none
    #[arg(long)]
    demo: bool,
    /// How many products a new demo store gets; the first 120 are always the same
    #[arg(long, value_name = "N", requires = "demo")]
    products: Option<usize>,
    /// An origin whose pages may call the API, such as `https://stock.example.com`; may be repeated
    #[arg(
        long = "allow-origin",
        value_name = "ORIGIN",
        env = "STOCKROOM_ALLOW_ORIGIN",
        value_delimiter = ','
    )]
    allow_origin: Vec<String>,
    /// Refuse writes without an idempotency key
    #[arg(long, env = "STOCKROOM_REQUIRE_IDEMPOTENCY_KEY")]
    require_idempotency_key: bool,
    /// Send session cookies over HTTPS only: for a proxy that speaks TLS; with --tls-cert always
    #[arg(long, env = "STOCKROOM_SECURE_COOKIES")]
    secure_cookies: bool,
    /// Limit requests per address and minute, and per store and day: `hosted`, or a JSON file
    #[arg(long, value_name = "hosted|FILE", env = "STOCKROOM_LIMITS")]
    limits: Option<String>,
    /// A proxy, or a network of them, that is believed in `X-Forwarded-For` and `X-Request-Id`; may
    /// be repeated
    #[arg(
        long = "trusted-proxy",
        value_name = "ADDRESS|CIDR",
        value_parser = parse_network,
        env = "STOCKROOM_TRUSTED_PROXY",
        value_delimiter = ','
    )]
    trusted_proxy: Vec<IpNet>,
    /// Let webhooks go to private addresses too, such as 192.168.1.20 or localhost, and over http
    #[arg(long, env = "STOCKROOM_WEBHOOKS_ALLOW_PRIVATE")]
    webhooks_allow_private: bool,
    /// A certificate as PEM, with those that vouch for it after it: the server speaks HTTPS
    #[arg(long, value_name = "FILE", requires = "tls_key", env = "STOCKROOM_TLS_CERT")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key as PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert", env = "STOCKROOM_TLS_KEY")]
    tls_key: Option<PathBuf>,
    /// Serve `/metrics` for Prometheus at this address, to whoever can reach it
    #[arg(long, value_name = "ADDRESS", env = "STOCKROOM_METRICS_LISTEN")]
    metrics_listen: Option<String>,
    /// How lines of log look
    #[arg(long, value_name = "FORMAT", default_value = "text", env = "STOCKROOM_LOG_FORMAT")]
    log_format: LogFormat,
    #[command(flatten)]
    stop: StopArgs,
    #[command(flatten)]
    upstream: UpstreamArgs,
    /// A folder with the built app, instead of the one built in
    #[arg(long, value_name = "DIR", hide = true)]
    app_dir: Option<PathBuf>,
}

impl ServeArgs {
    /// Returns the standby that lists are read from, if any.
    pub(super) fn replica(&self) -> Ended<Option<Target>> {
        self.replica.as_deref().map(|address| target(address, "--replica")).transpose()
    }

    pub(super) fn log_format(&self) -> LogFormat {
        self.log_format
    }

    /// Says something that is not an answer, as the log is written.
    fn notice(&self, text: &str) {
        match self.log_format {
            LogFormat::Text => eprintln!("{text}"),
            LogFormat::Json => tracing::info!("{text}"),
        }
    }
}

pub(super) async fn serve<S: Store>(store: &S, args: ServeArgs) -> Ended {
    let limits = args.limits.as_deref().map(read_limits).transpose()?;
    let certificate = read_certificate(&args)?;
    let gateway = args.upstream.gateway()?;
    let info = prepare(store, &args).await?;
    if gateway.is_some() && info.kind == StoreKind::Demo {
        return Err(CommandError::new(format!(
            "{} holds a demo store, which anybody may sign in to. Choose another folder with --data to \
             pass requests on.",
            args.data.shown()
        )));
    }
    let listener = bind(&args.listen, &info).await?;
    let metrics = match &args.metrics_listen {
        Some(address) => Some(listen_at(address, "--metrics-listen").await?),
        None => None,
    };
    if info.kind == StoreKind::Demo {
        args.notice(&format!("demo keys: {}", DEMO_KEYS.join(" ")));
    }
    if let Some(gateway) = &gateway {
        args.notice(&format!("requests are passed on to {}", gateway.address()));
    }
    announce(&listener, certificate.as_ref(), metrics.as_ref())?;
    let stop = args.stop;
    let app = App {
        store: store.clone(),
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        settings: Arc::new(settings(args, limits, &info)),
        in_flight: InFlight::default(),
        hashing: Hashing::default(),
        metrics: Arc::new(Metrics::default()),
        readiness: Arc::new(Readiness::default()),
        gateway: gateway.map(Arc::new),
    };
    let forgetting = tokio::spawn(forget_expired(app.clone()));
    let (stop_delivering, stopping) = tokio::sync::watch::channel(());
    let delivering = tokio::spawn(Courier::new(app.clone()).run(stopping));
    let stopped = run(Doors { listener, certificate, metrics }, app, stop).await;
    forgetting.abort();
    // What is on its way is waited for, so that it is not sent again.
    drop(stop_delivering);
    let _ = delivering.await;
    stopped
}

fn read_certificate(args: &ServeArgs) -> Ended<Option<Certificate>> {
    let (Some(chain), Some(key)) = (&args.tls_cert, &args.tls_key) else {
        return Ok(None);
    };
    let read = Certificate::read(chain, key).map(Some);
    read.map_err(|error| CommandError::new(format!("{error}. Name PEM files that can be read.")))
}

async fn prepare<S: Store>(store: &S, args: &ServeArgs) -> Ended<StoreInfo> {
    let (shown, option) = (args.data.shown(), args.data.option());
    match store.info().await? {
        Some(info) if args.demo && info.kind == StoreKind::Real => Err(CommandError::new(format!(
            "{shown} holds a real store ({}). Leave --demo out, or choose another folder with \
             --data.",
            info.name
        ))),
        Some(info) => Ok(info),
        None if args.demo => {
            match create_demo(store, args.products).await {
                Ok(products) => {
                    args.notice(&format!("made a demo store with {products} products in {shown}"));
                }
                // Another server on the same database may have made it meanwhile.
                Err(error) if store.info().await?.is_none() => return Err(error),
                Err(_) => {}
            }
            needed(store).await
        }
        None => {
            match store.create("My shop", StoreKind::Real, SystemClock.now()).await {
                Ok(_) => args.notice(&format!(
                    "made an empty store in {shown}. Make a key with: stockroom keys create \
                     {option} --live --name NAME"
                )),
                Err(error) if store.info().await?.is_none() => return Err(error.into()),
                Err(_) => {}
            }
            needed(store).await
        }
    }
}

async fn needed<S: Store>(store: &S) -> Ended<StoreInfo> {
    let missing = || CommandError::new("the store was removed meanwhile");
    store.info().await?.ok_or_else(missing)
}

async fn bind(listen: &str, info: &StoreInfo) -> Ended<TcpListener> {
    let addresses = look_up(listen, "--listen").await?;
    let is_loopback = addresses.iter().all(|address| address.ip().is_loopback());
    if info.kind == StoreKind::Demo && !is_loopback {
        return Err(CommandError::new(format!(
            "a demo store, whose keys everybody knows, does not listen at {listen}. Use \
             --listen 127.0.0.1:8080, or a folder with a real store."
        )));
    }
    listen_at(listen, "--listen").await
}

async fn look_up(address: &str, option: &str) -> Ended<Vec<SocketAddr>> {
    let found = tokio::net::lookup_host(address).await.map_err(|error| {
        CommandError::new(format!(
            "{address} is no address to listen at: {error}. Try {option} 127.0.0.1:8080."
        ))
    })?;
    Ok(found.collect())
}

async fn listen_at(address: &str, option: &str) -> Ended<TcpListener> {
    TcpListener::bind(&*look_up(address, option).await?).await.map_err(|error| {
        let what_to_do = match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                format!("Stop what uses it, or take another port with {option} 127.0.0.1:PORT.")
            }
            std::io::ErrorKind::PermissionDenied => {
                format!("Take a port above 1023 with {option}.")
            }
            _ => format!("Choose another address with {option}."),
        };
        CommandError::new(format!("cannot listen at {address}: {error}. {what_to_do}"))
    })
}

fn settings(args: ServeArgs, limits: Option<Limits>, info: &StoreInfo) -> Settings {
    Settings {
        demo: match info.kind {
            StoreKind::Demo => Demo::On,
            StoreKind::Real => Demo::Off,
        },
        idempotency: if args.require_idempotency_key {
            Idempotency::Required
        } else {
            Idempotency::Optional
        },
        cookies: if args.secure_cookies || args.tls_cert.is_some() {
            Cookies::Secure
        } else {
            Cookies::Plain
        },
        allowed_origins: args
            .allow_origin
            .into_iter()
            .map(|origin| origin.trim_end_matches('/').to_owned())
            .collect(),
        limits,
        trusted_proxies: args.trusted_proxy,
        webhook_targets: if args.webhooks_allow_private { Targets::Any } else { Targets::Public },
        app_dir: args.app_dir,
    }
}

/// Returns the limits of this name: the hosted service's, or those of a file.
fn read_limits(name: &str) -> Ended<Limits> {
    if name == "hosted" {
        return Ok(Limits::HOSTED);
    }
    let text = std::fs::read_to_string(name).map_err(|error| {
        CommandError::new(format!(
            "cannot read the limits in {name}: {error}. Name a file that can be read, or use \
             --limits hosted."
        ))
    })?;
    Limits::parse(&text).map_err(|error| {
        CommandError::new(format!("the limits in {name} are not as they must be: {error}."))
    })
}

/// Says on stdout where to reach the server; what starts it waits for the first line.
fn announce(
    listener: &TcpListener,
    certificate: Option<&Certificate>,
    metrics: Option<&TcpListener>,
) -> Ended {
    let address = |listener: &TcpListener| {
        let address = listener.local_addr();
        address.map_err(|error| CommandError::new(format!("cannot listen: {error}")))
    };
    let scheme = if certificate.is_some() { "https" } else { "http" };
    let mut text = format!("listening on {scheme}://{}\n", address(listener)?);
    if let Some(metrics) = metrics {
        let _ = writeln!(text, "metrics on http://{}/metrics", address(metrics)?);
    }
    let mut out = std::io::stdout();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| CommandError::new(format!("cannot write to stdout: {error}")))
}

async fn forget_expired<S: Store>(app: App<S>) {
    let mut every = tokio::time::interval(FORGET_EVERY);
    loop {
        every.tick().await;
        let forgotten = app.store.forget_expired(app.kept_since(), app.now()).await;
        if let Err(error) = forgotten {
            tracing::warn!(%error, "what has expired was not forgotten");
        }
    }
}
