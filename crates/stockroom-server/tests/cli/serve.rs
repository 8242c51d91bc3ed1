//! `stockroom serve` and `stockroom demo`.

use std::net::TcpListener;

use crate::process::{Running, run, send, status, text};

/// Expects one line on stderr, with all of `words`, and no success.
fn check_refusal(args: &[&str], data: &std::path::Path, words: &[&str]) {
    let ended = run(args, data);
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    assert!(ended.stdout.is_empty());
    let said = text(&ended.stderr);
    assert_eq!(said.lines().count(), 1, "{said}");
    for word in words {
        assert!(said.contains(word), "{said}");
    }
}

#[test]
fn a_demo_store_is_made_once_and_served_with_its_keys() {
    let dir = tempfile::tempdir().unwrap();
    let server = Running::start(&["--demo"], dir.path());
    assert_eq!(status(&server.url, "sk_test_demo"), 200);
    #[cfg(unix)]
    assert_eq!(server.stop(), (true, String::new()));
    // The mark is in the database: the keys work without --demo too.
    let server = Running::start(&[], dir.path());
    assert_eq!(status(&server.url, "pk_test_demo"), 200);
    drop(server);
    let words = ["127.0.0.1:8080", "demo store"];
    check_refusal(&["serve", "--listen", "0.0.0.0:0"], dir.path(), &words);
    check_refusal(&["demo"], dir.path(), &["demo store already", "--data"]);
}

#[test]
fn a_larger_demo_store_is_filled_and_left() {
    let dir = tempfile::tempdir().unwrap();
    let filled = run(&["demo", "--products", "1000"], dir.path());
    assert!(text(&filled.stdout).starts_with("1000 products"), "{filled:?}");
    let server = Running::start(&["--demo"], dir.path());
    assert_eq!(status(&server.url, "sk_test_demo"), 200);
}

#[test]
fn a_real_store_stays_real() {
    let dir = tempfile::tempdir().unwrap();
    let server = Running::start(&[], dir.path());
    assert_eq!(status(&server.url, "sk_test_demo"), 401);
    drop(server);
    check_refusal(&["serve", "--demo"], dir.path(), &["real store", "--data"]);
    check_refusal(&["demo"], dir.path(), &["real store", "--data"]);
}

#[test]
fn what_stands_in_the_way_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let data = dir.path().join("a");
    check_refusal_after_hint(&["serve", "--listen", &address], &data, &[&address, "--listen"]);
    check_refusal_after_hint(&["serve", "--listen", "nowhere"], &data, &["nowhere", "--listen"]);
    let file = dir.path().join("file");
    std::fs::write(&file, "no folder").unwrap();
    check_refusal(&["serve"], &file, &["cannot make the folder", "--data"]);
    let broken = dir.path().join("broken");
    std::fs::create_dir(&broken).unwrap();
    std::fs::write(broken.join("stockroom.db"), "no database ".repeat(100)).unwrap();
    check_refusal(&["serve"], &broken, &["cannot open", "--data"]);
}

#[test]
fn metrics_are_served_where_it_was_asked_for_and_nowhere_else() {
    let dir = tempfile::tempdir().unwrap();
    let args = ["--demo", "--metrics-listen", "127.0.0.1:0"];
    let mut server = Running::start(&args, dir.path());
    let line = server.line();
    let url = line.trim_end().strip_prefix("metrics on ").unwrap();
    assert_eq!(status(&server.url, "sk_test_demo"), 200);
    let (found, text) = send("GET", url, &[], None);
    assert!(found == 200 && text.contains("stockroom_http_requests_total{"), "{text}");
    let (_, text) = send("GET", &format!("{}/metrics", server.url), &[], None);
    assert!(!text.contains("stockroom_http_requests_total"));
    let taken = ["serve", "--listen", "127.0.0.1:0", "--metrics-listen", &server.url[7..]];
    check_refusal(&taken, dir.path(), &["--metrics-listen", "another port"]);
}

#[test]
fn limits_hold_over_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("limits.json");
    // A day that ends long after this test.
    let limits = r#"{"daySeconds": 4000000000, "read": {"perMinute": 60, "perDay": 2}}"#;
    std::fs::write(&file, limits).unwrap();
    let args = ["--demo", "--limits", file.to_str().unwrap()];
    let server = Running::start(&args, dir.path());
    let read = |server: &Running| status(&server.url, "sk_test_demo");
    assert_eq!((read(&server), read(&server), read(&server)), (200, 200, 429));
    drop(server);
    let server = Running::start(&args, dir.path());
    assert_eq!(read(&server), 429);
    drop(server);
    let server = Running::start(&["--limits", "hosted"], dir.path());
    assert_eq!(read(&server), 200);
}

#[test]
fn limits_that_cannot_be_read_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("limits.json");
    let name = file.to_str().unwrap();
    let args = ["serve", "--limits", name];
    check_refusal(&args, dir.path(), &[name, "--limits hosted"]);
    std::fs::write(&file, r#"{"minuteSeconds": 0}"#).unwrap();
    check_refusal(&args, dir.path(), &[name, "`minuteSeconds`"]);
}

/// As [`check_refusal`], on a folder in which a store may be made first.
fn check_refusal_after_hint(args: &[&str], data: &std::path::Path, words: &[&str]) {
    let ended = run(args, data);
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    let said = text(&ended.stderr);
    let last = said.lines().last().unwrap();
    for word in words {
        assert!(last.contains(word), "{said}");
    }
}
