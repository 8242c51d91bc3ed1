//! TLS for the server: a certificate from files, read again when it was renewed.
//!
//! Each handshake has a task of its own, so that a client that is slow, or that speaks no TLS, keeps
//! nobody waiting.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};
use tokio_rustls::server::TlsStream;

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How many handshakes go on at once; the next clients wait.
const HANDSHAKES: usize = 256;

/// How long to wait where the system has no more files for connections.
const PAUSE: Duration = Duration::from_secs(1);

/// A certificate with its key, shared by all who accept connections.
#[derive(Clone, Debug)]
pub struct Certificate {
    chain: PathBuf,
    key: PathBuf,
    config: Arc<RwLock<Arc<ServerConfig>>>,
}

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The certificates could not be read, or there are none in the file.
    #[error("cannot read certificates from {0}: {1}")]
    Chain(PathBuf, String),
    /// The key could not be read, or there is none in the file.
    #[error("cannot read a private key from {0}: {1}")]
    Key(PathBuf, String),
    /// They do not go together, or are of a kind that is not known.
    #[error("{0} and {1} do not go together: {2}")]
    Pair(PathBuf, PathBuf, String),
}

impl Certificate {
    /// Reads a certificate, with those that vouch for it after it, and its key, both as PEM.
    ///
    /// # Errors
    /// [`CertificateError`] with the file to look at.
    pub fn read(chain: &Path, key: &Path) -> Result<Self, CertificateError> {
        let config = Arc::new(RwLock::new(Arc::new(read_config(chain, key)?)));
        Ok(Self { chain: chain.to_owned(), key: key.to_owned(), config })
    }

    /// Reads the files again; connections from now on get the new certificate.
    ///
    /// # Errors
    /// [`CertificateError`]; then the one that was read before stays.
    pub fn read_again(&self) -> Result<(), CertificateError> {
        let config = Arc::new(read_config(&self.chain, &self.key)?);
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = config;
        Ok(())
    }

    fn acceptor(&self) -> TlsAcceptor {
        Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner)).into()
    }
}

fn read_config(chain: &Path, key: &Path) -> Result<ServerConfig, CertificateError> {
    let chain_failed = |error: String| CertificateError::Chain(chain.to_owned(), error);
    let certificates: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(chain)
        .and_then(Iterator::collect)
        .map_err(|error| chain_failed(error.to_string()))?;
    if certificates.is_empty() {
        return Err(chain_failed("there is none".to_owned()));
    }
    let private = PrivateKeyDer::from_pem_file(key)
        .map_err(|error| CertificateError::Key(key.to_owned(), error.to_string()))?;
    let pair = |error: rustls::Error| {
        CertificateError::Pair(chain.to_owned(), key.to_owned(), error.to_string())
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(certificates, private))
        .map_err(pair)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Connections whose handshake is done.
#[derive(Debug)]
pub struct TlsListener {
    address: SocketAddr,
    connections: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    accepting: JoinHandle<()>,
}

impl TlsListener {
    /// Begins to accept connections; it ends when this is dropped.
    ///
    /// # Errors
    /// [`io::Error`] where the listener does not know its address.
    pub fn start(listener: TcpListener, certificate: Certificate) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (sender, connections) = mpsc::channel(HANDSHAKES);
        let accepting = tokio::spawn(accept_all(listener, certificate, sender));
        Ok(Self { address, connections, accepting })
    }
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.connections.recv().await {
            Some(connection) => connection,
            // Nothing more comes: whoever waits here is told to stop some other way.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

async fn accept_all(
    listener: TcpListener,
    certificate: Certificate,
    sender: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>,
) {
    let permits = Arc::new(Semaphore::new(HANDSHAKES));
    while let Ok(permit) = Arc::clone(&permits).acquire_owned().await {
        let (stream, address) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        // Answers are small and complete: waiting for more to send only delays them.
        let _ = stream.set_nodelay(true);
        let (acceptor, sender) = (certificate.acceptor(), sender.clone());
        tokio::spawn(async move {
            let shaken = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await;
            drop(permit);
            match shaken {
                Ok(Ok(stream)) => {
                    // Where nobody takes it the server has stopped.
                    let _ = sender.send((stream, address)).await;
                }
                Ok(Err(error)) => tracing::debug!(%error, %address, "a handshake failed"),
                Err(_) => tracing::debug!(%address, "a handshake took too long"),
            }
        });
    }
}
