//! `stockroom serve --tls-cert --tls-key`, with certificates made for the test.

use std::fs;
use std::net::TcpStream as StdStream;
use std::path::Path;
use std::sync::Arc;

use rcgen::CertifiedKey;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::process::{Running, run, text};

struct Files<'a> {
    dir: &'a Path,
}

impl Files<'_> {
    /// Writes a new certificate for 127.0.0.1 and returns it.
    fn renew(&self) -> CertificateDer<'static> {
        let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
        let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(names).unwrap();
        fs::write(self.dir.join("cert.pem"), cert.pem()).unwrap();
        fs::write(self.dir.join("key.pem"), signing_key.serialize_pem()).unwrap();
        cert.der().clone()
    }

    fn args(&self) -> Vec<String> {
        let path = |name: &str| self.dir.join(name).to_str().unwrap().to_owned();
        vec!["--tls-cert".into(), path("cert.pem"), "--tls-key".into(), path("key.pem")]
    }

    fn start(&self) -> Running {
        let args = self.args();
        let args: Vec<&str> =
            ["--demo"].into_iter().chain(args.iter().map(String::as_str)).collect();
        Running::start(&args, &self.dir.join("data"))
    }
}

/// Signs in, trusting this certificate alone.
fn sign_in(url: &str, certificate: &CertificateDer<'static>) -> Result<String, ureq::Error> {
    let roots =
        RootCerts::from([Certificate::from_der(certificate)].iter().map(Certificate::to_owned));
    let tls = TlsConfig::builder().root_certs(roots).build();
    let agent: ureq::Agent = ureq::Agent::config_builder().tls_config(tls).build().into();
    let answer = agent.post(format!("{url}/api/session")).send(r#"{"demo":true}"#)?;
    Ok(answer.headers()["set-cookie"].to_str().unwrap().to_owned())
}

#[test]
fn it_speaks_https_and_its_cookies_are_secure() {
    let dir = tempfile::tempdir().unwrap();
    let files = Files { dir: dir.path() };
    let certificate = files.renew();
    let server = files.start();
    assert!(server.url.starts_with("https://127.0.0.1:"), "{}", server.url);
    // Somebody who says nothing keeps nobody waiting.
    let _silent = StdStream::connect(server.url.trim_start_matches("https://")).unwrap();
    assert!(sign_in(&server.url, &certificate).unwrap().contains("; Secure"));
    #[cfg(unix)]
    assert!(server.stop().0);
}

#[cfg(unix)]
#[test]
fn a_renewed_certificate_is_read_on_sighup_and_a_broken_one_is_not_taken() {
    let dir = tempfile::tempdir().unwrap();
    let files = Files { dir: dir.path() };
    let first = files.renew();
    let server = files.start();
    let second = files.renew();
    assert!(sign_in(&server.url, &second).is_err());
    server.signal("HUP");
    while sign_in(&server.url, &second).is_err() {
        std::thread::yield_now();
    }
    assert!(sign_in(&server.url, &first).is_err());
    fs::write(dir.path().join("cert.pem"), "nothing").unwrap();
    server.signal("HUP");
    for _ in 0..20 {
        assert!(sign_in(&server.url, &second).is_ok());
    }
    assert!(server.stop().0);
}

#[tokio::test]
async fn browsers_get_http_2_and_may_write_with_their_cookie() {
    let dir = tempfile::tempdir().unwrap();
    let files = Files { dir: dir.path() };
    let certificate = files.renew();
    let server = files.start();
    let cookie = sign_in(&server.url, &certificate).unwrap();
    let cookie = cookie.split(';').next().unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let host = server.url.trim_start_matches("https://");
    let stream = TcpStream::connect(host).await.unwrap();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    // Over HTTP/2 the host stands in the address, and there is no header of that name.
    let request = ureq::http::Request::builder()
        .method("PATCH")
        .uri(format!("{}/api/v1/dev/store/inventory/bulk", server.url))
        .header("origin", &server.url)
        .header("x-stockroom", "1")
        .header("cookie", cookie);
    let mut client = client.ready().await.unwrap();
    let (answer, mut body) = client.send_request(request.body(()).unwrap(), false).unwrap();
    let items = r#"{"items":[{"externalId":"SIM-TEL","quantityDelta":1}]}"#;
    body.send_data(items.into(), true).unwrap();
    let answer = answer.await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let files = Files { dir: dir.path() };
    files.renew();
    let check = |name: &str| {
        let args = files.args();
        let args: Vec<&str> =
            ["serve"].into_iter().chain(args.iter().map(String::as_str)).collect();
        let ended = run(&args, &dir.path().join("data"));
        let said = text(&ended.stderr);
        assert_eq!(ended.status.code(), Some(1), "{said}");
        assert!(said.contains(name), "{said}");
    };
    fs::write(dir.path().join("key.pem"), "nothing").unwrap();
    check("key.pem");
    let other = rcgen::KeyPair::generate().unwrap();
    fs::write(dir.path().join("key.pem"), other.serialize_pem()).unwrap();
    check("do not go together");
    fs::remove_file(dir.path().join("cert.pem")).unwrap();
    check("cert.pem");
}
