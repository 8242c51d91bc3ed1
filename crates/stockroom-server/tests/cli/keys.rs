//! `stockroom keys` and `stockroom access`.

use std::path::Path;

use serde_json::Value;

use crate::process::{Running, command, run, status, text};

fn check(args: &[&str], data: &Path) -> String {
    let ended = run(args, data);
    assert!(ended.status.success(), "{args:?}: {ended:?}");
    text(&ended.stdout)
}

fn json(args: &[&str], data: &Path) -> Value {
    serde_json::from_str(&check(args, data)).unwrap()
}

/// Makes a key and returns it with its id.
fn create(more: &[&str], data: &Path) -> (String, String) {
    let mut args = vec!["keys", "create", "--json"];
    args.extend_from_slice(more);
    let made = json(&args, data);
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (text("key"), text("id"))
}

/// Expects no success, and one line on stderr with all of `words`.
fn check_refused(args: &[&str], data: &Path, words: &[&str]) {
    let ended = run(args, data);
    let said = text(&ended.stderr);
    assert!(!ended.status.success() && ended.stdout.is_empty(), "{args:?}: {ended:?}");
    for word in words {
        assert!(said.contains(word), "{args:?}: {said}");
    }
}

#[test]
fn a_key_is_shown_once_works_and_can_be_revoked() {
    let dir = tempfile::tempdir().unwrap();
    let made = run(&["keys", "create", "--live", "--name", "ERP"], dir.path());
    assert!(made.status.success(), "{made:?}");
    let key = text(&made.stdout).trim().to_owned();
    assert!(key.starts_with("sk_live_") && key.len() == 8 + 64, "{key}");
    let server = Running::start(&[], dir.path());
    assert_eq!(status(&server.url, &key), 200);

    let listed = text(&run(&["keys", "list"], dir.path()).stdout);
    assert!(listed.contains("ERP") && !listed.contains(&key));
    let last_four = &key[key.len() - 4..];
    let row = listed.lines().find(|line| line.contains("ERP")).unwrap();
    assert!(row.contains(&format!("sk_live_…{last_four}")), "{row}");
    let id = row.split_whitespace().next().unwrap();

    assert!(run(&["keys", "revoke", id], dir.path()).status.success());
    assert_eq!(status(&server.url, &key), 401);
    let unknown = run(&["keys", "revoke", "nobody"], dir.path());
    assert!(!unknown.status.success());
    assert!(text(&unknown.stderr).contains("stockroom keys list"));
    for command in ["rotate", "show"] {
        check_refused(&["keys", command, "nobody"], dir.path(), &["stockroom keys list"]);
    }
    check_refused(&["keys", "rotate", id], dir.path(), &["was revoked", "keys create"]);
    check_refused(&["keys", "update", id, "--name", "A"], dir.path(), &["was revoked"]);
    assert!(json(&["keys", "show", id, "--json"], dir.path())["revokedAt"].is_string());
}

#[test]
fn a_read_only_key_says_so_in_its_prefix() {
    let dir = tempfile::tempdir().unwrap();
    assert!(create(&["--read-only"], dir.path()).0.starts_with("pk_test_"));
    assert!(create(&["--read-only", "--live"], dir.path()).0.starts_with("pk_live_"));
    assert!(create(&["--test"], dir.path()).0.starts_with("sk_test_"));
    check_refused(&["keys", "create", "--test", "--live"], dir.path(), &["--live"]);
}

#[test]
fn a_key_is_kept_to_its_scopes_and_addresses_while_the_server_runs() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    let scopes = ["--scope", "store.products:read", "--scope", "store.inventory:read"];
    let (key, id) = create(&scopes, data);
    let server = Running::start(&[], data);
    assert_eq!(status(&server.url, &key), 200);
    let shown = json(&["keys", "show", &id, "--json"], data);
    let scopes = serde_json::json!(["store.inventory:read", "store.products:read"]);
    assert_eq!((&shown["scopes"], &shown["allScopes"]), (&scopes, &false.into()));
    assert_eq!((&shown["allowedIps"], &shown["environment"]), (&Value::Null, &"test".into()));

    let update = |more: &[&str]| {
        let mut args = vec!["keys", "update", id.as_str()];
        args.extend_from_slice(more);
        check(&args, data)
    };
    update(&["--scope", "store.products:read"]);
    assert_eq!(status(&server.url, &key), 403);
    update(&["--all-scopes", "--allow-ip", "203.0.113.7", "--allow-ip", "10.1.0.0/8"]);
    assert_eq!(status(&server.url, &key), 403);
    let shown = check(&["keys", "show", &id], data);
    assert!(shown.contains("203.0.113.7/32") && shown.contains("10.0.0.0/8"), "{shown}");
    let listed = check(&["keys", "list"], data);
    assert!(listed.contains("203.0.113.7/32,10.0.0.0/8"), "{listed}");
    let updated = update(&["--any-ip", "--name", "till"]);
    assert!(updated.contains("till") && updated.contains("any") && !updated.contains(&key));
    assert_eq!(status(&server.url, &key), 200);
    let listed = json(&["keys", "list", "--json"], data);
    let row = &listed[0];
    assert_eq!((&row["name"], &row["allScopes"]), (&"till".into(), &true.into()));
    assert!(row["lastUsedAt"].is_string() && row.get("key").is_none(), "{row}");
}

#[test]
fn what_a_key_cannot_have_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    let (_, id) = create(&["--read-only"], data);
    let args = ["keys", "create", "--read-only", "--scope", "store.inventory:write"];
    check_refused(&args, data, &["read-only", "store.inventory:write"]);
    let args = ["keys", "update", &id, "--scope", "webhooks.endpoints:manage"];
    check_refused(&args, data, &["read-only", "webhooks.endpoints:manage"]);
    let args = ["keys", "create", "--scope", "inventory"];
    check_refused(&args, data, &["inventory", "store.import:write"]);
    check_refused(&["keys", "create", "--allow-ip", "10.0.0.0/33"], data, &["10.0.0.0/33", "CIDR"]);
    check_refused(&["keys", "update", &id], data, &["--any-ip"]);
    let both = ["keys", "update", &id, "--any-ip", "--allow-ip", "10.0.0.1"];
    check_refused(&both, data, &["--allow-ip"]);
    check_refused(&["keys", "rotate", &id, "--grace", "40d"], data, &["30 days"]);
    assert_eq!(json(&["keys", "list", "--json"], data).as_array().unwrap().len(), 1);
}

#[test]
fn a_rotated_key_has_a_new_secret_and_the_old_one_its_grace() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    let (first, id) = create(&["--live"], data);
    let server = Running::start(&[], data);
    let rotate = |more: &[&str]| {
        let mut args = vec!["keys", "rotate", id.as_str()];
        args.extend_from_slice(more);
        check(&args, data).trim().to_owned()
    };
    let second = rotate(&["--grace", "1h"]);
    assert!(second.starts_with("sk_live_") && second != first);
    assert_eq!((status(&server.url, &first), status(&server.url, &second)), (200, 200));
    let shown = check(&["keys", "show", &id], data);
    assert!(shown.contains("works until") && shown.contains(&second[second.len() - 4..]));
    let third = rotate(&[]);
    let statuses = [&first, &second, &third].map(|key| status(&server.url, key));
    assert_eq!(statuses, [401, 401, 200]);
    assert!(!check(&["keys", "show", &id], data).contains("works until"));
}

#[test]
fn access_is_switched_while_the_server_runs() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    check_refused(&["access"], data, &["keys create"]);
    let ((live, _), (test, _)) = (create(&["--live"], data), create(&[], data));
    let server = Running::start(&[], data);
    let statuses = || [&live, &test].map(|key| status(&server.url, key));
    assert_eq!(check(&["access"], data), "api   on\nlive  on\n");
    assert_eq!(statuses(), [200, 200]);
    assert_eq!(check(&["access", "--live", "off"], data), "api   on\nlive  off\n");
    assert_eq!(statuses(), [403, 200]);
    assert_eq!(check(&["access", "--api", "off"], data), "api   off\nlive  off\n");
    assert_eq!(statuses(), [403, 403]);
    assert_eq!(check(&["access", "--api", "on", "--live", "on"], data), "api   on\nlive  on\n");
    assert_eq!(statuses(), [200, 200]);
}

#[test]
fn help_says_what_each_command_is_for() {
    let dir = tempfile::tempdir().unwrap();
    let help = |args: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_stockroom"));
        text(&command.args(args).arg("--help").current_dir(dir.path()).output().unwrap().stdout)
    };
    let create = help(&["keys", "create"]);
    for words in ["cannot be shown again", "webhooks.deliveries:retry", "--allow-ip 10.0.0.0/8"] {
        assert!(create.contains(words), "{create}");
    }
    assert!(help(&["keys", "update"]).contains("from the next request on"));
    assert!(help(&["keys", "rotate"]).contains("--grace 24h"));
    assert!(help(&["keys", "revoke"]).contains("cannot be taken back"));
    assert!(help(&["access"]).contains("API_ACCESS_NOT_ACTIVE"));
}

#[test]
fn whoever_reads_may_go_before_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let ended = command(&["keys", "create"], dir.path()).stdout(writer).output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    assert!(!text(&ended.stderr).contains("panicked"), "{ended:?}");
    assert_eq!(json(&["keys", "list", "--json"], dir.path()).as_array().unwrap().len(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_is_told_in_a_line() {
    let dir = tempfile::tempdir().unwrap();
    create(&[], dir.path());
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let ended = command(&["keys", "list"], dir.path()).stdout(full).output().unwrap();
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    assert!(text(&ended.stderr).contains("cannot write to standard output"), "{ended:?}");
    assert!(!text(&ended.stderr).contains("panicked"), "{ended:?}");
}
