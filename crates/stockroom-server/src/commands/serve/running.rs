//! The server from its first connection to its last: what is accepted is finished.
//!
//! Told to stop, it first says that it is not ready, goes on for as long as it was asked to, so that
//! whoever sends it requests can notice; then it takes no more connections, finishes the requests
//! that are under way, and after a deadline leaves them.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::serve::{Listener, ListenerExt as _};
use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

use crate::app::App;
use crate::commands::{CommandError, Ended};
use crate::router::{metrics_router, router};
use crate::store::Store;
use crate::tls::{Certificate, TlsListener};

/// How the server stops.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct StopArgs {
    /// Seconds to go on for once told to stop, with `/readyz` answering 503 meanwhile
    ///
    /// Behind a load balancer take a little more than it needs to notice. A second SIGTERM or SIGINT
    /// ends the waiting.
    #[arg(long, value_name = "SECONDS", default_value_t = 0, env = "STOCKROOM_SHUTDOWN_DELAY")]
    shutdown_delay: u64,
    /// Seconds that requests which are under way may take to end once no more are accepted
    #[arg(long, value_name = "SECONDS", default_value_t = 10, env = "STOCKROOM_SHUTDOWN_TIMEOUT")]
    shutdown_timeout: u64,
}

/// What the operating system tells the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// To stop.
    Stop,
    /// To read the certificate again.
    Reload,
}

/// Where connections come from.
pub(super) struct Doors {
    pub(super) listener: TcpListener,
    pub(super) certificate: Option<Certificate>,
    pub(super) metrics: Option<TcpListener>,
}

/// Serves until the process is told to stop, and finishes what it has accepted.
pub(super) async fn run<S: Store>(doors: Doors, app: App<S>, args: StopArgs) -> Ended {
    let mut told = signals()?;
    let (stop, stopping) = watch::channel(());
    let scraping = doors.metrics.map(|listener| {
        tokio::spawn(axum::serve(listener, metrics_router(app.clone())).into_future())
    });
    let readiness = app.readiness.clone();
    let routes = router(app);
    let failed = |error| CommandError::new(format!("cannot listen: {error}"));
    let mut serving = if let Some(certificate) = doors.certificate.clone() {
        let listener = TlsListener::start(doors.listener, certificate).map_err(failed)?;
        tokio::spawn(serve(listener.tap_io(|_| {}), routes, stopping))
    } else {
        let listener = doors.listener.tap_io(|stream| {
            // Answers are small and complete: waiting for more to send only delays them.
            let _ = stream.set_nodelay(true);
        });
        tokio::spawn(serve(listener, routes, stopping))
    };
    tokio::select! {
        ended = &mut serving => return flat(ended),
        () = told_to_stop(&mut told, doors.certificate.as_ref()) => {}
    }
    tracing::info!("stopping");
    readiness.stop();
    let certificate = doors.certificate.as_ref();
    let delay = tokio::time::sleep(Duration::from_secs(args.shutdown_delay));
    tokio::select! {
        ended = &mut serving => return flat(ended),
        () = delay => {}
        () = told_to_stop(&mut told, certificate) => {}
    }
    let _ = stop.send(());
    let deadline = tokio::time::sleep(Duration::from_secs(args.shutdown_timeout));
    let ended = tokio::select! {
        ended = &mut serving => flat(ended),
        () = deadline => {
            tracing::warn!("requests did not end in time and are left");
            Ok(())
        }
        () = told_to_stop(&mut told, certificate) => Ok(()),
    };
    serving.abort();
    if let Some(scraping) = scraping {
        scraping.abort();
    }
    ended
}

async fn serve<L>(
    listener: L,
    routes: Router,
    mut stopping: watch::Receiver<()>,
) -> std::io::Result<()>
where
    L: Listener<Addr = SocketAddr>,
    SocketAddr: for<'a> axum::extract::connect_info::Connected<axum::serve::IncomingStream<'a, L>>,
{
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
        let _ = stopping.changed().await;
    });
    serving.await
}

fn flat(ended: Result<std::io::Result<()>, tokio::task::JoinError>) -> Ended {
    match ended {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(CommandError::new(format!("the server stopped: {error}"))),
        Err(error) => Err(CommandError::new(format!("the server stopped: {error}"))),
    }
}

/// Returns once the process is told to stop; reads the certificate again whenever it is told to.
async fn told_to_stop(told: &mut mpsc::Receiver<Told>, certificate: Option<&Certificate>) {
    while told.recv().await == Some(Told::Reload) {
        match certificate.map(Certificate::read_again) {
            Some(Ok(())) => tracing::info!("the certificate was read again"),
            Some(Err(error)) => {
                tracing::error!(%error, "the certificate was not read again, the one before stays");
            }
            None => {}
        }
    }
}

/// Listens for signals from now on; one that comes before somebody waits for it is kept.
fn signals() -> Ended<mpsc::Receiver<Told>> {
    let (tell, told) = mpsc::channel(4);
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        for (kind, what) in [
            (SignalKind::interrupt(), Told::Stop),
            (SignalKind::terminate(), Told::Stop),
            (SignalKind::hangup(), Told::Reload),
        ] {
            let mut heard = signal(kind).map_err(|error| {
                CommandError::new(format!("cannot listen for signals: {error}"))
            })?;
            let tell = tell.clone();
            tokio::spawn(async move {
                while heard.recv().await.is_some() && tell.send(what).await.is_ok() {}
            });
        }
    }
    #[cfg(not(unix))]
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() && tell.send(Told::Stop).await.is_ok() {}
    });
    Ok(told)
}
