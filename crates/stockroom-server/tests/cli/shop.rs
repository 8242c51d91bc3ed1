//! A store with a server, and a file that is applied to it.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use crate::process::{Running, text};

/// The SKUs of five requests, which a demo store of this size has.
const PRODUCTS: &str = "1120";
const ITEMS: usize = 1000;

/// A store with a server, and a folder for the file and its journal.
pub(crate) struct Shop {
    dir: TempDir,
    pub(crate) server: Running,
}

impl Shop {
    pub(crate) fn new() -> Self {
        Self::with(|_| Vec::new())
    }

    /// Starts a shop whose server has these options, made from the shop's folder.
    pub(crate) fn with(options: impl FnOnce(&Path) -> Vec<String>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let options = options(dir.path());
        let mut args = vec!["--demo", "--products", PRODUCTS];
        args.extend(options.iter().map(String::as_str));
        let server = Running::start(&args, &dir.path().join("data"));
        Self { dir, server }
    }

    /// Returns the runs that the server knows, the newest first.
    pub(crate) fn runs(&self) -> Vec<Value> {
        let url = format!("{}/api/v1/dev/store/inventory/runs", self.server.url);
        let asked = ureq::get(url).header("authorization", "Bearer sk_test_demo");
        let text = asked.call().unwrap().body_mut().read_to_string().unwrap();
        let mut page: Value = serde_json::from_str(&text).unwrap();
        serde_json::from_value(page["data"]["items"].take()).unwrap()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, text: &str) {
        fs::write(self.path("file.csv"), text).unwrap();
    }

    /// Writes a file that adds 1 to each of the products.
    pub(crate) fn write_adjusts(&self) {
        let mut file = String::from("sku,delta\n");
        for sku in skus() {
            writeln!(file, "{sku},1").unwrap();
        }
        self.write(&file);
    }

    pub(crate) fn command(&self, url: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stockroom"));
        command
            .arg("apply")
            .arg(self.path("file.csv"))
            .args(["--server", url])
            .args(args)
            .env("STOCKROOM_KEY", "sk_test_demo")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn apply(&self, url: &str, args: &[&str]) -> Output {
        self.command(url, args).output().unwrap()
    }

    /// Applies and expects this status, and all of these words on stdout or stderr.
    pub(crate) fn check(&self, url: &str, args: &[&str], status: i32, words: &[&str]) -> String {
        let ended = self.apply(url, args);
        let said = text(&ended.stdout) + &text(&ended.stderr);
        assert_eq!(ended.status.code(), Some(status), "{said}");
        for word in words {
            assert!(said.contains(word), "{word} is not in: {said}");
        }
        assert!(!said.contains("sk_test_demo"), "{said}");
        if let Ok(journal) = fs::read_to_string(self.path("file.csv.journal")) {
            assert!(!journal.contains("sk_test_demo"));
        }
        said
    }

    pub(crate) fn levels(&self) -> HashMap<String, Option<i64>> {
        let database = self.database();
        let mut statement = database
            .prepare(
                "select external_id, quantity from products join levels on product = number
                 where external_id is not null",
            )
            .unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }

    pub(crate) fn level(&self, sku: &str) -> i64 {
        self.levels()[sku].unwrap()
    }

    pub(crate) fn database(&self) -> Connection {
        Connection::open(self.path("data/stockroom.db")).unwrap()
    }

    /// Expects each of the products to have one unit more than `before`, by one change.
    pub(crate) fn check_applied_once(&self, before: &HashMap<String, Option<i64>>) {
        let mut expected = before.clone();
        for sku in skus() {
            let level = expected.get_mut(&sku).unwrap();
            *level = level.map(|level| level + 1);
        }
        assert!(self.levels() == expected, "levels differ from what was asked");
        let count = "select count(*) from history";
        let changes: usize = self.database().query_row(count, [], |row| row.get(0)).unwrap();
        assert_eq!(changes, ITEMS);
    }
}

pub(crate) fn skus() -> impl Iterator<Item = String> {
    (121..121 + ITEMS).map(|number| format!("GEN-{number:06}"))
}
