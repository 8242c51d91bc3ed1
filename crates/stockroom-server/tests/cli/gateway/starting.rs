//! What `--upstream` takes, and what it refuses before anything is served.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use rcgen::CertifiedKey;

use super::pair::{INVENTORY, add, sign_in};
use crate::process::{Running, run, text};

fn serve(args: &[&str], key: &str, data: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stockroom"))
        .args(["serve", "--listen", "127.0.0.1:0"])
        .args(args)
        .arg("--data")
        .arg(data)
        .env("STOCKROOM_UPSTREAM_KEY", key)
        .output()
        .unwrap()
}

#[test]
fn what_cannot_work_is_refused_in_words_and_without_the_key() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let demo = dir.path().join("demo");
    assert!(run(&["demo"], &demo).status.success());
    let key = "sk_live_very_secret";
    for (args, key, data, word) in [
        (&["--upstream", "http://203.0.113.7"][..], key, &data, "--upstream-allow-http"),
        (&["--upstream", "api.example.com"], key, &data, "https://HOST"),
        (&["--upstream", "https://u:hidden@example.com"], key, &data, "no user"),
        (&["--upstream", "https://example.com"], "", &data, "STOCKROOM_UPSTREAM_KEY"),
        (&["--upstream", "https://example.com"], "pk_live_very_secret", &data, "may only read"),
        (&["--upstream", "https://example.com"], "very_secret", &data, "sk_live_"),
        (&["--upstream", "https://example.com"], key, &demo, "demo store"),
        (&["--upstream", "https://example.com", "--demo"], key, &data, "--demo"),
        (&["--upstream", "https://example.com", "--limits", "hosted"], key, &data, "--limits"),
        (&["--upstream", "https://example.com", "--upstream-ca", "/no.pem"], key, &data, "/no.pem"),
        (&["--upstream", "https://example.com", "--upstream-key-file", "/no"], key, &data, "/no"),
    ] {
        let ended = serve(args, key, data);
        let said = text(&ended.stderr);
        assert!(!ended.status.success() && ended.stdout.is_empty(), "{args:?}: {ended:?}");
        assert!(said.contains(word), "{args:?}: {said}");
        assert!(!said.contains("very_secret") && !said.contains("hidden"), "{said}");
    }
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_not_talked_to() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let names = vec!["127.0.0.1".to_owned()];
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(names).unwrap();
    fs::write(path("cert.pem"), cert.pem()).unwrap();
    fs::write(path("key.pem"), signing_key.serialize_pem()).unwrap();
    let tls = ["--demo", "--tls-cert", &path("cert.pem"), "--tls-key", &path("key.pem")];
    let behind = Running::start(&tls, &dir.path().join("behind"));
    assert!(behind.url.starts_with("https://"));
    fs::write(path("keys"), "\nsk_test_demo\n").unwrap();
    let front = dir.path().join("front");
    add(&front, "Sow", "editor");
    let (keys, roots) = (path("keys"), path("cert.pem"));
    let unknown = ["--upstream", &behind.url, "--upstream-key-file", &keys];
    let gateway = Running::start(&unknown, &front);
    let answer = sign_in(&gateway.url, "Sow").get(INVENTORY);
    assert_eq!((answer.status, &*answer.code()), (502, "BAD_GATEWAY"));
    drop(gateway);
    let known = [&unknown[..], &["--upstream-ca", &roots]].concat();
    let gateway = Running::start(&known, &front);
    let answer = sign_in(&gateway.url, "Sow").get(INVENTORY);
    assert_eq!(answer.status, 200, "{answer:?}");
}
