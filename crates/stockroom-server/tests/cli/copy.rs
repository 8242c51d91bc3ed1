//! `stockroom copy`: a store goes to PostgreSQL and back, and everything is as it was.

mod everything;
mod faults;
mod refusals;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};

use rusqlite::Connection;
use tempfile::TempDir;

use crate::cluster::{Cluster, Database};
use crate::process::{Running, run, text};

/// A store in a file, and an empty database that it can go to.
struct Move {
    folder: TempDir,
    database: Database,
}

impl Move {
    /// Makes a demo store of so many products.
    fn new(products: &str) -> Self {
        let place = Self::empty();
        let made = run(&["demo", "--products", products], &place.data());
        assert!(made.status.success(), "{made:?}");
        place
    }

    fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), database: Cluster::shared().database() }
    }

    fn data(&self) -> PathBuf {
        self.path("data")
    }

    fn file(&self) -> PathBuf {
        self.data().join("stockroom.db")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The file as `copy` takes it.
    fn sqlite(&self) -> String {
        format!("sqlite:{}", self.file().display())
    }

    /// Opens the file as whoever looks into it.
    fn connection(&self) -> Connection {
        Connection::open(self.file()).unwrap()
    }

    /// Copies the file to the database and expects this status and these words.
    fn check(&self, more: &[&str], status: i32, words: &[&str]) -> String {
        check(&self.sqlite(), &self.database.url(), more, status, words)
    }

    /// Starts a server on the database that the store went to.
    fn serve_copy(&self, args: &[&str]) -> Running {
        let url = self.database.url();
        Running::start(&[args, &["--database", &url]].concat(), self.folder.path())
    }

    /// Expects that no server opens the database.
    fn check_not_served(&self) {
        let ended = run(&["serve", "--database", &self.database.url()], self.folder.path());
        let said = text(&ended.stderr);
        assert!(!ended.status.success() && said.contains("stockroom copy"), "{ended:?}");
    }
}

fn command(from: &str, to: &str, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stockroom"));
    command.args(["copy", "--from", from, "--to", to]).args(more);
    command
}

/// Copies and expects this status, and all of these words on stdout or stderr; returns those.
fn check(from: &str, to: &str, more: &[&str], status: i32, words: &[&str]) -> String {
    let ended = command(from, to, more).output().unwrap();
    let said = text(&ended.stdout) + &text(&ended.stderr);
    assert_eq!(ended.status.code(), Some(status), "{said}");
    for word in words {
        assert!(said.contains(word), "{word} is not in: {said}");
    }
    said
}

/// Returns the counts that a copy printed of a table.
fn counts(said: &str, table: &str) -> (u64, u64) {
    let line = said.lines().find(|line| line.split_whitespace().next() == Some(table));
    let words: Vec<&str> = line.unwrap().split_whitespace().collect();
    let count = |word: &str| word.replace(',', "").parse().unwrap();
    (count(words[1]), count(words[2]))
}

/// A copy that runs.
struct Copying {
    child: Child,
    said: BufReader<ChildStderr>,
}

impl Copying {
    fn start(from: &str, to: &str) -> Self {
        let mut command = command(from, to, &[]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(child.stderr.take().unwrap());
        Self { child, said }
    }

    /// Waits until it says these words, and kills it.
    fn kill_after(mut self, words: &str) {
        self.wait_for(words);
        self.kill();
    }

    /// Waits until it says these words, and stops it there, so that it neither goes on nor ends.
    fn held_after(mut self, words: &str) -> Self {
        self.wait_for(words);
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-STOP", &pid]).status().unwrap().success());
        self
    }

    fn wait_for(&mut self, words: &str) {
        let mut line = String::new();
        while !line.contains(words) {
            line.clear();
            assert_ne!(self.said.read_line(&mut line).unwrap(), 0, "it never said {words}");
        }
    }

    /// Kills it; returns how it ended where it had ended before.
    fn kill(mut self) -> Option<ExitStatus> {
        let ended = self.child.try_wait().unwrap();
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        ended
    }
}

/// Returns the number that a query finds in a file.
fn number_of(file: &Path, sql: &str) -> i64 {
    Connection::open(file).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}
