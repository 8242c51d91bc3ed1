//! The commands on a database of PostgreSQL, whose password nobody is shown.

use std::time::{Duration, Instant};

use crate::cluster::Cluster;
use crate::process::{Running, run, send, status, text};

#[test]
fn commands_work_on_a_database_of_postgresql() {
    let (database, folder) = (Cluster::shared().database(), tempfile::tempdir().unwrap());
    let url = database.url();
    let done = |args: &[&str]| {
        let ended = run(&[args, &["--database", &url]].concat(), folder.path());
        assert!(ended.status.success(), "{ended:?}");
        text(&ended.stdout)
    };
    assert!(done(&["migrate"]).contains("up to date"));
    let key = done(&["keys", "create", "--live", "--name", "ERP"]);
    let server = Running::start(&["--database", &url], folder.path());
    assert_eq!(status(&server.url, key.trim_end()), 200);
    assert!(done(&["keys", "list"]).contains("ERP"));
    done(&["access", "--live", "off"]);
    assert_eq!(status(&server.url, key.trim_end()), 403);
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "a folder was used");
}

#[test]
fn a_password_is_in_no_output() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for address in [
        format!("postgres://shop:s3cret-word@127.0.0.1:{port}/stock"),
        "postgres://shop:s3cret-word@127.0.0.1:port/stock".to_owned(),
        "mysql://shop:s3cret-word@127.0.0.1/stock".to_owned(),
    ] {
        let ended = run(&["serve", "--database", &address], folder.path());
        assert_eq!(ended.status.code(), Some(1));
        let said = text(&ended.stderr) + &text(&ended.stdout);
        assert!(said.lines().count() == 1 && !said.contains("s3cret"), "{said}");
    }
    let backup = run(
        &["backup", "copy.db", "--database", "postgres://shop:s3cret-word@127.0.0.1/stock"],
        folder.path(),
    );
    assert!(text(&backup.stderr).contains("pg_dump"), "{backup:?}");
    // All that a server logs, with its password in the address.
    let database = Cluster::shared().database();
    let address = database.url().replace("stockroom@", "stockroom:s3cret-word@");
    let server = Running::start_logged(&["--demo", "--database", &address], folder.path(), &log);
    assert_eq!(status(&server.url, "sk_test_demo"), 200);
    drop(server);
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.len() > 100 && !log.contains("s3cret"), "{log}");
}

#[test]
fn lists_are_read_from_a_replica_and_without_it_all_the_same() {
    let (database, folder) = (Cluster::own_database(), tempfile::tempdir().unwrap());
    let (url, standby) = (database.url(), database.standby());
    let replica = standby.url();
    let args = ["--demo", "--database", &url, "--metrics-listen", "127.0.0.1:0"];
    let mut server = Running::start(&[&args[..], &["--replica", &replica]].concat(), folder.path());
    let metrics = server.line();
    let metrics = metrics.trim_end().strip_prefix("metrics on ").unwrap();
    let read_from = |place: &str| {
        let text = send("GET", metrics, &[], None).1;
        let line = format!("stockroom_list_reads_total{{from=\"{place}\"}} ");
        let number = text.lines().find_map(|told| told.strip_prefix(&line));
        number.unwrap().parse::<u64>().unwrap()
    };
    let began = Instant::now();
    while read_from("replica") == 0 {
        assert_eq!(status(&server.url, "sk_test_demo"), 200);
        assert!(began.elapsed() < Duration::from_secs(20), "the replica is not read");
    }
    standby.stop();
    let before = read_from("primary");
    assert_eq!(status(&server.url, "sk_test_demo"), 200);
    assert_eq!(read_from("primary"), before + 1);
    // A server starts without it, too.
    let server = Running::start(&["--database", &url, "--replica", &replica], folder.path());
    assert_eq!(status(&server.url, "sk_test_demo"), 200);
}

#[test]
fn a_replica_is_one_of_a_database_of_postgresql() {
    let folder = tempfile::tempdir().unwrap();
    let replica = "postgres://shop:s3cret-word@127.0.0.1/stock";
    let ended = run(&["serve", "--replica", replica], folder.path());
    assert!(text(&ended.stderr).contains("--database"), "{ended:?}");
    let wrong = replica.replace("/stock", ":port/stock");
    let ended = run(&["serve", "--replica", &wrong], folder.path());
    let said = text(&ended.stderr);
    assert!(said.contains("--replica: ") && !said.contains("s3cret"), "{said}");
}
