//! PostgreSQL for the tests of one process: a cluster of its own in a temporary folder, with a database for
//! each test. It is stopped and removed when the process ends, however it ends.

use std::fs::Permissions;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use tokio_postgres::NoTls;

/// Who runs the cluster where the tests are root's, whom PostgreSQL refuses.
const OTHER_USER: &str = "nobody";

/// Where it listens unless it is told otherwise.
const LOOPBACK: &str = "127.0.0.1";

/// A pooler before the cluster, where the environment asks for one: `STOCKROOM_POOLER` is `session` or
/// `transaction`, and `STOCKROOM_PGBOUNCER` its program, where that is another than the system's.
const POOLER: &str = "
[databases]
* = host=127.0.0.1 port=CLUSTER
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = POOLER
unix_socket_dir =
auth_type = trust
auth_file = DIR/pooler.users
pidfile = DIR/pooler.pid
logfile = DIR/pooler.log
pool_mode = MODE
default_pool_size = 60
max_client_conn = 1000
query_wait_timeout = 5
server_login_retry = 1
ignore_startup_parameters = extra_float_digits
";

/// Runs the cluster until its input ends, and obeys the words that come: `stop`, `kill` and `start`. The
/// order of texts is not that of bytes, so that nothing may rely on it.
const SCRIPT: &str = r#"
set -e
bin=$1 dir=$2 port=$3 primary=$4 options="-k $2 -p $3 $5"
start() { "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -o "$options" -w start >/dev/null; echo ready; }
stop() { "$bin/pg_ctl" -D "$dir/data" -m "$1" -w stop >/dev/null || true; }
trap 'stop immediate; [ ! -e "$dir/pooler.pid" ] || kill "$(cat "$dir/pooler.pid")"; rm -rf "$dir"' EXIT
trap '' INT TERM
if [ -n "$primary" ]; then
    "$bin/pg_basebackup" -D "$dir/data" -d "$primary" -R -c fast --no-sync >/dev/null
else
    "$bin/initdb" -D "$dir/data" -U stockroom -A trust -E UTF8 --no-sync \
        --locale=C.UTF-8 --locale-provider=icu --icu-locale=en >/dev/null
fi
[ ! -e "$dir/pooler.ini" ] || "${STOCKROOM_PGBOUNCER:-pgbouncer}" -q -d "$dir/pooler.ini"
[ ! -e "$dir/pg_hba.conf" ] || cp "$dir/pg_hba.conf" "$dir/data/pg_hba.conf"
start
while read -r word; do
    case $word in
        stop) stop fast; echo stopped ;;
        kill) stop immediate; echo stopped ;;
        start) start ;;
    esac
done
"#;

/// What is particular to a cluster.
#[derive(Debug)]
pub(crate) struct Setup<'a> {
    /// The network namespace in which it runs, and the address that it has there.
    pub(crate) place: Option<(&'a str, &'a str)>,
    /// The cluster that it follows, as a standby does.
    pub(crate) primary: Option<&'a str>,
    /// Files that are put into its folder, each by its name; `pg_hba.conf` is who may connect.
    pub(crate) files: &'a [(&'a str, String)],
    /// Settings beside those of all, such as `ssl=on`; `DIR` is its folder.
    pub(crate) settings: &'a [&'a str],
}

/// A cluster of which everything that was committed is on the disk.
pub(crate) const SAFE: Setup<'_> = Setup {
    place: None,
    primary: None,
    files: &[],
    settings: &["fsync=on", "full_page_writes=on"],
};

/// A cluster that runs.
#[derive(Debug)]
pub(crate) struct Cluster {
    host: String,
    port: u16,
    /// Where it is reached: itself, or a pooler before it.
    door: u16,
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
        let settings = &["fsync=off", "full_page_writes=off"];
        SHARED.get_or_init(|| Self::start(&Setup { settings, ..SAFE }))
    }

    fn start(setup: &Setup<'_>) -> Self {
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
        let is_plain = setup.place.is_none() && setup.files.is_empty() && setup.primary.is_none();
        let pooler = if is_plain { write_pooler(&dir, port) } else { None };
        for (name, content) in setup.files {
            std::fs::write(dir.join(name), content).unwrap();
            std::fs::set_permissions(dir.join(name), Permissions::from_mode(0o600)).unwrap();
        }
        let host = setup.place.map_or(LOOPBACK, |(_, address)| address);
        let settings =
            [&format!("listen_addresses={host}"), "max_connections=300", "shared_buffers=64MB"];
        let settings =
            settings.iter().chain(setup.settings).map(|setting| format!(" -c {setting}"));
        let options = settings.collect::<String>().replace("DIR", dir.to_str().unwrap());
        let mut command = as_other_user(&dir, setup.place.map(|(namespace, _)| namespace));
        command.arg("sh").args(["-c", SCRIPT, "cluster"]).arg(&bin).arg(&dir);
        let mut child = command
            .arg(port.to_string())
            .arg(setup.primary.unwrap_or_default())
            .arg(options)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let cluster = Self {
            host: host.to_owned(),
            port,
            door: pooler.unwrap_or(port),
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
        Self::database_of(&SAFE)
    }

    /// Makes a database in a cluster of its own, which is as it is told to be.
    pub(crate) fn database_of(setup: &Setup<'_>) -> Database {
        let cluster = Box::new(Self::start(setup));
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
        // The driver encrypts what goes to another machine, and so it looks to it in a namespace.
        let options = if self.host == LOOPBACK { "" } else { "?sslmode=disable" };
        format!("postgres://stockroom@{}:{}/{database}{options}", self.host, self.door)
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

    /// Starts a standby that follows the whole cluster, and returns the same database there.
    pub(crate) fn standby(&self) -> Database {
        let primary = format!("postgres://stockroom@{LOOPBACK}:{}/postgres", self.cluster().port);
        let standby = Cluster::start(&Setup { primary: Some(&primary), ..SAFE });
        Database { cluster: Owner::Own(Box::new(standby)), name: self.name.clone() }
    }

    /// Stops the whole cluster, at once as a failure of the machine would.
    pub(crate) fn stop(&self) {
        self.cluster().tell("kill");
        self.cluster().expect("stopped");
    }

    /// Starts the cluster again.
    pub(crate) fn start(&self) {
        self.cluster().tell("start");
        self.cluster().expect("ready");
    }

    /// Stops the whole cluster, and starts it again after a while.
    pub(crate) fn break_down(&self, pause: Duration) {
        self.stop();
        std::thread::sleep(pause);
        self.start();
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

/// Writes what a pooler is told, where one is wanted, and returns its port.
fn write_pooler(dir: &Path, cluster: u16) -> Option<u16> {
    let mode = std::env::var("STOCKROOM_POOLER").ok()?;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut text = POOLER.replace("DIR", dir.to_str().unwrap()).replace("MODE", &mode);
    text = text.replace("CLUSTER", &cluster.to_string()).replace("POOLER", &port.to_string());
    if mode == "transaction" {
        // From PgBouncer 1.21 on; before, transactions find no statement that was prepared outside of them.
        text += "max_prepared_statements = 200\n";
    }
    std::fs::write(dir.join("pooler.ini"), text).unwrap();
    std::fs::write(dir.join("pooler.users"), "\"stockroom\" \"\"\n").unwrap();
    Some(port)
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

/// Returns a command that runs the program that is added, as root's stand-in where we are root; the folder and
/// what is in it are theirs then. Only root may do so in another network namespace.
fn as_other_user(dir: &Path, namespace: Option<&str>) -> Command {
    let id = |options: &[&str]| {
        let output = Command::new("id").args(options).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    };
    if id(&["-u"]) != "0" {
        return Command::new("env");
    }
    let (user, group) = (id(&["-u", OTHER_USER]), id(&["-g", OTHER_USER]));
    let ids = (user.parse().unwrap(), group.parse().unwrap());
    let files = std::fs::read_dir(dir).unwrap().map(|file| file.unwrap().path());
    for path in files.chain([dir.to_owned()]) {
        std::os::unix::fs::chown(path, Some(ids.0), Some(ids.1)).unwrap();
    }
    let mut command = Command::new(if namespace.is_some() { "ip" } else { "setpriv" });
    if let Some(namespace) = namespace {
        command.args(["netns", "exec", namespace, "setpriv"]);
    }
    command.args(["--reuid", &user, "--regid", &group, "--clear-groups"]);
    command
}
