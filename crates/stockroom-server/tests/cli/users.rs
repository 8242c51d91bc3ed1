//! `stockroom users`.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::process::{Running, run, send, text};

const PASSWORD: &str = "correct horse battery";

/// Runs `stockroom users` with this on stdin.
fn users(args: &[&str], data: &Path, typed: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_stockroom"))
        .arg("users")
        .args(args)
        .arg("--data")
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Whoever refuses before reading closes it.
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    child.wait_with_output().unwrap()
}

fn check(args: &[&str], data: &Path, typed: &str) -> String {
    let ended = users(args, data, typed);
    assert!(ended.status.success(), "{args:?}: {ended:?}");
    text(&ended.stdout)
}

fn check_refused(args: &[&str], data: &Path, typed: &str, word: &str) {
    let ended = users(args, data, typed);
    let said = text(&ended.stderr);
    assert!(!ended.status.success() && ended.stdout.is_empty(), "{args:?}: {ended:?}");
    assert!(said.contains(word) && !said.contains(PASSWORD), "{args:?}: {said}");
}

fn sign_in(server: &Running, name: &str, password: &str) -> u16 {
    let body = json!({"name": name, "password": password}).to_string();
    send("POST", &format!("{}/api/session", server.url), &[], Some(&body)).0
}

#[test]
fn people_are_added_changed_and_removed_while_the_server_runs() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    let added = check(&["add", "Aïcha", "--role", "owner"], data, &format!("{PASSWORD}\n"));
    assert_eq!(added, "added Aïcha, owner\n");
    let server = Running::start(&[], data);
    assert_eq!(sign_in(&server, "aïcha", PASSWORD), 200);

    let json: Value = serde_json::from_str(&check(&["show", "AÏCHA", "--json"], data, "")).unwrap();
    assert_eq!((&json["role"], &json["disabled"]), (&json!("owner"), &json!(false)));
    assert_eq!(json["sessions"][0]["environment"], "live");
    assert!(json["signedInAt"].is_string());
    let listed = check(&["list"], data, "");
    assert!(listed.lines().nth(1).unwrap().starts_with("Aïcha  owner"), "{listed}");

    assert!(check(&["role", "Aïcha", "viewer"], data, "").contains("viewer"));
    assert_eq!(check(&["sign-out", "Aïcha"], data, ""), "ended 1 sessions of Aïcha\n");
    check(&["disable", "Aïcha"], data, "");
    assert_eq!(sign_in(&server, "Aïcha", PASSWORD), 401);
    check(&["enable", "Aïcha"], data, "");
    check(&["password", "Aïcha"], data, "battery horse correct");
    assert_eq!(sign_in(&server, "Aïcha", PASSWORD), 401);
    assert_eq!(sign_in(&server, "Aïcha", "battery horse correct"), 200);
    assert_eq!(check(&["remove", "Aïcha"], data, ""), "removed Aïcha\n");
    assert_eq!(sign_in(&server, "Aïcha", "battery horse correct"), 401);
    check_refused(&["show", "Aïcha"], data, "", "stockroom users list");
}

#[test]
fn what_cannot_be_is_said_before_anything_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    let add = ["add", "Sow", "--role", "editor"];
    check_refused(&add, data, "short", "at least 10");
    check_refused(&add, data, "", "at least 10");
    check_refused(&add, data, "password2026", "first that anybody would try");
    check_refused(&["add", " ", "--role", "editor"], data, PASSWORD, "empty");
    check_refused(&["add", "Sow", "--role", "king"], data, PASSWORD, "viewer, editor, owner");
    check_refused(&["list"], data, "", "no store here yet");
    check(&add, data, PASSWORD);
    check_refused(&["add", "SOW", "--role", "viewer"], data, PASSWORD, "already");
    // A password is no argument, and keys beside people keep working.
    assert!(
        !run(&["users", "add", "B", "--role", "viewer", "--password", "x"], data).status.success()
    );
    assert!(run(&["keys", "create", "--live"], data).status.success());
}
