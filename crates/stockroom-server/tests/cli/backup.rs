//! `stockroom backup` and `stockroom restore`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;
use tempfile::TempDir;

use crate::process::{Running, run, send, status, text};

const INVENTORY: &str = "/api/v1/dev/store/inventory";
const KEY: (&str, &str) = ("authorization", "Bearer sk_test_demo");

/// A folder with the data, and room for backups beside it.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn start(&self) -> Running {
        Running::start(&["--demo"], &self.data())
    }

    /// Runs a command on a file and expects this status and all of these words.
    fn check(&self, command: &str, file: &Path, status: i32, words: &[&str]) {
        let ended = run(&[command, file.to_str().unwrap()], &self.data());
        let said = text(&ended.stdout) + &text(&ended.stderr);
        assert_eq!(ended.status.code(), Some(status), "{said}");
        for word in words {
            assert!(said.contains(word), "{word} is not in: {said}");
        }
        for folder in [self.0.path(), &self.data()] {
            let mut names = fs::read_dir(folder).into_iter().flatten().flatten();
            assert!(!names.any(|name| name.file_name().to_string_lossy().contains("unfinished")));
        }
    }
}

/// Moves units from one product to another, whose sum stays.
fn move_units(url: &str, units: i64) -> u16 {
    let body = format!(
        r#"{{"items":[{{"externalId":"SIM-TEL","quantityDelta":{}}},{{"externalId":"THIEB-001","quantityDelta":{units}}}]}}"#,
        -units
    );
    send("PATCH", &format!("{url}{INVENTORY}/bulk"), &[KEY], Some(&body)).0
}

fn number(database: &Connection, sql: &str) -> i64 {
    database.query_row(sql, [], |row| row.get(0)).unwrap()
}

const SUM: &str = "select sum(quantity) from products join levels on product = number where external_id in ('SIM-TEL', 'THIEB-001')";

/// Returns the tag of the stock's state.
fn tag(url: &str) -> String {
    let answer =
        ureq::get(format!("{url}{INVENTORY}/snapshot")).header(KEY.0, KEY.1).call().unwrap();
    answer.headers()["etag"].to_str().unwrap().to_owned()
}

/// What `stockroom copy` has in a database until all of it is there.
const UNFINISHED: &str = "create table unfinished_copy (source text, state text)";

#[test]
fn a_backup_of_a_server_that_writes_is_of_one_moment() {
    let place = Place::new();
    let server = place.start();
    assert_eq!(move_units(&server.url, 1), 200);
    let sum = number(&Connection::open(place.data().join("stockroom.db")).unwrap(), SUM);
    let is_done = AtomicBool::new(false);
    let moved = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut moved = 1;
            while !is_done.load(Ordering::SeqCst) {
                // There and back again, so that no level runs out.
                assert_eq!(move_units(&server.url, if moved % 2 == 0 { 1 } else { -1 }), 200);
                moved += 1;
            }
            moved
        });
        for copy in 0..4 {
            place.check("backup", &place.file(&format!("{copy}.db")), 0, &["120 products"]);
        }
        is_done.store(true, Ordering::SeqCst);
        writer.join().unwrap()
    });
    for copy in 0..4 {
        let copy = Connection::open(place.file(&format!("{copy}.db"))).unwrap();
        assert_eq!(number(&copy, SUM), sum);
        // Each move is in the copy with its two lines of history, or not at all.
        let in_copy = number(&copy, "select count(*) / 2 from history");
        let away = "select 240 - quantity from products join levels on product = number where external_id = 'SIM-TEL'";
        assert_eq!(number(&copy, away), in_copy % 2);
        assert!(in_copy <= moved);
        let check: String = copy.query_row("pragma integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(check, "ok");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(place.file("0.db")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn a_file_that_exists_is_replaced_only_by_force() {
    let place = Place::new();
    drop(place.start());
    let file = place.file("kept");
    fs::write(&file, "kept").unwrap();
    place.check("backup", &file, 1, &["exists", "--force"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "kept");
    let forced = run(&["backup", "--force", file.to_str().unwrap()], &place.data());
    assert!(forced.status.success(), "{forced:?}");
    assert_eq!(number(&Connection::open(&file).unwrap(), "select count(*) from products"), 120);
    let database = place.data().join("stockroom.db");
    let itself = run(&["backup", "--force", database.to_str().unwrap()], &place.data());
    assert!(text(&itself.stderr).contains("the database itself"), "{itself:?}");
    let nothing = Place::new();
    nothing.check("backup", &nothing.file("a.db"), 1, &["no database", "--data"]);
}

#[test]
fn a_restored_store_goes_on_and_what_was_there_is_kept() {
    let place = Place::new();
    let server = place.start();
    let backup = place.file("a.db");
    let sign_in = Some(r#"{"demo":true}"#);
    assert_eq!(send("POST", &format!("{}/api/session", server.url), &[], sign_in).0, 200);
    place.check("backup", &backup, 0, &["Boutique"]);
    let open = Connection::open(&backup).unwrap();
    open.execute_batch(
        "pragma foreign_keys = off;
         insert into user_sessions
             (store_id, id, environment, hash, user_id, began_at, last_used_at, expires_at, ends_by)
         values (1, 's', 'test', x'00', 'u', 1, 1, 9, 9);",
    )
    .unwrap();
    for table in ["sessions", "user_sessions"] {
        assert_eq!(number(&open, &format!("select count(*) from {table}")), 1);
    }
    drop(open);
    let before = tag(&server.url);
    assert_eq!(move_units(&server.url, 40), 200);
    let moved = tag(&server.url);
    place.check("restore", &backup, 1, &["in use", "Stop the server"]);
    assert_eq!(status(&server.url, "sk_test_demo"), 200);
    drop(server);
    place.check("restore", &backup, 0, &["120 products", "stockroom.db.before-", "signed out"]);
    let server = place.start();
    let (_, product) =
        send("GET", &format!("{}/api/v1/dev/store/products/SIM-TEL", server.url), &[KEY], None);
    assert!(product.contains("\"quantity\":240"), "{product}");
    let restored = tag(&server.url);
    assert!(restored != before && restored != moved, "{before} {moved} {restored}");
    assert_eq!(move_units(&server.url, 40), 200);
    assert!(![before, moved, restored].contains(&tag(&server.url)));
    let names: Vec<_> = fs::read_dir(place.data()).unwrap().flatten().map(|e| e.path()).collect();
    let kept = names.iter().find(|name| name.to_string_lossy().contains(".before-")).unwrap();
    let kept = Connection::open(kept).unwrap();
    let level = "select quantity from products join levels on product = number where external_id = 'SIM-TEL'";
    assert_eq!(number(&kept, level), 200);
    let now = Connection::open(place.data().join("stockroom.db")).unwrap();
    for table in ["sessions", "user_sessions"] {
        assert_eq!(number(&now, &format!("select count(*) from {table}")), 0);
    }
}

#[test]
fn versions_that_ran_ahead_of_the_clock_are_not_told_again() {
    let place = Place::new();
    drop(place.start());
    let backup = place.file("a.db");
    place.check("backup", &backup, 0, &[]);
    let database = Connection::open(place.data().join("stockroom.db")).unwrap();
    database.execute("update tallies set version = 9000000000000", []).unwrap();
    drop(database);
    place.check("restore", &backup, 0, &[]);
    let database = Connection::open(place.data().join("stockroom.db")).unwrap();
    assert!(number(&database, "select min(version) from tallies") > 9_000_000_000_000);
}

#[test]
fn what_is_no_good_backup_changes_nothing() {
    let place = Place::new();
    drop(place.start());
    let (file, backup) = (place.file("b.db"), place.file("a.db"));
    place.check("backup", &backup, 0, &[]);
    let is_as_it_was = || {
        let database = Connection::open(place.data().join("stockroom.db")).unwrap();
        assert_eq!(number(&database, "select count(*) from products"), 120);
    };
    place.check("restore", &place.file("missing"), 1, &["no file"]);
    fs::write(&file, "no database ".repeat(1000)).unwrap();
    place.check("restore", &file, 1, &["no database of Stockroom", "as it was"]);
    fs::remove_file(&file).unwrap();
    Connection::open(&file).unwrap().execute_batch("create table stores (a)").unwrap();
    place.check("restore", &file, 1, &["no database of Stockroom"]);
    fs::copy(&backup, &file).unwrap();
    Connection::open(&file).unwrap().pragma_update(None, "user_version", 9_999).unwrap();
    place.check("restore", &file, 1, &["newer version"]);
    fs::copy(&backup, &file).unwrap();
    Connection::open(&file).unwrap().execute_batch(UNFINISHED).unwrap();
    place.check("restore", &file, 1, &["not finished", "as it was"]);
    let mut bytes = fs::read(&backup).unwrap();
    // A page in the middle is lost.
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0);
    fs::write(&file, bytes).unwrap();
    place.check("restore", &file, 1, &["cannot restore", "as it was"]);
    is_as_it_was();
}

#[test]
fn the_beginning_of_a_copy_is_not_backed_up() {
    let place = Place::new();
    drop(place.start());
    let database = Connection::open(place.data().join("stockroom.db")).unwrap();
    database.execute_batch(UNFINISHED).unwrap();
    let backup = place.file("a.db");
    place.check("backup", &backup, 1, &["not finished", "Nothing was written"]);
    assert!(!backup.exists());
}

#[test]
fn a_damaged_database_is_put_aside_as_it_is() {
    let place = Place::new();
    drop(place.start());
    let backup = place.file("a.db");
    place.check("backup", &backup, 0, &[]);
    let database = place.data().join("stockroom.db");
    for end in ["-wal", "-shm"] {
        let _ = fs::remove_file(place.data().join(format!("stockroom.db{end}")));
    }
    fs::write(&database, "damaged").unwrap();
    place.check("restore", &backup, 0, &["before-"]);
    assert_eq!(number(&Connection::open(&database).unwrap(), "select count(*) from products"), 120);
}
