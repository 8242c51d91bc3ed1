//! `stockroom keys`.

use crate::process::{Running, run, status, text};

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
}

#[test]
fn a_read_only_key_says_so_in_its_prefix() {
    let dir = tempfile::tempdir().unwrap();
    let made = run(&["keys", "create", "--read-only"], dir.path());
    assert!(text(&made.stdout).starts_with("pk_test_"));
}
