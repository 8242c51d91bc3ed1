//! Connections to the hosted service: TCP, and TLS whose certificate is checked.

use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tower::Service;

/// How long a connection may take, with its handshake.
const CONNECT: Duration = Duration::from_secs(5);

/// Makes connections; a clone shares its settings.
#[derive(Clone)]
pub(super) struct Connector {
    tcp: HttpConnector,
    tls: TlsConnector,
}

/// A connection.
pub(super) enum Wire {
    /// One that is not encrypted.
    Plain(TokioIo<TcpStream>),
    /// One that is.
    Tls(Box<TokioIo<TlsStream<TcpStream>>>),
}

/// Why the certificates that are to vouch for the service cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot read certificates from {0}: {1}")]
pub struct RootsError(PathBuf, String);

impl Connector {
    /// Returns what connects to servers that the file vouches for, or else the authorities that
    /// browsers know.
    pub(super) fn new(roots: Option<&Path>) -> Result<Self, RootsError> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT));
        let provider = Arc::new(ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| RootsError(PathBuf::new(), error.to_string()))?
            .with_root_certificates(read_roots(roots)?)
            .with_no_client_auth();
        Ok(Self { tcp, tls: TlsConnector::from(Arc::new(config)) })
    }
}

fn read_roots(file: Option<&Path>) -> Result<RootCertStore, RootsError> {
    let mut roots = RootCertStore::empty();
    let Some(file) = file else {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        return Ok(roots);
    };
    let failed = |error: String| RootsError(file.to_owned(), error);
    let certificates = CertificateDer::pem_file_iter(file).map_err(|e| failed(e.to_string()))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| failed(error.to_string()))?;
        roots.add(certificate).map_err(|error| failed(error.to_string()))?;
    }
    if roots.is_empty() { Err(failed("there is none".to_owned())) } else { Ok(roots) }
}

impl Service<Uri> for Connector {
    type Response = Wire;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Wire>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.tcp.poll_ready(context).map_err(io::Error::other)
    }

    fn call(&mut self, address: Uri) -> Self::Future {
        let is_tls = address.scheme_str() == Some("https");
        let host = address.host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let (connecting, tls) = (self.tcp.call(address), self.tls.clone());
        let connected = async move {
            let stream = connecting.await.map_err(io::Error::other)?;
            if !is_tls {
                return Ok(Wire::Plain(stream));
            }
            let name = ServerName::try_from(host).map_err(io::Error::other)?;
            let stream = tls.connect(name, stream.into_inner()).await?;
            Ok(Wire::Tls(Box::new(TokioIo::new(stream))))
        };
        Box::pin(async move {
            let late = |_| io::Error::new(io::ErrorKind::TimedOut, "no connection in time");
            tokio::time::timeout(CONNECT, connected).await.map_err(late)?
        })
    }
}

impl Connection for Wire {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

macro_rules! either {
    ($wire:expr, $stream:ident => $do:expr) => {
        match $wire.get_mut() {
            Wire::Plain(stream) => {
                let $stream = Pin::new(stream);
                $do
            }
            Wire::Tls(stream) => {
                let $stream = Pin::new(&mut **stream);
                $do
            }
        }
    };
}

impl Read for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_read(context, buffer))
    }
}

impl Write for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        either!(self, stream => stream.poll_write(context, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_shutdown(context))
    }
}
