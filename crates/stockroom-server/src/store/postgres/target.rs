//! Which database, and how to get there: the address with its secrets, which nobody is shown.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio::time::timeout;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::store::{StoreError, Stored};

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(5);

/// How long the machine of the database may say nothing at all, not even that it has received what was sent,
/// before its connections are taken for broken. A network that is cut tells nobody.
const SILENCE: Duration = Duration::from_secs(6);

/// After how long a quiet connection is asked whether it is there, and how often then.
const ASK_AFTER: Duration = Duration::from_secs(3);
const ASK_EVERY: Duration = Duration::from_secs(1);
const ASK_TIMES: u32 = 3;

/// A database that can be connected to.
pub struct Target {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

/// Why an address names no database. It says nothing that the address holds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// It is not written as such addresses are.
    #[error("the address is not written as postgres://USER:PASSWORD@HOST:PORT/DATABASE")]
    Address,
    /// It asks for a way of TLS that there is not.
    #[error("sslmode must be disable, require or verify-full")]
    Mode,
    /// The certificates that are to vouch for the server cannot be read.
    #[error("cannot read certificates from {0}: {1}")]
    Roots(PathBuf, String),
}

/// Whether a connection is encrypted, and checked to be to the server that was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encryption {
    None,
    Verified,
}

impl Target {
    /// Reads an address `postgres://…`.
    ///
    /// With `sslmode=require` or `verify-full` the connection is encrypted and the server's certificate is
    /// checked, against the file of `sslrootcert` or the authorities that browsers know; with `disable` it
    /// is neither. Without `sslmode` it is `require`, but for a server on this computer.
    ///
    /// # Errors
    /// [`TargetError`].
    pub fn parse(address: &str) -> Result<Self, TargetError> {
        let (address, options) = take_tls_options(address);
        let mut config: Config = address.parse().map_err(|_| TargetError::Address)?;
        if config.get_hosts().is_empty() {
            return Err(TargetError::Address);
        }
        let is_local = config.get_hosts().iter().all(is_local);
        let encryption = match options.mode.as_deref() {
            None if is_local => Encryption::None,
            None | Some("require" | "verify-full") => Encryption::Verified,
            Some("disable") => Encryption::None,
            Some(_) => return Err(TargetError::Mode),
        };
        let tls = match encryption {
            Encryption::None => None,
            Encryption::Verified => Some(tls(options.roots.as_deref())?),
        };
        config.ssl_mode(if tls.is_some() { SslMode::Require } else { SslMode::Disable });
        // Where several are named, one that is gone is not to use up the time of those after it.
        let hosts = u32::try_from(config.get_hosts().len()).unwrap_or(1);
        config.connect_timeout(CONNECT / hosts.max(1));
        config.tcp_user_timeout(SILENCE);
        config
            .keepalives_idle(ASK_AFTER)
            .keepalives_interval(ASK_EVERY)
            .keepalives_retries(ASK_TIMES);
        Ok(Self { config, tls })
    }

    /// Opens a connection, whose messages a task of its own carries.
    pub(super) async fn connect(&self) -> Stored<Client> {
        let connecting = async {
            if let Some(tls) = &self.tls {
                let (client, connection) = self.config.connect(tls.clone()).await?;
                tokio::spawn(connection);
                Ok::<_, tokio_postgres::Error>(client)
            } else {
                let (client, connection) = self.config.connect(NoTls).await?;
                tokio::spawn(connection);
                Ok(client)
            }
        };
        // A server that takes connections and says nothing is no better than none.
        let connected = timeout(CONNECT, connecting).await;
        Ok(connected.map_err(|_| StoreError::Unavailable("it does not answer".to_owned()))??)
    }
}

/// Where the database is, without who asks and with which secret.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        for (index, host) in self.config.get_hosts().iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            match host {
                Host::Tcp(name) => f.write_str(name)?,
                #[cfg(unix)]
                Host::Unix(folder) => write!(f, "{}", folder.display())?,
            }
            if let Some(port) =
                self.config.get_ports().get(index).or(self.config.get_ports().first())
            {
                write!(f, ":{port}")?;
            }
        }
        write!(f, "/{}", self.config.get_dbname().unwrap_or_default())
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({self})")
    }
}

/// What an address says of TLS.
#[derive(Debug, Default, PartialEq, Eq)]
struct TlsOptions {
    mode: Option<String>,
    roots: Option<PathBuf>,
}

/// Takes what it says of TLS out of an address: the driver knows other words for it.
fn take_tls_options(address: &str) -> (String, TlsOptions) {
    let mut options = TlsOptions::default();
    let Some((place, query)) = address.split_once('?') else {
        return (address.to_owned(), options);
    };
    let mut rest = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let decoded = |value: &str| percent_decode_str(value).decode_utf8_lossy().into_owned();
        match pair.split_once('=') {
            Some(("sslmode", mode)) => options.mode = Some(decoded(mode)),
            Some(("sslrootcert", file)) => options.roots = Some(decoded(file).into()),
            _ => rest.push(pair),
        }
    }
    let separator = if rest.is_empty() { "" } else { "?" };
    (format!("{place}{separator}{}", rest.join("&")), options)
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            let address = name.parse::<std::net::IpAddr>();
            name == "localhost" || address.is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn tls(roots: Option<&Path>) -> Result<MakeRustlsConnect, TargetError> {
    let mut store = RootCertStore::empty();
    match roots {
        None => store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(file) => {
            let failed = |error: String| TargetError::Roots(file.to_owned(), error);
            let certificates: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(file)
                .and_then(Iterator::collect)
                .map_err(|error| failed(error.to_string()))?;
            for certificate in certificates {
                store.add(certificate).map_err(|error| failed(error.to_string()))?;
            }
            if store.is_empty() {
                return Err(failed("there is none".to_owned()));
            }
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_| TargetError::Mode)?
        .with_root_certificates(store)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_secrets() {
        let address = "postgres://shop:s3cret@db.example.com:5433/stock?sslmode=disable&options=-c%20x%3Dsecret";
        let target = Target::parse(address).unwrap();
        assert_eq!(target.to_string(), "postgres://db.example.com:5433/stock");
        assert_eq!(format!("{target:?}"), "Target(postgres://db.example.com:5433/stock)");
        let wrong = Target::parse("postgres://shop:s3cret@db:port/stock").unwrap_err();
        assert!(!wrong.to_string().contains("s3cret") && !format!("{wrong:?}").contains("s3cret"));
        assert_eq!(Target::parse("postgres://").unwrap_err(), TargetError::Address);
    }

    #[test]
    fn a_server_elsewhere_is_spoken_to_by_tls_unless_somebody_says_otherwise() {
        let is_encrypted =
            |address: &str| Target::parse(address).map(|target| target.tls.is_some());
        assert_eq!(is_encrypted("postgres://u@db.example.com/stock"), Ok(true));
        assert_eq!(is_encrypted("postgres://u@db.example.com/stock?sslmode=verify-full"), Ok(true));
        assert_eq!(is_encrypted("postgres://u@db.example.com/stock?sslmode=disable"), Ok(false));
        assert_eq!(is_encrypted("postgres://u@127.0.0.1/stock"), Ok(false));
        assert_eq!(is_encrypted("postgres://u@localhost,[::1]/stock"), Ok(false));
        assert_eq!(is_encrypted("postgres://u@localhost/stock?sslmode=require"), Ok(true));
        let prefer = Target::parse("postgres://u@localhost/stock?sslmode=prefer");
        assert_eq!(prefer.unwrap_err(), TargetError::Mode);
        let missing = "postgres://u@db/stock?sslrootcert=%2Fno%2Fsuch.pem";
        assert!(matches!(Target::parse(missing), Err(TargetError::Roots(..))));
    }
}
