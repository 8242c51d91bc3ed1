//! The load balancers of `deploy/` as they stand there, but for addresses and the certificate.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rcgen::CertifiedKey;

/// Which program it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Haproxy,
    Nginx,
}

/// A balancer that runs, and is ended when dropped.
pub(crate) struct Balancer {
    pub(crate) url: String,
    child: Child,
    _folder: tempfile::TempDir,
}

impl Kind {
    fn program(self) -> &'static str {
        match self {
            Self::Haproxy => "haproxy",
            Self::Nginx => "nginx",
        }
    }

    fn config(self) -> &'static str {
        match self {
            Self::Haproxy => include_str!("../../../../deploy/haproxy.cfg"),
            Self::Nginx => include_str!("../../../../deploy/nginx.conf"),
        }
    }
}

impl Balancer {
    /// Starts one before two servers; where its program is missing it says so and returns nothing.
    pub(crate) fn start(kind: Kind, servers: [&str; 2]) -> Option<Self> {
        let Some(program) = find(kind.program()) else {
            eprintln!("skipped: {0} is missing (Debian: apt-get install {0})", kind.program());
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        // HAProxy wants the certificate and its key in one file, nginx takes them from one.
        fs::write(file("stock.pem"), cert.pem() + &signing_key.serialize_pem()).unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let changes = [
            ("0.0.0.0:443", free.to_string()),
            ("listen 443", format!("listen {free}")),
            ("/etc/ssl/stock.pem", file("stock.pem")),
            ("/etc/ssl/stock.key", file("stock.pem")),
            ("10.0.0.11:8080", servers[0].trim_start_matches("http://").to_owned()),
            ("10.0.0.12:8080", servers[1].trim_start_matches("http://").to_owned()),
        ];
        let text = changes
            .iter()
            .fold(kind.config().to_owned(), |text, (from, to)| text.replace(from, to));
        fs::write(file("config"), text).unwrap();
        let mut command = Command::new(program);
        match kind {
            Kind::Haproxy => command.args(["-db", "-f", &file("config")]),
            Kind::Nginx => {
                // What a service has in /var and /run.
                let own = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
                let own = own.map(|of| format!("{of}_temp_path {};", file(of))).concat();
                let text = fs::read_to_string(file("config")).unwrap();
                fs::write(file("config"), text.replacen("http {", &format!("http {{ {own}"), 1))
                    .unwrap();
                let global = format!("daemon off; pid {};", file("pid"));
                command.args(["-e", "stderr", "-g", &global, "-c", &file("config")])
            }
        };
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let balancer = Self { url: format!("https://{free}"), child, _folder: folder };
        balancer.wait_until_ready();
        Some(balancer)
    }

    fn wait_until_ready(&self) {
        let began = Instant::now();
        let agent = trusting_anybody();
        while !agent
            .get(format!("{}/readyz", self.url))
            .call()
            .is_ok_and(|answer| answer.status() == 200)
        {
            assert!(began.elapsed() < Duration::from_secs(20), "the balancer does not start");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        // Asked, so that it ends its workers with it.
        let _ = Command::new("kill").args(["-s", "TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

/// Returns who asks a server whose certificate was made for a test.
pub(crate) fn trusting_anybody() -> ureq::Agent {
    let tls = ureq::tls::TlsConfig::builder().disable_verification(true).build();
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(30)))
        .tls_config(tls);
    config.build().into()
}

/// Returns where a program is; services are often where not everybody looks.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default();
    let folders = path.split(':').chain(["/usr/sbin", "/usr/local/sbin"]);
    folders.map(|folder| PathBuf::from(folder).join(program)).find(|file| file.exists())
}
