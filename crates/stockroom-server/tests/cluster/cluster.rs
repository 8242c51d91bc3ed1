//! PostgreSQL for the tests of one process: a cluster of its own in a temporary folder, with a database for
//! each test. It is stopped and removed when the process ends, however it ends.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use tokio_postgres::NoTls;

/// Who runs the cluster where the tests are root's, whom PostgreSQL refuses.
const OTHER_USER: &str = "nobody";

/// Runs the cluster until its input ends, and obeys the words that come: `stop`, `kill` and `start`. The
/// order of texts is not that of bytes, so that nothing may rely on it.
const SCRIPT: &str = r#"
set -e
bin=$1 dir=$2 port=$3 fsync=$4
options="-k $dir -p $port -c listen_addresses=127.0.0.1 -c max_connections=300 -c shared_buffers=64MB"
options="$options -c fsync=$fsync -c full_page_writes=$fsync"
start() { "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -o "$options" -w start >/dev/null; echo ready; }
stop() { "$bin/pg_ctl" -D "$dir/data" -m "$1" -w stop >/dev/null || true; }
trap 'stop immediate; rm -rf "$dir"' EXIT
trap '' INT TERM
"$bin/initdb" -D "$dir/data" -U stockroom -A trust -E UTF8 --no-sync \
    --locale=C.UTF-8 --locale-provider=icu --icu-locale=en >/dev/null
start
while read -r word; do
    case $word in
        stop) stop fast; echo stopped ;;
        kill) stop immediate; echo stopped ;;
        start) start ;;
    esac
done
"#;

/// A cluster that runs.
#[derive(Debug)]
pub(crate) struct Cluster {
    port: u16,
    input: Mutex<(ChildStdin, BufReader<std::process::ChildStdout>)>,
    _child: Child,
    databases: AtomicUsize,
}

/// A database of a test's own, dropped with this.
#[derive(Debug)]
pub(crate) struct Database {
    cluster: Owner,
    name: String,
}

#[derive(Debug)]
enum Owner {
    Shared(&'static Cluster),
    Own(Box<Cluster>),
}

impl Cluster {
    /// Returns the cluster of this process, starting it where this is the first use.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        // Nothing of it is looked for after a failure, so nothing need reach the disk.
        SHARED.get_or_init(|| Self::start("off"))
    }

    fn start(fsync: &str) -> Self {
        let bin = programs().unwrap_or_else(|| {
            panic!(
                "the programs of PostgreSQL are missing. On Debian: apt-get install postgresql; \
                 `cargo xtask test` does so where it may."
            )
        });
        let dir = tempfile::Builder::new().prefix("stockroom-pg-").tempdir().unwrap().keep();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut command = as_other_user(&dir);
        command.arg("sh").args(["-c", SCRIPT, "cluster"]).arg(&bin).arg(&dir);
        let mut child = command
            .arg(port.to_string())
            .arg(fsync)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let cluster = Self {
            port,
            input: Mutex::new((input, output)),
            _child: child,
            databases: AtomicUsize::new(0),
        };
        cluster.expect("ready");
        cluster
    }

    /// Makes a database of a test's own.
    pub(crate) fn database(&'static self) -> Database {
        self.make(Owner::Shared(self))
    }

    /// Makes a database in a cluster of its own, which can be stopped.
    pub(crate) fn own_database() -> Database {
        let cluster = Box::new(Self::start("on"));
        let name = cluster.create();
        Database { cluster: Owner::Own(cluster), name }
    }

    fn make(&self, owner: Owner) -> Database {
        Database { name: self.create(), cluster: owner }
    }

    fn create(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{number}");
        run(&self.url("postgres"), &format!("create database {name}"));
        name
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://stockroom@127.0.0.1:{}/{database}", self.port)
    }

    fn tell(&self, word: &str) {
        writeln!(self.input.lock().unwrap().0, "{word}").unwrap();
    }

    fn expect(&self, answer: &str) {
        let mut line = String::new();
        self.input.lock().unwrap().1.read_line(&mut line).unwrap();
        assert_eq!(line.trim_end(), answer, "the cluster did not do what it was told");
    }
}

impl Database {
    fn cluster(&self) -> &Cluster {
        match &self.cluster {
            Owner::Shared(cluster) => cluster,
            Owner::Own(cluster) => cluster,
        }
    }

    /// Returns where the database is.
    pub(crate) fn url(&self) -> String {
        self.cluster().url(&self.name)
    }

    /// Returns the rows of a query, each column as text; null is empty.
    pub(crate) fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        run(&self.url(), sql)
    }

    /// Returns the number that a query finds.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.rows(sql)[0][0].parse().unwrap()
    }

    /// Stops the whole cluster, at once as a failure of the machine would, and starts it again after a while.
    pub(crate) fn break_down(&self, pause: Duration) {
        for (word, answer) in [("kill", "stopped"), ("start", "ready")] {
            self.cluster().tell(word);
            self.cluster().expect(answer);
            if word == "kill" {
                std::thread::sleep(pause);
            }
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Owner::Shared(cluster) = &self.cluster {
            let drop = format!("drop database if exists {} with (force)", self.name);
            run(&cluster.url("postgres"), &drop);
        }
    }
}

/// Runs statements on a connection of their own, on a thread that may block, and returns their rows.
fn run(url: &str, sql: &str) -> Vec<Vec<String>> {
    let (url, sql) = (url.to_owned(), sql.to_owned());
    let work = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
            tokio::spawn(connection);
            let messages = client.simple_query(&sql).await.unwrap();
            let rows = messages.into_iter().filter_map(|message| match message {
                tokio_postgres::SimpleQueryMessage::Row(row) => Some(row),
                _ => None,
            });
            let text = |row: &tokio_postgres::SimpleQueryRow, at| {
                row.get(at).unwrap_or_default().to_owned()
            };
            rows.map(|row| (0..row.len()).map(|at| text(&row, at)).collect()).collect()
        })
    });
    work.join().unwrap()
}

/// Returns the folder of the newest PostgreSQL's programs.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((version(&entry.path())?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").exists())
        .collect();
    found.sort();
    let told = || {
        let output = Command::new("pg_config").arg("--bindir").output().ok()?;
        let bin = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim_end());
        bin.join("initdb").exists().then_some(bin)
    };
    found.pop().map(|(_, bin)| bin).or_else(told)
}

/// Returns a command that runs the program that is added, as root's stand-in where we are root; the folder is
/// theirs then.
fn as_other_user(dir: &Path) -> Command {
    let id = |options: &[&str]| {
        let output = Command::new("id").args(options).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    };
    if id(&["-u"]) != "0" {
        return Command::new("env");
    }
    let (user, group) = (id(&["-u", OTHER_USER]), id(&["-g", OTHER_USER]));
    let ids = (user.parse().unwrap(), group.parse().unwrap());
    std::os::unix::fs::chown(dir, Some(ids.0), Some(ids.1)).unwrap();
    let mut command = Command::new("setpriv");
    command.args(["--reuid", &user, "--regid", &group, "--clear-groups"]);
    command
}
