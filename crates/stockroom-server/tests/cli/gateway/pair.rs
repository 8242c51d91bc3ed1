//! A server of the Store API and one that passes requests on to it.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::http::{HeaderMap, Request};

use crate::process::{Running, run, text};

pub(crate) const PRODUCTS: &str = "/api/v1/dev/store/products";
pub(crate) const INVENTORY: &str = "/api/v1/dev/store/inventory";
pub(crate) const BULK: &str = "/api/v1/dev/store/inventory/bulk";
pub(crate) const PASSWORD: &str = "correct horse battery";

/// What is different from other pairs.
#[derive(Default)]
pub(crate) struct With<'a> {
    /// The limits of the server behind, as a file has them.
    pub(crate) limits: Option<&'a str>,
    /// More options of the server in front.
    pub(crate) options: &'a [&'a str],
}

/// Two servers, and the key by which the one in front is known to the other.
pub(crate) struct Pair {
    pub(crate) dir: TempDir,
    pub(crate) key: String,
    pub(crate) upstream: Running,
    pub(crate) gateway: Running,
    options: Vec<String>,
}

/// Somebody who is signed in at the server in front.
#[derive(Clone)]
pub(crate) struct Person {
    url: String,
    cookie: String,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Pair {
    pub(crate) fn new() -> Self {
        Self::with(&With::default())
    }

    pub(crate) fn with(with: &With) -> Self {
        Self::between(with, ToOwned::to_owned)
    }

    /// Starts a pair with something in between: `between` is told the address of the server behind and
    /// returns the one that the server in front is given.
    pub(crate) fn between(with: &With, between: impl FnOnce(&str) -> String) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let behind = dir.path().join("behind");
        let mut args = vec!["--demo", "--products", "2120"];
        let limits = dir.path().join("limits.json");
        if let Some(text) = with.limits {
            fs::write(&limits, text).unwrap();
            args.extend(["--limits", limits.to_str().unwrap()]);
        }
        let log = dir.path().join("behind.log");
        let upstream = Running::start_logged(&args, &behind, &log);
        let made = run(&["keys", "create", "--test", "--name", "gateway"], &behind);
        let made = text(&made.stdout);
        let key = made.split_whitespace().find(|word| word.starts_with("sk_test_"));
        let key = key.unwrap().to_owned();
        let data = dir.path().join("front");
        for (name, role) in [("Aïcha", "owner"), ("Sow", "editor"), ("Fatou", "viewer")] {
            add(&data, name, role);
        }
        let options: Vec<String> = with.options.iter().map(|option| (*option).to_owned()).collect();
        let address = between(&upstream.url);
        let gateway = start(&dir, &address, &key, &options, "front.log");
        Self { dir, key, upstream, gateway, options }
    }

    /// Starts the server in front anew, which ended before.
    pub(crate) fn start_again(&mut self, address: &str) {
        self.gateway = start(&self.dir, address, &self.key, &self.options, "front-again.log");
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn sign_in(&self, name: &str) -> Person {
        sign_in(&self.gateway.url, name)
    }

    /// Asks the server behind itself.
    pub(crate) fn behind(&self, method: &str, path: &str, body: Option<&str>) -> Answer {
        let headers = [("authorization", "Bearer sk_test_demo")];
        send(method, &format!("{}{path}", self.upstream.url), &headers, body)
    }

    /// Returns the level of a product at the server behind.
    pub(crate) fn level(&self, sku: &str) -> Value {
        self.behind("GET", &format!("{PRODUCTS}/{sku}"), None).json()["data"]["quantity"].clone()
    }
}

/// Signs somebody in for test data.
pub(crate) fn sign_in(url: &str, name: &str) -> Person {
    let body = json!({"name": name, "password": PASSWORD, "environment": "test"}).to_string();
    let answer = send("POST", &format!("{url}/api/session"), &[], Some(&body));
    assert_eq!(answer.status, 200, "{answer:?}");
    let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    Person { url: url.to_owned(), cookie }
}

/// Adds somebody who may sign in at the server with this folder.
pub(crate) fn add(data: &std::path::Path, name: &str, role: &str) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_stockroom"))
        .args(["users", "add", name, "--role", role, "--data"])
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
}

fn start(dir: &TempDir, address: &str, key: &str, options: &[String], log: &str) -> Running {
    let log = File::create(dir.path().join(log)).unwrap();
    let mut args = vec!["--upstream", address];
    args.extend(options.iter().map(String::as_str));
    Running::start_as(&args, &dir.path().join("front"), |command| {
        command
            .env("STOCKROOM_LOG", "trace")
            .env("STOCKROOM_UPSTREAM_KEY", key)
            .stderr(Stdio::from(log))
    })
}

impl Person {
    pub(crate) fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Answer {
        self.try_call(method, path, headers, body).unwrap()
    }

    /// Sends a request; `None` where no answer came, or not all of it.
    pub(crate) fn try_call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Option<Answer> {
        let mut all = vec![("cookie", &*self.cookie), ("x-stockroom", "1"), ("origin", &*self.url)];
        all.extend_from_slice(headers);
        try_send(method, &format!("{}{path}", self.url), &all, body)
    }

    /// Returns the same person at another address of the same server.
    pub(crate) fn at(&self, url: &str) -> Self {
        Self { url: url.to_owned(), cookie: self.cookie.clone() }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &[], None)
    }

    /// Adds to the level of one product, under this idempotency key.
    pub(crate) fn adjust(&self, sku: &str, by: i64, key: &str) -> Answer {
        let body = json!({"items": [{"externalId": sku, "quantityDelta": by}]}).to_string();
        self.call("PATCH", BULK, &[("x-idempotency-key", key)], Some(&body))
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub(crate) fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_else(|| panic!("{self:?}")).to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// Sends a request with the headers given and no others; no redirect is followed.
pub(crate) fn send(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: Option<&str>,
) -> Answer {
    try_send(method, url, headers, body).unwrap()
}

fn try_send(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: Option<&str>,
) -> Option<Answer> {
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
    let agent: ureq::Agent = config.build().into();
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = match body {
        Some(body) => agent.run(request.body(body.to_owned()).unwrap()),
        None => agent.run(request.body(()).unwrap()),
    };
    let mut answer = answer.ok()?;
    Some(Answer {
        status: answer.status().as_u16(),
        headers: answer.headers().clone(),
        text: answer.body_mut().with_config().limit(u64::MAX).read_to_string().ok()?,
    })
}
