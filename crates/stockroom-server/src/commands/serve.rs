//! `stockroom serve`.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt as _;
use clap::Args;
use ipnet::IpNet;
use tokio::net::TcpListener;

use super::demo::create_demo;
use super::{CommandError, DataArgs, Ended, open};
use crate::app::{App, Cookies, Demo, Idempotency, Settings};
use crate::client_address::parse_network;
use crate::clock::{Clock as _, SystemClock};
use crate::idempotency::InFlight;
use crate::limits::Limits;
use crate::random::SystemRandom;
use crate::router::router;
use crate::secret::DEMO_KEYS;
use crate::store::Store as _;
use crate::store::data::{StoreInfo, StoreKind};
use crate::store::sqlite::SqliteStore;

/// How long requests that are running may take once the server is told to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(10);

/// How often what has expired is forgotten.
const FORGET_EVERY: Duration = Duration::from_hours(1);

/// Serve the API and the app.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    #[command(flatten)]
    data: DataArgs,
    /// The address to listen at; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Make a demo store where the folder holds none
    #[arg(long)]
    demo: bool,
    /// How many products a new demo store gets
    #[arg(long, value_name = "N", requires = "demo")]
    products: Option<usize>,
    /// An origin whose pages may call the API, such as `https://stock.example.com`
    #[arg(long = "allow-origin", value_name = "ORIGIN")]
    allow_origin: Vec<String>,
    /// Refuse writes without an idempotency key
    #[arg(long)]
    require_idempotency_key: bool,
    /// Send session cookies over HTTPS only (behind a proxy that speaks TLS)
    #[arg(long)]
    secure_cookies: bool,
    /// Limit requests per address and minute, and per store and day: `hosted`, or a JSON file
    #[arg(long, value_name = "hosted|FILE")]
    limits: Option<String>,
    /// A proxy, or a network of them, that is believed in `X-Forwarded-For` for whom it asks
    #[arg(long = "trusted-proxy", value_name = "ADDRESS|CIDR", value_parser = parse_network)]
    trusted_proxy: Vec<IpNet>,
    /// A folder with the built app, instead of the one built in
    #[arg(long, value_name = "DIR", hide = true)]
    app_dir: Option<PathBuf>,
}

pub(super) async fn serve(args: ServeArgs) -> Ended {
    let limits = args.limits.as_deref().map(read_limits).transpose()?;
    let store = open(&args.data.data).await?;
    let info = prepare(&store, &args).await?;
    let listener = bind(&args.listen, &info).await?;
    let address = listener
        .local_addr()
        .map_err(|error| CommandError::new(format!("cannot listen: {error}")))?;
    let app = App {
        store: store.clone(),
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        settings: Arc::new(settings(args, limits, &info)),
        in_flight: InFlight::default(),
    };
    let forgetting = tokio::spawn(forget_expired(app.clone()));
    announce(address, &info)?;
    let stopped = run(listener, app).await;
    forgetting.abort();
    store.close().await;
    stopped
}

async fn prepare(store: &SqliteStore, args: &ServeArgs) -> Ended<StoreInfo> {
    let data = args.data.data.display();
    match store.info().await? {
        Some(info) if args.demo && info.kind == StoreKind::Real => Err(CommandError::new(format!(
            "{data} holds a real store ({}). Leave --demo out, or choose another folder with \
             --data.",
            info.name
        ))),
        Some(info) => Ok(info),
        None if args.demo => {
            let products = create_demo(store, args.products).await?;
            eprintln!("made a demo store with {products} products in {data}");
            needed(store).await
        }
        None => {
            store.create("My shop", StoreKind::Real, SystemClock.now()).await?;
            eprintln!(
                "made an empty store in {data}. Make a key with: stockroom keys create --data \
                 {data} --live --name NAME"
            );
            needed(store).await
        }
    }
}

async fn needed(store: &SqliteStore) -> Ended<StoreInfo> {
    let missing = || CommandError::new("the store was removed meanwhile");
    store.info().await?.ok_or_else(missing)
}

async fn bind(listen: &str, info: &StoreInfo) -> Ended<TcpListener> {
    let addresses: Vec<SocketAddr> = tokio::net::lookup_host(listen)
        .await
        .map_err(|error| {
            CommandError::new(format!(
                "{listen} is no address to listen at: {error}. Try --listen 127.0.0.1:8080."
            ))
        })?
        .collect();
    let is_loopback = addresses.iter().all(|address| address.ip().is_loopback());
    if info.kind == StoreKind::Demo && !is_loopback {
        return Err(CommandError::new(format!(
            "a demo store, whose keys everybody knows, does not listen at {listen}. Use \
             --listen 127.0.0.1:8080, or a folder with a real store."
        )));
    }
    TcpListener::bind(&*addresses).await.map_err(|error| {
        let what_to_do = match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                "Stop what uses it, or take another port with --listen 127.0.0.1:PORT."
            }
            std::io::ErrorKind::PermissionDenied => "Take a port above 1023 with --listen.",
            _ => "Choose another address with --listen.",
        };
        CommandError::new(format!("cannot listen at {listen}: {error}. {what_to_do}"))
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
        cookies: if args.secure_cookies { Cookies::Secure } else { Cookies::Plain },
        allowed_origins: args
            .allow_origin
            .into_iter()
            .map(|origin| origin.trim_end_matches('/').to_owned())
            .collect(),
        limits,
        trusted_proxies: args.trusted_proxy,
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

fn announce(address: SocketAddr, info: &StoreInfo) -> Ended {
    if info.kind == StoreKind::Demo {
        eprintln!("demo keys: {}", DEMO_KEYS.join(" "));
    }
    let mut out = std::io::stdout();
    writeln!(out, "listening on http://{address}")
        .and_then(|()| out.flush())
        .map_err(|error| CommandError::new(format!("cannot write to stdout: {error}")))
}

async fn run(listener: TcpListener, app: App<SqliteStore>) -> Ended {
    let (stop, stopping) = tokio::sync::watch::channel(());
    let listener = listener.tap_io(|stream| {
        // Answers are small and complete: waiting for more to send only delays them.
        let _ = stream.set_nodelay(true);
    });
    let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
    let mut heard = stopping.clone();
    let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
        let _ = heard.changed().await;
    });
    let mut serving = tokio::spawn(serving.into_future());
    tokio::select! {
        ended = &mut serving => return flat(ended),
        () = told_to_stop() => {}
    }
    tracing::info!("stopping");
    let _ = stop.send(());
    if let Ok(ended) = tokio::time::timeout(LAST_REQUESTS, &mut serving).await {
        return flat(ended);
    }
    serving.abort();
    Ok(())
}

fn flat(ended: Result<std::io::Result<()>, tokio::task::JoinError>) -> Ended {
    match ended {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(CommandError::new(format!("the server stopped: {error}"))),
        Err(error) => Err(CommandError::new(format!("the server stopped: {error}"))),
    }
}

async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}

async fn forget_expired(app: App<SqliteStore>) {
    let mut every = tokio::time::interval(FORGET_EVERY);
    loop {
        every.tick().await;
        let forgotten = app.store.forget_expired(app.kept_since(), app.now()).await;
        if let Err(error) = forgotten {
            tracing::warn!(%error, "what has expired was not forgotten");
        }
    }
}
