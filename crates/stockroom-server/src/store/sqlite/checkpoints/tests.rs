use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tempfile::TempDir;

use super::{Checkpoints, checkpoint};
use crate::store::sqlite::connection::open_writer;

/// A database whose journal has some hundred pages that are not moved yet.
fn written() -> (TempDir, Connection) {
    let dir = tempfile::tempdir().unwrap();
    let connection = open_writer(&dir.path().join("stockroom.db")).unwrap();
    connection.execute_batch("create table large (text blob)").unwrap();
    connection.execute("insert into large values (zeroblob(1000000))", []).unwrap();
    (dir, connection)
}

fn wait_until_all_is_moved(connection: &Connection) {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let journal = checkpoint(connection, "noop").unwrap();
        if journal.moved == journal.written {
            return;
        }
        assert!(Instant::now() < until, "{journal:?}");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn some_hundred_pages_are_moved_and_the_journal_begins_anew() {
    let (dir, connection) = written();
    let before = checkpoint(&connection, "noop").unwrap();
    assert!(before.written - before.moved > 200, "{before:?}");

    let checkpoints = Checkpoints::start(dir.path().join("stockroom.db")).unwrap();
    checkpoints.after_commit(&connection);
    wait_until_all_is_moved(&connection);

    connection.execute("insert into large values ('after')", []).unwrap();
    let after = checkpoint(&connection, "noop").unwrap();
    assert!(after.written < 10, "{after:?}");
}

/// Another program that opens and closes the database takes its journal away if nobody has a lock.
#[test]
fn the_locks_of_the_process_outlive_the_thread() {
    let (dir, connection) = written();
    let file = dir.path().join("stockroom.db");
    let checkpoints = Checkpoints::start(file.clone()).unwrap();
    checkpoints.after_commit(&connection);
    wait_until_all_is_moved(&connection);
    drop(checkpoints);

    let script = "import sqlite3, sys
other = sqlite3.connect(sys.argv[1])
assert other.execute('select length(text) from large').fetchone() == (1000000,)
other.close()";
    let other = Command::new("python3").args(["-c", script]).arg(&file).status().unwrap();

    assert!(other.success());
    assert!(dir.path().join("stockroom.db-wal").exists());
    connection.execute("insert into large values ('after')", []).unwrap();
}
